"""`nod`: parse, call, print. What went wrong is one sentence, and the exit status tells who acts next."""

import asyncio
import sys

import click

from bot.errors import OperatorError
from bot.settings import load

OPERATOR = 2
"""Exit status when whoever runs Nod has to change something (click uses it for a wrong command line too)."""


@click.group()
@click.version_option(package_name="nod-bot")
def main() -> None:
    """Nod answers in Slack with your company's own functions, and acts only when somebody nods."""


@main.command()
def run() -> None:
    """Run Nod in the workspace that the environment names."""
    from bot.app import run as run_app
    from bot.logs import set_up_logging

    try:
        settings = load()
        set_up_logging(settings.log_level)
        asyncio.run(run_app(settings))
    except OperatorError as error:
        _fail(error)


@main.command()
@click.option("--port", default=0, help="Port of the page; 0 takes a free one.")
@click.option(
    "--model",
    type=click.Choice(["stand-in", "real"]),
    default="stand-in",
    help="real: the OpenAI endpoint that the environment names.",
)
def demo(port: int, model: str) -> None:
    """Try Nod on this machine: a small Slack, a stand-in model and two services, without any token."""
    from bot.demo.run import run_demo

    try:
        asyncio.run(run_demo(port, real_model=model == "real"))
    except OperatorError as error:
        _fail(error)


@main.command("functions")
def list_functions() -> None:
    """List what is offered to the model: read-only functions run at once, actions wait for a click."""
    from functions.errors import DeclarationError
    from functions.registry import discover

    try:
        for function in discover().values():
            kind = "read-only" if function.read_only else "action"
            click.echo(f"{function.name:<20} {kind:<10} {function.description.splitlines()[0]}")
    except DeclarationError as error:
        _fail(OperatorError(f"A function cannot be used. {error}"))


def _fail(error: OperatorError) -> None:
    click.echo(f"nod: {error}", err=True)
    sys.exit(OPERATOR)
