"""Renders standard Markdown (markdown blocks, streams) as safe HTML with markdown-it-py, raw HTML off."""

import re
from collections.abc import Sequence
from typing import Any

from markdown_it import MarkdownIt
from markdown_it.renderer import RendererHTML
from markdown_it.token import Token
from markdown_it.utils import EnvType, OptionsDict
from markupsafe import Markup

from bot.demo.page.glyphs import drawn
from bot.demo.page.html import link, safe_url, visible
from bot.demo.page.mrkdwn import broadcast, channel_mention, emoji, mention
from bot.demo.page.reader import Reader

_REFERENCE = re.compile(
    r"<@(\w+)(?:\|[^<>]*)?>|<#(\w+)(?:\|[^<>]*)?>|<!(here|channel|everyone)>|:([a-z0-9_+-]{1,40}):"
)


def _text_with_references(text: str, reader: Reader) -> Markup:
    parts: list[Markup] = []
    position = 0
    for match in _REFERENCE.finditer(text):
        parts.append(drawn(text[position : match.start()]))
        position = match.end()
        user, channel, command, emoji_name = match.groups()
        if user:
            parts.append(mention(user, reader))
        elif channel:
            parts.append(channel_mention(channel, reader))
        elif command:
            parts.append(broadcast(command))
        else:
            parts.append(emoji(emoji_name))
    parts.append(drawn(text[position:]))
    return Markup("").join(parts)


class _Renderer(RendererHTML):
    """Renders tokens; images become links, because the page loads nothing from elsewhere."""

    def text(self, tokens: Sequence[Token], idx: int, options: OptionsDict, env: EnvType) -> str:
        return _text_with_references(tokens[idx].content, env["reader"])

    def image(self, tokens: Sequence[Token], idx: int, options: OptionsDict, env: EnvType) -> str:
        token = tokens[idx]
        return link(str(token.attrs.get("src", "")), token.content or "image", "image-link")

    def link_open(self, tokens: Sequence[Token], idx: int, options: OptionsDict, env: EnvType) -> str:
        tokens[idx].attrSet("target", "_blank")
        tokens[idx].attrSet("rel", "noopener noreferrer nofollow")
        return self.renderToken(tokens, idx, options, env)

    def cell_open(self, tokens: Sequence[Token], idx: int, options: OptionsDict, env: EnvType) -> str:
        # markdown-it aligns by a style attribute, which the page's content security policy forbids.
        token = tokens[idx]
        alignment = str(token.attrs.pop("style", "")).partition(":")[2]
        if alignment in ("left", "center", "right"):
            token.attrSet("class", f"align-{alignment}")
        return self.renderToken(tokens, idx, options, env)

    def table_open(self, *_: Any) -> str:
        return '<div class="table-frame" tabindex="0"><table>'

    def table_close(self, *_: Any) -> str:
        return "</table></div>"


def _parser() -> MarkdownIt:
    parser = MarkdownIt("commonmark", {"html": False, "breaks": True}, renderer_cls=_Renderer)
    parser.enable(["table", "strikethrough"])
    parser.validateLink = lambda url: safe_url(url) is not None  # type: ignore[method-assign]
    rules = parser.renderer.rules  # type: ignore[attr-defined]
    rules["th_open"] = rules["td_open"] = parser.renderer.cell_open  # type: ignore[attr-defined]
    return parser


_PARSER = _parser()


def render_markdown(text: str, reader: Reader) -> Markup:
    """Render Markdown with tables and strikethrough; mentions as in mrkdwn; raw HTML is shown as text."""
    rendered = _PARSER.render(visible(text), {"reader": reader})
    return Markup(rendered)  # noqa: S704 - markdown-it-py escapes all text, html is off, links are checked above
