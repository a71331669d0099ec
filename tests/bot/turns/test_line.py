"""The line: told once, and again before the status fades."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import timedelta

from bot.turns.line import Line
from bot.turns.outlet import Outlet
from storage.ports import Storage
from storage.records import Action, Claim, ConversationKey, Delivery
from tests.bot.turns.conftest import Clock, Desk


async def nothing() -> None:
    pass


@dataclass
class Board:
    told: list[tuple[str, int]] = field(default_factory=list)
    meanwhile: Callable[[], Awaitable[object]] = nothing

    async def in_line(self, delivery: Delivery, place: int) -> None:
        self.told.append((delivery.text, place))
        meanwhile, self.meanwhile = self.meanwhile, nothing
        await meanwhile()

    async def open(self, claim: Claim) -> Outlet:
        raise NotImplementedError

    async def post_again(self, action: Action) -> str | None:
        raise NotImplementedError

    async def settle_all(self, actions: Sequence[Action]) -> None:
        raise NotImplementedError


async def test_only_who_waits_more_than_a_moment_is_told_their_place(
    storage: Storage, desk: Desk, clock: Clock
) -> None:
    board = Board()
    line = Line(storage.inbox, board, clock)
    for number in range(3):
        await desk.message(f"question {number}", f"U{number}", ConversationKey("T1", "C1", f"{number}.1"))
    await line.tell()
    assert board.told == []
    clock.pass_seconds(4)
    await line.tell()
    assert board.told == [("question 0", 1), ("question 1", 2), ("question 2", 3)]
    await line.tell()
    assert len(board.told) == 3
    await desk.claim()
    clock.pass_seconds(timedelta(seconds=61).total_seconds())
    await line.tell()
    assert board.told[3:] == [("question 1", 1), ("question 2", 2)]


async def test_what_was_told_too_late_is_taken_away(storage: Storage, desk: Desk, clock: Clock) -> None:
    board = Board(meanwhile=desk.claim)
    line = Line(storage.inbox, board, clock)
    for number in range(2):
        await desk.message(f"question {number}", f"U{number}", ConversationKey("T1", "C1", f"{number}.1"))
    clock.pass_seconds(4)
    await line.tell()
    assert board.told == [("question 0", 1), ("question 0", 0), ("question 1", 1)]


async def test_whose_turn_came_before_they_were_told_is_not_told(
    storage: Storage, desk: Desk, clock: Clock
) -> None:
    async def both() -> None:
        await desk.claim()
        await desk.claim()

    board = Board(meanwhile=both)
    line = Line(storage.inbox, board, clock)
    for number in range(2):
        await desk.message(f"question {number}", f"U{number}", ConversationKey("T1", "C1", f"{number}.1"))
    clock.pass_seconds(4)
    await line.tell()
    assert board.told == [("question 0", 1), ("question 0", 0)]
