"""The border around Bolt: what Slack delivers in a shape that nobody can read is passed over, in one line.

Bolt takes payloads apart without looking at their shapes. Before its middleware that raises out of it, later it is
a stack trace; and an event that no listener takes is not acknowledged, so that Slack delivers it thrice more. What
cannot be read cannot be read the next time either: an event is acknowledged. A click, a dialog or a command is
not, because Slack never repeats those, and tells the person itself that it did not work.
"""

import logging
from collections.abc import Mapping
from typing import Any

from slack_bolt.adapter.socket_mode.internals import build_headers
from slack_bolt.context.ack.async_ack import AsyncAck
from slack_bolt.request.async_request import AsyncBoltRequest
from slack_bolt.response import BoltResponse
from slack_sdk.socket_mode.request import SocketModeRequest

from bot.slack.connection import Bolt
from bot.slack.edits import is_own
from bot.slack.message import mapping
from storage.ports import StorageError

log = logging.getLogger("nod.slack")

ODD_SHAPE = (TypeError, AttributeError, LookupError, ValueError, RecursionError)
"""What reading a payload raises that has another shape than it should."""


async def dispatched(app: Bolt, envelope: SocketModeRequest) -> BoltResponse:
    """Let Bolt handle an envelope. Its handling of errors reads the payload too, and may raise out of it.

    What Slack tells of Nod's own messages is every other envelope, and only acknowledged. Bolt would do the same,
    after all of its middleware.
    """
    if is_own(mapping(envelope.payload), app.nod.user):
        return BoltResponse(status=200)
    try:
        request = AsyncBoltRequest(mode="socket_mode", body=envelope.payload, headers=build_headers(envelope))
        request.context["ack"] = _KeptAck()  # type: ignore[no-untyped-call]
        response = await app.async_dispatch(request)
    except ODD_SHAPE as error:
        if not _in_bolt(error):
            raise
        return _passed_over(envelope.payload, error)
    if response.status == 404 and request.body.get("type") == "event_callback":
        # the listener for every event found none in it
        return _passed_over(envelope.payload, LookupError())
    return response


class _KeptAck(AsyncAck):
    """An ack that stands once it is given. Bolt looks for it every 10 ms only, and takes it back from a listener
    that has failed by then: Slack would say of a click that it did not work which was decided."""

    def __setattr__(self, name: str, value: Any) -> None:
        if name == "response" and value is None and getattr(self, name, None) is not None:
            return
        super().__setattr__(name, value)


async def failed(error: Exception, body: Mapping[str, Any], response: BoltResponse | None) -> BoltResponse | None:
    """Take what a middleware or a listener raised (`app.error`). What could not be kept is not acknowledged.

    `response` is None once the ack is out; Bolt wants no other then.
    """
    answer = _told(error, body)
    return answer if response is not None else None


def _told(error: Exception, body: Mapping[str, Any]) -> BoltResponse:
    if isinstance(error, StorageError):
        log.error("a delivery could not be kept: %s", error)
    elif isinstance(error, ODD_SHAPE) and _in_bolt(error):
        return _passed_over(body, error)
    else:
        log.error("a delivery met a defect", exc_info=error)
    return BoltResponse(status=500)


def _passed_over(body: Any, error: Exception) -> BoltResponse:
    kind = body.get("type") or ("command" if "command" in body else None) if isinstance(body, Mapping) else None
    why = type(error).__name__
    log.warning("a payload of the type %.40r in a shape that cannot be read was passed over: %s", kind, why)
    return BoltResponse(status=200 if kind == "event_callback" else 500)


def _in_bolt(error: Exception) -> bool:
    """Tell whether it was Bolt that could not read: an error of ours is a defect of ours."""
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    return trace is not None and str(trace.tb_frame.f_globals.get("__name__")).startswith("slack_bolt.")
