"""What one person sees of the workspace: plain values for the templates, made from the workspace's state."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from urllib.parse import urlencode
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from markupsafe import Markup

from bot.demo.page import contract, steering
from bot.demo.page.files import FILE_BYTES, MOST_FILES, file_values
from bot.demo.page.mrkdwn import emoji
from bot.demo.page.reader import Reader
from bot.demo.page.render import render_blocks, render_body, render_mrkdwn
from bot.demo.page.words import EXAMPLES, LANGUAGE_NAMES, THREAD_EXAMPLES, language_of
from bot.demo.workspace.composer import decompose
from bot.demo.workspace.state import Channel, Message, User, View, Workspace

_TS: Final = re.compile(r"\d{1,12}\.\d{1,6}")


@dataclass(frozen=True)
class Place:
    """Where a person is on the page: a channel, a thread in it or None, and the tab of a direct channel."""

    person: User
    channel: Channel
    thread_ts: str | None = None
    tab: str = "messages"


def people_of(workspace: Workspace) -> list[User]:
    """List the persons one can be."""
    return [user for user in workspace.users.values() if not user.is_bot and not user.deleted]


def channels_of(workspace: Workspace, person: User) -> list[Channel]:
    """List a person's channels, and then their direct channel with Nod."""
    shared = [channel for channel in workspace.channels.values() if channel.kind == "channel"]
    return [*shared, workspace.dm(person.id)]


def place_of(workspace: Workspace, query: Mapping[str, str]) -> Place:
    """Find the place a URL's query names (`as`, `in`, `thread`, `tab`); the first one for what is unknown."""
    people = people_of(workspace)
    person = next((user for user in people if user.name == query.get("as")), people[0])
    channels = channels_of(workspace, person)
    wanted = query.get("in", "")
    channel = next((each for each in channels if wanted in (each.id, channel_key(workspace, each))), channels[0])
    thread = query.get("thread", "")
    root = workspace.message(channel.id, thread) if _TS.fullmatch(thread) else None
    tab = "home" if query.get("tab") == "home" and channel.kind == "im" else "messages"
    return Place(person, channel, root.ts if root and tab == "messages" else None, tab)


def channel_key(workspace: Workspace, channel: Channel) -> str:
    """Return what a URL calls a channel: its name, and `nod` for a direct channel, whoever the person is."""
    return workspace.bot.name if channel.kind == "im" else channel.name


def channel_title(workspace: Workspace, channel: Channel) -> str:
    """Return a channel's name as people say it."""
    return workspace.bot.real_name if channel.kind == "im" else f"#{channel.name}"


def reader_of(workspace: Workspace, person: User) -> Reader:
    """Return for whom fragments are rendered."""
    return Reader(
        viewer=person.id,
        users={user.id: user.real_name for user in workspace.users.values()},
        channels={
            channel.id: channel.name for channel in workspace.channels.values() if channel.kind == "channel"
        },
        language=language_of(person.locale),
        tz=person.tz,
        name=person.name,
        rooms={channel.id: channel_key(workspace, channel) for channel in channels_of(workspace, person)},
        archives=f"https://{workspace.team_domain}.slack.com/archives/",
    )


def href(workspace: Workspace, place: Place, **changes: str | None) -> str:
    """Return the address of a place, with some of its parts changed (None leaves a part out)."""
    parts: dict[str, str | None] = {
        "as": place.person.name,
        "in": channel_key(workspace, place.channel),
        "thread": place.thread_ts,
        "tab": "home" if place.tab == "home" else None,
    }
    parts |= changes
    return "/?" + urlencode({key: value for key, value in parts.items() if value})


def _clock(ts: str, tz: str) -> tuple[str, str]:
    """Return a message's local time as HH:MM, and as a full date and time."""
    try:
        zone = ZoneInfo(tz)
    except (ZoneInfoNotFoundError, ValueError):
        zone = ZoneInfo("UTC")
    moment = datetime.fromtimestamp(float(ts), zone)
    return moment.strftime("%H:%M"), moment.strftime("%Y-%m-%d %H:%M:%S %Z")


def status_text(workspace: Workspace, channel: str, thread_ts: str) -> str:
    """Return the assistant's status line in a thread, or ""."""
    status = workspace.statuses.get((channel, thread_ts), "")
    return f"{workspace.bot.real_name} {status}" if status else ""


def stoppable(workspace: Workspace, channel: str, thread_ts: str) -> bool:
    """Tell whether Slack shows its own Stop in a thread: in a direct channel, while something is written."""
    direct = workspace.channels[channel].kind == "im"
    return direct and any(message.streaming for message in workspace.thread(channel, thread_ts))


def message_values(workspace: Workspace, message: Message, person: User) -> dict[str, Any]:
    """Return the values of a message's fragment for one person."""
    reader = reader_of(workspace, person)
    author = workspace.users[message.user]
    time, moment = _clock(message.ts, person.tz)
    root = message.thread_ts or message.ts
    shown = workspace.replies(message.channel, message.ts, person.id) if message.thread_ts is None else []
    replies = [reply for reply in shown if reply.ephemeral_to is None]
    tombstone = message.deleted
    place = Place(person, workspace.channels[message.channel], root)
    body = render_body(
        reader,
        text=reader.say("deleted") if tombstone else message.text,
        # A person's blocks repeat their text; the text knows lists and quotes that they typed.
        blocks=message.blocks if author.is_bot else (),
        markdown=message.markdown,
        chunks=message.chunks,
        places=message.places,
        streaming=message.streaming,
    )
    return {
        "ts": message.ts,
        "thread_ts": message.thread_ts,
        "channel": message.channel,
        "author": author,
        "time": time,
        "moment": moment,
        "body": body,
        "files": [] if tombstone else file_values(message, person),
        "edited": message.edited and not tombstone,
        "tombstone": tombstone,
        "typed": _typed(workspace, message) if message.user == person.id else None,
        "ephemeral": message.ephemeral_to is not None,
        "streaming": message.streaming,
        "reactions": [(name, emoji(name), len(users)) for name, users in message.reactions.items()],
        "reply_count": len(replies),
        "repliers": [workspace.users[user] for user in dict.fromkeys(reply.user for reply in replies)][:3],
        "status": status_text(workspace, message.channel, message.ts),
        "thread_href": href(workspace, place),
    }


def _typed(workspace: Workspace, message: Message) -> str:
    """Return one's own message as it was typed, for changing it."""
    return decompose(message.text, workspace.users.values())


def list_values(workspace: Workspace, place: Place) -> list[dict[str, Any]]:
    """Return the values of the messages that stand in the channel itself."""
    visible = workspace.messages(place.channel.id, place.person.id)
    return [message_values(workspace, each, place.person) for each in visible if each.thread_ts is None]


def thread_values(workspace: Workspace, place: Place) -> list[dict[str, Any]]:
    """Return the values of the open thread's messages, its root first; none when no thread is open."""
    if place.thread_ts is None:
        return []
    visible = workspace.thread(place.channel.id, place.thread_ts, place.person.id)
    return [message_values(workspace, each, place.person) for each in visible]


def suggestions(workspace: Workspace, place: Place) -> list[dict[str, str]]:
    """Return what a person may ask with a click: {"title", "message"}; in a DM what Nod suggests there."""
    if place.channel.kind == "im" and (prompts := workspace.prompts.get(place.channel.id)):
        return [{"title": prompt["title"], "message": prompt["message"]} for prompt in prompts]
    texts = [_addressed(workspace, place, example) for example in EXAMPLES[language_of(place.person.locale)]]
    return [{"title": text, "message": text} for text in texts]


def thread_suggestions(workspace: Workspace, place: Place) -> list[str]:
    """Return what a person may ask with a click in a thread that people have begun without Nod; none elsewhere."""
    thread = workspace.thread(place.channel.id, place.thread_ts, place.person.id) if place.thread_ts else []
    mention = f"<@{workspace.bot.id}>"
    if (
        place.channel.kind == "im"
        or len(thread) < 2
        or any(each.bot_id or mention in each.text for each in thread)
    ):
        return []
    return [_addressed(workspace, place, example) for example in THREAD_EXAMPLES[language_of(place.person.locale)]]


def steps(
    workspace: Workspace, place: Place, known: Mapping[str, Sequence[contract.Step]]
) -> list[dict[str, Any]]:
    """Return what a person can try: {"name", "text", "prompt", "message"}."""
    reader = reader_of(workspace, place.person)
    others = [user.real_name for user in people_of(workspace) if user.id != place.person.id]
    return [
        {
            "name": step.name,
            "text": render_mrkdwn(step.text.format(other=others[-1]), reader),
            "prompt": step.prompt,
            "message": _addressed(workspace, place, step.prompt),
        }
        for step in known[reader.language]
    ]


def _addressed(workspace: Workspace, place: Place, text: str) -> str:
    """Put a mention of Nod before a text where one is needed."""
    return f"@{workspace.bot.real_name} {text}" if place.channel.kind == "channel" else text


def view_values(workspace: Workspace, person: User) -> dict[str, Any] | None:
    """Return the values of a person's modal on top, or None when no modal is open."""
    stack = workspace.view_stack(person.id)
    return _view(workspace, stack[-1], person) if stack else None


def home_values(workspace: Workspace, person: User) -> dict[str, Any] | None:
    """Return the values of a person's Home tab, or None when the app has published none."""
    home = workspace.homes.get(person.id)
    return _view(workspace, home, person) if home else None


def _view(workspace: Workspace, view: View, person: User) -> dict[str, Any]:
    return {"view": view, "blocks": render_blocks(view.blocks, reader_of(workspace, person), view.errors)}


def topic(workspace: Workspace, channel: Channel, person: User) -> Markup:
    """Render a channel's topic."""
    return render_mrkdwn(channel.topic, reader_of(workspace, person)) if channel.topic else Markup("")


def page_values(workspace: Workspace, place: Place, unread: Sequence[str]) -> dict[str, Any]:
    """Return the values of the whole page; `unread` holds the ids of the channels with a dot."""
    reader = reader_of(workspace, place.person)
    thread_status = status_text(workspace, place.channel.id, place.thread_ts) if place.thread_ts else ""
    return {
        "place": place,
        "reader": reader,
        "say": reader.say,
        "bot": workspace.bot,
        "file_bytes": FILE_BYTES,
        "most_files": MOST_FILES,
        "people": [
            {
                "user": user,
                "language": LANGUAGE_NAMES[language_of(user.locale)],
                "href": href(workspace, place, **{"as": user.name, "thread": _shared_thread(place)}),
            }
            for user in people_of(workspace)
        ],
        "channels": [
            {
                "channel": channel,
                "key": channel_key(workspace, channel),
                "title": channel_title(workspace, channel),
                "href": href(
                    workspace, place, **{"in": channel_key(workspace, channel), "thread": None, "tab": None}
                ),
                "open": channel.id == place.channel.id,
                "unread": channel.id in unread,
            }
            for channel in channels_of(workspace, place.person)
        ],
        "title": channel_title(workspace, place.channel),
        "topic": topic(workspace, place.channel, place.person),
        "messages": list_values(workspace, place),
        "thread": thread_values(workspace, place),
        "thread_status": thread_status,
        "thread_stop": place.thread_ts is not None and stoppable(workspace, place.channel.id, place.thread_ts),
        "thread_title": workspace.titles.get((place.channel.id, place.thread_ts or ""), ""),
        "suggestions": suggestions(workspace, place),
        "thread_suggestions": thread_suggestions(workspace, place),
        "contract": steps(workspace, place, contract.STEPS),
        "steering": steps(workspace, place, steering.STEPS),
        "view": view_values(workspace, place.person),
        "home": home_values(workspace, place.person),
        "channel_href": href(workspace, place, thread=None, tab=None),
        "home_href": href(workspace, place, thread=None, tab="home"),
        "mentionable": [workspace.bot, *(user for user in people_of(workspace) if user.id != place.person.id)],
    }


def _shared_thread(place: Place) -> str | None:
    """Return the open thread if another person can see it too."""
    return place.thread_ts if place.channel.kind == "channel" else None
