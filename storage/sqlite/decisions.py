"""Deciding a pending action: by a click, by an edit, or by taking it back."""

from dataclasses import replace
from datetime import datetime

from sqlite_utils import Database

from storage.outcomes import denial_json, outcome_items, superseded_json
from storage.records import Action, ActionState, Click, Decision, NewAction, Ruling, Verdict
from storage.redaction import redacted
from storage.sqlite import audit, grants
from storage.sqlite.codec import whole_text
from storage.sqlite.history import append
from storage.sqlite.inbox import add_decision
from storage.sqlite.life import advance, end_late, find
from storage.sqlite.proposals import propose_in_place_of

_DECIDED = {
    Decision.CONFIRM: ActionState.CONFIRMED,
    Decision.DENY: ActionState.DENIED,
    Decision.WITHDRAW: ActionState.WITHDRAWN,
}


def decide(db: Database, click: Click) -> Ruling:
    action = _open(db, click, requester_only=click.decision is Decision.WITHDRAW)
    if isinstance(action, Ruling):
        return action
    decided = _decided(action, click)
    texts = {"reason": redacted(decided.reason)} if decided.reason else {}
    advance(db, action, decided, click.user, click.at, _details(action, click), texts=texts)
    if (until := _remembered_until(action, click)) is not None:
        grants.make(db, decided, until, click.at)
    add_decision(db, decided, click.at, click.response_url)
    return Ruling(Verdict.DECIDED, decided)


def edit(db: Database, click: Click, new: NewAction) -> tuple[Ruling, Action | None]:
    old = _open(db, click, requester_only=True)
    if isinstance(old, Ruling):
        return old, None
    edited = propose_in_place_of(db, old, new, click.user)
    withdrawn = replace(
        old,
        state=ActionState.WITHDRAWN,
        decided_by=click.user,
        decided_at=click.at,
        finished_at=click.at,
        outcome_json=superseded_json(new),
        superseded_by=edited.id,
    )
    details = _details(old, click) | {"superseded_by": edited.id}
    advance(db, old, withdrawn, click.user, click.at, details, event="edited")
    append(db, old.conversation.id, old.turn, outcome_items(withdrawn), click.at)
    return Ruling(Verdict.DECIDED, withdrawn), edited


def withdraw(db: Database, action_id: str, requester: str, at: datetime) -> Action | None:
    action = find(db, action_id)
    if action is None or action.requester != requester:
        return None
    if action.state is ActionState.CONFIRMED and action.grant is not None and action.card_ts is None:
        return end_late(db, action, at)
    if action.state is not ActionState.PENDING:
        return None
    withdrawn = replace(action, state=ActionState.WITHDRAWN, finished_at=at)
    advance(db, action, withdrawn, audit.NOD, at, {"digest": action.digest})
    append(db, action.conversation.id, action.turn, outcome_items(withdrawn), at)
    return withdrawn


def _open(db: Database, click: Click, *, requester_only: bool) -> Action | Ruling:
    """Return the action that a click may decide, or the ruling if something stands in the way."""
    action = find(db, click.action_id)
    if action is None or not _on_its_card(click, action):
        return Ruling(Verdict.UNKNOWN, None)
    if requester_only and click.user != action.requester:
        return Ruling(Verdict.NOT_YOURS, action)
    if not click.allowed:
        return Ruling(Verdict.UNSURE if click.unsure else Verdict.NOT_YOURS, action)
    if action.card_ts is None and click.card_ts:
        # The card was posted, and where could not be written down: whoever clicks on it says where it stands. Also
        # of one that is over: nothing else could find its card, to take the buttons off.
        db.execute("UPDATE actions SET card_ts = ? WHERE id = ?", [click.card_ts, action.id])
        action = replace(action, card_ts=click.card_ts)
    if action.state is not ActionState.PENDING:
        return Ruling(Verdict.ALREADY, action)
    if click.at >= action.expires_at:
        return Ruling(Verdict.EXPIRED, end_late(db, action, click.at))
    return action


def _on_its_card(click: Click, action: Action) -> bool:
    key = action.conversation.key
    if (click.team, click.channel) != (key.team, key.channel):
        return False
    # An ephemeral card has no ts: empty in the action once it was posted, None in the click.
    return not (action.card_ts and click.card_ts) or action.card_ts == click.card_ts


def _decided(action: Action, click: Click) -> Action:
    state = _DECIDED[click.decision]
    reason = whole_text(click.reason).strip() if click.decision is Decision.DENY else ""
    return replace(
        action,
        state=state,
        decided_by=click.user,
        decided_at=click.at,
        finished_at=click.at if state.final else None,
        reason=reason,
        outcome_json=denial_json(reason) if reason else None,
    )


def _remembered_until(action: Action, click: Click) -> datetime | None:
    # A grant asks nobody any more: only for the requester's own confirmation, never for another pair of eyes.
    if click.decision is not Decision.CONFIRM or click.user != action.requester:
        return None
    until = click.remember_until
    return until if until is not None and until > click.at else None


def _details(action: Action, click: Click) -> dict[str, str | None]:
    return {"digest": action.digest, "team": click.team, "channel": click.channel, "card_ts": click.card_ts}
