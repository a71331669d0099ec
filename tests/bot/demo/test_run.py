"""`nod demo` as a process of its own."""

import asyncio
import re
import signal
import sys
from collections.abc import Mapping
from pathlib import Path

import httpx
import pytest

pytestmark = pytest.mark.e2e

WITHIN = 30.0
DEMO = (
    "import asyncio; from bot.demo.run import run_demo; asyncio.run(run_demo(0, real_model=False, confirm_ttl=60))"
)


async def test_it_outlives_a_restart_of_nod_and_ends_cleanly(
    tmp_path: Path, guarded_environment: Mapping[str, str]
) -> None:
    demo = await asyncio.create_subprocess_exec(
        sys.executable, "-c", DEMO, env=guarded_environment, cwd=tmp_path, stdout=asyncio.subprocess.PIPE
    )
    assert demo.stdout
    try:
        async with asyncio.timeout(WITHIN):
            url = await _page(demo.stdout)
            async with httpx.AsyncClient(base_url=url, timeout=WITHIN) as http:
                again = await http.post("restart?as=kim", headers={"Sec-Fetch-Site": "same-origin"})
                assert (again.status_code, again.json()) == (200, {})
                assert 'data-process="running"' in (await http.get("?as=kim")).text
            demo.send_signal(signal.SIGINT)
            assert await demo.wait() == 0
    finally:
        if demo.returncode is None:
            demo.kill()
            await demo.wait()


async def _page(said: asyncio.StreamReader) -> str:
    async for line in said:
        if found := re.search(rb"Open\s+(http://127\.0\.0\.1:\d+/)", line):
            return found[1].decode()
    raise AssertionError("the demo ended before it was ready")
