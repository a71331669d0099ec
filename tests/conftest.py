"""Keep every test to itself: its own folder, no settings of the developer's, no connection to another machine."""

import asyncio
import gc
import importlib.util
import os
import re
import shutil
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import certifi
import pytest
from hypothesis import settings

from storage.sqlite import open_storage

# A busy machine is no defect; and the gate runs the same examples each time: searching on is the deep profile's.
settings.register_profile("default", max_examples=50, deadline=None, derandomize=True)
settings.load_profile("default")
settings.register_profile("thorough", max_examples=500, deadline=None, derandomize=True)
"""What `make fuzz` gives to the tests marked `property`."""
settings.register_profile("deep", max_examples=5_000, stateful_step_count=60, deadline=None)
"""`pytest --hypothesis-profile=deep`: an hour instead of seconds, for who has changed what must never fail."""

GUARD = Path(__file__).parent / "guard" / "sitecustomize.py"
FOREIGN = re.compile(r"(SLACK|OPENAI|AZURE|NOD)_.*|.*_API_URL|(HTTPS?|ALL|NO)_PROXY", re.IGNORECASE)
"""Settings that would change what a test sees."""
END = "-----END CERTIFICATE-----"
BROWSERS = ("chromium", "chromium-browser", "google-chrome")

_spec = importlib.util.spec_from_file_location("guard", GUARD)
assert _spec
assert _spec.loader
guard = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(guard)


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Skip browser tests where there is no browser, but not in CI, where nobody would notice."""
    if item.get_closest_marker("browser") and _browser() is None:
        reason = "no Chromium here; on Debian and Ubuntu: sudo apt-get install chromium"
        if os.environ.get("CI") == "true":
            pytest.fail(reason, pytrace=False)
        pytest.skip(reason)


def pytest_collection_finish() -> None:
    """Spare the collector what stays to the end: the modules and tests, a million objects."""
    gc.collect()
    gc.freeze()


def _browser() -> str | None:
    return next((path for path in map(shutil.which, BROWSERS) if path), None)


@pytest.fixture(scope="session", autouse=True)
def clean_environment(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Take the developer's settings away, for fixtures of every scope. One authority is read instead of all: every
    client reads them, which takes 50 ms of a processor, and nothing here speaks TLS."""
    authorities = Path(certifi.where()).read_text(encoding="utf-8")
    one = tmp_path_factory.mktemp("tls") / "one.pem"
    one.write_text(authorities[: authorities.index(END) + len(END)] + "\n", encoding="utf-8")
    with pytest.MonkeyPatch.context() as patch:
        for name in list(os.environ):
            if FOREIGN.fullmatch(name):
                patch.delenv(name)
        patch.setenv("SSL_CERT_FILE", str(one))
        patch.setenv("HOME", str(tmp_path_factory.mktemp("home")))
        yield


@pytest.fixture(autouse=True)
def own_folder(clean_environment: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Run the test in an empty folder, where no `.env` and no database lies about."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture(scope="session")
def new_database(clean_environment: None, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database as a first start makes it: most tests copy it, because making one takes longer than they do."""
    path = tmp_path_factory.mktemp("new") / "nod.db"

    async def make() -> None:
        await (await open_storage(path)).close()

    asyncio.run(make())
    return path


@pytest.fixture(scope="session")
def outside_log(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the file in which child processes note what they tried to reach."""
    log = tmp_path_factory.mktemp("guard") / "outside.log"
    log.touch()
    return log


@pytest.fixture(scope="session")
def guarded_environment(clean_environment: None, outside_log: Path) -> Mapping[str, str]:
    """Return the environment for a child process: clean, and with the guard in it and in its own children."""
    return {**os.environ, "PYTHONPATH": str(GUARD.parent), guard.LOG_VARIABLE: str(outside_log)}


@pytest.fixture(scope="session")
def forge(guarded_environment: Mapping[str, str]) -> Iterator[str]:
    """Return the door of what starts processes at once; none where forking is not safe, as on macOS."""
    from tests.forge.opening import open_forge  # here, because this file also guards tests of other folders

    if sys.platform != "linux":
        yield ""
        return
    with open_forge(guarded_environment) as door:
        yield door


@pytest.fixture
def outside_attempts() -> list[str]:
    """Return what this process tried to reach; a test of the guard itself clears it."""
    attempts: list[str] = guard.attempts
    return attempts


@pytest.fixture(autouse=True)
def stay_on_this_machine(outside_attempts: list[str], outside_log: Path) -> Iterator[None]:
    """Fail a test that tried to reach another machine, here or in a child process."""
    yield
    seen = [*outside_attempts, *outside_log.read_text().splitlines()]
    outside_attempts.clear()
    outside_log.write_text("")
    if seen:
        pytest.fail("connections that leave this machine:\n" + "\n".join(seen), pytrace=False)


@pytest.fixture(scope="session")
def chromium(clean_environment: None) -> Mapping[str, Any]:
    """Return the options for Playwright's `chromium.launch(**chromium)`: Debian's, kept to this machine."""
    path = _browser()
    if path is None:
        pytest.fail("mark the test `browser`: there is no Chromium here", pytrace=False)
    return {"executable_path": path, "args": ["--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1"]}
