"""Killed right before or after every commit and effect of an action's life: one card that works, never twice, and
`unknown` where nobody can know."""

from pathlib import Path

import pytest

from tests.e2e.forged import ForgedOffice
from tests.e2e.office import buttons, shown

KILLED = Path(__file__).with_name("killed.py")

PLACES = [
    ("inbox.add", 1),
    ("inbox.claim", 2),  # the first is at the start, before anything has come
    ("turns.record", 1),  # the question
    ("turns.record", 2),  # the step that proposes
    ("actions.carded", 1),
    ("turns.finish", 1),
    ("decisions.decide", 1),
    ("executions.begin", 1),
    ("effect", 1),
    ("executions.finish", 1),
    ("turns.record", 3),  # the outcome
]


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize(("place", "times"), PLACES)
async def test_killed(forged: ForgedOffice, place: str, times: int, when: str) -> None:
    office = forged
    await office.start(str(KILLED), place, when, str(times))
    thread = await office.ask("lee", "general", "@Nod delete employee 5")

    async def confirmed() -> None:
        """Click as a person does: again, as long as the card has its buttons."""
        card = await office.workspace.wait_for(
            lambda _: next((each for each in thread.replies if each.blocks), None)
        )
        if buttons(card):
            await thread.click("lee", card, "action_confirm")
        await office.workspace.wait_for(lambda _: not any(buttons(reply) for reply in thread.replies))

    async def told() -> str:
        cards = [reply for reply in thread.replies if "employee" in shown(reply) and reply.blocks]
        endings = ("Done.", "unknown", "Not done")
        return await office.workspace.wait_for(
            lambda _: next(
                (shown(card) for card in cards if any(ending in shown(card) for ending in endings)), None
            )
        )

    async def answered() -> None:
        """See Nod's words about the outcome, below the card."""
        await office.workspace.wait_for(lambda _: any(not reply.blocks for reply in thread.replies))
        await office.workspace.wait_for(lambda _: not office.workspace.statuses.get((thread.channel, thread.ts)))

    await office.through_kills(confirmed)
    ending = await office.through_kills(told)
    await office.through_kills(answered)
    assert office.killed == 1, "the place was never reached"

    deletions = [request for request in office.world.employees_faults.requests if request.method == "DELETE"]
    assert len(deletions) <= 1
    assert len([reply for reply in thread.replies if reply.blocks and "Delete" in shown(reply)]) == 1
    if "Done." in ending:
        assert len(deletions) == 1
        assert len(office.world.employees.rows()) == 23
    else:
        assert "unknown" in ending
        assert place in ("executions.begin", "effect", "executions.finish")
