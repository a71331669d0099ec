"""`nod`: parse, call, print. What went wrong is one sentence, and the exit status tells who acts next."""

import asyncio
import json
import logging
import sys
from pathlib import Path

import click

from bot.errors import OperatorError
from bot.settings import database_path, load

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
    from bot.logs import secrets_of, set_up_logging

    try:
        settings = load()
        set_up_logging(settings.log_level, settings.log_format, secrets_of(settings))
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
@click.option("--confirm-ttl", type=click.IntRange(min=1), help="Seconds that a card waits for a click.")
def demo(port: int, model: str, confirm_ttl: int | None) -> None:
    """Try Nod on this machine: a small Slack, a stand-in model and two services, without any token."""
    from bot.demo.run import run_demo

    try:
        asyncio.run(run_demo(port, real_model=model == "real", confirm_ttl=confirm_ttl))
    except OperatorError as error:
        _fail(error)


@main.command()
@click.option("--action", help="Only the action with this id, or with an id that begins so.")
@click.option("--user", help="Only what this person (U…) did or asked for.")
@click.option("--since", help="Only from this date or time on, UTC unless it says otherwise.")
@click.option("--export", is_flag=True, help="One JSON object a line, with the hashes.")
@click.option("--verify", is_flag=True, help="Follow the chain of hashes instead; exit status 1 if it is broken.")
@click.option("--noted", metavar="ROW:HASH", help="Verify, and that this row, as it was printed once, is there.")
def audit(
    action: str | None, user: str | None, since: str | None, export: bool, verify: bool, noted: str | None
) -> None:
    """Show who proposed, decided and ran what, and how it ended."""
    try:
        if verify or noted is not None:
            holds = asyncio.run(_verify(database_path(), noted))
            sys.exit(0 if holds else 1)
        asyncio.run(_audit(database_path(), action, user, since, export=export))
    except OperatorError as error:
        _fail(error)


async def _verify(path: Path, noted: str | None) -> bool:
    from bot.audit import existing, open_existing, read_noted, verified

    known = None if noted is None else read_noted(noted)
    storage = await open_existing(existing(path))
    try:
        found = await verified(storage, known)
    finally:
        await storage.close()
    click.echo(found.words, err=not found.holds)
    return found.holds


async def _audit(path: Path, action: str | None, user: str | None, since: str | None, *, export: bool) -> None:
    from bot.audit import existing, exported, line, matching, moment, open_existing

    storage = await open_existing(existing(path))
    try:
        rows = 0
        async for row in matching(storage, action=action, user=user, since=moment(since) if since else None):
            rows += 1
            click.echo(exported(row) if export else line(row))
        if not rows:
            click.echo("There is no such row." if action or user or since else "There are no rows yet.", err=True)
    finally:
        await storage.close()


@main.command()
def doctor() -> None:
    """Try everything that Nod needs, and say what to mend; exit status 1 if something does not work.

    Nothing is posted and no function is run; the model is asked twice, which costs a few tokens.
    """
    from bot.doctor.examine import examine
    from bot.doctor.finding import Mark, written

    logging.disable()  # what libraries log of a failing check is not written for people
    findings = asyncio.run(examine(database_path()))
    click.echo(written(findings))
    sys.exit(any(finding.mark is Mark.BAD for finding in findings))


@main.command()
@click.option("--json", "as_json", is_flag=True, help="All that is known, as one JSON object.")
def status(as_json: bool) -> None:
    """Ask the running Nod how it is; exit status 1 if it is unwell or not running."""
    from bot.status import ask, table

    try:
        found = ask(database_path())
    except OperatorError as error:
        _fail(error)
    click.echo(json.dumps(found.json, indent=2) if as_json else table(found))
    sys.exit(not found.healthy)


@main.command("functions")
def list_functions() -> None:
    """List what is offered to the model: read-only functions run at once, actions wait for a click."""
    from functions.errors import DeclarationError
    from functions.registry import discover, offering_nothing, offers_nothing

    try:
        for function in discover().values():
            kind = "read-only" if function.read_only else "action"
            click.echo(f"{function.name:<20} {kind:<10} {function.description.splitlines()[0]}")
        for place in offering_nothing():
            click.echo(f"nod: {offers_nothing(place)}", err=True)
    except DeclarationError as error:
        _fail(OperatorError(f"A function cannot be used. {error}"))


@main.group()
def db() -> None:
    """Look after the database, also while Nod runs."""


@db.command("check")
@click.argument("file", required=False, type=click.Path(path_type=Path))
def db_check(file: Path | None) -> None:
    """Look the database over, or a backup in FILE; exit status 1 if something is wrong with it."""
    from bot.database import problems

    try:
        found = asyncio.run(problems(file or database_path()))
    except OperatorError as error:
        _fail(error)
    for problem in found:
        click.echo(problem, err=True)
    if found:
        sys.exit(1)
    click.echo("fine")


@db.command("backup")
@click.argument("file", type=click.Path(path_type=Path))
def db_backup(file: Path) -> None:
    """Copy the database, as it is at one moment, to a new FILE that only you may read."""
    from bot.database import back_up

    try:
        asyncio.run(back_up(database_path(), file))
    except OperatorError as error:
        _fail(error)
    click.echo(f"The database is copied to {file}.")


@db.command("forget")
@click.argument("user")
@click.option("--yes", is_flag=True, help="Do not ask first.")
def db_forget(user: str, yes: bool) -> None:
    """Delete what is kept of what USER (U…) said, as `/nod forget` does for them. Backups keep what they have."""
    from bot.database import forget, forgettable

    try:
        kept = asyncio.run(forgettable(database_path(), user))
        click.echo(kept or f"Nothing is kept of what {user} said: there is nothing to delete.")
        if not kept:
            return
        if not yes:
            click.confirm("Delete it?", abort=True)
        click.echo(asyncio.run(forget(database_path(), user)))
    except OperatorError as error:
        _fail(error)


def _fail(error: OperatorError) -> None:
    click.echo(f"nod: {error}", err=True)
    sys.exit(OPERATOR)
