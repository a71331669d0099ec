"""What somebody will not be asked about again, and the buttons that end it: the answer to `/nod grants`. Pure."""

from collections.abc import Mapping, Sequence

from bot.slack.block_kit import Block, button, context, date, section
from bot.slack.visible import escape_mrkdwn
from bot.words.catalogue import Words
from functions.contract import Function
from storage.records import Grant

REVOKE = "grant_revoke"

LISTED = 45
"""Grants of one message; Slack takes 50 blocks."""


def grants_list(grants: Sequence[Grant], functions: Mapping[str, Function], words: Words) -> list[Block]:
    """Build the list of one person's living grants, each with its button; a sentence if there is none."""
    if not grants:
        return [section({"type": "mrkdwn", "text": words("grants-none")})]
    blocks = [section({"type": "mrkdwn", "text": words("grants-title")})]
    blocks += [_entry(grant, functions.get(grant.function), words) for grant in grants[:LISTED]]
    if len(grants) > LISTED:
        blocks.append(context(words("grants-more", count=len(grants) - LISTED)))
    return blocks


def _entry(grant: Grant, function: Function | None, words: Words) -> Block:
    channel = grant.conversation.key.channel
    place = words("grant-direct") if channel.startswith("D") else f"<#{channel}>"
    name = escape_mrkdwn(function.title(words.language) if function else grant.function)
    text = words("grant-entry", title=name, place=place, until=date(grant.expires_at))
    return {
        **section({"type": "mrkdwn", "text": text}),
        "accessory": button(REVOKE, words("grant-revoke"), str(grant.id)),
    }
