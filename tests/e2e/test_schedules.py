"""Schedules: made by asking, confirmed by a click, fired once, whoever ends when."""

from datetime import UTC, datetime, timedelta

from bot.demo.workspace.state import Message, Workspace
from tests.e2e.office import Office, shown


def in_seconds(seconds: float) -> str:
    return (datetime.now(UTC) + timedelta(seconds=seconds)).isoformat(timespec="seconds")


def roots(office: Office, words: str, channel: str = "general") -> list[Message]:
    """Return the messages of Nod's in a channel itself that say these words."""
    found = office.workspace.messages(office.workspace.channel(channel).id)
    return [each for each in found if each.bot_id and each.thread_ts is None and words in shown(each)]


async def test_a_schedule_survives_a_kill_and_posts_once(empty_office: Office) -> None:
    office = empty_office
    await office.start()
    when = in_seconds(6)
    thread = await office.ask(
        "lee", "hr", f'@Nod create_schedule prompt="what is the average age?" when={when} channel="#general"'
    )
    card = await thread.card()
    await thread.answer()
    assert await thread.click("lee", card, "action_confirm")
    await thread.settled(card, "Done.")
    await office.kill()
    await office.start()

    def posted(workspace: Workspace) -> Message | None:
        return next(iter(roots(office, "what is the average age?")), None)

    root = await office.workspace.wait_for(posted, 20)

    def answered(workspace: Workspace) -> Message | None:
        replies = workspace.replies(root.channel, root.ts)
        return next((each for each in replies if "42.13" in each.text and not each.streaming), None)

    await office.workspace.wait_for(answered, 15)
    assert len(roots(office, "what is the average age?")) == 1
