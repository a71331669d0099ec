"""Slack's limits: what goes through, what is refused, and for how long."""

import pytest

from bot.demo.unkind.limits import Limits
from bot.demo.workspace.arguments import Arguments

NONE = Arguments({})


class Clock:
    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def limits(clock: Clock) -> Limits:
    return Limits(clock)


def test_nothing_is_refused_while_they_are_off(limits: Limits) -> None:
    assert {limits.refuse("chat.startStream", NONE) for _ in range(500)} == {None}
    limits.on()
    limits.off()
    assert {limits.refuse("chat.startStream", NONE) for _ in range(500)} == {None}
    assert limits.counts == {}


@pytest.mark.parametrize(
    ("method", "allowed"),
    [("chat.startStream", 23), ("chat.update", 53), ("chat.appendStream", 103), ("apps.connections.open", 4)],
)
def test_a_tier_lets_so_many_through_and_says_when_to_come_again(
    limits: Limits, clock: Clock, method: str, allowed: int
) -> None:
    limits.on()
    assert [limits.refuse(method, NONE) for _ in range(allowed)] == [None] * allowed
    clock.now += 20.5
    assert limits.refuse(method, NONE) == 40  # a whole number of seconds, and not too early
    clock.now += 39
    assert limits.refuse(method, NONE) == 1
    clock.now += 1
    assert limits.refuse(method, NONE) is None
    assert limits.counts == {"call.limited": 2}


def test_a_refused_call_does_not_count(limits: Limits, clock: Clock) -> None:
    limits.on()
    for _ in range(100):
        limits.refuse("chat.startStream", NONE)
    clock.now += 60
    assert limits.refuse("chat.startStream", NONE) is None


def test_methods_have_limits_of_their_own(limits: Limits) -> None:
    limits.on()
    for _ in range(100):
        limits.refuse("chat.startStream", NONE)
    assert limits.refuse("chat.stopStream", NONE) is None


def test_a_channel_takes_about_one_message_a_second_and_a_short_burst(limits: Limits, clock: Clock) -> None:
    limits.on()
    busy, quiet = Arguments({"channel": "C1"}), Arguments({"channel": "C2"})
    assert [limits.refuse("chat.postMessage", busy) for _ in range(4)] == [None, None, None, 3]
    assert limits.refuse("chat.postMessage", quiet) is None
    through = 0
    for _ in range(60):
        clock.now += 1
        through += limits.refuse("chat.postMessage", busy) is None
    assert through == 60 - 2


def test_a_minute_can_be_shorter_but_the_wait_is_a_whole_second(limits: Limits, clock: Clock) -> None:
    limits.on(scale=0.01)
    assert [limits.refuse("chat.startStream", NONE) for _ in range(24)][-2:] == [None, 1]
    clock.now += 0.6
    assert limits.refuse("chat.startStream", NONE) is None


def test_a_minute_without_length_is_refused(limits: Limits) -> None:
    with pytest.raises(ValueError, match="scale"):
        limits.on(scale=0)
