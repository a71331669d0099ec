"""Chooses Korean particles by the sound that the word before them ends with."""

from __future__ import annotations

import re
from typing import Literal, TypeAlias

Pair: TypeAlias = Literal[
    "은/는", "이/가", "을/를", "과/와", "으로/로", "이에요/예요", "이라고/라고", "이라는/라는", "이나/나"
]
Ending: TypeAlias = Literal["vowel", "rieul", "consonant"]

HANGUL_FIRST, HANGUL_LAST, FINALS, RIEUL = 0xAC00, 0xD7A3, 28, 8
# How the digits are read: 영 일 이 삼 사 오 육 칠 팔 구; a number with zeros ends in 십, 백, 천, 만 or 억.
DIGITS: dict[str, Ending] = {
    "0": "consonant",
    "1": "rieul",
    "3": "consonant",
    "6": "consonant",
    "7": "rieul",
    "8": "rieul",
}
LATIN_RIEUL = re.compile(r"(?:l|le)$")
LATIN_CONSONANT = re.compile(r"(?:[mn]e?|ng|ck|[aeiou][kpt]|tt|rk)$")
TRAILING_MARKS = "*_`\"'”’)]}. "


def ending(word: str) -> Ending:
    """Return how a word sounds at its end; Latin letters are judged by how Koreans usually read them."""
    bare = word.rstrip(TRAILING_MARKS)
    if not bare:
        return "vowel"
    last = bare[-1]
    if HANGUL_FIRST <= ord(last) <= HANGUL_LAST:
        final = (ord(last) - HANGUL_FIRST) % FINALS
        if final == 0:
            return "vowel"
        return "rieul" if final == RIEUL else "consonant"
    if last.isdigit():
        return DIGITS.get(last, "vowel")
    if last == "%":
        return "vowel"
    lowered = bare.lower()
    if LATIN_RIEUL.search(lowered):
        return "rieul"
    return "consonant" if LATIN_CONSONANT.search(lowered) else "vowel"


def particle(word: str, pair: Pair) -> str:
    """Return the form of a particle that follows a word: `particle("서울", "은/는")` is "은"."""
    after_consonant, after_vowel = pair.split("/")
    sound = ending(word)
    if pair == "으로/로" and sound == "rieul":
        return after_vowel
    return after_vowel if sound == "vowel" else after_consonant


def with_particle(word: str, pair: Pair) -> str:
    """Return a word with its particle: `with_particle("서울", "으로/로")` is "서울로"."""
    return word + particle(word, pair)


def without_particle(word: str) -> str:
    """Strip one particle that fits the word before it: "서울의" is "서울", while "상하이" stays as it is."""
    for suffix in ("에서는", "에서", "에는", "의", "에", "쪽"):
        if word.endswith(suffix) and len(word) > len(suffix) + 1:
            return word.removesuffix(suffix)
    for after_consonant, after_vowel in (("이랑", "랑"), ("은", "는"), ("이", "가"), ("을", "를"), ("과", "와")):
        for suffix in (after_consonant, after_vowel):
            rest = word.removesuffix(suffix)
            if rest == word or not rest:
                continue
            closed = ending(rest) != "vowel"
            if closed == (suffix == after_consonant) and (len(rest) > 1 or suffix in ("은", "는")):
                return rest
    return word
