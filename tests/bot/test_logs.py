import asyncio
import json
import logging
import sys
import warnings
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
from pydantic import TypeAdapter, ValidationError

from bot import logs
from bot.logs import JsonLines, Redacting, context, counted, secrets_of, set_up_logging
from bot.settings import Settings

SECRETS = [
    "xoxb-123456-abcdef",
    "xapp-1-A0-1234567890",
    "sk-proj-1234567890abcdef",
    "wss://wss.example/link/?ticket=1234-abcd",
    "https://hooks.slack.com/commands/T1/2/secret-part",
    r"https:\/\/hooks.slack.com\/commands\/T1\/2\/secret-part",
    "Authorization: Bearer abcdefgh12345",
    "http://user:password@proxy.example:8080",
]


class Held:
    """An argument that is no text and shows its secret in either way."""

    def __init__(self, secret: str) -> None:
        self.secret = secret

    def __str__(self) -> str:
        return f"<{self.secret}>"

    def __repr__(self) -> str:
        return f"Held({self.secret})"


def record(message: str, *args: object, error: BaseException | None = None, **extra: object) -> logging.LogRecord:
    exc_info = (type(error), error, error.__traceback__) if error else None
    made = logging.LogRecord("nod.turns", logging.INFO, __file__, 1, message, args, exc_info)
    made.__dict__.update(extra)
    return made


def written(made: logging.LogRecord, *secrets: str) -> dict[str, Any]:
    line = JsonLines(secrets=secrets).format(made)
    assert "\n" not in line
    read = json.loads(line)
    assert isinstance(read, dict)
    return read


@pytest.mark.parametrize("secret", SECRETS)
def test_what_is_secret_is_blanked(secret: str) -> None:
    text = Redacting("%(message)s").format(record("it said %s, then", secret))
    assert secret not in text
    assert "[secret]" in text
    assert text.startswith("it said ")


@pytest.mark.parametrize("secret", SECRETS)
def test_what_is_secret_is_blanked_inside_json(secret: str) -> None:
    try:
        raise ValueError(f"the header was {secret}")
    except ValueError as error:
        made = record(
            "it said %s and %r and %s and %r", Held(secret), {"a": [secret]}, [Held(secret)], secret.encode()
        )
        made.exc_info = (ValueError, error, error.__traceback__)
        line = written(made)
    text = json.dumps(line)
    tail = secret[-8:]
    assert tail not in text.replace("proxy.example:8080", "")
    assert line["message"].startswith("it said ")
    assert "[secret]" in line["message"]
    assert "[secret]" in line["traceback"]


def test_nods_own_secrets_are_blanked_whatever_they_look_like() -> None:
    key = "0f1e2d3c4b5a69788796a5b4c3d2e1f0"
    assert written(record("api-key: %s!", key), key, "ab")["message"] == "api-key: [secret]!"
    assert Redacting("%(message)s", (key,)).format(record(f"cab {key}")) == "cab [secret]"


def test_every_secret_of_the_settings_is_known(monkeypatch: pytest.MonkeyPatch) -> None:
    given = {
        "SLACK_BOT_TOKEN": "xoxb-1-bot",
        "SLACK_APP_TOKEN": "xapp-1-app",
        "OPENAI_API_KEY": "key-of-openai",
        "AZURE_OPENAI_API_KEY": "key-of-azure",
        "HR_API_KEY": "key-of-hr",
        "HR_REGION": "eu-central",
    }
    for name, value in given.items():
        monkeypatch.setenv(name, value)
    found = secrets_of(Settings())
    assert {value for name, value in given.items() if name != "HR_REGION"} <= set(found)
    assert "eu-central" not in found


def test_a_line_is_one_json_object() -> None:
    try:
        raise RuntimeError("two\nlines")
    except RuntimeError as error:
        line = written(record("turn %d: 한국어\nand a second line \u2028", 7, error=error))
    assert line["message"] == "turn 7: 한국어\nand a second line \u2028"
    assert line["level"] == "INFO"
    assert line["logger"] == "nod.turns"
    assert datetime.fromisoformat(line["time"]).utcoffset() == timedelta(0)
    assert line["traceback"].startswith("Traceback (most recent call last)")
    assert line["traceback"].endswith("two\nlines")
    assert not {"conversation", "turn", "incident"} & line.keys()


@pytest.mark.parametrize("formatter", [JsonLines(), Redacting()])
def test_a_traceback_does_not_quote_what_was_said(formatter: logging.Formatter) -> None:
    given = {"salary": "a secret, input\n of somebody's"}
    try:
        TypeAdapter(dict[str, int]).validate_python(given)
    except ValidationError as error:
        text = formatter.format(record("failed", error=error))
    assert "ValidationError" in text
    assert "salary" in text
    assert "int_parsing" in text
    assert "somebody" not in text


async def test_a_context_is_told_by_all_that_is_logged_inside_and_by_nothing_else() -> None:
    async def inner() -> dict[str, Any]:
        await asyncio.sleep(0)
        return written(record("inside"))

    with context(conversation=3, turn=5):
        task = asyncio.create_task(inner())
        with context(incident="beef"):
            deepest = written(record("deepest"))
        after = written(record("after"))
    outside = written(record("outside"))
    assert {name: deepest.get(name) for name in logs.IDS} == {"conversation": 3, "turn": 5, "incident": "beef"}
    assert {name: after.get(name) for name in logs.IDS} == {"conversation": 3, "turn": 5, "incident": None}
    assert {name: outside.get(name) for name in logs.IDS} == dict.fromkeys(logs.IDS)
    inside = await task
    assert (inside["conversation"], inside["turn"]) == (3, 5)


async def test_turns_side_by_side_do_not_mix_their_ids() -> None:
    async def turn(number: int) -> list[Any]:
        with context(turn=number):
            lines = []
            for _ in range(3):
                await asyncio.sleep(0)
                lines.append(written(record("step"))["turn"])
            return lines

    assert await asyncio.gather(*map(turn, range(5))) == [[number] * 3 for number in range(5)]


def test_one_line_can_bring_its_own_incident() -> None:
    with context(turn=5):
        line = written(record("failed", incident="cafe"))
    assert (line["turn"], line["incident"]) == (5, "cafe")


def test_a_text_line_ends_with_the_ids() -> None:
    formatter = Redacting("%(levelname)-7s %(name)s  %(message)s")
    assert formatter.format(record("hello")) == "INFO    nod.turns  hello"
    with context(conversation=3, turn=5):
        assert formatter.format(record("hello")) == "INFO    nod.turns  hello  [conversation=3 turn=5]"


def test_warnings_and_worse_are_counted_while_it_is_asked_for(loggers: None) -> None:
    set_up_logging("INFO")
    seen: list[str] = []
    with counted(seen.append):
        logging.getLogger("nod.x").info("one")
        logging.getLogger("nod.x").warning("two")
        logging.getLogger("library").error("three")
    logging.getLogger("nod.x").error("four")
    assert seen == ["WARNING", "ERROR"]


@pytest.fixture
def loggers() -> Iterator[None]:
    """Put the loggers, and what else logging sets up, back as they were."""
    names = [None, "nod", "nod.socket", "nod.bolt"]
    before = [(name, logging.getLogger(name).level, logging.getLogger(name).handlers[:]) for name in names]
    hook, raises = sys.excepthook, logging.raiseExceptions
    yield
    for name, level, handlers in before:
        logging.getLogger(name).setLevel(level)
        logging.getLogger(name).handlers[:] = handlers
    sys.excepthook, logging.raiseExceptions = hook, raises
    logging.captureWarnings(False)


def test_messages_of_people_are_not_logged_by_the_libraries(loggers: None) -> None:
    set_up_logging("DEBUG")
    assert not logging.getLogger("nod.socket").isEnabledFor(logging.DEBUG)
    assert logging.getLogger("nod.turns").isEnabledFor(logging.DEBUG)


def test_all_that_reaches_standard_error_is_json(loggers: None, capsys: pytest.CaptureFixture[str]) -> None:
    set_up_logging("INFO", "json", ["my-own-secret"])
    logging.getLogger("nod.x").info("of ours")
    logging.getLogger("library").error("of a library's: my-own-secret")
    with warnings.catch_warnings():
        warnings.simplefilter("always")
        warnings.warn("of Python's", stacklevel=1)
    try:
        raise RuntimeError("my-own-secret ends it")
    except RuntimeError as error:
        sys.excepthook(RuntimeError, error, error.__traceback__)
    lines = [json.loads(line) for line in capsys.readouterr().err.splitlines()]
    assert [line["level"] for line in lines] == ["INFO", "ERROR", "WARNING", "CRITICAL"]
    assert "of Python's" in lines[2]["message"]
    assert lines[3]["traceback"].endswith("RuntimeError: [secret] ends it")
    assert "my-own-secret" not in json.dumps(lines)
