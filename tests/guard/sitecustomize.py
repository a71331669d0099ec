"""Forbid every connection that does not stay on this machine, whichever library asks for it.

Python imports a `sitecustomize` of its path at start-up. With this folder on PYTHONPATH the guard is therefore in
every child process too; `tests/conftest.py` loads it into the process of the tests.
"""

import ipaddress
import os
import sys
from typing import Any

LOG_VARIABLE = "OUTSIDE_CONNECTIONS_LOG"
"""Names the file to which a child process adds one line for each attempt."""

attempts: list[str] = []
"""What this process tried, so that a test fails even where the code under test swallows the error."""


class OutsideConnection(RuntimeError):
    """Not an OSError: libraries take those for weather and try again."""


def is_local(host: object) -> bool:
    """Tell whether a host of a socket call is this machine (None and "" are, where nothing is bound)."""
    name = host.decode() if isinstance(host, bytes) else host
    if name is None or name == "":
        return True
    if not isinstance(name, str):
        return False
    if name == "localhost" or name.endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(name.partition("%")[0]).is_loopback
    except ValueError:
        return False


def watch(event: str, arguments: tuple[Any, ...]) -> None:
    """Raise OutsideConnection for an audit event of `socket` that leads elsewhere, or opens a port to others."""
    if event in ("socket.connect", "socket.sendto", "socket.sendmsg", "socket.bind"):
        address = arguments[1]
        if not isinstance(address, tuple) or not address or not isinstance(address[0], str | bytes):
            return  # a Unix socket, or a socket that is connected already
        host = address[0]
        allowed = is_local(host) and (host not in ("", b"") or event != "socket.bind")
    elif event in ("socket.getaddrinfo", "socket.gethostbyname", "socket.gethostbyaddr"):
        host = arguments[0]
        allowed = is_local(host)
    else:
        return
    if not allowed:
        _refuse(f"{event} {host!r}")


def _refuse(attempt: str) -> None:
    attempts.append(attempt)
    log = os.environ.get(LOG_VARIABLE)
    if log:
        with open(log, "a", encoding="utf-8") as file:
            file.write(f"{attempt} in {sys.argv!r}\n")
    raise OutsideConnection(f"{attempt}: tests connect to this machine alone.")


sys.addaudithook(watch)
