"""What an earlier process left half-written in a thread is ended, and says that it was interrupted.

A message without any mark is Nod's own only while Slack says that it is a stream: others may post with the same
token, and what they said stays as it is. A stream that Slack itself has ended meanwhile stays so, too.
"""

import logging
from collections.abc import Mapping
from functools import partial
from typing import Any

from slack_sdk.web.async_client import AsyncWebClient

from bot.slack.block_kit import context
from bot.slack.cards import markdown_blocks
from bot.slack.marks import Mark, mark_of
from bot.slack.open_message import clipped
from bot.slack.stray import DELETED, NOT_STREAMING
from bot.slack.survive import FAR_END, described, log, slack_code, survive
from bot.slack.tasks import ended, open_tasks
from bot.slack.tries import until_taken


async def end_half(
    client: AsyncWebClient, channel: str, message: Mapping[str, Any], mark: Mark, line: str
) -> bool:
    """End a message of Nod's that has no final mark: its text stays, with a line below it if there is one, and it
    gets `mark`. A task that it shows in progress has failed. False if Slack says that there is no stream."""
    below = [context(line)] if line else []
    here: dict[str, Any] = {"channel": channel, "ts": str(message["ts"])}
    if mark_of(message) is None:
        stop = partial(
            client.chat_stopStream,
            **here,
            chunks=[task.failed.chunk for task in open_tasks(message.get("blocks") or ())] or None,
            blocks=below or None,
            metadata=mark.metadata,
        )
        try:
            await until_taken(stop)
        except FAR_END as error:
            no_stream = slack_code(error) in (NOT_STREAMING, DELETED)
            level = logging.INFO if no_stream else logging.WARNING
            log.log(level, "a message without a mark is left as it is: %s", described(error))
            return not no_stream
        return True
    text = str(message.get("text") or "")
    shown = ended(message.get("blocks") or ()) or (markdown_blocks(text) if text else [])
    update = partial(
        client.chat_update,
        **here,
        text=f"{clipped(text)}\n\n{line}".rstrip()[:4_000],
        blocks=[*shown, *below],
        metadata=mark.metadata,
    )
    await survive(until_taken(update), "ending a half-written answer")
    return True
