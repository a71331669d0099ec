"""Files on the page: sent with a message, shown in it, opened from it."""

from collections.abc import Iterable
from typing import Any, Final
from urllib.parse import quote

from aiohttp import web

from bot.demo.workspace.state import File, Message, User

MOST_FILES: Final = 10
FILE_BYTES: Final = 25_000_000
LARGEST_FORM: Final = MOST_FILES * FILE_BYTES
PICTURES: Final = frozenset({"image/png", "image/jpeg", "image/gif", "image/webp"})
"""What a browser may draw; anything else is only saved, so that no file runs as a page of this one."""


def read_files(fields: Iterable[object]) -> list[tuple[str, str, bytes]]:
    """Read the files of a form: name, MIME type, bytes. Raises web.HTTPRequestEntityTooLarge."""
    files: list[tuple[str, str, bytes]] = []
    for field in fields:
        if not isinstance(field, web.FileField):
            continue
        content = field.file.read(FILE_BYTES + 1)
        if len(content) > FILE_BYTES or len(files) == MOST_FILES:
            raise web.HTTPRequestEntityTooLarge(max_size=FILE_BYTES, actual_size=len(content))
        files.append((field.filename.rpartition("/")[2] or "file", field.content_type, content))
    return files


def file_values(message: Message, person: User) -> list[dict[str, Any]]:
    """Return the values of a message's files for the templates."""
    return [
        {
            "id": file.id,
            "name": file.name,
            "kind": file.name.rpartition(".")[2].upper() if "." in file.name else file.mimetype,
            "size": _size(len(file.content)),
            "is_picture": file.mimetype in PICTURES,
            "href": f"/files/{file.id}/{quote(file.name, safe='')}?as={person.name}",
        }
        for file in message.files
    ]


def respond(file: File) -> web.Response:
    """Serve a file to the page."""
    if file.mimetype in PICTURES:
        return web.Response(body=file.content, content_type=file.mimetype)
    headers = {"Content-Disposition": f"attachment; filename*=UTF-8''{quote(file.name, safe='')}"}
    return web.Response(body=file.content, content_type="application/octet-stream", headers=headers)


def _size(count: int) -> str:
    if count < 1_000:
        return f"{count} B"
    return f"{count / 1_000:.0f} kB" if count < 1_000_000 else f"{count / 1_000_000:.1f} MB"
