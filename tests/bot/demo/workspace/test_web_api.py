import json
from typing import Any

import aiohttp
import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.demo.workspace.slack import Fault, Slack
from bot.demo.workspace.state import Workspace

BLOCKS = [{"type": "divider"}]


async def call(slack: Slack, method: str, *, verb: str = "POST", **request: Any) -> Any:
    request.setdefault("headers", {"Authorization": f"Bearer {slack.bot_token}"})
    async with aiohttp.ClientSession() as session:
        address = f"{slack.origin}/api/{method}"
        async with session.request(verb, address, **request) as response:
            return await response.json()


@pytest.mark.parametrize("encoding", ["get", "query", "form", "json", "token in the form"])
async def test_arguments_come_in_every_encoding(slack: Slack, workspace: Workspace, encoding: str) -> None:
    channel = workspace.channel("general").id
    arguments = {"channel": channel, "text": "hi", "blocks": json.dumps(BLOCKS), "team_id": workspace.team_id}
    match encoding:
        case "get":
            answer = await call(slack, "chat.postMessage", verb="GET", params=arguments)
        case "query":
            answer = await call(slack, "chat.postMessage", params=arguments)
        case "form":
            answer = await call(slack, "chat.postMessage", data=arguments)
        case "json":
            answer = await call(slack, "chat.postMessage", json=arguments | {"blocks": BLOCKS})
        case _:
            answer = await call(slack, "chat.postMessage", data=arguments | {"token": slack.bot_token}, headers={})
    assert answer["ok"]
    [message] = workspace.messages(channel)
    assert (message.text, message.blocks[0]["type"]) == ("hi", "divider")


@pytest.mark.parametrize(
    ("token", "method", "error"),
    [
        ("", "auth.test", "not_authed"),
        ("xoxb-wrong", "auth.test", "invalid_auth"),
        ("{app}", "chat.postMessage", "not_allowed_token_type"),
        ("{bot}", "apps.connections.open", "not_allowed_token_type"),
        ("{bot}", "chat.fly", "unknown_method"),
        ("{bot}", "conversations.info", "channel_not_found"),
    ],
)
async def test_a_call_is_refused_with_slacks_error(slack: Slack, token: str, method: str, error: str) -> None:
    token = token.format(app=slack.app_token, bot=slack.bot_token)
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    answer = await call(slack, method, headers=headers)
    assert (answer["ok"], answer["error"]) == (False, error)


async def test_a_missing_scope_is_named(slack: Slack, client: AsyncWebClient, workspace: Workspace) -> None:
    slack.scopes.discard("users:read")
    with pytest.raises(SlackApiError) as refused:
        await client.users_info(user=workspace.user("kim").id)
    assert refused.value.response["error"] == "missing_scope"
    assert refused.value.response["needed"] == "users:read"
    assert "chat:write" in refused.value.response["provided"].split(",")


async def test_a_revoked_token_and_broken_json(slack: Slack, client: AsyncWebClient) -> None:
    broken = await call(slack, "auth.test", data="{", headers={"Content-Type": "application/json"})
    assert broken["error"] == "invalid_json"
    slack.auth_error = "token_revoked"
    with pytest.raises(SlackApiError, match="token_revoked"):
        await client.auth_test()


async def test_responses_tell_the_scopes(client: AsyncWebClient, slack: Slack, workspace: Workspace) -> None:
    answer = await client.auth_test()
    assert set(answer.headers["x-oauth-scopes"].split(",")) == slack.scopes
    assert (answer["user_id"], answer["bot_id"], answer["team_id"]) == (
        workspace.bot.id,
        workspace.bot_id,
        workspace.team_id,
    )


async def test_faults_answer_in_turn_and_calls_are_kept(slack: Slack, client: AsyncWebClient) -> None:
    slack.answer_next("auth.test", Fault(retry_after=2))
    slack.answer_next("auth.test", Fault("internal_error", status=500))
    with pytest.raises(SlackApiError, match="ratelimited") as limited:
        await client.auth_test()
    assert limited.value.response.headers["Retry-After"] == "2"
    assert limited.value.response.status_code == 429
    with pytest.raises(SlackApiError, match="internal_error"):
        await client.auth_test()
    await client.auth_test()
    assert [each.error for each in slack.calls] == ["ratelimited", "internal_error", None]
    slack.disabled.add("chat.startStream")
    with pytest.raises(SlackApiError, match="unknown_method"):
        await client.api_call("chat.startStream")


async def test_a_response_url_refuses_nonsense(slack: Slack, workspace: Workspace) -> None:
    kim, general = workspace.user("kim").id, workspace.channel("general").id
    url = slack.response_urls.issue(slack.origin, workspace.team_id, general, kim, command="/nod").url
    async with aiohttp.ClientSession() as session:
        for body, status in (("{", 400), ("[]", 400), ("{}", 400), ('{"text": "hi"}', 200)):
            async with session.post(url, data=body) as response:
                assert response.status == status
        async with session.post(f"{slack.origin}/actions/T/1/x", json={"text": "x"}) as response:
            assert response.status == 404
    assert [message.text for message in workspace.messages(general, kim)] == ["hi"]
