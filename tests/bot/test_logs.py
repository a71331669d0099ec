import logging
from collections.abc import Iterator

import pytest

from bot.logs import Redacting, set_up_logging


@pytest.mark.parametrize(
    "secret",
    [
        "xoxb-123456-abcdef",
        "xapp-1-A0-1234567890",
        "sk-proj-1234567890abcdef",
        "wss://wss.example/link/?ticket=1234-abcd",
        "https://hooks.slack.com/commands/T1/2/secret-part",
        "Authorization: Bearer abcdefgh12345",
        "http://user:password@proxy.example:8080",
    ],
)
def test_what_is_secret_is_blanked(secret: str) -> None:
    record = logging.LogRecord("nod", logging.INFO, __file__, 1, "it said %s, then", (secret,), None)
    text = Redacting("%(message)s").format(record)
    assert secret not in text
    assert "[secret]" in text
    assert text.startswith("it said ")


@pytest.fixture
def loggers() -> Iterator[None]:
    """Put the loggers back as they were."""
    names = [None, "nod", "nod.socket", "nod.bolt"]
    before = [(name, logging.getLogger(name).level, logging.getLogger(name).handlers[:]) for name in names]
    yield
    for name, level, handlers in before:
        logging.getLogger(name).setLevel(level)
        logging.getLogger(name).handlers[:] = handlers


def test_messages_of_people_are_not_logged_by_the_libraries(loggers: None) -> None:
    set_up_logging("DEBUG")
    assert not logging.getLogger("nod.socket").isEnabledFor(logging.DEBUG)
    assert logging.getLogger("nod.turns").isEnabledFor(logging.DEBUG)
