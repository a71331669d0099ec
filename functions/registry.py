"""Find functions: every module beside this one, and installed packages with an entry point in `nod.functions`."""

import importlib
import importlib.metadata
import pkgutil
import sys
import traceback
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import partial
from importlib.metadata import EntryPoint, entry_points
from pathlib import Path
from types import ModuleType
from typing import TypeVar

import functions
from functions.contract import Function
from functions.errors import DeclarationError

ENTRY_POINT_GROUP = "nod.functions"

IMPORTING = {__file__, importlib.__file__, importlib.metadata.__file__}
"""Files that come before the imported module in a traceback."""

MAX_FAILURE = 300
"""Characters of what is said about a module that cannot be imported."""

OWN = frozenset(
    (
        *("arguments", "context", "contract", "employee_query", "errors", "moments", "preview", "registry"),
        *("rest", "safe_call", "schedule_book", "sentences", "timing"),
    )
)
"""Modules beside this one that are Nod's own business and offer nothing."""

Loaded = TypeVar("Loaded")


def discover() -> Mapping[str, Function]:
    """Import every place where functions live and return them by name, sorted, so that the model's schema
    list is the same at every start (the provider's prompt cache depends on it).

    Raises DeclarationError naming the file or the entry point whose author has to act.
    """
    found: dict[str, Function] = {}
    for place, candidate in _candidates():
        known = found.setdefault(candidate.name, candidate)
        if known is not candidate:
            there = known.implementation.__module__
            raise DeclarationError(f"{place}: a function named {candidate.name} is already in {there}.")
    return dict(sorted(found.items()))


def offering_nothing() -> list[str]:
    """Name the files beside this one, as `discover` has imported them, that offer nothing: a decorator may be
    forgotten. A name that begins with `_` says that it is meant."""
    names = sorted(info.name for info in pkgutil.iter_modules(functions.__path__))
    modules = {name: sys.modules.get(f"{functions.__name__}.{name}") for name in names if name not in OWN}
    return [
        f"functions/{name}" if hasattr(module, "__path__") else f"functions/{name}.py"
        for name, module in modules.items()
        if module is not None and not name.startswith("_") and not declared_in(module)
    ]


def offers_nothing(place: str) -> str:
    """Say what to do about such a file."""
    return f"{place} offers nothing: write @function above a function in it, or begin the file's name with _."


def declared_in(module: ModuleType) -> Iterable[Function]:
    """Return the functions that a module, or a package with its own modules, declares: not those it imports."""
    own = module.__name__
    return [
        value
        for value in vars(module).values()
        if isinstance(value, Function) and f"{value.implementation.__module__}.".startswith(f"{own}.")
    ]


def _candidates() -> Iterator[tuple[str, Function]]:
    for info in sorted(pkgutil.iter_modules(functions.__path__), key=lambda info: info.name):
        place = f"functions/{info.name}" if info.ispkg else f"functions/{info.name}.py"
        module = _load(place, partial(importlib.import_module, f"{functions.__name__}.{info.name}"))
        yield from ((place, candidate) for candidate in declared_in(module))
    for entry in sorted(entry_points(group=ENTRY_POINT_GROUP), key=lambda entry: (entry.value, entry.name)):
        place = f"entry point {entry.name} = {entry.value}"
        yield from ((place, candidate) for candidate in _at(place, entry))


def _at(place: str, entry: EntryPoint) -> Iterable[Function]:
    """Return what an entry point gives: one function (`package.module:name`), or a module's (`package.module`)."""
    target = _load(place, entry.load)
    if isinstance(target, Function):
        return [target]
    if isinstance(target, ModuleType) and (declared := declared_in(target)):
        return declared
    raise DeclarationError(f"{place}: there is no function; write @function above it, or name another module.")


def _load(place: str, load: Callable[[], Loaded]) -> Loaded:
    try:
        return load()
    except DeclarationError as error:
        raise DeclarationError(f"{place}: {error}") from error
    # Whatever a module does while it is imported is its author's to mend, and must not look like our defect.
    except (Exception, SystemExit) as error:
        raise DeclarationError(f"{place} cannot be imported: {_failure(error)}") from error


def _failure(error: BaseException) -> str:
    """Name the error's class, the module's line and what it says, on one line: only its author reads this."""
    where = type(error).__name__
    for frame in traceback.extract_tb(error.__traceback__):
        if frame.filename not in IMPORTING and not frame.filename.startswith("<frozen"):
            where += f" at {Path(frame.filename).name}, line {frame.lineno}"
            break
    printable = "".join(letter if letter.isprintable() else " " for letter in str(error))
    said = " ".join(printable.split())
    text = f"{where}: {said}" if said else where
    return text if len(text) <= MAX_FAILURE else f"{text[: MAX_FAILURE - 1]}…"
