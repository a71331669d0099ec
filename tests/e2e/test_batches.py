"""Several actions of one step, confirmed at once (property 16); what destroys always stands alone (20)."""

import pytest

from bot.demo.services.faults import Status
from bot.demo.workspace.state import Message
from tests.e2e.office import Office, Thread, buttons, shown
from tests.e2e.test_dialogs import changes

pytestmark = pytest.mark.slow

BOTH = "@Nod change employees 3 and 4's age to 40"


async def proposed(office: Office) -> tuple[Thread, list[Message], Message]:
    """Ask for two changes; their own cards and the card of both."""
    thread = await office.ask("lee", "general", BOTH)
    found = await thread.cards(3)
    await thread.answer()
    together = [card for card in found if "action_confirm_all" in buttons(card)]
    assert len(together) == 1
    assert buttons(together[0])["action_confirm_all"]["text"]["text"] == "Confirm all 2"
    assert shown(together[0]).count("Change an employee's record (waiting)") == 2
    own = [card for card in found if "action_confirm" in buttons(card)]
    assert len(own) == 2
    return thread, own, together[0]


async def test_all_are_confirmed_at_once(office: Office) -> None:
    thread, own, together = await proposed(office)
    assert await thread.click("lee", together, "action_confirm_all")
    for card in own:
        await thread.settled(card, "Done.")
    await thread.answer()
    now = await thread.settled(together, "(done)")
    await office.workspace.wait_for(lambda _: shown(now).count("(done)") == 2)
    assert sorted(request.path[-1] for request in changes(office)) == ["3", "4"]
    assert [row["age"] for row in office.world.employees.rows()[2:4]] == [40, 40]
    assert office.privates("lee") == []


async def test_a_second_click_on_all_does_nothing_and_is_answered(office: Office) -> None:
    thread, _, together = await proposed(office)
    batch = buttons(together)["action_confirm_all"]["value"]
    await thread.click("lee", together, "action_confirm_all")
    await office.workspace.wait_for(lambda _: shown(together).count("(done)") == 2)
    assert await office.press("lee", together, "action_confirm_all", batch)
    await office.whisper("lee", "All of these are decided")
    assert await office.press("lee", together, "action_confirm_all", "forged")
    await office.whisper("lee", "do not know this card")
    assert len(changes(office)) == 2


async def test_what_was_denied_before_is_not_confirmed_with_the_rest(office: Office) -> None:
    thread, own, together = await proposed(office)
    batch = buttons(together)["action_confirm_all"]["value"]
    assert await thread.click("lee", own[0], "action_deny")
    await thread.settled(own[0], "Denied by")
    # one alone is confirmed on its own card
    now = await thread.settled(together, "(denied)")
    assert "(waiting)" in shown(now)
    # whose client still shows the button: the other one is confirmed, and that is told
    assert await office.press("lee", now, "action_confirm_all", batch)
    await office.whisper("lee", "1 of 2 confirmed.")
    await thread.settled(own[1], "Done.")
    await office.workspace.wait_for(lambda _: "(done)" in shown(now))
    assert "Denied by" in shown(own[0])
    assert len(changes(office)) == 1


async def test_a_batch_tells_what_failed(office: Office) -> None:
    thread, own, together = await proposed(office)
    office.world.employees_faults.add(Status(429), method="PUT", path="*/3", times=9)
    await thread.click("lee", together, "action_confirm_all")
    await thread.settled(own[0], "was not done")
    await thread.settled(own[1], "Done.")
    now = await thread.settled(together, "(not done, nothing changed)")
    await office.workspace.wait_for(lambda _: "(done)" in shown(now))


async def test_another_persons_click_on_all_does_nothing(office: Office) -> None:
    thread, own, together = await proposed(office)
    assert await thread.click("park", together, "action_confirm_all")
    said = await office.whisper("park", "0 of 2 confirmed.")
    assert "can decide this" in said.text
    batch = buttons(together)["action_confirm_all"]["value"]
    assert await office.press("lee", together, "action_confirm_all", batch, team="T0STRANGER")
    await office.whisper("lee", "do not know this card")
    assert all(buttons(card) for card in (*own, together))
    assert changes(office) == []


async def test_a_batch_works_after_a_restart(office: Office) -> None:
    thread, own, together = await proposed(office)
    await office.kill()
    await office.start()
    assert await thread.click("lee", together, "action_confirm_all")
    for card in own:
        await thread.settled(card, "Done.")
    now = await thread.settled(together, "(done)")
    await office.workspace.wait_for(lambda _: shown(now).count("(done)") == 2)
    assert len(changes(office)) == 2


async def test_an_edited_action_leaves_its_batch(office: Office) -> None:
    thread, own, together = await proposed(office)
    batch = buttons(together)["action_confirm_all"]["value"]
    await thread.click("lee", own[0], "action_edit")
    view = await office.modal("lee")
    assert await office.world.people.submit_view("lee", view.id, {"age": {"number": "41"}})
    await thread.changed(own[0], "41")
    now = await thread.settled(together, "changed: see the new card")
    assert await office.press("lee", now, "action_confirm_all", batch)
    await thread.settled(own[1], "Done.")
    assert "41" in shown(own[0])
    assert buttons(own[0])
    assert len(changes(office)) == 1


async def test_what_destroys_stands_alone_and_is_asked_twice(office: Office) -> None:
    thread = await office.ask("lee", "general", "@Nod delete employees 3 and 4")
    await thread.answers(2)
    found = [reply for reply in thread.replies if buttons(reply)]
    assert len(found) == 2
    for card in found:
        pressed = buttons(card)["action_confirm"]
        assert pressed["style"] == "danger"
        assert "Delete an employee" in pressed["confirm"]["text"]["text"]
        assert not {"action_confirm_all", "action_remember"} & buttons(card).keys()
    await thread.click("lee", found[0], "action_confirm")
    await thread.settled(found[0], "Done.")
    assert len(office.world.employees.rows()) == 23
