"""The few emoji that Nod uses, drawn: where no emoji font is installed they would be empty boxes."""

import re
from typing import Final

from markupsafe import Markup

from bot.demo.page.html import join, tag, words

_DRAWINGS: Final = {
    "✅": '<rect class="good" x="1.5" y="1.5" width="17" height="17" rx="4"/>'
    '<path class="on-good" d="M5.6 10.3 8.7 13.4 14.5 6.8"/>',
    "❌": '<path class="bad" d="M4 4l12 12M16 4 4 16"/>',
    "🚫": '<circle class="bad" cx="10" cy="10" r="7.4"/><path class="bad" d="M4.9 4.9l10.2 10.2"/>',
    "⚠": '<path class="care" d="M10 2 19 17.6H1z"/><path class="on-care" d="M10 7.6v4.2M10 14.7h.01"/>',
}
_DRAWN: Final = re.compile(f"({'|'.join(_DRAWINGS)})\N{VARIATION SELECTOR-16}?")


def glyph(sign: str) -> Markup:
    """Draw one of them; its name is itself."""
    drawing = Markup(_DRAWINGS[sign])  # noqa: S704 - a literal of this module
    svg = Markup('<svg class="glyph" viewBox="0 0 20 20" aria-hidden="true" focusable="false">{}</svg>').format(
        drawing
    )
    return tag("span", {"class": "emoji", "role": "img", "aria-label": sign}, svg)


def drawn(text: str) -> Markup:
    """Escape a text for HTML, with these emoji drawn."""
    return join([glyph(part) if place % 2 else words(part) for place, part in enumerate(_DRAWN.split(text))])
