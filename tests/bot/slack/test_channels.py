"""Which channels Nod is in, as Slack says it."""

from collections.abc import AsyncIterator

import pytest

from bot.demo.unkind.calls import Refused
from bot.schedule.places import Channel
from bot.slack import channels
from bot.slack.channels import SlackChannels
from bot.slack.standing import Standings
from tests.bot.slack.desk import Desk, hurry, open_desk


@pytest.fixture
async def desk(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Desk]:
    hurry(monkeypatch)
    monkeypatch.setattr(channels, "PAGE", 1)
    async with open_desk() as opened:
        yield opened


async def test_channels_without_nod_are_left_out(desk: Desk) -> None:
    workspace = desk.slack.workspace
    lee = workspace.user("lee").id
    workspace.add_channel("elsewhere", [lee])
    workspace.add_channel("team", [lee, workspace.bot.id])
    joined = await SlackChannels(desk.client).joined()
    assert Channel(workspace.channel("team").id, "team") in joined
    assert "elsewhere" not in {channel.name for channel in joined}
    ids = [channel.id for channel in joined]
    assert len(set(ids)) == len(ids) > 1, "all pages are read, each once"


async def test_who_is_in_a_channel(desk: Desk) -> None:
    workspace = desk.slack.workspace
    lee = workspace.user("lee").id
    team = workspace.add_channel("team", [workspace.bot.id, lee])
    found = SlackChannels(desk.client)
    assert await found.has_member(team.id, lee)
    assert await found.has_member(team.id, workspace.bot.id), "whoever is on which page"
    assert not await found.has_member(team.id, "U0NOBODY")


async def test_a_slack_that_does_not_say_is_no_answer(desk: Desk) -> None:
    for _ in range(9):
        desk.slack.answer_next("users.conversations", Refused("internal_error"))
    with pytest.raises(LookupError):
        await SlackChannels(desk.client).joined()
    with pytest.raises(LookupError):
        await SlackChannels(desk.client).has_member("C0NOWHERE", "U1")


async def test_an_administrator_is_one_of_this_workspace_now(desk: Desk) -> None:
    workspace = desk.slack.workspace
    lee, team = workspace.user("lee"), workspace.team_id
    standings = Standings(desk.client, team)
    assert await standings.is_admin(team, lee.id) is False
    lee.is_admin = True
    assert await standings.is_admin(team, lee.id) is True
    assert await standings.is_admin("T0OTHER", lee.id) is False
    lee.deleted = True
    assert await standings.is_admin(team, lee.id) is False
    for _ in range(9):
        desk.slack.answer_next("users.info", Refused("internal_error"))
    assert await standings.is_admin(team, lee.id) is None


async def test_a_private_channel_admits_who_is_in_it(desk: Desk) -> None:
    workspace = desk.slack.workspace
    kim, lee = workspace.user("kim").id, workspace.user("lee").id
    secret = workspace.add_channel("secret", [workspace.bot.id, lee])
    secret.private = True
    team = workspace.add_channel("team", [workspace.bot.id, lee])
    found = SlackChannels(desk.client)
    assert await found.admits(secret.id, lee)
    assert not await found.admits(secret.id, kim)
    assert await found.admits(team.id, kim)
    assert await found.admits(workspace.dm(kim).id, kim)
    assert {each.name for each in await found.joined() if each.private} == {"secret"}


async def test_a_direct_message_of_nod_s_is_known(desk: Desk) -> None:
    kim = desk.slack.workspace.user("kim").id
    assert await SlackChannels(desk.client).direct(kim) == desk.slack.workspace.dm(kim).id
    assert await SlackChannels(desk.client).direct("U0NOBODY") is None
