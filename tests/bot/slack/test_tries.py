"""Calls that are tried again: how long, how often, and until when."""

from collections.abc import Awaitable, Callable
from types import SimpleNamespace

import aiohttp
import pytest
from slack_sdk.errors import SlackApiError

from bot.slack import tries
from bot.slack.pace import Limited
from bot.slack.tries import pauses, until_taken


def said(code: str) -> SlackApiError:
    return SlackApiError("", SimpleNamespace(data={"ok": False, "error": code}, status_code=200))


CONFLICT, REFUSED = said("streaming_state_conflict"), said("is_archived")
LIMITED = Limited("chat.update", "C1", 300.0)


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tries, "FIRST", 0.001)
    monkeypatch.setattr(tries, "LONGEST", 0.01)


class Call:
    """Fails so often, and then says that it is done."""

    def __init__(self, error: Exception, times: int) -> None:
        self.error, self.times, self.made = error, times, 0

    async def __call__(self) -> str:
        self.made += 1
        if self.made <= self.times:
            raise self.error
        return "done"


def test_pauses_grow_up_to_a_bound(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.undo()
    now = iter(range(0, 1000, 10))
    monkeypatch.setattr("bot.slack.tries.time.monotonic", lambda: next(now))
    waits = list(pauses(200))
    assert len(waits) == 19
    assert waits[0] < 1
    assert max(waits) <= tries.LONGEST * 1.2


@pytest.mark.parametrize("error", [CONFLICT, aiohttp.ServerDisconnectedError(), TimeoutError()])
async def test_what_passes_is_tried_until_it_is_taken(error: Exception) -> None:
    call = Call(error, times=5)
    assert await until_taken(call) == "done"
    assert call.made == 6


@pytest.mark.parametrize("error", [REFUSED, LIMITED])
async def test_a_no_is_a_no(error: Exception) -> None:
    call = Call(error, times=5)
    with pytest.raises(type(error)):
        await until_taken(call)
    assert call.made == 1


async def test_it_is_given_up_after_a_while(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tries, "SOON", 0.05)
    call = Call(CONFLICT, times=10_000)
    with pytest.raises(SlackApiError):
        await until_taken(call)
    assert 1 < call.made < 100


async def test_a_defect_is_not_tried_again() -> None:
    failing: Callable[[], Awaitable[str]] = Call(ValueError("a defect"), times=1)
    with pytest.raises(ValueError, match="a defect"):
        await until_taken(failing)
