"""Threads that people had begun, and messages that they change, through the real process."""

import asyncio
import json
import sqlite3
from contextlib import closing
from typing import Any

import pytest
from sqlite_utils import Database

from bot.demo.unkind.calls import Refused
from bot.demo.workspace.residents import talk
from bot.demo.workspace.state import Message, Workspace
from tests.e2e.office import WITHIN, Office, Thread, buttons, menu, shown
from tests.faults.test_killed import KILLED

SECRET = "the code is 4711"


def asked(office: Office, number: int = -1) -> list[str]:
    """Return what people said, as a request showed it to the model."""
    given: list[dict[str, Any]] = office.world.script.requests[number]["messages"]
    return [each["content"] for each in given if each["role"] == "user"]


def kept(office: Office, words: str) -> list[str]:
    """Name the tables of Nod's database in which these words stand."""
    with closing(sqlite3.connect(office.folder / "nod.db")) as connection, Database(connection) as db:
        return [name for name in db.table_names() if words in json.dumps(list(db[name].rows), default=str)]


async def settled(office: Office) -> None:
    """Wait until Nod has taken all that was told."""
    await office.world.sockets.wait_acked()


async def test_nod_reads_a_thread_that_it_is_called_into_and_follows_it(office: Office) -> None:
    root = talk(office.workspace)
    people, place = office.world.people, root.channel
    thread = await office.ask("park", "general", "@Nod summarize this thread", root.ts)
    answer = await thread.answer()
    for words in (
        "**Lee**: Friday's outing",
        "**Park**: Fine with me",
        "**Kim**: 비가 오면",
        "after the forecast",
    ):
        assert words in answer
    *heard, question = asked(office)
    assert [text.split(",")[1] for text in heard] == [
        f' said by "{name}"' for name in ("Lee", "Park", "Kim", "Lee")
    ]
    assert "edited since" in heard[3]
    assert question == "[Park] summarize this thread"

    assert await office.stop() == 0
    replies = office.workspace.thread(place, root.ts)
    await people.edit("lee", place, root.ts, "Friday's outing: the zoo, for 14 of us.")
    await people.delete("kim", place, replies[2].ts)
    await office.start()
    await settled(office)
    thread = await thread.then("kim", "지금까지 내용 요약해 줘")
    again = await thread.answer()
    assert "the zoo" in again
    assert "picnic" not in json.dumps(asked(office))
    assert "비가 오면" not in again
    now = asked(office)
    assert now[1] == heard[1]
    assert now[2].endswith("the message was deleted.]")
    assert now[-1] == "[Kim] 지금까지 내용 요약해 줘"
    assert len([text for text in now if text.startswith("[Earlier")]) == 4, "read once"
    assert kept(office, "비가 오면 박물관") == []


async def test_an_edited_question_counts_as_it_is_now_and_may_be_answered_again(office: Office) -> None:
    people = office.world.people
    thread = await office.ask("lee", "general", f"@Nod who earns the most? {SECRET}")
    await thread.answer()
    before = asked(office)
    await people.edit("lee", "general", thread.ts, "@Nod what is the average age?")
    offer = await office.whisper("lee", "Shall I answer it again")
    assert offer.thread_ts == thread.ts
    assert list(buttons(offer)) == ["turn_regenerate"]
    _, question = buttons(offer)["turn_regenerate"]["value"].split(":")
    assert question == thread.ts
    thread = await thread.then("lee", "what did I ask first?")
    assert "average age" in await thread.answer()
    assert before == [f"[Lee] who earns the most? {SECRET}"]
    assert asked(office)[0] == "[Lee] what is the average age?\n(edited)"
    assert kept(office, SECRET) == []
    await people.edit("lee", "general", thread.ts, "@Nod something else")
    await settled(office)
    assert len(office.privates("lee")) == 1, "the conversation has gone on"


async def test_the_offer_after_an_edit_answers_anew(office: Office) -> None:
    thread = await office.ask("lee", "general", "@Nod who earns the most?")
    first = await thread.answer()
    await office.world.people.edit("lee", "general", thread.ts, "@Nod what is the average age?")
    offer = await office.whisper("lee", "Shall I answer it again")
    thread.asked = office.workspace.next_ts()
    assert await office.world.people.click("lee", "general", offer.ts, "turn_regenerate")
    again = await thread.answer()
    assert again != first
    assert "age" in again
    old = thread.replies[0]
    await office.workspace.wait_for(lambda _: "Answered again below." in shown(old), WITHIN)
    assert first.strip() in shown(old)
    assert menu(old) is None
    assert asked(office) == ["[Lee] what is the average age?\n(edited)"]
    assert first.strip() not in json.dumps(office.world.script.requests[-1], ensure_ascii=False)


async def test_an_offer_whose_question_is_gone_says_so_and_nothing_else(office: Office) -> None:
    thread = await office.ask("lee", "general", "@Nod who earns the most?")
    await thread.answer()
    await office.world.people.edit("lee", "general", thread.ts, "@Nod what is the average age?")
    offer = await office.whisper("lee", "Shall I answer it again")
    await office.world.people.delete("lee", "general", thread.ts)
    await settled(office)
    assert await office.world.people.click("lee", "general", offer.ts, "turn_regenerate")
    await office.whisper("lee", "I no longer know what this was about")
    [said] = office.privates("lee")
    assert (said.ts, said.thread_ts) == (offer.ts, thread.ts)
    assert not any("Answered again" in shown(each) for each in thread.replies)


async def test_a_deleted_message_is_shown_to_the_model_no_more(office: Office) -> None:
    thread = await office.ask("lee", "general", f"@Nod what is the average age? {SECRET}")
    await thread.answer()
    await office.world.people.delete("lee", "general", thread.ts)
    await settled(office)
    thread = await thread.then("lee", "and the lowest salary?")
    await thread.answer()
    assert asked(office)[0] == "[Lee] (This message was deleted.)"
    assert kept(office, SECRET) == []
    assert office.privates("lee") == []


async def test_what_waits_is_answered_as_it_is_now_or_not_at_all(empty_office: Office) -> None:
    office = empty_office
    office.settings["NOD_CONCURRENCY"] = "1"
    await office.start()
    people = office.world.people
    stalled = office.world.script.stall(text="At last.")
    first = await office.ask("park", "general", "@Nod think")
    await office.world.script.wait_for_requests(1)
    deleted = await office.ask("lee", "general", f"@Nod {SECRET}")
    edited = await office.ask("kim", "general", "@Nod 제일 많은 연봉을 받는 사람은?")
    await settled(office)
    await people.delete("lee", "general", deleted.ts)
    await people.edit("kim", "general", edited.ts, "@Nod 평균 나이는?")
    await settled(office)
    stalled.resumed.set()
    assert "At last." in await first.answer()
    assert "42.13" in await edited.answer()
    later = await office.ask("lee", "hr", "@Nod what is the average age?")
    await later.answer()
    assert SECRET not in json.dumps(office.world.script.requests)
    assert kept(office, SECRET) == []


@pytest.mark.slow
@pytest.mark.parametrize("error", ["missing_scope", "not_in_channel"])
async def test_a_thread_that_cannot_be_read_is_told_once(office: Office, error: str) -> None:
    root = talk(office.workspace)
    office.world.slack.answer_next("conversations.replies", Refused(error))
    thread = await office.ask("lee", "general", "@Nod what is the average age?", root.ts)

    def answered(_: Workspace) -> list[Message] | None:
        found = [reply for reply in thread.replies if not reply.streaming]
        return found if any("42.13" in shown(each) for each in found) else None

    said = await office.workspace.wait_for(answered, WITHIN)
    assert "could not read what was said above" in shown(said[0])
    assert asked(office) == [
        "[Earlier in this thread: messages that could not be read.]",
        "[Lee] what is the average age?",
    ]
    thread = Thread(office, thread.channel, root.ts, office.workspace.next_ts())
    thread = await thread.then("lee", "and the highest salary?")
    await thread.answer()
    assert len([each for each in thread.replies if "could not read" in shown(each)]) == 1


@pytest.mark.slow
async def test_edits_that_come_while_nod_is_down_are_followed(office: Office) -> None:
    thread = await office.ask("lee", "general", "@Nod who earns the most?")
    await thread.answer()
    await office.kill()
    for words in ("once", "twice", "what is the average age?"):
        await office.world.people.edit("lee", "general", thread.ts, f"@Nod {words}")
    await office.start()
    await settled(office)
    thread = await thread.then("lee", "what did I ask first?")
    assert "average age" in await thread.answer()
    assert kept(office, "twice") == []


@pytest.mark.slow
@pytest.mark.parametrize("when", ["before", "after"])
async def test_an_edit_survives_the_end_of_the_process(empty_office: Office, when: str) -> None:
    office = empty_office
    await office.start(str(KILLED), "revisions.revise", when, "1")
    thread = await office.ask("lee", "general", f"@Nod {SECRET}")
    await thread.answer()
    await office.world.people.edit("lee", "general", thread.ts, "@Nod what is the average age?")

    async def after_the_kill() -> None:
        if not office.killed:
            await asyncio.Event().wait()  # until the process ends
        await settled(office)

    await office.through_kills(after_the_kill)
    thread = await thread.then("lee", "what did I ask first?")
    assert "average age" in await thread.answer()
    assert kept(office, SECRET) == []
