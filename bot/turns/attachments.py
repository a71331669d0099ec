"""The files beside what a person wrote: fetched and read once, told to the model as data, and pictures shown."""

import asyncio
import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Protocol

from bot.files.contents import Content, Image, LeftOut, Reason, Text, Unreadable
from storage.ports import Storage
from storage.records import PICTURE, Attached, Delivery, InboxEntry, Item, SharedFile, UserItem

MOST_PICTURE_BYTES = 20_000_000
"""Bytes of pictures in one request, the newest first: OpenAI takes 50 MB, and base64 makes four bytes of three."""
MOST_SECONDS = 120.0
"""Seconds after which no further file of a message is fetched: somebody waits for an answer."""


class Unfetched(StrEnum):
    """Why the bytes of a file are not there to be read, or not used."""

    NO_SCOPE = "no_scope"
    """Only the operator can mend that."""
    GONE = "gone"
    """Deleted, or beyond what the workspace keeps."""
    ELSEWHERE = "elsewhere"
    """Slack holds only a link to it, such as to a shared drive."""
    UNREACHABLE = "unreachable"
    """Slack did not hand it out this time."""
    NOT_SEEN = "not_seen"
    """A picture, and the model sees none."""
    NO_ROOM = "no_room"
    """The other files of the message have filled the room that there is."""


@dataclass(frozen=True)
class Unread:
    """What the model is not shown of a file, for telling the person."""

    name: str
    why: Unreadable | Unfetched | tuple[LeftOut, ...]


class Attachments(Protocol):
    """Where files come from. Slack is one such place; tests have another."""

    async def files_of(self, delivery: Delivery) -> tuple[SharedFile, ...]:
        """Ask for the files of a delivery that came without knowing them."""
        ...

    async def read(self, file: SharedFile) -> Content | Unfetched:
        """Fetch one file and read it, within bounded time and memory."""
        ...


class NoAttachments:
    """For a place that has no files."""

    async def files_of(self, delivery: Delivery) -> tuple[SharedFile, ...]:
        return ()

    async def read(self, file: SharedFile) -> Content | Unfetched:
        return Unfetched.UNREACHABLE


@dataclass
class Room:
    """What is left for the files of one turn, however many messages they stand beside: estimated tokens, and bytes
    of pictures. The first file is taken in any case: the reader has bounded it."""

    tokens: int
    pictures: int = MOST_PICTURE_BYTES
    empty: bool = True


async def attached(
    storage: Storage, attachments: Attachments, entry: InboxEntry, room: Room
) -> tuple[tuple[Attached, ...], tuple[Unread, ...]]:
    """Fetch and read an entry's files, one after the other, into the turn's room: what the model is told, and what
    the person is."""
    files = entry.delivery.files
    if files is None:
        files = await storage.inbox.files(entry.id)  # the other event may have told by now
    if files is None:
        files = await attachments.files_of(entry.delivery)
    told: list[Attached] = []
    unread: list[Unread] = []
    clock = asyncio.get_running_loop().time
    until = clock() + MOST_SECONDS
    for file in files:
        content = await attachments.read(file) if clock() < until else Unfetched.UNREACHABLE
        if isinstance(content, Image):
            if len(content.content) > MOST_PICTURE_BYTES:
                content = Unreadable(Reason.TOO_LARGE)
            elif len(content.content) > room.pictures:
                content = Unfetched.NO_ROOM
        each = _attached(file.name, content)
        if each.kind and not room.empty and tokens(each) > room.tokens:
            content = Unfetched.NO_ROOM
            each = _attached(file.name, content)
        room.tokens -= tokens(each)
        room.pictures -= len(each.content)
        room.empty = room.empty and not each.kind
        told.append(each)
        if isinstance(content, Unreadable | Unfetched):
            unread.append(Unread(file.name, content))
        elif isinstance(content, Text) and content.left_out:
            unread.append(Unread(file.name, content.left_out))
    return tuple(told), tuple(unread)


def _attached(name: str, content: Content | Unfetched) -> Attached:
    match content:
        case Text(text, kind):
            return Attached(name, kind, text)
        case Image(content=picture, mimetype=mimetype, width=width, height=height):
            digest = hashlib.sha256(picture).hexdigest()
            return Attached(name, PICTURE, "", digest, mimetype, width, height, picture)
        case Unreadable(reason):
            return Attached(name, text=FOR_MODEL[reason])
        case _:
            return Attached(name, text=FOR_MODEL[content])


FOR_MODEL: Mapping[Reason | Unfetched, str] = {
    Reason.TOO_LARGE: "it is too large",
    Reason.UNSUPPORTED: "there is no reader for this kind of file",
    Reason.MISMATCH: "it is not the kind of file that its name says",
    Reason.ENCRYPTED: "it is protected by a password",
    Reason.BROKEN: "it is damaged",
    Reason.TOOK_TOO_LONG: "reading it took too long",
    Reason.TOO_MUCH: "too much is packed into it",
    Reason.EMPTY: "it is empty",
    Reason.NO_TEXT: "its pages are pictures without text",
    Unfetched.NO_SCOPE: "Nod is not permitted to read files in this workspace",
    Unfetched.GONE: "it is not there any more",
    Unfetched.ELSEWHERE: "it lies outside Slack, and only a link to it was shared",
    Unfetched.UNREACHABLE: "Slack did not hand it out",
    Unfetched.NOT_SEEN: "this model does not see pictures",
    Unfetched.NO_ROOM: "the other files of the message left no room for it",
}
"""bot/words is for people."""

PATCH, MOST_PATCHES, PATCH_TOKENS = 32, 1_536, 2
"""A picture is cut into squares of so many pixels, at most so many; small models count each as about two tokens
(OpenAI, images and vision)."""


def tokens(file: Attached) -> int:
    """Estimate what a file costs: a third of its bytes in UTF-8, as other text; for a picture by its size."""
    name = 16 + len(file.name.encode()) // 3
    if file.kind != PICTURE:
        return name + len(file.text.encode()) // 3
    patches = -(-file.width // PATCH) * -(-file.height // PATCH)
    return name + min(patches, MOST_PATCHES) * PATCH_TOKENS


async def with_pictures(storage: Storage, items: Sequence[Item]) -> list[Item]:
    """Put the bytes of pictures into items, for the model. Beyond what a request may carry, the oldest stay
    without: the model is told their names then."""
    named = {file.digest for item in items if isinstance(item, UserItem) for file in item.files if file.digest}
    if not named:
        return list(items)
    contents = await storage.history.pictures(named)
    room = MOST_PICTURE_BYTES
    shown: list[Item] = []
    for item in reversed(items):
        if isinstance(item, UserItem) and item.files:
            files: list[Attached] = []
            for file in reversed(item.files):
                content = contents.get(file.digest, b"")
                if len(content) > room:
                    content = b""
                room -= len(content)
                files.append(replace(file, content=content))
            item = replace(item, files=tuple(reversed(files)))
        shown.append(item)
    return shown[::-1]
