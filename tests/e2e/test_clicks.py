"""Who may click, and what a click finds."""

import asyncio

from tests.e2e.office import Office, buttons, shown


async def test_only_the_requester_may_click(office: Office) -> None:
    thread = await office.ask("lee", "general", "@Nod delete employee 5")
    card = await thread.card()
    assert await thread.click("kim", card, "action_confirm")
    whisper = await office.private("kim")
    assert "결정할 수 있습니다" in whisper.text
    assert buttons(office.workspace.message(card.channel, card.ts) or card)
    assert len(office.world.employees.rows()) == 24
    assert await thread.click("lee", card, "action_confirm")
    await thread.settled(card, "Done.")
    assert len(office.world.employees.rows()) == 23


async def test_many_clicks_run_an_action_once(office: Office) -> None:
    thread = await office.ask("lee", "general", "@Nod delete employee 5")
    card = await thread.card()
    clicks = [thread.click("lee", card, "action_confirm") for _ in range(20)]
    assert all(await asyncio.gather(*clicks))
    await thread.settled(card, "Done.")
    await thread.answer()
    deletions = [request for request in office.world.employees_faults.requests if request.method == "DELETE"]
    assert len(deletions) == 1


async def test_a_card_works_after_a_restart(office: Office) -> None:
    thread = await office.ask("lee", "general", "@Nod delete employee 5")
    card = await thread.card()
    await thread.answer()
    await office.kill()
    await office.start()
    assert await thread.click("lee", card, "action_confirm")
    await thread.settled(card, "Done.")
    assert len(office.world.employees.rows()) == 23


async def test_an_expired_card_loses_its_buttons_and_does_nothing(empty_office: Office) -> None:
    office = empty_office
    office.settings["NOD_CONFIRM_TTL"] = "1"
    await office.start()
    thread = await office.ask("lee", "general", "@Nod delete employee 5")
    card = await thread.card()
    await thread.settled(card, "Nobody decided in time")
    assert len(office.world.employees.rows()) == 24


async def test_a_foreign_value_changes_nothing_and_is_answered(office: Office) -> None:
    thread = await office.ask("lee", "general", "@Nod delete employee 5")
    card = await thread.card()
    row = next(block for block in card.blocks if block["type"] == "actions")
    row["elements"][0]["value"] = "forged"
    assert await thread.click("lee", card, "action_confirm")
    assert "do not know this card" in (await office.private("lee")).text
    assert len(office.world.employees.rows()) == 24


async def test_a_card_shows_whose_record_it_is(office: Office) -> None:
    thread = await office.ask("lee", "general", "@Nod delete employee 5")
    text = shown(await thread.card())
    assert "Airi Satou" in text
    assert "only <@" in text
