from typing import Any

import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.demo.workspace.people import People
from bot.demo.workspace.slack import Slack
from bot.demo.workspace.state import Workspace


def modal(**fields: Any) -> dict[str, Any]:
    title = {"type": "plain_text", "text": "Edit"}
    return {"type": "modal", "title": title, "blocks": [{"type": "divider"}]} | fields


async def test_a_modal_is_opened_changed_pushed_and_closed(
    client: AsyncWebClient, slack: Slack, workspace: Workspace, people: People
) -> None:
    kim = workspace.user("kim").id
    opened = (await client.views_open(trigger_id=slack.triggers.issue(kim), view=modal(external_id="x1")))["view"]
    assert (opened["root_view_id"], opened["previous_view_id"]) == (opened["id"], None)
    changed = (await client.views_update(external_id="x1", view=modal(callback_id="c"), hash=opened["hash"]))[
        "view"
    ]
    assert changed["callback_id"] == "c"
    with pytest.raises(SlackApiError, match="hash_conflict"):
        await client.views_update(view_id=opened["id"], view=modal(), hash=opened["hash"])
    pushed = (await client.views_push(trigger_id=slack.triggers.issue(kim), view=modal()))["view"]
    assert (pushed["root_view_id"], pushed["previous_view_id"]) == (opened["id"], opened["id"])
    await client.views_push(trigger_id=slack.triggers.issue(kim), view=modal())
    with pytest.raises(SlackApiError, match="push_limit_reached"):
        await client.views_push(trigger_id=slack.triggers.issue(kim), view=modal())
    await people.close_view("kim", pushed["id"])
    assert [view.id for view in workspace.view_stack(kim)] == [opened["id"]]
    await people.close_view("kim", opened["id"])
    with pytest.raises(SlackApiError, match="not_found"):
        await client.views_update(view_id=opened["id"], view=modal())


async def test_a_modal_needs_a_fresh_trigger_and_a_right_view(
    client: AsyncWebClient, slack: Slack, workspace: Workspace
) -> None:
    trigger_id = slack.triggers.issue(workspace.user("kim").id)
    with pytest.raises(SlackApiError, match="invalid_arguments") as refused:
        await client.views_open(trigger_id=trigger_id, view={"type": "modal"})
    assert (
        "[ERROR] missing required field: title [json-pointer:/view]"
        in (refused.value.response["response_metadata"]["messages"])
    )
    await client.views_open(trigger_id=trigger_id, view=modal())
    with pytest.raises(SlackApiError, match="exchanged_trigger_id"):
        await client.views_open(trigger_id=trigger_id, view=modal())
    with pytest.raises(SlackApiError, match="invalid_trigger_id"):
        await client.views_open(trigger_id="1.2.3", view=modal())


async def test_a_home_tab_is_published(client: AsyncWebClient, workspace: Workspace) -> None:
    kim = workspace.user("kim").id
    home = {"type": "home", "blocks": [{"type": "divider"}]}
    first = (await client.views_publish(user_id=kim, view=home))["view"]
    second = (await client.views_publish(user_id=kim, view=home, hash=first["hash"]))["view"]
    assert first["id"] == second["id"] == workspace.homes[kim].id
    with pytest.raises(SlackApiError, match="hash_conflict"):
        await client.views_publish(user_id=kim, view=home, hash=first["hash"])
