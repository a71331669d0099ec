"""The scheduler forgets what is old, and says what it did."""

import logging
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import cast

import pytest

from bot.metrics import Metrics, Reading
from bot.schedule.retention import SlackTime, keep_clean
from bot.turns.parts import Parts
from storage.ports import Storage
from storage.records import ConversationKey, Delivery, DeliveryKind, NewItem, TurnState, UserItem
from storage.sqlite import keeping, open_storage

NOW = datetime(2026, 7, 4, 12, 0, tzinfo=UTC)
YEAR = timedelta(days=365)


@pytest.fixture
async def storage(tmp_path: Path) -> AsyncIterator[Storage]:
    opened = await open_storage(tmp_path / "nod.db")
    yield opened
    await opened.close()


def parts(storage: Storage, at: datetime) -> Parts:
    return cast(Parts, SimpleNamespace(storage=storage, clock=lambda: at, metrics=Metrics(NOW)))


def says(at: datetime | None) -> SlackTime:
    """Slack's own clock."""

    async def told() -> datetime | None:
        return at

    return told


def files(folder: Path) -> bytes:
    return b"".join(file.read_bytes() for file in folder.glob("nod.db*"))


async def said(storage: Storage) -> int:
    key = ConversationKey("T1", "C1", "1.1")
    assert await storage.inbox.add(Delivery(DeliveryKind.MESSAGE, "message:T1:C1:1.1", key, "U1", "hello"), NOW)
    claim = await storage.inbox.claim(NOW)
    assert claim is not None
    await storage.turns.record(claim.turn, [NewItem(UserItem("hello", "U1"))], at=NOW)
    await storage.turns.finish(claim.turn, TurnState.ANSWERED, NOW)
    return claim.conversation.id


async def test_what_is_old_is_forgotten_and_counted(storage: Storage, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    conversation = await said(storage)
    young = parts(storage, NOW + YEAR)
    await keep_clean(young, YEAR, says(NOW + 9 * YEAR))
    assert len(await storage.history.items(conversation)) == 1
    old = parts(storage, NOW + YEAR + timedelta(seconds=1))
    await keep_clean(old, YEAR, says(NOW + 9 * YEAR))
    assert await storage.history.items(conversation) == []
    assert b"nod_conversations_forgotten_total 1.0" in old.metrics.exposition(Reading(healthy=True))
    assert "forgotten because they were older than 365 days: 1" in caplog.messages


@pytest.mark.parametrize(
    ("machine", "slack", "forgets", "told"),
    [
        (9 * YEAR, timedelta(0), False, "3285 days ahead of Slack's"),
        (timedelta(0), 9 * YEAR, False, "3285 days behind Slack's"),
        (9 * YEAR, None, False, "Slack does not say what time it is"),
        (9 * YEAR, 9 * YEAR - timedelta(hours=1), True, "older than 365 days: 1"),
    ],
    ids=["ahead", "behind", "unknown", "about the same"],
)
async def test_a_clock_that_is_wrong_forgets_nothing(
    storage: Storage,
    caplog: pytest.LogCaptureFixture,
    machine: timedelta,
    slack: timedelta | None,
    *,
    forgets: bool,
    told: str,
) -> None:
    """What is forgotten is gone for good, and a machine may start with its clock years ahead."""
    caplog.set_level(logging.INFO)
    conversation = await said(storage)
    await keep_clean(parts(storage, NOW + machine), YEAR, says(None if slack is None else NOW + slack))
    assert (await storage.history.items(conversation) == []) is forgets
    assert told in caplog.text


async def test_what_people_wanted_forgotten_leaves_the_file_whatever_the_clock_says(
    storage: Storage, tmp_path: Path
) -> None:
    await said(storage)
    await storage.keeping.forget("wish", "T1", "U1", NOW)
    await keep_clean(parts(storage, NOW + 9 * YEAR), YEAR, says(None))
    assert b"hello" not in files(tmp_path)


async def test_without_a_bound_everything_is_kept(storage: Storage) -> None:
    conversation = await said(storage)
    await keep_clean(parts(storage, NOW + 100 * YEAR), None, says(NOW + 100 * YEAR))
    assert len(await storage.history.items(conversation)) == 1


async def test_what_people_forgot_is_scrubbed_when_it_could_not_be_at_once(
    storage: Storage, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    await said(storage)
    await storage.keeping.forget("wish", "T1", "U1", NOW)
    monkeypatch.setattr(keeping, "REWRITTEN", 0)
    await keep_clean(parts(storage, NOW), None, says(None))
    assert "VACUUM" in caplog.text
    monkeypatch.undo()
    caplog.clear()
    await keep_clean(parts(storage, NOW), None, says(None))
    assert caplog.messages == []
    assert b"hello" not in files(tmp_path)


async def test_a_database_that_fails_is_told(storage: Storage, caplog: pytest.LogCaptureFixture) -> None:
    closed = await open_storage(Path(storage.connection.path).with_name("other.db"))  # type: ignore[attr-defined]
    await closed.close()
    await keep_clean(parts(closed, NOW), YEAR, says(NOW))
    assert "old conversations cannot be forgotten" in caplog.text
