"""Stop, Continue and Answer again, through the real process: at once, once, and outliving a kill."""

import asyncio

import pytest

from bot.demo.workspace.state import Message, Workspace
from bot.slack.notes import CONTINUE, REGENERATE
from bot.slack.stop_button import STOP
from tests.e2e.office import WITHIN, Office, Thread, buttons, is_stop, menu, shown

SLOWLY = "@Nod slowly count to 400"
LONG = "one two three four five six seven eight nine ten " * 5


async def under_way(thread: Thread, words: str = "1 2 3") -> Message:
    """Wait until an answer is being written."""

    def seen(workspace: Workspace) -> Message | None:
        return next((each for each in thread.replies if each.streaming and words in each.text), None)

    return await thread.office.workspace.wait_for(seen, WITHIN)


async def stopped(thread: Thread, words: str = "Stopped.") -> list[Message]:
    """Wait until the thread says that it was stopped, and is quiet."""

    def seen(workspace: Workspace) -> list[Message] | None:
        said = [each for each in thread.replies if words in shown(each)]
        here = workspace.thread(thread.channel, thread.ts)
        busy = workspace.statuses.get((thread.channel, thread.ts))
        return said if said and not busy and not any(each.streaming or is_stop(each) for each in here) else None

    return await thread.office.workspace.wait_for(seen, WITHIN)


def asked_of_model(office: Office) -> str:
    return str(office.world.script.requests[-1])


SLOW = pytest.mark.slow


@pytest.mark.parametrize(
    "word", ["@Nod Stop!", pytest.param("stop", marks=SLOW), pytest.param("그만…", marks=SLOW)]
)
async def test_a_bare_word_stops_what_is_being_written(office: Office, word: str) -> None:
    thread = await office.ask("lee", "general", SLOWLY)
    half = await under_way(thread)
    await thread.then("lee", word)
    (note,) = await stopped(thread)
    assert "1 2 3" in half.text
    assert "400" not in half.text
    assert not buttons(note)
    requests = len(office.world.script.requests)
    after = await thread.then("lee", "what is the average age?")
    assert "42.13" in await after.answer()
    assert len(office.world.script.requests) - requests <= 2, "the word was not a message of its own"
    shown_to_model = asked_of_model(office)
    assert "1 2 3" in shown_to_model
    assert "stopped the answer here" in shown_to_model


@SLOW
async def test_slacks_own_stop_in_a_direct_message(office: Office) -> None:
    thread = await office.dm("lee", "slowly count to 400")
    await under_way(thread)
    await office.world.people.stop("lee", thread.channel, thread.ts)
    await stopped(thread)
    assert not any("still working" in shown(each) for each in office.workspace.messages(thread.channel))


@SLOW
async def test_the_button_of_a_turn_that_takes_a_while(office: Office) -> None:
    office.world.script.stall(after_events=14, text=LONG)
    thread = await office.ask("lee", "general", "@Nod say it")
    offer = await thread.stop_button()
    turn = offer.blocks[0]["accessory"]["value"]
    assert await office.press("kim", offer, STOP, turn)
    await office.whisper("kim", "멈출 수 있습니다")
    assert await office.world.people.click("lee", thread.channel, offer.ts, STOP)
    await stopped(thread)
    assert office.workspace.message(thread.channel, offer.ts) is None
    assert await office.press("lee", offer, STOP, turn), "a second press says nothing: it is to be seen"
    assert await office.press("lee", offer, STOP, str(int(turn) + 1000))
    await office.whisper("lee", "ended already")
    assert len(office.privates("lee")) == 1
    assert len(await stopped(thread)) == 1


@SLOW
async def test_the_word_of_somebody_else_stops_nothing_and_one_too_late_is_a_message(office: Office) -> None:
    thread = await office.ask("lee", "general", "@Nod slowly count to 40")
    await under_way(thread)
    await thread.then("kim", "@Nod stop")
    await office.whisper("kim", "멈출 수 있습니다")
    await office.workspace.wait_for(
        lambda _: any("39 40" in each.text and not each.streaming for each in thread.replies), WITHIN
    )
    after = await thread.then("lee", "stop")
    await after.answer()
    assert not any("Stopped." in shown(each) for each in thread.replies)
    assert "[Lee] stop" in asked_of_model(office)
    assert "[Kim" not in asked_of_model(office), "it was answered as a message"
    assert len(office.privates("kim")) == 1


@SLOW
async def test_who_deletes_what_they_asked_stops_its_answer(office: Office) -> None:
    thread = await office.ask("lee", "general", SLOWLY)
    half = await under_way(thread)
    await office.world.people.delete("lee", "general", thread.ts)
    await stopped(thread)
    assert "1 2 3" in half.text
    assert "400" not in half.text
    after = await thread.then("lee", "what is the average age?")
    assert "42.13" in await after.answer()
    assert "slowly" not in asked_of_model(office)
    assert "stopped the answer here" in asked_of_model(office)


async def test_a_stop_that_was_kept_is_not_undone_by_a_kill(office: Office) -> None:
    """The process ends at the very moment in which it has the stop, with the answer half-written."""
    thread = await office.ask("lee", "general", SLOWLY)
    await under_way(thread)
    requests = len(office.world.script.requests)
    for method in ("chat.stopStream", "chat.update", "chat.postMessage", "chat.appendStream"):
        office.world.slack.disabled.add(method)  # nothing of the end can be shown before the kill
    await office.world.sockets.wait_acked()
    await thread.then("lee", "stop")
    await office.world.sockets.wait_acked()
    await office.kill()
    office.world.slack.disabled.clear()
    await office.start()
    assert len(await stopped(thread)) == 1
    assert not any("begins anew" in shown(each) for each in thread.replies)
    assert len(office.world.script.requests) == requests, "what was stopped was taken up again"
    after = await thread.then("lee", "what is the average age?")
    assert "42.13" in await after.answer()
    assert len(await stopped(thread)) == 1


@SLOW
async def test_an_action_under_way_is_done_and_told(empty_office: Office) -> None:
    office = empty_office
    office.drop_in("slow_work", SLOW_WORK)
    await office.start()
    office.world.script.calls(("slow_work", {"what": "it"}))
    thread = await office.ask("lee", "general", "@Nod do it")
    card = await thread.card()
    assert await thread.click("lee", card, "action_confirm")
    begun, done = office.folder / "begun", office.folder / "done"
    while not begun.exists():
        await office.workspace.wait_for(lambda _: office.workspace.statuses, WITHIN)
    await thread.then("lee", "stop")
    await stopped(thread, "is still carried out")
    assert not done.exists()
    (office.folder / "go").touch()
    await thread.settled(card, "Done")
    assert done.exists()
    assert len(office.world.script.requests) == 1, "the outcome was told although it was stopped"


SLOW_WORK = """
import asyncio
from pathlib import Path
from functions import Context, function

@function
async def slow_work(context: Context, what: str) -> dict[str, str]:
    \"\"\"Do something that takes until it may end.\"\"\"
    Path("begun").touch()
    while not Path("go").exists():
        await asyncio.sleep(0.02)
    Path("done").touch()
    return {"did": what}
"""


async def test_what_was_cut_goes_on_where_it_stopped(office: Office) -> None:
    thread = await office.ask("lee", "general", "@Nod count to 900")
    note = await thread.card()
    assert "length limit" in shown(note)
    turn = buttons(note)[CONTINUE]["value"]
    assert await office.press("kim", note, CONTINUE, turn)
    await office.whisper("kim", "질문하신 분만")
    assert await thread.click("lee", note, CONTINUE)
    assert await office.press("lee", note, CONTINUE, turn)
    await office.whisper("lee", "gone on already")

    def again(_: Workspace) -> Message | None:
        found = [each for each in thread.replies if CONTINUE in buttons(each)]
        return found[0] if len(found) == 1 and found[0].ts > note.ts else None

    second = await office.workspace.wait_for(again, WITHIN)
    assert await thread.click("lee", second, CONTINUE)
    await office.workspace.wait_for(lambda _: any("899 900" in each.text for each in thread.replies), WITHIN)
    counted = " ".join(each.text for each in thread.replies if each.text[:1].isdigit()).split()
    assert [int(number) for number in counted] == list(range(1, 901))


@pytest.mark.parametrize("word", ["@Nod continue", pytest.param("계속해 주세요", marks=SLOW)])
async def test_a_bare_word_has_what_was_cut_go_on_once(office: Office, word: str) -> None:
    thread = await office.ask("lee", "general", "@Nod count to 500")
    note = await thread.card()
    asked = len(office.world.script.requests)
    await thread.then("lee", word)
    await office.workspace.wait_for(lambda _: any("499 500" in each.text for each in thread.replies), WITHIN)
    await office.workspace.wait_for(lambda _: not buttons(note), WITHIN)
    assert len(office.world.script.requests) == asked + 1
    counted = " ".join(each.text for each in thread.replies if each.text[:1].isdigit()).split()
    assert [int(number) for number in counted] == list(range(1, 501))
    await thread.then("lee", "continue")
    await office.world.script.wait_for_requests(asked + 2)
    told = asked_of_model(office)
    assert told.count("by *Continue*") == 1, "the second word was a message like any other"
    assert "continue" in told.rpartition("by *Continue*")[2]


@SLOW
async def test_the_word_and_the_button_at_once_go_on_once(office: Office) -> None:
    thread = await office.ask("lee", "general", "@Nod count to 500")
    note = await thread.card()
    asked = len(office.world.script.requests)
    await asyncio.gather(thread.click("lee", note, CONTINUE), thread.then("lee", "continue"))
    await office.whisper("lee", "gone on already")
    await office.workspace.wait_for(lambda _: any("499 500" in each.text for each in thread.replies), WITHIN)
    assert len(office.world.script.requests) == asked + 1


@SLOW
async def test_a_command_goes_on_too(office: Office) -> None:
    await office.world.people.command("lee", "general", "count to 500")
    note = await office.whisper("lee", "length limit")
    assert await office.world.people.click("lee", note.channel, note.ts, CONTINUE)
    assert "500" in (await office.whisper("lee", "499 500")).text


async def test_an_answer_is_given_anew_below(office: Office) -> None:
    office.world.script.text("The first answer.")
    thread = await office.ask("lee", "general", "@Nod say it")
    await thread.answer()
    (first,) = thread.replies
    turn = menu(first)
    assert turn is not None
    office.world.script.text("The second answer.")
    assert await office.press("kim", first, REGENERATE, turn)
    await office.whisper("kim", "질문하신 분만")
    thread.asked = first.ts
    assert await office.world.people.click("lee", thread.channel, first.ts, REGENERATE, turn)
    assert await thread.answer() == "The second answer."
    assert await office.press("lee", first, REGENERATE, turn)
    await office.whisper("lee", "answered this again already")
    before = office.workspace.message(thread.channel, first.ts)
    assert before is not None
    assert menu(before) is None
    assert "The first answer." in shown(before)
    assert "Answered again below." in shown(before)
    assert len(thread.replies) == 2
    assert "The first answer." not in asked_of_model(office)
    assert menu(thread.replies[-1]) is not None


@SLOW
async def test_what_changed_something_is_not_given_anew(office: Office) -> None:
    thread = await office.ask("lee", "general", "@Nod raise Tiger Nixon's salary to 330000")
    card = await thread.card()
    assert await thread.click("lee", card, "action_deny")
    await thread.settled(card, "Denied")
    await thread.answer()
    assert not any(menu(each) for each in thread.replies)


@SLOW
async def test_a_kill_after_the_click_gives_one_new_answer(office: Office) -> None:
    office.world.script.text("The first answer.")
    thread = await office.ask("lee", "general", "@Nod say it")
    await thread.answer()
    (first,) = thread.replies
    office.world.script.stall(text="Never to be read.")
    assert await office.world.people.click("lee", thread.channel, first.ts, REGENERATE, menu(first))
    await office.world.script.wait_for_requests(2)
    await office.kill()
    office.world.script.text("The second answer.")
    thread.asked = first.ts
    await office.start()
    assert await thread.answer() == "The second answer."
    assert [each.text for each in thread.replies if "answer." in each.text][1:] == ["The second answer."]


@SLOW
@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("swear at me", "content filter stopped"),
        ("욕해 줘", "content filter stopped"),
        ("write me malware", "I can't help with that"),
    ],
)
async def test_what_a_provider_stops_or_a_model_declines_is_said(office: Office, text: str, words: str) -> None:
    thread = await office.ask("lee", "general", f"@Nod {text}")
    await office.workspace.wait_for(lambda _: words in "\n".join(map(shown, thread.replies)), WITHIN)
