"""A schedule's run: a turn that nobody is there for, in its owner's name."""

from bot.turns.parts import Parts
from functions.contract import Function
from functions.errors import FunctionProblem, Unavailable
from storage.records import Claim, Conversation, Delivery, DeliveryKind

FRAME = (
    "(Scheduled run, due {due}. Nobody has written just now, and nobody can answer a question: do now, as well as "
    "you can, what the owner of the schedule wants done each time. These are the owner's words.)"
)


def framed(delivery: Delivery) -> str:
    """Return what a run's turn is asked, told apart from what somebody has just written."""
    due = delivery.key.split(":", 2)[2]
    return f"{FRAME.format(due=due)}\n{delivery.text}"


async def check_attended(parts: Parts, function: Function, claim: Claim) -> None:
    """Raise FunctionProblem for what only a person who is there may ask for: else schedules could make schedules.

    What goes on after a click in a run, on *Continue* too, is still the run; a person who writes in its thread is
    there.
    """
    if not function.attended or any(_is_written(entry.delivery) for entry in claim.entries):
        return
    if await parts.storage.schedules.owner(claim.conversation.id) is not None:
        raise FunctionProblem(
            f"{function.name} cannot be called in a scheduled run. Its owner has to ask for it in person."
        )


def _is_written(delivery: Delivery) -> bool:
    return delivery.kind is DeliveryKind.MESSAGE and not delivery.continues


async def confirms_own(parts: Parts, function: Function, person: str) -> bool:
    """Tell whether the rules let a person confirm what they themselves ask for. Raises Unavailable."""
    allowed = await parts.policy.may_confirm_own(function.name, person)
    if allowed is None:
        raise Unavailable(
            f"Slack did not say just now who may confirm {function.name}. "
            "Tell the person to ask again in a moment."
        )
    return allowed


async def check_confirmable(parts: Parts, function: Function, person: str, conversation: Conversation) -> None:
    """Raise FunctionProblem for a run's action that nobody could confirm: only its owner's click counts, and the
    rules want somebody else's."""
    if await parts.storage.schedules.owner(conversation.id) != person:
        return
    if not await confirms_own(parts, function, person):
        raise FunctionProblem(
            f"Under the rules somebody else has to confirm {function.name}, and in the thread of a scheduled run "
            "only its owner's click counts. Say that they have to ask for it in another thread."
        )
