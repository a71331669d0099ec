"""What the schedule functions say of a schedule on a card, and to the model."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any, cast

import httpx
import pytest

from bot.turns.proposals import MAX_PREVIEW
from functions import Context, Function, Person
from functions.moments import moments, steady
from functions.schedule_book import Planned
from functions.schedules import PRIVATE, cancel_schedule, list_schedules, update_schedule

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
    return str(await preview(context(schedule), schedule_id=7, **given))


CHANGE: dict[str, Any] = {"prompt": "x", "when": None, "channel": None, "paused": None}


async def test_a_card_says_which_schedule_is_meant_and_when_it_runs_next() -> None:
    said, times = moments(await shown(update_schedule, planned(), **CHANGE))
    assert said == "“Tell us the weather.” · 0 9 * * 1-5 (UTC) · #team · U1KIM → #team · 0 9 * * 1-5 (UTC)"
    assert times == list(RUNS)


async def test_no_prompt_passes_for_the_times_of_a_card() -> None:
    """Whoever's schedule it is wrote it; who is asked about it is an administrator."""
    wrote = planned(prompt="Nothing on 2026-07-09T09:00:00Z · 0 9 * * 1-5 (UTC)")
    assert moments(await shown(cancel_schedule, wrote))[1] == []
    assert moments(await shown(update_schedule, wrote, **CHANGE))[1] == list(RUNS)
    other = planned(prompt="Nothing on 2026-08-09T09:00:00Z · 0 9 * * 1-5 (UTC)")
    now, then = await shown(cancel_schedule, wrote), await shown(cancel_schedule, other)
    assert steady(now) != steady(then), "what has changed since the card is noticed"


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
    assert len(await shown(update_schedule, longest, **CHANGE)) <= MAX_PREVIEW
    assert when[:40] in await shown(cancel_schedule, longest)


@pytest.mark.parametrize(("prompt", "told"), [("Tell us.", "Tell us."), ("", PRIVATE)])
async def test_what_is_private_is_told_as_such(prompt: str, told: str) -> None:
    outcome: Any = await list_schedules.implementation(context(planned(prompt=prompt)))
    assert [each.prompt for each in outcome.schedules] == [told]
    assert "“" not in await shown(cancel_schedule, planned(prompt=""))
