"""The border around Bolt: what cannot be read, what could not be kept, what broke."""

import asyncio
import gc
import logging
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

import pytest
from slack_bolt.context.ack.async_ack import AsyncAck
from slack_bolt.listener.async_listener import AsyncCustomListener
from slack_bolt.response import BoltResponse
from slack_sdk.socket_mode.request import SocketModeRequest
from slack_sdk.web.async_client import AsyncWebClient

from bot.slack.connection import Bolt, Self, build_bolt
from bot.slack.envelopes import dispatched, failed
from bot.slack.listeners import EVERY
from storage.ports import StorageError

EVENT = {"type": "event_callback", "team_id": "T1", "event": {"type": "message", "text": "hi", "user": "U1"}}
CLICK = {"type": "block_actions", "team": {"id": "T1"}, "user": {"id": "U1"}, "actions": [{"action_id": "press"}]}

NO_EVENTS: list[object] = [None, [], "message", 7, {}, {"type": ["message"]}]

Does = Callable[[], object]


def bolt(
    keep: Does = dict, press: Does = dict, late: asyncio.Event | None = None, *, at_once: Does = dict
) -> Bolt:
    """Make an app as Nod's: a middleware that keeps, a listener for every event, and a button."""
    app = build_bolt(AsyncWebClient(token="xoxb-1"), Self("T1", "UBOT", "B1"))

    async def keeping(next: Callable[[], Awaitable[None]]) -> None:
        keep()
        await next()

    async def pressed(ack: AsyncAck) -> None:
        press()
        await ack()
        at_once()
        if late is not None:
            await late.wait()
            raise ValueError("late")

    async def kept(ack: AsyncAck) -> None:
        await ack()
        at_once()

    app.middleware(keeping)
    app.action("press")(pressed)
    app.event(EVERY)(kept)
    app.error(failed)
    for listener in app._async_listeners:
        assert isinstance(listener, AsyncCustomListener)
        listener.ack_timeout = 1
    return app


def raising(error: Exception) -> Does:
    def does() -> None:
        raise error

    return does


def told(caplog: pytest.LogCaptureFixture) -> list[str]:
    """What Nod itself has logged."""
    return [record.getMessage() for record in caplog.records if record.name == "nod.slack"]


async def sent(app: Bolt, payload: Mapping[str, Any]) -> int:
    """Deliver a payload; the status that tells whether it is acknowledged."""
    request = SocketModeRequest(type="x", envelope_id="e", payload=dict(payload))
    return (await dispatched(app, request)).status


async def test_what_is_in_shape_is_acknowledged(caplog: pytest.LogCaptureFixture) -> None:
    app = bolt()
    assert await sent(app, EVENT) == 200
    assert await sent(app, CLICK) == 200
    assert told(caplog) == []


async def test_nods_own_messages_are_acknowledged_and_nothing_else() -> None:
    seen: list[object] = []
    app = bolt(keep=lambda: seen.append(1))
    own = {"type": "message", "text": "hi", "user": "UBOT", "bot_id": "B1"}
    assert await sent(app, EVENT | {"event": own}) == 200
    assert seen == []
    assert await sent(app, EVENT) == 200
    assert seen == [1]


@pytest.mark.parametrize(
    "payload",
    [
        *(EVENT | {"event": event} for event in NO_EVENTS),
        {"type": "event_callback"},
        EVENT | {"authorizations": "none"},
        EVENT | {"team": "T1", "user": "U1"},
    ],
)
async def test_an_event_in_no_shape_is_acknowledged(payload: dict[str, Any]) -> None:
    assert await sent(bolt(), payload) == 200


@pytest.mark.parametrize(
    "payload", [CLICK | {"actions": []}, CLICK | {"actions": None}, {}, {"type": "block_actions"}]
)
async def test_a_click_in_no_shape_is_not(payload: dict[str, Any]) -> None:
    assert await sent(bolt(), payload) != 200


async def test_what_is_passed_over_is_told_in_one_line(caplog: pytest.LogCaptureFixture) -> None:
    assert await sent(bolt(), EVENT | {"event": ["the secret words"]}) == 200
    (line,) = [record for record in caplog.records if record.name == "nod.slack"]
    assert line.levelno == logging.WARNING
    assert "passed over" in line.getMessage()
    assert line.exc_info is None
    assert "secret" not in caplog.text


async def test_what_could_not_be_kept_is_not_acknowledged(caplog: pytest.LogCaptureFixture) -> None:
    assert await sent(bolt(keep=raising(StorageError("the disk is full"))), EVENT) == 500
    assert "a delivery could not be kept: the disk is full" in caplog.messages


async def test_a_defect_of_ours_is_never_taken_for_an_odd_payload(caplog: pytest.LogCaptureFixture) -> None:
    assert await sent(bolt(keep=raising(KeyError("ours"))), EVENT) == 500
    assert await sent(bolt(press=raising(AttributeError("ours"))), CLICK) == 500
    assert told(caplog) == ["a delivery met a defect"] * 2


async def test_a_defect_after_the_ack_leaves_the_ack_alone(caplog: pytest.LogCaptureFixture) -> None:
    noise: list[dict[str, Any]] = []
    asyncio.get_running_loop().set_exception_handler(lambda _, context: noise.append(context))
    late = asyncio.Event()
    assert await sent(bolt(late=late), CLICK) == 200
    (listening,) = asyncio.all_tasks() - {asyncio.current_task()}
    late.set()
    await asyncio.wait({listening})
    del listening  # whoever forgot to look at its error hears of it now
    gc.collect()
    assert told(caplog) == ["a delivery met a defect"]
    assert noise == []


@pytest.mark.parametrize("payload", [CLICK, EVENT], ids=["click", "event"])
@pytest.mark.parametrize("error", [ValueError("ours"), StorageError("the disk is full")])
async def test_nor_does_one_in_the_same_step_take_it_back(payload: dict[str, Any], error: Exception) -> None:
    assert await sent(bolt(at_once=raising(error)), payload) == 200


async def test_an_answer_is_given_only_where_bolt_wants_one() -> None:
    late = await failed(StorageError("x"), EVENT, None)
    assert late is None
    early = await failed(StorageError("x"), EVENT, BoltResponse(status=500))
    assert early is not None
    assert early.status == 500
