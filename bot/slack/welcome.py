"""A direct message opens: suggested prompts, and a greeting where nothing was said yet. The Home tab opens."""

import logging
from collections.abc import Mapping
from typing import Any

from slack_sdk.web.async_client import AsyncWebClient

from bot.slack.greetings import greeting
from bot.slack.people import People
from bot.slack.scheduling import Scheduling
from bot.slack.survive import survive
from bot.words.catalogue import words_for

log = logging.getLogger("nod.slack")

PROMPTS = ("prompt-top-salary", "prompt-average-age", "prompt-weather", "prompt-raise")


class Welcome:
    def __init__(self, client: AsyncWebClient, people: People, scheduling: Scheduling) -> None:
        self._client = client
        self._scheduling = scheduling
        self._people = people
        self._greeted: set[str] = set()

    async def opened(self, event: Mapping[str, Any], body: Mapping[str, Any]) -> None:
        """Answer `app_home_opened` of either tab."""
        channel, user = event.get("channel"), event.get("user")
        if not (isinstance(channel, str) and channel and isinstance(user, str) and user):
            log.warning("an opened direct message without its person or place was passed over")
            return
        team = str(body.get("team_id") or "")
        person = await self._people.find(team, user)
        words = words_for(person.locale)
        if event.get("tab") == "home":
            await self._scheduling.home(team, user, words)
        if event.get("tab") != "messages":
            return
        prompts = [{"title": words(key), "message": words(key)} for key in PROMPTS]
        await survive(
            self._client.assistant_threads_setSuggestedPrompts(
                channel_id=channel, title=words("prompts-title"), prompts=prompts
            ),
            "suggesting prompts",
        )
        if channel not in self._greeted and await self._is_empty(channel):
            hello = greeting(person, words)
            await survive(self._client.chat_postMessage(channel=channel, text=hello), "greeting")
        self._greeted.add(channel)

    async def _is_empty(self, channel: str) -> bool:
        response = await survive(self._client.conversations_history(channel=channel, limit=1), "reading a DM")
        return response is not None and not response.get("messages")
