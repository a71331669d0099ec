"""Reads one English message: splits it into clauses and finds what each wants."""

from __future__ import annotations

import re
from dataclasses import replace

from bot.demo.model.rules.english.actions import CREATE, DELETE, UPDATE, read_actions, read_create
from bot.demo.model.rules.english.questions import read_questions
from bot.demo.model.rules.english.weather import TIME, read_cities, read_days, read_weather
from bot.demo.model.rules.english.words import (
    fields_in,
    ids_in,
    name_in,
    strip_polite,
    targets_in,
)
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
from bot.demo.model.rules.numbers import COUNT, read_count

I = re.IGNORECASE  # noqa: E741 - the name that the re module gives it
SEPARATOR = re.compile(r"([?!;]+\s*|\.\s+|,?\s+(?:and then|and also|and|then|also|plus)\s+|,\s+(?!\d{3}\b))", I)
HEAD = re.compile(
    r"^(?:what|who|whose|which|how|show|list|tell|find|look|count|sort|order|rank|weather|forecast|will|is it|"
    r"top|the "
    r"(?:average|mean|highest|lowest|oldest|youngest|weather|total|sum)|average|highest|lowest|oldest|youngest)\b",
    I,
)
GREETING = re.compile(
    r"^(?:hi|hello|hey|yo|good (?:morning|afternoon|evening|day)|greetings|howdy)\b[^a-z]*(?:there|nod|all)?\W*$",
    I,
)
MORE = re.compile(r"\W*(?:continue|go on|keep going|carry on)(?:,? please)?\W*", I)
THANKS = re.compile(
    r"^(?:thanks|thank you|thx|cheers|great|perfect|cool|nice|got it|ok(?:ay)?|bye)\b(?:\W*\w+){0,4}\W*$", I
)
HELP = re.compile(
    r"^help\b|\bwhat (?:can|do) you do\b|\bwho are you\b|\bwhat are you\b|\bhow do (?:you|i use) |"
    r"\bare you (?:an? |really )?"
    r"(?:ai|bot|robot|human|real|language|llm|gpt|chatgpt|model)",
    I,
)
FIRST = re.compile(
    r"\b(?:what|which)\b.*\bi\b.*\b(?:first|at the (?:start|beginning)|originally|initially)\b|"
    r"\bmy first (?:question|message)",
    I,
)
PREVIOUS = re.compile(
    r"\bwhat (?:did|was it that) i (?:just )?(?:ask|say|said|asked|want)|"
    r"\bmy (?:last|previous) (?:question|message)",
    I,
)
LONG = re.compile(r"(?:write|give|show|tell)\b.*\b(?:very )?long (?:answer|text|report)\b", I)
SUMMARY = re.compile(
    r"^(?:summari[sz]e|sum up|recap|tl;?dr|give (?:me )?a summary|catch me up)\b|"
    r"\bwhat (?:should|do|must) (?:we|i) (?:need to |have to )?know"
    r"(?: about (?:it|(?:this|that|the|our)(?: \w+)?)| here)?\W*$|"
    r"\bwhat(?: is|['’]s| was) (?:this|the) \w+ about\W*$|"
    r"\bwhat (?:did|have) (?:we|they) (?:say|said|decided?|agreed?)\b",
    I,
)
CODE = re.compile(r"\b(?:code|snippet|script)\b|\bpython\b", I)
_OH = r"(?:(?:no|nah|oh|ok|okay|so|but|actually|sorry|wait|hmm|well|then|please|nod)\b[\s,.!]*)*"
_IT = (
    r"(?:it|that|this|them|those|these|both|all|everything|(?:that|this|the|my) (?:last |first )?(?:one|request|"
    r"card|action|change|proposal))(?: of (?:them|those|it))?"
)
WITHDRAW = re.compile(
    rf"^{_OH}(?:never\s?mind|nvm|(?:cancel|withdraw|retract)(?:\b(?!\s+(?:my|the) (?:order|subscription))|$)|"
    rf"(?:forget(?: about)?|scrap|drop|take back|call off|don['’]t do) {_IT}(?:\W|$)|take {_IT} back|"
    rf"(?:i(?:['’]ve| have)? )?changed my mind)",
    I,
)
EVERY = re.compile(r"\b(?:both|all|everything|them|those|these|requests|cards|actions|changes|proposals)\b", I)
_THE_CARD = (
    r"(?:it|that|this|them|those|these|both|all(?: of (?:them|it))?|(?:the|that|this) "
    r"(?:card|change|action|request|one)s?)"
)
_GO = (
    rf"(?:(?:do|run|execute|apply|submit|approve|confirm|accept) {_THE_CARD}|(?:i )?(?:approved?|confirm(?:ed)?|"
    rf"accept(?:ed)?|agreed?)(?: {_THE_CARD})?|do so|go ahead(?: and do it)?|go for it|proceed|execute|make it so|"
    r"looks good(?: to me)?|lgtm|i(?:['’]m| am) (?:fine|ok(?:ay)?) with (?:it|that))"
)
_YES = r"(?:yes|yeah|yep|yup|sure|ok|okay|alright|all right|absolutely|of course|correct|right)"
_BESIDE = r"(?:please|thanks|thank you|now|then|just|nod|great|fine|good|so)"
AGREE = re.compile(rf"(?:(?:{_GO}|{_YES}|{_BESIDE})(?![\w'’])[\s,.!:]*)+", I)
GO, YES = re.compile(rf"\b{_GO}(?!\w)", I), re.compile(rf"\b{_YES}(?!\w)", I)
LEAD = re.compile(
    r"^(?:(?:and|so|then|ok|okay|now|but|also)\b[\s,]*)*(?:(?:what|how) about\b\s*|and\b\s*|for\b\s*|in\b\s*)?", I
)
BARE_LIMIT = re.compile(rf"^(?:only |just )?(?:the )?(?:top|first|bottom)\s+({COUNT})\W*$", I)


def read(text: str, context: Context) -> list[Intent]:
    """Return what a message wants, in its order; [] when the rules do not understand it."""
    talk = _read_talk(text)
    if talk is not None:
        return [talk]
    intents: list[Intent] = []
    for clause in split(text):
        now = replace(context, intents=(*context.intents, *intents))
        intents += _complete(clause, intents, now) or _read_clause(clause, now) or _continue(clause, intents, now)
    intents = _borrow_fields(intents)
    return list(dict.fromkeys(intents)) or _read_follow_up(text, context)


def split(text: str) -> list[str]:
    """Split a message at its joints, but only where something new begins: "5 and 6" stays together."""
    parts = SEPARATOR.split(text.strip())
    clauses = [parts[0]]
    for joint, part in zip(parts[1::2], parts[2::2], strict=True):
        begin = strip_polite(part)
        new = HEAD.match(begin) or DELETE.match(begin) or CREATE.match(begin) or UPDATE.match(begin)
        if part and (new or joint.strip()[:1] in tuple("?!;.")) and clauses[-1].strip():
            clauses.append(part)
        else:
            clauses[-1] += joint + part
    return [clause.strip() for clause in clauses if clause.strip()]


def _read_talk(text: str) -> Intent | None:
    bare = text.strip()
    if WITHDRAW.match(bare):
        return Withdraw(bool(EVERY.search(bare)), tuple(ids_in(bare)))
    for topic, pattern in (("first_message", FIRST), ("summary", SUMMARY), ("previous_message", PREVIOUS)):
        if pattern.search(bare):
            return Say("first_message" if topic == "first_message" else
                       "summary" if topic == "summary" else "previous_message")  # fmt: skip
    if LONG.match(strip_polite(bare)):
        return Say("long_answer")
    if CODE.search(bare):
        return Say("code")
    if MORE.fullmatch(strip_polite(bare)):
        return Say("nothing_more")
    if not bare or GREETING.match(bare):
        return Say("greeting")
    if AGREE.fullmatch(bare) and (GO.search(bare) or YES.search(bare)):
        return Agree(bool(GO.search(bare)))
    begin = strip_polite(bare)
    if THANKS.match(bare) and not any(order.match(begin) for order in (HEAD, DELETE, CREATE, UPDATE)):
        return Say("thanks")
    return Say("help") if HELP.search(bare) else None


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
    clause = strip_polite(clause)
    return read_actions(clause, context) or read_weather(clause, context) or read_questions(clause, context)


def _borrow_fields(intents: list[Intent]) -> list[Intent]:
    """Give "the highest" in "the highest and the lowest salary" the field that follows."""
    queries = [intent for intent in intents if isinstance(intent, Query) and intent.field]
    return [
        replace(queries[0], aggregate="max") if intent == Say("which_field") and queries else intent
        for intent in intents
    ]


def _read_follow_up(text: str, context: Context) -> list[Intent]:
    lead = LEAD.match(text.strip())
    rest = text.strip()[lead.end() if lead else 0 :].strip(" ?!.,")
    told = lead is not None and lead.end() > 0
    if not rest:
        return []
    if isinstance(context.unanswered, Create):
        more = read_create(rest)
        if more != Create():
            return [context.unanswered.completed_by(more)]
    if isinstance(context.unanswered, Update | Delete) and (target := _target(rest)):
        return [replace(context.unanswered, target=target)]
    match context.last:
        case Weather() as weather:
            return _weather_follow_up(rest, weather)
        case Query() as query:
            return _query_follow_up(rest, query, told)
        case Lookup() as lookup:
            fields = fields_in(rest)
            if fields and not name_in(rest):
                return [replace(lookup, field=fields[0])]
            target = _target(rest)
            return [replace(lookup, target=target)] if target else []
    target = _target(rest) if told else None
    return [Lookup(target)] if target else []


def _weather_follow_up(rest: str, weather: Weather) -> list[Intent]:
    if TIME.fullmatch(rest):
        days, day = read_days(rest)
        return [replace(weather, days=days, day=day)]
    if len(rest.split()) > 6:
        return []
    days, day = read_days(rest) if TIME.search(rest) else (weather.days, weather.day)
    cities = read_cities(f"in {rest}")
    return [Weather(city, days, day) for city in cities]


def _query_follow_up(rest: str, query: Query, told: bool) -> list[Intent]:
    if (match := BARE_LIMIT.match(rest)) and query.sort_by:
        return [replace(query, limit=read_count(match[1]))]
    fields = fields_in(rest)
    if fields and len(rest.split()) <= 4:
        if query.sort_by:
            return [replace(query, sort_by=fields[0])]
        return [replace(query, field=fields[0])] if query.aggregate not in (None, "count") else []
    if ids_in(rest) or not told:
        return []
    target = _target(rest)
    return [Lookup(target, query.field)] if target else []


def _target(text: str) -> Target | None:
    found = targets_in(text, None)
    if not found and (number := re.fullmatch(r"\D{0,12}(\d{1,6})\W*", text)):
        return Target(employee_id=int(number[1]))
    return found[0] if len(found) == 1 else None
