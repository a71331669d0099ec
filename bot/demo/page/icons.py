"""The page's icons: stroked 20 × 20 outlines, drawn for this page."""

from typing import Final

from markupsafe import Markup

_OUTLINES: Final = {
    "hash": "M7.5 3 6 17M14 3l-1.5 14M3.5 7.2h13.5M3 12.8h13.5",
    "home": "M3 9.5 10 3.5l7 6M5 8v8.5h3.7v-4.6h2.6v4.6H15V8",
    "send": "M3.5 4 17 10 3.5 16l2-6zM5.5 10H11",
    "close": "M5 5l10 10M15 5 5 15",
    "back": "M12.5 4 6.5 10l6 6",
    "down": "M5 7.5l5 5 5-5",
    "thumb-up": "M3.5 9h3v7.5h-3zM6.5 9.2 10 3.2c1.5 0 2 1.2 1.7 2.5L11 8.2h4.2c1 0 1.6.9 1.4 1.8l-1.2 5.2"
    "c-.2.8-.8 1.3-1.6 1.3H6.5",
    "thumb-down": "M3.5 3.5h3V11h-3zM6.5 10.8 10 16.8c1.5 0 2-1.2 1.7-2.5L11 11.8h4.2c1 0 1.6-.9 1.4-1.8l-1.2-5.2"
    "c-.2-.8-.8-1.3-1.6-1.3H6.5",
    "trash": "M4 5.5h12M8 5.5V3.5h4v2M5.5 5.5l.8 11h7.4l.8-11M8.3 8.5v5M11.7 8.5v5",
    "pencil": "M4 16l.8-3.4L13.6 3.8l2.6 2.6-8.8 8.8zM11.8 5.6l2.6 2.6",
    "dots": "M4.6 10h.01M10 10h.01M15.4 10h.01",
    "eye": "M1.8 10S4.8 4.8 10 4.8 18.2 10 18.2 10 15.2 15.2 10 15.2 1.8 10 1.8 10zM10 12.4a2.4 2.4 0 1 0 0-4.8 "
    "2.4 2.4 0 0 0 0 4.8z",
    "lock": "M5 9h10v7.5H5zM7 9V6.5a3 3 0 0 1 6 0V9",
    "restart": "M15.6 12.4a6 6 0 1 1-.2-5.2M15.8 3.6v3.8H12",
    "theme": "M10 3.2v13.6M10 16.8a6.8 6.8 0 1 0 0-13.6M10 16.8a6.8 6.8 0 0 1 0-13.6",
    "table": "M3 4.5h14v11H3zM3 8.5h14M8 4.5v11",
    "stop": "M6 6h8v8H6z",
    "check": "M4 10.5 8.2 14.7 16 6",
    "alert": "M10 3.2 18 16.6H2zM10 8.2v3.8M10 14.3h.01",
    "circle": "M10 16.8a6.8 6.8 0 1 0 0-13.6 6.8 6.8 0 0 0 0 13.6z",
    "spark": "M10 2.8l1.7 5.5 5.5 1.7-5.5 1.7L10 17.2l-1.7-5.5L2.8 10l5.5-1.7z",
    "thread": "M4 4.5h12v8.2H9.2L5.8 16v-3.3H4z",
    "attach": "M13.8 6.6 8 12.4a1.7 1.7 0 0 0 2.4 2.4l6-6a3.4 3.4 0 0 0-4.8-4.8l-6 6a5.1 5.1 0 0 0 7.2 7.2l5-5",
    "file": "M5 2.8h6.5L15.5 7v10.2H5zM11.5 2.8V7h4",
    "image": "M3 4.5h14v11H3zM3 13l4-3.6 3.4 3 2.4-2 4.2 3.4M12.8 8h.01",
}


def icon(name: str) -> Markup:
    """Return the icon as inline SVG, hidden from assistive technology; an unknown name gives a ring."""
    outline = _OUTLINES.get(name, _OUTLINES["circle"])
    return Markup(
        '<svg class="icon" viewBox="0 0 20 20" width="20" height="20" aria-hidden="true" focusable="false">'
        '<path d="{}"/></svg>'
    ).format(outline)
