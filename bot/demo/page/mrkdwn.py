"""Renders Slack's mrkdwn (and what people type) as safe HTML.

Slack's own escaping is three entities (&amp; &lt; &gt;); everything in angle brackets is a reference.
Source: https://docs.slack.dev/messaging/formatting-message-text
"""

import re
from typing import Final

from markupsafe import Markup

from bot.demo.page.dates import moment
from bot.demo.page.glyphs import drawn
from bot.demo.page.html import join, link, tag, words
from bot.demo.page.permalinks import place_of_link
from bot.demo.page.reader import Reader

EMOJI: Final = {
    "+1": "👍", "-1": "👎", "thumbsup": "👍", "thumbsdown": "👎", "wave": "👋", "eyes": "👀", "tada": "🎉",
    "white_check_mark": "✅", "heavy_check_mark": "✔️", "x": "❌", "warning": "⚠️", "no_entry": "⛔",
    "no_entry_sign": "🚫", "hourglass": "⌛", "hourglass_flowing_sand": "⏳", "question": "❓", "bulb": "💡",
    "lock": "🔒", "memo": "📝", "pray": "🙏", "rocket": "🚀", "smile": "😄", "slightly_smiling_face": "🙂",
    "sunny": "☀️", "cloud": "☁️", "rain_cloud": "🌧️", "umbrella": "☔", "snowflake": "❄️", "robot_face": "🤖",
    "octagonal_sign": "🛑", "arrow_right": "➡️", "bar_chart": "📊", "information_source": "ℹ️", "heart": "❤️",
}  # fmt: skip

_FENCE = re.compile(r"```\n?(.*?)\n?```", re.DOTALL)
_QUOTE = re.compile(r"^(?:>|&gt;) ?(.*)$")
_BULLET = re.compile(r"^\s{0,8}(?:[•◦▪]|-)\s+(.*)$")
_NUMBERED = re.compile(r"^\s{0,8}(\d{1,9})[.)]\s+(.*)$")
_INLINE = re.compile(
    r"`(?P<code>[^`\n]+)`"
    r"|<(?P<reference>[^<>\n]+)>"
    r"|(?P<url>https?://[^\s<>|*_~`\"']*[^\s<>|*_~`\"'.,;:!?)\]}])"
    r"|(?<![\w*])\*(?P<bold>(?!\s)[^*\n]+)(?<!\s)\*(?![\w*])"
    r"|(?<![\w_])_(?P<italic>(?!\s)[^_\n]+)(?<!\s)_(?![\w_])"
    r"|(?<![\w~])~(?P<strike>(?!\s)[^~\n]+)(?<!\s)~(?![\w~])"
    r"|:(?P<emoji>[a-z0-9_+-]{1,40}):"
)
_DEPTH = 4


def unescape(text: str) -> str:
    """Undo Slack's three entities, and no others."""
    return text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")


def mention(user: str, reader: Reader, label: str = "") -> Markup:
    """Show a person's mention; the viewer's own stands out."""
    css = "mention mine" if user == reader.viewer else "mention"
    return tag("span", {"class": css, "data-user": user}, "@" + (reader.users.get(user) or label or user))


def channel_mention(channel: str, reader: Reader, label: str = "") -> Markup:
    """Show a channel's mention."""
    return tag("span", {"class": "mention"}, "#" + (reader.channels.get(channel) or label or channel))


def broadcast(name: str) -> Markup:
    """Show @here, @channel or @everyone."""
    return tag("span", {"class": "mention mine"}, "@" + name)


def emoji(name: str) -> Markup:
    """Show a known emoji by its Slack name; an unknown one stays :spelled:."""
    glyph = EMOJI.get(name)
    if glyph is None:
        return words(f":{name}:")
    return tag("span", {"class": "emoji", "role": "img", "aria-label": name.replace("_", " ")}, drawn(glyph))


def reference(content: str, reader: Reader) -> Markup:
    """Show what stands between angle brackets: @U…, #C…, !here, !date^… or a URL, with an optional |label."""
    target, _, label = content.partition("|")
    label = unescape(label)
    if target.startswith("@"):
        return mention(target[1:], reader, label)
    if target.startswith("#"):
        return channel_mention(target[1:], reader, label)
    if target.startswith("!"):
        command = target[1:]
        if command in ("here", "channel", "everyone"):
            return broadcast(command)
        if command.startswith("date^"):
            return words(moment(command, label, reader))
        return words(label or command.partition("^")[0])
    url = unescape(target)
    if (place := place_of_link(url, reader)) is not None:
        return tag("a", {"href": place, "data-nav": True, "data-open-thread": True}, label or url)
    if label and label != url:
        return link(url, label)
    return link(url, url.removeprefix("mailto:"))


def _bare(text: str) -> str:
    """Undo references inside code, where Slack shows only their text."""
    return unescape(re.sub(r"<([^<>\n|]+)(?:\|([^<>\n]*))?>", lambda m: m[2] or m[1], text))


def inline(text: str, reader: Reader, depth: int = 0) -> Markup:
    """Render one line's emphasis, code, references and emoji."""
    parts: list[Markup] = []
    position = 0
    for match in _INLINE.finditer(text):
        parts.append(drawn(unescape(text[position : match.start()])))
        position = match.end()
        kind = match.lastgroup or ""
        content = match[kind]
        if kind == "code":
            parts.append(tag("code", {}, _bare(content)))
        elif kind == "reference":
            parts.append(reference(content, reader))
        elif kind == "url":
            parts.append(link(unescape(content), unescape(content)))
        elif kind == "emoji":
            parts.append(emoji(content))
        else:
            name = {"bold": "strong", "italic": "em", "strike": "s"}[kind]
            parts.append(
                tag(name, {}, inline(content, reader, depth + 1) if depth < _DEPTH else unescape(content))
            )
    parts.append(drawn(unescape(text[position:])))
    return join(parts)


def _line_kind(line: str) -> str:
    if _QUOTE.match(line):
        return "quote"
    if _BULLET.match(line):
        return "bullet"
    return "numbered" if _NUMBERED.match(line) else "text"


def _group(kind: str, lines: list[str], reader: Reader) -> Markup:
    if kind == "quote":
        content = [_content(_QUOTE, line) for line in lines]
        return tag("blockquote", {}, _lines(content, reader))
    if kind == "bullet":
        return tag("ul", {}, *(tag("li", {}, inline(_content(_BULLET, line), reader)) for line in lines))
    if kind == "numbered":
        items = []
        for line in lines:
            match = _NUMBERED.match(line)
            number, content_text = (match[1], match[2]) if match else ("1", line)
            items.append(tag("li", {"value": number}, inline(content_text, reader)))
        return tag("ol", {}, *items)
    while lines and not lines[0].strip():
        lines = lines[1:]
    while lines and not lines[-1].strip():
        lines = lines[:-1]
    return tag("p", {}, _lines(lines, reader)) if lines else Markup("")


def _content(pattern: re.Pattern[str], line: str) -> str:
    match = pattern.match(line)
    return match[1] if match else line


def _lines(lines: list[str], reader: Reader) -> Markup:
    return Markup("<br>").join(inline(line, reader) for line in lines)


def render_mrkdwn(text: str, reader: Reader) -> Markup:
    """Render a mrkdwn text: fenced code, quotes, lists, paragraphs with line breaks, and inline markup."""
    parts: list[Markup] = []
    for index, piece in enumerate(_FENCE.split(text)):
        if index % 2:
            parts.append(tag("pre", {}, tag("code", {}, _bare(piece))))
            continue
        kind, group = "", list[str]()
        for line in piece.split("\n"):
            if (next_kind := _line_kind(line)) != kind and group:
                parts.append(_group(kind, group, reader))
                group = []
            kind = next_kind
            group.append(line)
        if group:
            parts.append(_group(kind, group, reader))
    return join(parts)
