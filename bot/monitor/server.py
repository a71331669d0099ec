"""The small HTTP server for who watches Nod: GET /healthz, /metrics and /status. It changes nothing."""

import asyncio
import errno
import ipaddress
import logging
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from importlib.metadata import PackageNotFoundError
from importlib.metadata import version as installed_version
from pathlib import Path
from urllib.parse import urlsplit

from aiohttp import web
from aiohttp.typedefs import Handler
from prometheus_client import CONTENT_TYPE_PLAIN_0_0_4

from bot.logs import counted
from bot.metrics import Metrics
from bot.monitor import place, report
from bot.monitor.place import Place
from bot.monitor.sources import Sources
from bot.monitor.watch import Watch

log = logging.getLogger("nod.monitor")

OFF = "off"
SHUTDOWN_SECONDS = 0.5
EVERYWHERE = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104  the operator's own choice, named here to be asked


@asynccontextmanager
async def monitor(address: str, database: Path, sources: Sources, metrics: Metrics) -> AsyncIterator[None]:
    """Serve `address` (`host:port`, port 0 for a free one, or `off`) and watch Nod's health until the end.

    Where it is served stands in `<database>.monitor` meanwhile. An address that cannot be had is a warning: Nod
    runs on without it.
    """
    watch = Watch(sources, metrics)
    watching = asyncio.create_task(watch.run(), name="monitor")
    watching.add_done_callback(_tell)
    try:
        with counted(watch.logged):
            async with _served(address, watch) as found:
                _note(database, found)
                try:
                    yield
                finally:
                    _forget(database)
    finally:
        watching.cancel()
        await asyncio.gather(watching, return_exceptions=True)


def _tell(watching: "asyncio.Task[None]") -> None:
    """Looking never ends by itself: if it does, that is a defect, and no reason to stop Nod."""
    if not watching.cancelled() and (error := watching.exception()):
        log.error("Nod's health is no longer looked at", exc_info=error)


def make_app(watch: Watch, *, only_local: bool) -> web.Application:
    """Build the server. `only_local` refuses requests that name another host than this machine: a web page could
    give a name of its own the address 127.0.0.1 (DNS rebinding) and read along in a browser here."""
    version = _version()

    async def healthz(_: web.Request) -> web.Response:
        look = await watch.look()
        return web.json_response(report.health(look), status=503 if look.problems else 200, headers=FRESH)

    async def metrics(_: web.Request) -> web.Response:
        body = watch.metrics.exposition((await watch.look()).reading)
        return web.Response(body=body, headers={**FRESH, "Content-Type": CONTENT_TYPE_PLAIN_0_0_4})

    async def status(_: web.Request) -> web.Response:
        return web.json_response(report.status(watch, await watch.look(), version), headers=FRESH)

    app = web.Application(middlewares=[_refuse_other_hosts] if only_local else [])
    app.router.add_get("/healthz", healthz)
    app.router.add_get("/metrics", metrics)
    app.router.add_get("/status", status)
    return app


FRESH = {"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"}


@web.middleware
async def _refuse_other_hosts(request: web.Request, handler: Handler) -> web.StreamResponse:
    try:
        host = urlsplit(f"//{request.headers.get('Host') or ''}").hostname or ""
    except ValueError:
        host = ""
    if not is_loopback(host):
        return web.json_response({"error": "This machine is asked by its own names only."}, status=421)
    return await handler(request)


def is_loopback(host: str) -> bool:
    """Tell whether a host is this machine by its own name or address."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


@asynccontextmanager
async def _served(address: str, watch: Watch) -> AsyncIterator[Place]:
    if address == OFF:
        yield Place(os.getpid(), why="NOD_MONITOR is off")
        return
    name, _, port = address.rpartition(":")
    host = name.strip("[]")
    app = make_app(watch, only_local=is_loopback(host))
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=SHUTDOWN_SECONDS)
    await runner.setup()
    try:
        yield await _bound(runner, host, int(port), address)
    finally:
        await runner.cleanup()


async def _bound(runner: web.AppRunner, host: str, port: int, address: str) -> Place:
    try:
        await web.TCPSite(runner, host, port).start()
    except OSError as error:
        why = f"NOD_MONITOR: {address} {_reason(error)}"
        log.warning("%s: write another port, 0 for a free one, or off. Nod runs on without /healthz", why)
        return Place(os.getpid(), why=why)
    found = Place(os.getpid(), origin(*runner.addresses[0][:2]))
    if not is_loopback(host):
        words = "/healthz, /metrics and /status are open to all who reach %s: nobody is asked who they are"
        log.warning(words, address)
    log.info("watched at %s", found.address)
    return found


def origin(bound: str, port: int) -> str:
    """Write how this machine asks what is bound there."""
    host = EVERYWHERE.get(bound, bound)
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def _reason(error: OSError) -> str:
    if error.errno == errno.EADDRINUSE:
        return "is taken by another program, or another Nod"
    if error.errno == errno.EACCES:
        return "may not be used by this user"
    return "is no address of this machine"


def _note(database: Path, found: Place) -> None:
    try:
        place.write(database, found)
    except OSError as error:
        log.warning("`nod status` will not find this process: %s: %s", place.note_of(database), error.strerror)


def _forget(database: Path) -> None:
    try:
        place.remove(database)
    except OSError as error:
        log.warning("%s could not be removed: %s", place.note_of(database), error.strerror)


def _version() -> str:
    try:
        return installed_version("nod-bot")
    except PackageNotFoundError:
        return "unknown"
