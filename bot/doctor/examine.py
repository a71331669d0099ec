"""`nod doctor`: all checks side by side, each with a time of its own, their findings in one order."""

import asyncio
from collections.abc import Awaitable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import aiohttp

from bot.doctor import database, house, model, services, slack
from bot.doctor.finding import Finding, defect, unseen, within
from bot.settings import Settings
from functions.contract import Function

SLACK_SECONDS = 8.0
MODEL_SECONDS = 12.0
SERVICE_SECONDS = 8.0
DATABASE_SECONDS = 12.0

NETWORK = "look at this machine's network"


@dataclass(frozen=True)
class _Check:
    name: str
    findings: Awaitable[Sequence[Finding]]


async def examine(path: Path) -> list[Finding]:
    """Look at everything; `path` is the database's. It takes less than 20 s, posts nothing, runs no function."""
    told, settings = house.check_settings()
    offered, functions = await asyncio.to_thread(house.check_offered)
    findings = [told, offered]
    if settings is not None and functions is not None:
        findings.append(house.check_rules(settings, functions))
    running, sockets = await asyncio.to_thread(house.check_running, path)
    findings.append(running)
    async with aiohttp.ClientSession() as session:
        checks = [_of_database(path)]
        if settings is not None:
            checks = [*_of_slack(settings, session, sockets), *_of_others(settings, functions or {}), *checks]
        results = await asyncio.gather(*(check.findings for check in checks), return_exceptions=True)
    for check, result in zip(checks, results, strict=True):
        findings += [defect(check.name, result)] if isinstance(result, BaseException) else result
    if settings is None:
        findings.append(
            unseen("the rest", "Slack, the model and the services are tried once the settings are right")
        )
    return [*findings, house.check_versions()]


def _of_database(path: Path) -> _Check:
    mend = "the disk may fail; `nod db check` takes its time"
    return _Check(
        database.DATABASE, within(DATABASE_SECONDS, database.DATABASE, mend, database.check_database(path))
    )


def _of_slack(settings: Settings, session: aiohttp.ClientSession, sockets: str | None) -> list[_Check]:
    bot, app = slack.check_bot(settings, session), slack.check_app(settings, session, sockets)
    mend = f"{NETWORK}, and at status.slack.com"
    return [
        _Check(slack.BOT, within(SLACK_SECONDS, slack.BOT, mend, bot)),
        _Check(slack.APP, within(SLACK_SECONDS, slack.APP, mend, app)),
    ]


def _of_others(settings: Settings, functions: Mapping[str, Function]) -> list[_Check]:
    mend = f"{NETWORK}, the model's server, and whether the model is a slow one"
    answers = [model.check_answer(settings, name) for name in (settings.model, *settings.model_fallbacks)]
    called = model.check_call(settings, functions)
    return [
        *(_Check(model.MODEL, within(MODEL_SECONDS, model.MODEL, mend, each)) for each in answers),
        _Check(model.CALL, within(MODEL_SECONDS, model.CALL, mend, called)),
        *(
            _Check(each.name, within(SERVICE_SECONDS, each.name, NETWORK, services.check_service(each, functions)))
            for each in services.services(settings)
        ),
    ]
