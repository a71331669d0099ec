"""The house rules that a machine can check: who may import whom, and what a file may do."""

import ast
import re
from functools import cache
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

from tests.source import ROOMS, committed, imports, modules, place, room, tree

EXCEPTION_BORDERS = {
    "functions/safe_call.py",
    "functions/registry.py",
    "bot/turns/worker.py",
    "bot/turns/recovery.py",
}
"""A function's call, the import of its author's file, a turn, and an answer that is shown again."""

ENVIRONMENT_READER = "bot/settings.py"
MAX_LINES = 350
VAGUE = {"util", "utils", "helper", "helpers", "common", "manager", "managers", "misc"}


@cache
def integrations() -> set[str]:
    """Find the modules that declare functions for the model."""
    return {
        name
        for name, path in modules().items()
        if name.startswith("functions.")
        for node in ast.walk(tree(path))
        if isinstance(node, ast.AsyncFunctionDef)
        for decorator in node.decorator_list
        if isinstance(decorator, ast.Call) and ast.unparse(decorator.func) == "function"
    }


def test_every_module_has_a_room() -> None:
    assert [name for name in modules() if room(name) is None] == ["bot"]


def test_imports_run_down_the_house() -> None:
    wrong = [
        f"{name} imports {imported}"
        for name in modules()
        for imported in imports(name)
        if (above := room(name)) and (below := room(imported)) and ROOMS.index(above) > ROOMS.index(below)
    ]
    assert wrong == []


def test_the_demo_knows_nothing_of_nod_but_its_settings() -> None:
    allowed = {"bot.demo", "bot.settings", "bot.errors"}  # what the settings raise, too
    assert [
        f"{name} imports {imported}"
        for name in modules()
        if room(name) == "bot.demo"
        for imported in imports(name)
        if room(imported) not in allowed
    ] == []


def test_nod_knows_nothing_of_the_demo_but_in_its_command_line() -> None:
    importers = {room(name) for name in modules() if any(room(other) == "bot.demo" for other in imports(name))}
    assert importers <= {"bot.cli", "bot.demo"}


def test_there_is_no_import_cycle() -> None:
    try:
        TopologicalSorter({name: imports(name) - {name} for name in modules()}).prepare()
    except CycleError as error:
        pytest.fail(" → ".join(error.args[1]), pytrace=False)


def test_integrations_stand_alone() -> None:
    assert [
        f"{name} imports {other}"
        for name in modules()
        for other in imports(name) & integrations()
        if name != other
    ] == []


@pytest.mark.parametrize("path", modules().values(), ids=place)
def test_a_file_has_one_job(path: Path) -> None:
    lines = len(path.read_text(encoding="utf-8").splitlines())
    assert lines <= MAX_LINES, f"{place(path)} has {lines} lines"


def test_names_say_what_a_module_does() -> None:
    assert [name for name in modules() if VAGUE & set(name.rpartition(".")[2].split("_"))] == []


def catches_everything(handler: ast.ExceptHandler) -> bool:
    """Tell whether a handler takes every error and does not simply raise it again, as a clean-up does."""
    taken = (
        {part.id for part in ast.walk(handler.type) if isinstance(part, ast.Name)}
        if handler.type
        else {"Exception"}
    )
    last = handler.body[-1]
    return bool(taken & {"Exception", "BaseException"}) and not (isinstance(last, ast.Raise) and last.exc is None)


def test_only_the_two_borders_catch_everything() -> None:
    catching = {
        place(path)
        for path in modules().values()
        for node in ast.walk(tree(path))
        if isinstance(node, ast.ExceptHandler) and catches_everything(node)
    }
    assert catching <= EXCEPTION_BORDERS


def test_only_the_settings_read_the_environment() -> None:
    readers = {
        place(path)
        for path in modules().values()
        for node in ast.walk(tree(path))
        if (isinstance(node, ast.Attribute) and ast.unparse(node) in ("os.environ", "os.getenv", "os.environb"))
        or (isinstance(node, ast.ImportFrom) and node.module in ("os", "dotenv"))
    }
    assert readers <= {ENVIRONMENT_READER}


def test_nothing_names_this_machine_or_a_registry() -> None:
    slash = "/"
    places = "|".join(("work", "root", "home", "Users", "opt"))
    registries = "|".join(("pypi" + r"\.org", "python" + "hosted", "registry" + r"\.npmjs"))
    pattern = re.compile(rf"(?<![\w.:*-]){slash}(?:{places}){slash}|{registries}".encode())
    found = {place(path): pattern.findall(path.read_bytes()) for path in committed() if path.suffix != ".png"}
    assert {name: hits for name, hits in found.items() if hits} == {}
