"""Links to messages of this workspace: in Slack they open the message, so they have to stay on the page."""

import re
from typing import Final
from urllib.parse import parse_qs, urlencode, urlsplit

from bot.demo.page.reader import Reader

_MESSAGE: Final = re.compile(r"(?P<channel>[A-Z0-9]+)/p(?P<seconds>\d{1,12})(?P<fraction>\d{6})")


def place_of_link(url: str, reader: Reader) -> str | None:
    """Return the page's address of the thread that a permalink of the workspace leads to; None for any other
    address, and for a channel that the reader does not see."""
    if not reader.archives or not url.startswith(reader.archives):
        return None
    path, query = url.removeprefix(reader.archives).partition("?")[0], urlsplit(url).query
    found = _MESSAGE.fullmatch(path)
    room = reader.rooms.get(found["channel"]) if found else None
    if found is None or room is None:
        return None
    root = parse_qs(query).get("thread_ts", [f"{found['seconds']}.{found['fraction']}"])[0]
    return "/?" + urlencode({"as": reader.name, "in": room, "thread": root})
