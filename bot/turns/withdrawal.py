"""The one function of Nod's own: the model takes back what it proposed. It can only reduce effects, so it needs no
click."""

import asyncio
from collections.abc import Callable
from datetime import datetime
from typing import Annotated

from pydantic import Field

from bot.turns.outlet import Outlets
from functions.context import Context
from functions.contract import Function, function
from functions.errors import FunctionProblem
from storage.outcomes import reference
from storage.ports import Actions

NAME = "withdraw_action"

ACTING = frozenset({NAME})
"""The functions that change something at once: an answer that called one is not given anew."""


def withdrawal(actions: Actions, outlets: Outlets, clock: Callable[[], datetime]) -> Function:
    """Make the function over what is stored and shown. What it has begun goes on if the turn is stopped meanwhile,
    and the history is told with the commit: else a card would wait on, for people or for the model."""
    under_way: set[asyncio.Task[bool]] = set()

    async def take_back(action_id: str, person: str) -> bool:
        withdrawn = await actions.withdraw(action_id, person, clock(), told=True)
        if withdrawn is not None:
            await outlets.settle_all([withdrawn])
        return withdrawn is not None

    @function(read_only=True, title={"en": "Withdraw a request", "ko": "요청 철회"})
    async def withdraw_action(
        context: Context,
        reference_of_action: Annotated[
            str, Field(description="The reference that the awaiting_confirmation result gave")
        ],
    ) -> dict[str, str]:
        """Take back an action that still waits for its click, when the person who asked has changed their mind."""
        for action in await actions.pending(int(context.conversation)):
            if reference(action.id) == reference_of_action:
                task = asyncio.create_task(take_back(action.id, context.requester.id), name="taking back")
                under_way.add(task)
                task.add_done_callback(under_way.discard)
                if await asyncio.shield(task):
                    return {"status": "withdrawn"}
        raise FunctionProblem("Nothing of this person's waits under that reference; it may have been decided.")

    return withdraw_action
