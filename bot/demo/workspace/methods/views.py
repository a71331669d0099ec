"""views.open, push, update and publish."""

from typing import Any

from bot.demo.workspace import payloads, posting
from bot.demo.workspace.arguments import Arguments
from bot.demo.workspace.blocks import check_view
from bot.demo.workspace.errors import SlackError
from bot.demo.workspace.problems import refusal
from bot.demo.workspace.slack import Slack
from bot.demo.workspace.state import Json, View

DEEPEST_STACK = 3


async def open_modal(slack: Slack, arguments: Arguments) -> Json:
    """Open a modal for whoever caused the trigger; it takes the place of one that is open."""
    definition = _definition(arguments, "modal")
    user = slack.triggers.exchange(arguments.required("trigger_id", "invalid_trigger_id"))
    slack.workspace.drop_views(slack.workspace.view_stack(user))
    return _told(slack, add(slack, user, definition))


async def push(slack: Slack, arguments: Arguments) -> Json:
    definition = _definition(arguments, "modal")
    user = slack.triggers.exchange(arguments.required("trigger_id", "invalid_trigger_id"))
    if not slack.workspace.view_stack(user):
        raise SlackError("not_found")
    return _told(slack, add(slack, user, definition))


async def update(slack: Slack, arguments: Arguments) -> Json:
    definition = _definition(arguments, None)
    view = _find(slack, arguments)
    if arguments.has("hash") and arguments.text("hash") != view.hash:
        raise SlackError("hash_conflict")
    return _told(slack, change(slack, view, definition))


async def publish(slack: Slack, arguments: Arguments) -> Json:
    user = arguments.required("user_id")
    if user not in slack.workspace.users:
        raise SlackError("invalid_arguments")
    definition = _definition(arguments, "home")
    known = slack.workspace.homes.get(user)
    if arguments.has("hash") and known and arguments.text("hash") != known.hash:
        raise SlackError("hash_conflict")
    view = known or View(slack.workspace.new_id("V"), "", "home", user)
    return _told(slack, change(slack, view, definition))


def add(slack: Slack, user: str, definition: Json) -> View:
    """Put a checked modal on top of a person's stack."""
    stack = slack.workspace.view_stack(user)
    if len(stack) >= DEEPEST_STACK:
        raise SlackError("push_limit_reached")
    view = View(slack.workspace.new_id("V"), "", "modal", user)
    view.root_view_id = stack[0].id if stack else view.id
    view.previous_view_id = stack[-1].id if stack else None
    return change(slack, view, definition)


def change(slack: Slack, view: View, definition: Json) -> View:
    """Give a view the content of a checked definition; what was typed stays in the inputs that stay."""
    external_id = definition.get("external_id") or ""
    if external_id and any(
        each.external_id == external_id and each is not view for each in slack.workspace.views.values()
    ):
        raise SlackError("duplicate_external_id")
    view.title = _words(definition.get("title")) or ""
    view.submit = _words(definition.get("submit"))
    view.close = _words(definition.get("close"))
    view.blocks = posting.with_ids(slack.workspace, definition["blocks"])
    view.callback_id = definition.get("callback_id") or ""
    view.private_metadata = definition.get("private_metadata") or ""
    view.external_id = external_id
    view.notify_on_close = bool(definition.get("notify_on_close"))
    view.clear_on_close = bool(definition.get("clear_on_close"))
    kept = {block["block_id"] for block in view.blocks}
    view.state = {block_id: values for block_id, values in view.state.items() if block_id in kept}
    view.errors = {}
    return slack.workspace.put_view(view)


def checked(definition: Any) -> Json:
    """Check a view's definition; SlackError `invalid_arguments` with what is wrong."""
    if not isinstance(definition, dict):
        raise SlackError("invalid_arguments")
    if problems := check_view(definition):
        raise SlackError("invalid_arguments", **refusal(problems))
    return definition


def _definition(arguments: Arguments, kind: str | None) -> Json:
    definition = checked(arguments.object("view"))
    if kind and definition["type"] != kind:
        messages = [f"[ERROR] must be {kind} [json-pointer:/view/type]"]
        raise SlackError("invalid_arguments", response_metadata={"messages": messages})
    return definition


def _find(slack: Slack, arguments: Arguments) -> View:
    workspace = slack.workspace
    views = [*workspace.views.values(), *workspace.homes.values()]
    view_id, external_id = arguments.text("view_id"), arguments.text("external_id")
    for view in views:
        if (view_id and view.id == view_id) or (external_id and view.external_id == external_id):
            return view
    raise SlackError("not_found")


def _told(slack: Slack, view: View) -> Json:
    return {"view": payloads.view_json(slack.workspace, view)}


def _words(text: Any) -> str | None:
    return str(text.get("text", "")) if isinstance(text, dict) else None
