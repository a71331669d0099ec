"""A change of mind: which waiting action it means, and how decisions and edits are followed."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from bot.demo.model.conversation import ProposedCall, Reply, Tool
from bot.demo.model.rules.waiting import Waiting, follow

CallsOf = Callable[[Reply], list[tuple[str, dict[str, Any]]]]
WITHDRAWN = {"status": "withdrawn"}


def waits(reference: str) -> dict[str, str]:
    return {"status": "awaiting_confirmation", "reference": reference, "note": "A card waits."}


def withdraw(*references: str) -> list[tuple[str, dict[str, Any]]]:
    return [("withdraw_action", {"reference_of_action": reference}) for reference in references]


@pytest.fixture
def waiting(chat: Any) -> Any:
    """A thread in which changes of employees 3 and 4 wait."""
    step = chat.say("change employees 3 and 4's age to 40")
    for call, reference in zip(step.calls, ("aa11", "bb22"), strict=True):
        chat.result(call, waits(reference))
    return chat


@pytest.mark.parametrize("text", ["change employees 3 and 4's age to 40", "3번과 4번 직원 나이를 40으로 바꿔줘"])
def test_two_changes_are_asked_for_side_by_side(text: str, chat: Any, calls_of: CallsOf) -> None:
    changes = [("update_employee", {"employee_id": number, "age": 40}) for number in (3, 4)]
    assert calls_of(chat.say(text)) == changes


@pytest.mark.parametrize(
    "text",
    [
        "never mind",
        "Never mind!",
        "no, nevermind",
        "cancel that",
        "please cancel it",
        "withdraw it",
        "forget it",
        "actually, forget that please",
        "drop it",
        "I changed my mind",
        "take that back",
        "취소해줘",
        "취소해 주세요.",
        "아니, 취소",
        "됐어",
        "아니 됐어요",
        "철회해줘",
        "그거 철회해 주세요",
        "방금 요청 취소해줘",
        "없던 일로 해줘",
    ],
)
def test_the_last_one_is_meant(text: str, waiting: Any, calls_of: CallsOf) -> None:
    assert calls_of(waiting.say(text)) == withdraw("bb22")


@pytest.mark.parametrize(
    "text",
    [
        "withdraw both",
        "withdraw all",
        "cancel them",
        "never mind both of them",
        "cancel all requests",
        "둘 다 취소해줘",
        "모두 철회해줘",
    ],
)
def test_every_one_is_meant(text: str, waiting: Any, calls_of: CallsOf) -> None:
    assert calls_of(waiting.say(text)) == withdraw("aa11", "bb22")


@pytest.mark.parametrize("text", ["cancel the change of employee 3", "3번 직원 변경은 취소해줘"])
def test_an_employee_tells_which(text: str, waiting: Any, calls_of: CallsOf) -> None:
    assert calls_of(waiting.say(text)) == withdraw("aa11")


@pytest.mark.parametrize(
    "text", ["됐어?", "what did I ask first?", "forget Paris, weather in Seoul?", "취소된 작업 보여줘"]
)
def test_other_words_withdraw_nothing(text: str, waiting: Any, calls_of: CallsOf) -> None:
    assert "withdraw_action" not in [name for name, _ in calls_of(waiting.say(text))]


def test_what_was_taken_back_is_told_and_waits_no_longer(waiting: Any, calls_of: CallsOf) -> None:
    told = waiting.answer("never mind", WITHDRAWN)
    taken_back, other = told.split("\n\n")
    assert taken_back == "I took it back: changing employee 4 waits no longer, and nothing was changed."
    assert other.startswith("The card waits for a click")
    assert calls_of(waiting.say("취소해줘")) == withdraw("aa11")
    waiting.result(ProposedCall("withdraw_action", json.dumps({"reference_of_action": "aa11"})), WITHDRAWN)
    assert waiting.next().text == "3번 직원 정보 변경을 철회했습니다. 바뀐 것은 없습니다."
    assert "Nothing is waiting for a click" in waiting.say("never mind").text
    assert "승인을 기다리는 작업이 없어서" in waiting.say("됐어").text


def ended(waiting: Any, employee_id: int) -> None:
    """Tell the end of an action, as Nod does in the moment in which it is withdrawn."""
    arguments = {"employee_id": employee_id, "age": 40}
    note = "It was withdrawn. Nothing was done."
    waiting.result(ProposedCall("update_employee", json.dumps(arguments)), {**WITHDRAWN, "note": note})


@pytest.mark.parametrize("call_is_told", [True, False], ids=["beside its call", "after a crash"])
def test_what_was_taken_back_is_told_once(waiting: Any, *, call_is_told: bool) -> None:
    [call] = waiting.say("never mind").calls
    ended(waiting, 4)
    if call_is_told:
        waiting.result(call, WITHDRAWN)
    step = waiting.next()
    assert step.calls == ()
    taken_back, other = step.text.split("\n\n")
    assert taken_back == "I took it back: changing employee 4 waits no longer, and nothing was changed."
    assert other.startswith("The card waits for a click")


def test_what_a_crash_has_left_of_two_is_taken_back_too(waiting: Any, calls_of: CallsOf) -> None:
    waiting.say("withdraw both")
    ended(waiting, 3)
    step = waiting.next()
    assert calls_of(step) == withdraw("bb22")
    ended(waiting, 4)
    waiting.result(step.calls[0], WITHDRAWN)
    assert [line.split(":")[1] for line in waiting.next().text.split("\n\n")] == [
        f" changing employee {number} waits no longer, and nothing was changed." for number in (3, 4)
    ]


def test_a_withdrawal_that_came_too_late_is_told(waiting: Any) -> None:
    problem = "Nothing of this person's waits under that reference; it may have been decided."
    assert problem in waiting.answer("never mind", {"error": problem})


def test_what_is_decided_is_not_meant(waiting: Any, calls_of: CallsOf) -> None:
    arguments = {"employee_id": 4, "age": 40}
    waiting.result(ProposedCall("update_employee", json.dumps(arguments)), {"status": "expired"})
    waiting.next()
    assert calls_of(waiting.say("cancel that")) == withdraw("aa11")


def test_without_the_function_it_says_so(waiting: Any) -> None:
    waiting.tools = tuple(Tool(name) for name in ("update_employee", "query_employees"))
    step = waiting.say("never mind")
    assert step.calls == ()
    assert "`withdraw_action`" in step.text


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (
            "delete employee 5",
            "All right: deleting employee 5 was denied, so nothing was changed. The reason given: “too early”",
        ),
        (
            "5번 직원 삭제해줘",
            "거절되어 5번 직원 삭제는 하지 않았습니다. 바뀐 것은 없습니다. 거절 사유: “too early”",
        ),
    ],
)
def test_a_reason_is_acknowledged(text: str, told: str, chat: Any) -> None:
    [call] = chat.say(text).calls
    chat.result(call, waits("aa11"))
    chat.result(call, {"status": "denied", "reason": "too early", "note": "Do not propose it again."})
    assert chat.next().text == told


@pytest.mark.parametrize(
    ("text", "told"),
    [("delete employee 5", "was denied a moment ago"), ("5번 직원 삭제해줘", "방금 거절되어")],
)
def test_what_is_denied_at_once_is_not_asked_for_again(text: str, told: str, chat: Any) -> None:
    [call] = chat.say(text).calls
    chat.result(call, {"status": "denied", "note": "They have just denied exactly this. Do not propose it."})
    step = chat.next()
    assert step.calls == ()
    assert told in step.text


def edited(chat: Any, **more: str) -> dict[str, Any]:
    """Ask for a change, and edit its card; the new arguments."""
    [call] = chat.say("set employee 3's age to 40").calls
    chat.result(call, waits("aa11"))
    arguments = {"employee_id": 3, "name": None, "salary": None, "age": 41}
    note = "The person changed the arguments. A new card waits for their click."
    chat.result(call, {"status": "withdrawn", "note": note, "arguments": arguments, **more})
    return arguments


def test_an_edit_needs_no_words_of_its_own(chat: Any) -> None:
    arguments = edited(chat)
    assert chat.next().text.startswith("The card waits for a click")
    outcome = {"status": "succeeded", "result": {"id": 3, "name": "Ashton Cox", "salary": 86000, "age": 41}}
    chat.result(ProposedCall("update_employee", json.dumps(arguments)), outcome)
    assert chat.next().text == "Done: the age of **Ashton Cox** is now 41."
    assert "Nothing is waiting" in chat.say("never mind").text


def test_an_edit_and_its_outcome_are_told_as_one(chat: Any) -> None:
    arguments = edited(chat)
    chat.result(ProposedCall("update_employee", json.dumps(arguments)), {"status": "denied"})
    assert chat.next().text == "All right: changing employee 3 was denied, so nothing was changed."


def test_what_was_edited_is_withdrawn_by_its_reference_or_on_its_card(chat: Any, calls_of: CallsOf) -> None:
    edited(chat)
    step = chat.say("never mind")
    assert (step.calls, "on the card" in step.text) == ((), True)
    chat.items.clear()
    edited(chat, reference="cc33")
    assert calls_of(chat.say("never mind")) == withdraw("cc33")


def test_asked_for_twice_it_waits_once() -> None:
    arguments = {"employee_id": 3}
    one = (Waiting("delete_employee", arguments, "aa11"),)
    assert follow(one, "delete_employee", arguments, waits("aa11")) == (False, one)
    assert follow(one, "delete_employee", {"employee_id": "3"}, {"status": "succeeded"}) == (True, ())
    assert follow(one, "delete_employee", {"employee_id": 4}, {"status": "denied"}) == (False, one)
