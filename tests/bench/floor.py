"""The least that a streaming bot can be: one mention in, one streamed answer out. No history, no storage.

Bolt's own Socket Mode and the openai package's stream, one HTTP session, and Nod's courtesy towards Slack: the
first piece at once, then a few writes a second. It sets no status, keeps nothing, and survives no fault.
"""

import asyncio
import os
import time
from typing import Any

from aiohttp import ClientSession
from openai import AsyncOpenAI
from slack_bolt.adapter.socket_mode.async_handler import AsyncSocketModeHandler
from slack_bolt.async_app import AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

FLUSH_EVERY = 0.35  # as bot/slack/answer.py


async def run() -> None:
    settings, model = os.environ, AsyncOpenAI()
    async with ClientSession() as session:
        slack = AsyncWebClient(settings["SLACK_BOT_TOKEN"], settings["SLACK_API_URL"], session=session)
        app = AsyncApp(client=slack)

        @app.event("app_mention")
        async def answer(event: dict[str, Any], body: dict[str, Any]) -> None:
            asked: Any = [{"role": "user", "content": event["text"]}]
            place = {"channel": event["channel"], "thread_ts": event.get("thread_ts") or event["ts"]}
            whom = {"recipient_team_id": body["team_id"], "recipient_user_id": event["user"]}
            ts, pending, flushed = "", "", 0.0
            async for chunk in await model.chat.completions.create(model="any", messages=asked, stream=True):
                pending += (chunk.choices and chunk.choices[0].delta.content) or ""
                if pending and time.monotonic() - flushed >= FLUSH_EVERY:
                    text, pending = pending, ""
                    if ts:
                        await slack.chat_appendStream(channel=event["channel"], ts=ts, markdown_text=text)
                    else:
                        ts = (await slack.chat_startStream(**place, **whom, markdown_text=text))["ts"]
                    flushed = time.monotonic()
            await slack.chat_stopStream(channel=event["channel"], ts=ts, markdown_text=pending or None)

        @app.event("message")
        async def pass_over() -> None: ...

        await AsyncSocketModeHandler(app, settings["SLACK_APP_TOKEN"]).start_async()


if __name__ == "__main__":
    asyncio.run(run())
