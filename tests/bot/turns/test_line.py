"""The line: told once, and again before the status fades."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta

from bot.turns.line import Line
from bot.turns.outlet import Outlet
from storage.ports import Storage
from storage.records import Action, Claim, ConversationKey, Delivery
from tests.bot.turns.conftest import Clock, Desk


@dataclass
class Board:
    told: list[tuple[str, int]] = field(default_factory=list)

    async def in_line(self, delivery: Delivery, place: int) -> None:
        self.told.append((delivery.text, place))

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
