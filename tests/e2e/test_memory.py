"""A thread of any length stays coherent and within its budget, and the model is shown what it should be."""

import json

import pytest

from bot.demo.unkind.model import Failed
from storage.records import SummaryItem
from tests.e2e.long_thread import (
    Json,
    LongThread,
    front_of,
    input_of,
    is_aside,
    is_notes,
    is_summary,
    pairs,
    prompt,
    shared,
    tokens_of,
    whole_input,
)
from tests.e2e.office import Office, shown

pytestmark = pytest.mark.slow

BUDGET = "6000"
QUESTIONS = (
    "what is the average age?",
    "who earns the most?",
    "how many employees are there?",
    "what is the weather in Seoul?",
    "who is the youngest?",
)


def follow(long: LongThread, api: str, model: str) -> int:
    """Hold every request against the whole history as it is stored; how often the front changed.

    Between two compactions the front is the same, and each request goes on where the one before ended: it changes
    no more often than a compaction was said. What stands behind a summary is the whole history from some question
    on, after the steps that were kept.
    """
    whole = whole_input(long.stored(), api, model)
    compactions = sum(map(is_aside, long.thread.replies))
    requests = [body for body in long.office.world.script.requests if not is_notes(body)]
    assert len({front_of(body) for body in requests}) == 1
    fronts = start = end = 0
    before: list[Json] = []
    kept: list[Json] = []
    for body in requests:
        given = input_of(body)
        summary = given[:1] if is_summary(given[0]) else []
        later = given[len(summary) :]
        if given[: len(before)] != before:
            fronts += 1
            assert fronts <= compactions, "between compactions items are only appended"
            start, kept = found(later, whole, start, end)
            places = range(start - len(kept) + 1)
            assert any(whole[place : place + len(kept)] == kept for place in places), (
                "a step that was kept is whole"
            )
        end = start + len(later) - len(kept)
        assert later == kept + whole[start:end]
        before = given
    return fronts


def found(later: list[Json], whole: list[Json], start: int, end: int) -> tuple[int, list[Json]]:
    """Find the question from which on a request shows all, and what stands before it."""
    for skip in range(len(later)):
        for place in range(start, len(whole)):
            stop = place + len(later) - skip
            if stop > end and later[skip:] == whole[place:stop] and begins(whole[place]):
                return place, later[:skip]
    raise AssertionError("a request shows what is not the end of the history")


def begins(item: Json) -> bool:
    return item.get("role") == "user" or "outcome_" in json.dumps(item)


@pytest.mark.parametrize(
    ("api", "questions"), [pytest.param("responses", 200, marks=pytest.mark.slow), ("chat", 50)]
)
async def test_a_long_thread_with_restarts(empty_office: Office, api: str, questions: int) -> None:
    office = empty_office
    office.settings |= {"NOD_CONTEXT_TOKENS": BUDGET, "NOD_MODEL_API": api}
    await office.start()
    long = await LongThread.begin(office, "lee", "what is the average salary?")
    await long.ask("lee", "delete employee 5")
    card = await long.thread.card()
    for number in range(2, questions - 1):
        await long.ask("kim" if number % 7 == 0 else "lee", QUESTIONS[number % len(QUESTIONS)])
        if number % 45 == 0:
            assert await office.stop() == 0
            await office.start()
        if number == 40:
            assert kept_open(office), "an action that waits is shown as it was, also after a compaction"
            assert await long.thread.click("lee", card, "action_confirm")
            await long.thread.settled(card, "Done.")
            await long.answered()
    assert "average salary" in await long.ask("lee", "what did I ask first?")
    assert follow(long, api, "gpt-5.4-mini") >= 3
    assert not kept_open(office), "what has ended is not kept"
    summaries = sum(isinstance(stored.item, SummaryItem) for stored in long.stored())
    assert len(await long.asides(summaries)) == summaries, "each compaction is said once"
    bodies = [body for body in office.world.script.requests if not is_notes(body)]
    alike = sum(shared(prompt(one), prompt(other)) for one, other in pairs(bodies))
    assert alike >= 0.9 * sum(len(prompt(body)) for body in bodies[1:])
    assert all(tokens_of(body) <= 1.1 * int(BUDGET) for body in office.world.script.requests)
    # The Chat Completions API of a server that is not known is not asked for its counts.
    assert bool(sum(turn["cached_tokens"] for turn in long.turns())) == (api == "responses")


def kept_open(office: Office) -> bool:
    """Whether the last request shows the action behind the summary, as it was."""
    given = input_of([body for body in office.world.script.requests if not is_notes(body)][-1])
    return (
        is_summary(given[0]) and "delete_employee" in json.dumps(given[1]) and "awaiting" in json.dumps(given[2])
    )


async def test_without_summaries_the_oldest_part_is_left_out(empty_office: Office) -> None:
    office = empty_office
    office.settings |= {"NOD_CONTEXT_TOKENS": BUDGET, "NOD_COMPACTION": "trim"}
    await office.start()
    long = await LongThread.begin(office, "lee", "what is the average salary?")
    for number in range(30):
        await long.ask("lee", QUESTIONS[number % len(QUESTIONS)])
    assert "no longer look" in shown((await long.asides(1))[0])
    assert "average salary" not in await long.ask("lee", "what did I ask first?")
    assert not any(map(is_notes, office.world.script.requests))
    assert follow(long, "chat", "gpt-5.4-mini") >= 1


async def test_when_it_is_off_all_is_sent_until_the_model_refuses(empty_office: Office) -> None:
    office = empty_office
    office.settings |= {"NOD_CONTEXT_TOKENS": "1000", "NOD_COMPACTION": "off"}
    await office.start()
    long = await LongThread.begin(office, "lee", "what is the average salary?")
    for number in range(10):
        await long.ask("lee", QUESTIONS[number % len(QUESTIONS)])
    assert follow(long, "chat", "gpt-5.4-mini") == 0
    office.world.script.error(400, "Your input exceeds the context window.", code="context_length_exceeded")
    assert "grown too long" in await long.ask("lee", "and who is the oldest?")


async def test_a_summary_that_fails_is_made_after_a_later_answer(empty_office: Office) -> None:
    office, faults = empty_office, empty_office.world.unkind.model
    faults.add(Failed(400, notes=True), times=2)
    office.settings |= {"NOD_CONTEXT_TOKENS": BUDGET}
    await office.start()
    long = await LongThread.begin(office, "lee", "what is the average salary?")
    number = 0
    while not [message for message in long.thread.replies if is_aside(message)]:
        await long.ask("lee", QUESTIONS[number % len(QUESTIONS)])
        number += 1
        assert number < 60
    assert faults.counts == {"model.400": 2}
    assert "average salary" in await long.ask("lee", "what did I ask first?")
    assert all(tokens_of(body) <= 1.1 * int(BUDGET) for body in office.world.script.requests)


async def test_a_long_result_is_read_on_with(empty_office: Office) -> None:
    office, script = empty_office, empty_office.world.script
    office.drop_in("phone_book", PHONE_BOOK)
    await office.start()
    script.calls(("read_phone_book", {}))
    script.text("It is long.")
    thread = await office.ask("lee", "general", "@Nod who is in the phone book?")
    assert await thread.answer() == "It is long."
    told = json.loads(input_of(script.requests[-1])[-1]["content"])
    assert told["characters"] > 100_000
    assert told["next_offset"] == len(told["part"]) < 30_000
    script.calls(("read_more", {"reference": told["reference"], "offset": told["next_offset"]}))
    script.text("It goes on.")
    thread = await thread.then("lee", "and then?")
    assert await thread.answer() == "It goes on."
    more = json.loads(input_of(script.requests[-1])[-1]["content"])
    whole = json.dumps([f"person {number}" for number in range(9_000)], separators=(",", ":"))
    assert whole.startswith(told["part"] + more["part"])


PHONE_BOOK = '''
from functions import Context, function


@function(read_only=True)
async def read_phone_book(context: Context) -> list[str]:
    """Read the phone book."""
    return [f"person {number}" for number in range(9_000)]
'''
