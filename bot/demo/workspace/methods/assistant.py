"""assistant.threads.* and agents.sessions.setStatus: what the agent shows around its thread."""

from bot.demo.workspace.arguments import Arguments
from bot.demo.workspace.errors import SlackError
from bot.demo.workspace.slack import Slack
from bot.demo.workspace.state import Channel, Json

SESSION_STATES = ("active", "processing", "suspended", "closed")
MOST_PROMPTS = 4


async def set_status(slack: Slack, arguments: Arguments) -> Json:
    """Show or, with an empty status, clear "Nod is thinking…" in a thread."""
    channel, thread_ts = _thread(slack, arguments)
    loading = arguments.decoded("loading_messages") or []
    if not isinstance(loading, list) or len(loading) > 10:
        raise SlackError("invalid_arguments")
    slack.workspace.set_status(channel.id, thread_ts, arguments.text("status"), [str(each) for each in loading])
    return {}


async def set_title(slack: Slack, arguments: Arguments) -> Json:
    channel, thread_ts = _thread(slack, arguments)
    slack.workspace.set_title(channel.id, thread_ts, arguments.required("title"))
    return {}


async def set_suggested_prompts(slack: Slack, arguments: Arguments) -> Json:
    """Offer up to four prompts in a direct channel; without thread_ts for what is said next."""
    channel = slack.joined_channel(arguments.required("channel_id", "channel_not_found"))
    prompts = arguments.objects("prompts")
    if not prompts or len(prompts) > MOST_PROMPTS:
        raise SlackError("invalid_arguments")
    if not all(
        isinstance(each.get(name), str) and each[name] for each in prompts for name in ("title", "message")
    ):
        raise SlackError("invalid_arguments")
    shown = [{"title": each["title"], "message": each["message"]} for each in prompts]
    slack.workspace.set_prompts(channel.id, shown, arguments.text("title"))
    return {}


async def set_session_status(slack: Slack, arguments: Arguments) -> Json:
    channel = slack.joined_channel(arguments.required("channel_id", "channel_not_found"))
    status = arguments.required("status")
    if status not in SESSION_STATES:
        raise SlackError("invalid_arguments")
    slack.workspace.sessions[channel.id, arguments.text("thread_ts")] = status
    if title := arguments.text("title"):
        slack.workspace.set_title(channel.id, arguments.text("thread_ts"), title)
    return {}


def _thread(slack: Slack, arguments: Arguments) -> tuple[Channel, str]:
    channel = slack.joined_channel(arguments.required("channel_id", "channel_not_found"))
    thread_ts = arguments.required("thread_ts", "invalid_thread_ts")
    if slack.workspace.message(channel.id, thread_ts) is None:
        raise SlackError("invalid_thread_ts")
    return channel, thread_ts
