"""An action's end: as the model is shown it, which is a new call of the same function and its result, and what
people are told of it besides, by language."""

import hashlib
import json
from collections.abc import Mapping

from storage.records import Action, ActionState, CallItem, NewAction, NewItem, ResultItem

NOTES = {
    ActionState.DENIED: "The person denied it. Do not propose it again unless they ask for it.",
    ActionState.EXPIRED: "Nobody decided in time. Nothing was done.",
    ActionState.WITHDRAWN: "It was withdrawn. Nothing was done.",
    ActionState.UNKNOWN: "Nod cannot know whether it was done. Say so and what to check; do not call it again.",
}

TOO_LATE = "It was confirmed, but could not be begun in time. Nothing was done."
"""Of what expired after its click."""

OUTCOME = "outcome_"
"""What the call id of an action's end begins with."""

PEOPLE = "people"
"""The part of an outcome that only people are shown: sentences by language."""

SUPERSEDED = "The person changed the arguments. A new card waits for their click."


def denial_json(reason: str) -> str:
    """Build the outcome of a denial that has a reason, in the words of the person who denied."""
    told = {"status": ActionState.DENIED, "reason": reason, "note": NOTES[ActionState.DENIED]}
    return json.dumps(told, ensure_ascii=False)


def superseded_json(new: NewAction) -> str:
    """Build the outcome of an action that an edit replaced by `new`."""
    told = {
        "status": ActionState.WITHDRAWN,
        "note": SUPERSEDED,
        "reference": reference(new.id),  # before what may be long: only a beginning may be shown
        "arguments": json.loads(new.arguments_json),
    }
    return json.dumps(told, ensure_ascii=False)


def ended_json(told: Mapping[str, object], people: Mapping[str, str]) -> str:
    """Build the outcome of what failed or is unknown: `told` for the model, `people` for people, in every language
    that there is, because a card may be written anew in another one."""
    return json.dumps({**told, PEOPLE: dict(people)} if people else told, ensure_ascii=False)


def for_people(action: Action) -> Mapping[str, str]:
    """Return what people are told of how an action ended, by language; empty where nothing was kept for them, as
    in rows of before."""
    found = _ended(action).get(PEOPLE)
    return found if isinstance(found, dict) else {}


def reference(action_id: str) -> str:
    """Name an action to the model, which is never shown the id that a button carries."""
    return hashlib.sha256(action_id.encode()).hexdigest()[:12]


def outcome_keys(action_id: str) -> tuple[str, str]:
    """Name the items of an action's end: the call and its result."""
    call_id = f"{OUTCOME}{reference(action_id)}"
    return f"{call_id}:call", f"{call_id}:result"


def outcome_items(action: Action) -> list[NewItem]:
    """Build the pair for a final action; its keys make sure that a conversation is told once."""
    call_id = f"{OUTCOME}{reference(action.id)}"
    call_key, result_key = outcome_keys(action.id)
    output = _for_model(action) or json.dumps({"status": action.state, "note": _note(action)}, ensure_ascii=False)
    return [
        NewItem(CallItem(call_id, action.function, action.arguments_json), key=call_key),
        NewItem(ResultItem(call_id, output), key=result_key),
    ]


def _for_model(action: Action) -> str | None:
    told = _ended(action)
    if PEOPLE not in told:
        return action.outcome_json
    return json.dumps({name: value for name, value in told.items() if name != PEOPLE}, ensure_ascii=False)


def _ended(action: Action) -> Mapping[str, object]:
    """Read the outcome of what failed or is unknown; that of a success is its function's, and may be long."""
    if action.outcome_json is None or action.state not in (ActionState.FAILED, ActionState.UNKNOWN):
        return {}
    told = json.loads(action.outcome_json)
    return told if isinstance(told, dict) else {}


def _note(action: Action) -> str:
    late = action.state is ActionState.EXPIRED and action.decided_by is not None
    return TOO_LATE if late else NOTES[action.state]
