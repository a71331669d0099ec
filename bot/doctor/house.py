"""Checks of what is on this machine: the settings, the rules, the versions, and whether a Nod runs."""

import platform
import sqlite3
import sys
from collections.abc import Mapping
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from bot.doctor.finding import Finding, bad, good, unseen
from bot.errors import OperatorError
from bot.rules_file import check_functions
from bot.settings import Settings, load, load_rules
from bot.status import Status, ask
from functions.contract import Function
from functions.errors import DeclarationError
from functions.registry import discover, offering_nothing, offers_nothing

SETTINGS, FUNCTIONS, RULES, RUNNING, VERSIONS = "settings", "functions", "rules", "running", "versions"

ASK_SECONDS = 3.0
"""That a running Nod gets to answer: the checks of Slack wait for it."""

OLDEST_PYTHON = (3, 11)
PACKAGES = ("nod-bot", "slack-bolt", "slack-sdk", "openai", "aiohttp", "pydantic")


def check_settings() -> tuple[Finding, Settings | None]:
    """Read the environment and `.env`."""
    try:
        settings = load()
    except OperatorError as error:
        return bad(SETTINGS, str(error)), None
    return good(SETTINGS, "complete"), settings


def check_offered() -> tuple[Finding, Mapping[str, Function] | None]:
    """Import the functions, as `nod functions` does."""
    try:
        functions = discover()
    except DeclarationError as error:
        return bad(FUNCTIONS, str(error)), None
    actions = sum(not each.read_only for each in functions.values())
    words = [f"{len(functions)} can be used, {actions} of them wait for a click"]
    words += [offers_nothing(place).rstrip(".") for place in offering_nothing()]
    return good(FUNCTIONS, "; ".join(words)), functions


def check_rules(settings: Settings, functions: Mapping[str, Function]) -> Finding:
    """Read nod.toml and hold it against the functions."""
    try:
        check_functions(load_rules(settings), functions)
    except OperatorError as error:
        return bad(RULES, str(error))
    if not settings.config.exists():
        return good(RULES, f"no {settings.config}: whoever asked for an action may confirm it")
    return good(RULES, f"{settings.config} fits the functions")


def check_running(database: Path) -> tuple[Finding, str | None]:
    """Ask the Nod that works on the database, if one does; with the finding come words about its sockets, None if
    none runs."""
    try:
        status = ask(database, ASK_SECONDS)
    except OperatorError as error:
        if not database.exists():
            return unseen(RUNNING, "no Nod works here yet"), None
        return unseen(RUNNING, str(error)), "a Nod runs here"
    if not status.running:
        return unseen(RUNNING, "no Nod works on this database now"), None
    if status.healthy:
        return good(RUNNING, f"a healthy Nod works here (pid {status.told['pid']})"), _sockets(status)
    words = "; ".join(problem["message"] for problem in status.told.get("problems", ())) or status.words
    return bad(RUNNING, words), _sockets(status)


def check_versions() -> Finding:
    """Name what runs here, for a report."""
    words = [f"Python {platform.python_version()}", f"SQLite {sqlite3.sqlite_version}"]
    for package in PACKAGES:
        try:
            words.append(f"{package} {version(package)}")
        except PackageNotFoundError:
            words.append(f"{package} as a plain folder")
    if sys.version_info < OLDEST_PYTHON:
        return bad(VERSIONS, f"{words[0]} is too old: Nod needs 3.11 or newer")
    return good(VERSIONS, ", ".join(words))


def _sockets(status: Status) -> str:
    sockets = status.told.get("sockets", ())
    return f"the running Nod has {sum(each['hears'] for each in sockets)} of {len(sockets)} open"
