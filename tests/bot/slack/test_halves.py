"""Half-written messages, and streams of which nobody knows: each is found again, and nobody else's is touched."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from bot.demo.unkind.calls import Broken, Refused
from bot.slack import tries
from bot.slack.marks import Mark
from bot.slack.reply import MARK
from bot.slack.stray import find_stray
from tests.bot.slack.desk import Desk, hurry, open_desk
from tests.bot.slack.test_unshown import foreign, kinds, reply


class Killed(BaseException):
    """What a process feels of a kill -9."""


class Clock:
    """Time that passes only where somebody waits for it."""

    def __init__(self, desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
        self.now = 1_000.0
        monkeypatch.setattr(desk.client._pace, "_now", lambda: self.now)
        monkeypatch.setattr(desk.client._pace, "_sleep", self.sleep)

    async def sleep(self, seconds: float) -> None:
        self.now += max(seconds, 0.0)
        await asyncio.sleep(0)


@pytest.fixture
async def desk(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Desk]:
    hurry(monkeypatch)
    monkeypatch.setattr(tries, "SOON", 0.1)
    async with open_desk() as opened:
        yield opened


def limited(desk: Desk, method: str, seconds: int) -> None:
    desk.slack.answer_next(method, Refused("ratelimited", retry_after=seconds, status=429))


async def test_a_kill_between_the_end_of_a_stream_and_its_update(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def die(**_: object) -> None:
        raise Killed

    outlet = reply(desk)
    await outlet.text("The price of the house is ")
    desk.slack.answer_next("chat.appendStream", Refused("is_archived"))
    with monkeypatch.context() as patch:
        patch.setattr(desk.client, "chat_update", die)
        with pytest.raises(Killed):
            await outlet.text("four million, and")
    later = reply(desk)
    assert await later.pick_up(), "a message without a mark would be nobody's"
    await later.text("The whole answer.")
    await later.finish()
    assert kinds(desk) == ["nod_part", MARK]


@pytest.mark.parametrize(
    ("method", "streams"),
    [("chat.stopStream", True), ("chat.update", False), ("conversations.replies", True)],
)
async def test_a_long_limit_is_waited_out(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, method: str, streams: bool
) -> None:
    Clock(desk, monkeypatch)
    desk.slack.disabled |= set() if streams else {"chat.startStream"}
    await reply(desk).text("The price of the house is ")
    limited(desk, method, 200)
    assert await reply(desk).pick_up()
    assert kinds(desk) == ["nod_part"]
    assert not desk.replies[0].streaming


@pytest.mark.parametrize("clock", [0.0, 400.0, -400.0])
async def test_a_stream_is_found_by_slacks_own_clock(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, clock: float
) -> None:
    now = float(desk.key.thread) + clock
    monkeypatch.setattr("time.time", lambda: now)
    desk.slack.answer_next("chat.startStream", Broken(500, after_effect=True))
    outlet = reply(desk)
    await outlet.text("The whole answer.")
    assert await outlet.finish()
    assert kinds(desk) == [MARK]


async def test_the_same_words_of_another_tool_are_left_alone(desk: Desk) -> None:
    tool = foreign(desk, "Deployment of web-12 finished after 4 minutes. Rollback key: 7781")
    desk.slack.answer_next("chat.startStream", Broken(500))
    outlet = reply(desk)
    await outlet.text("Deployment of web-12 finished")
    await outlet.text(" is what the line above tells.")
    assert await outlet.finish()
    assert (tool.text[:30], tool.metadata) == ("Deployment of web-12 finished ", None)
    assert kinds(desk) == ["None", MARK]


@pytest.mark.parametrize(
    ("sent", "shown"),
    [
        ("Write to anna@example.com.", "Write to <mailto:anna@example.com|anna@example.com>."),
        ("Look at example.com today.", "Look at <http://example.com|example.com> today."),
        ("See https://example.com/a.", "See <https://example.com/a>."),
        ("R&D has two.", "R&amp;D has two."),
        ("Hi, it is 12:30 now.", "Hi, it is 12:30 now."),
        ("**Two** of _them_: done.", "*Two* of _them_: done."),
        ("https://example.com/a", "<https://example.com/a>"),
    ],
)
async def test_a_stream_is_known_however_slack_writes_its_links(desk: Desk, sent: str, shown: str) -> None:
    response = await desk.client.chat_startStream(
        channel=desk.key.channel,
        thread_ts=desk.key.thread,
        recipient_team_id=desk.key.team,
        recipient_user_id=desk.user,
        chunks=[{"type": "markdown_text", "text": sent}],
    )
    desk.replies[0].text = shown
    mark = Mark("nod_open", {"turn": "7"})
    found = await find_stray(desk.client, desk.place.bot, desk.key, desk.place.began, sent, mark)
    assert found == response["ts"]
    assert not desk.replies[0].streaming


async def test_a_stream_that_cannot_be_stopped_now_keeps_no_word_waiting(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = Clock(desk, monkeypatch)
    outlet = reply(desk)
    await outlet.text("One ")
    desk.slack.answer_next("chat.appendStream", Refused("is_archived"))
    limited(desk, "chat.stopStream", 290)
    await outlet.text("two ")
    assert clock.now == 1_000.0, "a person's Stop, and the model's stream, wait for nothing"
    await outlet.text("three.")
    assert await outlet.finish()
    assert kinds(desk) == [MARK]
    assert not desk.replies[0].streaming
