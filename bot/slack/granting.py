"""`/nod grants`: what somebody will not be asked about again, and the buttons that end it."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from slack_bolt.context.ack.async_ack import AsyncAck

from bot.slack.clicks import on_message
from bot.slack.grants_list import grants_list
from bot.slack.whisper import Whisper
from bot.words.catalogue import Words
from functions.contract import Function
from storage.decided import Grants


class Granting:
    def __init__(
        self,
        grants: Grants,
        functions: Mapping[str, Function],
        clock: Callable[[], datetime],
        whisper: Whisper,
    ) -> None:
        self._grants = grants
        self._functions = functions
        self._clock = clock
        self._whisper = whisper

    async def listed(self, team: str, user: str, words: Words) -> list[dict[str, Any]]:
        """Build the list of a person's living grants."""
        return grants_list(await self._grants.of(team, user, self._clock()), self._functions, words)

    async def revoke(self, ack: AsyncAck, body: Mapping[str, Any]) -> None:
        """End a grant of the clicker's own, and show what is left."""
        pressed = on_message(body)
        await self._grants.revoke(pressed.number, pressed.team, pressed.user, self._clock())
        await ack()
        words = await self._whisper.words(pressed)
        blocks = await self.listed(pressed.team, pressed.user, words)
        await self._whisper.respond(
            pressed, words("grants-title-plain"), response_type="ephemeral", replace_original=True, blocks=blocks
        )
