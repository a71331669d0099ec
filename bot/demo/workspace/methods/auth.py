"""auth.test, api.test and apps.connections.open."""

from bot.demo.workspace.arguments import Arguments
from bot.demo.workspace.slack import Slack
from bot.demo.workspace.state import Json


async def test(slack: Slack, arguments: Arguments) -> Json:
    """Say who the token is: these ids are those by which Bolt knows its own messages."""
    workspace = slack.workspace
    return {
        "url": f"https://{workspace.team_domain}.slack.com/",
        "team": workspace.team_name,
        "user": workspace.bot.name,
        "team_id": workspace.team_id,
        "user_id": workspace.bot.id,
        "bot_id": workspace.bot_id,
        "is_enterprise_install": False,
    }


async def api_test(slack: Slack, arguments: Arguments) -> Json:
    return {"args": arguments.values}


async def connections_open(slack: Slack, arguments: Arguments) -> Json:
    origin = slack.origin.replace("http://", "ws://", 1)
    return {"url": f"{origin}/link/?ticket={slack.sockets.open_ticket()}&app_id={slack.workspace.app_id}"}
