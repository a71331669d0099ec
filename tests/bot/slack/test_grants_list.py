import json
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from bot.demo.workspace.blocks import check_blocks
from bot.slack.grants_list import LISTED, REVOKE, grants_list
from bot.words.catalogue import words_for
from storage.records import Conversation, ConversationKey, Grant
from tests.bot.slack.sample import CONVERSATION, FUNCTIONS, ID, buttons, elements, mrkdwn

GRANT = Grant(7, CONVERSATION, "U1", "note", ID, datetime(2026, 1, 1, 1, tzinfo=UTC))


@pytest.mark.parametrize(("language", "title"), [("en", "Add a note"), ("ko", "메모 추가")])
def test_a_grant_says_what_where_and_until_when(language: str, title: str) -> None:
    blocks = grants_list([GRANT], FUNCTIONS, words_for(language))
    assert f"*{title}*" in mrkdwn(blocks)
    assert "<#C1>" in mrkdwn(blocks)
    assert "2026-01-01 01:00 UTC" in mrkdwn(blocks)
    assert buttons(blocks)[REVOKE]["value"] == "7"
    assert check_blocks(blocks) == []


@pytest.mark.parametrize("language", ["en", "ko"])
def test_without_grants_there_is_a_sentence(language: str) -> None:
    blocks = grants_list([], FUNCTIONS, words_for(language))
    assert check_blocks(blocks) == []
    assert mrkdwn(blocks)
    assert not buttons(blocks)


def test_direct_messages_and_functions_that_are_gone() -> None:
    direct = Conversation(2, ConversationKey("T1", "D1", "1.1"))
    blocks = grants_list([replace(GRANT, conversation=direct, function="gone")], FUNCTIONS, words_for("en"))
    assert "*gone*\nin our direct messages" in mrkdwn(blocks)


def test_many_grants_stay_within_slacks_limits_and_are_counted() -> None:
    blocks = grants_list([replace(GRANT, id=number) for number in range(60)], FUNCTIONS, words_for("en"))
    assert check_blocks(blocks) == []
    assert sum(each.get("type") == "button" for each in elements(blocks)) == LISTED
    assert "15 more are not listed" in json.dumps(blocks)
