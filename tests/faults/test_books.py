"""The books see all that they are there for: after a good day one thing after another is made wrong."""

import sqlite3
from contextlib import ExitStack, closing
from dataclasses import replace
from unittest.mock import patch

import pytest

from bot.demo.services.faults import RecordedRequest
from bot.demo.workspace.state import Message
from tests.e2e.forged import ForgedOffice
from tests.faults.books import Books, is_card
from tests.faults.person import Person
from tests.faults.scenes import ACTION, QUESTION

STATEMENTS = {
    "UPDATE turns SET state = 'failed' WHERE id = 1": "1 turns failed",
    "UPDATE inbox SET state = 'waiting', turn = NULL WHERE id = 1": "is waiting",
    "DROP TRIGGER audit_kept; DELETE FROM audit WHERE id = 2": "the audit's chain is broken",
    "DELETE FROM inbox WHERE id = 1": "lost: ",
}
"""What is done to the database, and what the books say; none is undone."""


class Day:
    """A good day's books, and what can be made wrong in them for a while."""

    def __init__(self, books: Books, answer: Message, card: Message) -> None:
        self.books = books
        self.answer = answer
        self.card = card
        self.requests = books.office.world.employees_faults.requests
        self.change = next(request for request in self.requests if request.method == "PUT")

    async def expect(self, seen: str) -> None:
        wrong = (await self.books.balance()).wrong
        assert any(seen in each for each in wrong), f"{seen}: {wrong}"

    async def twice(self, message: Message, seen: str) -> None:
        again = self.books.workspace.post(replace(message, ts=self.books.workspace.next_ts()))
        await self.expect(seen)
        self.books.workspace.delete(again)

    async def changed(self, target: object, seen: str, **attributes: object) -> None:
        with ExitStack() as stack:
            for name, value in attributes.items():
                stack.enter_context(patch.object(target, name, value))
            await self.expect(seen)

    async def requested(self, requests: list[RecordedRequest], seen: str) -> None:
        await self.changed(self.books.office.world.employees_faults, seen, requests=requests)


@pytest.fixture
async def day(forged: ForgedOffice) -> Day:
    books = Books(forged)
    person = Person(books)
    await forged.start()
    for scene in (QUESTION, ACTION):
        await person.ask(scene)
        await person.see_it_through(scene)
    assert await forged.stop() == 0
    assert person.thread is not None
    replies = person.thread.replies
    answer = next(message for message in replies if QUESTION.whole.search(message.text))
    return Day(books, answer, next(filter(is_card, replies)))


async def test_whatever_is_wrong_is_seen(day: Day) -> None:
    books, answer, card = day.books, day.answer, day.card
    await books.assert_balanced()

    await day.twice(answer, "answered 2 times")
    await day.twice(answer, "has 2 ends")
    await day.twice(card, "2 cards of")
    await day.changed(answer, "not answered", text="Well.", markdown="Well.", blocks=[])
    await day.changed(answer, "a stream is left open", streaming=True)
    await day.changed(answer, "'KeyError' is shown", text=f"{answer.text} KeyError: 'name'")
    button = {"type": "button", "action_id": "action_confirm", "text": {"type": "plain_text", "text": "Confirm"}}
    await day.changed(card, "buttons are left", blocks=[{"type": "actions", "elements": [button]}])
    await day.changed(books.workspace, "a status is left", statuses={("C1", "1.1"): "is thinking…"})

    await day.requested([*day.requests, day.change], "done 2 times")
    await day.requested([each for each in day.requests if each is not day.change], "told as done and not done")
    await day.requested([*day.requests, replace(day.change, method="DELETE", body=None)], "nobody asked for")

    await books.assert_balanced()
    for statement, seen in STATEMENTS.items():
        with closing(sqlite3.connect(books.office.folder / "nod.db")) as database:
            database.executescript(statement)
        await day.expect(seen)
    with (books.office.folder / "nod.log").open("a") as log:
        log.write("Traceback (most recent call last):\n")
    await day.expect("in the log")
