"""The arguments of a Web API call, however they came: query, form (JSON in string fields) or JSON body."""

import json
from collections.abc import Mapping
from typing import Any

from bot.demo.workspace.errors import SlackError
from bot.demo.workspace.state import Json

TRUE_WORDS = frozenset({"1", "true", "True", "yes"})


class Arguments:
    """Read one call's arguments in the type that the method wants."""

    def __init__(self, values: Mapping[str, Any]) -> None:
        self.values = {name: value for name, value in values.items() if value is not None}

    def text(self, name: str, default: str = "") -> str:
        value = self.values.get(name, default)
        return value if isinstance(value, str) else json.dumps(value)

    def required(self, name: str, error: str = "invalid_arguments") -> str:
        """Read a text that must not be empty; `error` is what Slack answers without it."""
        if not (value := self.text(name)):
            messages = [f"[ERROR] missing required field: {name}"]
            raise SlackError(error, response_metadata={"messages": messages})
        return value

    def flag(self, name: str, default: bool = False) -> bool:
        value = self.values.get(name, default)
        return value if isinstance(value, bool) else str(value) in TRUE_WORDS

    def number(self, name: str, default: int) -> int:
        try:
            return int(self.values.get(name, default))
        except (TypeError, ValueError):
            raise SlackError("invalid_arguments") from None

    def has(self, name: str) -> bool:
        return name in self.values

    def decoded(self, name: str, error: str = "invalid_arguments") -> Any:
        """Read a value that may be JSON in a string; None when it is absent."""
        value = self.values.get(name)
        if not isinstance(value, str):
            return value
        try:
            return json.loads(value)
        except ValueError:
            raise SlackError(error) from None

    def objects(self, name: str, error: str = "invalid_arguments") -> list[Json]:
        """Read a list of objects; an absent one is empty."""
        value = self.decoded(name, error) or []
        if not isinstance(value, list) or not all(isinstance(each, dict) for each in value):
            raise SlackError(error)
        return value

    def object(self, name: str, error: str = "invalid_arguments") -> Json | None:
        value = self.decoded(name, error)
        if value is not None and not isinstance(value, dict):
            raise SlackError(error)
        return value
