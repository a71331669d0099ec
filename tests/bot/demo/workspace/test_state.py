import asyncio

import pytest

from bot.demo.workspace.state import Change, Message, Workspace


def say(workspace: Workspace, user: str, channel: str, text: str, thread_ts: str | None = None) -> Message:
    person, room = workspace.user(user), workspace.channel(channel)
    return workspace.post(Message(workspace.next_ts(), room.id, person.id, text=text, thread_ts=thread_ts))


def answer(workspace: Workspace, question: Message, text: str = "") -> Message:
    return Message(
        workspace.next_ts(),
        question.channel,
        workspace.bot.id,
        text=text,
        thread_ts=question.ts,
        bot_id=workspace.bot_id,
    )


def test_timestamps_are_unique_and_increase_though_the_clock_stands_still(workspace: Workspace) -> None:
    made = [workspace.next_ts() for _ in range(1000)]
    assert made == sorted(set(made))
    assert made[0] == "1700000000.000000"


def test_ids_look_like_slacks_and_come_from_the_seed() -> None:
    one, two = Workspace(seed=7), Workspace(seed=7)
    assert (one.team_id, one.bot.id) == (two.team_id, two.bot.id)
    assert one.team_id.startswith("T0")
    assert len(one.bot.id) == 11


def test_users_and_channels_are_found_by_id_and_by_name(workspace: Workspace) -> None:
    kim, general = workspace.user("kim"), workspace.channel("#general")
    assert workspace.user(kim.id) is kim
    assert workspace.channel(general.id) is general
    assert workspace.dm("kim") is workspace.dm(kim.id)
    with pytest.raises(KeyError):
        workspace.user("nobody")
    with pytest.raises(KeyError):
        workspace.channel("nowhere")


async def test_a_persons_ephemeral_message_is_for_that_person_only(workspace: Workspace) -> None:
    kim, lee, general = workspace.user("kim").id, workspace.user("lee").id, workspace.channel("general").id
    secret = Message(workspace.next_ts(), general, workspace.bot.id, text="psst", ephemeral_to=kim)
    with workspace.subscribe() as changes:
        workspace.post(secret)
        assert await changes.get() == Change("ephemeral", general, secret.ts, None, kim)
    assert workspace.messages(general, kim) == [secret]
    assert workspace.messages(general, lee) == []


def test_a_root_with_replies_is_deleted_to_a_tombstone(workspace: Workspace) -> None:
    root = say(workspace, "kim", "general", "hi")
    reply = say(workspace, "lee", "general", "hello", root.ts)
    workspace.delete(root)
    assert workspace.thread(root.channel, root.ts) == [root, reply]
    assert root.deleted
    assert root.text == "This message was deleted."
    workspace.delete(reply)
    assert workspace.replies(root.channel, root.ts) == []


async def test_a_status_is_cleared_by_nods_message_in_its_thread(workspace: Workspace) -> None:
    one, two = say(workspace, "kim", "general", "1"), say(workspace, "kim", "general", "2")
    for root in (one, two):
        workspace.set_status(root.channel, root.ts, "is thinking…", ["Looking"])
    workspace.post(answer(workspace, one))
    assert workspace.statuses == {(two.channel, two.ts): "is thinking…"}
    assert "Nod is thinking…" in workspace.transcript("general")


async def test_a_status_clears_itself_after_a_while(workspace: Workspace) -> None:
    workspace.status_seconds = 0.01
    root = say(workspace, "kim", "general", "1")
    workspace.set_status(root.channel, root.ts, "is thinking…")
    await workspace.wait_for(lambda w: not w.statuses)


async def test_a_stream_ends_after_a_while(workspace: Workspace) -> None:
    workspace.stream_seconds = 0.01
    message = workspace.start_stream(answer(workspace, say(workspace, "kim", "general", "1")))
    assert message.streaming
    await workspace.wait_for(lambda _: not message.streaming)


async def test_wait_for_is_woken_by_a_change_and_tells_the_transcript_when_it_gives_up(
    workspace: Workspace,
) -> None:
    general = workspace.channel("general").id
    waiting = asyncio.create_task(workspace.wait_for(lambda w: w.messages(general)))
    await asyncio.sleep(0)
    said = say(workspace, "kim", "general", "hi")
    assert await waiting == [said]
    with pytest.raises(TimeoutError, match=r"#general\n  \[1700000000.\d+\] kim: 'hi'"):
        await workspace.wait_for(lambda _: None, timeout=0.01)


def test_the_transcript_shows_threads_marks_and_blocks(workspace: Workspace) -> None:
    root = say(workspace, "kim", "general", "hi")
    card = answer(workspace, root, "Raise?")
    card.blocks, card.edited = [{"type": "section"}, {"type": "actions"}], True
    workspace.post(card)
    assert workspace.transcript() == (
        f"#general\n  [{root.ts}] kim: 'hi'\n    [{card.ts}] nod (edited): 'Raise?' <section,actions>"
    )
    assert workspace.transcript("hr") == "(nothing was said)"
