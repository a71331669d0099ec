"""Proposing an action."""

from dataclasses import replace
from datetime import datetime

from sqlite_utils import Database

from storage.records import Action, ActionState, Conversation, Grant, NewAction
from storage.redaction import redacted
from storage.sqlite import audit, grants
from storage.sqlite.codec import time_text
from storage.sqlite.inbox import add_decision
from storage.sqlite.life import advance, insert


def propose(db: Database, conversation: Conversation, turn: int, new: NewAction, at: datetime) -> Action:
    """Insert an action: pending, or confirmed if it names a grant that lives."""
    grant = _grant(db, conversation, new, at)
    action = _pending(conversation, turn, new, None if grant is None else grant.id)
    insert(db, action)
    _write_proposed(db, action, audit.NOD, {})
    if grant is None:
        return action
    confirmed = replace(action, state=ActionState.CONFIRMED, decided_by=action.requester, decided_at=at)
    advance(db, action, confirmed, action.requester, at, {"digest": action.digest, "grant": grant.id})
    add_decision(db, confirmed, at)
    return confirmed


def propose_in_place_of(db: Database, old: Action, new: NewAction, actor: str) -> Action:
    """Insert a pending action on the card of another one, as it was edited by a person.

    Raises ValueError if it is not the same person's call of the same function.
    """
    if (new.function, new.requester) != (old.function, old.requester):
        raise ValueError("an edit changes an action's arguments, not its function or its requester")
    action = replace(_pending(old.conversation, old.turn, new, None), card_ts=old.card_ts, batch=None)
    insert(db, action)
    _write_proposed(db, action, actor, {"supersedes": old.id})
    return action


def _pending(conversation: Conversation, turn: int, new: NewAction, grant: int | None) -> Action:
    return Action(
        id=new.id,
        conversation=conversation,
        turn=turn,
        call_id=new.call_id,
        function=new.function,
        arguments_json=new.arguments_json,
        schema_digest=new.schema_digest,
        digest=new.digest,
        requester=new.requester,
        preview=new.preview,
        state=ActionState.PENDING,
        proposed_at=new.proposed_at,
        expires_at=new.expires_at,
        batch=new.batch,
        grant=grant,
    )


def _grant(db: Database, conversation: Conversation, new: NewAction, at: datetime) -> Grant | None:
    if new.grant is None or at >= new.expires_at:
        return None
    grant = grants.living(db, new.grant, at)
    bound_to = (conversation, new.requester, new.function)
    if grant is None or (grant.conversation, grant.user, grant.function) != bound_to:
        return None
    return grant


def _write_proposed(db: Database, action: Action, actor: str, more: dict[str, str]) -> None:
    details = {
        "function": action.function,
        "schema_digest": action.schema_digest,
        "digest": action.digest,
        "requester": action.requester,
        "expires_at": time_text(action.expires_at),
    }
    if action.batch is not None:
        details["batch"] = action.batch
    texts = {"arguments_json": redacted(action.arguments_json)}
    audit.write(db, action.id, "proposed", actor, action.proposed_at, details | more, texts)
