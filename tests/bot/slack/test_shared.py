from typing import Any

import pytest

from bot.slack.shared import LONGEST, MOST_TOLD, shared_file, shared_files
from storage.records import SharedFile

URL = "https://files.slack.com/files-pri/T1-F1/download/a.csv"
TOLD = {"id": "F1", "name": "a.csv", "mimetype": "text/csv", "size": 12, "url_private_download": URL}


def test_a_file_as_slack_tells_of_it() -> None:
    assert shared_files({"type": "message", "files": [TOLD]}) == (SharedFile("F1", "a.csv", "text/csv", 12, URL),)


def test_the_address_stays_out_of_logs() -> None:
    assert URL not in repr(shared_file(TOLD))


@pytest.mark.parametrize(("kind", "files"), [("message", ()), ("app_mention", None)])
def test_a_mention_may_lack_its_files(kind: str, files: tuple[()] | None) -> None:
    assert shared_files({"type": kind}) == files


def test_a_mention_that_has_files_tells_all() -> None:
    assert shared_files({"type": "app_mention", "files": []}) == ()


@pytest.mark.parametrize("told", [None, "F1", 7, {}, {"id": None}, {"id": "F\ud800"}, {"name": " "}])
def test_what_is_no_file_is_one_that_is_not_there(told: Any) -> None:
    assert shared_files({"type": "message", "files": [told, TOLD]}) == (SharedFile("", "file"), shared_file(TOLD))


@pytest.mark.parametrize("files", [None, "F1", {"id": "F1"}, 7])
def test_what_is_no_list_has_no_files(files: Any) -> None:
    assert shared_files({"type": "message", "files": files}) == ()


@pytest.mark.parametrize("size", [None, "12", -1, True, 1.5, 10**30])
def test_a_size_that_is_none_is_not_known(size: Any) -> None:
    found = shared_file(TOLD | {"size": size})
    assert found.size == 0


def test_names_have_an_end_and_a_substitute() -> None:
    long, bare = shared_file(TOLD | {"name": "x" * 9_000}), shared_file({"id": "F1", "name": None, "title": "A"})
    assert len(long.name) == LONGEST
    assert bare == SharedFile("F1", "A")


@pytest.mark.parametrize(
    "more",
    [
        {"is_external": True},
        {"mode": "external"},
        {"mode": "tombstone"},
        {"mode": "hidden_by_limit"},
        {"url_private_download": "https://files.slack.com/\nx"},
    ],
)
def test_where_slack_has_no_bytes_there_is_no_address(more: dict[str, Any]) -> None:
    found = shared_file(TOLD | more)
    assert found.url == ""


def test_only_so_many_are_kept() -> None:
    assert len(shared_files({"type": "message", "files": [TOLD] * 999}) or ()) == MOST_TOLD


def test_a_name_can_be_written_down() -> None:
    assert shared_file(TOLD | {"name": "a\ud800.csv"}).name == "a?.csv"
