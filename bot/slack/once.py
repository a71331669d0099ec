"""Write to Slack until it is done, and never twice: what may have been done is looked for before another try."""

import asyncio
import time
from typing import Any

from slack_sdk.web.async_client import AsyncWebClient

from bot.slack.marks import Mark, find_marked
from bot.slack.pace import Limited
from bot.slack.survive import FAR_END, described, final, log, maybe_done
from bot.slack.tries import pauses
from storage.records import ConversationKey


class NotYet(Exception):
    """It could not be posted now, or nobody can say whether it was: a later try may end otherwise."""


async def post_once(
    client: AsyncWebClient, bot: str, key: ConversationKey, mark: Mark, what: str, **message: Any
) -> str | None:
    """Post a message with its mark into a thread, or into the channel itself if `key.thread` is empty; its ts,
    None (and a line in the log) if Slack will not have it. Raises NotYet.

    `mark` is this one message's. After a failure that does not say whether it was posted, the place is searched
    for the mark, and the message is posted again only where Slack says that it is not there.
    """
    began, doubtful = time.time(), False
    for pause in pauses():
        try:
            if doubtful and (found := await find_marked(client, bot, key, began, mark)) is not None:
                return found
            doubtful = False
            response = await client.chat_postMessage(
                channel=key.channel,
                thread_ts=key.thread or None,
                metadata=mark.metadata,
                unfurl_links=False,
                unfurl_media=False,
                **message,
            )
            return str(response["ts"])
        except LookupError:
            pass  # searching has said why in the log
        except FAR_END as error:
            log.warning("%s failed: %s", what, described(error))
            if final(error):
                return None
            if isinstance(error, Limited):
                raise NotYet(what) from error
            doubtful = maybe_done(error)
        await asyncio.sleep(pause)
    log.error("%s is given up: Slack cannot be reached, or does not say whether it is done", what)
    raise NotYet(what)
