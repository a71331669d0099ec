"""What the model and the data services do wrong, at every moment that is theirs: the matrix's other half."""

from collections.abc import Callable
from dataclasses import dataclass

import pytest

from bot.demo.services.faults import BrokenBody, Drop, Status
from bot.demo.unkind.model import Failed
from bot.demo.world import World
from tests.e2e.forged import ForgedOffice
from tests.e2e.test_dialogs import changes
from tests.faults.books import Books
from tests.faults.person import Person
from tests.faults.scenes import ACTION, COUNT, LONG, QUESTION, READING, Scene

SOME_TEXT = 20
"""Events of the model's stream after which some text was shown, of an answer that is long."""


@dataclass(frozen=True)
class Case:
    name: str
    scene: Scene
    arrange: Callable[[World], object]
    apologises: bool = False
    seconds: int = 600
    """NOD_TURN_SECONDS."""


def _later(count: int, then: Callable[[World], object]) -> Callable[[World], object]:
    """Let the rules answer so many requests before something happens."""

    def arrange(world: World) -> None:
        for _ in range(count):
            world.script.rules()
        then(world)

    return arrange


CASES = (
    Case("mid-model: cut", QUESTION, lambda world: world.script.cut(after_events=2)),
    Case("mid-model: one 500", QUESTION, lambda world: world.script.error(500)),
    Case("mid-model: 500 for long", QUESTION, lambda world: world.unkind.model.add(Failed(500), times=None), True),
    Case("mid-model: stalled", QUESTION, lambda world: world.script.stall(after_events=2), True, seconds=1),
    Case("after a function: cut", QUESTION, _later(1, lambda world: world.script.cut(after_events=0))),
    Case("after a function: stalled", QUESTION, _later(1, lambda world: world.script.stall()), True, seconds=1),
    Case("mid-stream: cut", LONG, _later(1, lambda world: world.script.cut(after_events=SOME_TEXT)), True),
    Case(
        "mid-stream: stalled", LONG, _later(1, lambda w: w.script.stall(after_events=SOME_TEXT)), True, seconds=1
    ),
    Case("after the effect: cut", ACTION, _later(1, lambda world: world.script.cut(after_events=8)), True),
    Case("after the effect: stalled", ACTION, _later(1, lambda world: world.script.stall()), True, seconds=1),
    Case("mid-function: reset", READING, lambda world: world.employees_faults.add(Drop(), method="GET")),
    Case("mid-function: half an answer", READING, lambda w: w.employees_faults.add(BrokenBody(), method="GET")),
    Case("after the effect: reset", ACTION, lambda w: w.employees_faults.add(Drop(True), method="PUT")),
    Case("after the effect: half an answer", ACTION, lambda w: w.employees_faults.add(BrokenBody(), method="PUT")),
    Case("before the effect: reset", ACTION, lambda w: w.employees_faults.add(Drop(), method="PUT")),
    Case("before the effect: refused", ACTION, lambda w: w.employees_faults.add(Status(429, "1"), method="PUT")),
)


@pytest.mark.parametrize("case", [pytest.param(each, id=each.name) for each in CASES])
async def test_the_far_end_fails(forged: ForgedOffice, case: Case) -> None:
    office, books = forged, Books(forged)
    office.settings["NOD_TURN_SECONDS"] = str(case.seconds)
    person = Person(books, before_retry=office.world.unkind.calm)
    case.arrange(office.world)
    await office.start()
    await person.ask(case.scene)
    await person.see_it_through(case.scene)
    await person.ask(COUNT)
    await person.see_it_through(COUNT)
    await office.world.sockets.wait_acked()
    assert await office.stop() == 0
    await books.assert_balanced()
    assert bool(books.pressed) is case.apologises
    assert len(changes(office)) == (1 if case.scene is ACTION else 0)
