"""What people see while Nod works, through the real process: a task a call, and none left when the turn ends."""

import json

import pytest

from bot.demo.services.faults import Stall
from bot.demo.workspace.state import Message
from bot.words.catalogue import words_for
from functions.employees import query_employees
from functions.weather import get_weather
from tests.e2e.office import WITHIN, Office, shown

pytestmark = pytest.mark.slow

AGE = ("query_employees", {"aggregate": "average", "aggregate_field": "age"})
TITLE, KOREAN = query_employees.title("en"), query_employees.title("ko")


def tasks(message: Message) -> list[tuple[str, str]]:
    return [(task["title"], task["status"]) for task in message.chunks]


async def test_each_call_is_a_task_of_the_answers_message(office: Office) -> None:
    office.world.script.text("Hello, Lee.")
    thread = await office.dm("lee", "hello")
    assert [tasks(message) for message in await thread.answers(1)] == [[]]

    thread = await office.ask("kim", "general", "@Nod 평균 연령은?")
    [one] = await thread.answers(1)
    assert tasks(one) == [(KOREAN, "complete")]
    assert "42.13" in one.markdown

    weather = ("get_weather", {"city": "Seoul"})
    broken = ("get_weather", {"city": "Nowhere at all"})
    office.world.script.calls(AGE, weather, broken)
    office.world.script.text("That is all of it.")
    thread = await office.ask("lee", "general", "@Nod all of it, please")
    [three] = await thread.answers(1)
    assert tasks(three) == [
        (TITLE, "complete"),
        (get_weather.title("en"), "complete"),
        (get_weather.title("en"), "error"),
    ]
    assert three.markdown == "That is all of it."
    assert "Nowhere" not in json.dumps(three.chunks), "a task tells nothing but its function's name"


@pytest.mark.parametrize("streams", [True, False])
async def test_a_task_in_mid_function_does_not_outlive_its_process(office: Office, streams: bool) -> None:
    office.world.slack.disabled |= set() if streams else {"chat.startStream"}
    stall = Stall()
    office.world.employees_faults.add(stall)
    thread = await office.ask("lee", "general", "@Nod what is the average age?")
    if streams:
        await office.workspace.wait_for(
            lambda _: [m for m in thread.replies if tasks(m) == [(TITLE, "in_progress")]], WITHIN
        )
    else:
        said = words_for("en")("status-function", title=TITLE)
        await office.workspace.wait_for(lambda w: w.statuses.get((thread.channel, thread.ts)) == said, WITHIN)
    await office.kill()
    stall.released.set()
    await office.start()
    await office.workspace.wait_for(
        lambda w: (
            "42.13" in str([shown(each) for each in thread.replies])
            and not any(each.streaming for each in thread.replies)
            and (thread.channel, thread.ts) not in w.statuses
        ),
        WITHIN,
    )
    replies = thread.replies
    found = [[task["status"] for task in each.chunks] for each in replies]
    assert found == ([["error"], ["complete"]] if streams else [[]])
    if streams:
        assert words_for("en")("answer-interrupted") in shown(replies[0])
    assert sum("42.13" in shown(each) for each in replies) == 1
