"""`/nod <question>`, and the words of its own: help, grants, schedules, new, forget."""

import asyncio
import logging
from collections.abc import Mapping
from typing import Any

from slack_bolt.context.ack.async_ack import AsyncAck

from bot.slack.forgetting import Forgetting
from bot.slack.granting import Granting
from bot.slack.intake import Intake, from_command
from bot.slack.openings import Openings
from bot.slack.people import People
from bot.slack.scheduling import Scheduling
from bot.slack.visible import escape_mrkdwn
from bot.words.catalogue import Words, words_for
from storage.records import Delivery

log = logging.getLogger("nod.commands")

HELP = {"", "help", "도움말", "?"}
GRANTS = {"grants", "허락"}
SCHEDULES = {"schedules", "일정"}
NEW = {"new", "새로", "새대화", "새 대화"}
FORGET = {"forget", "잊기", "잊어줘", "잊어 줘"}

WORDS_WITHIN = 1.0
"""Seconds in which the asker's language has to be known: Slack wants the ack within three."""

ECHO = 900
"""Characters of a question that the acknowledgement repeats: the catalogue takes values of up to 1,000."""


class Commands:
    def __init__(
        self,
        intake: Intake,
        people: People,
        granting: Granting,
        scheduling: Scheduling,
        openings: Openings,
        forgetting: Forgetting,
    ) -> None:
        self._intake = intake
        self._granting = granting
        self._scheduling = scheduling
        self._openings = openings
        self._forgetting = forgetting
        self._people = people

    async def nod(self, ack: AsyncAck, command: Mapping[str, Any]) -> None:
        """Keep a question, then acknowledge it with an echo that only the asker sees. If it cannot be kept there
        is no ack, and Slack tells the asker that the command failed."""
        delivery = from_command(command)
        if delivery is None:
            log.warning("a command without its person, place or response_url was passed over")
            return
        if delivery.text.casefold() in HELP:
            await ack(text=(await self._words(delivery))("help"))
            return
        if delivery.text.casefold() in GRANTS:
            words = await self._words(delivery)
            blocks = await self._granting.listed(delivery.conversation.team, delivery.user, words)
            await ack(text=words("grants-title-plain"), blocks=blocks)
            return
        if delivery.text.casefold() in SCHEDULES:
            words = await self._words(delivery)
            blocks = await self._scheduling.listed(delivery.conversation.team, delivery.user, words)
            await ack(text=words("schedules-title-plain"), blocks=blocks)
            return
        if delivery.text.casefold() in NEW:
            await ack(text=await self._openings.begin(delivery, await self._words(delivery)))
            return
        if delivery.text.casefold() in FORGET:
            words = await self._words(delivery)
            blocks = await self._forgetting.asked(delivery.conversation.team, delivery.user, words)
            await ack(text=words("forget-title-plain"), blocks=blocks)
            return
        await self._intake.keep(delivery)
        question = escape_mrkdwn(delivery.text)[:ECHO]
        await ack(text=(await self._words(delivery))("command-asked", question=question))

    async def _words(self, delivery: Delivery) -> Words:
        looking = self._people.find(delivery.conversation.team, delivery.user)
        try:
            async with asyncio.timeout(WORDS_WITHIN):
                return words_for((await looking).locale)
        except TimeoutError:
            return words_for("en")
