"""An answer of forty thousand characters stands whole in its thread, with every table and program in it."""

import pytest
from markdown_it import MarkdownIt

from bot.demo.model.conversation import Reply
from bot.demo.model.rules.long_answer import long_answer
from bot.demo.model.script import Step
from bot.demo.workspace.state import Message
from tests.e2e.office import WITHIN, Office, Thread

pytestmark = pytest.mark.slow

MARKDOWN = MarkdownIt("commonmark", {"html": False}).enable("table")
TAKES = 12_000


def said(message: Message) -> str:
    return message.markdown + "".join(block["text"] for block in message.blocks if block["type"] == "markdown")


def programs(text: str) -> str:
    return "".join(token.content for token in MARKDOWN.parse(text) if token.type == "fence")


def cells(text: str) -> list[str]:
    """List what stands in the rows of all tables, without their heads."""
    found, head, inside = [], False, False
    for token in MARKDOWN.parse(text):
        head = (head or token.type == "thead_open") and token.type != "thead_close"
        inside = (inside or token.type == "tr_open") and token.type != "tr_close"
        if inside and not head and token.type == "inline":
            found.append(token.content)
    return found


async def whole(thread: Thread) -> list[str]:
    """Wait for the marked end of an answer; the texts of its messages."""
    await thread.office.workspace.wait_for(
        lambda _: [each for each in thread.replies if (each.metadata or {}).get("event_type") == "nod_answer"],
        WITHIN * 10,
    )
    return [said(message) for message in thread.replies]


@pytest.mark.parametrize("streams", [True, False])
async def test_a_long_answer_goes_on_in_whole_pieces(office: Office, streams: bool) -> None:
    office.world.slack.disabled |= set() if streams else {"chat.startStream"}
    for person, question, text in (
        ("lee", "@Nod write a long answer", long_answer("en")),
        ("kim", "@Nod 긴 답변을 써 줘", long_answer("ko")),
    ):
        assert len(text) > (40_000 if person == "lee" else 30_000)
        thread = await office.ask(person, "general", question)
        messages = await whole(thread)
        assert len(messages) > 2
        assert all(len(message) <= TAKES for message in messages)
        assert "".join(map(programs, messages)) == programs(text)
        assert [cell for message in messages for cell in cells(message)] == cells(text)
        for message in messages:
            last = MARKDOWN.parse(f"{message}\n\nafter it")[-2]
            assert (last.content, last.level) == ("after it", 1), "a code block is open at the end of a message"
    assert ("stream given up" in office.log) is not streams


async def test_what_is_kept_is_what_the_model_wrote(office: Office) -> None:
    text = "```python\n" + "".join(f"print({n})\n" for n in range(1_200)) + "```\n"
    office.world.script.add(Step(Reply(text=text)))
    thread = await office.ask("lee", "general", "@Nod write a program")
    assert len(await whole(thread)) > 1
    office.world.script.text("You are welcome.")
    before = len(thread.replies)
    await thread.then("lee", "thank you")
    await office.workspace.wait_for(lambda _: len(thread.replies) > before, WITHIN)
    [said] = [each for each in office.world.script.requests[-1]["messages"] if each["role"] == "assistant"]
    assert said["content"].strip() == text.strip()
