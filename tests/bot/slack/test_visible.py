import re
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.slack.visible import defused, escape_mrkdwn, settled, unescape_mrkdwn, visible


@pytest.mark.parametrize(
    ("hidden", "shown"),
    [
        ("a\u202eb", "a\\u{202e}b"),  # right-to-left override
        ("a\u200bb", "a\\u{200b}b"),  # zero-width space
        ("a\U000e0041b", "a\\u{e0041}b"),  # tag letter
        ("a\x07b", "a\\u{7}b"),
        ("a\u3164b", "a\\u{3164}b"),  # Hangul filler, drawn as nothing
        ("a\rb", "a\\u{d}b"),
    ],
)
def test_hidden_characters_are_written_out(hidden: str, shown: str) -> None:
    assert visible(hidden) == shown


@pytest.mark.parametrize("text", ["홍길동", "Zoë & <b>", "two\nlines", "😀 🇰🇷", "é"])
def test_what_shows_stays(text: str) -> None:
    assert visible(text) == text


@given(st.text())
def test_nothing_hidden_is_left(text: str) -> None:
    left = {unicodedata.category(character) for character in visible(text) if character != "\n"}
    assert not left & {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}


@given(st.text())
def test_escaping_is_undone(text: str) -> None:
    assert unescape_mrkdwn(escape_mrkdwn(text)) == text
    assert not set("<>") & set(escape_mrkdwn(text))


MANY = ["<!here>", "<!channel>", "<!everyone>", "<!here|here>", "<!subteam^S012AB>", "<!subteam^S012AB|@the team>"]


@pytest.mark.parametrize("mention", [*MANY, f"<!here|{'x' * 200}>", f"<!subteam^S1|{'a b ' * 60}>"])
@pytest.mark.parametrize("around", ["{}", "`{}`", "```\n{}\n```", "[a link]({})", "**{}", "<{}>", "a < b {} > c"])
@pytest.mark.parametrize("step", [1, 7, 1_000])
def test_a_mention_of_many_calls_nobody_however_it_arrives(mention: str, around: str, step: int) -> None:
    text = around.format(mention)
    shown = coming = ""
    for place in range(0, len(text), step):
        coming += text[place : place + step]
        whole = settled(coming)
        shown, coming = shown + defused(coming[:whole]), coming[whole:]
    shown += defused(coming)
    assert not re.search(r"<!(here|channel|everyone|subteam)", shown)
    assert "@\u200b" in shown


@pytest.mark.parametrize(
    "text", ["a < b, b > c", "<@U1> and <#C1|general>", "<https://a.b|a>", "<!date^1^{date}|x>"]
)
def test_other_mentions_stay(text: str) -> None:
    assert defused(text) == text
