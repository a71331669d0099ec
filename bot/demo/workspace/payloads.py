"""The shapes in which Slack tells of messages, views, events and clicks. Pure builders."""

from bot.demo.workspace.state import Channel, File, Json, Message, User, View, Workspace

LEFT_OUT_OF_MENTIONS = ("bot_profile", "app_id", "files", "upload")
"""Fields of a message."""


def message_json(workspace: Workspace, message: Message) -> Json:
    """Show a message as conversations.history and events do."""
    shown: Json = {
        "user": message.user,
        "type": "message",
        "ts": message.ts,
        "text": message.text,
        "team": workspace.team_id,
    }
    if message.client_msg_id:
        shown["client_msg_id"] = message.client_msg_id
    if message.bot_id:
        shown |= {"bot_id": message.bot_id, "app_id": workspace.app_id, "bot_profile": bot_json(workspace)}
    if blocks := shown_blocks(message):
        shown["blocks"] = blocks
    if message.thread_ts:
        shown["thread_ts"] = message.thread_ts
        if root := workspace.message(message.channel, message.thread_ts):
            shown["parent_user_id"] = root.user
    elif replies := _public_replies(workspace, message):
        writers = list(dict.fromkeys(reply.user for reply in replies))
        shown |= {
            "thread_ts": message.ts,
            "reply_count": len(replies),
            "reply_users_count": len(writers),
            "latest_reply": replies[-1].ts,
            "reply_users": writers[:5],
            "is_locked": False,
            "subscribed": False,
        }
    if message.deleted:
        shown |= {"subtype": "tombstone", "hidden": True, "user": workspace.slackbot.id}
    if message.edited:
        shown["edited"] = {"user": message.user, "ts": message.edited_ts or message.ts}
    if message.reactions:
        shown["reactions"] = [
            {"name": name, "users": list(users), "count": len(users)} for name, users in message.reactions.items()
        ]
    if message.metadata:
        shown["metadata"] = message.metadata
    if message.streaming:
        shown["streaming_state"] = "in_progress"
    if message.files:
        shown |= {"files": [file_json(workspace, each) for each in message.files], "upload": False}
    return shown


def file_json(workspace: Workspace, file: File) -> Json:
    """Show a file as messages and files.info do."""
    extension = file.name.rpartition(".")[2].lower() if "." in file.name else "binary"
    return {
        "id": file.id,
        "created": file.created,
        "timestamp": file.created,
        "name": file.name,
        "title": file.name,
        "mimetype": file.mimetype,
        "filetype": extension,
        "pretty_type": extension.upper(),
        "user": file.user,
        "user_team": workspace.team_id,
        "editable": False,
        "size": len(file.content),
        "mode": "hosted",
        "is_external": False,
        "external_type": "",
        "is_public": True,
        "public_url_shared": False,
        "display_as_bot": False,
        "username": "",
        "url_private": file.url,
        "url_private_download": file.url,
        "permalink": file.url,
        "has_rich_preview": False,
        "file_access": "visible",
    }


def shown_blocks(message: Message) -> list[Json]:
    """List what a message shows: a stream's Markdown, with the tasks in it as cards where they began, comes before
    the blocks that it ended with."""
    written: list[Json] = []
    shown = 0
    for task in message.chunks:
        if task["type"] != "task_update":
            continue
        written += _markdown(message.markdown[shown : (shown := message.places.get(task["id"], shown))], written)
        more = {name: task[name] for name in ("title", "status", "details", "output") if name in task}
        written.append({"type": "task_card", "task_id": task["id"], "block_id": f"task-{len(written)}"} | more)
    return written + _markdown(message.markdown[shown:], written) + message.blocks


def _markdown(text: str, above: list[Json]) -> list[Json]:
    return [{"type": "markdown", "block_id": f"markdown-{len(above)}", "text": text}] if text else []


def bot_json(workspace: Workspace) -> Json:
    return {
        "id": workspace.bot_id,
        "deleted": False,
        "name": workspace.bot.name,
        "updated": 1700000000,
        "app_id": workspace.app_id,
        "user_id": workspace.bot.id,
        "icons": {"image_36": "", "image_48": "", "image_72": ""},
        "team_id": workspace.team_id,
    }


def event_callback(workspace: Workspace, event: Json) -> Json:
    """Wrap an event as the Events API does; each wrapping has an event_id of its own."""
    return {
        "token": workspace.verification_token,
        "team_id": workspace.team_id,
        "context_team_id": workspace.team_id,
        "context_enterprise_id": None,
        "api_app_id": workspace.app_id,
        "event": event,
        "type": "event_callback",
        "event_id": workspace.new_id("Ev"),
        "event_time": int(workspace.clock()),
        "authorizations": [
            {
                "enterprise_id": None,
                "team_id": workspace.team_id,
                "user_id": workspace.bot.id,
                "is_bot": True,
                "is_enterprise_install": False,
            }
        ],
        "is_ext_shared_channel": False,
        "event_context": f"4-{workspace.new_id('')}",
    }


def message_event(workspace: Workspace, message: Message, channel: Channel) -> Json:
    shared = {"subtype": "file_share"} if message.files else {}
    return message_json(workspace, message) | shared | _where(message.ts, channel)


def mention_event(workspace: Workspace, message: Message, channel: Channel) -> Json:
    """Show a mention: the message's fields, but no channel_type, and (as Slack's documentation warns) no files."""
    shown = message_json(workspace, message) | {
        "type": "app_mention",
        "channel": channel.id,
        "event_ts": message.ts,
    }
    return {name: value for name, value in shown.items() if name not in LEFT_OUT_OF_MENTIONS}


def changed_event(workspace: Workspace, message: Message, previous: Json, channel: Channel, ts: str) -> Json:
    return {
        "type": "message",
        "subtype": "message_changed",
        "message": message_json(workspace, message),
        "previous_message": previous,
        "hidden": True,
        "ts": ts,
    } | _where(ts, channel)


def deleted_event(previous: Json, channel: Channel, ts: str) -> Json:
    return {
        "type": "message",
        "subtype": "message_deleted",
        "previous_message": previous,
        "hidden": True,
        "deleted_ts": previous["ts"],
        "ts": ts,
    } | _where(ts, channel)


def view_json(workspace: Workspace, view: View) -> Json:
    return {
        "id": view.id,
        "team_id": workspace.team_id,
        "type": view.type,
        "blocks": view.blocks,
        "private_metadata": view.private_metadata,
        "callback_id": view.callback_id,
        "state": {"values": view.state},
        "hash": view.hash,
        "title": _plain(view.title),
        "clear_on_close": view.clear_on_close,
        "notify_on_close": view.notify_on_close,
        "close": _plain(view.close),
        "submit": _plain(view.submit),
        "previous_view_id": view.previous_view_id,
        "root_view_id": view.root_view_id or view.id,
        "app_id": workspace.app_id,
        "external_id": view.external_id,
        "app_installed_team_id": workspace.team_id,
        "bot_id": workspace.bot_id,
    }


def interaction(workspace: Workspace, kind: str, user: User, trigger_id: str) -> Json:
    """Build what every interactive payload has in common."""
    return {
        "type": kind,
        "user": {"id": user.id, "username": user.name, "name": user.name, "team_id": workspace.team_id},
        "api_app_id": workspace.app_id,
        "token": workspace.verification_token,
        "trigger_id": trigger_id,
        "team": {"id": workspace.team_id, "domain": workspace.team_domain},
        "enterprise": None,
        "is_enterprise_install": False,
    }


def message_click(workspace: Workspace, message: Message, values: Json) -> Json:
    """Build what a block_actions payload says of the message. An ephemeral message is not shown in it."""
    channel = workspace.channels[message.channel]
    container: Json = {
        "type": "message",
        "message_ts": message.ts,
        "channel_id": channel.id,
        "is_ephemeral": message.ephemeral_to is not None,
    }
    if message.thread_ts:
        container["thread_ts"] = message.thread_ts
    told: Json = {
        "container": container,
        "channel": {"id": channel.id, "name": public_name(channel)},
        "state": {"values": values},
    }
    return told if message.ephemeral_to else told | {"message": message_json(workspace, message)}


def view_click(workspace: Workspace, view: View) -> Json:
    return {"container": {"type": "view", "view_id": view.id}, "view": view_json(workspace, view)}


def slash_command(
    workspace: Workspace, user: User, channel: Channel, command: str, text: str, response_url: str, trigger_id: str
) -> Json:
    return {
        "token": workspace.verification_token,
        "team_id": workspace.team_id,
        "team_domain": workspace.team_domain,
        "channel_id": channel.id,
        "channel_name": public_name(channel),
        "user_id": user.id,
        "user_name": user.name,
        "command": command,
        "text": text,
        "api_app_id": workspace.app_id,
        "is_enterprise_install": "false",
        "response_url": response_url,
        "trigger_id": trigger_id,
    }


def public_name(channel: Channel) -> str:
    return channel.name if channel.kind == "channel" else "directmessage"


def _where(ts: str, channel: Channel) -> Json:
    return {"channel": channel.id, "event_ts": ts, "channel_type": channel.kind}


def _public_replies(workspace: Workspace, message: Message) -> list[Message]:
    return [reply for reply in workspace.replies(message.channel, message.ts) if reply.ephemeral_to is None]


def _plain(text: str | None) -> Json | None:
    return None if text is None else {"type": "plain_text", "text": text, "emoji": True}
