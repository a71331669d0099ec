"""Our own source, read for the tests of the house: modules, their rooms, their imports, what is committed."""

import ast
import shutil
import subprocess
from collections.abc import Iterable
from functools import cache
from pathlib import Path

import pytest

HOME = Path(__file__).parent.parent

ROOMS = (
    "bot.cli",
    "bot.app",
    "bot.doctor",
    "bot.status",
    "bot.monitor",
    "bot.audit",
    "bot.database",
    "bot.demo",
    "bot.slack",
    "bot.schedule",
    "bot.turns",
    "bot.model",
    "bot.files",
    "bot.words",
    "bot.logs",
    "bot.metrics",
    "bot.settings",
    "bot.setting_problems",
    "bot.rules_file",
    "bot.rules",
    "bot.errors",
    "functions",
    "storage",
)
"""From the top of the house down: a module imports from its own room and from those below it."""

FACADES = {"bot.__main__": "bot.cli"}
"""Modules that belong to a room without its name."""


@cache
def modules() -> dict[str, Path]:
    """Find our modules: dotted name → file."""
    found = {}
    for package in ("bot", "functions", "storage"):
        for path in (HOME / package).rglob("*.py"):
            parts = path.relative_to(HOME).with_suffix("").parts
            found[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = path
    return dict(sorted(found.items()))


@cache
def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"), str(path))


def place(path: Path) -> str:
    return path.relative_to(HOME).as_posix()


def room(module: str) -> str | None:
    module = FACADES.get(module, module)
    return next((name for name in ROOMS if module == name or module.startswith(f"{name}.")), None)


@cache
def imports(module: str) -> frozenset[str]:
    """Resolve a module's imports of ours, anywhere in it; `from package import module` counts as the module."""
    found = set()
    for node in ast.walk(tree(modules()[module])):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{module}: write absolute imports"
            for alias in node.names:
                inner = f"{node.module}.{alias.name}"
                found.add(inner if inner in modules() else str(node.module))
    return frozenset(found & modules().keys())


@cache
def committed() -> tuple[Path, ...]:
    """List what is, or is about to be, in git."""
    if not (shutil.which("git") and (HOME / ".git").exists()):
        pytest.skip("no git here, so nothing tells what is committed")
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"]
    listing = subprocess.run(command, cwd=HOME, capture_output=True, text=True, check=True)
    return tuple(path for name in listing.stdout.split("\0") if name and (path := HOME / name).is_file())


def read(name: str) -> str:
    return (HOME / name).read_text(encoding="utf-8")


def nodes(*rooms: str) -> Iterable[ast.AST]:
    """Walk the syntax trees of the modules in these rooms."""
    return (node for name, path in modules().items() if room(name) in rooms for node in ast.walk(tree(path)))


def constants(nodes: Iterable[ast.AST]) -> set[str]:
    return {node.value for node in nodes if isinstance(node, ast.Constant) and isinstance(node.value, str)}
