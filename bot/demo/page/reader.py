"""For whom a fragment is rendered."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from bot.demo.page.words import CATALOGUES


@dataclass(frozen=True)
class Reader:
    """The person a fragment is rendered for: what ids are called for them, and their language and time zone."""

    viewer: str = ""
    users: Mapping[str, str] = field(default_factory=dict)
    channels: Mapping[str, str] = field(default_factory=dict)
    language: str = "en"
    tz: str = "UTC"

    def say(self, key: str, **values: object) -> str:
        """Return the page's own words for a key, in the reader's language."""
        return CATALOGUES[self.language][key].format(**values)
