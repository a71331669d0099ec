"""What people ask in the soak, in English and Korean. Every message has a number of its own, by which its answer,
its card and its effect are known from all others."""

import itertools
import random
import re
from dataclasses import dataclass

QUESTIONS = {
    "en": ("how many employees earn more than {n}?", "How many employees have a salary over {n}?"),
    "ko": ("연봉이 {n} 넘는 직원은 몇 명이야?", "급여가 {n}보다 많은 직원은 몇 명인가요?"),
}
CHANGES = {
    "en": ("change employee {id}'s salary to {n}", "set the salary of employee {id} to {n}"),
    "ko": ("직원 {id}번 연봉을 {n}로 바꿔줘", "{id}번 직원의 급여를 {n}으로 변경해줘"),
}
HIRES = {
    "en": ("hire {name} with salary {n} and age 30",),
    "ko": ("{name}를 급여 {n}, 나이 30으로 등록해줘",),
}
NAMES = {"en": ("Ada Wing", "Ben Marsh", "Cleo Stone"), "ko": ("김하나", "박두리", "이세나")}

FIRST = {"question": 200_001, "action": 500_001}


@dataclass(frozen=True)
class Said:
    """`whole` finds its number, with or without a comma, and no longer one."""

    text: str
    whole: re.Pattern[str]
    action: bool = False
    hire: bool = False


class Asking:
    """Makes up messages; no number is used twice."""

    def __init__(self, chance: random.Random) -> None:
        self._chance = chance
        self._numbers = {kind: itertools.count(first) for kind, first in FIRST.items()}

    def question(self, language: str) -> Said:
        number = next(self._numbers["question"])
        return Said(self._chance.choice(QUESTIONS[language]).format(n=number), known_by(number))

    def action(self, language: str) -> Said:
        number, hire = next(self._numbers["action"]), self._chance.random() < 0.25
        given = {"n": number, "id": self._chance.randint(1, 24), "name": self._chance.choice(NAMES[language])}
        text = self._chance.choice((HIRES if hire else CHANGES)[language]).format(**given)
        return Said(text, known_by(number), action=True, hire=hire)


def known_by(number: int) -> re.Pattern[str]:
    return re.compile(rf"(?<![\d,]){number // 1000},?{number % 1000:03}(?!\d)")
