"""How an action's arguments are written for people: whole, and so that no two different values look the same.

A value is one or more lines. A list's items begin with a bullet, an object's with their key, the lines of a long
text with a bar; a line that is too long for one is carried on behind a dotted bar. A text that could be taken for
something else (a number, a word of Nod's, a mark of this notation) stands in quotation marks.
"""

import json
import re
import unicodedata
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from bot.slack.block_kit import weight
from bot.slack.present import Entry, Number, Told, read_preview
from bot.slack.timing_words import timing_said
from bot.slack.visible import visible
from bot.words.catalogue import DEFAULT, Words, words_for
from functions.contract import Function
from storage.records import Action

LINE = 500
"""Characters of one line, carried on in the next: five times as heavy at worst, it still fits into a section."""

CARD_WEIGHT, CARD_FIELDS, CARD_LINES = 2_500, 20, 40
"""What a card may hold of arguments. Slack sends a card back with each click, so it is kept small."""

BULLET, BAR, CARRIED, INDENT = "•", "│", "┊", "\u2003"
"""The indent is an em space, which no client collapses or trims; in a value it is written as an escape."""

DISGUISED = re.compile(
    r"\\(?=u\{)"  # would read as one of our escapes
    r"|&(?=(?:amp|lt|gt);)"  # would read as the character that it stands for
    r"|[\u00a0\u1680\u2000-\u200a\u202f\u205f\u3000]"  # spaces that look like another
    r"|[\u034f\u17b4\u17b5\u180b-\u180f\ufe00-\ufe0f\U000e0100-\U000e01ef]"  # marks that are drawn as nothing
    r"| (?=\n)"
)
AMOUNT = re.compile(r"(-?\d{4,20})(\.\d+)?")
THOUSANDS = re.compile(r"(?<=\d)(?=(?:\d{3})+$)")
NUMERIC = re.compile(r"[+-]?[\d.,]+(?:[eE][+-]?\d+)?")
WORDS = ("value-none", "value-empty", "value-empty-list", "value-empty-object", "value-yes", "value-no")


@dataclass(frozen=True)
class Shown:
    """One argument: its JSON name, its name for people, and its value in lines."""

    name: str
    label: str
    lines: tuple[str, ...]
    was: str = ""
    """What a number that would be changed is now."""
    said: str = ""
    """When it is due, in words, which are read before the exact value."""

    @property
    def line(self) -> str:
        """The first line, behind what it is now."""
        return f"{self.was} → {self.lines[0]}" if self.was else self.lines[0]

    def read(self, words: Words) -> list[str]:
        """All lines as people read them: what is said in words first, and the exact value named as that."""
        if self.said:
            return [self.said, f"{words('card-exact')}: {self.lines[0]}", *self.lines[1:]]
        return [self.line, *self.lines[1:]]

    @property
    def characters(self) -> int:
        return sum(len(line.removeprefix(CARRIED)) for line in self.lines)

    @property
    def weight(self) -> int:
        return sum(weight(line) + 1 for line in self.lines)


def title(action: Action, function: Function | None, words: Words) -> str:
    """Name what an action does, in at most 100 characters."""
    return function.title(words.language) if function else action.function


def parse(arguments_json: str) -> dict[str, Any]:
    """Read arguments, with numbers as Number."""
    found: dict[str, Any] = json.loads(arguments_json, parse_int=Number, parse_float=Number)
    return found


def shown_arguments(action: Action, function: Function | None, words: Words) -> list[Shown]:
    """Write every argument in the order of the function's signature. One that was not given, because null is what
    its author wrote as the default, has no line; a null that means something has one."""
    arguments = parse(action.arguments_json)
    fields = function.arguments.model_fields if function is not None else {}
    ordered = [name for name in fields if name in arguments]
    ordered += [name for name in arguments if name not in fields]
    names = labels(ordered, function, words)
    told = read_preview(action.preview)
    return [
        _shown(name, names[name], arguments[name], function, told, words)
        for name in ordered
        if arguments[name] is not None or name not in fields or fields[name].default is not None
    ]


def _shown(name: str, label: str, value: Any, function: Function | None, told: Told | None, words: Words) -> Shown:
    kind = function.kinds.get(name) if function else None
    lines = tuple(_carried(kind_lines(value, kind, words)))
    own = function.labels.get(name) if function else None
    if told is None or not own:
        return Shown(name, label, lines)
    before, then = told.now_of(own), told.then_of(own)
    number = before is not None and isinstance(before.value, Number) and isinstance(value, Number)
    was = kind_lines(before.value, kind, words)[0] if before is not None and number else ""
    said = timing_said(str(then.read(words)), words) if then is not None and kind == "timing" else ""
    return Shown(name, label, lines, was if was != lines[0] else "", said)


def kind_lines(value: Any, kind: str | None, words: Words) -> list[str]:
    """Write a value as its label's `kind` wants it read; no two look the same, because a text of digits and commas
    stands in quotation marks."""
    if kind == "amount" and isinstance(value, Number) and (match := AMOUNT.fullmatch(value.text)):
        return [THOUSANDS.sub(",", match[1]) + (match[2] or "")]
    return value_lines(value, words)


def entry_lines(entry: Entry, words: Words) -> list[str]:
    """Write a value of a preview behind its label; a timing in words alone, as it is no argument."""
    value = entry.read(words)
    said = timing_said(value, words) if entry.kind == "timing" and isinstance(value, str) else ""
    lines = [said] if said else kind_lines(value, entry.kind, words)
    name = literal(entry.label(words))
    written = [f"{name}: {lines[0]}"] if len(lines) == 1 else [f"{name}:", *lines]
    return list(_carried(written))


def fits(action: Action, function: Function | None) -> bool:
    """Tell whether a card holds all arguments. It does not depend on who reads the card, in which language."""
    shown = shown_arguments(action, function, words_for(DEFAULT))
    return (
        len(shown) <= CARD_FIELDS
        and sum(len(each.lines) for each in shown) <= CARD_LINES
        and sum(each.weight for each in shown) <= CARD_WEIGHT
    )


def labels(names: list[str], function: Function | None, words: Words) -> dict[str, str]:
    """Name parameters for people; where two would have the same name, all of them bring their own as well."""
    found = {name: function.label(name, words.language) if function else name for name in names}
    if max(Counter(found.values()).values(), default=1) > 1:
        return {name: f"{text} ({name})" for name, text in found.items()}
    return found


def literal(text: str) -> str:
    """Write what hides, reorders or imitates a space or such an escape as `\\u{…}`. Line breaks stay."""
    return visible(DISGUISED.sub(lambda found: f"\\u{{{ord(found[0]):x}}}", text))


def text_lines(text: str) -> list[str]:
    """Write a text of a person: one line as it is, several behind bars, so that none passes for Nod's own."""
    written = literal(text).split("\n")
    return list(_carried(written if len(written) == 1 else [f"{BAR} {line}" for line in written]))


def remark_lines(name: str, text: str) -> list[str]:
    """Write a text that is one line by contract behind its name; a line break in it is written as an escape."""
    return list(_carried([f"{name}: {literal(text)}".replace("\n", "\\u{a}")]))


def value_lines(value: Any, words: Words) -> list[str]:
    """Write a value, as `parse` gives it, as lines; different values never have the same lines."""
    match value:
        case dict() if value:
            return [line for key, inner in value.items() for line in _entry(key, inner, words)]
        case list() if value:
            return [line for inner in value for line in _item(inner, words)]
        case str() if "\n" in value:
            ending = "\\u{20}" if value.endswith(" ") else ""
            written = literal(value[:-1] if ending else value) + ending
            return [f"{BAR} {line}" for line in written.split("\n")]
        case _:
            return [_scalar(value, words)]


def _entry(key: str, value: Any, words: Words) -> list[str]:
    lines = value_lines(value, words)
    if (isinstance(value, dict | list) and value) or (isinstance(value, str) and "\n" in value):
        return [f"{_key(key)}:", *(INDENT + line for line in lines)]
    return [f"{_key(key)}: {lines[0]}"]


def _item(value: Any, words: Words) -> list[str]:
    first, *rest = value_lines(value, words)
    return [f"{BULLET} {first}", *(INDENT + line for line in rest)]


def _scalar(value: Any, words: Words) -> str:
    match value:
        case None:
            return words("value-none")
        case bool():
            return words("value-yes") if value else words("value-no")
        case Number():
            return value.text
        case "":
            return words("value-empty")
        case str():
            return literal(value) if _speaks_for_itself(value, words) else f'"{literal(value)}"'
        case list():
            return words("value-empty-list")
        case _:
            return words("value-empty-object")


def _speaks_for_itself(text: str, words: Words) -> bool:
    """Tell whether a text of one line needs no quotation marks to be taken for a text, and as it is."""
    folded = unicodedata.normalize("NFKC", text).casefold()
    return not (
        text != text.strip()
        or text.startswith(('"', BULLET, BAR, CARRIED))
        or ": " in text
        or text.endswith(":")
        or NUMERIC.fullmatch(folded)
        or folded in {unicodedata.normalize("NFKC", words(key)).casefold() for key in WORDS}
    )


def _key(key: str) -> str:
    """Write an object's key so that it ends at its colon; what is no letter, digit or inner sign is an escape."""
    inner = range(1, len(key) - 1)
    return (
        "".join(
            sign
            if (sign.isalnum() or sign == "_" or (sign in " -./" and place in inner)) and literal(sign) == sign
            else f"\\u{{{ord(sign):x}}}"
            for place, sign in enumerate(key)
        )
        or "\\u{}"
    )


def _carried(lines: list[str]) -> Iterator[str]:
    for line in lines:
        yield line[:LINE]
        for start in range(LINE, len(line), LINE):
            yield CARRIED + line[start : start + LINE]
