"""Calls of the Web API that go wrong: before their effect, after it, or too late."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Final

from aiohttp import web

from bot.demo.unkind.calls import Broken, CallFault, Dropped, Hang, Slow, StreamEnded
from bot.demo.workspace.arguments import Arguments
from bot.demo.workspace.slack import Slack
from bot.demo.workspace.state import Message

PROXY_PAGE: Final = (
    "<!DOCTYPE html><html><head><title>Server Error | Slack</title></head>"
    "<body><h1>Something went wrong</h1><p>We're all a little broken today. Please try again.</p></body></html>"
)


def fits(fault: CallFault, slack: Slack, arguments: Arguments) -> bool:
    """Tell whether a fault can happen to a call: only what streams can be over."""
    return not isinstance(fault, StreamEnded) or _streaming(slack, arguments) is not None


async def disturb(
    fault: Broken | Dropped | Slow | Hang | StreamEnded,
    request: web.Request,
    slack: Slack,
    arguments: Arguments,
    answer: Callable[[], Awaitable[web.Response]],
) -> web.Response:
    """Answer a call with a fault; `answer` does its work. Where there is an effect, Slack records the call."""
    match fault:
        case Broken():
            if fault.after_effect:
                await answer()
            return _broken(fault)
        case Dropped():
            if fault.after_effect:
                await answer()
            if request.transport is not None:
                request.transport.abort()
            return web.Response()
        case Slow():
            return await _late(fault.after_effect, asyncio.sleep(fault.seconds), answer)
        case Hang():
            fault.arrived.set()
            return await _late(fault.after_effect, fault.released.wait(), answer)
        case StreamEnded():
            if (message := _streaming(slack, arguments)) is not None:
                slack.workspace.stop_stream(message)
            return await answer()


async def _late(
    after_effect: bool, wait: Awaitable[object], answer: Callable[[], Awaitable[web.Response]]
) -> web.Response:
    if after_effect:
        response = await answer()
        await wait
        return response
    await wait
    return await answer()


def _broken(fault: Broken) -> web.Response:
    if fault.html:
        return web.Response(status=fault.status, text=PROXY_PAGE, content_type="text/html")
    return web.json_response({"ok": False, "error": "internal_error"}, status=fault.status)


def _streaming(slack: Slack, arguments: Arguments) -> Message | None:
    message = slack.workspace.message(arguments.text("channel"), arguments.text("ts"))
    return message if message is not None and message.streaming else None
