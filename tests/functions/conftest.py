import importlib.util
import socket
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import AsyncExitStack
from datetime import UTC, datetime
from pathlib import Path
from types import ModuleType

import httpx
import pytest
from aiohttp import web

import functions
from functions import Context, Person

Serve = Callable[[web.Application], Awaitable[str]]
NewContext = Callable[..., Awaitable[Context]]
Drop = Callable[[str, str], Path]

NOW = datetime(2026, 3, 2, 6, 30, tzinfo=UTC)


@pytest.fixture
async def serve() -> AsyncIterator[Serve]:
    """Start applications on free loopback ports; each call returns the new server's address."""
    async with AsyncExitStack() as stack:

        async def start(app: web.Application) -> str:
            runner = web.AppRunner(app)
            await runner.setup()
            stack.push_async_callback(runner.cleanup)
            await web.TCPSite(runner, "127.0.0.1", 0).start()
            host, port = runner.addresses[0][:2]
            return f"http://{host}:{port}"

        yield start


@pytest.fixture
async def new_context() -> AsyncIterator[NewContext]:
    """Build contexts whose clock stands still; `timeout` is the HTTP client's, in seconds."""
    async with AsyncExitStack() as stack:

        async def new(*, action_id: str | None = None, timeout: float = 10.0, **settings: str) -> Context:  # noqa: ASYNC109
            client = await stack.enter_async_context(httpx.AsyncClient(timeout=timeout, trust_env=False))
            return Context(Person("T1", "U1"), "1", client, lambda: NOW, settings, action_id)

        yield new


@pytest.fixture
def closed_address() -> Iterator[str]:
    """Give an address that refuses connections: its port is taken and nobody listens."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        yield f"http://127.0.0.1:{taken.getsockname()[1]}"


@pytest.fixture
def load(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], ModuleType]:
    """Import source text as a module of its own."""

    def load(source: str) -> ModuleType:
        path = tmp_path / "authored.py"
        path.write_text(source, "utf-8")
        spec = importlib.util.spec_from_file_location("authored", path)
        assert spec is not None
        assert spec.loader is not None
        module = importlib.util.module_from_spec(spec)
        monkeypatch.setitem(sys.modules, "authored", module)
        spec.loader.exec_module(module)
        return module

    return load


@pytest.fixture
def drop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Drop]:
    """Drop a file beside the functions of this package, as an author does; it is gone after the test."""
    folder = tmp_path / "functions"
    folder.mkdir()
    monkeypatch.setattr(functions, "__path__", [*functions.__path__, str(folder)])
    before = set(sys.modules)

    def write(name: str, source: str) -> Path:
        path = folder / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(source, "utf-8")
        importlib.invalidate_caches()
        # one's own functions may hold a file of the same name, which another test has imported
        monkeypatch.delitem(sys.modules, f"functions.{name.partition('/')[0].removesuffix('.py')}", raising=False)
        return path

    yield write
    for name in set(sys.modules) - before:
        if name.startswith("functions."):
            del sys.modules[name]
            vars(functions).pop(name.removeprefix("functions."), None)
