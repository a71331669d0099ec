"""From the model's calls to waiting actions: frozen, bound by a digest, and asked for once."""

import asyncio
import hashlib
import json
import secrets
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from bot.turns.parts import Parts
from bot.turns.scheduled import check_confirmable, confirms_own
from functions.arguments import freeze
from functions.context import Context, Person
from functions.contract import Function
from functions.errors import FunctionProblem, Unavailable
from functions.preview import written
from functions.safe_call import CallOutcome, Ending, call
from storage.outcomes import reference
from storage.records import Action, CallItem, Conversation, Grant, NewAction, ResultItem

MAX_SHOWN = 100_000
"""Characters of arguments that people can be shown, on a card or page by page. More cannot be confirmed."""

MAX_BATCHED = 1_000
"""Characters of arguments that one line of a batch's card can show."""

PREVIEW_TIMEOUT = 5.0
"""Seconds that a card may be held up by its preview."""

EDIT_PREVIEW_TIMEOUT = 1.0
"""The same for an edit: Slack waits three seconds for what becomes of a form."""


@dataclass(frozen=True)
class Answered:
    """What one call came to: its result for the model and, for a new action, what waits."""

    result: ResultItem
    action: NewAction | None = None
    waits: bool = False
    """Whether the person's click is what comes next."""


@dataclass(frozen=True)
class Limits:
    """What a turn after a decision may not propose: exactly what was just denied (`denied` holds digests), and,
    where another than the requester gave a reason (`advised`), anything that this other person could then confirm:
    four eyes would be one person's two."""

    denied: frozenset[str] = frozenset()
    advised: bool = False


NO_LIMITS = Limits()


def problem(item: CallItem, words: str) -> Answered:
    """Answer a call with words that the model can act on."""
    return Answered(ResultItem(item.call_id, json.dumps({"error": words}, ensure_ascii=False)))


async def propose(
    parts: Parts,
    function: Function,
    item: CallItem,
    person: Person,
    conversation: Conversation,
    limits: Limits,
) -> Answered:
    """Freeze a call as an action. The caller records it; only then may its card be posted.

    What waits already is not asked for twice, and what the person has just denied is denied without asking.
    Raises FunctionProblem if the arguments are not valid or too long to be shown.
    """
    if limits.advised and parts.policy.rule(function.name).not_requester:
        raise FunctionProblem(
            f"{function.name} needs two people, and one of them has just said what to do. "
            "The requester has to ask anew."
        )
    if conversation.key.is_command and not await confirms_own(parts, function, person.id):
        raise FunctionProblem(
            "Somebody else has to confirm this, and nobody else sees this answer. "
            "Tell the person to ask in a channel."
        )
    await check_confirmable(parts, function, person.id, conversation)
    new = await _frozen(parts, function, item, person, conversation)
    if new.digest in limits.denied:
        return Answered(_result(item, status="denied", note="They have just denied exactly this. Let it be."))
    for waiting in await parts.storage.actions.pending(conversation.id):
        if waiting.digest == new.digest:
            return Answered(_awaiting(item, waiting.id), waits=True)
    grant = await _grant(parts, function, person, conversation)
    return Answered(_awaiting(item, new.id), replace(new, grant=grant), waits=True)


async def _frozen(
    parts: Parts,
    function: Function,
    item: CallItem,
    person: Person,
    conversation: Conversation,
    preview_timeout: float = PREVIEW_TIMEOUT,
) -> NewAction:
    frozen = freeze(function, item.arguments_json)
    if len(frozen) > MAX_SHOWN:
        raise FunctionProblem(f"More than {MAX_SHOWN} characters cannot be shown; propose smaller parts.")
    await _check(parts, function, frozen, person, conversation, preview_timeout)
    now = parts.clock()
    return NewAction(
        id=secrets.token_urlsafe(32),
        call_id=item.call_id,
        function=function.name,
        arguments_json=frozen,
        schema_digest=function.schema_digest,
        digest=digest(function.name, function.schema_digest, frozen, person, conversation),
        requester=person.id,
        preview=await preview(parts, function, frozen, person, conversation, preview_timeout),
        proposed_at=now,
        expires_at=now + parts.confirm_ttl,
    )


async def revise(parts: Parts, function: Function, old: Action, arguments_json: str, person: Person) -> NewAction:
    """Freeze edited arguments as a new action in the place of `old`, with a time to decide of its own.

    Raises FunctionProblem as `propose` does.
    """
    item = CallItem(old.call_id, function.name, arguments_json)
    return await _frozen(parts, function, item, person, old.conversation, EDIT_PREVIEW_TIMEOUT)


def batched(parts: Parts, answers: Sequence[Answered]) -> list[NewAction]:
    """Return a step's actions, in order; two or more that may be confirmed together share a batch id.

    A destructive action always stands alone, and so does one that a line cannot show whole.
    """
    actions = [answer.action for answer in answers if answer.action is not None]
    together = [action.id for action in actions if _batchable(parts, action)]
    batch = secrets.token_urlsafe(32) if len(together) > 1 else None
    return [replace(action, batch=batch) if action.id in together else action for action in actions]


def _batchable(parts: Parts, action: NewAction) -> bool:
    short = len(action.arguments_json) <= MAX_BATCHED
    return short and action.grant is None and not parts.functions[action.function].destructive


def digest(function: str, schema_digest: str, frozen: str, person: Person, conversation: Conversation) -> str:
    """Bind what is confirmed: SHA-256 over the function, its schema, the arguments, requester and conversation."""
    key = conversation.key
    bound = [function, schema_digest, frozen, person.team, person.id, key.team, key.channel, key.thread]
    return hashlib.sha256(json.dumps(bound, ensure_ascii=False).encode()).hexdigest()


async def _check(
    parts: Parts, function: Function, frozen: str, person: Person, conversation: Conversation, seconds: float
) -> None:
    """Have a function refuse what it could not do anyhow, before anybody is asked. Raises FunctionProblem: the
    function's own, or Unavailable where it could not say."""
    if function.check is None:
        return
    looking = replace(function, implementation=function.check, read_only=True, timeout=seconds)
    outcome = await call(looking, parts.context(person, conversation), frozen)
    if outcome.problem is not None:
        raise outcome.problem
    if outcome.value is None:
        raise Unavailable(outcome.words)


async def preview(
    parts: Parts,
    function: Function,
    frozen: str,
    person: Person,
    conversation: Conversation,
    seconds: float = PREVIEW_TIMEOUT,
) -> str:
    """Return what the arguments mean now, as it is kept; empty where there is none, or not within `seconds`."""
    outcome = await looked_up(parts, function, frozen, person, conversation, seconds)
    return str(json.loads(outcome.value)) if outcome.value else ""


async def looked_up(
    parts: Parts,
    function: Function,
    frozen: str,
    person: Person,
    conversation: Conversation,
    seconds: float = PREVIEW_TIMEOUT,
) -> CallOutcome:
    """Look up what the arguments mean now; the outcome has it as JSON, or why it could not be looked up."""
    if (look := function.preview) is None:
        return CallOutcome(Ending.SUCCEEDED, value='""')

    async def looked(context: Context, **arguments: Any) -> str:
        return written(await look(context, **arguments))

    looking = replace(function, implementation=looked, read_only=True, timeout=seconds)
    return await call(looking, parts.context(person, conversation), frozen)


async def _grant(parts: Parts, function: Function, person: Person, conversation: Conversation) -> int | None:
    """Find the grant that confirms this at once, if the rules would let this person's click do it now."""
    if not function.rememberable:
        return None
    grant = await parts.storage.grants.find(conversation.id, person.id, function.name, parts.clock())
    if grant is None or not await granted_for(parts, grant, function):
        return None
    stands, allowed = await asyncio.gather(
        parts.policy.standings.stands(person.team, person.id),
        parts.policy.may_confirm_own(function.name, person.id),
    )
    return grant.id if stands and allowed else None


async def granted_for(parts: Parts, grant: Grant, function: Function) -> bool:
    """Whether a grant was given for this very function: one that was changed since is asked for again."""
    first = await parts.storage.actions.get(grant.action_id)
    return first is not None and first.schema_digest == function.schema_digest


def _awaiting(item: CallItem, action_id: str) -> ResultItem:
    return _result(
        item,
        status="awaiting_confirmation",
        reference=reference(action_id),
        note="It waits for a person's click on a card with exactly these arguments, which Slack may show late. "
        "Nothing is done yet.",
    )


def _result(item: CallItem, **told: str) -> ResultItem:
    return ResultItem(item.call_id, json.dumps(told, ensure_ascii=False))
