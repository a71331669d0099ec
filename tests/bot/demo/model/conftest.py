from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
from openai import AsyncOpenAI

from bot.demo.model.script import Script
from bot.demo.model.server import make_app
from bot.demo.serving import serve

API_KEY = "sk-demo"


@pytest.fixture
def script() -> Script:
    return Script()


@pytest.fixture
async def base_url(script: Script) -> AsyncIterator[str]:
    async with serve(make_app(api_key=API_KEY, delta_delay=0, script=script)) as origin:
        yield f"{origin}/v1"


@pytest.fixture
async def client(base_url: str) -> AsyncIterator[AsyncOpenAI]:
    async with AsyncOpenAI(base_url=base_url, api_key=API_KEY, max_retries=0, timeout=10) as openai:
        yield openai
