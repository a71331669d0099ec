"""Every fault at every moment of a turn: nothing lost, nothing twice, nothing left behind, and Nod hears on.

`make faults` runs them, and so does `make test-slow`.
"""

import asyncio
from pathlib import Path

import pytest

from tests.e2e.forged import ForgedOffice
from tests.e2e.office import WITHIN
from tests.faults.books import Books
from tests.faults.matrix import CASES, STRIKES, Moment, hold, met
from tests.faults.person import Person
from tests.faults.scenes import COUNT


@pytest.mark.parametrize(
    ("fault", "moment"), [pytest.param(*case, id=f"{case[1].name}: {case[0]}") for case in CASES]
)
async def test_fault_at_a_moment(forged: ForgedOffice, door: Path, fault: str, moment: Moment) -> None:
    office, books = forged, Books(forged)
    person = Person(books)
    async with hold(office, moment, door) as waiting:
        await person.ask(moment.scene)
        seeing = asyncio.create_task(person.see_it_through(moment.scene))
        await asyncio.wait_for(waiting.reached(), WITHIN)
        await STRIKES[fault](office, waiting.go_on)
        waiting.go_on()
        await seeing
    office.world.unkind.calm()
    await person.ask(COUNT)
    await person.see_it_through(COUNT)
    await office.world.sockets.wait_acked()
    assert met(fault, office)
    assert await office.stop() == 0
    await books.assert_balanced()
