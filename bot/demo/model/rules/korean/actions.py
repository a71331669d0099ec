"""Reads Korean orders: 채용, 변경, 삭제."""

from __future__ import annotations

import re

from bot.demo.model.rules.intents import Change, Context, Create, Delete, Field, Intent, Say, Target, Update
from bot.demo.model.rules.korean.words import fields_in, ids_in, name_in, targets_in
from bot.demo.model.rules.numbers import KOREAN_NUMBER, SIGNED_KOREAN_NUMBER, read_number

DELETE = re.compile(r"(?:삭제|제거|해고|퇴사|지워|지우|없애|빼\s?줘|빼\s?주)\S*.*$")
UP = r"올려|올리|인상|높여|높이|상향"
DOWN = r"내려|내리|인하|낮춰|낮추|삭감|줄여|줄이|깎"
UPDATE = re.compile(
    rf"(?:{UP}|{DOWN}|바꿔|바꾸|바꿀|변경|수정|고쳐|고치|설정|조정|맞춰|정정|업데이트|으로\s?해|로\s?해)\S*.*$"
)
CREATE = re.compile(r"(?:추가|채용|등록|고용|입사|뽑아|뽑|생성|넣어)\S*.*$")
QUESTION = re.compile(r"(?:했|됐|되었|하였|한\s?사람|된\s?사람|할\s?수\s?있)\S*\s*\S*\?*$")
EVERYONE = re.compile(r"전\s?직원|모든|모두|전부|전체|다\s")
FIELD_VALUE = re.compile(
    rf"(?P<field>연봉|급여|월급|봉급|임금|나이|연령)\S{{0,2}}\s*(?:을|를|은|는|이|가)?\s*(?:현재\s?)?(?P<value>{SIGNED_KOREAN_NUMBER})"
    r"\s?(?P<unit>%|퍼센트|프로|원|달러|세|살)?\s?(?P<by>만큼|더|씩)?(?P<to>으로|로|까지)?"
)
BARE_VALUE = re.compile(
    rf"(?P<value>{SIGNED_KOREAN_NUMBER})\s?(?P<unit>%|퍼센트|프로|원|달러|세|살)?\s?(?P<by>만큼|더|씩)?(?P<to>으로|로|까지)?(?!\s?번)"
)
NEW_NAME = re.compile(r"이름\S?\s*[\"“'‘]?(?P<name>[^\"”'’]+?)[\"”'’]?(?:이?라고|으로|로)\s")
AGE_VALUE = re.compile(
    r"(?:나이\S?\s*)?(\d{1,3})\s?(?:세|살)(?:인|의|짜리|이고)?|나이(?:는|가|은|이)?\s*(\d{1,3})"
)
SALARY_VALUE = re.compile(
    rf"(?:연봉|급여|월급|봉급|임금)(?:은|는|이|가|을|를)?\s*({SIGNED_KOREAN_NUMBER})\s?(?:원|달러)?"
)
CREATE_NOISE = re.compile(
    r"(?:새로운|새로|새|신규|신입)\s?|(?:직원|사원|사람|인원|팀원)(?:으로|로|을|를|에|이|목록에)?(?=\s|$|,)|이름은|이름이|이름:|이라는|라는|[,:.!()\"“”]|"
    r"(?:하고|그리고|으로|로|에|인)(?=\s|$)"
)


def read_actions(text: str, context: Context) -> list[Intent]:
    """Return the orders in one clause; [] if it holds none."""
    text = _with_the_verb_last(text)
    if QUESTION.search(text) and not re.search(r"(?:줘|주세요|줄래|주실|할래|하자)", text):
        return []
    if match := DELETE.search(text):
        return _deletions(text[: match.start()], context)
    if (match := UPDATE.search(text)) and not re.search(r"정렬", text):
        return _updates(text, match, context)
    if match := CREATE.search(text):
        return [read_create(text[: match.start()])]
    return []


def _with_the_verb_last(text: str) -> str:
    """Turn "직원 추가해줘: 김철수 …" around, into the order in which Korean says it."""
    head, _, rest = text.partition(":")
    verbs = (DELETE, UPDATE, CREATE)
    return f"{rest.strip()} {head}" if rest.strip() and any(verb.search(head) for verb in verbs) else text


def _deletions(rest: str, context: Context) -> list[Intent]:
    targets = targets_in(_without_objects(rest), context.person)
    if targets:
        return [Delete(target) for target in targets]
    return [Say("not_everyone" if EVERYONE.search(rest + " ") else "which_employee")]


def _without_objects(rest: str) -> str:
    return re.sub(r"\s(?:직원|사원|정보|데이터|기록)\s?(?:을|를)?(?:\s?좀)?\s*$", "", f" {rest}".rstrip()).strip()


def _updates(text: str, verb: re.Match[str], context: Context) -> list[Intent]:
    rest = text[: verb.start()]
    if verb[0].startswith(("으로", "로")):
        rest = text[: verb.start()] + "으로 "
    falls = bool(re.match(DOWN, verb[0]))
    changes = read_changes(_without_ids(rest), falls=falls, steps=falls or bool(re.match(UP, verb[0])))
    targets = _targets_of_update(rest, context)
    if not targets:
        if not changes and not fields_in(rest):
            return []
        return [Say("not_everyone" if EVERYONE.search(rest) else "which_employee")]
    return [Update(target, changes) for target in targets] if changes else [Say("which_change")]


def _without_ids(text: str) -> str:
    return re.sub(r"(?:직원|사원|사번)?\s?\d+\s?번(?:과|와|이랑|랑|,)?\s?(?:직원|사원)?(?:의)?", " ", text)


def _targets_of_update(rest: str, context: Context) -> list[Target]:
    if ids_in(rest):
        return targets_in(rest, None)
    head = re.split(r"(?:의)?\s*(?:연봉|급여|월급|봉급|임금|나이|연령|이름)|\s\d", rest, maxsplit=1)[0]
    return targets_in(head, context.person)


def read_changes(text: str, *, falls: bool = False, steps: bool = True) -> tuple[Change, ...]:
    """Return the changes of an order such as "연봉을 33만으로" or "나이를 40으로, 연봉을 10%".

    `steps`: the verb raises or lowers, so that a number without 으로 is a difference; else it is the new value.
    """
    changes: dict[Field, Change] = {}
    for match in FIELD_VALUE.finditer(text):
        field: Field = "age" if match["field"] in ("나이", "연령") else "salary"
        changes[field] = _change(field, match, falls, steps)
    if not changes and (named := NEW_NAME.search(f"{text} ")):
        return (Change("name", "set", named["name"].strip()),)
    if not changes and (bare := BARE_VALUE.search(text)):
        field = "age" if bare["unit"] in ("세", "살") or "나이" in text else "salary"
        changes[field] = _change(field, bare, falls, steps)
    return tuple(changes.values())


def _change(field: Field, match: re.Match[str], falls: bool, steps: bool) -> Change:
    value = read_number(match["value"])
    sign = -1 if falls else 1
    if match["to"] and match["unit"] not in ("%", "퍼센트", "프로"):
        return Change(field, "set", value)
    if match["unit"] in ("%", "퍼센트", "프로"):
        return Change(field, "percent", sign * value)
    is_step = match["by"] or (steps and not match["to"])
    return Change(field, "add", sign * value) if is_step else Change(field, "set", value)


def read_create(rest: str) -> Create:
    """Return what is said of a new employee; what is missing stays None."""
    salary = age = None
    if match := SALARY_VALUE.search(rest):
        salary = int(read_number(match[1]))
        rest = rest.replace(match[0], " ", 1)
    if match := AGE_VALUE.search(rest):
        age = int(match[1] or match[2])
        rest = rest.replace(match[0], " ", 1)
    for number in re.findall(KOREAN_NUMBER, rest):
        value = int(read_number(number))
        if age is None and value <= 120:
            age = value
        elif salary is None and value > 120:
            salary = value
        rest = rest.replace(number, " ", 1)
    rest = re.sub(r"(?<!\S)(?:원|달러|세|살|연봉|급여|나이)\S{0,2}(?!\S)", " ", rest)
    return Create(name_in(CREATE_NOISE.sub(" ", rest)), salary, age)
