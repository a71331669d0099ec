"""The dialogs of a card (properties 4, 13, 14), withdrawing (21), and that every click is answered (11)."""

import asyncio
import json

import pytest

from bot.demo.services.faults import RecordedRequest
from bot.demo.workspace.slack import Fault
from bot.demo.workspace.state import Message
from tests.e2e.office import WITHIN, Office, Thread, buttons, shown, text_of
from tests.faults.test_killed import KILLED

pytestmark = pytest.mark.slow

ANNOUNCE = '''"""Tells everybody something."""

from pathlib import Path
from typing import Annotated

from pydantic import Field

from functions import Context, function


@function(title="Announce")
async def announce(context: Context, text: Annotated[str, Field(description="What to tell")]) -> int:
    """Tell everybody something."""
    with Path("announced.txt").open("a") as told:
        told.write(text)
    return len(text)
'''
LONG = "\n".join(f"line {number:04d} of something that everybody should know" for number in range(700))

EVERY_BUTTON = (
    "action_confirm",
    "action_deny",
    "action_deny_reason",
    "action_edit",
    "action_read",
    "action_withdraw",
    "action_remember",
    "action_confirm_all",
)


def changes(office: Office) -> list[RecordedRequest]:
    return [request for request in office.world.employees_faults.requests if request.method != "GET"]


def told(office: Office) -> str:
    """Return all that the model was shown in its last request."""
    return json.dumps(office.world.script.requests[-1], ensure_ascii=False)


async def raise_salary(office: Office) -> tuple[Thread, Message]:
    thread = await office.ask("lee", "general", "@Nod raise Tiger Nixon's salary to 330000")
    card = await thread.card()
    await thread.answer()
    return thread, card


# ── edit (14) ───────────────────────────────────────────────────────────────────────────────────────────────


async def test_an_edit_makes_a_new_action_on_the_same_card(office: Office) -> None:
    thread, card = await raise_salary(office)
    old = buttons(card)["action_confirm"]["value"]
    assert await thread.click("lee", card, "action_edit")
    view = await office.modal("lee")
    assert await office.world.people.submit_view("lee", view.id, {"salary": {"number": "340000"}})
    now = await thread.changed(card, "340,000")
    assert now.ts == card.ts
    assert "330,000" not in shown(now)
    assert len([reply for reply in thread.replies if buttons(reply)]) == 1

    assert await office.press("lee", now, "action_confirm", old)
    await office.whisper("lee", "This was decided already")
    assert changes(office) == []
    assert old not in json.dumps(now.blocks)

    assert await thread.click("lee", now, "action_confirm")
    await thread.settled(card, "Done.")
    assert "340,000" in await thread.answer()
    assert [request.body for request in changes(office)] == [{"salary": 340_000}]
    assert "The person changed the arguments" in told(office)


async def test_what_the_function_does_not_take_is_said_beside_its_field(office: Office) -> None:
    thread = await office.ask("kim", "general", "@Nod 5번 직원 나이를 40으로 바꿔줘")
    card = await thread.card()
    assert await thread.click("kim", card, "action_edit")
    view = await office.modal("kim")
    before = json.dumps(card.blocks)
    taken = await office.world.people.submit_view("kim", view.id, {"name": {"text": "A\u202eB"}})
    assert not taken
    assert view.errors == {"name": "제어 문자 없이 한 줄로 입력해 주세요."}
    assert json.dumps(card.blocks) == before
    assert await office.world.people.submit_view("kim", view.id, {"name": {"text": "김민수"}})
    await thread.changed(card, "김민수")


async def test_what_a_check_refuses_is_said_at_the_field_that_it_is_about(office: Office) -> None:
    thread = await office.ask("kim", "hr", "@Nod 평일 9시마다 #general 채널에 서울 날씨 알려줘")
    card = await thread.card()
    assert "평일 09:00 (Asia/Seoul)" in shown(card)
    assert "정확한 값: 0 9 * * 1-5" in shown(card)
    assert await thread.click("kim", card, "action_edit")
    view = await office.modal("kim")
    for typed, field, says in (
        ({"when": {"text": "* * * * *"}}, "when", "너무 자주 실행하는 일정입니다."),
        ({"when": {"text": "2020-01-01T09:00"}}, "when", "이미 지난 시각입니다."),
        ({"when": {"text": "0 10 * * *"}, "channel": {"text": "#nowhere"}}, "channel", "Nod가 참여한 채널 중에"),
    ):
        assert not await office.world.people.submit_view("kim", view.id, typed)
        assert list(view.errors) == [field]
        assert says in view.errors[field]
    typed = {"when": {"text": "0 10 * * *"}, "channel": {"text": "#general"}}
    assert await office.world.people.submit_view("kim", view.id, typed)
    await thread.changed(card, "매일 10:00 (Asia/Seoul)")


async def test_a_change_of_nothing_is_refused_where_it_was_emptied(office: Office) -> None:
    thread, card = await raise_salary(office)
    assert "320,800 → 330,000" in shown(card)
    await thread.click("lee", card, "action_edit")
    view = await office.modal("lee")
    assert not await office.world.people.submit_view("lee", view.id, {"salary": {"number": ""}})
    assert view.errors == {"salary": "There is nothing to change: give a new name, salary or age."}
    assert not await office.world.people.submit_view("lee", view.id, {"employee_id": {"number": "999"}})
    assert list(view.errors) == ["employee_id"]
    assert changes(office) == []


async def test_nobody_is_asked_about_somebody_who_is_not_there(office: Office) -> None:
    thread = await office.ask("lee", "general", "@Nod set employee 999's age to 40")
    assert "There is no employee with this id" in await thread.answer()
    assert not any(buttons(reply) for reply in thread.replies)


async def test_a_form_submitted_as_it_was_changes_nothing(office: Office) -> None:
    thread, card = await raise_salary(office)
    value = buttons(card)["action_confirm"]["value"]
    await thread.click("lee", card, "action_edit")
    view = await office.modal("lee")
    assert await office.world.people.submit_view("lee", view.id, {})
    assert buttons(card)["action_confirm"]["value"] == value
    await thread.click("lee", card, "action_confirm")
    await thread.settled(card, "Done.")
    assert len(changes(office)) == 1


async def test_an_edit_that_comes_too_late_is_answered(office: Office) -> None:
    thread, card = await raise_salary(office)
    await thread.click("lee", card, "action_edit")
    view = await office.modal("lee")
    await thread.click("lee", card, "action_deny")
    await thread.settled(card, "Denied by")
    assert await office.world.people.submit_view("lee", view.id, {"salary": {"number": "340000"}})
    await office.whisper("lee", "This was decided already")
    await thread.answer()
    assert "340,000" not in shown(card)
    assert changes(office) == []


async def test_an_edit_that_was_kept_but_not_shown_is_shown_by_the_next_process(empty_office: Office) -> None:
    office = empty_office
    await office.start(str(KILLED), "decisions.edit", "after", "1")
    thread, card = await raise_salary(office)
    old = buttons(card)["action_confirm"]["value"]
    await thread.click("lee", card, "action_edit")
    view = await office.modal("lee")
    assert not await office.world.people.submit_view("lee", view.id, {"salary": {"number": "340000"}})

    async def shown_again() -> None:
        await office.workspace.wait_for(lambda _: office.killed and "340,000" in shown(card))

    await office.through_kills(shown_again)
    assert await office.press("lee", card, "action_confirm", old)
    await office.whisper("lee", "The new card counts")
    assert changes(office) == []
    assert await thread.click("lee", card, "action_confirm")
    await thread.settled(card, "Done.")
    assert [request.body for request in changes(office)] == [{"salary": 340_000}]


async def test_a_form_of_an_expired_card_is_answered(empty_office: Office) -> None:
    office = empty_office
    office.settings["NOD_CONFIRM_TTL"] = "2"
    await office.start()
    thread, card = await raise_salary(office)
    await thread.click("lee", card, "action_edit")
    view = await office.modal("lee")
    await thread.settled(card, "Nobody decided in time")
    assert await office.world.people.submit_view("lee", view.id, {"salary": {"number": "340000"}})
    assert "Nobody decided in time" in (await office.private("lee")).text
    assert changes(office) == []


async def test_a_dialog_that_slack_does_not_open_is_said(office: Office) -> None:
    thread, card = await raise_salary(office)
    office.world.slack.answer_next("views.open", Fault("expired_trigger_id"))
    assert await thread.click("lee", card, "action_edit")
    await office.whisper("lee", "Please click again")


# ── deny with a reason (13) ─────────────────────────────────────────────────────────────────────────────────


async def test_a_reason_stands_on_the_card_and_is_not_asked_for_again(office: Office) -> None:
    thread = await office.ask("lee", "general", "@Nod delete employee 5")
    card = await thread.card()
    await thread.answer()
    assert await thread.click("lee", card, "action_deny_reason")
    view = await office.modal("lee")
    assert buttons(card), "opening the dialog decides nothing"
    office.world.script.calls(("delete_employee", {"employee_id": 5}))
    office.world.script.text("I let it be.")
    reason = "*wrong* person <!channel> <@U0123> line one\nline two"
    assert await office.world.people.submit_view("lee", view.id, {"reason": {"reason": reason}})
    now = await thread.settled(card, "*wrong* person")
    text = next(block["text"] for block in now.blocks if "*wrong*" in json.dumps(block))
    assert text["type"] == "plain_text"
    assert "line two" in text["text"]
    await office.workspace.wait_for(lambda _: "I let it be." in [reply.text for reply in thread.replies])
    assert "They have just denied exactly this" in told(office)
    assert "*wrong* person" in told(office)
    assert not any(buttons(reply) for reply in thread.replies)
    assert changes(office) == []


async def test_a_late_update_does_not_undo_a_later_one(office: Office) -> None:
    thread, card = await raise_salary(office)
    office.world.slack.answer_next("chat.update", Fault("ratelimited", retry_after=1, status=429))
    await thread.click("lee", card, "action_confirm")

    def whole(_: object) -> bool:
        calls = [call for call in office.world.slack.calls if call.method == "chat.update"]
        # the refused one is tried again; if it was the first of the two states, the second comes as well
        expected = 3 if calls and "Working on it" in calls[0].arguments.text("text") else 2
        return len(calls) == expected and "Done." in shown(card)

    await office.workspace.wait_for(whole)
    await thread.answer()
    assert "Done." in shown(card)


# ── read all of it (4) ──────────────────────────────────────────────────────────────────────────────────────


async def test_what_does_not_fit_is_read_to_its_end_before_it_is_confirmed(empty_office: Office) -> None:
    office = empty_office
    office.drop_in("announcements", ANNOUNCE)
    await office.start()
    people = office.world.people
    office.world.script.calls(("announce", {"text": LONG}))
    thread = await office.ask("lee", "general", "@Nod announce it")
    card = await thread.card()
    assert "action_confirm" not in buttons(card)
    assert "line 0000" not in shown(card)
    assert await thread.click("kim", card, "action_read")
    await office.whisper("kim", "결정할 수 있습니다")
    assert await thread.click("lee", card, "action_read")
    view, read = await office.modal("lee", "Page 1 of"), ""
    pages = 1
    while view.submit is None:
        read += text_of(view.blocks)
        pages += 1
        assert await people.click_view("lee", view.id, "page_next")
        view = await office.modal("lee", f"Page {pages} of")
    read += text_of(view.blocks)
    assert pages > 2
    assert all(line in read for line in LONG.splitlines())
    assert await people.click_view("lee", view.id, "page_back")
    view = await office.modal("lee", f"Page {pages - 1} of")
    assert view.submit is None
    assert await people.click_view("lee", view.id, "page_next")
    view = await office.modal("lee", f"Page {pages} of")
    assert not (office.folder / "announced.txt").exists()
    assert await people.submit_view("lee", view.id, {})
    await thread.settled(card, "Done.")
    assert (office.folder / "announced.txt").read_text() == LONG


# ── withdraw (21) ───────────────────────────────────────────────────────────────────────────────────────────


async def test_only_the_requester_withdraws(office: Office) -> None:
    thread = await office.ask("lee", "general", "@Nod delete employee 5")
    card = await thread.card()
    await thread.answer()
    assert await thread.click("kim", card, "action_withdraw")
    await office.whisper("kim", "결정할 수 있습니다")
    assert buttons(card)
    assert await thread.click("lee", card, "action_withdraw")
    await thread.settled(card, "Withdrawn. Nothing was done.")
    await thread.answer()
    assert "withdrawn" in told(office)
    assert changes(office) == []


async def test_the_model_withdraws_when_its_asker_changes_their_mind(office: Office) -> None:
    thread = await office.ask("lee", "general", "@Nod delete employee 5")
    card = await thread.card()
    await thread.answer()
    thread = await thread.then("kim", "잊어버려, 취소해줘")
    await thread.answer()
    assert buttons(card), "it is not kim's to take back"
    thread = await thread.then("lee", "never mind")
    await thread.settled(card, "Withdrawn. Nothing was done.")
    await thread.answer()
    assert changes(office) == []


# ── every click is answered (11) ────────────────────────────────────────────────────────────────────────────


async def answered(office: Office, person: str, card: Message, value: str, words: str, team: str = "") -> None:
    """Press every button there is; each press has an answer of its own, which says these words."""
    batch = {"action_confirm_all": "do not know this card"}
    for button in EVERY_BUTTON:
        before = len(office.privates(person))
        assert await office.press(person, card, button, value, team or None)
        said = await office.private(person, after=before)
        assert batch.get(button, words) in said.text, button
    assert office.workspace.view_stack(office.workspace.user(person).id) == []
    assert changes(office) == []


async def test_clicks_on_what_is_decided(office: Office) -> None:
    thread = await office.ask("lee", "general", "@Nod delete employee 5")
    card = await thread.card()
    value = buttons(card)["action_confirm"]["value"]
    await thread.click("lee", card, "action_deny")
    await thread.settled(card, "Denied by")
    await thread.answer()
    lee = office.workspace.user("lee").id
    await answered(office, "lee", card, value, f"This was decided already: 🚫 Denied by <@{lee}>")


async def test_clicks_on_what_has_expired(empty_office: Office) -> None:
    office = empty_office
    office.settings["NOD_CONFIRM_TTL"] = "1"
    await office.start()
    thread, card = await raise_salary(office)
    value = buttons(card)["action_confirm"]["value"]
    await thread.settled(card, "Nobody decided in time")
    await answered(office, "lee", card, value, "Nobody decided in time")


async def test_a_click_on_what_expires_before_it_is_swept(empty_office: Office) -> None:
    office = empty_office
    office.settings["NOD_CONFIRM_TTL"] = "1"
    await office.start()
    thread, card = await raise_salary(office)
    value = buttons(card)["action_confirm"]["value"]
    async with asyncio.timeout(WITHIN):
        while not office.privates("lee"):  # until then each press opens the form
            assert await office.press("lee", card, "action_edit", value)
    assert "This card has expired" in office.privates("lee")[0].text  # the first sweep comes after five seconds
    await thread.settled(card, "Nobody decided in time")


async def test_clicks_with_what_is_not_known_or_of_another_card(office: Office) -> None:
    there = await office.ask("lee", "hr", "@Nod delete employee 6")
    here = await office.ask("lee", "general", "@Nod delete employee 5")
    foreign, card = await there.card(), await here.card()
    await answered(office, "lee", card, "forged", "do not know this card")
    other_channel = buttons(foreign)["action_confirm"]["value"]
    await answered(office, "lee", card, other_channel, "do not know this card")
    neighbour = await office.ask("lee", "general", "@Nod delete employee 7")
    other_card = buttons(await neighbour.card())["action_confirm"]["value"]
    await answered(office, "lee", card, other_card, "do not know this card")
    assert all(buttons(message) for message in (card, foreign))


async def test_clicks_of_another_person_and_of_another_organisation(office: Office) -> None:
    thread = await office.ask("lee", "general", "@Nod raise Tiger Nixon's salary to 330000")
    card = await thread.card()
    value = buttons(card)["action_confirm"]["value"]
    await answered(office, "park", card, value, "can decide this")
    await answered(office, "lee", card, value, "", team="T0STRANGER")
    assert buttons(card)
