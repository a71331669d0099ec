"""Files on a message. Nod does not read them yet: the model and the person are told so, and by which names."""

from collections.abc import Mapping
from typing import Any

from slack_bolt.context.ack.async_ack import AsyncAck
from slack_bolt.context.async_context import AsyncBoltContext

from bot.slack.clicks import Pressed
from bot.slack.visible import visible
from bot.slack.whisper import Whisper
from storage.records import Delivery

MOST, LONGEST = 10, 100
"""Files that are named, and characters of a name. Slack takes ten files with a message."""

NAMELESS = "a file"
"""One that was deleted meanwhile, or that Slack shows nobody yet, has no name."""


def named(event: Mapping[str, Any]) -> list[str]:
    """Return the names of a message's files, as they may be shown."""
    files = event.get("files")
    return [_name(file) for file in files[:MOST]] if isinstance(files, list) else []


def with_names(text: str, names: list[str]) -> str:
    """Add to what somebody said what was attached, for the model: in no language of the person's."""
    return f"{text}\n\n[Attached, not readable for you: {'; '.join(names)}]".strip() if names else text


class Attached:
    """Tells whoever attached a file that it is not read; `key` is the context's for the delivery that was kept."""

    def __init__(self, whisper: Whisper, key: str) -> None:
        self._whisper = whisper
        self._key = key

    async def told(self, ack: AsyncAck, context: AsyncBoltContext) -> None:
        await ack()
        delivery = context.get(self._key)
        if isinstance(delivery, Delivery):
            place = delivery.conversation
            where = Pressed(place.team, delivery.user, "", channel=place.channel, thread_ts=place.thread)
            await self._whisper.answer(where, (await self._whisper.words(where))("files-unread"))


def _name(file: Any) -> str:
    name = file.get("name") if isinstance(file, Mapping) else None
    shown = visible(name.strip()).replace("\n", " ")[:LONGEST] if isinstance(name, str) else ""
    return shown or NAMELESS
