"""How results are told, and what is never claimed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from bot.demo.model.conversation import ProposedCall, Reply
from bot.demo.model.rules.particles import with_particle, without_particle
from bot.demo.model.rules.wording.conditions import korean_conditions

CallsOf = Callable[[Reply], list[tuple[str, dict[str, Any]]]]
TIGER = {"id": 1, "name": "Tiger Nixon", "salary": 320800, "age": 61}
COX = {"id": 3, "name": "Ashton Cox", "salary": 86000, "age": 66}
SILVA = {"id": 16, "name": "Michael Silva", "salary": 198500, "age": 66}
AVERAGE = {"matched": 24, "employees": [], "aggregate": {"operation": "average", "field": "age", "value": 42.125}}
WAITS = {"status": "awaiting_confirmation", "note": "The person sees a card."}
FORECAST: dict[str, Any] = {
    "place": "Seoul, South Korea",
    "timezone": "Asia/Seoul",
    "current": {
        "time": "2026-05-01T09:00",
        "temperature_c": 18.2,
        "humidity_percent": 40.0,
        "wind_kmh": 10.1,
        "conditions": "light rain",
    },
    "daily": [
        {"date": "2026-05-01", "min_c": 10.5, "max_c": 20.5, "conditions": "partly cloudy"},
        {"date": "2026-05-02", "min_c": 11.0, "max_c": 21.0, "conditions": "overcast"},
        {"date": "2026-05-03", "min_c": 12.0, "max_c": 22.0, "conditions": "thunderstorm"},
    ],
}


def best(operation: str, field: str, value: int, *rows: dict[str, Any]) -> dict[str, Any]:
    return {
        "matched": 24,
        "employees": list(rows),
        "aggregate": {"operation": operation, "field": field, "value": value},
    }


@pytest.mark.parametrize(
    ("text", "value", "told"),
    [
        ("what is the average age?", AVERAGE, "The average age is **42.125**."),
        ("평균 나이는?", AVERAGE, "직원들의 평균 나이는 **42.125세**입니다."),
        (
            "who has the highest salary?",
            best("max", "salary", 320800, TIGER),
            "**Tiger Nixon** has the highest salary: **320,800**.",
        ),
        (
            "연봉이 제일 높은 사람은?",
            best("max", "salary", 320800, TIGER),
            "연봉이 가장 높은 사람은 **Tiger Nixon** 님이고, 연봉은 **320,800**입니다.",
        ),
        (
            "who's the oldest?",
            best("max", "age", 66, COX, SILVA),
            "**Ashton Cox** and **Michael Silva** are the oldest, each **66** years old.",
        ),
        (
            "최고령 직원은?",
            best("max", "age", 66, COX, SILVA),
            "나이가 가장 많은 사람은 **Ashton Cox** 님과 **Michael Silva** 님이고, 모두 **66세**입니다.",
        ),
        (
            "how many are older than 60?",
            {"matched": 6, "employees": [], "aggregate": {"operation": "count", "field": None, "value": 6}},
            "There are **6** employees with an age over 60.",
        ),
        (
            "employees over 90 years old",
            {"matched": 0, "employees": [], "aggregate": None},
            "There is no employee with an age over 90.",
        ),
        (
            "연봉이 900만 넘는 직원은?",
            {"matched": 0, "employees": [], "aggregate": None},
            "연봉이 9,000,000 초과인 직원이 없습니다.",
        ),
        (
            "3번 직원 정보 알려줘",
            COX,
            "**Ashton Cox** 님(3번)은 66세이고, 연봉은 86,000입니다.",
        ),
        (
            "employee 99",
            {"error": "There is no employee with id 99."},
            "I couldn't get the employee. The message was: “There is no employee with id 99.”",
        ),
        (
            "아틀란티스 날씨 알려줘",
            {"error": "No place called 아틀란티스 was found."},
            "날씨를 가져오지 못했습니다. 받은 오류: “No place called 아틀란티스 was found.”",
        ),
        (
            "아틀란티스 날씨 알려줘",
            {"error": "No place of this name was found: try another spelling, or a bigger place nearby."},
            "날씨를 가져오지 못했습니다. 그런 도시를 찾지 못했습니다. "
            "영어 이름이나 가까운 큰 도시로 물어봐 주세요.",
        ),
        (
            "부산 날씨 알려줘",
            {"error": "The weather service is busy (429). Say so and do not try again in this answer."},
            "날씨를 가져오지 못했습니다. 날씨 서비스가 지금 너무 바쁩니다. 잠시 후 다시 물어봐 주세요.",
        ),
        (
            "weather in Busan",
            {"error": "The weather service is busy (429). Say so and do not try again in this answer."},
            "I couldn't get the weather. The message was: “The weather service is busy (429).”",
        ),
        (
            "3번 직원 나이를 -5로 바꿔줘",
            {"error": "The arguments are not valid: age: Input should be greater than or equal to 16"},
            "요청하신 일을 하지 못했습니다. 나이는 16 이상이어야 합니다.",
        ),
        (
            "서울 날씨 알려줘",
            FORECAST | {"place": "서울, 대한민국", "daily": FORECAST["daily"][:1], "current": None},
            "오늘은 구름 조금, 최저 10.5°C, 최고 20.5°C로 예상됩니다.",
        ),
        (
            "내일 서울 날씨 알려줘",
            FORECAST | {"place": "서울, 대한민국"},
            "내일(2026-05-02) **서울**(대한민국) 날씨입니다. 흐림, 최저 11.0°C, 최고 21.0°C로 예상됩니다.",
        ),
        (
            "오늘 서울의 날씨는?",
            FORECAST | {"daily": FORECAST["daily"][:1]},
            "**서울**(Seoul, South Korea) 날씨입니다. 지금은 18.2°C, 약한 비, 습도 40%, 바람은 시속 10.1km입니다. "
            "오늘은 구름 조금, 최저 10.5°C, 최고 20.5°C로 예상됩니다.",
        ),
        (
            "weather in Seoul tomorrow",
            FORECAST,
            "Tomorrow in **Seoul, South Korea** (2026-05-02): overcast, 11.0 to 21.0 °C.",
        ),
    ],
)
def test_a_result_is_told(text: str, value: Any, told: str, chat: Any) -> None:
    assert chat.answer(text, value) == told


def test_a_list_is_a_table_of_at_most_24_rows(chat: Any) -> None:
    rows = [{"id": number, "name": f"N{number}", "salary": 1000 * number, "age": 30} for number in range(1, 31)]
    text = chat.answer("list all employees", {"matched": 30, "employees": rows, "aggregate": None})
    assert text.startswith("30 employees:\n\n| ID | Name | Salary | Age |\n| ---: | --- | ---: | ---: |\n")
    assert "\n| 1 | N1 | 1,000 | 30 |\n" in text
    assert text.count("\n| ") == 26
    assert text.endswith("… and 6 more.")


def test_a_forecast_is_a_table(chat: Any) -> None:
    text = chat.answer("서울 3일 예보 알려줘", FORECAST)
    assert "| 2026-05-02 | 흐림 | 11.0°C | 21.0°C |" in text
    assert "| 2026-05-03 | 뇌우 | 12.0°C | 22.0°C |" in text


def test_a_name_is_looked_up_before_an_action(chat: Any, calls_of: CallsOf) -> None:
    first = chat.say("raise Tiger Nixon's salary to 330000")
    chat.result(first.calls[0], {"matched": 1, "employees": [TIGER], "aggregate": None})
    second = chat.next()
    assert calls_of(second) == [("update_employee", {"employee_id": 1, "salary": 330000})]
    assert second.text == ""


@pytest.mark.parametrize(
    ("text", "salary"),
    [
        ("raise Tiger Nixon's salary by 10%", 352880),
        ("cut Tiger Nixon's salary by 20,800", 300000),
        ("Tiger Nixon의 연봉을 10% 올려줘", 352880),
        ("Tiger Nixon의 연봉을 2만 깎아줘", 300800),
    ],
)
def test_a_step_is_computed_from_the_value_that_was_looked_up(
    text: str, salary: int, chat: Any, calls_of: CallsOf
) -> None:
    first = chat.say(text)
    chat.result(first.calls[0], {"matched": 1, "employees": [TIGER], "aggregate": None})
    assert calls_of(chat.next()) == [("update_employee", {"employee_id": 1, "salary": salary})]


@pytest.mark.parametrize(
    ("rows", "told"),
    [([], "찾지 못해서 아무것도 준비하지 않았습니다"), ([COX, SILVA], "어느 분을 말씀하십니까?")],
)
def test_no_or_several_matches_are_asked_about(rows: list[dict[str, Any]], told: str, chat: Any) -> None:
    first = chat.say("Smith의 연봉을 10만으로 바꿔줘")
    chat.result(first.calls[0], {"matched": len(rows), "employees": rows, "aggregate": None})
    step = chat.next()
    assert step.calls == ()
    assert told in step.text


def test_an_exact_name_wins(chat: Any, calls_of: CallsOf) -> None:
    first = chat.say("delete Ashton Cox")
    junior = {"id": 30, "name": "Ashton Cox Jr", "salary": 1, "age": 20}
    chat.result(first.calls[0], {"matched": 2, "employees": [junior, COX], "aggregate": None})
    assert calls_of(chat.next()) == [("delete_employee", {"employee_id": 3})]


def test_a_mixed_step_tells_the_answer_and_that_the_card_waits(chat: Any) -> None:
    text = chat.answer("what's the average age, and delete employee 5", AVERAGE, WAITS)
    assert text.startswith("The average age is **42.125**.")
    assert "waits for a click" in text
    assert "deleted" not in text
    chat = type(chat)()
    korean = chat.answer("평균 나이를 알려주고 5번 직원을 삭제해줘", AVERAGE, WAITS)
    assert "승인을 기다리고 있습니다" in korean
    assert "삭제했습니다" not in korean


def test_an_answer_that_would_stay_untold_goes_beside_the_action(chat: Any, calls_of: CallsOf) -> None:
    first = chat.say("what's the average age, and fire Tiger Nixon")
    chat.result(first.calls[0], AVERAGE)
    chat.result(first.calls[1], {"matched": 1, "employees": [TIGER], "aggregate": None})
    second = chat.next()
    assert second.text == "The average age is **42.125**."
    assert calls_of(second) == [("delete_employee", {"employee_id": 1})]


OUTCOMES = [
    (
        {"status": "succeeded", "result": {"deleted": 5}},
        "Done: employee 5 was deleted.",
        "5번 직원을 삭제했습니다.",
    ),
    (
        {"status": "failed", "error": "There is no employee with id 5."},
        "That did not work: deleting employee 5 failed. The message was: “There is no employee with id 5.”",
        "5번 직원 삭제를 하지 못했습니다. 받은 오류: “There is no employee with id 5.”",
    ),
    (
        {"status": "denied", "note": "Denied."},
        "All right: deleting employee 5 was denied, so nothing was changed.",
        "거절되어 5번 직원 삭제는 하지 않았습니다. 바뀐 것은 없습니다.",
    ),
    (
        {"status": "expired"},
        "Nobody confirmed in time, so deleting employee 5 has expired and nothing was changed.",
        "승인 시간이 지나서 5번 직원 삭제는 하지 않았습니다. 바뀐 것은 없습니다.",
    ),
    (
        {"status": "unknown", "error": "The process ended."},
        "I can't tell whether deleting employee 5 took effect, and I won't try it again. "
        "Please check the employee. The message was: “The process ended.”",
        "5번 직원 삭제가 실제로 반영됐는지 알 수 없습니다. 다시 시도하지 않을 테니 직접 확인해 주세요. "
        "받은 오류: “The process ended.”",
    ),
]


@pytest.mark.parametrize(("value", "english", "korean"), OUTCOMES)
def test_an_outcome_is_told_honestly(value: dict[str, Any], english: str, korean: str, chat: Any) -> None:
    for text, told in (("delete employee 5", english), ("5번 직원 삭제해줘", korean)):
        chat.items.clear()
        step = chat.say(text)
        chat.result(step.calls[0], WAITS)
        chat.result(step.calls[0], value)
        outcome = chat.next()
        assert outcome.calls == ()
        assert outcome.text == told


@pytest.mark.parametrize(
    ("text", "deleted", "denied"),
    [
        (
            "delete employee 3",
            "Done: **Ashton Cox** (employee 3) was deleted.",
            "All right: deleting Ashton Cox (employee 3) was denied, so nothing was changed.",
        ),
        (
            "3번 직원 삭제해줘",
            "3번 직원 **Ashton Cox** 님을 삭제했습니다.",
            "거절되어 3번 직원 Ashton Cox 님 삭제는 하지 않았습니다. 바뀐 것은 없습니다.",
        ),
    ],
)
def test_an_employee_is_named_where_the_thread_knows_who_it_is(
    text: str, deleted: str, denied: str, chat: Any
) -> None:
    for value, told in (
        ({"status": "succeeded", "result": {"deleted": 3}}, deleted),
        ({"status": "denied"}, denied),
    ):
        chat.items.clear()
        chat.answer("tell me about employee 3", COX)
        [call] = chat.say(text).calls
        chat.result(call, WAITS)
        chat.result(call, value)
        assert chat.next().text == told


def test_an_unknown_outcome_of_another_function_says_nothing_of_employees(chat: Any) -> None:
    chat.say("hello")
    chat.result(ProposedCall("book_room", "{}"), WAITS)
    chat.result(ProposedCall("book_room", "{}"), {"status": "unknown", "error": "The process ended."})
    assert chat.next().text == (
        "I can't tell whether `book_room` took effect, and I won't try it again. "
        "Please check whether it was done. The message was: “The process ended.”"
    )


def test_an_outcome_after_other_talk_is_told_once(chat: Any) -> None:
    step = chat.say("delete employee 5")
    chat.result(step.calls[0], WAITS)
    chat.answer("what is the average age?", AVERAGE)
    chat.result(step.calls[0], {"status": "succeeded", "result": {"deleted": 5}})
    assert chat.next().text == "Done: employee 5 was deleted."
    assert "deleted" not in chat.answer("평균 나이는?", AVERAGE)


def test_an_outcome_before_an_unanswered_question_is_told_with_its_answer(chat: Any) -> None:
    step = chat.say("delete employee 5")
    chat.result(step.calls[0], WAITS)
    chat.result(step.calls[0], {"status": "denied"})
    text = chat.answer("what is the average age?", AVERAGE)
    assert "was denied" in text
    assert "The average age" in text


def test_two_outcomes_at_once(chat: Any) -> None:
    step = chat.say("delete employees 5 and 6")
    for call in step.calls:
        chat.result(call, WAITS)
    chat.result(step.calls[0], {"status": "succeeded", "result": {"deleted": 5}})
    chat.result(step.calls[1], {"status": "denied"})
    text = chat.next().text
    assert "employee 5 was deleted" in text
    assert "employee 6 was denied" in text


def test_a_failed_call_is_not_made_again(chat: Any) -> None:
    step = chat.say("what is the average age?")
    chat.result(step.calls[0], {"error": "The employee service is busy."})
    again = chat.next()
    assert again.calls == ()
    assert "busy" in again.text


def test_a_call_with_arguments_that_nod_rewrote_is_not_made_again(chat: Any) -> None:
    chat.say("what is the average age?")
    chat.result(ProposedCall("query_employees", '{"aggregate": "average"}'), AVERAGE)
    assert chat.next().calls == ()


def test_a_result_that_no_rule_asked_for_is_shown(chat: Any) -> None:
    chat.say("tell me a joke")
    chat.items.pop()
    chat.result(ProposedCall("roll_dice", "{}"), {"dice": [4]})
    assert '"dice"' in chat.next().text


@pytest.mark.parametrize(
    ("word", "pair", "joined"),
    [
        ("서울", "은/는", "서울은"),
        ("부산", "으로/로", "부산으로"),
        ("서울", "으로/로", "서울로"),
        ("제주", "이/가", "제주가"),
        ("330,000", "으로/로", "330,000으로"),
        ("41", "으로/로", "41로"),
        ("45", "을/를", "45를"),
        ("40세", "으로/로", "40세로"),
        ("Tiger Nixon", "은/는", "Tiger Nixon은"),
        ("Airi Satou", "이/가", "Airi Satou가"),
        ("Jenette Caldwell", "으로/로", "Jenette Caldwell로"),
        ("**연봉**", "을/를", "**연봉**을"),
        ("나이", "과/와", "나이와"),
    ],
)
def test_particles(word: str, pair: Any, joined: str) -> None:
    assert with_particle(word, pair) == joined


@pytest.mark.parametrize(
    ("word", "bare"),
    [("서울의", "서울"), ("부산은", "부산"), ("제주도는", "제주도"), ("상하이", "상하이"), ("하와이", "하와이")],
)
def test_particles_are_stripped_only_where_they_fit(word: str, bare: str) -> None:
    assert without_particle(word) == bare


@pytest.mark.parametrize(
    ("english", "korean"),
    [
        ("light rain", "약한 비"),
        ("Moderate rain", "비"),
        ("heavy snow showers", "강한 소낙눈"),
        ("clear sky", "맑음"),
        ("thunderstorm with heavy hail", "우박을 동반한 뇌우"),
        ("volcanic ash", "volcanic ash"),
    ],
)
def test_conditions_in_korean(english: str, korean: str) -> None:
    assert korean_conditions(english) == korean
