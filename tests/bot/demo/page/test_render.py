"""Untrusted content in, safe HTML out: no input of any kind becomes a tag, a handler or a dangerous link."""

import re
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.demo.page.reader import Reader
from bot.demo.page.render import render_blocks, render_body, render_markdown, render_mrkdwn
from tests.bot.demo.page.markup import Reading, is_harmless

READER = Reader(viewer="U1", users={"U1": "Kim", "U2": "<b>Lee</b>"}, channels={"C1": "general"})
HOSTILE = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    '"><svg onload=alert(1)>',
    "' onmouseover='alert(1)",
    "<javascript:alert(1)|click>",
    "<JaVaScRiPt:alert(1)>",
    "<data:text/html,<script>alert(1)</script>|x>",
    "[x](javascript:alert(1))",
    "[x](data:text/html;base64,PHNjcmlwdD4=)",
    "![x](javascript:alert(1))",
    "![x](https://example.com/a.png 'onerror=alert(1)')",
    "[x]: javascript:alert(1)\n\n[x]",
    "<https://example.com/\"onclick='x'|a>",
    "<https://[::1|x>",
    "&lt;script&gt;",
    "&#60;script&#62;",
    "```<script>```",
    "`<b>`",
    "| a |\n|:-|\n| <b>x</b> |",
    "\u202egpj.exe",
    "<!--comment-->",
    "<![CDATA[x]]>",
    "<?php x ?>",
    "<@U2>",
]
PIECES = st.lists(
    st.sampled_from([*HOSTILE, *"<>&\"'`*_~|[]()!@#:\n -1.", "a", "한", "```", "&amp;"]) | st.text(max_size=8)
)
TEXTS = PIECES.map("".join)


def plain(text: str) -> dict[str, Any]:
    return {"type": "plain_text", "text": text}


def everything(text: str) -> list[dict[str, Any]]:
    """Build every kind of block with the same text wherever a text may stand."""
    mrkdwn = {"type": "mrkdwn", "text": text}
    option = {"text": plain(text), "value": text, "description": plain(text)}
    confirm = {"title": plain(text), "text": mrkdwn, "confirm": plain(text), "deny": plain(text)}
    button = {
        "type": "button",
        "action_id": text,
        "text": plain(text),
        "value": text,
        "confirm": confirm,
        "url": text,
    }
    select = {"type": "static_select", "action_id": text, "placeholder": plain(text), "options": [option]}
    rich = {
        "type": "rich_text",
        "elements": [
            {
                "type": "rich_text_section",
                "elements": [
                    {"type": "text", "text": text, "style": {"bold": True, "code": True}},
                    {"type": "link", "url": text, "text": text},
                    {"type": "user", "user_id": text},
                    {"type": "emoji", "name": text},
                ],
            },
            {"type": "rich_text_preformatted", "elements": [{"type": "text", "text": text}]},
        ],
    }
    feedback = {"text": plain(text), "value": text, "accessibility_label": text}
    return [
        {"type": "header", "block_id": text, "text": plain(text)},
        {"type": "section", "text": mrkdwn, "fields": [plain(text), mrkdwn], "accessory": select},
        {"type": "context", "elements": [mrkdwn, {"type": "image", "image_url": text, "alt_text": text}]},
        {
            "type": "actions",
            "elements": [button, select, {"type": "overflow", "action_id": text, "options": [option]}],
        },
        {"type": "image", "image_url": text, "alt_text": text, "title": plain(text)},
        {"type": "markdown", "text": text},
        rich,
        {"type": "table", "rows": [[{"type": "raw_text", "text": text}], [rich]]},
        {
            "type": "plan",
            "title": text,
            "tasks": [{"title": text, "status": text, "details": rich, "sources": [{"url": text}]}],
        },
        {"type": "alert", "level": text, "text": mrkdwn},
        {"type": "card", "title": mrkdwn, "body": plain(text), "actions": [button]},
        {
            "type": "container",
            "title": plain(text),
            "is_collapsible": True,
            "child_blocks": [{"type": "markdown", "text": text}],
        },
        {
            "type": "context_actions",
            "elements": [
                {
                    "type": "feedback_buttons",
                    "action_id": text,
                    "positive_button": feedback,
                    "negative_button": feedback,
                },
                {"type": "icon_button", "action_id": text, "icon": text, "text": plain(text)},
            ],
        },
        *(
            {"type": "input", "label": plain(text), "hint": plain(text), "element": element | {"action_id": text}}
            for element in (
                {"type": "plain_text_input", "initial_value": text, "placeholder": plain(text)},
                {"type": "plain_text_input", "multiline": True, "initial_value": text},
                {"type": "number_input", "min_value": text},
                {"type": "checkboxes", "options": [option]},
                {"type": "radio_buttons", "options": [option]},
                {"type": "users_select"},
                {"type": text},
            )
        ),
        {"type": text},
    ]


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_is_harmless_everywhere(text: str) -> None:
    for rendered in (
        render_mrkdwn(text, READER),
        render_markdown(text, READER),
        render_blocks(everything(text), READER, {"block-0": text}),
        render_body(
            READER, text=text, chunks=[{"type": "task_update", "title": text, "output": text}], streaming=True
        ),
    ):
        assert is_harmless(rendered)


@settings(deadline=None)
@given(TEXTS)
def test_no_mrkdwn_becomes_a_tag(text: str) -> None:
    assert is_harmless(render_mrkdwn(text, READER))


@settings(deadline=None)
@given(TEXTS)
def test_no_markdown_becomes_a_tag(text: str) -> None:
    assert is_harmless(render_markdown(text, READER))


@settings(deadline=None)
@given(TEXTS)
def test_no_block_becomes_a_tag(text: str) -> None:
    assert is_harmless(render_blocks(everything(text), READER))


@settings(deadline=None)
@given(st.text())
def test_plain_text_says_what_it_says(text: str) -> None:
    rendered = render_blocks([{"type": "header", "text": plain(text)}], READER)
    shown = Reading(rendered).text
    assert "⟨U+" in shown or "".join(shown.split()) == "".join(text.split())
    assert set(Reading(rendered).tags) <= {"div", "h3", "br"}


@pytest.mark.parametrize(
    "text", ["<@U1>", "*bold*", "<https://example.com|x>", "<!here>", "`code`", ":tada:", "**x**"]
)
def test_plain_text_is_never_markup(text: str) -> None:
    rendered = render_blocks([{"type": "section", "text": plain(text)}], READER)
    assert Reading(rendered).text == text
    assert "mention" not in rendered


def test_reordering_controls_are_spelled_out() -> None:
    rendered = render_blocks([{"type": "section", "text": plain("pay \u202e0001\u202c to\x00")}], READER)
    assert Reading(rendered).text == "pay ⟨U+202E⟩0001⟨U+202C⟩ to⟨U+0000⟩"


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("*bold* _it_ ~no~ `a*b*`", "<p><strong>bold</strong> <em>it</em> <s>no</s> <code>a*b*</code></p>"),
        ("a*b*c 2*3*4 snake_case_name", "<p>a*b*c 2*3*4 snake_case_name</p>"),
        ("*bold _and italic_*", "<p><strong>bold <em>and italic</em></strong></p>"),
        ("a &lt;b&gt; &amp;amp;", "<p>a &lt;b&gt; &amp;amp;</p>"),
        ("<@U1>", '<p><span class="mention mine" data-user="U1">@Kim</span></p>'),
        ("<@U2>", '<p><span class="mention" data-user="U2">@&lt;b&gt;Lee&lt;/b&gt;</span></p>'),
        ("<#C1|old>", '<p><span class="mention">#general</span></p>'),
        ("<!here>", '<p><span class="mention mine">@here</span></p>'),
        ("&gt; quoted\n&gt; more\nafter", "<blockquote>quoted<br>more</blockquote><p>after</p>"),
        ("• one\n- two", "<ul><li>one</li><li>two</li></ul>"),
        ("3. three", '<ol><li value="3">three</li></ol>'),
        ("x\n```a &lt; <@U1> *b*```\ny", "<p>x</p><pre><code>a &lt; @U1 *b*</code></pre><p>y</p>"),
        ("one\ntwo", "<p>one<br>two</p>"),
        (":tada: :nope:", '<p><span class="emoji" role="img" aria-label="tada">🎉</span> :nope:</p>'),
        ("<javascript:alert(1)|click>", "<p><span>click</span></p>"),
        ("12:30:45", "<p>12:30:45</p>"),
    ],
)
def test_mrkdwn(text: str, html: str) -> None:
    assert render_mrkdwn(text, READER) == html


def test_mrkdwn_link() -> None:
    reading = Reading(
        render_mrkdwn("see <https://example.com/?a=1&amp;b=2|the page> or https://example.com/x.", READER)
    )
    assert reading.links == ["https://example.com/?a=1&b=2", "https://example.com/x"]
    assert reading.text == "see the page or https://example.com/x."
    assert ("rel", "noopener noreferrer nofollow") in reading.attributes


def test_markdown_table_is_aligned_without_a_style_attribute() -> None:
    rendered = render_markdown("| Name | Pay |\n|:-|-:|\n| Kim | 1,000 |", READER)
    assert '<td class="align-right">1,000</td>' in rendered
    assert "style=" not in rendered


def test_markdown_mentions_and_code() -> None:
    rendered = render_markdown("**Hi** <@U1>\n\n```python\n<b> <@U1>\n```", READER)
    assert '<span class="mention mine" data-user="U1">@Kim</span>' in rendered
    assert "&lt;b&gt; &lt;@U1&gt;" in rendered


def test_an_image_is_a_link_and_loads_nothing() -> None:
    rendered = render_markdown("![a cat](https://example.com/cat.png)", READER)
    assert "<img" not in rendered
    assert Reading(rendered).links == ["https://example.com/cat.png"]


def test_a_button_carries_its_identity_style_and_confirm_dialog() -> None:
    button = {
        "type": "button", "action_id": "action_deny", "text": plain("Deny"), "value": "v1", "style": "danger",
        "confirm": {"title": plain("?"), "text": plain("*really*"), "confirm": plain("Yes"), "deny": plain("No")},
    }  # fmt: skip
    rendered = render_blocks([{"type": "actions", "block_id": "b1", "elements": [button]}], READER)
    assert (
        'class="button danger" value="v1" data-action-id="action_deny" data-block-id="b1" data-type="button"'
        in rendered
    )
    assert "data-confirm-dialog" in rendered
    assert "<p>*really*</p>" in rendered


def test_an_unknown_style_is_no_class() -> None:
    button = {"type": "button", "action_id": "a", "text": plain("x"), "style": "primary evil"}
    assert "evil" not in render_blocks([{"type": "actions", "elements": [button]}], READER)


def test_an_icon_button_is_shown_to_whom_it_is_meant() -> None:
    button = {
        "type": "icon_button",
        "action_id": "a",
        "icon": "trash",
        "text": plain("Delete"),
        "visible_to_user_ids": ["U2"],
    }
    block = {"type": "context_actions", "elements": [button]}
    assert "Delete" not in render_blocks([block], READER)
    assert "Delete" in render_blocks([block], Reader(viewer="U2"))


def test_a_refused_input_names_its_error() -> None:
    block = {
        "type": "input",
        "block_id": "pay",
        "label": plain("Pay"),
        "element": {"type": "number_input", "action_id": "v"},
    }
    rendered = render_blocks([block], READER, {"pay": "At most 5, please."})
    assert 'aria-invalid="true"' in rendered
    assert 'aria-describedby="pay-v-error"' in rendered
    assert '<p class="error" id="pay-v-error">At most 5, please.</p>' in rendered


def test_a_stream_shows_steps_then_text_then_blocks() -> None:
    rendered = render_body(
        READER,
        text="ignored",
        markdown="**so far**",
        chunks=[
            {"type": "plan_update", "title": "Plan"},
            {"type": "task_update", "id": "1", "title": "Read", "status": "complete"},
        ],
        blocks=[{"type": "divider"}],
        streaming=True,
    )
    order = [rendered.index(part) for part in ("Plan", 'data-task="1"', "<strong>so far</strong>", "<hr>")]
    assert order == sorted(order)
    assert rendered.startswith('<div class="body streaming">')


def test_an_unknown_block_is_named() -> None:
    assert "carrot" in render_blocks([{"type": "carrot"}], READER)
    assert "표시할 수 없습니다" in render_blocks([{"type": "carrot"}], Reader(language="ko"))


def test_rich_text_lists_quotes_and_dates() -> None:
    block = {"type": "rich_text", "elements": [
        {"type": "rich_text_list", "style": "ordered", "indent": 1,
         "elements": [{"type": "rich_text_section", "elements": [{"type": "text", "text": "one"}]}]},
        {"type": "rich_text_quote", "elements": [{"type": "date", "timestamp": 0, "format": "{date}"}]},
    ]}  # fmt: skip
    rendered = render_blocks([block], READER)
    assert '<ol class="indent-1"><li>one</li></ol>' in rendered
    assert "<blockquote>January 1, 1970</blockquote>" in rendered


@pytest.mark.parametrize("sign", ["✅", "❌", "🚫", "⚠️"])
def test_the_emoji_of_nods_own_words_are_drawn(sign: str) -> None:
    for rendered in (render_mrkdwn(f"{sign} Done *now*", READER), render_markdown(f"{sign} Done **now**", READER)):
        assert f'<span class="emoji" role="img" aria-label="{sign[0]}"><svg class="glyph"' in rendered
        assert "</span> Done <strong>now</strong>" in rendered
        assert sign not in re.sub("<[^>]*>", "", rendered)
