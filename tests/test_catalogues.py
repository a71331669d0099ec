"""The message catalogues against each other and against the code that speaks with them."""

import ast
import re
from functools import cache

from fluent.syntax import FluentParser
from fluent.syntax import ast as fluent
from fluent.syntax.visitor import Visitor

from tests.source import HOME, ROOMS, constants, nodes, place

SPEAKING_ROOMS = [name for name in ROOMS if name not in ("bot.demo", "bot.words", "functions", "storage")]


class Variables(Visitor):
    def __init__(self) -> None:
        self.names: set[str] = set()

    def visit_VariableReference(self, node: fluent.VariableReference) -> None:  # noqa: N802
        self.names.add(node.id.name)


def variables(message: fluent.Message) -> set[str]:
    visitor = Variables()
    visitor.visit(message)
    return visitor.names


@cache
def catalogues() -> dict[str, dict[str, set[str]]]:
    """Read the message catalogues: language → key → the variables that its message uses."""
    found = {}
    for path in sorted((HOME / "bot/words").glob("*.ftl")):
        entries = FluentParser().parse(path.read_text(encoding="utf-8")).body
        assert [entry.content for entry in entries if isinstance(entry, fluent.Junk)] == [], place(path)
        found[path.stem] = {
            entry.id.name: variables(entry) for entry in entries if isinstance(entry, fluent.Message)
        }
    return found


def key_pattern(node: ast.AST) -> str | None:
    """Turn a key in the code, `"card-title"` or `f"card-{state}"`, into a regular expression."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return re.escape(node.value)
    if isinstance(node, ast.JoinedStr):
        return "".join(key_pattern(part) or "[a-z-]+" for part in node.values)
    return None


def keys_asked_for() -> set[str]:
    """Find the first arguments of `words(…)`, `words_for(…)(…)` and the like."""
    return {
        pattern
        for node in nodes(*SPEAKING_ROOMS)
        if isinstance(node, ast.Call)
        and "words" in ast.unparse(node.func).lower()
        and node.args
        and not ast.unparse(node.func).endswith(".append")
        if (pattern := key_pattern(node.args[0])) and not re.search(r"words_for$", ast.unparse(node.func))
    }


def test_every_language_says_everything() -> None:
    english = catalogues()["en"]
    assert {language: sorted(english.keys() ^ keys.keys()) for language, keys in catalogues().items()} == {
        language: [] for language in catalogues()
    }
    assert "ko" in catalogues()


def test_no_language_uses_a_value_that_english_is_not_given() -> None:
    english = catalogues()["en"]
    assert [
        f"{language}: {key} uses {sorted(used - english[key])}"
        for language, messages in catalogues().items()
        for key, used in messages.items()
        if key in english and used - english[key]
    ] == []


def test_the_catalogue_has_every_key_that_the_code_asks_for() -> None:
    keys = catalogues()["en"]
    asked = keys_asked_for()
    assert asked
    assert [pattern for pattern in asked if not any(re.fullmatch(pattern, key) for key in keys)] == []


def test_the_catalogue_has_no_key_that_nobody_asks_for() -> None:
    written = constants(nodes(*SPEAKING_ROOMS))
    asked = keys_asked_for()
    assert [
        key
        for key in catalogues()["en"]
        if key not in written and not any(re.fullmatch(one, key) for one in asked)
    ] == []


def test_what_is_bold_has_no_letter_right_behind_it() -> None:
    """Slack ends bold at the end of a word: with a Korean particle behind it, both asterisks stay."""
    stuck = [
        f"{catalogue.name}: {line.partition(' =')[0]}"
        for catalogue in sorted((HOME / "bot" / "words").glob("*.ftl"))
        for line in catalogue.read_text(encoding="utf-8").splitlines()
        if re.search(r"(?:^|[\s(“‘])\*[^*\s{][^*]*(?<=\S)\*\w", line.replace("*[other]", ""))
    ]
    assert stuck == []
