"""Slack at its worst while an answer is written: each thread ends with one whole answer and no status."""

import asyncio
from collections.abc import Callable

import pytest

from bot.demo.model.conversation import Reply
from bot.demo.model.script import Step
from bot.demo.unkind.calls import Broken, CallFault, Dropped, Refused
from bot.demo.workspace.state import Message, Workspace
from bot.words.catalogue import words_for
from tests.e2e.office import WITHIN, Office, Thread, buttons, shown

pytestmark = pytest.mark.slow

WHOLE = "First this, then that, and in the end the rest of it."
WORDS = words_for("en")

STREAMS = ("chat.startStream", "chat.appendStream", "chat.stopStream")
POSTS = ("chat.postMessage", "chat.update")

FAULTS: dict[str, Callable[[], CallFault]] = {
    "500 before": lambda: Broken(500),
    "500 after": lambda: Broken(500, after_effect=True),
    "503 of a proxy after": lambda: Broken(503, after_effect=True, html=True),
    "drop before": lambda: Dropped(),
    "drop after": lambda: Dropped(after_effect=True),
    "429": lambda: Refused("ratelimited", retry_after=1),
}


def said(message: Message) -> str:
    """Return what people see of an answer's message."""
    return message.markdown + "".join(block["text"] for block in message.blocks if block["type"] == "markdown")


def kind(message: Message) -> str:
    return str((message.metadata or {}).get("event_type"))


async def ask(office: Office, text: str = "@Nod say it", *, seconds: float = 0.2) -> Thread:
    """Ask what is answered slowly enough to be seen growing."""
    office.world.script.add(Step(Reply(text=WHOLE), delta_seconds=seconds))
    return await office.ask("lee", "general", text)


async def other(office: Office) -> Thread:
    """Ask in another place."""
    office.world.script.text(WHOLE)
    return await office.dm("lee", "say it")


async def whole(thread: Thread) -> list[Message]:
    """Wait for the whole answer; then another question of the same thread, which has to wait for the first one's
    end. The thread's messages before the other answer."""

    def ended(count: int) -> Callable[[Workspace], bool]:
        return lambda _: sum(kind(message) == "nod_answer" for message in thread.replies) >= count

    workspace = thread.office.workspace
    await workspace.wait_for(ended(1), WITHIN * 2)
    before = len(thread.replies)
    await thread.then("lee", "what is the average age?")
    await workspace.wait_for(ended(2), WITHIN * 2)
    await workspace.wait_for(lambda _: (thread.channel, thread.ts) not in workspace.statuses, WITHIN)
    replies = thread.replies
    assert "42.13" in shown(replies[-1])
    assert len(replies) == before + 1, "more was written after the end"
    assert not any(message.streaming for message in replies)
    assert all(kind(message).startswith("nod_") for message in replies)
    return replies[:-1]


async def once(thread: Thread) -> None:
    assert "".join(map(said, await whole(thread))) == WHOLE


@pytest.mark.parametrize("fault", FAULTS)
async def test_a_whole_answer_stands_once_whatever_fails(office: Office, fault: str) -> None:
    slack = office.world.slack
    for method in STREAMS:
        slack.answer_next(method, FAULTS[fault]())
    threads = [await ask(office) for _ in STREAMS]
    await asyncio.gather(*map(once, threads))
    slack.disabled.add("chat.startStream")
    for method in POSTS:
        slack.answer_next(method, FAULTS[fault]())
    threads = [await ask(office) for _ in POSTS]
    await asyncio.gather(*map(once, threads))
    assert not [rule for rule in slack.faults.scripted if rule.match in POSTS], "a fault was not met"


@pytest.mark.parametrize("streams", [True, False])
async def test_a_message_that_somebody_deletes_is_written_anew(office: Office, streams: bool) -> None:
    office.world.slack.disabled |= set() if streams else {"chat.startStream"}
    step = office.world.script.stall(after_events=5, text=WHOLE)
    thread = await office.ask("lee", "general", "@Nod say it")
    first = await office.workspace.wait_for(lambda _: thread.replies, WITHIN)
    office.workspace.delete(first[0])
    step.resumed.set()
    await once(thread)


async def test_a_channel_that_nod_is_put_out_of_costs_nobody_else_an_answer(office: Office) -> None:
    step = office.world.script.stall(text=WHOLE)
    lost = await office.ask("lee", "general", "@Nod say it")
    await office.world.script.wait_for_requests(1)
    office.workspace.channels[lost.channel].members.remove(office.workspace.bot.id)
    step.resumed.set()
    await once(await other(office))
    assert await office.stop() == 0, "the turn did not end"
    assert lost.replies == []
    assert f"chat.postMessage in {lost.channel}: not_in_channel" in office.log


async def test_a_half_written_stream_is_ended_after_a_crash(office: Office) -> None:
    office.world.script.stall(after_events=5, text=WHOLE)
    thread = await office.ask("lee", "general", "@Nod say it")
    [half] = await office.workspace.wait_for(lambda _: thread.replies, WITHIN)
    assert half.streaming
    await office.kill()
    office.world.script.text(WHOLE)
    await office.start()
    replies = await whole(thread)
    assert replies[0].ts == half.ts
    assert WORDS("answer-interrupted") in shown(replies[0])
    assert WHOLE.startswith(replies[0].markdown)
    assert "".join(map(said, replies[1:])) == WHOLE


async def test_a_half_written_message_is_ended_after_a_crash(office: Office) -> None:
    office.world.slack.disabled.add("chat.startStream")
    office.world.script.stall(after_events=5, text=WHOLE)
    thread = await office.ask("lee", "general", "@Nod say it")
    await office.workspace.wait_for(lambda _: thread.replies, WITHIN)
    await office.kill()
    office.world.script.text(WHOLE)
    await office.start()
    replies = await whole(thread)
    assert shown(replies[0]).count(WORDS("answer-interrupted")) == 2, "once in the text, once in the blocks"
    assert "".join(map(said, replies[1:])) == WHOLE


async def test_a_stream_that_nobody_can_look_for_is_waited_for(office: Office) -> None:
    office.world.slack.answer_next("chat.startStream", Broken(500, after_effect=True))
    for _ in range(6):
        office.world.slack.answer_next("conversations.replies", Broken(503))
    await once(await ask(office))


async def test_what_another_tool_posts_with_the_same_token_stays_as_it_is(office: Office) -> None:
    office.world.script.stall(after_events=5, text=WHOLE)
    thread = await office.ask("lee", "general", "@Nod say it")
    [half] = await office.workspace.wait_for(lambda _: thread.replies, WITHIN)
    workspace = office.workspace
    tool = workspace.post(
        Message(
            workspace.next_ts(),
            thread.channel,
            half.user,
            text="Deployed.",
            thread_ts=thread.ts,
            bot_id=half.bot_id,
        )
    )
    await office.kill()
    office.world.script.text(WHOLE)
    await office.start()
    await workspace.wait_for(lambda _: [each for each in thread.replies if kind(each) == "nod_answer"], WITHIN)
    assert (tool.text, tool.blocks, tool.metadata) == ("Deployed.", [], None)
    assert WORDS("answer-interrupted") in shown(half)


async def test_many_at_once_under_slacks_limits(office: Office) -> None:
    office.world.unkind.limits.on(scale=0.1)
    threads = [await ask(office, seconds=0.02) for _ in range(12)]
    await asyncio.gather(*map(once, threads))
    assert office.world.unkind.injected.total(), "no limit was met"


async def test_a_failed_turn_is_tried_again_by_its_button(office: Office) -> None:
    office.world.script.error(400, "no")
    thread = await office.ask("lee", "general", "@Nod what is the average age?")
    note = await thread.card()
    assert buttons(note)["turn_retry"]["text"]["text"] == WORDS("retry-button")
    await thread.click("kim", note, "turn_retry")
    await office.whisper("kim", words_for("ko")("retry-not-yours"))
    await thread.click("lee", note, "turn_retry")
    answered = await office.workspace.wait_for(
        lambda _: [each for each in thread.replies if "42.13" in shown(each) and kind(each) == "nod_answer"],
        WITHIN,
    )
    assert len(answered) == 1
    await office.workspace.wait_for(
        lambda workspace: not buttons(workspace.message(thread.channel, note.ts) or note), WITHIN
    )
    assert await office.press("lee", note, "turn_retry", "1")
    await office.whisper("lee", WORDS("retry-already"))
    assert len([each for each in thread.replies if "42.13" in shown(each)]) == 1


async def test_a_failed_command_is_tried_again_where_only_its_asker_sees_it(office: Office) -> None:
    office.world.script.error(400, "no")
    await office.world.people.command("lee", "general", "what is the average age?")
    note = await office.private("lee", after=1)
    assert "turn_retry" in buttons(note)
    assert await office.world.people.click("lee", "general", note.ts, "turn_retry")
    await office.whisper("lee", "42.13")
    assert not [message for message in office.workspace.messages(note.channel) if message.ephemeral_to is None]
