"""What changed behind the scenes."""

from bot.demo.page.behind import compare

BEFORE = [{"id": 1, "name": "A", "salary": 1000}, {"id": 2, "name": "B", "salary": 2000}]


def test_nothing_changed() -> None:
    assert [row.change for row in compare(BEFORE, list(BEFORE))] == ["", ""]


def test_changed_added_and_removed_rows_are_marked() -> None:
    now = [{"id": 1, "name": "A", "salary": 330000}, {"id": 3, "name": "C", "salary": 5}]
    rows = compare(BEFORE, now)
    assert [(row.id, row.change) for row in rows] == [("1", "changed"), ("2", "removed"), ("3", "added")]
    salary = rows[0].cells[2]
    assert (salary.value, salary.was) == ("330,000", "1,000")
    assert rows[0].cells[1].was is None
