"""`/nod new` and `/nod forget`, as people use them."""

import asyncio
import sqlite3
from contextlib import closing

import pytest

from bot.demo.workspace.state import Message
from tests.e2e.office import WITHIN, Office, Thread, buttons, shown

MARKER = "quetzalcoatl"


async def opened(office: Office, person: str, text: str = "new") -> Thread:
    """Open a new conversation; its thread."""
    before = len(office.privates(person))
    assert await office.world.people.command(person, "general", text)
    told = await office.private(person, after=before)
    channel = office.workspace.dm(office.workspace.user(person).id)
    [opening] = [
        m for m in office.workspace.messages(channel.id) if m.bot_id and m.ts.replace(".", "") in told.text
    ]
    assert opening.thread_ts is None
    return Thread(office, channel.id, opening.ts, opening.ts)


async def question(office: Office, person: str, text: str = "forget") -> Message:
    before = len(office.privates(person))
    assert await office.world.people.command(person, "general", text)
    return await office.private(person, after=before)


async def offered(office: Office, person: str, text: str = "forget") -> Message:
    """Ask until no turn is at work any more: what stands in Slack may not be written down as its end yet."""
    while not buttons(asked := await question(office, person, text)):
        assert "at work" in shown(asked)
    return asked


async def replaced(office: Office, person: str, asked: Message) -> str:
    """Wait for what stands in the place of a question; its words."""

    def seen(_: object) -> str | None:
        now = office.workspace.message(asked.channel, asked.ts)
        return shown(now) if now and not buttons(now) else None

    return await office.workspace.wait_for(seen)


def requests(office: Office) -> list[str]:
    return [str(request) for request in office.world.script.requests]


def files(office: Office) -> bytes:
    return b"".join(file.read_bytes() for file in office.folder.glob("nod.db*"))


async def test_a_new_conversation_begins_with_nothing(office: Office) -> None:
    first = await office.dm("lee", f"What is the average age? {MARKER}")
    assert "42.13" in await first.answer()
    new = await opened(office, "lee")
    await new.then("lee", "What is the average age?")
    thread = Thread(office, new.channel, new.ts, new.ts)
    assert "42.13" in await thread.answer()
    assert MARKER in requests(office)[0]
    assert MARKER not in requests(office)[-1]
    korean = await opened(office, "kim", "새대화")
    assert "새 대화입니다" in korean.office.workspace.message(korean.channel, korean.ts).text  # type: ignore[union-attr]


async def test_forget_deletes_at_a_click_and_keeps_at_another(office: Office) -> None:
    assert "remember nothing" in shown(await question(office, "lee"))
    mine = await office.ask("lee", "general", f"@Nod what is the average age? {MARKER}")
    await mine.answer()
    theirs = await office.ask("park", "general", "@Nod what is the average age?")
    await theirs.answer()
    kept = await offered(office, "lee", "잊어 줘")
    assert "one conversation" in shown(kept)
    assert await office.world.people.click("lee", "general", kept.ts, "forget_cancel")
    assert "deleted nothing" in await replaced(office, "lee", kept)
    assert MARKER.encode() in files(office)

    asked = await offered(office, "lee")
    value = buttons(asked)["forget_confirm"]["value"]
    assert buttons(asked)["forget_confirm"]["style"] == "danger"
    assert await office.press("park", asked, "forget_confirm", value), "somebody else's click"
    assert MARKER.encode() in files(office)
    assert await office.world.people.click("lee", "general", asked.ts, "forget_confirm")
    assert "forgotten our conversation" in await replaced(office, "lee", asked)
    assert MARKER.encode() not in files(office)

    after = await theirs.then("park", "and the highest salary?")
    await after.answer()
    assert "average age" in requests(office)[-1], "what others said is remembered"
    before = len(requests(office))
    await mine.then("lee", "and the highest salary?")
    again = await mine.then("lee", "@Nod who earns the most?")
    await again.answer()
    assert requests(office)[before:]
    assert all("average age" not in request for request in requests(office)[before:])


async def test_a_second_delivery_of_the_click_forgets_nothing_more(office: Office) -> None:
    await (await office.ask("lee", "general", "@Nod what is the average age?")).answer()
    asked = await offered(office, "lee")
    value = buttons(asked)["forget_confirm"]["value"]
    assert await office.world.people.click("lee", "general", asked.ts, "forget_confirm")
    await replaced(office, "lee", asked)
    later = await office.ask("lee", "general", f"@Nod what is the average age? {MARKER}")
    await later.answer()
    assert await office.press("lee", asked, "forget_confirm", value)
    assert MARKER.encode() in files(office)
    status, said = await office.nod("audit")
    assert (status, said.count("forgotten")) == (0, 1)


@pytest.mark.slow
async def test_a_waiting_action_is_withdrawn_and_the_audit_keeps_digests(office: Office) -> None:
    thread = await office.ask("lee", "general", f"@Nod raise Tiger Nixon's salary to 330000 {MARKER}")
    card = await thread.card()
    value = buttons(card)["action_confirm"]["value"]
    asked = await offered(office, "lee")
    assert "still waits for a click" in shown(asked)
    assert await office.world.people.click("lee", "general", asked.ts, "forget_confirm")
    await replaced(office, "lee", asked)
    await thread.settled(card, "Withdrawn. Nothing was done.")
    assert await office.press("lee", card, "action_confirm", value), "a card that somebody still sees"
    await office.whisper("lee", "decided already")
    await office.kill()
    await office.start()
    assert "330000" not in str(office.world.employees.rows())
    status, said = await office.nod("audit")
    assert status == 0
    assert "330000" not in said
    assert "arguments_json=(forgotten)" in said
    status, said = await office.nod("audit", "--verify")
    assert (status, said.splitlines()[0]) == (0, "Every row is as it was written.")
    with closing(sqlite3.connect(office.folder / "nod.db")) as db:
        assert db.execute("SELECT count(*) FROM items").fetchone() == (0,)
    asked = await question(office, "lee")
    assert "remember nothing" in shown(asked)


@pytest.mark.slow
async def test_the_cards_of_whom_the_operator_has_forgotten_lose_their_buttons(office: Office) -> None:
    """While Nod runs, and at its next start where it did not: the card of all with them."""
    one = await office.ask("lee", "general", "@Nod raise Tiger Nixon's salary to 330000")
    card = await one.card()
    value = buttons(card)["action_confirm"]["value"]
    await offered(office, "lee")  # the turn is over
    assert (await office.nod("db", "forget", office.workspace.user("lee").id, "--yes"))[0] == 0
    await one.settled(card, "Withdrawn. Nothing was done.")
    assert await office.press("lee", card, "action_confirm", value), "before the card was brought up to date"
    await office.whisper("lee", "decided already")

    both = await office.ask("lee", "general", "@Nod change employees 3 and 4's age to 40")
    found = await both.cards(3)
    await both.answer()
    await office.stop()
    status, said = await office.nod("db", "forget", office.workspace.user("lee").id, "--yes")
    assert (status, "2 waiting actions" in said) == (0, True)
    await office.start()
    for each in found:
        await both.settled(each, "ithdrawn")
    assert "330000" not in str(office.world.employees.rows())
    assert 40 not in [row["age"] for row in office.world.employees.rows()[2:4]]


@pytest.mark.slow
async def test_what_is_old_is_forgotten_at_the_next_start(empty_office: Office) -> None:
    office = empty_office
    office.settings["NOD_RETENTION_DAYS"] = "30"
    await office.start()
    old = await office.ask("lee", "general", f"@Nod what is the average age? {MARKER}")
    await old.answer()
    new = await office.ask("kim", "general", "@Nod what is the average age?")
    await new.answer()
    await office.stop()
    with closing(sqlite3.connect(office.folder / "nod.db")) as db:
        [(turn,)] = db.execute("SELECT turn FROM inbox WHERE text LIKE ?", [f"%{MARKER}%"])
        db.execute("UPDATE turns SET started_at = '2020', finished_at = '2020' WHERE id = ?", [turn])
        db.execute("UPDATE items SET at = '2020' WHERE turn = ?", [turn])
        db.commit()
    await office.start()
    async with asyncio.timeout(WITHIN):
        while "forgotten" not in (await office.nod("audit"))[1]:
            pass
    asked = await offered(office, "kim")
    assert "대화 1개" in shown(asked)
    assert "remember nothing" in shown(await question(office, "lee"))
    assert "older than 30 days: 1" in office.log
    assert MARKER not in "".join(dump(office))


def dump(office: Office) -> list[str]:
    with closing(sqlite3.connect(office.folder / "nod.db")) as db:
        return list(db.iterdump())
