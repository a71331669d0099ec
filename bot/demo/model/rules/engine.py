"""Answers a conversation: makes the calls that are still missing, and words what has come back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from bot.demo.model.conversation import Conversation, ProposedCall, Reply, Tool
from bot.demo.model.rules.calls import (
    ACTIONS,
    action_call,
    find_one,
    first_call,
    needs_look_up,
    query_of,
    read_json,
)
from bot.demo.model.rules.counting import counting
from bot.demo.model.rules.direct import read_direct
from bot.demo.model.rules.files import LookAt
from bot.demo.model.rules.intents import (
    Agree,
    Create,
    Delete,
    Intent,
    Lookup,
    Say,
    TakeBack,
    Update,
    Weather,
    Withdraw,
)
from bot.demo.model.rules.long_answer import long_answer
from bot.demo.model.rules.notes import summary
from bot.demo.model.rules.thread import Done, Thread, read_thread
from bot.demo.model.rules.waiting import plain
from bot.demo.model.rules.wording import Words, words_for


@dataclass(frozen=True)
class Progress:
    """How far one intent is: the call to make next, or the text that ends it. Both empty: it waits for a click."""

    call: ProposedCall | None = None
    text: str = ""


def reply(conversation: Conversation, tools: Sequence[Tool]) -> Reply:
    """Return the next step of a conversation by rules alone: calls of offered functions, a text, or both.

    The same conversation always gives the same reply. A text beside calls is what would stay untold otherwise,
    because a step of actions only may end the turn.
    """
    if (notes := summary(conversation)) is not None:
        return Reply(text=notes, notes=True)
    if (played := counting(conversation)) is not None:
        return played
    thread = read_thread(conversation)
    words = words_for(thread.language)
    unclaimed = list(thread.in_turn)
    wanted = _wanted(thread, tools) if thread.is_open else ()
    progress = [_advance(intent, thread, unclaimed, tools, words) for intent in wanted]
    calls = tuple(step.call for step in progress if step.call)
    outcomes = [
        words.outcome(done.name, _mapping(done.arguments), str(done.status), done.value, thread.name_in(done))
        for done in thread.fresh
        if done.is_outcome and not done.is_edit and not any(_took_back(intent, done) for intent in wanted)
    ]
    texts = [step.text for step in progress if step.text]
    if any(call.name not in ACTIONS for call in calls):
        return Reply(calls=calls)
    if calls:
        return Reply(text="\n\n".join(outcomes + texts), calls=calls)
    texts += [_word(done, None, words) for done in unclaimed if done in thread.fresh and done.status is None]
    asked = sum(done.status == "awaiting_confirmation" or done.is_edit for done in thread.fresh)
    waiting = min(asked, len(thread.waiting))
    if waiting and not outcomes:
        texts.append(words.waiting(waiting))
    return Reply(text="\n\n".join(filter(None, outcomes + texts)) or words.unknown())


def _wanted(thread: Thread, tools: Sequence[Tool]) -> Sequence[Intent]:
    named = [direct for said in thread.question if (direct := read_direct(said.text, tools))]
    # An outcome that follows a question without any text for it has already been its answer.
    ended = bool(thread.in_turn) or not any(done.is_outcome for done in thread.fresh)
    wanted = named or thread.intents or ((Say("unknown"),) if ended else ())
    return [each for intent in wanted for each in _settled(intent, thread)]


def _settled(intent: Intent, thread: Thread) -> Sequence[Intent]:
    """Turn a change of mind into the actions that it is about, and a yes into what it is worth."""
    if isinstance(intent, Agree):
        if thread.waiting_before:
            return (Say("press_the_button"),)
        return (Say("nothing_to_confirm" if intent.told else "thanks"),)
    if not isinstance(intent, Withdraw):
        return (intent,)
    waiting = list(thread.waiting_before)
    if intent.employee_ids:
        waiting = [each for each in waiting if each.arguments.get("employee_id") in intent.employee_ids]
    elif not intent.every:
        waiting = waiting[-1:]
    return [TakeBack(each) for each in waiting] or [Say("nothing_waits")]


def _advance(
    intent: Intent, thread: Thread, unclaimed: list[Done], tools: Sequence[Tool], words: Words
) -> Progress:
    call = first_call(intent)
    if isinstance(intent, TakeBack) and any(_took_back(intent, done) for done in thread.fresh):
        if call is not None:
            _claim(call, unclaimed)
        return Progress(text=words.taken_back(intent.waiting.function, intent.waiting.arguments))
    if call is None:
        return Progress(text=_say(intent, thread, words))
    offered = {tool.name for tool in tools}
    action = {Update: "update_employee", Delete: "delete_employee"}.get(type(intent), call.name)
    for name in (call.name, action):
        if name not in offered:
            return Progress(text=words.not_offered(name))
    done = _claim(call, unclaimed)
    if done is None:
        return Progress(call=call)
    if done.error is not None or not isinstance(intent, Update | Delete) or not needs_look_up(intent):
        return Progress(text=_word(done, intent, words))
    return _act(intent, done, unclaimed, words)


def _took_back(intent: Intent, done: Done) -> bool:
    """Whether this outcome is what a change of mind came to. Nod tells it beside the call's own result, and also
    where it was cut off before it could give one."""
    if not (isinstance(intent, TakeBack) and done.is_outcome and done.status == "withdrawn") or done.is_edit:
        return False
    waited = intent.waiting
    return done.name == waited.function and plain(done.arguments) == plain(waited.arguments)


def _act(intent: Update | Delete, looked_up: Done, unclaimed: list[Done], words: Words) -> Progress:
    found = find_one(intent.target, looked_up.value)
    if found.employee is None:
        name = intent.target.name or f"#{intent.target.employee_id}"
        return Progress(text=words.which_one(name, found.candidates))
    call = action_call(intent, found.employee)
    done = _claim(call, unclaimed)
    return Progress(call=call) if done is None else Progress(text=_word(done, intent, words))


def _claim(call: ProposedCall, unclaimed: list[Done]) -> Done | None:
    """Take the result of a call; other arguments to the same function count too, so that none is made twice."""
    wanted = plain(read_json(call.arguments))
    same = [done for done in unclaimed if done.name == call.name]
    exact = [done for done in same if plain(done.arguments) == wanted]
    for done in exact or same:
        unclaimed.remove(done)
        return done
    return None


def _word(done: Done, intent: Intent | None, words: Words) -> str:
    if done.status == "awaiting_confirmation":
        return ""
    if done.error is not None:
        return words.failed(done.name, done.error)
    arguments = _mapping(done.arguments)
    if isinstance(intent, TakeBack):
        return words.taken_back(intent.waiting.function, intent.waiting.arguments)
    if done.status == "denied":
        return words.just_denied(done.name, arguments)
    match done.name:
        case "query_employees" if isinstance(intent, Lookup):
            return words.about_one(intent, find_one(intent.target, done.value))
        case "query_employees" if isinstance(done.value, dict):
            return words.about_many(query_of(arguments), done.value)
        case "get_employee" if isinstance(done.value, dict):
            lookup = intent if isinstance(intent, Lookup) else None
            return words.about_employee(lookup.field if lookup else None, done.value)
        case "get_weather" if isinstance(done.value, dict):
            asked = (
                intent if isinstance(intent, Weather) else Weather(arguments.get("city"), arguments.get("days", 1))
            )
            return words.weather(asked, done.value)
    return words.result_of(done.name, done.value)


def _say(intent: Intent, thread: Thread, words: Words) -> str:
    match intent:
        case Weather():
            return words.which_city()
        case Create():
            return words.missing_for_create(intent)
        case TakeBack():
            return words.take_back_there()
        case LookAt(files):
            return words.looked_at(files)
        case Say(topic="first_message"):
            return words.first_message(_earlier(thread)[:1])
        case Say(topic="previous_message"):
            return words.previous_message(_earlier(thread)[-1:])
        case Say(topic="summary"):
            asked = [said.text for said in thread.said[:-1] if said.text]
            return words.summary(asked, [(each.speaker, each.text) for each in thread.heard if each.text])
        case Say(topic="long_answer"):
            return long_answer(thread.language)
        case Say(topic=topic):
            return words.say(topic)
    return words.unknown()


def _earlier(thread: Thread) -> list[str]:
    """Return the person's own earlier messages; everybody's if the messages do not tell who wrote them."""
    now = thread.question[-1]
    earlier = [said for said in thread.said if said.position < now.position]
    own = [said for said in earlier if said.speaker == now.speaker]
    return [said.text for said in own or earlier if said.text]


def _mapping(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}
