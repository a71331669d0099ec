"""Logging: one line an event, on standard error, with nothing secret in it."""

import logging
import re

SECRET = re.compile(
    r"(xox[a-z]-|xapp-|sk-)[A-Za-z0-9_-]{6,}"
    r"|(?<=ticket=)[\w%-]+"
    r"|(?<=hooks\.slack\.com/)\S+"
    r"|(?<=Bearer )\S+"
    r"|(?<=://)[^/\s:@]+:[^/\s@]+(?=@)"
)


class Redacting(logging.Formatter):
    """Blank out tokens wherever a library puts one into its words."""

    def format(self, record: logging.LogRecord) -> str:
        return SECRET.sub("[secret]", super().format(record))


def set_up_logging(level: str) -> None:
    handler = logging.StreamHandler()
    handler.setFormatter(Redacting("%(asctime)s %(levelname)-7s %(name)s  %(message)s"))
    logging.basicConfig(level=logging.WARNING, handlers=[handler], force=True)
    logging.getLogger("nod").setLevel(level)
    # slack_sdk writes whole messages and their response_urls at DEBUG
    logging.getLogger("nod.socket").setLevel(max(logging.getLogger("nod").level, logging.INFO))
    # Bolt warns of every event without a listener, and of the token that it reads for itself
    logging.getLogger("nod.bolt").setLevel(logging.ERROR)
