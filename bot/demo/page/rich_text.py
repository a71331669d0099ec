"""Renders rich_text blocks. Source: https://docs.slack.dev/reference/block-kit/blocks/rich-text-block"""

from collections.abc import Mapping
from typing import Any, Final

from markupsafe import Markup

from bot.demo.page.dates import moment
from bot.demo.page.html import join, link, tag, words
from bot.demo.page.mrkdwn import broadcast, channel_mention, emoji, mention
from bot.demo.page.reader import Reader

Json = Mapping[str, Any]

_STYLES: Final = (("code", "code"), ("bold", "strong"), ("italic", "em"), ("strike", "s"), ("underline", "u"))
_MAXIMUM_INDENT: Final = 6


def _leaf(element: Json, reader: Reader) -> Markup:
    kind = element.get("type")
    if kind == "link":
        url = str(element.get("url", ""))
        return link(url, element.get("text") or url)
    if kind == "user":
        return mention(str(element.get("user_id", "")), reader)
    if kind == "channel":
        return channel_mention(str(element.get("channel_id", "")), reader)
    if kind == "broadcast":
        return broadcast(str(element.get("range", "")))
    if kind == "emoji":
        return emoji(str(element.get("name", "")))
    if kind == "date":
        command = f"date^{element.get('timestamp')}^{element.get('format', '')}"
        return words(moment(command, str(element.get("fallback", "")), reader))
    lines = [words(line) for line in str(element.get("text", element.get("value", ""))).split("\n")]
    return Markup("<br>").join(lines)


def _styled(element: Json, reader: Reader) -> Markup:
    rendered = _leaf(element, reader)
    styles = element.get("style") or {}
    for style, name in _STYLES:
        if styles.get(style):
            rendered = tag(name, {}, rendered)
    return rendered


def _inline(element: Json, reader: Reader) -> Markup:
    return join([_styled(child, reader) for child in element.get("elements", [])])


def _part(element: Json, reader: Reader) -> Markup:
    kind = element.get("type")
    if kind == "rich_text_preformatted":
        text = "".join(str(child.get("text") or child.get("url") or "") for child in element.get("elements", []))
        return tag("pre", {}, tag("code", {}, text))
    if kind == "rich_text_quote":
        return tag("blockquote", {}, _inline(element, reader))
    if kind == "rich_text_list":
        indent = min(max(int(element.get("indent") or 0), 0), _MAXIMUM_INDENT)
        name = "ol" if element.get("style") == "ordered" else "ul"
        items = [tag("li", {}, _inline(child, reader)) for child in element.get("elements", [])]
        return tag(name, {"class": f"indent-{indent}" if indent else None}, *items)
    return tag("p", {}, _inline(element, reader))


def render_rich_text(block: Json, reader: Reader) -> Markup:
    """Render a rich_text block: sections, lists with indents, quotes and preformatted text."""
    return join([_part(element, reader) for element in block.get("elements", [])])
