"""Reads nod.toml's text into rules. What is wrong with it is one sentence with the file's name and the line."""

import json
import re
import tomllib
from collections.abc import Mapping
from dataclasses import replace
from difflib import get_close_matches
from typing import Any, NoReturn

from bot.errors import OperatorError
from bot.rules import KEYS, READ_KEYS, REQUESTER, FunctionRule, Ids, Rules, is_impossible, overlaid
from functions.contract import Function

ACTIONS, FUNCTIONS = "actions", "functions"

ID = re.compile(r"(?=.*[0-9]|.{9})([A-Z])[A-Z0-9]+")
"""Slack's ids are capitals and digits, and those without a digit have nine letters or more: SALES is a name."""

BARE = re.compile(r"[A-Za-z0-9_-]+")
"""A key that TOML takes without quotes."""

PEOPLE, CHANNELS = "UWS", "CGD"
"""First letters: people (W where the company is on Enterprise Grid) and user groups; channels of every kind."""

FIND_PEOPLE = (
    "write the id of a person (U…: their profile in Slack, ⋮, Copy member ID) or of a user group "
    "(S…: People, User groups, ⋮, Copy group ID)"
)
FIND_CHANNELS = "write the id of a channel (C…: its name in Slack, About, at the bottom: Channel ID)"

Path = tuple[str, ...]


def parse(text: str, file: str) -> Rules:
    """Read the text of nod.toml; `file` is its name for people. nod.toml.example documents the format.

    Raises OperatorError. `check_functions` looks at what can only be checked where functions are known.
    """
    text = text.replace("\r\n", "\n")
    try:
        document = tomllib.loads(text)
    except (ValueError, RecursionError) as error:  # not a TOMLDecodeError: numbers and brackets without end
        raise OperatorError(_syntax_sentence(file, text, str(error))) from None
    for name in document:
        if name not in (ACTIONS, FUNCTIONS):
            words = f"there is no table or key {_shown(name)}; write [actions] or [functions.name]"
            _fail(file, text, (name,), words)
    reader = _Reader(file, text)
    actions = reader.rule((ACTIONS,), document.get(ACTIONS, {}))
    tables = reader.table((FUNCTIONS,), document.get(FUNCTIONS, {}))
    functions = {name: reader.rule((FUNCTIONS, name), table) for name, table in tables.items()}
    rules = Rules(actions, functions, file=file, text=text)
    _check_possible(rules)
    return rules


def check_functions(rules: Rules, functions: Mapping[str, Function]) -> Rules:
    """Look at the rules beside the functions that there are, and return rules that know which of these only read.

    Raises OperatorError for a rule of a function that does not exist, and for one that says who confirms what
    needs no confirmation.
    """
    for name, rule in rules.functions.items():
        path = (FUNCTIONS, name)
        if name not in functions:
            close = get_close_matches(name, functions, n=1)
            advice = f"did you mean {close[0]}?" if close else "`nod functions` lists them."
            _fail(rules.file, rules.text, path, f"there is no function {_shown(name)}; {advice}")
        if not functions[name].read_only:
            continue
        for key in KEYS:
            if key not in READ_KEYS and getattr(rule, key) is not None:
                words = f"{name} is read-only and runs without a click; it takes {', '.join(READ_KEYS)} only"
                _fail(rules.file, rules.text, (*path, key), words)
    return replace(rules, read_only=frozenset(name for name, each in functions.items() if each.read_only))


class _Reader:
    """Turns tables into rules, and knows the text that they stand in."""

    def __init__(self, file: str, text: str) -> None:
        self._file = file
        self._text = text

    def table(self, path: Path, value: Any) -> Mapping[str, Any]:
        if not isinstance(value, dict):
            self._fail(path, f"write {_header(path)} as a table of its own, in single brackets")
        return value

    def rule(self, path: Path, value: Any) -> FunctionRule:
        table = self.table(path, value)
        for key in table:
            if key not in KEYS:
                self._fail((*path, key), f"there is no key {_shown(key)}; {_header(path)} takes {', '.join(KEYS)}")
        return FunctionRule(
            confirm_by=self._confirm_by((*path, "confirm_by"), table.get("confirm_by")),
            not_requester=self._flag((*path, "not_requester"), table.get("not_requester")),
            call_by=self._ids((*path, "call_by"), table.get("call_by"), PEOPLE, FIND_PEOPLE),
            call_in=self._ids((*path, "call_in"), table.get("call_in"), CHANNELS, FIND_CHANNELS),
            refuse=self._ids((*path, "refuse"), table.get("refuse"), PEOPLE, FIND_PEOPLE) or frozenset(),
        )

    def _confirm_by(self, path: Path, value: Any) -> Any:
        if value == REQUESTER:
            return REQUESTER
        if isinstance(value, list) and REQUESTER in value:
            self._fail(path, 'write confirm_by = "requester" alone, or a list of ids')
        if value is not None and not isinstance(value, list):
            self._fail(path, 'write confirm_by = "requester" or a list of ids, such as ["U0123", "S0456"]')
        return self._ids(path, value, PEOPLE, FIND_PEOPLE)

    def _flag(self, path: Path, value: Any) -> bool | None:
        if value is not None and not isinstance(value, bool):
            self._fail(path, f"write {path[-1]} = true or {path[-1]} = false")
        return value

    def _ids(self, path: Path, value: Any, kinds: str, where: str) -> Ids | None:
        if value is None:
            return None
        if not isinstance(value, list):
            self._fail(path, f'write {path[-1]} as a list of ids, such as ["{kinds[0]}0123"]')
        for each in value:
            found = ID.fullmatch(each) if isinstance(each, str) else None
            if found is None or found[1] not in kinds:
                self._fail(path, f"{_shown(each)} in {path[-1]} is no such id; {where}", each)
        return frozenset(value)

    def _fail(self, path: Path, words: str, element: Any = None) -> NoReturn:
        _fail(self._file, self._text, path, words, element)


def _check_possible(rules: Rules) -> None:
    written: dict[Path, FunctionRule] = {(ACTIONS,): rules.actions}
    written |= {(FUNCTIONS, name): own for name, own in rules.functions.items()}
    for path, own in written.items():
        if not is_impossible(overlaid(rules.actions, own)):
            continue
        key = "not_requester" if own.not_requester is not None else "confirm_by"
        words = (
            "with not_requester = true and nobody but the requester in confirm_by nobody could confirm; "
            "list others in confirm_by"
        )
        _fail(rules.file, rules.text, (*path, key), words)


def _fail(file: str, text: str, path: Path, words: str, element: Any = None) -> NoReturn:
    stop = "" if words.endswith(("?", ".")) else "."
    raise OperatorError(f"{file}, line {_line(text, path, element)}: {words}{stop}")


def _line(text: str, path: Path, element: Any = None) -> int:
    """Find the line that a key, a table or an array's element stands on; a table that has no line of its own is
    looked for by what it is part of.

    tomllib keeps no positions: a key stands where the text up to there, read alone, begins to have it.
    """
    lines = text.split("\n")
    start = 0  # of the statement that is being read: an array may go over several lines
    for number in range(1, len(lines) + 1):
        try:
            document = tomllib.loads("\n".join(lines[:number]))
        except tomllib.TOMLDecodeError:
            continue
        if _has(document, path):
            return _line_of_element(lines, start, number, element)
        start = number
    return 1


def _line_of_element(lines: list[str], start: int, end: int, element: Any) -> int:
    if isinstance(element, str):
        for number in range(start, end):
            if f'"{element}"' in lines[number] or f"'{element}'" in lines[number]:
                return number + 1
    return start + 1


def _has(document: Any, path: Path) -> bool:
    for name in path:
        if not isinstance(document, dict) or name not in document:
            return False
        document = document[name]
    return True


def _syntax_sentence(file: str, text: str, message: str) -> str:
    """Say where the text is no TOML: tomllib ends with `(at line 3, column 5)` or `(at end of document)`."""
    what, _, where = message.rpartition(" (at ")
    found = re.match(r"line (\d+)", where)
    line = int(found[1]) if found else len(text.rstrip("\n").split("\n"))
    return f"{file}, line {line}: this is not TOML: {what or message}."


def _header(path: Path) -> str:
    return f"[{'.'.join(part if BARE.fullmatch(part) else _shown(part) for part in path)}]"


def _shown(value: Any) -> str:
    """Write a value on one line, as it stands in the file."""
    return json.dumps(value, ensure_ascii=False, default=str)
