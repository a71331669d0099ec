"""files.*: what is known of an uploaded file."""

from bot.demo.workspace import payloads
from bot.demo.workspace.arguments import Arguments
from bot.demo.workspace.errors import SlackError
from bot.demo.workspace.slack import Slack
from bot.demo.workspace.state import Json


async def info(slack: Slack, arguments: Arguments) -> Json:
    file = slack.workspace.files.get(arguments.required("file", "file_not_found"))
    if file is None:
        raise SlackError("file_not_found")
    return {"file": payloads.file_json(slack.workspace, file), "comments": [], "content_html": None}
