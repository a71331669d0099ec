"""What goes wrong outside Nod: the model is told, the person gets an honest answer, nothing crashes."""

import json
import sqlite3

import pytest

from bot.demo.services.faults import Drop, Status
from bot.demo.workspace import payloads
from bot.demo.workspace.slack import Fault
from bot.demo.workspace.state import Json, Message
from tests.e2e.office import WITHIN, Office, Thread, shown

pytestmark = pytest.mark.slow


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
    assert "12 steps" in (await thread.answers(2))[1].text, "below the tasks"
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


def sent(office: Office, person: str, changes: Json, channel: str = "general", text: str = "hi") -> Thread:
    """Say something to Nod with an event that is not as Slack's are."""
    workspace, user = office.workspace, office.workspace.user(person)
    room = workspace.channel(channel) if channel == "general" else workspace.dm(user.id)
    said = workspace.post(Message(workspace.next_ts(), room.id, user.id, text=text))
    event = payloads.message_event(workspace, said, room) | {"text": f"<@{workspace.bot.id}> {text}"} | changes
    event = {name: value for name, value in event.items() if value is not ...}
    office.world.sockets.send_event(payloads.event_callback(workspace, event))
    return Thread(office, room.id, said.ts, said.ts)


async def still_answers(office: Office) -> None:
    thread = await office.ask("lee", "general", "@Nod what is the average age?")
    assert "42.13" in await thread.answer()
    assert "Traceback" not in office.log


async def test_a_message_without_what_it_should_have_is_passed_over(office: Office) -> None:
    for number, missing in enumerate(("user", "ts", "channel"), start=1):
        sent(office, "lee", {missing: ...})
        await office.world.sockets.wait_acked()
        assert office.log.count("passed over") == number
    assert office.world.script.requests == []
    await still_answers(office)


async def test_an_event_in_no_shape_at_all_is_acknowledged(office: Office) -> None:
    odd: list[object] = [None, [], "message", {}, {"type": ["message"]}, {"type": "message", "text": {}}]
    for event in odd:
        office.world.sockets.send_event(payloads.event_callback(office.workspace, {}) | {"event": event})
    await office.world.sockets.wait_acked()
    assert len(office.world.sockets.delivered) == len(odd)
    await still_answers(office)


async def test_a_click_and_a_command_that_say_nothing_are_not_acknowledged(office: Office) -> None:
    person, sockets = office.workspace.user("lee"), office.world.sockets
    click = payloads.interaction(office.workspace, "block_actions", person, "1.trigger")
    assert await sockets.request("interactive", click | {"actions": []}) is None
    assert await sockets.request("slash_commands", {"command": "/nod", "text": "hi"}) is None
    assert office.log.count("passed over") == 2
    await still_answers(office)


async def test_a_person_whom_slack_does_not_know_is_answered(office: Office) -> None:
    thread = sent(office, "lee", {"user": "U0NOBODY"}, text="what is the average age?")
    # no stream is opened for nobody: the answer is posted, and grows
    await office.workspace.wait_for(lambda _: any("42.13" in reply.text for reply in thread.replies), WITHIN)
    await still_answers(office)


async def test_forty_thousand_characters_are_answered(office: Office) -> None:
    for bit in ("a", "1", "가", "😀", "lorem ipsum "):
        direct = await office.dm("lee", (bit * 40_000)[:40_000])
        assert await direct.answer()
    await still_answers(office)


async def test_odd_characters_are_answered(office: Office) -> None:
    for text in ("half \ud800 a pair", "nul \x00 here", "\u202etxt.exe\u202c \u2066x", "مرحبا 😀 שלום", "\u200b"):
        thread = sent(office, "lee", {"text": text}, "dm")
        assert await thread.answer()
    await office.world.sockets.wait_acked()
    assert not office.world.sockets.given_up
    await still_answers(office)


NOTE = """
from functions import Context, function


@function()
async def leave_note(context: Context, text: str) -> str:
    '''Leave a note.'''
    return text
"""


async def test_a_card_shows_what_would_reorder_it(empty_office: Office) -> None:
    office = empty_office
    office.drop_in("notes", NOTE)
    await office.start()
    office.world.script.calls(("leave_note", {"text": "Ana \u202e0001\u202c \u200bשלום مرحبا 😀"}))
    thread = await office.ask("lee", "general", "@Nod leave a note")
    card = await thread.card()
    assert "\u202e" not in shown(card)
    assert "\u200b" not in shown(card)
    assert "\\u{202e}0001\\u{202c}" in shown(card)
    assert "שלום مرحبا 😀" in shown(card)


async def test_a_name_that_reorders_is_written_out(office: Office) -> None:
    office.workspace.user("lee").real_name = "Lee\u202e"
    thread = await office.ask("lee", "general", "@Nod")
    assert "Lee\\u{202e}!" in await thread.answer()


FILES = [
    {"id": "F1", "name": "pay\u202efdp.exe", "mimetype": "application/pdf"},
    {"id": "F2", "mode": "tombstone"},
]


async def test_a_file_is_not_passed_over_in_silence(office: Office) -> None:
    for person, words in (("lee", "it is no longer in Slack"), ("kim", "이제 Slack에 없어서")):
        for text in ("", "what is the average age?"):
            file = {"subtype": "file_share", "text": text, "files": FILES}
            thread = sent(office, person, file, "dm")
            note, answer = await thread.answers(2)
            assert shown(note).count(words) == 2 * shown(note).count("pay\\u{202e}fdp.exe")
            assert ("42.13" in answer.text) is bool(text)
            assert "payfdp.exe" in json.dumps(office.world.script.requests[-1])
