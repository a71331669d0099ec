"""The rules of nod.toml at a click (properties 5, 17), and what an operator is told about a bad file."""

import json
from collections.abc import Iterable

import pytest

from tests.e2e.office import Office, buttons, refuse_to_start, shown
from tests.e2e.test_dialogs import changes, told

pytestmark = pytest.mark.slow

DELETE = "@Nod delete employee 5"


def ids(office: Office, *names: str) -> str:
    return json.dumps([office.workspace.user(name).id for name in names])


async def start(office: Office, *lines: str, of: str = "functions.delete_employee") -> None:
    office.rule("\n".join((f"[{of}]", *lines)))
    await office.start()


async def test_who_is_listed_confirms(empty_office: Office) -> None:
    office = empty_office
    await start(office, f"confirm_by = {ids(office, 'kim')}")
    thread = await office.ask("lee", "general", DELETE)
    card = await thread.card()
    await thread.answer()
    assert f"<@{office.workspace.user('kim').id}>" in shown(card)
    for name in ("lee", "park"):
        assert await thread.click(name, card, "action_confirm")
        await office.whisper(name, "You may not")
    assert changes(office) == []
    assert await thread.click("kim", card, "action_confirm")
    await thread.settled(card, "Done.")
    assert len(changes(office)) == 1


async def test_four_eyes(empty_office: Office) -> None:
    office = empty_office
    await start(office, f"confirm_by = {ids(office, 'lee', 'park')}", "not_requester = true")
    thread = await office.ask("lee", "general", DELETE)
    card = await thread.card()
    await thread.answer()
    assert "somebody else has to confirm it" in shown(card)
    assert await thread.click("lee", card, "action_confirm")
    may = f"yourself: <@{office.workspace.user('park').id}> can. Nothing was done."
    await office.whisper("lee", may)
    assert buttons(card)
    assert await thread.click("park", card, "action_confirm")
    now = await thread.settled(card, f"Done. Confirmed by <@{office.workspace.user('park').id}>")
    assert f"Asked for by <@{office.workspace.user('lee').id}>" in shown(now)
    assert "deleted" in (await thread.answer()).lower()
    assert len(office.world.employees.rows()) == 23


async def test_a_user_group_as_it_is_at_the_click(empty_office: Office) -> None:
    office = empty_office
    office.workspace.usergroups["S0BOSSES01"] = [office.workspace.user("park").id]
    await start(office, 'confirm_by = ["S0BOSSES01"]')
    thread = await office.ask("lee", "general", DELETE)
    card = await thread.card()
    await thread.answer()
    assert "<!subteam^S0BOSSES01>" in shown(card)
    office.workspace.usergroups["S0BOSSES01"] = [office.workspace.user("kim").id]
    assert await thread.click("park", card, "action_confirm")
    await office.whisper("park", "You may not")
    office.world.slack.disabled.add("usergroups.users.list")
    assert await thread.click("kim", card, "action_confirm")
    await office.whisper("kim", "결정하실 수 없어")
    office.world.slack.disabled.clear()
    assert await thread.click("kim", card, "action_confirm")
    await thread.settled(card, "Done.")


async def test_only_full_members_of_the_workspace_confirm(office: Office) -> None:
    thread = await office.ask("lee", "general", DELETE)
    card = await thread.card()
    await thread.answer()
    lee, value = office.workspace.user("lee"), buttons(card)["action_confirm"]["value"]
    for trait in ("is_restricted", "is_ultra_restricted", "deleted", "is_bot"):
        setattr(lee, trait, True)
        before = len(office.privates("lee"))
        assert await thread.click("lee", card, "action_confirm")
        assert "You may not decide this, so" in (await office.private("lee", after=before)).text, trait
        setattr(lee, trait, False)
    before = len(office.privates("lee"))
    assert await office.press("lee", card, "action_confirm", value, team="T0STRANGER")
    assert "do not know this card" in (await office.private("lee", after=before)).text
    office.world.slack.disabled.add("users.info")
    before = len(office.privates("lee"))
    assert await thread.click("lee", card, "action_confirm")
    assert "You may not decide this, so" in (await office.private("lee", after=before)).text
    office.world.slack.disabled.clear()
    assert buttons(card)
    assert changes(office) == []
    assert await thread.click("lee", card, "action_confirm")
    await thread.settled(card, "Done.")


async def test_an_empty_list_is_nobody(empty_office: Office) -> None:
    office = empty_office
    await start(office, "confirm_by = []", of="actions")
    thread = await office.ask("lee", "general", DELETE)
    card = await thread.card()
    await thread.answer()
    assert "there is nobody who may confirm it" in shown(card)
    assert "action_confirm" not in buttons(card)
    value = buttons(card)["action_deny"]["value"]
    for name in ("lee", "kim"):
        assert await office.press(name, card, "action_confirm", value)
    await office.whisper("lee", "You may not")
    assert await thread.click("lee", card, "action_deny")
    await thread.settled(card, "Denied by")
    assert changes(office) == []


async def refused(office: Office, people: Iterable[str], channel: str = "general") -> None:
    for person in people:
        thread = await office.ask(person, channel, DELETE)
        await thread.answer()
        assert "does not let this person use delete_employee here" in told(office)
        assert not any(buttons(reply) for reply in thread.replies)


async def test_who_may_not_call_it_gets_no_card(empty_office: Office) -> None:
    office = empty_office
    hr = office.workspace.channel("hr").id
    call_by, call_in = f"call_by = {ids(office, 'kim', 'lee')}", f'call_in = ["{hr}"]'
    await start(office, call_by, call_in, f"refuse = {ids(office, 'lee')}", f"confirm_by = {ids(office, 'lee')}")
    await refused(office, ["kim"])  # not in this channel
    await refused(office, ["park", "lee"], "hr")  # not in call_by; and refuse wins
    thread = await office.ask("kim", "hr", DELETE)
    card = await thread.card()
    assert await thread.click("lee", card, "action_confirm")
    await office.whisper("lee", "You may not")
    assert changes(office) == []


async def test_a_rule_that_came_after_the_card_holds_at_the_click(office: Office) -> None:
    thread = await office.ask("lee", "general", DELETE)
    card = await thread.card()
    await thread.answer()
    await office.kill()
    await start(office, f"confirm_by = {ids(office, 'park')}")
    assert await thread.click("lee", card, "action_confirm")
    await office.whisper("lee", "You may not")
    await office.kill()
    office.rule(
        f"[functions.delete_employee]\nrefuse = {ids(office, 'lee')}\nconfirm_by = {ids(office, 'park')}\n"
    )
    await office.start()
    # whoever may still confirm it cannot make it run: its requester may not have it called any more
    assert await thread.click("park", card, "action_confirm")
    await thread.settled(card, "was not done. Nothing was changed.")
    assert changes(office) == []


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("[actions\n", "line 1: this is not TOML"),
        ('[actions]\n\nconfirm_by = ["@kim"]\n', "line 3:"),
        ("[actions]\nnot_requester = true\n", "line 2: with not_requester = true"),
        ("# rules\n[functions.delete_employe]\nrefuse = []\n", "line 2: there is no function"),
    ],
)
async def test_a_bad_file_is_one_sentence_with_its_line(empty_office: Office, text: str, words: str) -> None:
    empty_office.rule(text)
    status, said = await refuse_to_start(empty_office.environment, empty_office.folder)
    assert status == 2
    assert said.startswith("nod: nod.toml, ")
    assert words in said
    assert len(said.splitlines()) == 1
