"""Two hundred turns with everything that people do in a thread: the model is shown exactly what stands there."""

from random import Random

import pytest

from storage.records import SummaryItem
from tests.e2e.long_life import Life, Said
from tests.e2e.long_thread import LongThread, is_notes, tokens_of
from tests.e2e.office import Office, Thread

pytestmark = pytest.mark.slow

TURNS, BUDGET, SEED = 200, 6_000, 11
PEOPLE = {"lee": "Lee", "kim": "Kim", "park": "Park"}
QUESTIONS = (
    "what is the average age?",
    "who earns the most?",
    "how many employees are there?",
    "what is the weather in Seoul?",
    "평균 연봉은?",
    "who is the youngest?",
)


async def test_two_hundred_turns(empty_office: Office) -> None:
    office, random = empty_office, Random(SEED)  # noqa: S311  not for secrets
    office.settings |= {"NOD_CONTEXT_TOKENS": str(BUDGET), "NOD_MODEL_API": "chat"}
    await office.start()
    life = Life(random)
    long = await join_late(office, life)
    done = dict.fromkeys(("files", "edits", "deletions", "restarts", "kills"), 0)
    for turn in range(1, TURNS):
        if turn % 45 == 0:
            assert await office.stop() == 0
            await office.start()
            done["restarts"] += 1
        elif turn % 61 == 0:
            await office.kill()
            await office.start()
            done["kills"] += 1
        match random.random():
            case chance if chance < 0.08:
                await edit(long, life, turn)
                done["edits"] += 1
            case chance if chance < 0.16:
                await delete(long, life)
                done["deletions"] += 1
            case chance if chance < 0.22:
                await share(long, life, turn)
                done["files"] += 1
                continue
        await ask(long, life, random.choice(QUESTIONS))
    assert min(done.values()) >= 3, done
    compactions = sum(isinstance(stored.item, SummaryItem) for stored in long.stored())
    asked_for_notes = sum(map(is_notes, office.world.script.requests))
    assert compactions >= 1, "summaries of what was changed later are gone"
    assert asked_for_notes >= 5
    assert life.shortest >= 4, "the last turns stay word for word"
    assert max(map(tokens_of, office.world.script.requests)) <= 1.1 * BUDGET
    assert (await office.nod("db", "check"))[0] == 0


async def join_late(office: Office, life: Life) -> LongThread:
    """People talk, change what they said, and then call Nod."""
    people = office.world.people
    root = await people.say("kim", "general", "We have to plan the spring outing.")
    life.said.append(Said("Kim", "We have to plan the spring outing.", root.ts, heard=True))
    for person, text in (("lee", "The zoo?"), ("park", "The code of my bike is 4711."), ("kim", "Museum.")):
        message = await people.say(person, "general", text, root.ts)
        life.said.append(Said(PEOPLE[person], text, message.ts, heard=True))
    await people.delete("park", "general", life.said[2].ts)
    del life.said[2]  # before anybody read it
    life.secrets.append("4711")
    await people.edit("lee", "general", life.said[1].ts, "The aquarium!")
    life.said[1].text, life.said[1].edited = "The aquarium!", True
    thread = await office.ask("lee", "general", f"@Nod {QUESTIONS[0]}", root.ts)
    long = LongThread(office, thread)
    life.said.append(Said("Lee", QUESTIONS[0], thread.asked))
    await answered(long, life)
    return long


async def ask(long: LongThread, life: Life, text: str) -> None:
    person = life.random.choice(list(PEOPLE))
    long.thread = await long.thread.then(person, text)
    life.said.append(Said(PEOPLE[person], text, long.thread.asked))
    await answered(long, life)


async def share(long: LongThread, life: Life, turn: int) -> None:
    person, words = life.random.choice(list(PEOPLE)), f"ticket-{turn}"
    file = (f"list-{turn}.csv", "text/csv", f"name,ticket\nLee,{words}\n".encode())
    thread = long.thread
    message = await long.office.world.people.say(
        person, thread.channel, "what is in this file?", thread.ts, files=[file]
    )
    long.thread = Thread(long.office, thread.channel, thread.ts, message.ts)
    life.said.append(Said(PEOPLE[person], "what is in this file?", message.ts, file=words))
    await answered(long, life)


async def edit(long: LongThread, life: Life, turn: int) -> None:
    said = life.random.choice(life.own())
    person = said.by.lower()
    said.text, said.edited = f"I meant number {turn}, as Park said.", True
    await long.office.world.people.edit(person, long.thread.channel, said.ts, said.text)
    await taken(long, life)


async def delete(long: LongThread, life: Life) -> None:
    said = life.random.choice(life.own())
    await long.office.world.people.delete(said.by.lower(), long.thread.channel, said.ts)
    if said.file:
        life.secrets.append(said.file)
    said.deleted, said.edited = True, said.heard and said.edited
    await taken(long, life)


async def taken(long: LongThread, life: Life) -> None:
    await long.office.world.sockets.wait_acked()
    life.changed = True


async def answered(long: LongThread, life: Life) -> None:
    answer = await long.answered()
    life.check(long)
    life.said.append(Said("Nod", answer))
