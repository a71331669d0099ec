"""Reads a conversation as a thread: who said what, which calls came to what, what is still untold."""

from __future__ import annotations

import html
import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

from bot.demo.model.conversation import (
    AssistantMessage,
    Conversation,
    FunctionCall,
    FunctionResult,
    UserMessage,
)
from bot.demo.model.rules import english, korean
from bot.demo.model.rules.calls import employees_of, read_json
from bot.demo.model.rules.files import LookAt, Seen, locale_beside, split_files
from bot.demo.model.rules.intents import (
    Action,
    Agree,
    Context,
    Create,
    Delete,
    Intent,
    Language,
    Say,
    Target,
    Update,
    Withdraw,
)
from bot.demo.model.rules.notes import is_summary, remembered
from bot.demo.model.rules.numbers import without_endless
from bot.demo.model.rules.overheard import Heard, as_it_is, place_in, read_heard
from bot.demo.model.rules.scheduling import FRAME
from bot.demo.model.rules.waiting import OUTCOMES, Waiting, follow

HANGUL = re.compile(r"[ㄱ-ㆎ가-힣]")
LETTER = re.compile(r"[^\W\d_]")
ABOUT_FILES = re.compile(
    r"\b(rows?|lines?|columns?|pages?|files?|csv|pdf|sheets?|pictures?|images?)\b|행|줄|열|쪽|파일|시트|그림|사진",
    re.IGNORECASE,
)
"""Words by which a question beside a file is about the file."""

SPEAKER = re.compile(r"^\s*(?:\[(?P<name>[^\]\n]{1,80})\]|<@(?P<id>[UW][A-Z0-9]+)(?:\|[^>]*)?>)\s*[:,]?\s*")
MENTION = re.compile(r"<@[UW][A-Z0-9]+(?:\|[^>]*)?>|(?<!\w)@?nod\b[,:]?(?!\s+(?:is|at)\b)", re.IGNORECASE)


@dataclass(frozen=True)
class Said:
    """One user message without its mention; `speaker` is the prefix that names who wrote it, `locale` what Slack
    is set to for them, which is told of files without words."""

    position: int
    speaker: str | None
    text: str
    files: tuple[Seen, ...] = ()
    locale: str = ""


@dataclass(frozen=True)
class Done:
    """One call with its result, read from JSON. The positions are those in the conversation.

    `is_outcome` tells an action's decision arriving from the answer to a call just made; `waiting` is what waits
    for a click after it.
    """

    call_position: int
    position: int
    name: str
    arguments: Any
    value: Any
    is_outcome: bool = False
    waiting: tuple[Waiting, ...] = ()

    @property
    def status(self) -> str | None:
        """The `status` of an action's result."""
        return self.value.get("status") if isinstance(self.value, dict) else None

    @property
    def is_edit(self) -> bool:
        """Whether this outcome says that the person's edit took the action's place."""
        return self.is_outcome and "arguments" in self.value

    @property
    def error(self) -> str | None:
        """The sentence of a failed call."""
        found = self.value.get("error") if isinstance(self.value, dict) and self.status not in OUTCOMES else None
        return None if found is None else str(found)


@dataclass(frozen=True)
class Thread:
    """A conversation as the rules see it.

    `question` is the last user message or messages in a row, `intents` what they want. `told` is the position of
    the last assistant message, -1 without one. `heard` is what was said before Nod was called.
    """

    said: tuple[Said, ...]
    question: tuple[Said, ...]
    intents: tuple[Intent, ...]
    language: Language
    done: tuple[Done, ...]
    told: int
    heard: tuple[Heard, ...] = ()

    @property
    def is_open(self) -> bool:
        """Whether the question has had no text in answer yet."""
        return bool(self.question) and self.question[-1].position > self.told

    @property
    def fresh(self) -> list[Done]:
        """The calls whose results no text has told yet."""
        return [done for done in self.done if done.position > self.told]

    @property
    def in_turn(self) -> list[Done]:
        """The calls made for the question, without outcomes of actions."""
        start = self.question[-1].position if self.question else -1
        return [done for done in self.done if done.call_position > start and not done.is_outcome]

    def name_in(self, action: Done) -> str | None:
        """The name of the employee that an action is about, as far as earlier results tell."""
        wanted = action.arguments.get("employee_id") if isinstance(action.arguments, dict) else None
        for done in reversed(self.done):
            for row in employees_of(done.value) if done.position < action.position else ():
                if wanted is not None and row.get("id") == wanted and row.get("name"):
                    return str(row["name"])
        return None

    @property
    def waiting(self) -> tuple[Waiting, ...]:
        """The actions that wait for a click now."""
        return self.done[-1].waiting if self.done else ()

    @property
    def waiting_before(self) -> tuple[Waiting, ...]:
        """The actions that waited for a click when the question was asked."""
        start = self.question[0].position if self.question else -1
        before = [done for done in self.done if done.position < start]
        return before[-1].waiting if before else ()


def read_thread(conversation: Conversation) -> Thread:
    """Read a whole conversation; each question is understood in the light of what came before."""
    users = [(position, item) for position, item in enumerate(conversation) if isinstance(item, UserMessage)]
    heard = {position: found for position, item in users if (found := read_heard(item.text))}
    messages = [(position, item) for position, item in users if position not in heard]
    said = tuple(_said(position, item) for position, item in messages if not is_summary(item.text))
    before = tuple(
        Said(position, speaker, told)
        for position, item in messages
        if is_summary(item.text)
        for speaker, told in remembered(item.text)
    )
    done = _done(conversation)
    context = Context(place=place_in(heard.values()))
    language = _spoken([*(each.text or "" for each in heard.values()), *(each.text for each in before)])
    question: tuple[Said, ...] = ()
    intents: list[Intent] = []
    breaks = [
        position
        for position, item in enumerate(conversation)
        if isinstance(item, AssistantMessage | FunctionCall | FunctionResult)
    ]
    for block in _blocks(said, breaks):
        if question:
            context = _settle(context, intents, [d for d in done if d.position < block[0].position])
        intents = []
        for message in block:
            language = _spoken([message.text], language) or _of_files(message)
            reader = korean if language == "ko" else english
            now = replace(context, intents=(*context.intents, *intents))
            about_files = message.files and (not message.text or ABOUT_FILES.search(message.text))
            text = without_endless(message.text)
            meant = () if about_files else reader.read_schedules(text) or reader.read(text, now)
            intents += [each for each in meant if not (message.files and isinstance(each, Say))]
            if message.files:
                # what a file says is not what the person says: it is looked at, and never acted on
                intents.append(LookAt(message.files))
        question = block
    told = [position for position, item in enumerate(conversation) if isinstance(item, AssistantMessage)]
    last = told[-1] if told else -1
    return Thread((*before, *said), question, tuple(intents), language or "en", done, last, tuple(heard.values()))


def _spoken(texts: Iterable[str], before: Language | None = None) -> Language | None:
    """Return the language of the last text that has letters, "ko" for one with Hangul; `before` if none has."""
    for text in texts:
        if LETTER.search(text):
            before = "ko" if HANGUL.search(text) else "en"
    return before


def _of_files(message: Said) -> Language | None:
    """Return the language of files that begin a thread without a word: what Slack is set to for the person, else
    that of the files."""
    if message.locale:
        return "ko" if message.locale.startswith("ko") else "en"
    return _spoken(["\n".join(f"{file.name} {(file.text or '')[:400]}" for file in message.files)])


def _said(position: int, message: UserMessage) -> Said:
    raw, files = split_files(message.text, message.pictures)
    text = html.unescape(raw)
    speaker = None
    while match := SPEAKER.match(text):
        speaker = speaker or match["name"] or match["id"]
        text = text[match.end() :]
    text = FRAME.sub("", as_it_is(text))
    text = " ".join(MENTION.sub(" ", text).split())
    return Said(position, speaker, text, files, locale_beside(message.text))


def _done(conversation: Conversation) -> tuple[Done, ...]:
    calls = {item.call_id: (at, item) for at, item in enumerate(conversation) if isinstance(item, FunctionCall)}
    pairs: list[Done] = []
    waiting: tuple[Waiting, ...] = ()
    for position, item in enumerate(conversation):
        if isinstance(item, FunctionResult) and item.call_id in calls:
            at, call = calls[item.call_id]
            arguments, value = read_json(call.arguments), read_json(item.output)
            is_outcome, waiting = follow(
                waiting, call.name, arguments if isinstance(arguments, dict) else {}, value
            )
            pairs.append(Done(at, position, call.name, arguments, value, is_outcome, waiting))
    return tuple(pairs)


def _blocks(said: tuple[Said, ...], breaks: list[int]) -> list[tuple[Said, ...]]:
    blocks: list[tuple[Said, ...]] = []
    for message in said:
        last = blocks[-1][-1].position if blocks else None
        if last is not None and not any(last < position < message.position for position in breaks):
            blocks[-1] = (*blocks[-1], message)
        else:
            blocks.append((message,))
    return blocks


def _settle(context: Context, intents: list[Intent], done: list[Done]) -> Context:
    """Return the context after a question was dealt with: what it was about, whom, and what stayed open."""
    asked = tuple(intent for intent in intents if not isinstance(intent, Say | Withdraw | Agree | LookAt))
    if not asked:
        return replace(context, person=_person(done) or context.person)
    last = asked[-1]
    unanswered: Action | None = None
    if isinstance(last, Create) and not last.is_complete:
        unanswered = last
    if isinstance(last, Update | Delete) and last.target.name and not _was_proposed(last, done):
        unanswered = last
    return replace(context, intents=asked, person=_person(done) or context.person, unanswered=unanswered)


def _was_proposed(intent: Update | Delete, done: list[Done]) -> bool:
    name = "update_employee" if isinstance(intent, Update) else "delete_employee"
    looked_up = [pair.position for pair in done if _looks_for(pair, intent.target)]
    return any(pair.name == name and pair.position > max(looked_up, default=-1) for pair in done)


def _looks_for(pair: Done, target: Target) -> bool:
    filters = pair.arguments.get("filters") if isinstance(pair.arguments, dict) else None
    return any(isinstance(entry, dict) and entry.get("value") == target.name for entry in filters or ())


def _person(done: list[Done]) -> Target | None:
    for pair in reversed(done):
        rows = employees_of(pair.value)
        if len(rows) == 1:
            return Target(employee_id=rows[0].get("id"))
    return None
