"""The reading process knows nothing of Nod's but how to read."""

import ast
import subprocess
import sys

import pytest

from bot.files.reader import OUT_OF_MEMORY
from tests.source import imports, modules, room, tree

pytestmark = pytest.mark.slow


def test_the_room_of_files_imports_no_other_room() -> None:
    ours = [name for name in modules() if room(name) == "bot.files"]
    assert "bot.files.child" in ours
    assert {room(other) for name in ours for other in imports(name)} == {"bot.files"}


def test_nod_itself_loads_no_reader_of_documents() -> None:
    heavy = ("pypdf", "python_calamine", "bot.files.pdf", "bot.files.excel", "bot.files.word")
    command = f"import sys, bot.files.reader; print([name for name in {heavy} if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", command], capture_output=True, text=True, check=True, timeout=60)
    assert done.stdout == "[]\n"


def test_the_two_processes_mean_the_same_by_an_exit_status() -> None:
    """The reader does not import the child, which imports what Windows does not have."""
    values = {
        node.targets[0].id: ast.literal_eval(node.value)
        for node in tree(modules()["bot.files.child"]).body
        if isinstance(node, ast.Assign)
        and isinstance(node.targets[0], ast.Name)
        and node.targets[0].id == "TOO_MUCH"
    }
    assert values["TOO_MUCH"] in OUT_OF_MEMORY
