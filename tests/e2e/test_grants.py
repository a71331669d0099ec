""" "Confirm, and don't ask again here for an hour" (property 15)."""

import pytest

from bot.demo.workspace.state import Message
from tests.e2e.office import Office, Thread, buttons, shown, text_of

pytestmark = pytest.mark.slow

NOTES = '''"""Takes notes."""

from pathlib import Path

from functions import Context, function


@function(title="Take a note", rememberable=True)
async def take_note(context: Context, text: str) -> int:
    """Write a note down."""
    with Path("notes.txt").open("a") as notes:
        notes.write(f"{text}\\n")
    return len(text)
'''


def notes(office: Office) -> list[str]:
    file = office.folder / "notes.txt"
    return file.read_text().splitlines() if file.exists() else []


async def remembered(office: Office) -> Thread:
    """Confirm a first note, and choose not to be asked again."""
    office.drop_in("notes", NOTES)
    await office.start()
    thread = await office.ask("lee", "general", "@Nod take_note text=one")
    card = await thread.card()
    await thread.answer()
    assert await thread.click("lee", card, "action_remember")
    await thread.settled(card, "Done.")
    await thread.answer()
    return thread


async def note(thread: Thread, text: str) -> Message:
    """Ask for another note in the thread; its card."""
    before = {reply.ts for reply in thread.replies}

    def seen(_: object) -> Message | None:
        new = [reply for reply in thread.replies if reply.ts not in before and reply.blocks]
        return next((reply for reply in new if text in shown(reply) and "Take a note" in shown(reply)), None)

    await thread.then("lee", f"take_note text={text}")
    return await thread.office.workspace.wait_for(seen)


async def grants(office: Office, person: str) -> Message:
    before = len(office.privates(person))
    assert await office.world.people.command(person, "general", "grants")
    return await office.private(person, after=before)


async def test_a_grant_runs_the_next_call_and_its_card_says_so(empty_office: Office) -> None:
    office = empty_office
    thread = await remembered(office)
    second = await note(thread, "two")
    await thread.settled(second, "Nobody was asked this time")
    await thread.settled(second, "Done.")
    assert notes(office) == ["one", "two"]

    other = await office.ask("lee", "general", "@Nod take_note text=three")
    assert "action_confirm" in buttons(await other.card()), "a grant holds in its own thread only"
    await thread.then("park", "take_note text=four")
    assert "action_confirm" in buttons(await thread.card()), "and for its own person only"
    assert notes(office) == ["one", "two"]


async def test_a_grant_is_listed_and_revoked(empty_office: Office) -> None:
    office = empty_office
    thread = await remembered(office)
    assert "Nothing is changed without asking" in text_of((await grants(office, "park")).blocks)
    listed = await grants(office, "lee")
    assert "Take a note" in text_of(listed.blocks)
    number = next(block["accessory"]["value"] for block in listed.blocks if "accessory" in block)
    foreign = await grants(office, "park")
    for value in (number, "9" * 40, "-1", "x"):  # it is not park's to end, and the others are nobody's
        assert await office.press("park", foreign, "grant_revoke", value)
    await note(thread, "two")
    await office.workspace.wait_for(lambda _: notes(office) == ["one", "two"])

    assert await office.world.people.click("lee", "general", listed.ts, "grant_revoke")
    await office.whisper("lee", "Nothing is changed without asking")
    third = await note(thread, "three")
    assert "action_confirm" in buttons(third)
    assert notes(office) == ["one", "two"]
    status, said = await office.nod("audit")
    assert status == 0
    assert "revoked" in said


async def test_a_rule_wins_over_a_grant(empty_office: Office) -> None:
    office = empty_office
    thread = await remembered(office)
    await office.kill()
    kim = office.workspace.user("kim").id
    office.rule(f'[functions.take_note]\nconfirm_by = ["{kim}"]\n')
    await office.start()
    second = await note(thread, "two")
    assert "action_confirm" in buttons(second)
    assert notes(office) == ["one"]


async def test_a_click_makes_no_grant_that_its_function_does_not_allow(office: Office) -> None:
    thread = await office.ask("lee", "general", "@Nod delete employee 5")
    card = await thread.card()
    assert await office.press("lee", card, "action_remember", buttons(card)["action_confirm"]["value"])
    await thread.settled(card, "Done.")
    assert "Nothing is changed without asking" in text_of((await grants(office, "lee")).blocks)
    await thread.then("lee", "delete employee 6")
    await office.workspace.wait_for(lambda _: any(buttons(reply) for reply in thread.replies))
    assert len(office.world.employees.rows()) == 23
