"""Model ↔ functions, until there is an answer or everything waits for a click."""

import asyncio
import json
import logging
from contextlib import aclosing
from dataclasses import dataclass

from bot.model.protocol import Done, Finish, TextDelta
from bot.turns.actions import AWAITING, propose
from bot.turns.history import model_input
from bot.turns.instructions import INSTRUCTIONS
from bot.turns.outlet import Outlet
from bot.turns.parts import Parts
from bot.words.catalogue import Words, words_for
from functions.arguments import freeze
from functions.contract import Function
from functions.errors import FunctionProblem
from functions.safe_call import call
from storage.records import CallItem, Claim, NewAction, NewItem, ResultItem, TurnState

log = logging.getLogger("nod.turns")


@dataclass(frozen=True)
class Answered:
    """What one call came to: its result for the model and, for an action, what waits."""

    result: ResultItem
    action: NewAction | None = None


async def run_loop(parts: Parts, claim: Claim, outlet: Outlet) -> TurnState:
    """Ask the model and carry out its calls, step by step; the outlet is finished when this returns.

    Each step is recorded in one transaction: the model's items, the result of every call in order, and the
    actions, whose cards are posted only after that. Raises bot.errors.ModelError.
    """
    words = words_for(outlet.person.locale)
    lead = ""
    for _ in range(parts.max_steps):
        await outlet.working()
        done = await _ask(parts, claim, outlet, lead)
        lead = "\n\n" if done.text else lead
        answers = await _answer_calls(parts, claim, outlet, done)
        actions = await parts.storage.turns.record(
            claim.turn,
            [NewItem(item) for item in (*done.items, *(answer.result for answer in answers))],
            [answer.action for answer in answers if answer.action is not None],
            done.usage,
            at=parts.clock(),
        )
        for action in actions:
            card_ts = await outlet.card(action, parts.functions[action.function])
            if card_ts is not None:
                await parts.storage.actions.carded(action.id, card_ts)
        if not answers:
            await outlet.finish(_closing_note(done, words))
            return TurnState.ANSWERED
        if len(actions) == len(answers):
            await outlet.finish()
            return TurnState.WAITING
    await outlet.finish(words("too-many-steps", steps=parts.max_steps))
    return TurnState.FAILED


async def _ask(parts: Parts, claim: Claim, outlet: Outlet, lead: str) -> Done:
    """Ask the model once; `lead` parts its text from what an earlier step said."""
    items = await parts.storage.history.items(claim.conversation.id)
    shown = model_input(items, parts.context_tokens)
    events = parts.model.stream(INSTRUCTIONS, shown, list(parts.functions.values()))
    async with aclosing(events):
        async for event in events:
            match event:
                case TextDelta(text):
                    await outlet.text(lead + text)
                    lead = ""
                case Done():
                    return event
    raise AssertionError("a model's stream ends with Done or raises")


async def _answer_calls(parts: Parts, claim: Claim, outlet: Outlet, done: Done) -> list[Answered]:
    """Give every call of a step its one result, in order; read-only functions run side by side."""
    return list(await asyncio.gather(*(_answer(parts, claim, outlet, item) for item in done.calls)))


async def _answer(parts: Parts, claim: Claim, outlet: Outlet, item: CallItem) -> Answered:
    function = parts.functions.get(item.function)
    if function is None:
        offered = ", ".join(parts.functions)
        return _problem(item, f"There is no function of that name. There are: {offered}.")
    try:
        if not function.read_only:
            action = await propose(parts, function, item, outlet.person, claim.conversation)
            return Answered(ResultItem(item.call_id, AWAITING), action)
        return await _read(parts, claim, outlet, item, function)
    except FunctionProblem as problem:
        return _problem(item, str(problem))


async def _read(parts: Parts, claim: Claim, outlet: Outlet, item: CallItem, function: Function) -> Answered:
    frozen = freeze(function, item.arguments_json)
    await outlet.working(function)
    outcome = await call(function, parts.context(outlet.person, claim.conversation), frozen)
    if outcome.value is None:
        return _problem(item, outcome.words)
    return Answered(ResultItem(item.call_id, outcome.value))


def _problem(item: CallItem, words: str) -> Answered:
    return Answered(ResultItem(item.call_id, json.dumps({"error": words}, ensure_ascii=False)))


def _closing_note(done: Done, words: Words) -> str:
    match done.finish:
        case Finish.LENGTH:
            return words("answer-length")
        case Finish.FILTERED:
            return words("answer-filtered")
        case Finish.REFUSED if not done.text:
            return words("answer-refused")
        case _:
            return "" if done.text else words("answer-empty")
