"""Block Kit, built and nothing else: the card of an action in every state, and the small messages around it.

Untrusted values stand in plain_text, because mrkdwn has no backslash escape. Limits are Slack's: 3,000 characters
a section, 2,000 a field, 10 fields a section.
"""

import json
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

from bot.slack.visible import escape_mrkdwn, visible
from bot.words.catalogue import Words
from functions.contract import Function
from storage.records import Action, ActionState

Block = dict[str, Any]

CONFIRM, DENY, SHARE = "action_confirm", "action_deny", "answer_share"

FIELD = 1_000
"""Characters of a value that stands beside others; a longer one gets sections of its own."""

SECTION = 2_900
"""Characters of a long value in one section."""


def action_card(action: Action, function: Function | None, words: Words) -> list[Block]:
    """Build an action's card as its state wants it: with buttons while it is pending, else with its outcome."""
    title = function.title(words.language) if function else action.function
    heading = words("card-title", title=title) if action.state is ActionState.PENDING else title
    blocks = [{"type": "header", "text": _plain(heading[:150])}, *_argument_blocks(action, function, words)]
    if action.preview:
        blocks.append(_section(_plain(f"{words('card-preview')}: {visible(action.preview)}"[:SECTION])))
    requester = f"<@{action.requester}>"
    if action.state is ActionState.PENDING:
        waits = words("card-waits", user=requester, until=_date(action.expires_at))
        return [*blocks, context(waits), _buttons(action, words)]
    lines = [outcome(action, words)]
    if action.decided_by != action.requester:
        lines.append(words("card-asked-by", user=requester))
    return [*blocks, context(*lines)]


def outcome(action: Action, words: Words) -> str:
    """Say in one sentence (mrkdwn) what became of an action."""
    state = ActionState.CONFIRMED if action.state is ActionState.EXECUTING else action.state
    return words(f"card-{state}", user=f"<@{action.decided_by or action.requester}>")


def fallback(action: Action, function: Function | None, words: Words) -> str:
    """Say what a card is about, for notifications and screen readers."""
    title = function.title(words.language) if function else action.function
    if action.state is ActionState.PENDING:
        return words("card-fallback", title=title)
    return f"{title}: {outcome(action, words)}"


def shareable_answer(markdown: str, turn: int, words: Words) -> list[Block]:
    """Build an answer that only one person sees, with the button that shares it."""
    button = {"type": "button", "action_id": SHARE, "text": _plain(words("answer-share")), "value": str(turn)}
    return [*markdown_blocks(markdown), {"type": "actions", "elements": [button]}]


def shared_answer(user: str, question: str, markdown: str, words: Words) -> list[Block]:
    """Build a shared answer: who asked what, and the answer."""
    asked = words("answer-shared-by", user=f"<@{user}>", question=escape_mrkdwn(question))
    return [context(asked[:SECTION]), *markdown_blocks(markdown)]


def markdown_blocks(markdown: str) -> list[Block]:
    """Build markdown blocks; all of a message's together may hold 12,000 characters, so the caller splits."""
    return [{"type": "markdown", "text": markdown}]


def context(*mrkdwn: str) -> Block:
    """Build small print in Nod's own words."""
    return {"type": "context", "elements": [{"type": "mrkdwn", "text": text} for text in mrkdwn]}


def _argument_blocks(action: Action, function: Function | None, words: Words) -> Iterator[Block]:
    """Show every argument whole: short ones side by side, long ones in as many sections as they need.

    An argument that was not given (null) changes nothing and has no line.
    """
    arguments: Mapping[str, Any] = json.loads(action.arguments_json)
    short: list[Block] = []
    for name, value in arguments.items():
        if value is None:
            continue
        label = function.label(name, words.language) if function else name
        text = visible(_value(value, words))
        if len(text) <= FIELD:
            short += [_label(label), _plain(text)]
            continue
        yield from _fields(short)
        short = []
        yield _section(_label(label))
        for start in range(0, len(text), SECTION):
            yield _section(_plain(text[start : start + SECTION]))
    yield from _fields(short)


def _fields(fields: list[Block]) -> Iterator[Block]:
    for start in range(0, len(fields), 10):
        yield {"type": "section", "fields": fields[start : start + 10]}


def _value(value: Any, words: Words) -> str:
    if isinstance(value, bool):
        return words("value-yes") if value else words("value-no")
    if isinstance(value, str):
        return value or words("value-none")
    return json.dumps(value, ensure_ascii=False)


def _buttons(action: Action, words: Words) -> Block:
    return {
        "type": "actions",
        "elements": [
            {**_button(CONFIRM, words("card-confirm"), action.id), "style": "primary"},
            _button(DENY, words("card-deny"), action.id),
        ],
    }


def _button(action_id: str, text: str, value: str) -> Block:
    return {"type": "button", "action_id": action_id, "text": _plain(text), "value": value}


def _label(name: str) -> Block:
    """Name a parameter: these are its author's words, or its name, and not the model's."""
    return {"type": "mrkdwn", "text": f"*{escape_mrkdwn(name)}*"}


def _section(text: Block) -> Block:
    return {"type": "section", "text": text}


def _plain(text: str) -> Block:
    return {"type": "plain_text", "text": text, "emoji": False}


def _date(moment: datetime) -> str:
    """Write a time that Slack shows in the reader's own time zone."""
    at = moment.astimezone(UTC)
    return f"<!date^{int(at.timestamp())}^{{date_short_pretty}} {{time}}|{at:%Y-%m-%d %H:%M} UTC>"
