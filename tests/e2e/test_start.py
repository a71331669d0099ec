"""What an operator sees: one sentence that names the setting and says what to do, exit status 2, no traceback."""

import asyncio
import shutil
import sys
from asyncio.subprocess import PIPE, create_subprocess_exec
from collections.abc import AsyncIterator, Mapping
from pathlib import Path

import pytest

import bot
from bot.demo.unkind.calls import Broken
from bot.demo.world import World
from tests.e2e.office import Office, open_office, refuse_to_start

pytestmark = pytest.mark.slow


@pytest.fixture
async def empty_office(
    world: World, tmp_path: Path, guarded_environment: Mapping[str, str]
) -> AsyncIterator[Office]:
    """An office whose process begins and ends as an operator's does, the interpreter too."""
    async with open_office(world, tmp_path, guarded_environment) as office:
        yield office


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("SLACK_BOT_TOKEN", "", "SLACK_BOT_TOKEN is not set"),
        ("SLACK_BOT_TOKEN", "nonsense", "SLACK_BOT_TOKEN is wrong"),
        ("SLACK_BOT_TOKEN", "xoxb-wrong", "SLACK_BOT_TOKEN is not valid"),
        ("SLACK_APP_TOKEN", "xapp-wrong", "SLACK_APP_TOKEN is not valid"),
        ("SLACK_API_URL", "http://127.0.0.1:9/api/", "SLACK_API_URL cannot be reached"),
        ("OPENAI_API_KEY", "sk-wrong", "OPENAI_API_KEY is refused"),
        ("OPENAI_BASE_URL", "http://127.0.0.1:9/v1", "OPENAI_BASE_URL cannot be reached"),
        ("NOD_CONFIRM_TTL", "soon", "NOD_CONFIRM_TTL is “soon”: write a whole number"),
        ("NOD_DATABASE", "/proc/nowhere/nod.db", "NOD_DATABASE cannot be used"),
    ],
)
async def test_a_start_that_cannot_be(empty_office: Office, name: str, value: str, words: str) -> None:
    empty_office.settings[name] = value
    status, said = await refuse_to_start(empty_office.environment, empty_office.folder)
    assert status == 2
    assert words in said
    assert "Traceback" not in said
    own = [line for line in said.splitlines() if line.startswith("nod: ")]
    assert len(own) == 1
    assert value == "" or value not in said or name.endswith(("DATABASE", "TTL"))


async def test_an_app_without_a_scope_is_named(empty_office: Office) -> None:
    empty_office.world.slack.app_scopes.clear()
    status, said = await refuse_to_start(empty_office.environment, empty_office.folder)
    assert status == 2
    assert "SLACK_APP_TOKEN lacks a scope" in said


async def test_a_function_dropped_in_is_offered(empty_office: Office, tmp_path: Path) -> None:
    """README's own example, in a copy of the packages."""
    root = Path(bot.__file__).parent.parent
    for package in ("bot", "functions", "storage"):
        shutil.copytree(root / package, tmp_path / package)
    readme = (root / "README.md").read_text()
    example = readme.split("```python\n", 1)[1].split("```", 1)[0]
    assert len(example.splitlines()) < 15
    (tmp_path / "functions" / "holidays.py").write_text(example)
    process = await create_subprocess_exec(
        sys.executable, "-m", "bot", "functions", env=empty_office.environment, cwd=tmp_path, stdout=PIPE
    )
    listed, _ = await process.communicate()
    assert process.returncode == 0
    assert "days_off" in listed.decode()


async def test_a_function_that_cannot_be_used_is_named(empty_office: Office, tmp_path: Path) -> None:
    root = Path(bot.__file__).parent.parent
    for package in ("bot", "functions", "storage"):
        shutil.copytree(root / package, tmp_path / package)
    (tmp_path / "functions" / "broken.py").write_text(
        "from functions import Context, function\n\n"
        "@function()\nasync def pay(context: Context, to: dict):\n    'Pay.'\n"
    )
    status, said = await refuse_to_start(empty_office.environment, tmp_path)
    assert status == 2
    assert "functions/broken.py" in said
    assert "pydantic model" in said
    assert "Traceback" not in said


async def test_a_stop_is_clean(office: Office) -> None:
    assert await office.stop() == 0
    assert "Traceback" not in office.log
    assert "Unclosed" not in office.log


async def test_a_stop_counts_while_a_start_waits_for_slack(empty_office: Office) -> None:
    world = empty_office.world
    world.unkind.calls.add(Broken(503), match="auth.test", times=None)
    process = await create_subprocess_exec(
        sys.executable,
        "-m",
        "bot",
        "run",
        env=empty_office.environment,
        cwd=empty_office.folder,
        stderr=PIPE,
    )
    assert process.stderr is not None
    while b"next try in" not in (line := await process.stderr.readline()):
        assert line, "it has ended by itself"
    process.terminate()
    async with asyncio.timeout(30):
        assert await process.wait() == 0
