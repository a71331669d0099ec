"""Keeps other sites away from the page: Host and Origin checks, and a strict content security policy.

A demo on 127.0.0.1 is reachable by every page the browser has open. A foreign page may send requests here
(cross-site request forgery) or resolve its own name to 127.0.0.1 (DNS rebinding); both are refused.
"""

from typing import Final
from urllib.parse import urlsplit

from aiohttp import web
from aiohttp.typedefs import Handler

_LOCAL_HOSTS: Final = frozenset({"127.0.0.1", "localhost", "::1"})
_SAFE_METHODS: Final = frozenset({"GET", "HEAD"})

HEADERS: Final = {
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}


def is_local_host(host: str | None) -> bool:
    """Tell whether a Host header names this machine."""
    try:
        return urlsplit(f"//{host or ''}").hostname in _LOCAL_HOSTS
    except ValueError:
        return False


def is_same_origin(origin: str | None, fetch_site: str | None, host: str | None) -> bool:
    """Tell whether a request that changes something comes from this page.

    Browsers send Origin with every POST; without it and Sec-Fetch-Site it is no browser's, and refused too.
    """
    if fetch_site is not None and fetch_site != "same-origin":
        return False
    if origin is None:
        return fetch_site == "same-origin"
    return origin == f"http://{host}"


@web.middleware
async def guard(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Refuse foreign hosts (421) and cross-origin changes (403)."""
    host = request.headers.get("Host")
    if not is_local_host(host):
        return web.json_response({"error": "This page answers to 127.0.0.1 only."}, status=421)
    if request.method not in _SAFE_METHODS and not is_same_origin(
        request.headers.get("Origin"), request.headers.get("Sec-Fetch-Site"), host
    ):
        return web.json_response({"error": "Requests from other sites are refused."}, status=403)
    return await handler(request)


async def add_headers(request: web.Request, response: web.StreamResponse) -> None:
    """Put the policy's headers on a response before it is sent."""
    response.headers.update(HEADERS)
