"""What a workspace shows as plain text, for people who read a failure. Pure."""

from collections.abc import Iterator, Mapping

from bot.demo.workspace.records import Channel, Message, User, View

Users = Mapping[str, User]
Statuses = Mapping[tuple[str, str], str]


def transcript(
    users: Users, said: list[tuple[Channel, list[Message]]], statuses: Statuses, views: list[View]
) -> str:
    """Write a line a message, replies indented, with statuses and open modals."""
    lines = [line for channel, messages in said for line in _channel_lines(users, channel, messages, statuses)]
    lines += [f"{users[view.user].name} has open: {view.title!r} {view.errors or ''}".rstrip() for view in views]
    return "\n".join(lines) or "(nothing was said)"


def _channel_lines(users: Users, channel: Channel, messages: list[Message], statuses: Statuses) -> Iterator[str]:
    here = {thread: status for (where, thread), status in statuses.items() if where == channel.id}
    if not messages and not here:
        return
    yield f"{'#' if channel.kind == 'channel' else '@'}{channel.name}"
    roots = {message.ts for message in messages if message.thread_ts is None}
    for message in messages:
        if message.thread_ts not in roots:
            yield "  " + _line(users, message)
            yield from ("    " + _line(users, each) for each in messages if each.thread_ts == message.ts)
    yield from (f"    [{thread}] Nod {status}" for thread, status in here.items())


def _line(users: Users, message: Message) -> str:
    marks = [f"only {users[message.ephemeral_to].name}"] if message.ephemeral_to else []
    marks += [word for word in ("edited", "deleted", "streaming") if getattr(message, word)]
    about = f" ({', '.join(marks)})" if marks else ""
    kinds = ",".join(str(block.get("type")) for block in message.blocks) if message.bot_id else ""
    tasks = ",".join(f"{task.get('title')}={task.get('status', '')}" for task in message.chunks)
    extra = "".join(f" <{each}>" for each in (kinds, tasks) if each)
    return f"[{message.ts}] {users[message.user].name}{about}: {message.text!r}{extra}"
