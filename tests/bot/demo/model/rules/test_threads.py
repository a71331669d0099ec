"""What only makes sense in the light of what came before."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from bot.demo.model.conversation import AssistantMessage, Instruction, Reply, Tool, UserMessage
from bot.demo.model.rules import reply

CallsOf = Callable[[Reply], list[tuple[str, dict[str, Any]]]]
TIGER = {"id": 1, "name": "Tiger Nixon", "salary": 320800, "age": 61}
LOWEST = {"aggregate": "min", "aggregate_field": "salary"}
ONE = {"matched": 1, "employees": [TIGER], "aggregate": None}


def last_call(chat: Any, calls_of: CallsOf, *texts: str) -> tuple[str, dict[str, Any]]:
    for text in texts[:-1]:
        chat.items += [UserMessage(text), AssistantMessage("…")]
    calls = calls_of(chat.say(texts[-1]))
    assert len(calls) == 1
    return calls[0]


@pytest.mark.parametrize(
    ("texts", "expected"),
    [
        (("who has the highest salary?", "and the lowest?"), LOWEST),
        (
            ("연봉이 제일 높은 사람은?", "그럼 제일 적은 사람은?"),
            LOWEST,
        ),
        (("연봉이 제일 높은 사람은?", "평균은?", "나이는?"), {"aggregate": "average", "aggregate_field": "age"}),
        (("average age?", "what about salary?"), {"aggregate": "average", "aggregate_field": "salary"}),
        (("who's the oldest?", "and the youngest?"), {"aggregate": "min", "aggregate_field": "age"}),
        (("나이순으로 정렬해줘", "내림차순으로"), {"sort_by": "age", "descending": True}),
        (("top 5 by salary", "and the bottom 3?"), {"sort_by": "salary", "limit": 3}),
        (("weather in Paris tomorrow", "what about Busan?"), {"city": "Busan", "days": 2}),
        (("weather in Paris", "and tomorrow?"), {"city": "Paris", "days": 2}),
        (("오늘 서울의 날씨는?", "부산은?"), {"city": "부산", "days": 1}),
        (("오늘 서울의 날씨는?", "그럼 내일은?"), {"city": "서울", "days": 2}),
        (("오늘 서울의 날씨는?", "고마워요", "제주도는 어때?"), {"city": "제주도", "days": 1}),
        (("누가 연봉이 제일 낮아?",), LOWEST),
        (("누가 연봉을 제일 적게 받아?",), LOWEST),
        (("연봉 상위 3명은?", "표로 보여줘"), {"sort_by": "salary", "descending": True, "limit": 3}),
        (("top 3 by salary", "show it as a table"), {"sort_by": "salary", "descending": True, "limit": 3}),
        (("표로 보여줘",), {}),
        (("#team 채널에 서울 날씨 알려줘",), {"city": "서울", "days": 1}),
        (("what's the weather?", "Busan"), {"city": "Busan", "days": 1}),
    ],
)
def test_a_follow_up(texts: tuple[str, ...], expected: dict[str, Any], chat: Any, calls_of: CallsOf) -> None:
    assert last_call(chat, calls_of, *texts)[1] == expected


def test_a_count_keeps_the_conditions_of_the_list_before(chat: Any, calls_of: CallsOf) -> None:
    name, arguments = last_call(chat, calls_of, "60세 이상 직원은?", "몇 명이야?")
    assert name == "query_employees"
    assert arguments["aggregate"] == "count"
    assert arguments["filters"] == [{"field": "age", "operator": "ge", "value": 60}]


def test_a_person_is_remembered_from_the_result(chat: Any, calls_of: CallsOf) -> None:
    assert chat.answer("how old is Tiger Nixon?", ONE) == "**Tiger Nixon** is **61** years old."
    assert calls_of(chat.say("and his salary?")) == [("get_employee", {"employee_id": 1})]
    assert calls_of(chat.say("그 사람 나이를 62로 바꿔줘"))[-1] == (
        "update_employee",
        {"employee_id": 1, "age": 62},
    )


def test_the_same_question_for_another_name(chat: Any) -> None:
    chat.answer("Tiger Nixon의 연봉은?", ONE)
    winters = {"id": 2, "name": "Garrett Winters", "salary": 170750, "age": 63}
    text = chat.answer("Garrett Winters는?", {"matched": 1, "employees": [winters], "aggregate": None})
    assert text == "**Garrett Winters** 님의 연봉은 **170,750**입니다."


def test_the_same_question_for_another_id(chat: Any) -> None:
    chat.answer("3번 직원 연봉은?", TIGER)
    assert chat.answer("5번은?", TIGER) == "**Tiger Nixon** 님의 연봉은 **320,800**입니다."


def test_an_open_question_of_the_rules_is_answered(chat: Any, calls_of: CallsOf) -> None:
    chat.say("박지원 직원 추가해줘")
    assert calls_of(chat.say("30살이고 연봉은 9만이야")) == [
        ("create_employee", {"name": "박지원", "salary": 90000, "age": 30})
    ]


def test_what_was_asked_first_is_quoted_for_its_speaker(chat: Any) -> None:
    for text in ("[Lee] what is the average age?", "[Kim] 오늘 서울의 날씨는?"):
        chat.items += [UserMessage(text), AssistantMessage("…")]
    assert (
        chat.say("[Lee] what did I ask first?").text == "The first thing you asked was: “what is the average age?”"
    )
    assert chat.say("[Kim] 내가 처음에 뭐라고 했지?").text == "처음에는 “오늘 서울의 날씨는?”라고 하셨습니다."


def test_two_threads_do_not_mix(chat: Any) -> None:
    chat.say("오늘 서울의 날씨는?")
    assert reply((UserMessage("부산은?"),), chat.tools).calls == ()


def test_messages_that_waited_are_answered_together(chat: Any, calls_of: CallsOf) -> None:
    chat.items.append(UserMessage("what is the average age?"))
    assert [name for name, _ in calls_of(chat.say("오늘 서울의 날씨는?"))] == ["query_employees", "get_weather"]


def test_instructions_are_no_questions(chat: Any) -> None:
    chat.items.append(Instruction("You are Nod. Delete employee 5 is an example."))
    assert chat.say("hello").calls == ()


def test_the_language_without_letters_is_that_of_the_thread(chat: Any) -> None:
    chat.items += [UserMessage("안녕하세요"), AssistantMessage("…")]
    assert "이해하지 못했습니다" in chat.say("12 + 30").text


@pytest.mark.parametrize(
    ("text", "told"),
    [
        *((text, "press the **Confirm** button on the card") for text in (
            "yes", "yes, do it", "Approve", "approved!", "ok, go ahead please", "confirm it", "do it", "LGTM",
            "sure", "I confirm", "yes please", "approve the change", "okay thanks",
        )),
        *((text, "카드에서 **승인** 버튼을 눌러 주세요") for text in (
            "네", "네, 실행해줘", "승인할게", "승인합니다", "그래 진행해 주세요", "응 해줘",
            "좋아요, 그렇게 해 주세요", "확인", "이 카드 승인해줘", "변경을 승인해 주세요",
            "네 부탁드려요", "진행시켜",
        )),
    ],
)  # fmt: skip
def test_a_yes_in_words_is_no_click(text: str, told: str, chat: Any) -> None:
    [call] = chat.say("delete employee 5").calls
    chat.result(call, {"status": "awaiting_confirmation", "reference": "aa11"})
    chat.next()
    step = chat.say(text)
    assert (step.calls, told in step.text) == ((), True)


@pytest.mark.parametrize(
    "text",
    [
        "yes, and delete employee 6",
        "승인 대기 중인 6번 직원 삭제해줘",
        "6번 직원 삭제해 줘",
        "ok, delete employee 6",
    ],
)
def test_an_order_is_more_than_a_yes(text: str, chat: Any, calls_of: CallsOf) -> None:
    assert calls_of(chat.say(text)) == [("delete_employee", {"employee_id": 6})]


@pytest.mark.parametrize("question", ["show me code in python", "파이썬 코드 보여줘"])
def test_code_is_shown_in_a_block(chat: Any, question: str) -> None:
    step = chat.say(question)
    assert step.calls == ()
    assert "```python\nfrom functions import" in step.text


def test_an_error_of_a_schedule_is_told_in_korean_without_what_is_meant_for_code(chat: Any) -> None:
    chat.tools = (*chat.tools, Tool("create_schedule"))
    error = "The arguments are not valid: when: Value error, This time cannot be read. Write five cron fields."
    told = chat.answer("5분마다 #team 채널에 서울 날씨 알려줘", {"error": error})
    assert "언제 실행할지" in told
    assert "Value error" not in told
    often = "That is too often: a schedule may run every 15 minutes at most. Give times that are further apart."
    assert "15분에 한 번까지만" in chat.answer("5분마다 #team 채널에 부산 날씨 알려줘", {"error": often})
    assert "Value error" not in chat.answer("every minute tell #team the average age", {"error": error})
