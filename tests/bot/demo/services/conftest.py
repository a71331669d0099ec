from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack

import httpx
import pytest
from aiohttp import web

Serve = Callable[[web.Application], Awaitable[httpx.AsyncClient]]


@pytest.fixture
async def serve() -> AsyncIterator[Serve]:
    """Start applications on free loopback ports; each call returns a client of the new server."""
    async with AsyncExitStack() as stack:

        async def start(app: web.Application) -> httpx.AsyncClient:
            runner = web.AppRunner(app)
            await runner.setup()
            stack.push_async_callback(runner.cleanup)
            await web.TCPSite(runner, "127.0.0.1", 0).start()
            host, port = runner.addresses[0][:2]
            client = httpx.AsyncClient(base_url=f"http://{host}:{port}", trust_env=False)
            return await stack.enter_async_context(client)

        yield start
