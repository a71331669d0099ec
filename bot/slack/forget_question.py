"""What `/nod forget` asks, and what is told of it afterwards. Pure."""

from bot.slack.block_kit import Block, button, context, section
from bot.words.catalogue import Words
from storage.records import Forgotten, Remembered

CONFIRM, CANCEL = "forget_confirm", "forget_cancel"


def question(remembered: Remembered, value: str, words: Words) -> list[Block]:
    """Build the question with its two buttons, or a sentence if there is nothing to forget. `value` is what the
    button hands back."""
    count, busy = remembered.conversations, remembered.busy
    schedules = _schedules(remembered.schedules, words)
    if not count:
        return [section({"type": "mrkdwn", "text": "\n".join([_nothing(busy, words), *schedules])})]
    told = [words("forget-question", count=count)]
    if remembered.shared:
        told.append(words("forget-shared", count=remembered.shared))
    if remembered.pending:
        told.append(words("forget-pending", count=remembered.pending))
    if busy:
        told.append(words("forget-busy", count=busy))
    told += schedules
    return [
        section({"type": "mrkdwn", "text": "\n".join(told)}),
        context(words("forget-stays")),
        {
            "type": "actions",
            "elements": [
                {**button(CONFIRM, words("forget-confirm"), value), "style": "danger"},
                button(CANCEL, words("forget-cancel"), value),
            ],
        },
    ]


def answer(forgotten: Forgotten, words: Words) -> str:
    """Say (mrkdwn) what was forgotten."""
    count, busy = forgotten.conversations, forgotten.busy
    schedules = _schedules(forgotten.schedules, words)
    if not count:
        return "\n".join([_nothing(busy, words), *schedules])
    told = [words("forget-done", count=count)]
    if forgotten.shared:
        told.append(words("forget-done-shared", count=forgotten.shared))
    if busy:
        told.append(words("forget-busy", count=busy))
    return "\n".join([*told, *schedules, words("forget-done-stays")])


def _nothing(busy: int, words: Words) -> str:
    return words("forget-only-busy", count=busy) if busy else words("forget-nothing")


def _schedules(count: int, words: Words) -> list[str]:
    return [words("forget-schedules", count=count)] if count else []
