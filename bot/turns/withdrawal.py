"""The one function of Nod's own: the model takes back what it proposed. It can only reduce effects, so it needs no
click."""

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
    """Make the function over what is stored and shown."""

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
                withdrawn = await actions.withdraw(action.id, context.requester.id, clock())
                if withdrawn is not None:
                    await outlets.settle_all([withdrawn])
                    return {"status": "withdrawn"}
        raise FunctionProblem("Nothing of this person's waits under that reference; it may have been decided.")

    return withdraw_action
