"""Logging: one line an event, on standard error, with nothing secret in it.

A line tells which conversation, turn and incident it belongs to, whoever writes it: `context` sets them for all
that is logged within it, by the libraries too, and `extra={"incident": …}` for one line. What people wrote
stands in lines of the level DEBUG only.
"""

import json
import logging
import re
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime
from types import TracebackType
from typing import Any, Literal

from pydantic import SecretStr

from bot.settings import Settings

SECRET = re.compile(
    r"(xox[a-z]-|xapp-|sk-)[A-Za-z0-9_-]{6,}"
    r"|(?<=ticket=)[\w%-]+"
    r"|(?<=hooks\.slack\.com)\\*/\S+"  # with backslashes in JSON as Slack writes it
    r"|(?<=Bearer )\S+"
    r"|(?<=://)[^/\s:@]+:[^/\s@]+(?=@)"
)

QUOTED = re.compile(r"input_value=.*?(?=, input_type=)", re.DOTALL)
"""Where pydantic's errors quote what they were given, such as the arguments of a call."""

SECRET_NAME = re.compile(r"(KEY|TOKEN|SECRET|PASSWORD|PASSPHRASE|CREDENTIALS?)$", re.IGNORECASE)
"""Settings of functions' own whose values are no reading for a log."""

IDS = ("conversation", "turn", "incident")

SHORTEST_SECRET = 8
"""Characters of a value that is blanked wherever it stands: a shorter one would blank words too."""

_about: ContextVar[Mapping[str, object]] = ContextVar("nod_log_context", default={})  # noqa: B039  never changed


@contextmanager
def context(
    *, conversation: int | None = None, turn: int | None = None, incident: str | None = None
) -> Iterator[None]:
    """Name what is being worked on, in every line that is logged inside, also by tasks that are started there."""
    given = {"conversation": conversation, "turn": turn, "incident": incident}
    before = _about.set({**_about.get(), **{name: value for name, value in given.items() if value is not None}})
    try:
        yield
    finally:
        _about.reset(before)


class Redacting(logging.Formatter):
    """Lines for people. Tokens are blanked out wherever a library puts one into its words; `secrets` are further
    values that must not be shown, whatever they look like."""

    def __init__(self, layout: str = "%(message)s", secrets: Iterable[str] = ()) -> None:
        super().__init__(layout)
        known = sorted(
            {re.escape(each) for each in secrets if len(each) >= SHORTEST_SECRET}, key=len, reverse=True
        )
        self._secret = re.compile("|".join([*known, SECRET.pattern]))

    def format(self, record: logging.LogRecord) -> str:
        return self.blank(super().format(record))

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802  the name is logging's
        ids = " ".join(f"{name}={value}" for name, value in _ids(record).items())
        return super().formatMessage(record) + (f"  [{ids}]" if ids else "")

    def blank(self, text: str) -> str:
        return self._secret.sub("[secret]", text)

    def formatException(self, ei: Any) -> str:  # noqa: N802
        return QUOTED.sub("input_value=[left out]", super().formatException(ei))


class JsonLines(Redacting):
    """One JSON object a line: time (ISO 8601, UTC), level, logger, message, the ids there are, and traceback.

    Values are blanked before they are written as JSON, so that a secret's end never takes a quote with it. Letters
    beyond ASCII are escaped: the line is whole whatever encoding standard error has.
    """

    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, object] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "message": self.blank(record.getMessage()),
            **_ids(record),
        }
        if record.exc_info:
            line["traceback"] = self.blank(self.formatException(record.exc_info))
        if record.stack_info:
            line["stack"] = self.blank(record.stack_info)
        return json.dumps(line)


class Counting(logging.Handler):
    """Tells a counter the level's name of each line of a warning or worse."""

    def __init__(self, count: Callable[[str], None]) -> None:
        super().__init__(logging.WARNING)
        self._count = count

    def emit(self, record: logging.LogRecord) -> None:
        self._count(record.levelname)


@contextmanager
def counted(count: Callable[[str], None]) -> Iterator[None]:
    """Count warnings and errors of every logger inside, such as with `Metrics.logged`."""
    handler = Counting(count)
    logging.getLogger().addHandler(handler)
    try:
        yield
    finally:
        logging.getLogger().removeHandler(handler)


def secrets_of(settings: Settings) -> tuple[str, ...]:
    """List the values that no line may show: Nod's own tokens and keys, and those in functions' settings."""
    own = (getattr(settings, name) for name in type(settings).model_fields)
    of_functions = (value for name, value in settings.for_functions.items() if SECRET_NAME.search(name))
    return *(each.get_secret_value() for each in own if isinstance(each, SecretStr)), *of_functions


def set_up_logging(level: str, style: Literal["json", "text"] = "json", secrets: Iterable[str] = ()) -> None:
    """Log to standard error from now on. `secrets` are this Nod's own, blanked wherever they stand."""
    handler = logging.StreamHandler()
    layout = "%(asctime)s %(levelname)-7s %(name)s  %(message)s"
    handler.setFormatter(JsonLines(secrets=secrets) if style == "json" else Redacting(layout, secrets))
    logging.basicConfig(level=logging.WARNING, handlers=[handler], force=True)
    logging.captureWarnings(True)
    # a line that cannot be written is left out: its report would show what was to be blanked
    logging.raiseExceptions = False
    sys.excepthook = _log_the_end
    logging.getLogger("nod").setLevel(level)
    # slack_sdk writes whole messages and their response_urls at DEBUG
    logging.getLogger("nod.socket").setLevel(max(logging.getLogger("nod").level, logging.INFO))
    # Bolt warns of every event without a listener, and of the token that it reads for itself
    logging.getLogger("nod.bolt").setLevel(logging.ERROR)


def _log_the_end(kind: type[BaseException], error: BaseException, traceback: TracebackType | None) -> None:
    """What ends the process is a line as any other, with nothing secret in it."""
    logging.getLogger("nod").critical("Nod has a defect and ends", exc_info=(kind, error, traceback))


def _ids(record: logging.LogRecord) -> dict[str, object]:
    own = {name: value for name in IDS if (value := getattr(record, name, None)) is not None}
    return {name: value for name, value in {**_about.get(), **own}.items() if isinstance(value, int | str)}
