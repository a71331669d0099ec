from typing import Any

import pytest

from storage.chain import FIELDS, link

ROW: dict[str, Any] = {
    "id": 1,
    "action_id": "a",
    "at": "2026-07-04T12:00:00.000000+00:00",
    "event": "denied",
    "actor": "U1",
    "details": {"reason": "아니요", "digest": "d", "card_ts": None},
}
OTHERS: dict[str, Any] = {
    "id": 2,
    "action_id": "b",
    "at": "2026-07-04T12:00:00.000001+00:00",
    "event": "confirmed",
    "actor": "U2",
    "details": {"reason": "예", "digest": "d", "card_ts": None},
}


def test_a_known_hash() -> None:
    # As sha256sum tells it, of a line feed and the JSON.
    assert link("", ROW) == "82c7e053b4a90d516fa9912937296a71d097d3a51c0a9a1b48d68e84eaa3df77"


@pytest.mark.parametrize("field", FIELDS)
def test_every_field_and_the_hash_before_count(field: str) -> None:
    assert link("", ROW | {field: OTHERS[field]}) != link("", ROW)
    assert link("0", ROW) != link("", ROW)


def test_nothing_else_counts() -> None:
    details = dict(reversed(ROW["details"].items()))
    assert link("", ROW | {"details": details, "previous": "x", "hash": "y"}) == link("", ROW)


@pytest.mark.parametrize("details", [b"bytes", float("nan")])
def test_what_is_no_json_is_refused(details: Any) -> None:
    with pytest.raises((TypeError, ValueError)):
        link("", ROW | {"details": details})
