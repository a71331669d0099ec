"""What a file that has taken the reading process over can still do, on a system that confines it."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from bot.files import confinement

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="only Linux confines")

TAKEN_OVER = """
import ctypes, json, os, socket, sys, threading
from bot.files import child, confinement
from bot.files.contents import Limits
if sys.argv[2] == "unconfined":
    confinement._only_modules = confinement._filter_calls = lambda: False
force = []
confine = confinement.confine
child.confine = lambda: force.extend(confine())
child.bound(Limits())
done = {}
def attempt(name, call):
    try:
        call()
        done[name] = ""
    except Exception as error:
        done[name] = type(error).__name__
def fork():
    if os.fork() == 0:
        os._exit(0)
def thread():
    begun = threading.Thread(target=lambda: None)
    begun.start()
    begun.join()
mine = sys.argv[1]
attempt("read", lambda: open(mine).read())
attempt("modules", lambda: [__import__(name) for name in ("bot.files.pdf", "bot.files.word", "bot.files.excel")])
attempt("thread", thread)
if sys.argv[2] == "unconfined":
    print(json.dumps([force, done]))
    raise SystemExit
attempt("parent", lambda: open(f"/proc/{os.getppid()}/environ", "rb").read())
attempt("list", lambda: os.listdir(os.path.dirname(mine)))
attempt("mode", lambda: os.chmod(mine, 0o600))
attempt("delete", lambda: os.unlink(mine))
attempt("signal", lambda: os.kill(os.getppid(), 0))
attempt("socket", lambda: socket.socket())
attempt("unix", lambda: socket.socket(socket.AF_UNIX))
attempt("fork", fork)
attempt("execute", lambda: os.execv("/bin/sh", ["sh", "-c", "echo gone"]))
print(json.dumps([sorted(force), done]))
"""


def taken_over(mine: Path, how: str = "confined") -> tuple[list[str], dict[str, str]]:
    command = [sys.executable, "-I", "-c", TAKEN_OVER, str(mine), how]
    told = subprocess.run(command, capture_output=True, check=True, env={}, cwd="/").stdout
    answer: Any = json.loads(told)
    return answer[0], answer[1]


def test_little_is_left_to_do(tmp_path: Path) -> None:
    mine = tmp_path / ".env"
    mine.write_text("SLACK_BOT_TOKEN=xoxb-secret")
    force, done = taken_over(mine)
    if force != ["calls", "files"]:
        pytest.skip(f"this kernel confines {force or 'nothing'}")
    refused = {name for name, error in done.items() if error == "PermissionError"}
    assert refused == {
        *("parent", "read", "list", "mode", "delete"),
        *("signal", "socket", "unix", "fork", "execute"),
    }
    assert {name: error for name, error in done.items() if name not in refused} == {"thread": "", "modules": ""}
    assert mine.exists()


def test_a_system_that_confines_nothing_reads_all_the_same(tmp_path: Path) -> None:
    mine = tmp_path / "a"
    mine.write_text("x")
    force, done = taken_over(mine, "unconfined")
    assert force == []
    assert done == {"read": "", "modules": "", "thread": ""}


def test_the_folder_of_a_checkout_is_not_readable() -> None:
    root = Path(confinement.__file__).parents[2]
    places = [Path(place) for place in confinement._readable()]
    assert root not in places
    assert root / "bot" in places


def test_nod_hides_its_environment_from_others_of_its_user() -> None:
    code = (
        "import ctypes\nfrom bot.files.confinement import hide\nhide()\n"
        "print(ctypes.CDLL(None).prctl(3, 0, 0, 0, 0))"
    )
    told = subprocess.run([sys.executable, "-I", "-c", code], capture_output=True, check=True, text=True)
    assert told.stdout.strip() == "0"
