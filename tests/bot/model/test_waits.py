"""What a server's Retry-After means, in whatever way it is written."""

from email.utils import formatdate
from time import time

import httpx2
import pytest

from bot.model.waits import asked_wait


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({}, None),
        ({"Retry-After": "7"}, 7.0),
        ({"Retry-After": "0"}, 0.0),
        ({"Retry-After": "-3"}, 0.0),
        ({"Retry-After": "1.5"}, 1.5),
        ({"Retry-After": "nan"}, None),
        ({"Retry-After": "inf"}, float("inf")),
        ({"Retry-After": "1e999"}, float("inf")),
        ({"Retry-After": ""}, None),
        ({"Retry-After": "soon"}, None),
        ({"Retry-After": "Fri, 32 Foo 2026"}, None),
        ({"Retry-After": "Fri, 31 Dec 99999999999 23:59:59 GMT"}, None),
        ({"Retry-After": "Wed, 21 Oct 2015 07:28:00 GMT"}, 0.0),
        ({"Retry-After-Ms": "250"}, 0.25),
        ({"Retry-After-Ms": "250", "Retry-After": "9"}, 0.25),
        ({"Retry-After-Ms": "a while", "Retry-After": "9"}, 9.0),
    ],
)
def test_seconds(headers: dict[str, str], seconds: float | None) -> None:
    assert asked_wait(httpx2.Headers(headers)) == seconds


def test_a_date_to_come() -> None:
    seconds = asked_wait(httpx2.Headers({"Retry-After": formatdate(time() + 3_600, usegmt=True)}))
    assert seconds is not None
    assert 3_500 < seconds <= 3_600
