"""What the last process left: shown once, in the background, and never in the way of the rest."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import pytest

from bot.turns.ending import end, show_again
from bot.turns.outlet import Outlet
from bot.turns.parts import Parts
from bot.turns.recovery import recover, show_left
from bot.turns.turn import run_turn
from bot.turns.worker import Worker
from storage.records import Action, Claim, Decision, Delivery, Note, TurnState
from tests.bot.turns.conftest import Desk, RecordingOutlet, ScriptedModel


@dataclass
class Wall:
    """Every turn's outlet, and the cards that stand in Slack."""

    outlet: RecordingOutlet = field(default_factory=RecordingOutlet)
    broken: bool = False
    posted: list[str] = field(default_factory=list)
    settled: list[Action] = field(default_factory=list)

    async def open(self, claim: Claim) -> Outlet:
        if self.broken:
            raise RuntimeError("a defect")
        return self.outlet

    async def in_line(self, delivery: Delivery, place: int) -> None: ...

    async def post_again(self, action: Action) -> str | None:
        self.posted.append(action.id)
        return "500.1"

    async def settle_all(self, actions: Sequence[Action]) -> None:
        self.settled += actions


async def started(parts: Parts, wall: Wall) -> None:
    """Take up what was left as a start does, until all of it is shown."""
    left = await recover(parts)
    worker = Worker(parts, wall, 2)
    for ended in left.ended:
        worker.show(ended)
    await show_left(parts, wall, left)
    await worker.drain(10.0)


async def answered_but_not_ended(parts: Parts, desk: Desk, model: ScriptedModel, outlet: RecordingOutlet) -> Claim:
    """Run a turn to its last step; then the process is gone."""
    model.says("The whole answer.")
    await desk.message("a question")
    claim = await desk.claim()
    assert await run_turn(parts, claim, outlet) is TurnState.ANSWERED
    return claim


async def test_an_answer_that_does_not_stand_there_is_shown_below_what_was_left(
    parts: Parts, desk: Desk, model: ScriptedModel, outlet: RecordingOutlet
) -> None:
    await answered_but_not_ended(parts, desk, model, outlet)
    wall = Wall()
    await started(parts, wall)
    assert wall.outlet.picked_up == 1
    assert wall.outlet.said == "The whole answer."
    assert wall.outlet.finished == 1
    assert await parts.storage.inbox.claim(parts.clock()) is None


async def test_an_answer_that_stands_there_is_not_shown_again(
    parts: Parts, desk: Desk, model: ScriptedModel, outlet: RecordingOutlet
) -> None:
    await answered_but_not_ended(parts, desk, model, outlet)
    wall = Wall(RecordingOutlet(whole=True))
    await started(parts, wall)
    assert wall.outlet.picked_up == 0
    assert wall.outlet.said == ""


@pytest.mark.parametrize("half_written", [True, False])
async def test_what_was_said_before_a_card_is_shown_again_only_if_it_was_left_half_written(
    parts: Parts, desk: Desk, model: ScriptedModel, outlet: RecordingOutlet, *, half_written: bool
) -> None:
    model.calls(("pay", '{"amount": 5}'), text="I need your nod.")
    await desk.message("pay 5")
    assert await run_turn(parts, await desk.claim(), outlet) is TurnState.WAITING
    wall = Wall(RecordingOutlet(half_written=half_written))
    await started(parts, wall)
    assert wall.outlet.said == ("I need your nod." if half_written else "")
    assert wall.outlet.finished == 1


async def test_a_defect_in_the_showing_does_not_keep_the_thread_waiting(
    parts: Parts, desk: Desk, model: ScriptedModel, outlet: RecordingOutlet
) -> None:
    await answered_but_not_ended(parts, desk, model, outlet)
    await started(parts, Wall(broken=True))
    await desk.message("another question")
    assert (await desk.claim()).entries[0].delivery.text == "another question"


async def test_only_cards_that_the_last_process_left_are_posted(
    parts: Parts, desk: Desk, model: ScriptedModel, outlet: RecordingOutlet
) -> None:
    model.calls(("pay", '{"amount": 5}'))
    await desk.message("pay 5")
    await run_turn(parts, await desk.claim(), RecordingOutlet())
    old = (await parts.storage.actions.pending(1))[0]
    left = await recover(parts)
    assert left.uncarded == []  # its card was posted
    assert left.interrupted == []

    model.calls(("pay", '{"amount": 6}'))
    wall = Wall()
    await desk.message("pay 6")
    await show_left(parts, wall, left)
    await parts.storage.turns.finish(left.ended[0].claim.turn, TurnState.WAITING, parts.clock())
    await run_turn(parts, await desk.claim(), outlet)
    assert wall.posted == []
    assert old.card_ts is not None


async def test_a_card_that_was_never_posted_is_posted_unless_its_action_is_over(
    parts: Parts, desk: Desk, model: ScriptedModel, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def killed(*_: object) -> None:
        raise KeyboardInterrupt

    for amount in (5, 6):
        model.calls(("pay", f'{{"amount": {amount}}}'))
        await desk.message(f"pay {amount}")
        claim = await desk.claim()
        with monkeypatch.context() as broken:
            broken.setattr(RecordingOutlet, "card", killed)
            with pytest.raises(KeyboardInterrupt):
                await run_turn(parts, claim, RecordingOutlet())
        await parts.storage.turns.finish(claim.turn, TurnState.WAITING, parts.clock())
    left = await recover(parts)
    first, second = left.uncarded
    await desk.click(first, Decision.DENY)
    wall = Wall()
    await show_left(parts, wall, left)
    assert wall.posted == [second.id]


async def test_an_answer_waits_until_somebody_can_say_whether_it_stands(
    parts: Parts, desk: Desk, model: ScriptedModel, outlet: RecordingOutlet, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.turns.worker.SHOW_AGAIN", 0.0)
    await answered_but_not_ended(parts, desk, model, outlet)
    wall, asked = Wall(), []

    async def stands(_: RecordingOutlet) -> bool:
        asked.append(1)
        if len(asked) < 3:
            raise LookupError
        return True

    monkeypatch.setattr(RecordingOutlet, "stands", stands)
    await started(parts, wall)
    assert len(asked) == 3
    assert wall.outlet.said == ""


async def test_a_note_is_shown_again_unless_it_stands_there(
    parts: Parts, desk: Desk, model: ScriptedModel, outlet: RecordingOutlet
) -> None:
    await desk.message("a question")
    claim = await desk.claim()
    await end(parts, claim, outlet, TurnState.FAILED, Note("late", retry=True))
    for has_note in (True, False):
        wall = Wall(RecordingOutlet(has_note=has_note))
        left = await recover(parts)
        assert [ended.note for ended in left.ended] == [Note("late", retry=True)]
        assert await show_again(left.ended[0], wall.outlet)
        assert wall.outlet.finished == (0 if has_note else 1)
        assert wall.outlet.retry is not has_note


async def test_a_greeting_is_not_said_twice(parts: Parts, desk: Desk, outlet: RecordingOutlet) -> None:
    await desk.message("  ")
    await run_turn(parts, await desk.claim(), outlet)
    for has_note in (True, False):
        wall = Wall(RecordingOutlet(has_note=has_note))
        assert await show_again((await recover(parts)).ended[0], wall.outlet)
        assert wall.outlet.greeted == (0 if has_note else 1)
