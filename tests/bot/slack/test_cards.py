import json
from dataclasses import replace
from datetime import UTC, datetime
from typing import Annotated, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.demo.workspace.blocks import check_blocks
from bot.slack.batch_card import batch_card
from bot.slack.cards import (
    CONFIRM,
    DENY,
    DENY_REASON,
    EDIT,
    READ,
    REMEMBER,
    WITHDRAW,
    Deciders,
    action_card,
    fallback,
    shareable_answer,
    shared_answer,
)
from bot.slack.modals import read_modal
from bot.slack.values import literal
from bot.words.catalogue import words_for
from functions import Context, Function, Label, Preview, function
from functions.preview import written
from functions.schedules import PLACE, TIME, create_schedule
from storage.outcomes import ended_json
from storage.records import Action, ActionState
from tests.bot.slack.sample import ID, action, buttons, change, delete, elements, mrkdwn, note, plain_texts

LANGUAGES = ["en", "ko"]
EN = words_for("en")


def test_a_pending_card_shows_title_arguments_requester_and_buttons() -> None:
    blocks = action_card(action(employee_id=1, name="Tiger"), change, words_for("ko-KR"))
    text = json.dumps(blocks, ensure_ascii=False)
    assert "정보 변경: 실행할까요?" in text
    assert "*직원 번호*" in text
    assert "Tiger" in text
    assert "<@U1>님이 요청했으며" in text
    assert [list(buttons([block])) for block in blocks if block["type"] == "actions"] == [
        [CONFIRM, EDIT, DENY],
        [DENY_REASON, WITHDRAW],
    ]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("called", [change, delete, note, None])
@pytest.mark.parametrize("length", [5, 5_000])
def test_a_button_carries_the_actions_id_and_nothing_else(
    called: Function | None, language: str, length: int
) -> None:
    blocks = action_card(action(employee_id=1, text="x" * length), called, words_for(language))
    assert {button["value"] for button in buttons(blocks).values()} == {ID}
    assert check_blocks(blocks) == []


def test_destroying_is_red_and_asked_twice() -> None:
    confirm = buttons(action_card(action(employee_id=7), delete, EN))[CONFIRM]
    assert confirm["style"] == "danger"
    assert confirm["confirm"]["text"]["text"] == "Delete a record\nEmployee id: 7"
    assert set(confirm["confirm"]) == {"title", "text", "confirm", "deny", "style"}
    assert confirm["confirm"]["title"]["text"] == "Delete a record: are you sure?"


def test_the_second_question_repeats_all_arguments_or_none() -> None:
    @function(destructive=True, title="x" * 100)
    async def shout(context: Context, text: str) -> None:
        """Shout."""

    shout_at = action(text="y" * 400)
    blocks = action_card(shout_at, shout, EN)
    dialog = buttons(blocks)[CONFIRM]["confirm"]
    assert dialog["text"]["text"] == f"{'x' * 100}\nWith everything as the card shows it."
    assert dialog["title"]["text"] == "Confirm", "there is no room for what it is about"
    assert check_blocks(blocks) == []


def test_only_a_rememberable_function_offers_to_be_remembered() -> None:
    assert REMEMBER in buttons(action_card(action(text="a"), note, EN))
    assert REMEMBER not in buttons(action_card(action(text="a" * 5_000), note, EN))
    assert REMEMBER not in buttons(action_card(action(employee_id=1), change, EN))
    assert REMEMBER not in buttons(action_card(action(employee_id=1), delete, EN))


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_does_not_fit_is_read_before_it_can_be_confirmed(language: str) -> None:
    blocks = action_card(action(text="x" * 4_000), note, words_for(language))
    assert READ in buttons(blocks)
    assert CONFIRM not in buttons(blocks)
    assert "xxx" not in json.dumps(blocks).replace(ID, "")
    assert "4000" in plain_texts(blocks)
    assert check_blocks(blocks) == []


@pytest.mark.parametrize("state", [state for state in ActionState if state is not ActionState.PENDING])
@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("length", [5, 5_000])
def test_a_decided_card_has_no_buttons_and_says_what_became_of_it(
    state: ActionState, language: str, length: int
) -> None:
    words, decided = words_for(language), action(state, employee_id=1, name="x" * length)
    blocks = action_card(decided, change, words)
    assert not buttons(blocks)
    assert check_blocks(blocks) == []
    assert fallback(decided, change, words)


def test_the_unknown_outcome_is_called_unknown() -> None:
    blocks = action_card(action(ActionState.UNKNOWN, employee_id=1), change, words_for("ko"))
    assert "알 수 없음" in json.dumps(blocks, ensure_ascii=False)
    assert "unknown" in json.dumps(action_card(action(ActionState.UNKNOWN, employee_id=1), change, EN))


PEOPLE = {"en": "The bank <b>is</b>\nbusy\u202e (429).", "ko": "은행에 요청이 몰렸습니다(429)."}


@pytest.mark.parametrize("state", [ActionState.FAILED, ActionState.UNKNOWN])
@pytest.mark.parametrize(
    ("people", "language", "why"),
    [
        (PEOPLE, "ko", "이유: 은행에 요청이 몰렸습니다(429)."),
        (PEOPLE, "en", "Reason: The bank <b>is</b> busy\\u{202e} (429)."),
        ({"en": "The bank is busy."}, "ko", "이유: The bank is busy."),
        ({"ja": "混んでいます。"}, "ko", "이유: 混んでいます。"),
    ],
)
def test_a_card_says_why_nothing_was_done_or_nobody_can_tell_in_its_readers_language(
    state: ActionState, people: dict[str, str], language: str, why: str
) -> None:
    told = {"status": state.value, "error": "For the model alone."}
    ended = replace(action(state, employee_id=1), outcome_json=ended_json(told, people))
    blocks = action_card(ended, change, words_for(language))
    assert why in plain_texts(blocks)
    assert "For the model alone" not in json.dumps(blocks)
    assert check_blocks(blocks) == []
    worst = replace(ended, outcome_json=ended_json(told, {"en": "\U000e0041" * 500}))
    assert check_blocks(action_card(worst, change, words_for(language))) == []


@pytest.mark.parametrize("kept", [None, '{"status":"failed","error":"For the model alone."}'])
@pytest.mark.parametrize("language", LANGUAGES)
def test_a_card_of_before_has_no_reason(kept: str | None, language: str) -> None:
    words = words_for(language)
    blocks = action_card(replace(action(ActionState.FAILED, employee_id=1), outcome_json=kept), change, words)
    assert words("card-reason") not in json.dumps(blocks, ensure_ascii=False)
    assert "For the model alone" not in json.dumps(blocks)


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_denial_brings_its_reason_as_plain_text(language: str) -> None:
    denied = replace(action(ActionState.DENIED, employee_id=1), reason="Not <!channel>\nbefore May\u202e")
    blocks = action_card(denied, change, words_for(language))
    assert "│ Not <!channel>\n│ before May\\u{202e}" in plain_texts(blocks)
    assert "<!channel>" not in mrkdwn(blocks)
    assert check_blocks(blocks) == []
    worst = replace(denied, reason="\U000e0041" * 500)
    assert check_blocks(action_card(worst, change, words_for(language))) == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_changed_card_points_to_the_new_one(language: str) -> None:
    withdrawn = action(ActionState.WITHDRAWN, employee_id=1)
    words = words_for(language)
    assert words("card-withdrawn") in mrkdwn(action_card(withdrawn, change, words))
    changed = mrkdwn(action_card(replace(withdrawn, superseded_by="y"), change, words))
    assert words("card-superseded") in changed
    assert words("card-withdrawn") not in changed


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_a_grant_confirmed_says_so(language: str) -> None:
    words = words_for(language)
    told = words("card-granted", user="<@U1>")
    for state in ActionState:
        text = mrkdwn(action_card(replace(action(state, text="a"), grant=3), note, words))
        asked = state in (ActionState.PENDING, ActionState.DENIED, ActionState.EXPIRED, ActionState.WITHDRAWN)
        assert (told in text) is not asked


@pytest.mark.parametrize(
    ("deciders", "said"),
    [
        (Deciders(requester=True), "only <@U1> can confirm it"),
        (Deciders(users=("U1",)), "only <@U1> can confirm it"),
        (Deciders(users=("U2", "U3"), groups=("S1",)), "by: <@U2>, <@U3>, <!subteam^S1>."),
        (Deciders(users=("U2",), requester=True), "by: <@U1>, <@U2>."),
        (Deciders(users=("U1", "U2"), not_requester=True), "somebody else has to confirm it"),
        (Deciders(groups=("S1",), not_requester=True), "Z>: <!subteam^S1>."),
        (Deciders(users=tuple(f"U{n}" for n in range(21))), "by: 21 people and groups named in the rules."),
    ],
)
def test_a_card_says_who_can_confirm(deciders: Deciders, said: str) -> None:
    blocks = action_card(action(employee_id=1), change, EN, deciders)
    assert said in mrkdwn(blocks).replace(" UTC>", "Z>")
    assert CONFIRM in buttons(blocks)
    for language in LANGUAGES:
        assert check_blocks(action_card(action(employee_id=1), change, words_for(language), deciders)) == []


def test_four_eyes_never_name_the_requester_as_one_who_can() -> None:
    text = mrkdwn(action_card(action(employee_id=1), change, EN, Deciders(("U1", "U2"), not_requester=True)))
    assert text.rstrip().endswith("<@U2>.")
    assert "<@U1>, <@U2>" not in text


@pytest.mark.parametrize(
    "deciders", [Deciders(), Deciders(requester=True, not_requester=True), Deciders(("U1",), not_requester=True)]
)
@pytest.mark.parametrize("language", LANGUAGES)
def test_where_nobody_may_confirm_there_is_no_button_for_it(deciders: Deciders, language: str) -> None:
    words = words_for(language)
    blocks = action_card(action(text="a"), note, words, deciders)
    assert set(buttons(blocks)) == {DENY, DENY_REASON, WITHDRAW}
    assert words("card-waits-nobody", user="<@U1>") in mrkdwn(blocks)


def test_a_card_whose_function_is_gone_is_shown_and_cannot_be_confirmed() -> None:
    blocks = action_card(action(employee_id=1), None, EN)
    assert "change" in plain_texts(blocks)
    assert set(buttons(blocks)) == {DENY, DENY_REASON, WITHDRAW}


@given(st.text(max_size=3_000), st.text(max_size=3_000), st.text(max_size=600), st.sampled_from(LANGUAGES))
def test_every_argument_is_shown_whole_as_plain_text_or_cannot_be_confirmed(
    name: str, other: str, preview: str, language: str
) -> None:
    frozen = replace(action(name=name, other=other), preview=preview)
    blocks = action_card(frozen, change, words_for(language))
    assert check_blocks(blocks) == []
    for element in elements(blocks):
        if element.get("type") == "mrkdwn":
            assert element["text"].count("<") == element["text"].count("<@U1>") + element["text"].count("<!date^")
    if CONFIRM in buttons(blocks):
        shown = plain_texts(blocks)
        assert sum(len(literal(text).replace("\n", "")) for text in (name, other)) <= len(shown)


@given(st.dictionaries(st.text(min_size=1, max_size=30), st.text(max_size=300), max_size=22))
def test_many_arguments_stay_within_slacks_limits(arguments: dict[str, str]) -> None:
    frozen = replace(action(), arguments_json=json.dumps(arguments))
    assert check_blocks(action_card(frozen, change, EN)) == []


@pytest.mark.parametrize(
    ("state", "decided_by", "shown"),
    [
        (ActionState.PENDING, None, "Now"),
        (ActionState.DENIED, "U1", "At that time"),
        (ActionState.SUCCEEDED, "U1", "At that time"),
        (ActionState.EXPIRED, "U1", "At that time"),  # confirmed, and not begun in time
        (ActionState.EXPIRED, None, ""),
        (ActionState.WITHDRAWN, "U1", ""),
        (ActionState.WITHDRAWN, None, ""),
    ],
)
def test_what_was_the_case_is_said_of_what_was_decided(
    state: ActionState, decided_by: str | None, shown: str
) -> None:
    frozen = replace(action(employee_id=1), preview="Salary: 5", state=state, decided_by=decided_by)
    text = plain_texts(action_card(frozen, change, EN)) + mrkdwn(action_card(frozen, change, EN))
    assert ("Salary: 5" in text) is bool(shown)
    assert shown in text
    assert ("At that time" in text) is (shown == "At that time")


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_was_confirmed_and_not_begun_does_not_say_that_nobody_decided(language: str) -> None:
    words = words_for(language)
    late = replace(action(employee_id=1), state=ActionState.EXPIRED, decided_by="U9")
    assert words("card-too-late", user="<@U9>") in mrkdwn(action_card(late, change, words))
    never = replace(late, decided_by=None)
    assert words("card-expired") in mrkdwn(action_card(never, change, words))


def test_a_preview_is_one_line_of_its_own() -> None:
    blocks = action_card(replace(action(employee_id=1), preview="Kim\nSalary: 5"), change, EN)
    assert "Now: Kim\\u{a}Salary: 5" in plain_texts(blocks)
    too_long = replace(action(employee_id=1), preview="x" * 501)
    assert action_card(too_long, change, EN) == action_card(replace(too_long, preview=""), change, EN)


NAME, PAY = Label(en="Name", ko="이름"), Label(kind="amount", en="Pay", ko="급여")


@function(title="Pay somebody")
async def pay(context: Context, employee_id: int, pay: Annotated[int, PAY], name: Annotated[str, NAME]) -> None:
    """Pay."""


@function(destructive=True, title="Dismiss")
async def dismiss(context: Context, employee_id: int) -> None:
    """Dismiss."""


def kept(preview: Preview, **arguments: Any) -> Action:
    return replace(action(**arguments), preview=written(preview))


def test_an_amount_stands_behind_what_it_is_now_and_an_id_is_no_amount() -> None:
    asked = kept(Preview(now={NAME: "Kim", PAY: 1_320_800}), employee_id=1234, pay=1_330_000, name="Lee")
    blocks = action_card(asked, pay, EN)
    fields = [text["text"] for block in blocks for text in block.get("fields", ())]
    assert fields == ["*Employee id*", "1234", "*Pay*", "1,320,800 → 1,330,000", "*Name*", "Lee"]
    assert "Now:\n• Name: Kim" in plain_texts(blocks)
    assert "• Pay" not in plain_texts(blocks)
    assert "1,330,000" in plain_texts(action_card(replace(asked, preview=""), pay, EN))


def test_what_would_not_change_has_no_arrow() -> None:
    shown = plain_texts(action_card(kept(Preview(now={PAY: 5}), pay=5, name='"5"'), pay, EN))
    assert "→" not in shown
    assert "• Pay: 5" in shown


def test_a_number_in_a_text_is_no_amount() -> None:
    """The arrow is Nod's own: no text passes for it."""
    shown = plain_texts(action_card(kept(Preview(now={NAME: "Kim"}), name="Kim → Lee"), pay, EN))
    assert "• Name: Kim" in shown
    assert "Kim → Kim" not in shown


def schedule_card(when: str, then: str, language: str) -> list[dict[str, Any]]:
    runs = [datetime(2026, 7, 6, tzinfo=UTC)]
    told = Preview(then={TIME: f"{then} (Asia/Seoul)", PLACE: "#team"}, runs=runs)
    asked = kept(told, prompt="Tell us.", when=when, channel="#team")
    blocks = action_card(asked, create_schedule, words_for(language))
    assert check_blocks(blocks) == []
    return blocks


@pytest.mark.parametrize(
    ("language", "when", "then", "said", "exact"),
    [
        ("en", "0 9 * * 1-5", "0 9 * * 1-5", "on weekdays at 09:00 (Asia/Seoul)", "Exactly: 0 9 * * 1-5"),
        ("ko", "0 9 * * 1-5", "0 9 * * 1-5", "평일 09:00 (Asia/Seoul)", "정확한 값: 0 9 * * 1-5"),
        (
            "en",
            "2026-07-04T09:00",
            "2026-07-04T09:00:00+09:00",
            "once, on Saturday 2026-07-04 at 09:00 (Asia/Seoul)",
            "Exactly: 2026-07-04T09:00",
        ),
    ],
)
def test_when_is_said_in_words_and_exactly_below(
    language: str, when: str, then: str, said: str, exact: str
) -> None:
    blocks = schedule_card(when, then, language)
    assert [text["text"] for text in blocks[1]["fields"]][3] == said
    assert blocks[2] == {"type": "context", "elements": [{"type": "plain_text", "text": exact, "emoji": False}]}
    assert json.dumps(blocks).count("#team") == 1
    assert [each.get("type") for each in elements(blocks)].count("date") == 1


def test_when_is_said_in_words_wherever_an_action_is_read() -> None:
    told = Preview(then={TIME: "0 9 * * 1-5 (Asia/Seoul)"})
    asked = kept(told, prompt="Tell us.", when="0 9 * * 1-5")
    view = read_modal(asked, create_schedule, EN, 0)
    assert "on weekdays at 09:00 (Asia/Seoul)\nExactly: 0 9 * * 1-5" in plain_texts(view["blocks"])
    both = batch_card([replace(asked, function="create_schedule")], {"create_schedule": create_schedule}, EN)
    assert "When: on weekdays at 09:00 (Asia/Seoul)\nExactly: 0 9 * * 1-5" in plain_texts(both)


def test_a_time_without_words_stands_as_it_is() -> None:
    blocks = schedule_card("0 9 L * *", "0 9 L * *", "en")
    assert [text["text"] for text in blocks[1]["fields"]][3] == "0 9 L * *"
    assert "When: 0 9 L * * (Asia/Seoul)" in json.dumps(blocks)


def test_the_second_question_says_whose_it_is() -> None:
    def asked(name: str) -> str:
        told = kept(Preview(now={NAME: name, PAY: 372_000}), employee_id=6)
        blocks = action_card(told, dismiss, EN)
        assert check_blocks(blocks) == []
        return str(buttons(blocks)[CONFIRM]["confirm"]["text"]["text"])

    assert asked("Brielle") == "Dismiss\nEmployee id: 6\nNow:\n• Name: Brielle\n• Pay: 372,000"
    assert asked("x" * 240) == f"Dismiss\nEmployee id: 6\nNow:\n• Name: {'x' * 240}"
    assert asked("x" * 300) == "Dismiss\nEmployee id: 6", "a name is shown whole or not at all"
    line = replace(action(employee_id=6), preview="Brielle · 61")
    confirm = buttons(action_card(line, dismiss, EN))[CONFIRM]["confirm"]
    assert confirm["text"]["text"] == "Dismiss\nEmployee id: 6\nNow: Brielle · 61"


def test_a_shared_answer_names_the_asker_and_escapes_the_question() -> None:
    text = json.dumps(shared_answer("U1", "<!channel> who?", "**Kim**", EN))
    assert "<@U1>" in text
    assert "<!channel>" not in text
    assert check_blocks(shareable_answer("**Kim**", 7, EN)) == []


def test_a_long_shared_question_is_not_cut() -> None:
    blocks = shared_answer("U1", "<!channel> " * 900, "**Kim**", EN)
    assert check_blocks(blocks) == []
    assert plain_texts(blocks).count("<!channel>") > 880
    assert "<!channel>" not in mrkdwn(blocks)
