"""Whatever goes wrong while it is written: the thread ends with one whole answer, in order, marked as such."""

import math
from collections.abc import AsyncIterator, Callable

import pytest

from bot.demo.unkind.calls import Broken, CallFault, Dropped, Refused, StreamEnded
from bot.demo.workspace.state import Message
from bot.slack import open_message
from bot.slack.answer import PART, Answer
from bot.slack.client import REPEATS
from bot.slack.marks import OPEN, Mark, half_written
from bot.slack.notes import regenerate_row
from bot.slack.open_message import OpenMessage
from bot.slack.seams import MESSAGE_LENGTH
from bot.words.catalogue import words_for
from tests.bot.slack.desk import Desk, hurry, open_desk

pytestmark = pytest.mark.slow

MARK = Mark("nod_answer", {"turn": "1"})
PIECES = ("One of it. ", "Two of it. ", "Three of it. ", "Four.")
WHOLE = "".join(PIECES)


@pytest.fixture
async def desk(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Desk]:
    hurry(monkeypatch)
    async with open_desk() as opened:
        yield opened


@pytest.fixture
def answer(desk: Desk) -> Answer:
    return Answer(desk.place, 1)


async def say(answer: Answer, *pieces: str) -> None:
    for piece in pieces:
        await answer.write(piece)
    await answer.end(MARK)


def said(message: Message) -> str:
    """Return what people see of a message."""
    return message.markdown + "".join(block["text"] for block in message.blocks if block["type"] == "markdown")


def kind(message: Message) -> str:
    return str((message.metadata or {}).get("event_type"))


async def check(desk: Desk, whole: str = WHOLE) -> list[Message]:
    """Hold the thread against what was to be said."""
    replies = desk.replies
    assert "".join(map(said, replies)) == whole
    assert not any(message.streaming for message in replies)
    assert [kind(message) for message in replies] == [*[PART] * (len(replies) - 1), MARK.event_type]
    assert await half_written(desk.client, desk.place.bot, desk.key, desk.place.began) == []
    return replies


async def test_it_is_streamed(desk: Desk, answer: Answer) -> None:
    await say(answer, *PIECES)
    assert len(await check(desk)) == 1
    assert (desk.called("chat.startStream"), desk.called("chat.appendStream")) == (1, 3)
    assert desk.called("chat.postMessage") == 0


async def test_what_is_there_at_once_is_posted_whole(
    desk: Desk, answer: Answer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.slack.answer.FLUSH_EVERY", math.inf)
    await say(answer, *PIECES)
    await check(desk)
    assert [call.method for call in desk.slack.calls][:-1] == ["chat.postMessage"]


async def test_nothing_is_written_where_nothing_was_said(desk: Desk, answer: Answer) -> None:
    await say(answer, "  ", "\n")
    assert desk.replies == []


FAULTS: dict[str, Callable[[], CallFault]] = {
    "500 before": lambda: Broken(500),
    "500 after": lambda: Broken(500, after_effect=True),
    "502 of a proxy after": lambda: Broken(502, after_effect=True, html=True),
    "drop before": lambda: Dropped(),
    "drop after": lambda: Dropped(after_effect=True),
    "internal_error": lambda: Refused("internal_error"),
    "429": lambda: Refused("ratelimited", retry_after=1),
}
METHODS = ("chat.startStream", "chat.appendStream", "chat.stopStream")


@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("method", METHODS)
async def test_a_stream_in_trouble(desk: Desk, answer: Answer, method: str, fault: str) -> None:
    desk.slack.answer_next(method, FAULTS[fault]())
    await say(answer, *PIECES)
    assert len(await check(desk)) == 1


@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("method", ["chat.postMessage", "chat.update"])
async def test_a_posted_answer_in_trouble(desk: Desk, answer: Answer, method: str, fault: str) -> None:
    desk.slack.disabled |= set(METHODS)
    desk.slack.answer_next(method, FAULTS[fault]())
    await say(answer, *PIECES)
    assert len(await check(desk)) == 1


@pytest.mark.parametrize("times", [2, 3, 5])
@pytest.mark.parametrize("method", [*METHODS, "chat.postMessage", "chat.update", "conversations.replies"])
async def test_a_slack_that_fails_for_a_while(desk: Desk, answer: Answer, method: str, times: int) -> None:
    desk.slack.disabled |= set() if method in METHODS else {"chat.startStream"}
    if method == "conversations.replies":
        desk.slack.answer_next("chat.postMessage", Dropped(after_effect=True))
    for n in range(times):
        desk.slack.answer_next(method, Dropped(after_effect=bool(n % 2)))
    await say(answer, *PIECES)
    await check(desk)


async def test_a_post_is_not_repeated_before_it_was_looked_for(desk: Desk, answer: Answer) -> None:
    desk.slack.disabled.add("chat.startStream")
    desk.slack.answer_next("chat.postMessage", Broken(500, after_effect=True))
    await say(answer, WHOLE)
    await check(desk)
    assert desk.called("chat.postMessage") == 1


@pytest.mark.parametrize("after", [1, 2, 3])
async def test_a_stream_that_slack_ends(desk: Desk, answer: Answer, after: int) -> None:
    """The fault ends the stream for good, so that the call that meets it, and those after it, find no stream."""
    for piece in PIECES[:after]:
        await answer.write(piece)
    desk.slack.answer_next("chat.appendStream" if after < 3 else "chat.stopStream", StreamEnded())
    await say(answer, *PIECES[after:])
    assert len(await check(desk)) == 1


@pytest.mark.parametrize("streams", [True, False])
@pytest.mark.parametrize("after", [1, 2, 3, 4])
async def test_a_message_that_somebody_deletes(desk: Desk, answer: Answer, after: int, streams: bool) -> None:
    desk.slack.disabled |= set() if streams else {"chat.startStream"}
    for piece in PIECES[:after]:
        await answer.write(piece)
    desk.slack.workspace.delete(desk.replies[0])
    for piece in PIECES[after:]:
        await answer.write(piece)
        assert said(desk.replies[0]) == WHOLE[: WHOLE.index(piece)] + piece, "it is not shown at once"
    await say(answer)
    assert len(await check(desk)) == 1


async def test_a_conflict_of_states_is_waited_out(desk: Desk, answer: Answer) -> None:
    desk.slack.disabled.add("chat.startStream")
    desk.slack.answer_next("chat.update", Refused("streaming_state_conflict"))
    desk.slack.answer_next("chat.update", Refused("streaming_state_conflict"))
    await say(answer, *PIECES)
    assert len(await check(desk)) == 1


async def test_a_stream_that_would_not_end_is_ended_later(desk: Desk, answer: Answer) -> None:
    await answer.write(PIECES[0])
    desk.slack.answer_next("chat.appendStream", Dropped())
    for _ in range(REPEATS + 1):
        desk.slack.answer_next("chat.stopStream", Dropped())
    await say(answer, *PIECES[1:])
    assert len(await check(desk)) == 1


MENU = regenerate_row(1, words_for("en"))


def menus(desk: Desk) -> list[str]:
    return [block["type"] for message in desk.replies for block in message.blocks if block["type"] == "actions"]


@pytest.mark.parametrize("streams", [True, False])
async def test_a_menu_that_slack_does_not_take_costs_no_answer(desk: Desk, answer: Answer, streams: bool) -> None:
    if not streams:
        desk.slack.disabled.add("chat.startStream")
    for piece in PIECES:
        await answer.write(piece)
    for method in ("chat.stopStream", "chat.update"):
        desk.slack.answer_next(method, Refused("invalid_blocks"))
    assert await answer.end(MARK, [MENU])
    assert len(await check(desk)) == 1
    assert menus(desk) == []


async def test_nor_one_that_is_posted_whole(desk: Desk) -> None:
    desk.slack.answer_next("chat.postMessage", Refused("invalid_blocks"))
    message = OpenMessage(desk.place, Mark(OPEN, {"turn": "1"}), streams=False)
    assert await message.end(WHOLE, MARK, below=[MENU])
    assert len(await check(desk)) == 1
    assert menus(desk) == []


async def test_an_update_that_slack_never_takes_is_posted_whole(desk: Desk, answer: Answer) -> None:
    desk.slack.disabled.add("chat.startStream")
    await answer.write(PIECES[0])
    for _ in range(4):
        desk.slack.answer_next("chat.update", Refused("cant_update_message"))
    await say(answer, *PIECES[1:])
    assert said(desk.replies[-1]) == WHOLE
    assert kind(desk.replies[-1]) == MARK.event_type


@pytest.mark.parametrize("code", ["channel_not_found", "is_archived", "not_in_channel"])
async def test_a_place_that_is_gone_is_survived(
    desk: Desk, answer: Answer, code: str, caplog: pytest.LogCaptureFixture
) -> None:
    for method in ("chat.startStream", "chat.postMessage"):
        desk.slack.faults.add(Refused(code), match=method, times=None)
    await say(answer, *PIECES)
    assert desk.replies == []
    assert f"chat.postMessage in {desk.key.channel}: {code}" in caplog.text


async def test_while_it_is_open_it_is_known_as_such(desk: Desk, answer: Answer) -> None:
    await answer.write(PIECES[0])
    place = desk.place
    [stream] = await half_written(desk.client, place.bot, desk.key, place.began)
    assert "metadata" not in stream
    desk.slack.answer_next("chat.appendStream", Refused("internal_error"))
    await answer.write(PIECES[1])
    [posted] = await half_written(desk.client, place.bot, desk.key, place.began)
    assert posted["metadata"]["event_type"] == OPEN
    assert posted["ts"] == stream["ts"]
    await say(answer, *PIECES[2:])
    await check(desk)


async def test_a_limit_on_appending_holds_nobody_up(desk: Desk, answer: Answer) -> None:
    await answer.write(PIECES[0])
    desk.slack.answer_next("chat.appendStream", Refused("ratelimited", retry_after=600))
    await say(answer, *PIECES[1:])
    assert len(await check(desk)) == 1
    assert desk.limited == ["chat.appendStream"]


async def test_a_limit_on_starting_streams_makes_it_a_post(desk: Desk, answer: Answer) -> None:
    desk.slack.answer_next("chat.startStream", Refused("ratelimited", retry_after=600))
    await say(answer, *PIECES)
    assert len(await check(desk)) == 1
    await say(Answer(desk.place, 2), "Another.")
    assert desk.called("chat.startStream") == 1, "another answer ran into the same limit"
    assert desk.limited == ["chat.startStream"]


async def test_what_is_left_is_seen_before_the_limit_on_ending_is_waited_for(
    desk: Desk, answer: Answer, monkeypatch: pytest.MonkeyPatch
) -> None:
    await answer.write(PIECES[0])
    monkeypatch.setattr("bot.slack.answer.FLUSH_EVERY", math.inf)
    for piece in PIECES[1:]:
        await answer.write(piece)
    desk.slack.answer_next("chat.stopStream", Refused("ratelimited", retry_after=1))
    await answer.end(MARK)
    assert [call.method for call in desk.slack.calls][-3:] == [
        "chat.stopStream",
        "chat.appendStream",
        "chat.stopStream",
    ]
    await check(desk)


async def test_an_old_stream_is_closed_in_time(
    desk: Desk, answer: Answer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(open_message, "STREAM_AGE", 0.0)
    monkeypatch.setattr(open_message, "HASTE", 0.0)
    await say(answer, *PIECES)
    assert len(await check(desk)) == len(PIECES)


async def test_an_old_stream_ends_between_blocks_while_there_is_time(
    desk: Desk, answer: Answer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(open_message, "STREAM_AGE", 0.0)
    await say(answer, "One of it. ", "And ", "more.\n", "\nTwo", " of it.\n\nThree ", "of it.\n\nFour.")
    replies = await check(desk, "One of it. And more.\n\nTwo of it.\n\nThree of it.\n\nFour.")
    assert [said(reply) for reply in replies] == [
        "One of it. And more.\n\n",
        "Two of it.\n\n",
        "Three of it.\n\n",
        "Four.",
    ]


@pytest.mark.parametrize("streams", [True, False])
async def test_a_long_code_block_has_a_fence_in_every_message(desk: Desk, answer: Answer, streams: bool) -> None:
    desk.slack.disabled |= set() if streams else {"chat.startStream"}
    lines = [f"print({n:04})  # a line of code\n" for n in range(1_000)]
    await say(answer, "Look:\n\n```python\n", *("".join(lines[n : n + 20]) for n in range(0, 1_000, 20)), "```\n")
    shown = [said(reply) for reply in desk.replies]
    assert len(shown) == 3
    assert [text.startswith("```python\nprint(") for text in shown] == [False, True, True]
    assert all(text.endswith("  # a line of code\n```") for text in shown[:-1])
    assert [line for text in shown for line in text.splitlines(True) if line.startswith("print")] == lines
    assert all(len(text) <= 12_000 for text in shown)
    assert [kind(message) for message in desk.replies] == [PART, PART, MARK.event_type]


@pytest.mark.parametrize("streams", [True, False])
async def test_a_long_answer_goes_on_in_further_messages(desk: Desk, answer: Answer, streams: bool) -> None:
    desk.slack.disabled |= set() if streams else {"chat.startStream"}
    lines = [f"Line {n} of a rather long answer, which has many of them.\n" for n in range(700)]
    pieces = ["".join(lines[n : n + 50]) for n in range(0, 700, 50)]
    await say(answer, *pieces)
    replies = await check(desk, "".join(lines))
    assert len(replies) > 3
    assert all(len(said(reply)) <= MESSAGE_LENGTH for reply in replies)


async def test_what_is_before_a_card_is_a_part(desk: Desk, answer: Answer) -> None:
    await answer.write("Before.")
    assert await answer.end()
    assert await answer.end()
    assert [kind(message) for message in desk.replies] == [PART]
