"""The Korean words for fields, and the bits of grammar that several rules share."""

from __future__ import annotations

import re

from bot.demo.model.rules.intents import Field, Target
from bot.demo.model.rules.particles import without_particle

SALARY = r"연봉|급여|월급|봉급|임금|수입|소득|돈|버는|버나|벌어|벌고|벌지|받는|받나|받아|고액"
AGE = r"나이|연령|고령|연장|연소|막내|몇\s?살|몇\s?세|늙|젊|어린|어려"
NAME = r"이름|성명|가나다|알파벳"
ID = r"사번|직원\s?번호|아이디|번호순|번호를|번호로|\bid\b"
FIELD_WORD = re.compile(rf"(?P<salary>{SALARY})|(?P<age>{AGE})|(?P<name>{NAME})|(?P<id>{ID})", re.IGNORECASE)
FIELDS: tuple[Field, ...] = ("salary", "age", "name", "id")
PEOPLE = r"(?:직원들|직원|사원|사람들|사람|인원|동료|구성원|임직원|팀원)"
EMPLOYEE_IDS = re.compile(
    r"((?:\d+\s?번?\s?(?:,|과|와|이랑|랑|하고|및|그리고)\s*){0,30}\d+)\s?번(?!째)|"
    r"(?:직원|사원|사번|번호|아이디|id)\s?#?\s?((?:\d+\s?번?\s?(?:,|과|와|이랑|랑|하고|및)\s*){0,30}\d+)(?![\d,만천백억세살명일%])",
    re.IGNORECASE,
)
PRONOUN = re.compile(r"(?:그|이|저)\s?(?:사람|직원|분|친구)|그의|걔")
NOT_A_NAME = re.compile(
    r"^(?:직원|직원들|사원|사람|사람들|사람은|누구|누가|평균|전체|모든|모두|전부|제일|가장|최고|최저|최대|최소|우리|회사|중에|중에서|중|"
    r"얼마|얼마나|몇|그럼|그러면|그리고|또|오늘|내일|날씨|연봉|나이|이름|급여|월급|정보|알려|알려줘|보여|보여줘|찾아|찾아줘|"
    r"어때|뭐|무엇|총|합계|목록|순으로|순서|내림차순|오름차순|번호|이상|이하|초과|미만|혹시|그|이|저|좀|다시|이제|씨|님|현재|지금|"
    r"에서|대해|대해서|사이|낮은|높은|많은|적은|어린|젊은|순위|상위|하위|차이|회사에|팀|다음|근데|그런데|아니|네|예|응|나|내|제|내가|제가|너|넌|당신|추가|등록|새|새로|새로운|신입|채용)$"
)
LATIN_NAME = re.compile(r"([^\W\d_가-힣][^\s가-힣]*(?: [^\W\d_가-힣][^\s가-힣]*)*)(?:\s?(?:씨|님))?[가-힣]{0,4}")
NAME_END = re.compile(r"\s*(?:씨|님|직원|사원)$")
JOINT = re.compile(r"\s*(?:,|및|그리고)\s*|(?<=[\w가-힣])(?:과|와|이랑|랑|하고)\s+")


def fields_in(text: str) -> list[Field]:
    """Return the fields that a text speaks of, in order, each once."""
    found: list[Field] = []
    for match in FIELD_WORD.finditer(text):
        field = next(field for field in FIELDS if match.group(field))
        if field not in found:
            found.append(field)
    return found


def ids_in(text: str) -> list[int]:
    """Return the employee ids of "5번", "5, 6번", "5번과 6번", "직원 5" …"""
    numbers: list[int] = []
    for match in EMPLOYEE_IDS.finditer(text):
        numbers += [int(number) for number in re.findall(r"\d+", match[1] or match[2])]
    return numbers


def name_in(text: str) -> str | None:
    """Return a person's name, Latin words or one Hangul word, without its particle, title and the word 직원."""
    words = re.sub(rf"(?<!\S){PEOPLE}(?:의|은|는|이|가|을|를)?(?!\S)|[?!,.:\"“”]", " ", text).split()
    words = [word for word in words if not NOT_A_NAME.match(word)]
    if not words:
        return None
    phrase = NAME_END.sub("", " ".join(words))
    latin = LATIN_NAME.fullmatch(phrase)
    if latin:
        name = latin[1]
        return name if name != name.lower() else name.title()
    if not re.fullmatch(r"[가-힣]{2,}(?: [가-힣]{1,})?", phrase):
        return None
    bare = re.sub(r"\s?(?:씨|님)$", "", without_particle(phrase)).strip()
    return None if NOT_A_NAME.match(bare) or len(bare) < 2 else bare


def targets_in(text: str, person: Target | None) -> list[Target]:
    """Return the employees that a text names by id, by name, or as 그 사람."""
    if ids := ids_in(text):
        return [Target(employee_id=number) for number in ids]
    if person is not None and PRONOUN.search(text):
        return [person]
    names = [name_in(part) for part in JOINT.split(text)]
    return [Target(name=name) for name in names if name]
