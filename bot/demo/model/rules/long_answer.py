"""A long answer, of forty thousand characters, with all that Markdown has: for looking at how Nod writes it."""

from __future__ import annotations

from collections.abc import Iterator

from bot.demo.model.rules.intents import Language
from bot.demo.model.rules.wording.tables import table

CHAPTERS, ROWS, LINES = 4, 180, 150

WORDS = {
    "en": {
        "title": "The long answer",
        "start": "Here is a long answer in {chapters} chapters, each with text, a list, a table and a program.",
        "chapter": "Chapter {n}",
        "text": "This paragraph stands here to be read while it is written, and says nothing new. ",
        "points": ("First of all, the **main thing**", "Then what follows from it", "And *in the end* the rest"),
        "below": "with a point of its own below it, and `some code`",
        "table": "The table of chapter {n}:",
        "heads": ("No.", "Name", "Value"),
        "row": "Row {n}",
        "code": "The program of chapter {n}:",
        "comment": "line {n} of chapter {chapter}",
        "end": "That was the long answer.",
    },
    "ko": {
        "title": "긴 답변",
        "start": "모두 {chapters}장으로 된 긴 답변입니다. 장마다 글과 목록, 표와 프로그램이 있습니다.",
        "chapter": "{n}장",
        "text": "이 문단은 쓰이는 동안 읽히기 위해 여기에 있으며, 새로운 내용은 하나도 없습니다. ",
        "points": ("먼저 **가장 중요한 것**", "그다음 거기에서 이어지는 것", "*끝으로* 나머지"),
        "below": "아래에 딸린 항목과 `코드` 조금",
        "table": "{n}장의 표입니다.",
        "heads": ("번호", "이름", "값"),
        "row": "{n}행",
        "code": "{n}장의 프로그램입니다.",
        "comment": "{chapter}장의 {n}번째 줄",
        "end": "긴 답변은 여기까지입니다.",
    },
}


def long_answer(language: Language) -> str:
    return "\n\n".join(_blocks(language))


def _blocks(language: Language) -> Iterator[str]:
    words = WORDS[language]
    say = {name: text for name, text in words.items() if isinstance(text, str)}
    yield f"# {say['title']}"
    yield say["start"].format(chapters=CHAPTERS)
    for chapter in range(1, CHAPTERS + 1):
        yield f"## {say['chapter'].format(n=chapter)}"
        yield say["text"] * 6
        yield "\n".join(f"{n}. {point}\n   - {say['below']}" for n, point in enumerate(words["points"], 1))
        yield say["table"].format(n=chapter)
        rows = ([str(n), say["row"].format(n=n), str(n * n * chapter)] for n in range(1, ROWS + 1))
        yield table(list(words["heads"]), rows, numeric=(0, 2))
        yield say["code"].format(n=chapter)
        lines = (f"    print({n})  # {say['comment'].format(n=n, chapter=chapter)}" for n in range(1, LINES + 1))
        yield "\n".join(["```python", "def chapter():", *lines, "```"])
    yield say["end"]
