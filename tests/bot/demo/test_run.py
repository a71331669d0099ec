"""`nod demo` as a process of its own."""

import asyncio
import re
import signal
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from pathlib import Path

import httpx
import pytest

pytestmark = pytest.mark.e2e

WITHIN = 30.0
DEMO = (
    "import asyncio; from bot.demo.run import run_demo; asyncio.run(run_demo(0, real_model=False, confirm_ttl=60))"
)


SAME = {"Sec-Fetch-Site": "same-origin"}
GOOD = """
from functions import Context, function

@function(read_only=True)
async def days_off(context: Context) -> str:
    \"\"\"Days off.\"\"\"
    return "none"
"""

Start = Callable[..., Awaitable[tuple[Process, str]]]


@pytest.fixture
async def start(tmp_path: Path, guarded_environment: Mapping[str, str]) -> AsyncIterator[Start]:
    """Start demos and give their processes with the page's address; temporary folders come into `tmp_path`."""
    started: list[Process] = []

    async def start(more: Mapping[str, str] | None = None) -> tuple[Process, str]:
        environment = {**guarded_environment, "TMPDIR": str(tmp_path), **(more or {})}
        demo = await asyncio.create_subprocess_exec(
            sys.executable, "-c", DEMO, env=environment, cwd=tmp_path, stdout=PIPE, stderr=PIPE
        )
        started.append(demo)
        async with asyncio.timeout(WITHIN):
            return demo, await _page(_open(demo.stdout))

    yield start
    for demo in started:
        if demo.returncode is None:
            demo.kill()
            await demo.wait()


async def test_it_outlives_a_restart_of_nod_and_ends_cleanly(start: Start, tmp_path: Path) -> None:
    demo, url = await start()
    async with httpx.AsyncClient(base_url=url, timeout=WITHIN) as http:
        again = await http.post("restart?as=kim", headers={"Sec-Fetch-Site": "same-origin"})
        assert (again.status_code, again.json()) == (200, {})
        assert 'data-process="running"' in (await http.get("?as=kim")).text
    demo.send_signal(signal.SIGINT)
    said, problems = await _ended(demo)
    assert (demo.returncode, problems) == (0, "")
    assert said.endswith("Goodbye!\n")
    assert left_in(tmp_path) == []


async def test_a_fault_in_a_function_ends_nod_and_not_the_demo(start: Start, tmp_path: Path) -> None:
    faulty = tmp_path / "faulty"
    bad = faulty / "bad_days.py"
    (faulty / "bad_days-1.dist-info").mkdir(parents=True)
    bad.write_text("")
    (faulty / "bad_days-1.dist-info" / "METADATA").write_text("Name: bad-days\nVersion: 1\n")
    demo, url = await start({"PYTHONPATH": str(faulty)})
    (faulty / "bad_days-1.dist-info" / "entry_points.txt").write_text("[nod.functions]\nbad = bad_days\n")
    bad.write_text("def days(\n")
    async with httpx.AsyncClient(base_url=url, timeout=WITHIN) as http:
        said = await http.post(
            "say?as=kim", data={"channel": await _channel(http), "text": "still there?"}, headers=SAME
        )
        assert said.status_code == 200
        over = await http.post("restart?as=kim", headers=SAME)
        page = (await http.get("?as=kim")).text
        assert (over.status_code, 'data-process="ended"' in page) == (502, True)
        assert "&#39;(&#39; was never closed" in page
        assert "still there?" in page
        bad.write_text(GOOD)
        assert (await http.post("restart?as=kim", headers=SAME)).status_code == 200
        assert 'data-process="running"' in (await http.get("?as=kim")).text
    demo.send_signal(signal.SIGINT)
    assert "Nod has ended (exit status 2)" in (await _ended(demo))[0]
    assert demo.returncode == 0


@pytest.mark.parametrize("number", [signal.SIGTERM, pytest.param(signal.SIGHUP, marks=pytest.mark.slow)])
async def test_it_leaves_nothing_behind(start: Start, tmp_path: Path, number: signal.Signals) -> None:
    demo, _ = await start()
    assert left_in(tmp_path) != []
    demo.send_signal(number)
    assert (await _ended(demo))[1] == ""
    assert (demo.returncode, left_in(tmp_path)) == (0, [])


async def test_nod_does_not_outlive_a_demo_that_is_killed(start: Start) -> None:
    demo, _ = await start()
    demo.kill()
    await _ended(demo)


async def test_a_signal_while_it_starts_is_heard(tmp_path: Path, guarded_environment: Mapping[str, str]) -> None:
    environment = {**guarded_environment, "TMPDIR": str(tmp_path)}
    demo = await asyncio.create_subprocess_exec(
        sys.executable, "-c", DEMO, env=environment, cwd=tmp_path, stdout=PIPE, stderr=PIPE
    )
    assert b"Starting a small Slack" in await _open(demo.stdout).readline()
    assert b"Starting Nod" in await _open(demo.stdout).readline()
    demo.send_signal(signal.SIGTERM)
    await _ended(demo)
    assert (demo.returncode, left_in(tmp_path)) == (0, [])


async def _channel(http: httpx.AsyncClient) -> str:
    found = re.search(r'data-channel="(C\w+)" data-channel-key="general"', (await http.get("?as=kim")).text)
    assert found
    return found[1]


def left_in(folder: Path) -> list[str]:
    return [path.name for path in folder.iterdir()]


async def _ended(demo: Process) -> tuple[str, str]:
    """Read what is left of what the demo and Nod in it say: it ends when both have ended."""
    async with asyncio.timeout(WITHIN):
        said, problems = await demo.communicate()
    return said.decode(), problems.decode()


async def _page(said: asyncio.StreamReader) -> str:
    async for line in said:
        if found := re.search(rb"Open\s+(http://127\.0\.0\.1:\d+/)", line):
            return found[1].decode()
    raise AssertionError("the demo ended before it was ready")


def _open(stream: asyncio.StreamReader | None) -> asyncio.StreamReader:
    assert stream
    return stream
