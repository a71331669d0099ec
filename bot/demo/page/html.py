"""Builds HTML out of untrusted values: the only way from a string to markup in the page's renderers."""

import re
from urllib.parse import urlsplit

from markupsafe import Markup, escape

Attribute = str | int | bool | None

_SAFE_SCHEMES = frozenset({"http", "https", "mailto"})
_VOID = frozenset({"br", "hr", "input"})

# Embeddings, overrides and isolates can make a text read differently from what it says; C0 and C1 controls
# have no business in a message. The marks U+200E and U+200F are left alone: Arabic and Hebrew need them.
_DECEPTIVE = re.compile("[\u202a-\u202e\u2066-\u2069\x00-\x08\x0b-\x1f\x7f-\x9f]")


def visible(text: object) -> str:
    """Return the text with each control character that could reorder or hide it spelled out, as in ⟨U+202E⟩."""
    plain = str(text).replace("\r\n", "\n").replace("\r", "\n")
    return _DECEPTIVE.sub(lambda match: f"⟨U+{ord(match[0]):04X}⟩", plain)


def words(text: object) -> Markup:
    """Escape a text for HTML; its markup is never interpreted."""
    return escape(visible(text))


def tag(name: str, attributes: dict[str, Attribute] | None = None, *children: object) -> Markup:
    """Build one element; attribute values and children that are not Markup are escaped.

    True gives a bare attribute, None and False leave it out. Tag and attribute names must be literals.
    """
    rendered = [Markup("<"), Markup(name)]  # noqa: S704 - names are literals of this package
    for key, value in (attributes or {}).items():
        if value is None or value is False:
            continue
        if value is True:
            rendered.append(Markup(" {}").format(key))
        else:
            rendered.append(Markup(' {}="{}"').format(key, visible(value)))
    rendered.append(Markup(">"))
    if name not in _VOID:
        rendered += [child if isinstance(child, Markup) else words(child) for child in children]
        rendered.append(Markup("</{}>").format(name))
    return Markup("").join(rendered)


def join(parts: list[Markup]) -> Markup:
    """Concatenate markup."""
    return Markup("").join(parts)


def safe_url(url: str) -> str | None:
    """Return the URL if a browser may follow it (http, https, mailto), else None."""
    try:
        scheme = urlsplit(url.strip()).scheme.lower()
    except ValueError:
        return None
    return url.strip() if scheme in _SAFE_SCHEMES else None


def link(url: str, label: object, css: str | None = None) -> Markup:
    """Link to an http, https or mailto address in a new tab; any other address is shown as text."""
    target = safe_url(url)
    if target is None:
        return tag("span", {"class": css}, label)
    attributes: dict[str, Attribute] = {
        "href": target,
        "class": css,
        "target": "_blank",
        "rel": "noopener noreferrer nofollow",
        "title": target,
    }
    return tag("a", attributes, label)
