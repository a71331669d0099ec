"""The confirmation contract: propose, and once somebody has nodded, execute. Deciding is one compare-and-set in
`storage.actions`, done by the button itself."""

import hashlib
import json
import logging
import secrets
from dataclasses import replace

from bot.turns.outlet import Outlet
from bot.turns.parts import Parts
from functions.arguments import freeze
from functions.context import Person
from functions.contract import Function
from functions.errors import FunctionProblem
from functions.safe_call import CallOutcome, Ending, call
from storage.records import Action, ActionState, CallItem, Conversation, NewAction

log = logging.getLogger("nod.actions")

AWAITING = json.dumps(
    {
        "status": "awaiting_confirmation",
        "note": "A card with exactly these arguments waits for the person's click. Nothing is done yet.",
    }
)
MAX_SHOWN = 20_000
"""Characters of arguments that a card can show whole. What it cannot show cannot be confirmed."""

PREVIEW_TIMEOUT = 5.0
"""Seconds that a card may be held up by its preview."""


async def propose(
    parts: Parts, function: Function, item: CallItem, person: Person, conversation: Conversation
) -> NewAction:
    """Freeze a call as an action. The caller records it; only then may its card be posted.

    Raises FunctionProblem if the arguments are not valid or too long to be shown.
    """
    frozen = freeze(function, item.arguments_json)
    if len(frozen) > MAX_SHOWN:
        raise FunctionProblem(
            f"More than {MAX_SHOWN} characters cannot be shown on a card; propose smaller parts."
        )
    now = parts.clock()
    return NewAction(
        id=secrets.token_urlsafe(32),
        call_id=item.call_id,
        function=function.name,
        arguments_json=frozen,
        schema_digest=function.schema_digest,
        digest=digest(function.name, function.schema_digest, frozen, person, conversation),
        requester=person.id,
        preview=await _preview(parts, function, frozen, person, conversation),
        proposed_at=now,
        expires_at=now + parts.confirm_ttl,
    )


def digest(function: str, schema_digest: str, frozen: str, person: Person, conversation: Conversation) -> str:
    """Bind what is confirmed: SHA-256 over the function, its schema, the arguments, requester and conversation."""
    bound = [function, schema_digest, frozen, person.team, person.id, *_key(conversation)]
    return hashlib.sha256(json.dumps(bound, ensure_ascii=False).encode()).hexdigest()


async def carry_out(parts: Parts, action_id: str, outlet: Outlet) -> Action | None:
    """Execute an action that was confirmed, at most once, and show what became of it.

    Whatever was decided, its conversation's history is told by the caller with `outcome_items`. None if there is
    no such action, or if it is still waiting.
    """
    action = await parts.storage.actions.get(action_id)
    if action is None or action.state is ActionState.PENDING:
        return None
    function = parts.functions.get(action.function)
    if action.state is ActionState.CONFIRMED:
        action = await _execute(parts, action, function, outlet)
    await outlet.settle(action, function)
    return action


async def _execute(parts: Parts, action: Action, function: Function | None, outlet: Outlet) -> Action:
    begun = await parts.storage.actions.begin(action.id, parts.clock())
    if begun is None:
        return await parts.storage.actions.get(action.id) or action
    await outlet.working(function)
    outcome = await _run(parts, begun, function, outlet.person)
    log.info("action %s of %s: %s", begun.id[:8], begun.function, outcome.ending)
    return await parts.storage.actions.finish(
        begun.id, ActionState(outcome.ending), _outcome_json(outcome), parts.clock()
    )


async def _run(parts: Parts, action: Action, function: Function | None, person: Person) -> CallOutcome:
    """Look once more before the effect: what was removed, changed or altered since the click does not run."""
    if function is None or function.read_only:
        return CallOutcome(Ending.FAILED, words=f"{action.function} is no longer offered; nothing was done.")
    if function.schema_digest != action.schema_digest:
        words = f"{action.function} was changed since this was asked for; nothing was done. Ask again."
        return CallOutcome(Ending.FAILED, words=words)
    expected = digest(action.function, action.schema_digest, action.arguments_json, person, action.conversation)
    if expected != action.digest:
        log.error("action %s does not match its digest and was not run", action.id[:8])
        return CallOutcome(Ending.FAILED, words="What was confirmed is not what is stored; nothing was done.")
    context = parts.context(person, action.conversation, action.id)
    return await call(function, context, action.arguments_json)


def _outcome_json(outcome: CallOutcome) -> str:
    match outcome.ending:
        case Ending.SUCCEEDED:
            return f'{{"status":"succeeded","result":{outcome.value}}}'
        case Ending.FAILED:
            ending = {"status": "failed", "error": outcome.words}
        case Ending.UNKNOWN:
            ending = {
                "status": "unknown",
                "error": outcome.words,
                "note": "Nod cannot know whether it was done. Say so and what to check; do not call it again.",
            }
    return json.dumps(ending, ensure_ascii=False)


async def _preview(
    parts: Parts, function: Function, frozen: str, person: Person, conversation: Conversation
) -> str:
    if function.preview is None:
        return ""
    looking = replace(function, implementation=function.preview, read_only=True, timeout=PREVIEW_TIMEOUT)
    outcome = await call(looking, parts.context(person, conversation), frozen)
    line = json.loads(outcome.value) if outcome.value else ""
    return line if isinstance(line, str) else ""


def _key(conversation: Conversation) -> tuple[str, str, str]:
    return conversation.key.team, conversation.key.channel, conversation.key.thread
