"""Somebody's schedules with their buttons."""

from datetime import UTC, datetime
from typing import Any

from bot.demo.workspace.blocks import check_blocks
from bot.slack.schedules_list import DELETE, LISTED, PAUSE, RESUME, RUN, schedules_list
from bot.words.catalogue import words_for
from storage.records import Pause, Schedule, ScheduleState
from tests.e2e.office import text_of

EN, KO = words_for("en"), words_for("ko")


def schedule(id: int = 1, **changes: Any) -> Schedule:
    fields: dict[str, Any] = {
        "id": id,
        "made_by": f"a{id}",
        "team": "T1",
        "owner": "U1",
        "channel": "C1",
        "prompt": "Tell us the <!channel> weather.",
        "rule": "0 9 * * 1-5",
        "zone": "Asia/Seoul",
        "state": ScheduleState.ACTIVE,
        "next_at": datetime(2026, 7, 6, tzinfo=UTC),
    }
    return Schedule(**(fields | changes))


def ids(blocks: list[Any]) -> list[tuple[str, str]]:
    rows = [block["elements"] for block in blocks if block["type"] == "actions"]
    return [(element["action_id"], element["value"]) for row in rows for element in row]


def test_an_active_one_can_be_paused_run_and_deleted() -> None:
    blocks = schedules_list([schedule(7)], "U1", EN)
    assert ids(blocks) == [(PAUSE, "7"), (RUN, "7"), (DELETE, "7")]
    shown = text_of(blocks)
    assert "schedule 7 · on weekdays at 09:00 (Asia/Seoul) · <#C1> · next <!date^" in shown
    assert "7번 일정 · " in text_of(schedules_list([schedule(7)], "U1", KO))
    prompt = next(block for block in blocks if block.get("text", {}).get("type") == "plain_text")
    assert prompt["text"]["text"] == "Tell us the <!channel> weather.", "in plain text it calls nobody"


def test_a_paused_one_says_why_and_can_be_resumed() -> None:
    for pause in Pause:
        blocks = schedules_list([schedule(state=ScheduleState.PAUSED, pause=pause, next_at=None)], "U1", EN)
        assert ids(blocks)[0] == (RESUME, "1")
        assert "paused" in text_of(blocks)


def test_others_are_named_and_direct_messages_too() -> None:
    blocks = schedules_list([schedule(owner="U2", channel="D1")], "U1", KO, "일시 중지했습니다.")
    assert "<@U2>" in text_of(blocks)
    assert "<#D1>" not in text_of(blocks)
    assert text_of(blocks).startswith("일시 중지했습니다.")


def test_slack_takes_the_longest_list() -> None:
    many = [schedule(number, prompt="\u202e" * 2_000) for number in range(1, LISTED + 9)]
    blocks = schedules_list(many, "U1", EN, "Paused.")
    assert check_blocks(blocks) == []
    assert "8 more" in text_of(blocks)


def test_what_is_deleted_is_named_once_more() -> None:
    def asked(prompt: str) -> str:
        row = schedules_list([schedule(prompt=prompt)], "U1", EN)[-1]["elements"]
        return str(row[-1]["confirm"]["text"]["text"])

    assert asked("Tell us.") == f"Tell us.\n{EN('schedule-delete-text')}"
    assert asked("&" * 100) == EN("schedule-delete-text"), "as Slack counts, it would be too long"


def test_none_tells_how_to_ask_for_one() -> None:
    assert "Ask me for one" in text_of(schedules_list([], "U1", EN))


def test_a_line_parts_them_where_there_is_room() -> None:
    for count, lines in [(0, 0), (1, 0), (2, 1), (11, 10), (12, 0)]:
        blocks = schedules_list([schedule(each + 1) for each in range(count)], "U1", EN, "Paused.")
        assert check_blocks(blocks) == []
        assert sum(block["type"] == "divider" for block in blocks) == lines
