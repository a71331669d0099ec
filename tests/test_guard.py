"""The guard of `tests/guard/` is what every other test stands on."""

import shutil
import socket
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

import httpx
import pytest

OUTSIDE = "192.0.2.1"  # TEST-NET-1 of RFC 5737: nobody has it


def connect() -> None:
    with socket.socket() as outgoing:
        outgoing.connect((OUTSIDE, 80))


def connect_over_ipv6() -> None:
    with socket.socket(socket.AF_INET6) as outgoing:
        outgoing.connect(("2001:db8::1", 80))


def send_a_datagram() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as outgoing:
        outgoing.sendto(b"?", (OUTSIDE, 53))


def resolve() -> None:
    socket.getaddrinfo("slack.com", 443)


def listen_to_everybody() -> None:
    with socket.socket() as server:
        server.bind(("0.0.0.0", 0))  # noqa: S104


def ask_with_httpx() -> None:
    httpx.get("https://slack.com/api/api.test")


@pytest.mark.parametrize(
    "attempt", [connect, connect_over_ipv6, send_a_datagram, resolve, listen_to_everybody, ask_with_httpx]
)
def test_refuses_and_remembers_what_leaves_the_machine(
    attempt: Callable[[], None], outside_attempts: list[str]
) -> None:
    with pytest.raises(RuntimeError, match="this machine alone"):
        attempt()

    assert len(outside_attempts) == 1
    outside_attempts.clear()


def test_lets_loopback_through() -> None:
    with (
        socket.create_server(("127.0.0.1", 0)) as server,
        socket.create_connection(("localhost", server.getsockname()[1])) as outgoing,
    ):
        assert outgoing.getpeername() == server.getsockname()


def test_lets_unix_sockets_through(tmp_path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(str(tmp_path / "s"))


def test_is_in_child_processes_and_in_theirs(guarded_environment: Mapping[str, str], outside_log: Path) -> None:
    attempt = f"import socket; socket.create_connection(({OUTSIDE!r}, 80))"
    nested = f"import subprocess, sys; sys.exit(subprocess.run([sys.executable, '-c', {attempt!r}]).returncode)"

    child = subprocess.run(
        [sys.executable, "-c", nested], env=guarded_environment, capture_output=True, text=True, check=False
    )

    assert child.returncode == 1
    assert "OutsideConnection" in child.stderr
    assert OUTSIDE in outside_log.read_text()
    outside_log.write_text("")


def test_gives_children_no_setting_of_the_developers(guarded_environment: Mapping[str, str]) -> None:
    assert not [name for name in guarded_environment if name.startswith(("SLACK_", "OPENAI_", "NOD_"))]


def test_fails_a_test_whose_code_swallows_the_refusal(tmp_path: Path) -> None:
    ours = Path(__file__).parent
    shutil.copy(ours / "conftest.py", tmp_path)
    shutil.copytree(ours / "guard", tmp_path / "guard", ignore=shutil.ignore_patterns("__pycache__"))
    (tmp_path / "test_swallowing.py").write_text(
        "import contextlib, socket\n"
        "def test_swallowing():\n"
        "    with contextlib.suppress(Exception):\n"
        f"        socket.create_connection(({OUTSIDE!r}, 80))\n"
    )

    run = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "--import-mode=importlib"],
        cwd=tmp_path, capture_output=True, text=True, check=False,
    )  # fmt: skip

    assert run.returncode == 1
    assert f"connections that leave this machine:\nsocket.getaddrinfo '{OUTSIDE}'" in run.stdout
