"""What happens by the clock: each job by itself, and that all of them are on the scheduler."""

import asyncio
import sqlite3
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest

from bot.metrics import Metrics
from bot.schedule import housekeeping
from bot.schedule.housekeeping import ASIDE_KEPT, KEYS_KEPT, SETTLING, forget, housekeep, settle, sweep, tidy
from bot.turns.outlet import Outlets
from bot.turns.parts import Parts
from bot.turns.recovery import Left
from storage.ports import Storage
from storage.records import Action, ActionState, TurnState
from tests.bot.schedule.conftest import Works, planned
from tests.bot.schedule.test_retention import says
from tests.storage.sample import END, KIM, LATER, NOW, kept, message, proposed, started, thread


@dataclass
class Cards:
    """Slack as far as cards go."""

    settled: list[Action] = field(default_factory=list)
    posted: list[str] = field(default_factory=list)

    async def settle_all(self, actions: Sequence[Action]) -> None:
        self.settled += actions

    async def post_again(self, action: Action) -> str | None:
        self.posted.append(action.id)
        return "300.000001"


@pytest.fixture
def cards() -> Cards:
    return Cards()


def parts(storage: Storage, at: datetime) -> Parts:
    return cast(Parts, SimpleNamespace(storage=storage, clock=lambda: at, metrics=Metrics(at)))


async def test_what_nobody_decided_expires_and_its_card_shows_it(storage: Storage, cards: Cards) -> None:
    [action] = await proposed(storage)
    await sweep(parts(storage, LATER), cast(Outlets, cards))
    assert cards.settled == []
    await sweep(parts(storage, END), cast(Outlets, cards))
    assert [(each.id, each.state) for each in cards.settled] == [(action.id, ActionState.EXPIRED)]
    assert (await kept(storage, action)).state is ActionState.EXPIRED


async def test_a_card_of_what_is_over_is_brought_up_to_date(storage: Storage, cards: Cards) -> None:
    """What a turn or a click may still be at is left to it."""
    [action] = await proposed(storage)
    await storage.actions.carded(action.id, "5.5")
    await storage.actions.withdraw(action.id, KIM, LATER)
    await settle(parts(storage, LATER), cast(Outlets, cards))
    assert cards.settled == []
    await settle(parts(storage, LATER + SETTLING), cast(Outlets, cards))
    assert cards.settled == [await kept(storage, action)]
    await storage.actions.settled(action.id)
    await settle(parts(storage, END), cast(Outlets, cards))
    assert len(cards.settled) == 1


async def test_a_card_that_was_not_posted_is(storage: Storage, cards: Cards) -> None:
    [action] = await proposed(storage)
    await storage.turns.finish(action.turn, TurnState.WAITING, NOW)
    await sweep(parts(storage, LATER), cast(Outlets, cards))
    assert cards.posted == [action.id]
    assert (await kept(storage, action)).card_ts == "300.000001"


async def test_keys_and_what_was_said_aside_are_kept_for_their_time(storage: Storage) -> None:
    done, aside = message(thread(1)), message(thread(2))
    claim = await started(storage, done)
    await storage.turns.finish(claim.turn, TurnState.ANSWERED, NOW)
    await storage.inbox.add(aside, NOW, only_if_joined=True)
    await forget(parts(storage, NOW + KEYS_KEPT), says(NOW + 2 * KEYS_KEPT))
    assert not await storage.inbox.add(done, NOW)
    over = NOW + KEYS_KEPT + timedelta(seconds=1)
    for told in (NOW, None):
        await forget(parts(storage, over), says(told))
        assert not await storage.inbox.add(done, NOW), "the machine's clock alone"
    await forget(parts(storage, over), says(over))
    assert await storage.inbox.add(done, NOW)
    assert ASIDE_KEPT < KEYS_KEPT
    await storage.inbox.add(message(thread(2)), NOW)
    waiting = 0
    while claim_ := await storage.inbox.claim(NOW):
        waiting += len(claim_.entries)
    assert waiting == 2, "what was said aside is gone"


async def test_the_database_is_given_statistics_and_its_log_goes_into_the_file(
    storage: Storage, tmp_path: Path
) -> None:
    for number in range(100):
        claim = await started(storage, message(thread(number)))
        await storage.turns.finish(claim.turn, TurnState.ANSWERED, NOW)
    path = tmp_path / "nod.db"
    before = path.stat().st_size
    await tidy(parts(storage, NOW))
    assert path.stat().st_size > before, "what was in the log alone stands in the file"
    with closing(sqlite3.connect(path)) as other:
        [(tables,)] = other.execute("SELECT count(*) FROM sqlite_stat1 WHERE tbl = 'inbox'")
        assert tables


async def test_all_of_it_is_on_the_scheduler(
    storage: Storage, cards: Cards, clockwork: Works, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each job again and again; the clock is years after the samples, so that each has something to do."""
    for each in ("SWEEP_EVERY", "SETTLE_EVERY", "FORGET_EVERY", "TIDY_EVERY", "STATUSES_EVERY", "OLD_EVERY"):
        monkeypatch.setattr(housekeeping, each, 0.05)
    happened: dict[str, int] = {}
    all_twice = asyncio.Event()
    jobs = ("sweep", "settle", "forget", "tidy", "keep_clean", "statuses")

    def counting(name: str) -> Any:
        async def job(*given: Any) -> None:
            happened[name] = happened.get(name, 0) + 1
            if all(happened.get(each, 0) >= 2 for each in jobs):
                all_twice.set()

        return job

    for name in jobs[:-1]:
        monkeypatch.setattr(housekeeping, name, counting(name))
    await planned(storage, "0 9 * * *")
    left = Left([], [], [])
    keeping = asyncio.create_task(
        housekeep(
            parts(storage, NOW), cast(Outlets, cards), left, clockwork.alarm, counting("statuses"), says(NOW)
        )
    )
    async with asyncio.timeout(20):
        await all_twice.wait()
    keeping.cancel()
    await asyncio.gather(keeping, return_exceptions=True)
