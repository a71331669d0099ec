"""Who is who: users.info, bots.info, team.info, usergroups.users.list."""

from datetime import datetime
from zoneinfo import ZoneInfo

from bot.demo.workspace import payloads
from bot.demo.workspace.arguments import Arguments
from bot.demo.workspace.errors import SlackError
from bot.demo.workspace.slack import Slack
from bot.demo.workspace.state import Json, User, Workspace


async def info(slack: Slack, arguments: Arguments) -> Json:
    user = slack.workspace.users.get(arguments.required("user", "user_not_found"))
    if user is None:
        raise SlackError("user_not_found")
    return {"user": user_json(slack.workspace, user, locale=arguments.flag("include_locale"))}


async def bots_info(slack: Slack, arguments: Arguments) -> Json:
    if arguments.text("bot") not in ("", slack.workspace.bot_id):
        raise SlackError("bot_not_found")
    return {"bot": payloads.bot_json(slack.workspace)}


async def team_info(slack: Slack, arguments: Arguments) -> Json:
    workspace = slack.workspace
    if arguments.text("team") not in ("", workspace.team_id):
        raise SlackError("team_not_found")
    url = f"https://{workspace.team_domain}.slack.com/"
    team = {"id": workspace.team_id, "name": workspace.team_name, "domain": workspace.team_domain, "url": url}
    return {"team": team | {"email_domain": "", "icon": {"image_default": True}}}


async def usergroup_users(slack: Slack, arguments: Arguments) -> Json:
    users = slack.workspace.usergroups.get(arguments.required("usergroup", "no_such_subteam"))
    if users is None:
        raise SlackError("no_such_subteam")
    return {"users": users}


def user_json(workspace: Workspace, user: User, *, locale: bool) -> Json:
    offset = datetime.now(ZoneInfo(user.tz)).utcoffset()
    shown: Json = {
        "id": user.id,
        "team_id": workspace.team_id,
        "name": user.name,
        "deleted": user.deleted,
        "real_name": user.real_name,
        "tz": user.tz,
        "tz_label": user.tz,
        "tz_offset": int(offset.total_seconds()) if offset else 0,
        "profile": {
            "real_name": user.real_name,
            "real_name_normalized": user.real_name,
            "display_name": user.real_name,
            "display_name_normalized": user.real_name,
            "team": workspace.team_id,
        },
        "is_admin": user.is_admin,
        "is_owner": False,
        "is_primary_owner": False,
        "is_restricted": user.is_restricted,
        "is_ultra_restricted": user.is_ultra_restricted,
        "is_bot": user.is_bot,
        "is_app_user": False,
        "updated": 1700000000,
    }
    if user.is_bot:
        shown["profile"] |= {"api_app_id": workspace.app_id, "bot_id": workspace.bot_id}
    return shown | ({"locale": user.locale} if locale else {})
