"""What a model's server does wrong, as people see it: an answer, or an honest line and a button. Never two."""

import pytest

from bot.demo.unkind.model import BrokenArguments, Cut, Empty, Failed
from bot.demo.workspace.state import Message, Workspace
from bot.slack.notes import RETRY
from tests.e2e.office import WITHIN, Office, Thread, buttons, shown

pytestmark = pytest.mark.slow

QUESTION, ANSWER = "@Nod what is the average age?", "42.13"

SECRET = "the provider's own prose"

AT_ONCE = {"Retry-After-Ms": "1"}
"""Spares the tests the pauses between the attempts of the openai package."""


async def apology(thread: Thread) -> Message:
    """Wait for the message with *Try again*."""

    def seen(workspace: Workspace) -> Message | None:
        found = [reply for reply in thread.replies if RETRY in buttons(reply)]
        return found[-1] if found and not workspace.statuses.get((thread.channel, thread.ts)) else None

    return await thread.office.workspace.wait_for(seen, WITHIN)


async def tried_again(thread: Thread, note: Message) -> None:
    """Press *Try again*, twice as impatient people do: one answer comes."""
    office, turn = thread.office, buttons(note)[RETRY]["value"]
    assert await thread.click("lee", note, RETRY)
    assert ANSWER in await thread.answer()
    await office.press("lee", note, RETRY, turn)
    await office.whisper("lee", "already tried")
    assert "".join(shown(reply) for reply in thread.replies).count(ANSWER) == 1
    assert not any(buttons(reply) for reply in thread.replies)


def nothing_leaked(office: Office) -> None:
    assert SECRET not in office.workspace.transcript()
    assert SECRET not in office.log
    assert "Traceback" not in office.log


async def test_a_busy_model_is_asked_again_when_it_says(office: Office) -> None:
    office.world.script.error(429, SECRET, headers={"Retry-After": "1"})
    thread = await office.ask("lee", "general", QUESTION)
    assert ANSWER in await thread.answer()
    assert len(thread.replies) == 1
    nothing_leaked(office)


async def test_a_model_that_is_out_of_order_is_apologised_for(office: Office) -> None:
    for _ in range(3):
        office.world.script.error(500, SECRET, headers=AT_ONCE)
    thread = await office.ask("lee", "general", QUESTION)
    note = await apology(thread)
    assert "not answering right now" in shown(note)
    assert office.world.script.waiting == 0
    await tried_again(thread, note)
    nothing_leaked(office)


async def test_a_stream_cut_before_a_word_leaves_no_trace(office: Office) -> None:
    office.world.script.cut(after_events=0)
    thread = await office.ask("lee", "general", QUESTION)
    assert ANSWER in await thread.answer()
    assert len(thread.replies) == 1
    assert not buttons(thread.replies[0])
    nothing_leaked(office)


async def test_a_stream_cut_after_words_says_so(office: Office) -> None:
    office.world.script.cut(after_events=14, text="one two three four five six seven eight nine ten " * 5)
    thread = await office.ask("lee", "general", QUESTION)
    note = await apology(thread)
    assert "one" in "".join(shown(reply) for reply in thread.replies)
    assert "broke off" in shown(note)
    await tried_again(thread, note)
    nothing_leaked(office)


@pytest.mark.parametrize("words", [0, 14])
async def test_a_model_that_falls_silent_is_not_waited_for_for_ever(empty_office: Office, words: int) -> None:
    office = empty_office
    office.settings["NOD_TURN_SECONDS"] = "1"
    await office.start()
    office.world.script.stall(after_events=words, text="one two three four five six seven eight nine ten " * 5)
    thread = await office.ask("lee", "general", QUESTION)
    note = await apology(thread)
    assert "took too long" in shown(note)
    await tried_again(thread, note)
    nothing_leaked(office)


@pytest.mark.parametrize("status", [429, 500, 503])
async def test_the_next_model_answers_for_a_busy_one(empty_office: Office, status: int) -> None:
    office = empty_office
    office.settings |= {"NOD_MODEL": "first", "NOD_MODEL_FALLBACKS": "second,third"}
    await office.start()
    for model in ("first", "second"):
        office.world.unkind.model.add(Failed(status), match=model, times=None)
    thread = await office.ask("lee", "general", QUESTION)
    assert ANSWER in await thread.answer()
    assert len(thread.replies) == 1
    asked = [request["model"] for request in office.world.script.requests]
    assert list(dict.fromkeys(asked)) == ["first", "second", "third"]
    nothing_leaked(office)


async def test_an_answer_of_nothing_is_said(office: Office) -> None:
    office.world.unkind.model.add(Empty(), times=None)
    thread = await office.ask("lee", "general", QUESTION)
    assert (await thread.answer()).strip()
    office.world.unkind.calm()
    thread = await thread.then("lee", "what is the average age?")
    assert ANSWER in await thread.answer()
    nothing_leaked(office)


async def test_arguments_that_end_half_way_are_told_to_the_model(office: Office) -> None:
    office.world.unkind.model.add(BrokenArguments())
    thread = await office.ask("lee", "general", QUESTION)
    assert (await thread.answer()).strip()
    assert any("not valid JSON" in str(request) for request in office.world.script.requests)
    nothing_leaked(office)


async def test_cuts_that_do_not_end_are_given_up(office: Office) -> None:
    office.world.unkind.model.add(Cut(after_events=0), times=None)
    thread = await office.ask("lee", "general", QUESTION)
    note = await apology(thread)
    assert len(office.world.script.requests) <= 6
    office.world.unkind.calm()
    await tried_again(thread, note)
    nothing_leaked(office)
