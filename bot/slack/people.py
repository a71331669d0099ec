"""Who somebody is: their name, language and time zone, as Slack knows them, remembered for an hour."""

import time

from slack_sdk.web.async_client import AsyncWebClient

from bot.slack.survive import survive
from functions.context import Person

TTL = 3600.0
"""Seconds that an answer of users.info is believed. Nothing is decided by it: rules go by ids."""

PEOPLE = 10_000
"""People remembered at the most."""


class People:
    def __init__(self, client: AsyncWebClient) -> None:
        self._client = client
        self._known: dict[tuple[str, str], tuple[float, Person]] = {}

    async def find(self, team: str, user: str) -> Person:
        """Look a person up; if Slack does not say, they are nameless and read English."""
        known = self._known.get((team, user))
        if known is not None and time.monotonic() - known[0] < TTL:
            return known[1]
        response = await survive(self._client.users_info(user=user, include_locale=True), "users.info")
        if response is None:
            return known[1] if known is not None else Person(team, user)
        found = response.get("user") or {}
        profile = found.get("profile") or {}
        person = Person(
            team=team,
            id=user,
            name=profile.get("display_name") or found.get("real_name") or found.get("name") or "",
            locale=found.get("locale") or "en-US",
            timezone=found.get("tz") or "UTC",
        )
        if len(self._known) >= PEOPLE:
            self._known.clear()
        self._known[team, user] = (time.monotonic(), person)
        return person
