import re
from pathlib import Path

import pytest

from bot.errors import OperatorError
from bot.rules import KEYS, REQUESTER, FunctionRule, Rules
from bot.rules_file import check_functions, parse
from bot.settings import Settings, load, load_rules
from functions.registry import discover
from tests.source import read

GOOD = """\
[actions]
confirm_by = "requester"

[functions.delete_employee]
confirm_by = ["U0123", "S0456"]
not_requester = true
call_by = [
    "S0456",  # HR
    "W0789",
]
call_in = ["C0123", "G0123", "D0123"]
refuse = ["U0666"]
"""


@pytest.fixture
def settings(monkeypatch: pytest.MonkeyPatch) -> Settings:
    """Return settings that name no file of rules."""
    for name, value in {
        "SLACK_BOT_TOKEN": "xoxb-1",
        "SLACK_APP_TOKEN": "xapp-1",
        "OPENAI_API_KEY": "sk-1",
    }.items():
        monkeypatch.setenv(name, value)
    return load()


def refusal(text: str) -> str:
    with pytest.raises(OperatorError) as caught:
        check_functions(parse(text, "nod.toml"), discover())
    sentence = str(caught.value)
    assert "\n" not in sentence
    assert sentence.endswith((".", "?"))
    return sentence


@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_every_key_is_read(newline: str) -> None:
    rules = parse(GOOD.replace("\n", newline), "nod.toml")
    assert rules.actions == FunctionRule(confirm_by=REQUESTER)
    assert rules.functions == {
        "delete_employee": FunctionRule(
            confirm_by=frozenset({"U0123", "S0456"}),
            not_requester=True,
            call_by=frozenset({"S0456", "W0789"}),
            call_in=frozenset({"C0123", "G0123", "D0123"}),
            refuse=frozenset({"U0666"}),
        )
    }


@pytest.mark.parametrize(
    "text", ["", "# nothing\n", "[actions]\n", "[functions]\n", "[functions.delete_employee]\n"]
)
def test_saying_nothing_is_no_rule(text: str) -> None:
    assert parse(text, "nod.toml").of("delete_employee") == FunctionRule()


def test_empty_lists_are_kept() -> None:
    rule = parse("[actions]\nconfirm_by = []\ncall_by = []\ncall_in = []\n", "nod.toml").of("anything")
    assert (rule.confirm_by, rule.call_by, rule.call_in) == (frozenset(), frozenset(), frozenset())


DELETE = "[functions.delete_employee]\n"
NOT_TABLE = "write [functions.delete_employee] as a table of its own, in single brackets."
NOT_IDS = 'write confirm_by = "requester" or a list of ids, such as ["U0123", "S0456"].'
NOBODY = (
    "with not_requester = true and nobody but the requester in confirm_by nobody could confirm; "
    "list others in confirm_by."
)
READ_ONLY = "get_weather is read-only and runs without a click; it takes call_by, call_in, refuse only."
PERSON = "write the id of a person (U…: their profile in Slack, ⋮, Copy member ID) or of a user group (S…: "
CHANNEL = "write the id of a channel (C…: its name in Slack, About, at the bottom: Channel ID)."


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ("confirm_by = [\n", 1, "this is not TOML: Invalid value."),
        ("[actions]\nconfirm_by = requester\n", 2, "this is not TOML: Invalid value."),
        (f"{DELETE}\n\n{DELETE}", 4, "this is not TOML: Cannot declare ('functions', 'delete_employee') twice."),
        ("[actions]\nrefuse = []\nrefuse = []\n", 3, "this is not TOML: Cannot overwrite a value."),
        ("[actions]\nx = " + "1" * 5000, 2, "this is not TOML: "),
        ("[action]\n", 1, 'there is no table or key "action"; write [actions] or [functions.name].'),
        ('\n# who\nconfirm_by = "requester"\n', 3, 'there is no table or key "confirm_by"; write [actions] or '),
        ("functions = 3\n", 1, "write [functions] as a table of its own, in single brackets."),
        ("[functions]\ndelete_employee = 3\n", 2, NOT_TABLE),
        ("[[functions.delete_employee]]\n", 1, NOT_TABLE),
        ('[functions."a\\nb"]\nx = 1\n', 2, r'there is no key "x"; [functions."a\nb"] takes confirm_by, '),
        (f"{DELETE}# four eyes\nnot_requestor = true\n", 3, 'there is no key "not_requestor"; [functions.delete_'),
        ("functions.delete_employee.confirm = []\n", 1, 'there is no key "confirm"; [functions.delete_employee] '),
        (f"{DELETE}confirm_by = true\n", 2, NOT_IDS),
        (f'{DELETE}confirm_by = "U0123"\n', 2, NOT_IDS),
        (f'{DELETE}confirm_by = ["requester", "U0123"]\n', 2, 'write confirm_by = "requester" alone, or a list'),
        (f'{DELETE}call_by = ["kim@example.com"]\n', 2, f'"kim@example.com" in call_by is no such id; {PERSON}'),
        (f'{DELETE}confirm_by = [\n  "U0123",\n  "kim",\n]\n', 4, f'"kim" in confirm_by is no such id; {PERSON}'),
        (f'{DELETE}confirm_by = [\n  "U0123",\n  7,\n]\n', 2, f"7 in confirm_by is no such id; {PERSON}"),
        (f'{DELETE}refuse = [["U0123"]]\n', 2, f'["U0123"] in refuse is no such id; {PERSON}'),
        (f'{DELETE}refuse = ["@lee"]\n', 2, f'"@lee" in refuse is no such id; {PERSON}'),
        (f'{DELETE}refuse = ["SALES"]\n', 2, f'"SALES" in refuse is no such id; {PERSON}'),
        (f'{DELETE}refuse = ["u0123"]\n', 2, f'"u0123" in refuse is no such id; {PERSON}'),
        (f'{DELETE}refuse = ["U0123\\n"]\n', 2, rf'"U0123\n" in refuse is no such id; {PERSON}'),
        (f'{DELETE}refuse = ["C0123"]\n', 2, f'"C0123" in refuse is no such id; {PERSON}'),
        (f'{DELETE}refuse = ["T0123"]\n', 2, f'"T0123" in refuse is no such id; {PERSON}'),
        (f'{DELETE}refuse = [""]\n', 2, f'"" in refuse is no such id; {PERSON}'),
        (f'{DELETE}call_by = "S0456"\n', 2, 'write call_by as a list of ids, such as ["U0123"].'),
        (f'{DELETE}call_by = ["requester"]\n', 2, f'"requester" in call_by is no such id; {PERSON}'),
        (f'{DELETE}call_in = "C0123"\n', 2, 'write call_in as a list of ids, such as ["C0123"].'),
        (f'{DELETE}call_in = ["#hr"]\n', 2, f'"#hr" in call_in is no such id; {CHANNEL}'),
        (f'{DELETE}call_in = ["S0456"]\n', 2, f'"S0456" in call_in is no such id; {CHANNEL}'),
        (f'{DELETE}not_requester = "yes"\n', 2, "write not_requester = true or not_requester = false."),
        (f"{DELETE}not_requester = 1\n", 2, "write not_requester = true or not_requester = false."),
        ("[actions]\nnot_requester = true\n", 2, NOBODY),
        (f"\n{DELETE}not_requester = true\n", 3, NOBODY),
        (
            f'[actions]\nconfirm_by = ["U0123"]\nnot_requester = true\n\n{DELETE}confirm_by = "requester"\n',
            6,
            NOBODY,
        ),
        ("[actions]\n[functions.delete_employe]\n", 2, 'there is no function "delete_employe"; did you'),
        ("[functions.fly]\n", 1, 'there is no function "fly"; `nod functions` lists them.'),
        (
            '[functions.get_weather]\ncall_in = ["C0123"]\nconfirm_by = []\n',
            3,
            READ_ONLY,
        ),
        (
            "[functions.get_weather]\nnot_requester = false\n",
            2,
            READ_ONLY,
        ),
    ],
)
def test_a_bad_file_is_one_sentence_with_its_line(text: str, line: int, words: str) -> None:
    assert refusal(text).startswith(f"nod.toml, line {line}: {words}")


def test_the_general_table_does_not_apply_to_what_only_reads() -> None:
    text = '[actions]\ncall_by = ["U0123"]\n[functions.get_weather]\nrefuse = ["U0666"]\n'
    rules = check_functions(parse(text, "nod.toml"), discover())
    assert rules.of("delete_employee") == FunctionRule(call_by=frozenset({"U0123"}))
    assert rules.of("get_weather") == FunctionRule(refuse=frozenset({"U0666"}))
    assert rules.of("came_later").call_by == frozenset({"U0123"})


def test_there_are_no_rules_without_a_file(settings: Settings) -> None:
    assert load_rules(settings) == Rules()


def test_the_file_beside_the_working_directory_is_read(settings: Settings) -> None:
    Path("nod.toml").write_text("\ufeff" + GOOD, encoding="utf-8")
    assert load_rules(settings).of("delete_employee").refuse == {"U0666"}


def test_a_named_file_has_to_be_there(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NOD_CONFIG", "rules/nod.toml")
    with pytest.raises(OperatorError, match=r"^NOD_CONFIG is wrong: there is no file rules/nod\.toml\.$"):
        load_rules(load())
    Path("rules").mkdir()
    Path("rules/nod.toml").write_text("[actions]\nrefuse = 1\n")
    with pytest.raises(OperatorError, match=r"^rules/nod\.toml, line 2: write refuse as a list of ids"):
        load_rules(load())


def test_a_file_that_is_named_as_by_default_has_to_be_there_too(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NOD_CONFIG", "nod.toml")
    with pytest.raises(OperatorError, match=r"^NOD_CONFIG is wrong: there is no file nod\.toml\.$"):
        load_rules(load())


def test_a_file_that_cannot_be_read(settings: Settings) -> None:
    Path("nod.toml").mkdir()
    with pytest.raises(OperatorError, match=r"^nod\.toml cannot be read: Is a directory\.$"):
        load_rules(settings)


def test_a_file_in_another_encoding(settings: Settings) -> None:
    Path("nod.toml").write_bytes("[actions]\n# 인사팀\nrefuse = []\n".encode("cp949"))
    with pytest.raises(OperatorError, match=r"^nod\.toml, line 2: this is not UTF-8; save the file in that "):
        load_rules(settings)


def test_the_example_is_right_and_documents_every_key() -> None:
    example = read("nod.toml.example")
    rules = check_functions(parse(example, "nod.toml.example"), discover())
    [(name, rule)] = rules.functions.items()
    assert rule != FunctionRule()
    assert [key for key in KEYS if getattr(rule, key) in (None, frozenset())] == []
    general = re.findall(r"^(?:# )?([a-z_]+) = ", example.partition(f"[functions.{name}]")[0], re.MULTILINE)
    assert sorted(general) == sorted(KEYS)
    uncommented = re.sub(r"^# (?=[a-z_]+ = )", "", example, flags=re.MULTILINE)
    assert parse(uncommented, "nod.toml.example").actions.refuse == {"U0666"}
