"""Model ↔ functions, until there is an answer or everything waits for a click."""

import asyncio
import logging

from bot.model.protocol import Done, Finish
from bot.turns.asking import Deadline, OutOfTime, ask
from bot.turns.carding import post_cards
from bot.turns.ending import close, end
from bot.turns.outlet import Outlet
from bot.turns.parts import Parts
from bot.turns.proposals import NO_LIMITS, Answered, Limits, batched, problem, propose
from bot.turns.scheduled import check_attended
from bot.turns.stops import Stopped
from bot.turns.withdrawal import ACTING
from functions.arguments import freeze
from functions.contract import Function
from functions.errors import FunctionProblem
from functions.safe_call import call
from storage.ports import TurnStopped
from storage.records import CallItem, Claim, DeliveryKind, NewItem, Note, ResultItem, TurnState

log = logging.getLogger("nod.turns")

MAX_CALLS = 16
"""Calls of one step that are carried out: each may be a card, and people have to read them."""


async def run_loop(parts: Parts, claim: Claim, outlet: Outlet, limits: Limits = NO_LIMITS) -> TurnState:
    """Ask the model and carry out its calls, step by step; the outlet is finished when this returns.

    Each step is recorded in one transaction: the model's items, the result of every call in order, and the
    actions, whose cards are posted only after that. Raises bot.errors.ModelError, and Stopped.
    """
    try:
        deadline = Deadline(parts.turn_seconds, parts.stops.of(claim.turn))
        return await _steps(parts, claim, outlet, limits, deadline)
    except OutOfTime:
        log.warning("turn %d is ended: it took more than %g seconds", claim.turn, parts.turn_seconds)
        return await end(parts, claim, outlet, TurnState.FAILED, Note("turn-too-long", retry=True))


async def _steps(parts: Parts, claim: Claim, outlet: Outlet, limits: Limits, deadline: Deadline) -> TurnState:
    lead = ""
    cards: Note | None = None
    acted = any(entry.delivery.kind is DeliveryKind.DECISION for entry in claim.entries)
    for _ in range(parts.max_steps):
        await outlet.working()
        done, front = await ask(parts, claim, outlet, lead, deadline)
        lead = "\n\n" if done.text else lead
        try:
            async with deadline.within():
                answers = await _answer_calls(parts, claim, outlet, done, limits)
            ending = _ending(answers)
            note = _closing_note(done) if ending is TurnState.ANSWERED else None
            note = note or cards if ending is not None else None
            new = [*done.items, *(answer.result for answer in answers)]
            parts.weights.grown(claim.conversation.id, new)
            actions = await parts.storage.turns.record(
                claim.turn,
                [NewItem(item) for item in new],
                batched(parts, answers),
                done.usage,
                at=parts.clock(),
                ending=ending,
                front=front,
                note=note,
            )
        except (Stopped, TurnStopped) as stop:
            raise Stopped(done.text) from stop
        cards = await post_cards(parts, outlet, actions) or cards
        acted = acted or bool(actions) or any(call.function in ACTING for call in done.calls)
        if ending is not None:
            again = ending is TurnState.ANSWERED and not acted
            await close(outlet, note or cards, again=again)
            return ending
    return await end(parts, claim, outlet, TurnState.FAILED, Note("too-many-steps", {"steps": parts.max_steps}))


def _ending(answers: list[Answered]) -> TurnState | None:
    """Tell how a turn ends with a step: without calls it has answered, and if all of them wait, so does it."""
    if not answers:
        return TurnState.ANSWERED
    return TurnState.WAITING if all(answer.waits for answer in answers) else None


async def _answer_calls(parts: Parts, claim: Claim, outlet: Outlet, done: Done, limits: Limits) -> list[Answered]:
    """Give every call of a step its one result, in order; read-only functions run side by side."""
    taken, over = done.calls[:MAX_CALLS], done.calls[MAX_CALLS:]
    answers = await asyncio.gather(*(_answer(parts, claim, outlet, item, limits) for item in taken))
    too_many = f"Not done: more than {MAX_CALLS} calls at once. Call it again in a later step if it is needed."
    return [*answers, *(problem(item, too_many) for item in over)]


async def _answer(parts: Parts, claim: Claim, outlet: Outlet, item: CallItem, limits: Limits) -> Answered:
    function, person = parts.functions.get(item.function), outlet.person
    if function is None:
        offered = ", ".join(parts.functions)
        return problem(item, f"There is no function of that name. There are: {offered}.")
    allowed = await parts.policy.may_call_now(function.name, person.id, claim.conversation.key.channel)
    if allowed is None:
        return problem(
            item,
            f"Slack did not say just now whether this person may use {function.name}. Tell them to ask again in a "
            "moment.",
        )
    if not allowed:
        return problem(item, f"The administrator does not let this person use {function.name} here. Say so.")
    try:
        if function.read_only:
            return await _read(parts, claim, outlet, item, function)
        await check_attended(parts, function, claim)
        return await propose(parts, function, item, person, claim.conversation, limits)
    except FunctionProblem as refused:
        return problem(item, str(refused))


async def _read(parts: Parts, claim: Claim, outlet: Outlet, item: CallItem, function: Function) -> Answered:
    frozen = freeze(function, item.arguments_json)
    await outlet.working(function, item.call_id)
    outcome = await call(function, parts.context(outlet.person, claim.conversation), frozen)
    await outlet.worked(item.call_id, ok=outcome.value is not None)
    if outcome.value is None:
        return problem(item, outcome.words)
    return Answered(ResultItem(item.call_id, outcome.value))


def _closing_note(done: Done) -> Note | None:
    match done.finish:
        case Finish.LENGTH:
            return Note("answer-length", goes_on=True)
        case Finish.FILTERED:
            return Note("answer-filtered")
        case Finish.REFUSED if not done.text:
            return Note("answer-refused")
        case _:
            return None if done.text else Note("answer-empty")
