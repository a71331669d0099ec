"""Block Kit, built and nothing else: the card of an action in every state, and the small messages around it.

Limits are Slack's: 3,000 characters a section, 2,000 a field, 10 fields a section, 50 blocks a message.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from bot.slack.block_kit import Block, button, context, date, label, plain, section, sections, weight
from bot.slack.forms import editable
from bot.slack.upcoming import preview_blocks, preview_lines
from bot.slack.values import BULLET, Shown, fits, literal, remark_lines, shown_arguments, text_lines, title
from bot.slack.visible import escape_mrkdwn
from bot.words.catalogue import Words
from functions.contract import Function
from functions.sentences import spoken
from storage.outcomes import for_people
from storage.records import Action, ActionState

CONFIRM, DENY, SHARE = "action_confirm", "action_deny", "answer_share"
EDIT, READ, DENY_REASON = "action_edit", "action_read", "action_deny_reason"
WITHDRAW, REMEMBER = "action_withdraw", "action_remember"

FIELD = 200
"""Weight of a value that stands beside others; a heavier one gets sections of its own."""

DIALOG, QUESTION = 150, 290
"""Weight of the arguments that Slack's second question repeats, and of all of it; it may have 300 characters."""

HEADING = 100
"""Weight of that question's title, which names what is done if there is room."""

NAMED = 20
"""People and user groups that a card names; of more it gives the number."""

VALUE = 1_000
"""Characters that Fluent takes as one value of a message."""

RAN = (
    ActionState.CONFIRMED,
    ActionState.EXECUTING,
    ActionState.SUCCEEDED,
    ActionState.FAILED,
    ActionState.UNKNOWN,
)


@dataclass(frozen=True)
class Deciders:
    """Who may confirm, for the sentence that says it: user ids, user group ids, the requester, four eyes."""

    users: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()
    requester: bool = False
    not_requester: bool = False
    of_run: bool = False
    """A schedule's run asks for it: nobody was there, so its owner is called."""


REQUESTER = Deciders(requester=True)


def action_card(
    action: Action, function: Function | None, words: Words, deciders: Deciders = REQUESTER
) -> list[Block]:
    """Build an action's card as its state wants it: with buttons while it is pending, else with its outcome.

    Where the arguments do not fit, the card offers to read them instead of confirming.
    """
    pending, name = action.state is ActionState.PENDING, title(action, function, words)
    heading = words("card-title", title=name) if pending else name
    shown = shown_arguments(action, function, words)
    blocks = [{"type": "header", "text": plain(heading)}, *_argument_blocks(action, function, shown, words)]
    if pending or _decided(action):
        blocks += preview_blocks(action.preview, shown, words, pending=pending)
    if pending and deciders.of_run:
        asked = words("card-of-run", user=f"<@{action.requester}>")
        blocks.insert(0, section({"type": "mrkdwn", "text": asked}))
    if pending:
        blocks.append(context(_waits(action, function, words, deciders)))
        return blocks + _buttons(action, function, words, confirmable=bool(mentions(action, deciders)))
    if action.state is ActionState.DENIED and action.reason:
        blocks += sections([f"{words('card-reason')}:", *text_lines(action.reason)])
    if why := " ".join(spoken(for_people(action), words.language).split()):
        blocks += sections(remark_lines(words("card-reason"), why))
    lines = [outcome(action, words)]
    if action.grant is not None and action.state in RAN:
        lines.append(words("card-granted", user=f"<@{action.requester}>"))
    if action.decided_by != action.requester:
        lines.append(words("card-asked-by", user=f"<@{action.requester}>"))
    return [*blocks, context(*lines)]


def _decided(action: Action) -> bool:
    """Tell whether somebody confirmed or denied an action, so that its card says what they saw."""
    if action.state is ActionState.EXPIRED:  # also what was confirmed, and not begun in time
        return action.decided_by is not None
    return action.state is not ActionState.WITHDRAWN


def outcome(action: Action, words: Words) -> str:
    """Say in one sentence (mrkdwn) what became of an action."""
    if action.state is ActionState.WITHDRAWN and action.superseded_by:
        return words("card-superseded")
    if action.state is ActionState.EXPIRED and action.decided_by is not None:
        return words("card-too-late", user=f"<@{action.decided_by}>")
    state = ActionState.CONFIRMED if action.state is ActionState.EXECUTING else action.state
    return words(f"card-{state}", user=f"<@{action.decided_by or action.requester}>")


def fallback(action: Action, function: Function | None, words: Words) -> str:
    """Say what a card is about, for notifications and screen readers."""
    name = title(action, function, words)
    if action.state is ActionState.PENDING:
        return words("card-fallback", title=name)
    return f"{name}: {outcome(action, words)}"


def shareable_answer(markdown: str, turn: int, words: Words) -> list[Block]:
    """Build an answer that only one person sees, with the button that shares it."""
    share = button(SHARE, words("answer-share"), str(turn))
    return [*markdown_blocks(markdown), {"type": "actions", "elements": [share]}]


def shared_answer(user: str, question: str, markdown: str, words: Words) -> list[Block]:
    """Build a shared answer: who asked what, and the answer."""
    escaped = escape_mrkdwn(question)
    if len(escaped) <= VALUE:
        asked = words("answer-shared-by", user=f"<@{user}>", question=escaped)
        return [context(asked), *markdown_blocks(markdown)]
    asked = words("answer-shared-by", user=f"<@{user}>", question="").rstrip()
    return [context(asked), *sections(text_lines(question)), *markdown_blocks(markdown)]


def markdown_blocks(markdown: str) -> list[Block]:
    """Build markdown blocks; all of a message's together may hold 12,000 characters, so the caller splits."""
    return [{"type": "markdown", "text": markdown}]


def _argument_blocks(
    action: Action, function: Function | None, shown: Sequence[Shown], words: Words
) -> Iterator[Block]:
    """Show every argument whole, short ones side by side, or none of them and how much there is."""
    if not fits(action, function):
        characters = str(sum(each.characters for each in shown))
        yield section(plain(words("card-long", characters=characters, fields=len(shown))))
        return
    short: list[Shown] = []
    for each in shown:
        if len(each.lines) == 1 and each.weight <= FIELD:
            short.append(each)
            if each.said:
                yield from _fields(short)
                yield {"type": "context", "elements": [plain(f"{words('card-exact')}: {each.lines[0]}")]}
                short = []
            continue
        yield from _fields(short)
        short = []
        yield section(label(each.label))
        yield from sections(each.read(words))
    yield from _fields(short)


def _fields(shown: Iterable[Shown]) -> Iterator[Block]:
    fields = [text for each in shown for text in (label(each.label), plain(each.said or each.line))]
    for start in range(0, len(fields), 10):
        yield {"type": "section", "fields": fields[start : start + 10]}


def _waits(action: Action, function: Function | None, words: Words, deciders: Deciders) -> str:
    requester, until = f"<@{action.requester}>", date(action.expires_at)
    if function is None:
        return words("card-gone", user=requester)
    names = mentions(action, deciders)
    if not names:
        return words("card-waits-nobody", user=requester)
    if names == [requester]:
        return words("card-waits", user=requester, until=until)
    who = listed(names, words)
    key = "card-waits-four-eyes" if deciders.not_requester else "card-waits-others"
    return words(key, user=requester, who=who, until=until)


def mentions(action: Action, deciders: Deciders) -> list[str]:
    """Mention who may confirm; an empty list is nobody."""
    users = [action.requester, *deciders.users] if deciders.requester else [*deciders.users]
    allowed = [user for user in users if not (deciders.not_requester and user == action.requester)]
    named = [*(f"<@{user}>" for user in allowed), *(f"<!subteam^{group}>" for group in deciders.groups)]
    return list(dict.fromkeys(named))


def listed(names: Sequence[str], words: Words) -> str:
    """Name who may confirm; of too many only how many they are."""
    return ", ".join(names) if len(names) <= NAMED else words("card-deciders", count=len(names))


def _buttons(action: Action, function: Function | None, words: Words, *, confirmable: bool) -> list[Block]:
    """Build the row that most people use, and a second one for what is rare."""
    row, rare = [button(DENY, words("card-deny"), action.id)], []
    if function is not None and confirmable:
        if editable(action, function):
            row.insert(0, button(EDIT, words("card-edit"), action.id))
        whole = fits(action, function)
        row.insert(0, _confirm(action, function, words) if whole else _read(action, words))
        if function.rememberable and not function.destructive and whole:
            rare.append(button(REMEMBER, words("card-remember"), action.id))
    rare = [
        button(DENY_REASON, words("card-deny-reason"), action.id),
        button(WITHDRAW, words("card-withdraw"), action.id),
        *rare,
    ]
    return [{"type": "actions", "elements": row}, {"type": "actions", "elements": rare}]


def _read(action: Action, words: Words) -> Block:
    return {**button(READ, words("card-read"), action.id), "style": "primary"}


def _confirm(action: Action, function: Function, words: Words) -> Block:
    pressed = button(CONFIRM, words("card-confirm"), action.id)
    if not function.destructive:
        return {**pressed, "style": "primary"}
    heading = words("confirm-title", title=title(action, function, words))
    dialog = {
        "title": plain(heading if weight(heading) <= HEADING else words("card-confirm")),
        "text": plain(_asked_again(action, function, words)),
        "confirm": plain(words("confirm-yes")),
        "deny": plain(words("confirm-no")),
        "style": "danger",
    }
    return {**pressed, "style": "danger", "confirm": dialog}


def _asked_again(action: Action, function: Function, words: Words) -> str:
    """Name what will be done; the arguments too if there is room for all of them, and what they mean now."""
    name, shown = title(action, function, words), shown_arguments(action, function, words)
    lines = [
        line if place else f"{literal(each.label)}: {line}"
        for each in shown
        for place, line in enumerate(each.read(words))
    ]
    if sum(map(weight, lines)) + len(lines) > DIALOG:
        lines = [words("confirm-as-shown")]
    now = preview_lines(action.preview, shown, words)
    whole = "\n".join([name, *lines, *now])
    if weight(whole) <= QUESTION:
        return whole
    more = (place for place, line in enumerate(now) if place > 1 and line.startswith(BULLET))
    first = "\n".join([name, *lines, *now[: next(more, None)]])  # whose it is stands first
    return first if weight(first) <= QUESTION else "\n".join([name, *lines])
