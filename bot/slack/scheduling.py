"""`/nod schedules`, the Home tab, and the buttons of both. What a button does is committed before its ack."""

from collections.abc import Mapping
from typing import Any

from slack_bolt.context.ack.async_ack import AsyncAck
from slack_sdk.web.async_client import AsyncWebClient

from bot.schedule.book import Book
from bot.slack.block_kit import Block
from bot.slack.clicks import Pressed, on_message
from bot.slack.schedules_list import DELETE, PAUSE, RESUME, RUN, place, schedules_list
from bot.slack.survive import survive
from bot.slack.whisper import Whisper
from bot.words.catalogue import Words

DEEDS = {PAUSE: "pause", RESUME: "resume", RUN: "run", DELETE: "delete"}
"""What `Book.press` does at each button."""


class Scheduling:
    def __init__(self, book: Book, client: AsyncWebClient, whisper: Whisper) -> None:
        self._book = book
        self._client = client
        self._whisper = whisper

    async def listed(self, team: str, user: str, words: Words, told: str = "") -> list[Block]:
        """Build the list of what a person may manage."""
        return schedules_list(await self._book.of(team, user), user, words, told)

    async def _told(self, came: str, pressed: Pressed, words: Words) -> str:
        """Say what came of a button."""
        if came != DEEDS[RUN]:
            return words(f"schedule-did-{came.replace('_', '-')}")
        theirs = await self._book.of(pressed.team, pressed.user)
        run = next((each for each in theirs if each.id == pressed.number), None)
        if run is None:  # deleted at this very moment: its run goes on
            return words("schedule-did-running")
        return words("schedule-did-run", channel=place(run, words))

    async def pressed(self, ack: AsyncAck, body: Mapping[str, Any]) -> None:
        """Do what a button says, acknowledge, and show the list as it is now."""
        pressed = on_message(body)
        deed, number = DEEDS.get(pressed.action_id), pressed.number
        came = await self._book.press(number, deed, pressed.team, pressed.user) if deed else "gone"
        await ack()
        words = await self._whisper.words(pressed)
        told = await self._told(came, pressed, words)
        if _is_home(body):
            await self.publish(pressed.team, pressed.user, words, told)
        else:
            await self._show(pressed, words, told)

    async def home(self, team: str, user: str, words: Words) -> None:
        """Show a person their Home tab."""
        await self.publish(team, user, words, "")

    async def publish(self, team: str, user: str, words: Words, told: str) -> None:
        blocks: list[Block] = [{"type": "section", "text": {"type": "mrkdwn", "text": words("help")}}]
        blocks += [{"type": "divider"}, *await self.listed(team, user, words, told)]
        view = {"type": "home", "blocks": blocks}
        await survive(self._client.views_publish(user_id=user, view=view), "publishing a Home tab")

    async def _show(self, pressed: Pressed, words: Words, told: str) -> None:
        blocks = await self.listed(pressed.team, pressed.user, words, told)
        await self._whisper.respond(
            pressed,
            words("schedules-title-plain"),
            response_type="ephemeral",
            replace_original=True,
            blocks=blocks,
        )


def _is_home(body: Mapping[str, Any]) -> bool:
    view = body.get("view")
    return isinstance(view, Mapping) and view.get("type") == "home"
