"""Somebody who asks, clicks as long as a card has its buttons, and presses Try again when Nod is sorry."""

import contextlib
from collections.abc import Callable

from bot.demo.workspace.errors import NotThere
from bot.demo.workspace.state import Message
from tests.e2e.office import WITHIN, Thread, buttons, shown
from tests.faults.books import RETRY, Asked, Books, is_card
from tests.faults.scenes import Scene


class Person:
    """One person with one question after another, in one thread. `before_retry` is called before Try again."""

    def __init__(
        self,
        books: Books,
        name: str = "lee",
        channel: str = "general",
        before_retry: Callable[[], None] = lambda: None,
    ) -> None:
        self.books = books
        self.before_retry = before_retry
        self.name = name
        self.channel = channel
        self.thread: Thread | None = None

    async def ask(self, scene: Scene) -> None:
        """Ask, in a new thread or further on in one's own."""
        office = self.books.office
        if self.thread is None:
            self.thread = await office.ask(self.name, self.channel, scene.question)
        else:
            self.thread = await self.thread.then(self.name, scene.question)
        thread, ts = self.thread, self.thread.asked
        self.books.asked.append(Asked(self.name, thread.channel, thread.ts, ts, scene.whole, scene.action))

    async def see_it_through(self, scene: Scene) -> None:
        """Do what a person does until there is an answer; an action is confirmed."""
        if scene.action:
            card = await self._told(is_card)
            await self._confirm(card)
            self._thread.asked = card.ts
        ended = scene.told or scene.whole
        await self._told(lambda message: not is_card(message) and ended.search(shown(message)) is not None)

    @property
    def _thread(self) -> Thread:
        assert self.thread is not None
        return self.thread

    async def _confirm(self, card: Message) -> None:
        """Click until it is acknowledged, as long as there is something to click, and see the buttons go."""
        clicked = False
        with contextlib.suppress(NotThere):
            while not clicked:
                clicked = await self.books.office.world.people.click(
                    self.name, card.channel, card.ts, "action_confirm"
                )
        await self.books.workspace.wait_for(lambda _: not buttons(self._now(card)), WITHIN)

    async def _told(self, wanted: Callable[[Message], bool]) -> Message:
        """Wait for the card, or for the words; the button of an apology is pressed."""
        while True:
            found = await self.books.workspace.wait_for(lambda _: self._next(wanted), WITHIN)
            if RETRY not in buttons(found):
                return found
            self.before_retry()
            self.books.pressed.add((self._thread.ts, found.ts))
            with contextlib.suppress(NotThere):
                await self.books.office.world.people.click(self.name, found.channel, found.ts, RETRY)
            self._thread.asked = found.ts

    def _next(self, wanted: Callable[[Message], bool]) -> Message | None:
        """Return the first thing that Nod said since the question, once it has said all of it."""
        thread = self._thread
        said = [m for m in thread.replies if m.ts > thread.asked and not m.deleted]
        if self.books.workspace.statuses.get((thread.channel, thread.ts)) or any(m.streaming for m in said):
            return None
        sorry = [m for m in said if RETRY in buttons(m) and (thread.ts, m.ts) not in self.books.pressed]
        found = [m for m in said if wanted(m) and not self.books.is_interrupted(m)]
        return next(iter((*sorry, *found)), None)

    def _now(self, card: Message) -> Message:
        return self.books.workspace.message(card.channel, card.ts) or card
