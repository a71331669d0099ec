import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.demo.workspace.people import People
from bot.demo.workspace.state import Workspace


async def test_history_is_newest_first_and_without_replies(
    client: AsyncWebClient, workspace: Workspace, people: People
) -> None:
    first = await people.say("kim", "general", "1")
    second = await people.say("kim", "general", "2")
    await people.say("lee", "general", "1a", first.ts)
    shown = (await client.conversations_history(channel=first.channel))["messages"]
    assert [each["ts"] for each in shown] == [second.ts, first.ts]
    assert (shown[1]["reply_count"], shown[1]["thread_ts"]) == (1, first.ts)
    newer = await client.conversations_history(channel=first.channel, oldest=first.ts)
    assert [each["ts"] for each in newer["messages"]] == [second.ts]


async def test_replies_come_in_pages(client: AsyncWebClient, people: People) -> None:
    root = await people.say("kim", "general", "root")
    replies = [await people.say("lee", "general", str(number), root.ts) for number in range(3)]
    seen: list[str] = []
    async for page in await client.conversations_replies(channel=root.channel, ts=root.ts, limit=2):
        seen += [each["ts"] for each in page["messages"]]
    assert seen == [root.ts, *(reply.ts for reply in replies)]
    with pytest.raises(SlackApiError, match="thread_not_found"):
        await client.conversations_replies(channel=root.channel, ts="1.000001")
    with pytest.raises(SlackApiError, match="invalid_cursor"):
        await client.conversations_replies(channel=root.channel, ts=root.ts, cursor="x")


async def test_channels_members_and_direct_channels(client: AsyncWebClient, workspace: Workspace) -> None:
    general, kim = workspace.channel("general"), workspace.user("kim")
    info = (await client.conversations_info(channel=general.id, include_num_members=True))["channel"]
    assert (info["name"], info["is_member"], info["num_members"]) == ("general", True, 4)
    assert (await client.conversations_members(channel=general.id))["members"] == general.members
    names = [each["name"] for each in (await client.conversations_list())["channels"]]
    assert names == ["general", "hr"]
    opened = (await client.conversations_open(users=[kim.id], return_im=True))["channel"]
    assert (opened["id"], opened["user"], opened["is_im"]) == (workspace.dm("kim").id, kim.id, True)
    with pytest.raises(SlackApiError, match="user_not_found"):
        await client.conversations_open(users="U1")


async def test_who_is_who(client: AsyncWebClient, workspace: Workspace) -> None:
    kim = workspace.user("kim")
    user = (await client.users_info(user=kim.id, include_locale=True))["user"]
    assert (user["locale"], user["tz"], user["tz_offset"]) == ("ko-KR", "Asia/Seoul", 9 * 3600)
    assert user["profile"]["display_name"] == "Kim"
    assert [user[name] for name in ("is_bot", "is_restricted", "is_ultra_restricted", "deleted")] == [False] * 4
    assert "locale" not in (await client.users_info(user=kim.id))["user"]
    assert (await client.bots_info(bot=workspace.bot_id))["bot"]["user_id"] == workspace.bot.id
    assert (await client.team_info())["team"]["id"] == workspace.team_id
    workspace.usergroups["S1"] = [kim.id]
    assert (await client.usergroups_users_list(usergroup="S1"))["users"] == [kim.id]
    with pytest.raises(SlackApiError, match="no_such_subteam"):
        await client.usergroups_users_list(usergroup="S2")
