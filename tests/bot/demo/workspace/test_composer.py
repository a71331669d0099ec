import pytest

from bot.demo.workspace.composer import compose, decompose, rich_text
from bot.demo.workspace.state import Workspace


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("@Nod hi", "<@{bot}> hi"),
        ("@nod에게 물어봐", "<@{bot}>에게 물어봐"),
        ("<@{bot}> hi", "<@{bot}> hi"),
        ("mail me@nod.example", "mail me@nod.example"),
        ("@nodding off", "@nodding off"),
        ("a < b & c > d", "a &lt; b &amp; c &gt; d"),
        ("<script>@kim</script>", "&lt;script&gt;<@{kim}>&lt;/script&gt;"),
        ("see #general please", "see <#{general}|general> please"),
        ("@here", "<!here>"),
        ("https://example.org/?a=1&b=2", "<https://example.org/?a=1&amp;b=2>"),
        ("&lt;", "&amp;lt;"),
        ("see https://example.org/docs, please", "see <https://example.org/docs>, please"),
        ("(https://example.org/a?b=1&)!", "(<https://example.org/a?b=1&amp;>)!"),
        ("https://example.org/Foo_(bar).", "<https://example.org/Foo_(bar)>."),
        ("“https://example.org”… https://...", "“<https://example.org>”… https://..."),
        ("https://example.org/@kim @kim", "<https://example.org/@kim> <@{kim}>"),
    ],
)
def test_what_is_typed_becomes_entities_and_escapes(workspace: Workspace, typed: str, expected: str) -> None:
    ids = {
        "bot": workspace.bot.id,
        "kim": workspace.user("kim").id,
        "general": workspace.channel("general").id,
    }
    composed = compose(typed.format_map(ids), workspace.users.values(), workspace.channels.values())
    assert composed == expected.format_map(ids)


def test_rich_text_shows_the_same_as_elements() -> None:
    [block] = rich_text("<@U123> a &lt; <https://example.org|there> <#C1|x> <!here>", "b1")
    assert block["block_id"] == "b1"
    assert block["elements"][0]["elements"] == [
        {"type": "user", "user_id": "U123"},
        {"type": "text", "text": " a < "},
        {"type": "link", "url": "https://example.org", "text": "there"},
        {"type": "text", "text": " "},
        {"type": "channel", "channel_id": "C1"},
        {"type": "text", "text": " "},
        {"type": "broadcast", "range": "here"},
    ]


@pytest.mark.parametrize(
    "typed",
    [
        "@Nod hi & <bye>",
        "@Kim, see #general and https://example.org/?a=1&b=2.",
        "@here\n- one\n- two",
        "&lt; stays",
        "",
    ],
)
def test_a_message_is_changed_as_it_was_typed(workspace: Workspace, typed: str) -> None:
    users, channels = workspace.users.values(), workspace.channels.values()
    assert decompose(compose(typed, users, channels), users) == typed


def test_what_cannot_be_typed_stays_an_entity(workspace: Workspace) -> None:
    for text in ("<@U0STRANGER>", "<https://example.org|label>", "<!subteam^S1>"):
        assert decompose(text, workspace.users.values()) == text
        assert compose(text, workspace.users.values(), workspace.channels.values()) == text
