"""What a preview says, as it is kept with an action until it runs."""

from datetime import UTC, datetime
from types import MappingProxyType

import pytest

from bot.slack.present import Number, read_preview
from bot.words.catalogue import words_for
from functions import Label, Preview, moment
from functions.preview import MARK, MAX_LINE, lasting, written

NAME, PAY = Label(en="Name", ko="이름"), Label(kind="amount", en="Pay")
NINE, TEN = datetime(2026, 7, 4, 9, tzinfo=UTC), datetime(2026, 7, 4, 10, tzinfo=UTC)


def test_a_preview_comes_back_with_its_labels() -> None:
    told = read_preview(written(Preview(now={NAME: "Kim\u2028", PAY: 1_000}, then={NAME: "Lee"}, runs=[NINE])))
    assert told is not None
    assert [(each.names, each.kind, each.value) for each in told.now] == [
        ({"en": "Name", "ko": "이름"}, None, "Kim\u2028"),
        ({"en": "Pay"}, "amount", Number("1000")),
    ]
    assert told.then_of(NAME.names) is told.then[0]
    assert told.now_of({"en": "Age"}) is None
    assert told.runs == (NINE,)


def test_a_value_may_differ_by_language() -> None:
    place = MappingProxyType({"en": "at home", "ko": "집"})
    told = read_preview(written(Preview(now={NAME: place, PAY: 5})))
    assert told is not None
    assert [each.read(words_for("ko")) for each in told.now] == ["집", Number("5")]
    assert told.now[0].read(words_for("en")) == "at home"


def test_times_move_on_and_the_rest_stays() -> None:
    first = lasting(written(Preview(now={NAME: "Kim"}, runs=[NINE, TEN])))
    assert first == lasting(written(Preview(now={NAME: "Kim"}, runs=[TEN])))
    assert first != lasting(written(Preview(now={NAME: "Lee"}, runs=[NINE, TEN])))
    assert lasting(written(Preview(now={NAME: moment(NINE)}))) != lasting(
        written(Preview(now={NAME: moment(TEN)}))
    )
    assert lasting(f"#team · {moment(NINE)}") == lasting(f"#team · {moment(TEN)}")


def test_no_line_passes_for_more() -> None:
    forged = written(Preview(now={NAME: "Kim"}))
    assert forged.startswith(MARK)
    assert read_preview(written(forged)) is None
    assert read_preview("") is None


@pytest.mark.parametrize(
    "much", ["x" * (MAX_LINE + 1), Preview(now={NAME: "x" * MAX_LINE, PAY: 5}), Preview(), Preview(then={})]
)
def test_too_much_and_nothing_are_left_out(much: Preview | str) -> None:
    assert written(much) == ""
