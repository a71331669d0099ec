"""What is said of files: their names, and that nobody reads them."""

import pytest

from bot.slack.attached import NAMELESS, named, with_names


@pytest.mark.parametrize("files", [None, "x", {}, 7, []])
def test_no_files(files: object) -> None:
    assert named({"files": files}) == []
    assert with_names("hi", []) == "hi"


@pytest.mark.parametrize("file", [None, "x", {}, {"name": None}, {"name": ["x"]}, {"name": " "}])
def test_a_file_without_a_name_is_a_file(file: object) -> None:
    assert named({"files": [file]}) == [NAMELESS]


def test_names_are_shown_as_they_are() -> None:
    names = named(
        {
            "files": [
                {"name": "pay\u202efdp.exe"},
                {"name": "a\nb"},
                {"name": "n" * 200},
                *[{"name": "보고서"}] * 20,
            ]
        }
    )
    assert names[:3] == ["pay\\u{202e}fdp.exe", "a b", "n" * 100]
    assert len(names) == 10


def test_the_model_is_told_after_what_was_said() -> None:
    assert with_names("sum it up", ["a.pdf", "b.png"]).startswith("sum it up\n\n[Attached")
    assert with_names("", ["a.pdf"]).startswith("[Attached")
    assert "a.pdf; b.png" in with_names("", ["a.pdf", "b.png"])
