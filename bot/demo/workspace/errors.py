"""Errors of the demo workspace, by who acts next.

SlackError                 the app: Slack answered its call with `ok: false`
ResponseUrlError           the app: its `response_url` is worn out or was given nonsense
NotThere (LookupError)     the caller of `People`: what it names is not on the screen
"""

from typing import Any


class SlackError(Exception):
    """Answer a Web API call with `{"ok": false, "error": code}` and whatever else the error tells."""

    def __init__(self, code: str, **details: Any) -> None:
        self.code = code
        self.details = details
        super().__init__(code)


class ResponseUrlError(Exception):
    """Refuse a POST to a response_url with an HTTP status."""

    def __init__(self, code: str, status: int) -> None:
        self.code = code
        self.status = status
        super().__init__(code)


class NotThere(LookupError):
    """Name something that the person cannot see: a message, a button, a modal."""
