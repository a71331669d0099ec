"""Who is told to wait waits, others of the same method with them, and nobody longer than they have patience."""

import asyncio
from collections.abc import Awaitable, Callable

import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_slack_response import AsyncSlackResponse

from bot.slack.backoff import retry_after
from bot.slack.pace import Limited, Pace, patience, wanted_wait


def refused(status: int = 429, **headers: str) -> SlackApiError:
    response = AsyncSlackResponse(
        client=None,
        http_verb="POST",
        api_url="https://slack.com/api/x",
        req_args={},
        data={"ok": False, "error": "ratelimited" if status == 429 else "other"},
        headers={name.replace("_", "-"): value for name, value in headers.items()},
        status_code=status,
    )
    return SlackApiError("refused", response)


class Time:
    """A clock that only sleeping moves."""

    def __init__(self) -> None:
        self.now = 1000.0
        self.slept: list[float] = []

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += seconds
        await asyncio.sleep(0)


class Far:
    """The far end: refuses as often as it is told to, then answers, and keeps the order of what it got."""

    def __init__(self, refusals: int = 0, retry_after: str = "3") -> None:
        self.refusals = refusals
        self.retry_after = retry_after
        self.got: list[str] = []
        self.tries = 0
        self.refused = asyncio.Event()

    def call(self, name: str) -> Callable[[], Awaitable[str]]:
        async def call() -> str:
            self.tries += 1
            await asyncio.sleep(0)
            if self.refusals:
                self.refusals -= 1
                self.refused.set()
                raise refused(Retry_After=self.retry_after)
            self.got.append(name)
            return name

        return call


@pytest.fixture
def time() -> Time:
    return Time()


@pytest.fixture
def limited() -> list[str]:
    return []


@pytest.fixture
def pace(time: Time, limited: list[str]) -> Pace:
    return Pace(limited.append, now=lambda: time.now, sleep=time.sleep)


async def test_what_a_429_asks_for_is_waited_and_counted(pace: Pace, time: Time, limited: list[str]) -> None:
    far = Far(refusals=2)
    assert await pace.run("chat.update", "C1", far.call("one")) == "one"
    assert time.slept == [3.0, 3.0]
    assert limited == ["chat.update"] * 2


async def test_others_of_the_method_wait_too_instead_of_running_into_it(pace: Pace, time: Time) -> None:
    far = Far(refusals=1)
    first = asyncio.create_task(pace.run("chat.update", "C1", far.call("first")))
    await far.refused.wait()
    others = [asyncio.create_task(pace.run("chat.update", f"C{n}", far.call(f"{n}"))) for n in range(5)]
    await asyncio.gather(first, *others)
    assert far.tries == 7, "a call was made that could only be refused"
    assert far.got == ["first", "0", "1", "2", "3", "4"]
    assert time.slept == [3.0]


async def test_another_method_goes_on(pace: Pace, time: Time) -> None:
    with patience(0), pytest.raises(Limited):
        await pace.run("chat.update", "C1", Far(refusals=1).call("one"))
    assert await pace.run("chat.appendStream", "C1", Far().call("two")) == "two"
    assert time.slept == []


async def test_posts_into_a_channel_keep_their_order(pace: Pace) -> None:
    far = Far(refusals=3)
    await asyncio.gather(*(pace.run("chat.postMessage", "C1", far.call(f"{n}")) for n in range(6)))
    assert far.got == ["0", "1", "2", "3", "4", "5"]


async def test_a_limit_on_posts_is_one_channels_own(pace: Pace, time: Time) -> None:
    with patience(0), pytest.raises(Limited):
        await pace.run("chat.postMessage", "C1", Far(refusals=1).call("one"))
    assert await pace.run("chat.postMessage", "C2", Far().call("two")) == "two"
    assert time.slept == []


async def test_calls_of_a_calm_method_are_not_put_behind_one_another(pace: Pace) -> None:
    far, free = Far(), asyncio.Event()

    async def slow() -> str:
        await free.wait()
        return "slow"

    waiting = asyncio.create_task(pace.run("chat.appendStream", "C1", slow))
    assert await pace.run("chat.appendStream", "C2", far.call("quick")) == "quick"
    free.set()
    assert await waiting == "slow"


async def test_a_stream_is_not_waited_for(pace: Pace, time: Time) -> None:
    far = Far(refusals=1, retry_after="30")
    with pytest.raises(Limited) as refusal:
        await pace.run("chat.startStream", "C1", far.call("one"))
    assert refusal.value.seconds == 30
    with pytest.raises(Limited):
        await pace.run("chat.startStream", "C2", far.call("two"))
    assert (far.tries, time.slept) == (1, [])
    time.now += 30
    assert await pace.run("chat.startStream", "C2", far.call("two")) == "two"


async def test_nothing_is_waited_for_longer_than_there_is_patience(pace: Pace, time: Time) -> None:
    far = Far(refusals=100, retry_after="20")
    with patience(50), pytest.raises(Limited):
        await pace.run("chat.update", "C1", far.call("one"))
    assert time.slept == [20.0, 20.0]


async def test_who_stands_in_line_gives_up_too(pace: Pace) -> None:
    never = asyncio.Event()

    async def hangs() -> str:
        await never.wait()
        return ""

    first = asyncio.create_task(pace.run("chat.postMessage", "C1", hangs))
    await asyncio.sleep(0)
    with patience(0), pytest.raises(Limited):
        await pace.run("chat.postMessage", "C1", Far().call("two"))
    never.set()
    await first
    assert await pace.run("chat.postMessage", "C1", Far().call("three")) == "three"


async def test_other_errors_are_the_callers(pace: Pace, limited: list[str]) -> None:
    async def fails() -> str:
        raise refused(500)

    for method in ("chat.update", "chat.postMessage"):
        with pytest.raises(SlackApiError):
            await pace.run(method, "C1", fails)
    assert limited == []
    assert await pace.run("chat.postMessage", "C1", Far().call("next")) == "next"


@pytest.mark.parametrize(
    ("said", "seconds"),
    [
        ("7", 7.0),
        ("", 1.0),
        ("soon", 1.0),
        ("-3", 1.0),
        ("٣", 1.0),
        ("301", 300.0),
        ("86400", 300.0),
        ("9" * 400, 300.0),
    ],
)
def test_the_header_is_read_with_care(said: str, seconds: float) -> None:
    assert wanted_wait(refused(Retry_After=said)) == seconds
    assert wanted_wait(refused(500, Retry_After=said)) is None


@pytest.mark.parametrize(("said", "seconds"), [("7", 7.0), ("", 0.0), ("86400", 300.0), ("9" * 400, 300.0)])
def test_sockets_wait_no_longer(said: str, seconds: float) -> None:
    assert retry_after(refused(Retry_After=said)) == seconds
