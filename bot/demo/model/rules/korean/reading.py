"""Reads one Korean message: splits it into clauses and finds what each wants."""

from __future__ import annotations

import re
from dataclasses import replace

from bot.demo.model.rules.intents import (
    Agree,
    Context,
    Create,
    Delete,
    Intent,
    Lookup,
    Query,
    Say,
    Target,
    Update,
    Weather,
    Withdraw,
)
from bot.demo.model.rules.korean.actions import CREATE, DELETE, UPDATE, read_actions, read_create
from bot.demo.model.rules.korean.questions import AVERAGE, COUNTING, SORTING, TOTAL, VERY, read_questions
from bot.demo.model.rules.korean.weather import ABOUT_WEATHER, TIME, read_cities, read_days, read_weather
from bot.demo.model.rules.korean.words import fields_in, ids_in, name_in
from bot.demo.model.rules.numbers import KOREAN_COUNT, read_count
from bot.demo.model.rules.particles import without_particle

SEPARATOR = re.compile(
    r"([?!;]+\s*|\.\s+|,\s*(?!\d{3}\b)|\s+(?:그리고|그다음에?|또)\s+|(?<=[주하시꾸리우치하추이])고,?\s+|(?:이랑|랑|하고|와|과)\s+)"
)
HEADS = (AVERAGE, COUNTING, SORTING, TOTAL, VERY, ABOUT_WEATHER, DELETE, CREATE, UPDATE)
ASKING = re.compile(r"연봉|나이|급여|누구|몇|얼마|알려|보여|찾아")
GREETING = re.compile(r"^(?:안녕|하이|헬로|반가|좋은\s?(?:아침|오후|저녁))\S{0,6}\s*\S{0,6}$")
MORE = re.compile(
    r"\W*(?:계속|이어서|마저)(?:\s?(?:해|해요|하세요|해\s?줘|해\s?주세요|말해\s?줘|써\s?줘|답해\s?줘))?\W*"
)
THANKS = re.compile(r"^(?:고마|감사|땡큐|수고|잘했|좋아|좋네|알겠|알았|오케이|네\b|응\b|그래)\S*(?:\s\S+){0,3}$")
HELP = re.compile(
    r"도움|도와|뭘?\s?(?:를\s?)?할\s?수\s?있|무엇을\s?할\s?수|뭐\s?할\s?수|너(?:는)?\s?(?:누구|뭐)|넌\s?(?:누구|뭐)|누구(?:세요|니|야\?*$)|사용법|"
    r"(?:ai|인공지능|로봇|봇|언어\s?모델|챗gpt|gpt)(?:이|야|니|인가|예요|이에요|입니까|맞)",
    re.IGNORECASE,
)
SELF = re.compile(r"^(?:넌|너는?|당신은?|누구세요|누구니|누구야)")
FIRST = re.compile(
    r"(?:처음|맨\s?처음|첫\s?번째|제일\s?먼저|가장\s?먼저|최초).*(?:뭐|무엇|물어|질문|말했|얘기)|첫\s?질문"
)
PREVIOUS = re.compile(
    r"(?:방금|아까|조금\s?전|직전|바로\s?전|마지막).*(?:뭐|무엇|물어|질문|말했)|내가\s?뭐라고\s?(?:했|물)|내가\s?뭘\s?물"
)
LONG = re.compile(r"(?:아주 |매우 )?긴 (?:답변|대답|글|보고서)")
_ABOUT = "야유회|소풍|나들이|모임|행사"
SUMMARY = re.compile(
    rf"(?:대화|지금까지|내용|스레드|이야기|얘기|여기|{_ABOUT}).*(?:요약|정리)|^요약|^정리|무슨\s?(?:이야기|얘기)|"
    rf"^(?!.*(?:날씨|비가|비\s)).*(?:{_ABOUT}).*(?:알아야|알려|뭐|무엇|어떻게|언제|어디)"
)
CODE = re.compile(r"코드|파이썬|스크립트|\bpython\b", re.IGNORECASE)
WITHDRAW = re.compile(
    r"(?:취소|철회)(?:해|하|할|시켜|부탁|요)?\S{0,4}(?:\s?(?:줘|주|줄|부탁|바라)\S{0,6})?$|"
    r"^(?:(?:아니\S?|아|그냥|이제|그건|그거|이건|됐고)[\s,.]*)*(?:됐어|됐습니다|됐네|관둬|그만둬|잊어\s?(?:줘|버려)|하지\s?마|없던\s?일로)\S{0,4}"
    r"(?:\s?(?:해|줘|주)\S{0,4})?$"
)
EVERY = re.compile(r"둘|셋|(?:두|세|네)\s?(?:개|건|가지|장)|모두|모든|전부|전체|다\s")
_THE_CARD = (
    r"(?:(?:이|그|저)?\s?(?:거|것|카드|요청|작업)|그대로|모두|둘\s?다|다|전부|(?:변경|삭제|추가|채용|수정)(?=\S?\s(?:승인|실행|진행)))"
    r"(?:은|는|을|를|도|로)?"
)
_ASKED = r"줘|줘요|줄래|주세요|주십시오"
_GO = (
    r"(?:(?:승인|실행|진행|확인|확정|처리|허락|동의|수락|반영|적용)(?:해|할|하|합|했|한|시켜)?"
    rf"(?:요|{_ASKED}|주실래요|줄게|게|게요|세요|십시오|겠습니다|니다|어|어요|다|자|시죠)?|"
    r"그렇게|해|해요|하세요|하자|부탁해|부탁해요|부탁합니다|부탁드려요|부탁드립니다)"
    rf"(?:\s?(?:{_ASKED}|부탁\S{{0,4}}|바랍니다))?"
)
_YES = (
    r"(?:네|넵|넹|예|응|어|그래|그래요|좋아|좋아요|오케이|ㅇㅇ|ㅇㅋ|맞아|맞아요|맞습니다|알겠어|알겠어요|"
    r"알겠습니다)"
)
_BESIDE = r"(?:그럼|그러면|이제|바로|지금|그냥|어서|좀|고마워|고마워요|감사해요|감사합니다)"
AGREE = re.compile(rf"(?:(?:{_THE_CARD}|{_GO}|{_YES}|{_BESIDE})(?=$|[\s,.!~])[\s,.!~]*)+")
GO, YES = re.compile(rf"(?<!\S){_GO}(?=$|[\s,.!~])"), re.compile(rf"(?<!\S){_YES}(?=$|[\s,.!~])")
LEAD = re.compile(
    r"^(?:(?:그럼|그러면|그리고|그런데|근데|또|그렇다면|아|음|자)[\s,]+|(?:네|넵|예|응|그래|좋아요?),\s*)+"
)
FOLLOW_END = re.compile(
    r"\s*(?:은|는|도)?\s*(?:이?요|(?:어때|어떤가|어떻게\s?돼|알려\s?줘|알려\s?주세요|보여\s?줘|말이야|말해\s?줘)\S{0,2})$"
)


def read(text: str, context: Context) -> list[Intent]:
    """Return what a message wants, in its order; [] when the rules do not understand it."""
    talk = _read_talk(text)
    if talk is not None:
        return [talk]
    intents: list[Intent] = []
    for clause in split(text):
        now = replace(context, intents=(*context.intents, *intents))
        intents += _complete(clause, intents, now) or _read_clause(clause, now) or _continue(clause, intents, now)
    return list(dict.fromkeys(intents)) or _read_follow_up(text, context)


JOINTS = 100
"""Of a longer message the rest is one clause: what grows from joint to joint is looked at with each."""


def split(text: str) -> list[str]:
    """Split a message at its joints where both sides say something: a Korean clause has its verb last."""
    parts = SEPARATOR.split(text.strip(), maxsplit=JOINTS)
    clauses = [parts[0]]
    for joint, part in zip(parts[1::2], parts[2::2], strict=True):
        ended = joint.strip()[:1] in tuple("?!;.")
        if not part.strip():
            clauses[-1] += joint
        elif clauses[-1].strip() and (
            ended or (_says_something(clauses[-1], joint) and _says_something(part, ""))
        ):
            if not ended:
                clauses[-1] += joint.rstrip(" ,") if "고" in joint else ""
            clauses.append(part)
        else:
            clauses[-1] += joint + part
    return [clause.strip() for clause in clauses if clause.strip()]


def _says_something(part: str, joint: str) -> bool:
    text = part + joint
    if any(head.search(text) for head in HEADS):
        return True
    return bool(ASKING.search(text)) and not re.search(r"\d", text)


def _read_talk(text: str) -> Intent | None:
    bare = text.strip().rstrip("?!.~ ")
    if WITHDRAW.search(bare) and not text.rstrip().endswith("?"):
        return Withdraw(bool(EVERY.search(bare)), tuple(ids_in(bare)))
    if FIRST.search(bare):
        return Say("first_message")
    if SUMMARY.search(bare):
        return Say("summary")
    if PREVIOUS.search(bare):
        return Say("previous_message")
    if LONG.search(bare):
        return Say("long_answer")
    if CODE.search(bare):
        return Say("code")
    if MORE.fullmatch(bare):
        return Say("nothing_more")
    if not bare or GREETING.match(bare):
        return Say("greeting")
    if AGREE.fullmatch(bare) and (GO.search(bare) or YES.search(bare)) and "?" not in text:
        return Agree(bool(GO.search(bare)))
    if THANKS.match(bare) and not any(head.search(bare) for head in HEADS):
        return Say("thanks")
    return Say("help") if HELP.search(bare) and (SELF.match(bare) or "누구" not in bare) else None


def _complete(clause: str, intents: list[Intent], context: Context) -> list[Intent]:
    """Read "Hire Kim. He is 30 …": what a clause adds to the order before it, which it replaces."""
    last = intents[-1] if intents else None
    if not isinstance(last, Create) or last.is_complete or read_actions(clause, context):
        return []
    more = read_create(clause)
    if more == Create():
        return []
    intents.pop()
    return [last.completed_by(more)]


def _continue(clause: str, intents: list[Intent], context: Context) -> list[Intent]:
    """Read "… and the age?": a follow-up to the clause before it."""
    lead = LEAD.match(clause)
    return _read_follow_up(clause, context) if intents and lead and lead.end() else []


def _read_clause(clause: str, context: Context) -> list[Intent]:
    clause = LEAD.sub("", clause)
    return read_actions(clause, context) or read_weather(clause, context) or read_questions(clause, context)


def _read_follow_up(text: str, context: Context) -> list[Intent]:
    rest = LEAD.sub("", text.strip()).strip(" ?!.,~")
    rest = FOLLOW_END.sub("", rest) or rest
    if isinstance(context.unanswered, Create):
        more = read_create(rest)
        if more != Create():
            return [context.unanswered.completed_by(more)]
    if isinstance(context.unanswered, Update | Delete) and (target := _target(rest)):
        return [replace(context.unanswered, target=target)]
    match context.last:
        case Weather() as weather:
            days, day = read_days(rest) if TIME.search(rest) else (weather.days, weather.day)
            if TIME.fullmatch(without_particle(rest)):
                return [replace(weather, days=days, day=day)]
            return [Weather(city, days, day) for city in read_cities(rest)] if len(rest.split()) <= 4 else []
        case Query() as query:
            return _query_follow_up(rest, query)
        case Lookup() as lookup:
            fields = fields_in(rest)
            if fields:
                return [replace(lookup, field=fields[0])]
            target = _target(rest)
            return [replace(lookup, target=target)] if target else []
    return []


def _query_follow_up(rest: str, query: Query) -> list[Intent]:
    if query.sort_by and (match := re.search(rf"({KOREAN_COUNT})\s?(?:명|개)", rest)):
        return [replace(query, limit=read_count(match[1]))]
    fields = fields_in(rest)
    if fields and len(rest.split()) <= 3:
        if query.sort_by:
            return [replace(query, sort_by=fields[0])]
        return [replace(query, field=fields[0])] if query.aggregate not in (None, "count") else []
    target = _target(rest) if len(rest.split()) <= 3 else None
    return [Lookup(target, query.field)] if target else []


def _target(text: str) -> Target | None:
    if ids := ids_in(text):
        return Target(employee_id=ids[0]) if len(ids) == 1 else None
    if number := re.fullmatch(r"\s*(\d{1,6})\s*(?:번)?\S{0,3}", text):
        return Target(employee_id=int(number[1]))
    name = name_in(text)
    return None if name is None else Target(name=name)
