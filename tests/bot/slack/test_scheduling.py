"""What a schedule's button tells whoever pressed it."""

from typing import Any
from unittest.mock import AsyncMock

import pytest

from bot.demo.workspace import payloads
from bot.demo.workspace.residents import settle
from bot.demo.workspace.state import Workspace
from bot.slack.schedules_list import PAUSE, RUN
from bot.slack.scheduling import Scheduling
from bot.words.catalogue import words_for
from storage.records import Schedule
from tests.bot.slack.test_schedules_list import schedule
from tests.e2e.office import text_of


async def told(action_id: str, came: str, *theirs: Schedule, locale: str = "en") -> str:
    """Press a button of schedule 7 on the Home tab; what stands there then."""
    book, client, whisper, ack = AsyncMock(), AsyncMock(), AsyncMock(), AsyncMock()
    book.press.return_value, book.of.return_value = came, list(theirs)
    whisper.words.return_value = words_for(locale)
    workspace = Workspace(seed=1)
    try:
        settle(workspace)
        body = payloads.interaction(workspace, "block_actions", workspace.user("lee"), "1.2.x")
    finally:
        workspace.close()
    body |= {"view": {"type": "home"}, "actions": [{"action_id": action_id, "value": "7"}]}
    await Scheduling(book, client, whisper).pressed(ack, body)
    ack.assert_awaited_once()
    view: Any = client.views_publish.await_args.kwargs["view"]
    return text_of(view["blocks"])


@pytest.mark.parametrize(
    ("channel", "locale", "says"),
    [
        ("C9", "en", "Running now. The result will be posted in <#C9>."),
        ("D9", "en", "Running now. The result will be posted in our direct messages."),
        ("C9", "ko", "지금 실행합니다. 결과는 <#C9>에 올립니다."),
        ("D9", "ko", "지금 실행합니다. 결과는 저와의 다이렉트 메시지에 올립니다."),
    ],
)
async def test_where_a_run_is_posted_is_said(channel: str, locale: str, says: str) -> None:
    both = schedule(1, channel="C1"), schedule(7, channel=channel)
    assert says in await told(RUN, "run", *both, locale=locale)


async def test_a_schedule_that_went_meanwhile_still_runs() -> None:
    assert "It is running already. Its result" in await told(RUN, "run")


@pytest.mark.parametrize(
    ("came", "says"), [("pause", "Paused."), ("not_yours", "Only its owner"), ("gone", "no longer")]
)
async def test_everything_else_is_said_as_it_came(came: str, says: str) -> None:
    assert says in await told(PAUSE, came, schedule(7))
