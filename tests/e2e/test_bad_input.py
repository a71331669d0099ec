"""What goes wrong outside Nod: the model is told, the person gets an honest answer, nothing crashes."""

import json
import sqlite3

import pytest

from bot.demo.services.faults import Drop, Status
from bot.demo.workspace.slack import Fault
from tests.e2e.office import WITHIN, Office


@pytest.mark.parametrize(
    ("question", "words"),
    [
        ("@Nod show employee 999", "999"),
        ("@Nod weather in Xyzzyplugh", "Xyzzyplugh"),
        ("@Nod delete employee 999", "999"),
    ],
)
async def test_what_is_not_there_is_said(office: Office, question: str, words: str) -> None:
    thread = await office.ask("lee", "general", question)
    assert words in (await thread.answers(1))[0].text or words in str(office.world.script.requests[-1])
    assert "incident" not in office.workspace.transcript()


@pytest.mark.parametrize("status", [429, 500, 503])
async def test_a_failing_service_is_said_and_not_asked_for_ever(office: Office, status: int) -> None:
    office.world.employees_faults.add(Status(status, body="<html>upstream secret</html>"), times=50)
    thread = await office.ask("lee", "general", "@Nod what is the average age?")
    await thread.answer()
    assert "upstream secret" not in office.workspace.transcript()
    assert "upstream secret" not in json.dumps(office.world.script.requests)
    assert len(office.world.employees_faults.requests) <= 6


async def test_an_action_whose_answer_never_came_is_unknown_and_not_repeated(office: Office) -> None:
    office.world.employees_faults.add(Drop(after_effect=True), method="DELETE")
    thread = await office.ask("lee", "general", "@Nod delete employee 5")
    card = await thread.card()
    await thread.click("lee", card, "action_confirm")
    await thread.settled(card, "unknown")
    await thread.answer()
    assert len([r for r in office.world.employees_faults.requests if r.method == "DELETE"]) == 1


async def test_an_action_that_the_service_refused_says_so(office: Office) -> None:
    office.world.employees_faults.add(Status(429), method="DELETE", times=9)
    thread = await office.ask("kim", "general", "@Nod 5번 직원 삭제해줘")
    card = await thread.card()
    await thread.click("kim", card, "action_confirm")
    await thread.settled(card, "실행하지 못했습니다")
    await thread.answer()
    assert len(office.world.employees.rows()) == 24


async def test_a_model_that_calls_what_is_not_there_is_told(office: Office) -> None:
    office.world.script.calls(("launch_rocket", {}), ("query_employees", '{"limit": '))
    office.world.script.text("I was told.")
    thread = await office.ask("lee", "general", "@Nod go")
    assert "I was told." in await thread.answer()
    shown = json.dumps(office.world.script.requests[-1])
    assert "There is no function of that name" in shown
    assert "not valid JSON" in shown


async def test_a_model_that_never_stops_calling_is_stopped(office: Office) -> None:
    for _ in range(20):
        office.world.script.calls(("get_employee", {"employee_id": 1}))
    thread = await office.ask("lee", "general", "@Nod go on")
    assert "12 steps" in await thread.answer()
    assert len(office.world.script.requests) == 12


@pytest.mark.parametrize(("status", "words"), [(500, "not answering right now"), (401, "refused the request")])
async def test_a_failing_model_is_said(office: Office, status: int, words: str) -> None:
    for _ in range(5):
        office.world.script.error(status, "the secret reason")
    thread = await office.ask("lee", "general", "@Nod hello")
    assert words in await thread.answer()
    assert "secret reason" not in office.workspace.transcript()


async def test_a_cut_answer_keeps_what_was_said_and_says_that_it_is_not_all(office: Office) -> None:
    office.world.script.cut(after_events=14, text="one two three four five six seven eight nine ten " * 5)
    thread = await office.ask("lee", "general", "@Nod count")
    said = await thread.answers(2)
    assert "one" in said[0].text
    assert "broke off" in said[1].text


async def test_where_streams_are_not_known_answers_are_posted(office: Office) -> None:
    office.world.slack.disabled.add("chat.startStream")
    thread = await office.ask("lee", "general", "@Nod list all employees")
    await office.workspace.wait_for(lambda _: "Doris Wilder" in "".join(reply.text for reply in thread.replies))
    assert len(thread.replies) == 1


async def test_an_answer_longer_than_a_message_goes_on_in_the_next(office: Office) -> None:
    lines = "\n".join(f"line {number} of many, as long as it has to be" for number in range(600))
    office.world.script.text(lines)
    thread = await office.ask("lee", "general", "@Nod write a lot")
    said = await thread.answers(3)
    text = "\n".join(message.text for message in said)
    assert [line for line in text.splitlines() if line] == lines.splitlines()


async def test_a_status_that_slack_refuses_does_not_stop_the_answer(office: Office) -> None:
    for _ in range(9):
        office.world.slack.answer_next("assistant.threads.setStatus", Fault("internal_error"))
    thread = await office.ask("lee", "general", "@Nod what is the average age?")
    assert "42.13" in await thread.answer()


async def test_a_database_that_is_locked_means_no_ack_and_nothing_lost(office: Office) -> None:
    lock = sqlite3.connect(office.folder / "nod.db", isolation_level=None)
    lock.execute("BEGIN IMMEDIATE")
    thread = await office.ask("lee", "general", "@Nod what is the average age?")
    await office.world.sockets.wait_delivered(4, within=WITHIN)  # both events of the mention, and both again
    lock.execute("ROLLBACK")
    lock.close()
    assert "42.13" in await thread.answer()
    await office.world.sockets.wait_acked()
    assert len(thread.replies) == 1
