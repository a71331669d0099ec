import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from storage.outcomes import (
    NOTES,
    denial_json,
    ended_json,
    for_people,
    outcome_items,
    reference,
    superseded_json,
)
from storage.records import (
    Action,
    ActionState,
    CallItem,
    Conversation,
    ConversationKey,
    ResultItem,
)
from tests.storage.sample import new_action

NOW = datetime(2026, 7, 4, tzinfo=UTC)
ACTION = Action(
    id="a",
    conversation=Conversation(1, ConversationKey("T1", "C1", "1.1")),
    turn=1,
    call_id="call_1",
    function="delete_employee",
    arguments_json='{"id":1}',
    schema_digest="s",
    digest="d",
    requester="U1",
    preview="Delete",
    state=ActionState.PENDING,
    proposed_at=NOW,
    expires_at=NOW + timedelta(minutes=30),
)


def pair(action: Action) -> tuple[CallItem, ResultItem]:
    call, result = (new.item for new in outcome_items(action))
    assert isinstance(call, CallItem)
    assert isinstance(result, ResultItem)
    return call, result


def test_the_end_is_a_call_of_the_same_function_and_its_result() -> None:
    call, result = pair(replace(ACTION, state=ActionState.SUCCEEDED, outcome_json='{"ok":true}'))
    assert (call.function, call.arguments_json) == (ACTION.function, ACTION.arguments_json)
    assert call.call_id == result.call_id != ACTION.call_id
    assert result.output_json == '{"ok":true}'


@pytest.mark.parametrize(
    "state", [ActionState.DENIED, ActionState.EXPIRED, ActionState.WITHDRAWN, ActionState.UNKNOWN]
)
def test_an_end_without_an_outcome_of_its_own_has_words(state: ActionState) -> None:
    _, result = pair(replace(ACTION, state=state))
    assert json.loads(result.output_json) == {"status": state.value, "note": NOTES[state]}


def test_a_denial_tells_its_reason() -> None:
    told = denial_json('다음 주에 "천천히"')
    assert "다음 주에" in told
    assert json.loads(told) == {
        "status": "denied",
        "reason": '다음 주에 "천천히"',
        "note": NOTES[ActionState.DENIED],
    }


def test_an_edit_tells_the_new_arguments() -> None:
    new = new_action("new", arguments_json='{"id":1,"amount":1.5}')
    told = json.loads(superseded_json(new))
    assert told.pop("reference") == reference("new")
    assert told == {
        "status": "withdrawn",
        "note": "The person changed the arguments. A new card waits for their click.",
        "arguments": {"id": 1, "amount": 1.5},
    }


@pytest.mark.parametrize("state", [ActionState.FAILED, ActionState.UNKNOWN])
def test_what_people_are_told_is_kept_in_every_language_and_the_model_is_not_shown_it(state: ActionState) -> None:
    told = {"status": state.value, "error": 'The "bank" 은행 is busy.', "note": "Say so."}
    people = {"en": "The bank is busy.", "ko": "은행에 요청이 몰렸습니다."}
    action = replace(ACTION, state=state, outcome_json=ended_json(told, people))
    assert for_people(action) == people
    assert pair(action)[1].output_json == ended_json(told, {}) == json.dumps(told, ensure_ascii=False)


@pytest.mark.parametrize("kept", [None, '{"status": "failed", "error": "Busy."}', "1", "[]", '{"people": "x"}'])
def test_rows_of_before_and_forgotten_ones_have_nothing_for_people(kept: str | None) -> None:
    assert for_people(replace(ACTION, state=ActionState.FAILED, outcome_json=kept)) == {}


def test_what_a_function_returned_is_shown_as_it_is() -> None:
    returned = '{"status":"succeeded","result":{"people":{"en":1}},"people":1}'
    action = replace(ACTION, state=ActionState.SUCCEEDED, outcome_json=returned)
    assert for_people(action) == {}
    assert pair(action)[1].output_json == returned


def test_its_keys_are_the_action_s_own() -> None:
    keys = [
        new.key
        for action_id in ("a", "b")
        for new in outcome_items(replace(ACTION, id=action_id, outcome_json="1"))
    ]
    assert None not in keys
    assert len(set(keys)) == 4
