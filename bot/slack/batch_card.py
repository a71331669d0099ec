"""The card that confirms several actions of one step at once, each of which also has its own. Pure."""

from collections.abc import Iterator, Mapping, Sequence

from bot.slack.block_kit import SECTION, Block, button, context, plain, section, weight
from bot.slack.upcoming import preview_lines
from bot.slack.values import fits, shown_arguments, title
from bot.words.catalogue import Words
from functions.contract import Function
from storage.records import Action, ActionState

CONFIRM_ALL = "action_confirm_all"

BATCH = 100
"""Actions of one card: three of the heaviest go into a section, and Slack takes 50 blocks."""

ENTRY = 300
"""Weight of the arguments that stand here; heavier ones are read on the action's own card."""

ENTRY_LINES = 6


def batchable(action: Action, function: Function | None) -> bool:
    """Tell whether an action may be confirmed with others: what destroys or outgrows its card stands alone."""
    return function is not None and not function.read_only and not function.destructive and fits(action, function)


def batch_card(actions: Sequence[Action], functions: Mapping[str, Function], words: Words) -> list[Block]:
    """Build the card of one batch: every action with its state, and the button while two or more are pending.

    `actions` are of one batch, at most BATCH (100) of them. The button's value is the batch's id.
    """
    waiting = sum(action.state is ActionState.PENDING for action in actions)
    heading = words("batch-title", count=len(actions))
    entries = [
        "\n".join(_entry(number, action, functions.get(action.function), words))
        for number, action in enumerate(actions, 1)
    ]
    blocks = [{"type": "header", "text": plain(heading)}, *_packed(entries)]
    if waiting < 2 or not actions[0].batch:
        return [*blocks, context(words("batch-over", waiting=waiting))]
    pressed = {**button(CONFIRM_ALL, words("batch-confirm", count=waiting), actions[0].batch), "style": "primary"}
    return [*blocks, context(words("batch-waits")), {"type": "actions", "elements": [pressed]}]


def batch_fallback(actions: Sequence[Action], words: Words) -> str:
    """Say what the card is about, for notifications and screen readers."""
    return words("batch-title", count=len(actions))


def _entry(number: int, action: Action, function: Function | None, words: Words) -> Iterator[str]:
    """Write title and state, then each argument on a line of its own, so that none passes for another."""
    state = ActionState.CONFIRMED if action.state is ActionState.EXECUTING else action.state
    superseded = state is ActionState.WITHDRAWN and action.superseded_by
    said = words("batch-superseded") if superseded else words(f"batch-{state}")
    yield f"{number}. {title(action, function, words)} ({said})"
    shown = shown_arguments(action, function, words)
    lines = [
        line if place else f"{each.label}: {line}" for each in shown for place, line in enumerate(each.read(words))
    ]
    single = all(len(each.lines) == 1 for each in shown)
    if single and len(shown) <= ENTRY_LINES and sum(map(weight, lines)) <= ENTRY:
        yield from lines
        now = preview_lines(action.preview, shown, words, pending=action.state is ActionState.PENDING)
        if len(now) <= ENTRY_LINES and sum(map(weight, [*lines, *now])) <= ENTRY:
            yield from now
    else:
        yield words("batch-see-card")


def _packed(entries: Sequence[str]) -> Iterator[Block]:
    packed: list[str] = []
    for entry in entries:
        if packed and weight("\n\n".join([*packed, entry])) > SECTION:
            yield section(plain("\n\n".join(packed)))
            packed = []
        packed.append(entry)
    if packed:
        yield section(plain("\n\n".join(packed)))
