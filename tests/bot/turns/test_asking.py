"""One request to the model: made once more if nothing of it was seen, and never longer than the turn may take."""

import asyncio
from collections.abc import AsyncGenerator, Sequence
from dataclasses import dataclass, field, replace

import pytest

from bot.errors import ModelBusy, ModelCut
from bot.model.protocol import Done, Event, Finish, TextDelta
from bot.turns.loop import run_loop
from bot.turns.parts import Parts
from bot.turns.turn import run_turn
from functions import Context, Function, function
from storage.records import AssistantItem, Item, TurnState, Usage
from tests.bot.turns.conftest import Desk, RecordingOutlet, ScriptedModel

DONE = Done((AssistantItem("Whole."),), Finish.STOP, Usage())


@dataclass
class Breaking:
    """A model whose streams are played event by event; an exception is raised, None hangs."""

    streams: list[list[Event | Exception | None]]
    name: str = "breaking"
    closed: list[int] = field(default_factory=list)

    async def stream(
        self, instructions: str, items: Sequence[Item], functions: Sequence[Function]
    ) -> AsyncGenerator[Event, None]:
        number = len(self.closed)
        try:
            for event in self.streams.pop(0):
                if isinstance(event, Exception):
                    raise event
                if event is None:
                    await asyncio.Event().wait()
                else:
                    yield event
        finally:
            self.closed.append(number)

    async def close(self) -> None: ...


async def test_a_stream_that_is_cut_before_a_word_is_asked_for_again(
    parts: Parts, desk: Desk, outlet: RecordingOutlet
) -> None:
    model = Breaking([[ModelCut("cut")], [TextDelta("Whole."), DONE]])
    await desk.message("hi")
    assert await run_turn(replace(parts, model=model), await desk.claim(), outlet) is TurnState.ANSWERED
    assert outlet.said == "Whole."
    assert model.closed == [0, 1]


async def test_a_stream_that_is_cut_after_a_word_is_not(parts: Parts, desk: Desk, outlet: RecordingOutlet) -> None:
    model = Breaking([[TextDelta("Half"), ModelCut("cut")]])
    await desk.message("hi")
    with pytest.raises(ModelCut):
        await run_turn(replace(parts, model=model), await desk.claim(), outlet)
    assert outlet.said == "Half"
    assert model.closed == [0]


async def test_what_was_repeated_already_is_not_asked_for_again(
    parts: Parts, desk: Desk, outlet: RecordingOutlet
) -> None:
    model = Breaking([[ModelBusy("503", repeated=True)]])
    await desk.message("hi")
    with pytest.raises(ModelBusy):
        await run_turn(replace(parts, model=model), await desk.claim(), outlet)
    assert model.closed == [0]


async def test_nobody_is_told_of_an_answer_above_that_never_came(
    parts: Parts, desk: Desk, outlet: RecordingOutlet
) -> None:
    model = Breaking([[ModelCut("after a thought")], [ModelCut("after a thought")]])
    await desk.message("hi")
    with pytest.raises(ModelBusy):
        await run_turn(replace(parts, model=model), await desk.claim(), outlet)


async def test_twice_is_enough(parts: Parts, desk: Desk, outlet: RecordingOutlet) -> None:
    model = Breaking([[ModelBusy("503")], [ModelBusy("503")]])
    await desk.message("hi")
    with pytest.raises(ModelBusy):
        await run_turn(replace(parts, model=model), await desk.claim(), outlet)


async def test_a_model_that_hangs_ends_the_turn_in_time_and_is_let_go(
    parts: Parts, desk: Desk, outlet: RecordingOutlet
) -> None:
    model = Breaking([[TextDelta("Half"), None]])
    await desk.message("hi")
    claim = await desk.claim()
    state = await run_turn(replace(parts, model=model, turn_seconds=1.0), claim, outlet)
    assert state is TurnState.FAILED
    assert outlet.said == "Half"
    assert outlet.retry
    assert "시간" in outlet.note
    assert model.closed == [0]


async def test_a_read_only_function_that_hangs_ends_the_turn_in_time(
    parts: Parts, desk: Desk, outlet: RecordingOutlet, model: ScriptedModel
) -> None:
    let_go = []

    @function(read_only=True, title={"en": "Hang", "ko": "멈춤"})
    async def hang(context: Context) -> str:
        """Hang."""
        try:
            await asyncio.Event().wait()
        finally:
            let_go.append(True)
        return ""

    model.calls(("hang", "{}"))
    await desk.message("hi")
    claim = await desk.claim()
    short = replace(parts, functions={"hang": hang}, turn_seconds=1.0)
    assert await run_loop(short, claim, outlet) is TurnState.FAILED
    assert outlet.retry
    assert let_go == [True]
