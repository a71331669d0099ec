"""What the schedule functions say of a schedule on a card, and to the model."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any, cast

import httpx
import pytest

from bot.slack.present import read_preview
from bot.words.catalogue import words_for
from functions import Context, Function, Person
from functions.preview import lasting, written
from functions.schedule_book import DIRECT, PRIVATE, Planned
from functions.schedules import PLACE, UNTOLD, cancel_schedule, list_schedules, update_schedule

NOW = datetime(2026, 7, 4, 12, tzinfo=UTC)
RUNS = tuple(NOW + timedelta(days=day) for day in (1, 2, 3))


def planned(**changes: Any) -> Planned:
    fields: dict[str, Any] = {
        "schedule_id": 7,
        "prompt": "Tell us the weather.",
        "when": "0 9 * * 1-5",
        "timezone": "UTC",
        "channel": "#team",
        "owner": "U1KIM",
        "yours": False,
        "state": "active",
        "runs": RUNS,
    }
    return Planned(**(fields | changes))


def context(schedule: Planned) -> Context:
    async def told(*given: Any) -> Planned:
        return schedule

    async def listed(*given: Any) -> list[Planned]:
        return [schedule]

    book: Any = SimpleNamespace(known=told, replan=told, listed=listed)
    return Context(Person("T1", "U3PARK"), "1", cast(httpx.AsyncClient, None), lambda: NOW, schedules=book)


async def shown(function: Any, schedule: Planned, **given: Any) -> str:
    preview = cast(Callable[..., Any], cast(Function, function).preview)
    return written(await preview(context(schedule), schedule_id=7, **given))


def said(text: str) -> tuple[list[str], list[str], int]:
    told = read_preview(text)
    assert told is not None
    now, then = ([f"{each.names['en']}: {each.value}" for each in part] for part in (told.now, told.then))
    return now, then, len(told.runs)


CHANGE: dict[str, Any] = {"prompt": "x", "when": None, "channel": None, "paused": None}


async def test_a_card_says_which_schedule_is_meant_and_when_it_runs_next() -> None:
    then = ["When: 0 9 * * 1-5 (UTC)", "Channel: #team"]
    now = ["What to do: Tell us the weather.", *then, "Made by: U1KIM"]
    assert said(await shown(update_schedule, planned(), **CHANGE)) == (now, then, 3)
    assert said(await shown(cancel_schedule, planned(yours=True))) == (now[:-1], [], 0)


async def test_no_prompt_passes_for_the_times_of_a_card() -> None:
    """Whoever's schedule it is wrote it; who is asked about it is an administrator."""
    wrote = planned(prompt="Nothing on 2026-07-09T09:00:00Z · 0 9 * * 1-5 (UTC)")
    assert said(await shown(cancel_schedule, wrote))[2] == 0
    assert said(await shown(update_schedule, wrote, **CHANGE))[2] == len(RUNS)
    other = planned(prompt="Nothing on 2026-08-09T09:00:00Z · 0 9 * * 1-5 (UTC)")
    now, then = await shown(cancel_schedule, wrote), await shown(cancel_schedule, other)
    assert lasting(now) != lasting(then), "what has changed since the card is noticed"


@pytest.mark.parametrize(
    ("channel", "en", "ko"),
    [
        (DIRECT, "direct message", "Nod와의 다이렉트 메시지"),
        (PRIVATE, "private", "비공개"),
        ("#private", "#private", "#private"),
    ],
)
async def test_a_channel_without_a_name_is_named_in_the_readers_language(channel: str, en: str, ko: str) -> None:
    told = read_preview(await shown(cancel_schedule, planned(channel=channel)))
    assert told is not None
    place = told.now_of(PLACE.names)
    assert place is not None
    assert (place.read(words_for("en")), place.read(words_for("ko"))) == (en, ko)


async def test_what_a_card_says_of_a_schedule_always_fits() -> None:
    """A preview that is too long is left out, and with it the look whether all is as it was."""
    when = ",".join(map(str, range(60)))[:88] + " 9 * * 1-5"
    longest = planned(
        prompt="😀" * 2_000,
        when=when,
        timezone="posix/America/Argentina/ComodRivadavia",
        channel="#" + "x" * 80,
        owner="U" + "0" * 10,
    )
    assert await shown(update_schedule, longest, **CHANGE)
    assert when[:40] in await shown(cancel_schedule, longest)


@pytest.mark.parametrize(("prompt", "told"), [("Tell us.", "Tell us."), ("", UNTOLD)])
async def test_what_is_private_is_told_as_such(prompt: str, told: str) -> None:
    outcome: Any = await list_schedules.implementation(context(planned(prompt=prompt)))
    assert [each.prompt for each in outcome.schedules] == [told]
    assert "What to do" not in await shown(cancel_schedule, planned(prompt=""))
