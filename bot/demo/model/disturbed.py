"""Answers of the stand-in model that go wrong: how, and what is left of them."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from bot.demo.model.conversation import Reply
from bot.demo.model.errors import error_body
from bot.demo.model.script import Step
from bot.demo.unkind.model import BrokenArguments, Cut, Empty, Failed, ModelFault, SlowDeltas, Stalled
from bot.demo.unkind.rules import Rules

MESSAGES: Final = {
    429: "Rate limit reached for requests. Please try again later.",
    503: "The server is overloaded or not ready yet.",
}
OTHERWISE: Final = "The server had an error while processing your request. Sorry about that!"


def disturb(faults: Rules[ModelFault], model: str, reply: Reply) -> tuple[Step, Reply]:
    """Return how an answer is sent and what it says, after the fault that it meets, if it meets any."""
    fault = faults.take(model, lambda each: _fits(each, reply))
    match fault:
        case Failed(status, retry_after):
            headers = {} if retry_after is None else {"Retry-After": str(retry_after)}
            return Step(status=status, body=_body(status), headers=headers), Reply()
        case Stalled():
            step = Step(stall_after=fault.after_events, stall_seconds=fault.seconds, resumed=fault.released)
            return step, reply
        case Cut(after_events):
            return Step(cut_after=after_events), reply
        case SlowDeltas(seconds):
            return Step(delta_seconds=seconds), reply
        case Empty():
            return Step(), Reply(empty=True)
        case BrokenArguments():
            halves = (replace(call, arguments=call.arguments[: len(call.arguments) // 2]) for call in reply.calls)
            return Step(), replace(reply, calls=tuple(halves))
        case None:
            return Step(delta_seconds=reply.delta_seconds), reply


def _fits(fault: ModelFault, reply: Reply) -> bool:
    """Tell whether an answer can meet a fault; one that it cannot waits for another."""
    match fault:
        case Failed(notes=True):
            return reply.notes
        case BrokenArguments():
            return bool(reply.calls)
        case _:
            return True


def _body(status: int) -> object:
    code = "rate_limit_exceeded" if status == 429 else None
    return error_body(status, MESSAGES.get(status, OTHERWISE), code=code)
