import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from typing import Annotated, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.demo.workspace.blocks import check_blocks
from bot.slack.cards import CONFIRM, DENY, action_card, fallback, shareable_answer, shared_answer
from bot.words.catalogue import words_for
from functions import Context, Label, function
from storage.records import Action, ActionState, Conversation, ConversationKey


@function(title={"en": "Change a record", "ko": "정보 변경"})
async def change(
    context: Context,
    employee_id: Annotated[int, Label(en="Employee number", ko="직원 번호")],
    name: str | None = None,
) -> None:
    """Change a record."""


def action(state: ActionState = ActionState.PENDING, **arguments: Any) -> Action:
    return Action(
        id="x" * 43,
        conversation=Conversation(1, ConversationKey("T1", "C1", "1.1")),
        turn=1,
        call_id="call",
        function="change",
        arguments_json=json.dumps(arguments),
        schema_digest="",
        digest="",
        requester="U1",
        preview="",
        state=state,
        proposed_at=datetime(2026, 1, 1, tzinfo=UTC),
        expires_at=datetime(2026, 1, 1, 0, 30, tzinfo=UTC),
        decided_by=None if state is ActionState.PENDING else "U1",
    )


def elements(blocks: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """Walk through every object of a list of blocks."""
    stack: list[Any] = list(blocks)
    while stack:
        value = stack.pop()
        if isinstance(value, dict):
            yield value
            stack.extend(value.values())
        elif isinstance(value, list):
            stack.extend(value)


def plain_texts(blocks: list[dict[str, Any]]) -> str:
    return "\n".join(e["text"] for e in elements(blocks) if e.get("type") == "plain_text")


def test_a_pending_card_shows_title_arguments_requester_and_buttons() -> None:
    blocks = action_card(action(employee_id=1, name="Tiger"), change, words_for("ko-KR"))
    text = json.dumps(blocks, ensure_ascii=False)
    assert "정보 변경: 실행할까요?" in text
    assert "*직원 번호*" in text
    assert "Tiger" in text
    assert "<@U1>님이 요청했으며" in text
    buttons = {e["action_id"]: e for e in elements(blocks) if e.get("type") == "button"}
    assert set(buttons) == {CONFIRM, DENY}
    assert {button["value"] for button in buttons.values()} == {"x" * 43}


@pytest.mark.parametrize("state", [state for state in ActionState if state is not ActionState.PENDING])
@pytest.mark.parametrize("locale", ["en-US", "ko-KR"])
def test_a_decided_card_has_no_buttons_and_says_what_became_of_it(state: ActionState, locale: str) -> None:
    words = words_for(locale)
    blocks = action_card(action(state, employee_id=1), change, words)
    assert not [e for e in elements(blocks) if e.get("type") == "button"]
    assert check_blocks(blocks) == []
    assert fallback(action(state, employee_id=1), change, words)


def test_the_unknown_outcome_is_called_unknown() -> None:
    blocks = action_card(action(ActionState.UNKNOWN, employee_id=1), change, words_for("ko"))
    assert "알 수 없음" in json.dumps(blocks, ensure_ascii=False)
    assert "unknown" in json.dumps(
        action_card(action(ActionState.UNKNOWN, employee_id=1), change, words_for("en"))
    )


def test_a_card_whose_function_is_gone_is_still_shown() -> None:
    assert "change" in json.dumps(action_card(action(employee_id=1), None, words_for("en")))


@given(st.text(max_size=20_000), st.text(max_size=3_000))
def test_every_argument_is_shown_whole_as_plain_text(name: str, other: str) -> None:
    frozen = replace(action(), arguments_json=json.dumps({"name": name, "other": other}), preview=other[:500])
    blocks = action_card(frozen, change, words_for("en"))
    assert check_blocks(blocks) == []
    for element in elements(blocks):
        if element.get("type") == "mrkdwn":
            assert element["text"].count("<") == element["text"].count("<@U1>") + element["text"].count("<!date^")
    from bot.slack.visible import visible

    shown = plain_texts(blocks)
    assert sum(map(len, [visible(name), visible(other)])) <= len(shown)


def test_a_shared_answer_names_the_asker_and_escapes_the_question() -> None:
    text = json.dumps(shared_answer("U1", "<!channel> who?", "**Kim**", words_for("en")))
    assert "<@U1>" in text
    assert "<!channel>" not in text
    assert check_blocks(shareable_answer("**Kim**", 7, words_for("en"))) == []
