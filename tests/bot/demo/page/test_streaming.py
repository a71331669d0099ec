"""Markdown while it is written: nothing raw flashes up, and nothing that was there goes away."""

import pytest

from bot.demo.page.reader import Reader
from bot.demo.page.render import render_body
from bot.demo.page.streaming import closed

ANSWER = """\
The highest salary is **725,000**, of **Paul Byrd** (*employee 17*), ~~not~~ `id=17` and ``a`b``; 2 * 3 is 6.

- **Paul Byrd**: 725,000
* *Yuri Berry*: 675,000

| ID | Name | Salary |
| ---: | :-- | ---: |
| 17 | **Paul Byrd** | 725,000 |
| 22 | Yuri Berry | 675,000 |

```python
x = 2 ** 3  # **kept**
```

Done in `nod`."""


def shown(text: str) -> str:
    return str(render_body(Reader(), text="", markdown=text, streaming=True))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", ""),
        ("plain", "plain"),
        ("is **Paul", "is **Paul**"),
        ("is **Paul ", "is **Paul**"),
        ("is **", "is "),
        ("is *", "is "),
        ("is **Paul*", "is **Paul**"),
        ("is **Paul**", "is **Paul**"),
        ("is **Paul** and", "is **Paul** and"),
        ("`a", "`a`"),
        ("`a * b", "`a * b`"),
        ("**a *b", "**a *b***"),
        ("~~a", "~~a~~"),
        ("2 * 3", "2 * 3"),
        ("* one\n* two", "* one\n* two"),
        ("**a**\n\n**b", "**a**\n\n**b**"),
        ("```\n**a", "```\n**a"),
        ("Rows:\n\n| ID | Na", "Rows:"),
        ("Rows:\n\n| ID | Name |\n| --: | -", "Rows:"),
        ("Rows:\n\n| ID | Name |\n| --: | --- |", "Rows:\n\n| ID | Name |\n| --: | --- |"),
        ("| ID | Name |\n| --: | --- |\n| 1 | **Ti", "| ID | Name |\n| --: | --- |\n| 1 | **Ti**"),
    ],
)
def test_what_is_open_is_closed(text: str, expected: str) -> None:
    assert closed(text) == expected


def test_no_step_of_an_answer_shows_its_marks() -> None:
    for end in range(1, len(ANSWER)):
        html = shown(ANSWER[:end]).replace("2 *", "").partition("<pre>")[0]
        assert not set("*~|") & set(html), ANSWER[max(0, end - 40) : end]


def test_what_is_complete_stays_as_it_is() -> None:
    assert closed(ANSWER) == ANSWER
