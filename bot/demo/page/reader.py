"""For whom a fragment is rendered."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from bot.demo.page.words import CATALOGUES


@dataclass(frozen=True)
class Reader:
    """The person a fragment is rendered for: what ids are called for them, and their language and time zone.

    `name` is what the page's addresses call them, and `rooms` the channels that they see, by id; `archives` is
    what links to the workspace's messages begin with.
    """

    viewer: str = ""
    users: Mapping[str, str] = field(default_factory=dict)
    channels: Mapping[str, str] = field(default_factory=dict)
    language: str = "en"
    tz: str = "UTC"
    name: str = ""
    rooms: Mapping[str, str] = field(default_factory=dict)
    archives: str = ""

    def say(self, key: str, **values: object) -> str:
        """Return the page's own words for a key, in the reader's language."""
        return CATALOGUES[self.language][key].format(**values)
