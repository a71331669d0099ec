"""Mutations of JSON: where in a value, and what happens there.

They are chosen by a `random.Random` whose seed Hypothesis draws. Drawn one by one they cost more than all that
they are thrown at; so a failure names its seed, and nothing is shrunk.
"""

import copy
import json
from collections.abc import Iterator
from random import Random
from typing import Any

DEEP = 10_000
"""Levels of the nested poison: more than any recursion takes."""

_DEEP_MARK = "~deep~"

LONG = "가" * 40_001

PLANTED = "~planted~"
"""What an exception repeats of the value that it met: no person may read it where no person wrote it."""

POISON: tuple[Any, ...] = (
    *(None, True, False, 0, -1, 7, 10**30, -(2**63), 1.5, float("inf"), float("nan")),
    *("", " ", "x", "0", "null", "\x00", "a\x00b", "\ud800", "a\udfffb", "\u202etxt.exe", "مرحبا", "😀", LONG),
    *("<!channel>", "<@U0>", "{", "[", '{"a":', "1" * 5_000, "https://127.0.0.1:1/x", "../../etc", "%s{0}"),
    *([], {}, [None], [[]], [{}], {"": None}, {"id": None}, ["a", "b"], {"text": {}}, _DEEP_MARK),
    *(PLANTED, PLANTED, [PLANTED], {PLANTED: PLANTED}, f"{PLANTED}:\x00", f"{PLANTED}\ud800"),
)

Path = tuple[Any, ...]


def changed(value: Any, random: Random) -> Any:
    """Return a copy of a JSON value with one place deleted, wrapped, turned into a text, or poisoned."""
    paths = list(_paths([value]))
    path = paths[random.randrange(len(paths))]
    whole: Any = [value]
    container, key = whole, path[-1]
    for step in path[:-1]:  # copied along the way alone: the rest is shared
        container[step] = container[step].copy()
        container = container[step]
    match random.randrange(10):
        case 0 | 1:
            del container[key]
        case 2:
            container[key] = [container[key]]
        case 3:
            container[key] = str(container[key])
        case _:
            container[key] = copy.deepcopy(random.choice(POISON))
    return whole[0] if whole else None


def written(value: Any) -> str:
    """Write JSON as a far end may, even what is none: bare NaN, halves of surrogate pairs, nesting without end."""
    return json.dumps(value).replace(f'"{_DEEP_MARK}"', "[" * DEEP + "]" * DEEP)


def _paths(value: Any, before: Path = ()) -> Iterator[Path]:
    """Yield the way to every place in a value: indices and names."""
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, each in inner:
        path = (*before, key)
        yield path
        yield from _paths(each, path)
