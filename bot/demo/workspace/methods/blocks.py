"""blocks.validate: the same checks as when something is posted, with nothing posted."""

from dataclasses import asdict

from bot.demo.workspace.arguments import Arguments
from bot.demo.workspace.blocks import check_blocks, check_view
from bot.demo.workspace.errors import SlackError
from bot.demo.workspace.problems import Problem
from bot.demo.workspace.slack import Slack
from bot.demo.workspace.state import Json


async def validate(slack: Slack, arguments: Arguments) -> Json:
    """Check exactly one of `blocks`, `message` and `view`; `errors` says what is wrong and where."""
    given = [name for name in ("blocks", "message", "view") if arguments.has(name)]
    if len(given) != 1:
        raise SlackError("invalid_arguments")
    if problems := _problems(given[0], arguments):
        raise SlackError(f"invalid_{given[0]}", errors=[asdict(problem) for problem in problems])
    return {}


def _problems(kind: str, arguments: Arguments) -> list[Problem]:
    if kind == "blocks":
        return check_blocks(arguments.objects("blocks"), pointer="")
    if kind == "message":
        message = Arguments(arguments.object("message") or {})
        return check_blocks(message.objects("blocks"))
    return check_view(arguments.object("view") or {})
