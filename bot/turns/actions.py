"""Once somebody has nodded: execute, at most once, and be honest about what came of it. Deciding itself is one
compare-and-set in `storage.actions`, done by the button."""

import asyncio
import json
import logging
from dataclasses import replace
from itertools import chain, repeat

from bot.turns.outlet import Outlet
from bot.turns.parts import Parts
from bot.turns.proposals import digest, granted_for, looked_up
from bot.words.catalogue import words_by_language
from functions.context import Person
from functions.contract import Function
from functions.preview import lasting
from functions.safe_call import CallOutcome, Ending, call
from storage.outcomes import NOTES, ended_json
from storage.ports import StorageError
from storage.records import Action, ActionState

log = logging.getLogger("nod.actions")

WRITE_AGAIN = (0.5, 1.0, 2.0, 4.0, 8.0, 15.0)
"""Seconds between the tries to write an outcome down; the last one again and again, until it is or Nod stops."""


MAX_SAID = 500
"""Characters that are kept of what people are told of an end; a card has that much room for it."""


async def carry_out(parts: Parts, action_id: str, outlet: Outlet) -> Action | None:
    """Execute an action that was confirmed, at most once, and show what became of it.

    Whatever was decided, its conversation's history is told by the caller with `outcome_items`. None if there is
    no such action, or if it is still waiting. Raises StorageError: what was confirmed is taken up again then, and
    what had begun is unknown.
    """
    action = await parts.storage.actions.get(action_id)
    if action is None or action.state is ActionState.PENDING:
        return None
    function = parts.functions.get(action.function)
    if action.state is ActionState.CONFIRMED:
        action = await parts.effects.run(_execute(parts, action, function, outlet))
    elif action.state is ActionState.EXECUTING:
        # An earlier turn of this process began it and could not write down how it ended.
        words = f"The outcome of {action.function} could not be written down."
        unwritten = CallOutcome(Ending.UNKNOWN, words=words, said=words_by_language("why-unwritten"))
        action = await _finish(parts, action, unwritten)
    await outlet.settle(action, function)
    return action


async def _execute(parts: Parts, action: Action, function: Function | None, outlet: Outlet) -> Action:
    """Look once more (between the click and now things may only have become tighter), claim, and run."""
    refusal = await _refusal(parts, action, function, outlet.person)
    interrupted = await _was_interrupted(parts, action)
    begun = await parts.storage.actions.begin(action.id, parts.clock())
    if begun is None:
        return await parts.storage.actions.get(action.id) or action
    if function is None or refusal is not None:
        outcome = refusal or _gone(action)
        log.warning("action %s was not run: %s", action.id[:8], outcome.words)
    else:
        await outlet.working(function)
        outcome = await _run(parts, begun, function, outlet.person)
    if interrupted and outcome.ending is Ending.FAILED:
        # It says that nothing was done now, and nothing of what was begun before.
        words = (
            f"{action.function} was interrupted while it ran, and running it again could not tell what came of it."
        )
        outcome = CallOutcome(Ending.UNKNOWN, words=words, said=words_by_language("why-interrupted"))
    log.info("action %s of %s: %s", begun.id[:8], begun.function, outcome.ending)
    return await _finish(parts, begun, outcome)


async def _was_interrupted(parts: Parts, action: Action) -> bool:
    """Tell whether an earlier process began it: it is run again because its function is idempotent."""
    return any(row.event == "retried" for row in await parts.storage.audit.rows(action_id=action.id))


async def _run(parts: Parts, action: Action, function: Function, person: Person) -> CallOutcome:
    context = parts.context(person, action.conversation, action.id)
    outcome = await call(function, context, action.arguments_json)
    if outcome.ending is Ending.UNKNOWN and function.idempotent:
        # Its author says that the same id has its effect once, so asking again may tell. Only success does: a
        # failure says that this second call did nothing, and nothing of the first.
        again = await call(function, context, action.arguments_json)
        if again.ending is Ending.SUCCEEDED:
            return again
    return outcome


async def _finish(parts: Parts, action: Action, outcome: CallOutcome) -> Action:
    """Write down how it ended. The effect cannot be taken back, so a database that fails is asked again."""
    state, told = ActionState(outcome.ending), _outcome_json(outcome)
    for pause in chain(WRITE_AGAIN, repeat(WRITE_AGAIN[-1])):
        try:
            return await parts.storage.actions.finish(action.id, state, told, parts.clock())
        except StorageError as error:
            log.error("the outcome of action %s could not be written down yet: %s", action.id[:8], error)
            await asyncio.sleep(pause)
    raise AssertionError("repeat has no end")


async def _refusal(parts: Parts, action: Action, function: Function | None, person: Person) -> CallOutcome | None:
    """Say why a confirmed action may not run after all; None if it may."""
    if function is None or function.read_only:
        return _gone(action)
    if function.schema_digest != action.schema_digest:
        words = f"{action.function} was changed since this was asked for; nothing was done. Ask again."
        return _not_done("why-changed", words)
    frozen, conversation = action.arguments_json, action.conversation
    if digest(action.function, action.schema_digest, frozen, person, conversation) != action.digest:
        return _not_done("why-altered", "What was confirmed is not what is stored; nothing was done.")
    if action.preview:
        looked = await looked_up(parts, function, frozen, person, conversation)
        if looked.value is None:
            words = f"{looked.words} So what the card showed could not be looked up again, and nothing was done."
            return replace(looked, words=words)
        if lasting(json.loads(looked.value)) != lasting(action.preview):
            words = "What the card showed as the present state is no longer so; nothing was done. Ask again."
            return _not_done("why-moved", words)
    allowed = await parts.policy.still_allows(action)
    if allowed is None:
        words = "Slack did not say just now who may do this; nothing was done. Ask again in a moment."
        return _not_done("why-silent", words)
    if not allowed:
        return _not_done("why-rules", "The rules no longer allow this; nothing was done.")
    if action.grant is not None and action.card_ts is None:
        return _not_done("why-unshown", "It could not be shown to anybody; nothing was done. Ask again.")
    if action.grant is not None and not await _grant_lives(parts, action, function):
        words = "The permission to do this without asking has ended; nothing was done. Ask again."
        return _not_done("why-grant", words)
    return None


def _gone(action: Action) -> CallOutcome:
    return _not_done("why-gone", f"{action.function} is no longer offered; nothing was done.")


def _not_done(key: str, words: str) -> CallOutcome:
    """Tell people by the sentence of `key`, and the model in `words`."""
    return CallOutcome(Ending.FAILED, words=words, said=words_by_language(key))


async def _grant_lives(parts: Parts, action: Action, function: Function) -> bool:
    if not function.rememberable:
        return False
    found = await parts.storage.grants.find(
        action.conversation.id, action.requester, action.function, parts.clock()
    )
    return found is not None and await granted_for(parts, found, function)


def _outcome_json(outcome: CallOutcome) -> str:
    match outcome.ending:
        case Ending.SUCCEEDED:
            return f'{{"status":"succeeded","result":{outcome.value}}}'
        case Ending.FAILED:
            told = {"status": "failed", "error": outcome.words}
        case Ending.UNKNOWN:
            told = {"status": "unknown", "error": outcome.words, "note": NOTES[ActionState.UNKNOWN]}
    return ended_json(told, {language: text[:MAX_SAID] for language, text in outcome.said.items()})
