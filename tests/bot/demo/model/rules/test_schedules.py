"""Schedules in the words of both languages, over the same calls as a real model's."""

import json
from typing import Any

import pytest

from bot.demo.model.conversation import Tool
from bot.turns.scheduled import FRAME
from tests.bot.demo.model.rules.conftest import TOOLS, Chat

NAMES = ("create_schedule", "list_schedules", "update_schedule", "cancel_schedule")


@pytest.fixture
def chat() -> Chat:
    chat = Chat()
    chat.tools = (*TOOLS, *map(Tool, NAMES))
    return chat


@pytest.mark.parametrize(
    ("text", "prompt", "when", "channel"),
    [
        ("every weekday at nine, tell #team the weather in Seoul", "the weather in Seoul", "0 9 * * 1-5", "#team"),
        (
            "Every weekday at 9, tell <#C1|team> the weather in Seoul.",
            "the weather in Seoul",
            "0 9 * * 1-5",
            "#team",
        ),
        ("tell me the average age every Monday at 8:30 pm", "the average age", "30 20 * * 1", None),
        ("post the weather in Paris to #hr daily at noon", "the weather in Paris", "0 12 * * *", "#hr"),
        ("tell <#C1> who earns the most every hour", "who earns the most", "0 * * * *", "C1"),
        ("평일 아침 9시마다 #team에 서울 날씨 알려줘", "서울 날씨 알려줘", "0 9 * * 1-5", "#team"),
        ("매일 오후 3시 30분에 <#C1|team>에 평균 나이 알려줘", "평균 나이 알려줘", "30 15 * * *", "#team"),
        ("매주 금요일 저녁 여섯시에 부산 날씨 알려줘", "부산 날씨 알려줘", "0 18 * * 5", None),
        ("every minute tell #team the weather in Seoul", "the weather in Seoul", "* * * * *", "#team"),
        ("every 5 minutes, tell #team the weather in Seoul", "the weather in Seoul", "*/5 * * * *", "#team"),
        ("every two hours tell me the average age", "the average age", "0 */2 * * *", None),
        ("every 30 seconds tell #team the weather in Seoul", "the weather in Seoul", "every 30 seconds", "#team"),
        ("0 9 31 2 * tell #team the weather in Seoul", "the weather in Seoul", "0 9 31 2 *", "#team"),
        ("`*/5 * * * *` tell #team the average age", "the average age", "*/5 * * * *", "#team"),
        ("at 2026-07-04T09:00 tell #team the average age", "the average age", "2026-07-04T09:00", "#team"),
        ("yesterday at 9 tell #team the weather in Seoul", "the weather in Seoul", "yesterday at 9", "#team"),
        ("5분마다 #team 채널에 서울 날씨 알려줘", "서울 날씨 알려줘", "*/5 * * * *", "#team"),
        ("매분 #team 채널에 서울 날씨 알려줘", "서울 날씨 알려줘", "* * * * *", "#team"),
        ("2시간마다 서울 날씨 알려줘", "서울 날씨 알려줘", "0 */2 * * *", None),
        ("어제 9시에 #team 채널에 서울 날씨 알려줘", "서울 날씨 알려줘", "어제 9시에", "#team"),
        ("0 9 31 2 * #team 채널에 서울 날씨 알려줘", "서울 날씨 알려줘", "0 9 31 2 *", "#team"),
        ("매일 9시 30분마다 서울 날씨 알려줘", "서울 날씨 알려줘", "30 9 * * *", None),
        ("매시간 서울 날씨 알려줘", "서울 날씨 알려줘", "0 * * * *", None),
    ],
)
def test_a_schedule_is_read(chat: Chat, text: str, prompt: str, when: str, channel: str | None) -> None:
    [call] = chat.say(text).calls
    assert call.name == "create_schedule"
    assert json.loads(call.arguments) == {"prompt": prompt, "when": when, "channel": channel}


@pytest.mark.parametrize(
    ("text", "name", "arguments"),
    [
        ("list my schedules", "list_schedules", {}),
        ("내 일정 보여줘", "list_schedules", {}),
        ("pause schedule 2", "update_schedule", {"schedule_id": 2, "paused": True}),
        ("2번 일정 일시 중지해줘", "update_schedule", {"schedule_id": 2, "paused": True}),
        ("resume schedule 2", "update_schedule", {"schedule_id": 2, "paused": False}),
        ("2번 일정 다시 시작해줘", "update_schedule", {"schedule_id": 2, "paused": False}),
        ("delete schedule 3", "cancel_schedule", {"schedule_id": 3}),
        ("3번 일정 삭제해줘", "cancel_schedule", {"schedule_id": 3}),
    ],
)
def test_what_there_is_and_its_end(chat: Chat, text: str, name: str, arguments: dict[str, Any]) -> None:
    [call] = chat.say(text).calls
    assert call.name == name
    given = json.loads(call.arguments)
    assert {key: value for key, value in given.items() if value is not None} == arguments


@pytest.mark.parametrize(
    "text",
    [
        "what is the average age?",
        "employees 1 2 3 4 5",
        "tomorrow in Seoul: the weather?",
        "raise everyone's salary",
        "서울 날씨 알려줘",
        "3번 직원 삭제해줘",
    ],
)
def test_other_questions_are_no_schedules(chat: Chat, text: str) -> None:
    assert not {call.name for call in chat.say(text).calls} & set(NAMES)


def test_a_run_is_asked_in_its_owner_s_words(chat: Chat) -> None:
    [call] = chat.say(f"[Lee] {FRAME.format(due='2026-07-04T09:00:00+00:00')}\nthe weather in Seoul").calls
    assert (call.name, json.loads(call.arguments)["city"]) == ("get_weather", "Seoul")


def test_what_came_of_it_is_told(chat: Chat) -> None:
    schedule = {
        "schedule_id": 7,
        "prompt": "the weather in Seoul",
        "when": "0 9 * * 1-5",
        "timezone": "Asia/Seoul",
        "channel": "#team",
        "owner": "the person who asks",
        "state": "active",
        "next_runs": ["2026-07-06T09:00+09:00"],
    }
    waiting = {"status": "awaiting_confirmation", "reference": "r1"}
    chat.answer("every weekday at nine, tell #team the weather in Seoul", waiting)
    [call] = [item for item in chat.items if getattr(item, "name", "") == "create_schedule"]
    chat.result(call, {"status": "succeeded", "result": schedule})  # type: ignore[arg-type]
    assert "schedule 7 is made, for #team. It runs first at 2026-07-06 09:00" in chat.next().text
    told = chat.answer("내 일정 보여줘", {"now": "x", "timezone": "Asia/Seoul", "schedules": [schedule]})
    assert "| 7 | the weather in Seoul | `0 9 * * 1-5` Asia/Seoul | #team | 2026-07-06 09:00 |" in told
