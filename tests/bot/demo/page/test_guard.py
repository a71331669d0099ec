"""Which hosts and origins the page answers to."""

import pytest

from bot.demo.page.guard import is_local_host, is_same_origin


@pytest.mark.parametrize(
    ("host", "local"),
    [
        ("127.0.0.1:8000", True),
        ("localhost", True),
        ("[::1]:80", True),
        ("evil.example", False),
        ("127.0.0.1.evil.example:8000", False),
        ("localhost.evil.example", False),
        ("user@evil.example", False),
        ("[", False),
        ("", False),
        (None, False),
    ],
)
def test_is_local_host(host: str | None, local: bool) -> None:
    assert is_local_host(host) is local


@pytest.mark.parametrize(
    ("origin", "fetch_site", "same"),
    [
        ("http://127.0.0.1:8000", "same-origin", True),
        ("http://127.0.0.1:8000", None, True),
        (None, "same-origin", True),
        (None, None, False),
        ("null", None, False),
        ("http://127.0.0.1:8001", None, False),
        ("http://localhost:8000", None, False),
        ("http://127.0.0.1:8000", "same-site", False),
        ("http://127.0.0.1:8000", "cross-site", False),
        ("http://evil.example", "cross-site", False),
        (None, "none", False),
    ],
)
def test_is_same_origin(origin: str | None, fetch_site: str | None, same: bool) -> None:
    assert is_same_origin(origin, fetch_site, "127.0.0.1:8000") is same
