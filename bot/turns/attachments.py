"""The files beside what a person wrote: fetched and read once, told to the model as data, and pictures shown."""

import asyncio
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from bot.files.contents import Content, Image, LeftOut, Reason, Text, Unreadable
from bot.turns.turnstile import Turnstile
from storage.ports import Storage
from storage.records import PICTURE, Attached, Delivery, InboxEntry, SharedFile

MOST_PICTURE_BYTES = 20_000_000
"""Bytes of pictures in one request, the newest first: OpenAI takes 50 MB, and base64 makes four bytes of three."""
MOST_SECONDS = 120.0
"""Seconds that the files of a turn may take, the wait for others' files included: somebody waits for an answer."""
MOST_FILES = 10
"""Files of a message that are read; in Slack people can send as many at once."""
LOOK_AGAIN = (0.5, 2.0)
"""Seconds before each further look for files that nobody has told of yet."""


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
    NOT_NOW = "not_now"
    """Nod's machine has nothing to read it with at the moment."""
    NO_TIME = "no_time"
    """Other files took the time that there was."""
    TOO_MANY = "too_many"
    """MOST_FILES of the message were read."""
    NOT_TOLD = "not_told"
    """Nobody can say whether there are files; the one that stands for them has no name."""
    REFUSED = "refused"
    """A picture that looks whole, and that the model's server does not take."""


@dataclass(frozen=True)
class Unread:
    """What the model is not shown of a file, for telling the person."""

    name: str
    why: Unreadable | Unfetched | tuple[LeftOut, ...]


class Attachments(Protocol):
    """Where files come from. Slack is one such place; tests have another."""

    async def files_of(self, delivery: Delivery) -> tuple[SharedFile, ...] | None:
        """Ask for the files of a delivery that came without knowing them; None if nobody can say now."""
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
class Allowance:
    """What the files of all messages of a turn may still take: time, `until` on the loop's clock; estimated
    `tokens`, more of them for the first file, which the reader has bounded; bytes of `pictures`, which are carried
    by one request, and kept in one transaction, for which others wait."""

    turnstile: Turnstile
    until: float
    tokens: int
    pictures: int = MOST_PICTURE_BYTES
    empty: bool = True

    @classmethod
    def begin(cls, turnstile: Turnstile, tokens: int) -> "Allowance":
        return cls(turnstile, asyncio.get_running_loop().time() + MOST_SECONDS, tokens)


async def attached(
    storage: Storage, attachments: Attachments, entry: InboxEntry, allowance: Allowance
) -> tuple[tuple[Attached, ...], tuple[Unread, ...]]:
    """Fetch and read an entry's files, one after the other, within what the turn's may take: what the model is
    told, and what the person is."""
    files = await _files(storage, attachments, entry)
    if files is None:
        name, why = "", Unfetched.NOT_TOLD
        return (_attached(name, why),), (Unread(name, why),)
    told: list[Attached] = []
    unread: list[Unread] = []
    for place, file in enumerate(files):
        content: Content | Unfetched = Unfetched.TOO_MANY
        if place < MOST_FILES:
            content = await _read(attachments, file, entry.delivery, allowance)
        if isinstance(content, Image):
            if len(content.content) > MOST_PICTURE_BYTES:
                content = Unreadable(Reason.TOO_LARGE, limit=MOST_PICTURE_BYTES)
            elif len(content.content) > allowance.pictures:
                content = Unfetched.NO_ROOM
        each = _attached(file.name, content)
        if each.kind and not allowance.empty and tokens(each) > allowance.tokens:
            content = Unfetched.NO_ROOM
            each = _attached(file.name, content)
        allowance.tokens -= tokens(each)
        allowance.pictures -= len(each.content)
        allowance.empty = allowance.empty and not each.kind
        told.append(each)
        if isinstance(content, Unreadable | Unfetched):
            unread.append(Unread(file.name, content))
        elif isinstance(content, Text) and content.left_out:
            unread.append(Unread(file.name, content.left_out))
    return tuple(told), tuple(unread)


async def _read(
    attachments: Attachments, file: SharedFile, delivery: Delivery, allowance: Allowance
) -> Content | Unfetched:
    """Read one file when it is its person's turn, if there is time."""
    if asyncio.get_running_loop().time() >= allowance.until:
        return Unfetched.NO_TIME
    try:
        async with (
            asyncio.timeout_at(allowance.until),
            allowance.turnstile.turn_of(delivery.conversation.team, delivery.user),
        ):
            return await attachments.read(file)
    except TimeoutError:
        return Unfetched.NO_TIME


async def _files(storage: Storage, attachments: Attachments, entry: InboxEntry) -> tuple[SharedFile, ...] | None:
    """Return an entry's files: as it was delivered, as the other event tells meanwhile, or as whoever has them
    says; None if nobody does within a moment."""
    files = entry.delivery.files
    pauses = iter(LOOK_AGAIN)
    while files is None:
        files = await storage.inbox.files(entry.id)
        if files is None:
            files = await attachments.files_of(entry.delivery)
        if files is None:
            pause = next(pauses, None)
            if pause is None:
                return None
            await asyncio.sleep(pause)
    return files


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
    Reason.TOO_MANY_PIXELS: "it has too many pixels",
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
    Unfetched.NOT_NOW: "Nod has no room to read it at the moment",
    Unfetched.NO_TIME: "other files took the time that there was",
    Unfetched.TOO_MANY: "no more files of one message are read",
    Unfetched.NOT_TOLD: "Slack did not say whether there are files beside this message",
    Unfetched.REFUSED: "the model's server does not take this picture",
}
"""bot/words is for people."""

PATCH, MOST_PATCHES, PATCH_TOKENS = 32, 1_536, 2
"""A picture is cut into squares of so many pixels, at most so many; small models count each as about two tokens
(OpenAI, images and vision)."""


def tokens(file: Attached) -> int:
    """Estimate what a file costs: a third of its bytes in UTF-8, as other text; for a picture by its size."""
    name = 16 + len(file.name.encode(errors="replace")) // 3
    if file.kind != PICTURE:
        return name + len(file.text.encode(errors="replace")) // 3
    patches = -(-file.width // PATCH) * -(-file.height // PATCH)
    return name + min(patches, MOST_PATCHES) * PATCH_TOKENS
