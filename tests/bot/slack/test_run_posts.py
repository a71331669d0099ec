"""The root messages of runs and what owners are told: each stands there once."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from bot.demo.unkind.calls import Dropped, Refused
from bot.demo.workspace.state import Message
from bot.slack.people import People
from bot.slack.run_posts import RunPosts, notice_text
from bot.words.catalogue import words_for
from storage.records import Notice, NoticeKind, Pause, Run, Schedule, ScheduleState
from tests.bot.slack.desk import Desk, hurry, open_desk


@pytest.fixture
async def desk(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Desk]:
    hurry(monkeypatch)
    async with open_desk() as opened:
        yield opened


@pytest.fixture
def posts(desk: Desk) -> RunPosts:
    return RunPosts(desk.client, People(desk.client), desk.place.bot)


def run(desk: Desk, **changes: object) -> Run:
    now = datetime.now(UTC)
    user = desk.slack.workspace.user("lee").id
    made = Run(
        1, 1, now, now, desk.key.team, user, desk.key.channel, "Tell us <!channel>\nall.", "0 9 * * *", "UTC"
    )
    return replace(made, **changes)  # type: ignore[arg-type]


def schedule(desk: Desk, **changes: object) -> Schedule:
    lee = desk.slack.workspace.user("lee").id
    fields = (1, "a", desk.key.team, lee, desk.key.channel, "Tell us.", "0 9 * * *", "UTC", ScheduleState.PAUSED)
    made = Schedule(*fields, next_at=None, pause=Pause.CHANNEL)
    return replace(made, **changes)  # type: ignore[arg-type]


def roots(desk: Desk, channel: str = "") -> list[Message]:
    found = desk.slack.workspace.messages(channel or desk.key.channel)
    return [each for each in found if each.bot_id and each.thread_ts is None]


async def test_a_root_is_posted_and_found_again(desk: Desk, posts: RunPosts) -> None:
    assert await posts.find(run(desk)) is None
    ts = await posts.open(run(desk))
    [root] = roots(desk)
    assert root.ts == ts
    assert await posts.find(run(desk)) == ts
    assert await posts.find(run(desk, id=2)) is None
    section, context = root.blocks
    assert section["text"]["type"] == "plain_text"
    assert f"<@{desk.slack.workspace.user('lee').id}>" in context["elements"][0]["text"]
    assert "<!channel>" not in root.text


async def test_a_post_whose_answer_was_lost_is_not_repeated(desk: Desk, posts: RunPosts) -> None:
    desk.slack.answer_next("chat.postMessage", Dropped(after_effect=True))
    ts = await posts.open(run(desk))
    assert [root.ts for root in roots(desk)] == [ts]
    assert desk.called("conversations.history") == 1


async def test_a_channel_that_will_not_have_it(desk: Desk, posts: RunPosts) -> None:
    desk.slack.answer_next("chat.postMessage", Refused("is_archived"))
    assert await posts.open(run(desk)) is None
    assert await posts.find(run(desk, channel="C0NOWHERE")) is None


async def test_slack_that_cannot_say_is_asked_later(desk: Desk, posts: RunPosts) -> None:
    for _ in range(9):
        desk.slack.answer_next("conversations.history", Dropped())
    with pytest.raises(LookupError):
        await posts.find(run(desk))


async def test_an_owner_is_told_once_in_their_direct_message(desk: Desk, posts: RunPosts) -> None:
    workspace = desk.slack.workspace
    found = schedule(desk)
    notice = Notice(3, NoticeKind.CHANNEL, found, found.owner, datetime.now(UTC))
    await posts.tell(notice)
    await posts.tell(notice)
    [told] = roots(desk, workspace.dm(found.owner).id)
    assert f"<#{desk.key.channel}>" in told.text
    assert "resumes it" in told.text


@pytest.mark.parametrize("kind", [NoticeKind.TAKEN_OVER, NoticeKind.MISSED])
async def test_a_former_owner_is_not_told_what_the_new_one_asks_for(
    desk: Desk, posts: RunPosts, kind: NoticeKind
) -> None:
    workspace = desk.slack.workspace
    kim = workspace.user("kim").id
    theirs = schedule(desk, prompt="Tell me all salaries.")
    await posts.tell(Notice(3, kind, theirs, kim, datetime.now(UTC), datetime.now(UTC)))
    [told] = roots(desk, workspace.dm(kim).id)
    assert "salaries" not in f"{told.text} {told.blocks}"
    assert "09:00 (UTC)" in str(told.blocks), "by which they know which it was"


async def test_whom_slack_does_not_know_is_not_told(desk: Desk, posts: RunPosts) -> None:
    await posts.tell(Notice(3, NoticeKind.OWNER, schedule(desk), "U0NOBODY", datetime.now(UTC)))
    desk.slack.answer_next("conversations.open", Refused("internal_error"))
    for _ in range(9):
        desk.slack.answer_next("conversations.open", Refused("internal_error"))
    found = schedule(desk)
    with pytest.raises(LookupError):
        await posts.tell(Notice(4, NoticeKind.OWNER, found, found.owner, datetime.now(UTC)))


@pytest.mark.parametrize("kind", NoticeKind)
@pytest.mark.parametrize("language", ["en", "ko"])
async def test_every_notice_has_its_words(desk: Desk, kind: NoticeKind, language: str) -> None:
    notice = Notice(1, kind, schedule(desk), "U1", datetime.now(UTC), datetime.now(UTC))
    assert notice_text(notice, words_for(language))
