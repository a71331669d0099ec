"""One of the twenty conversations that go on at once: somebody asks, waits, clicks or does not, and asks again."""

import asyncio
import contextlib
import random
from collections import Counter, deque

from bot.demo.workspace.errors import NotThere
from bot.demo.workspace.state import Message, User
from tests.e2e.office import buttons, shown
from tests.faults.books import RETRY, Asked, Books, is_card
from tests.soak.asking import Asking, Said
from tests.soak.board import Board

PATIENCE = 12.0
"""Seconds that somebody waits before they turn to something else; the books wait longer."""

CLICKS = 3
"""How often somebody clicks on what Slack says did not work."""

Place = tuple[str, str]


class Regular:
    """Asks in threads of their own, and now and then in one of `threads`, which are everybody's."""

    def __init__(
        self, books: Books, board: Board, asking: Asking, chance: random.Random, threads: deque[Place]
    ) -> None:
        self._books = books
        self._board = board
        self._asking = asking
        self._chance = chance
        self._threads = threads
        self._workspace = books.workspace
        self._people = books.office.world.people
        self._everybody = [user for user in self._workspace.users.values() if not user.is_bot]
        self._rooms = [room.id for room in self._workspace.channels.values() if room.kind == "channel"]
        self.did: Counter[str] = Counter()

    async def live(self, over: asyncio.Event) -> None:
        """Do one thing after another until it is over."""
        while not over.is_set():
            person = self._chance.choice(self._everybody)
            if self._chance.random() < 0.1:
                await self._command(person)
            elif self._chance.random() < 0.6:
                await self._question(person)
            else:
                await self._action(person)

    # what they ask

    async def _question(self, person: User) -> None:
        said = self._asking.question(_language(person))
        asked = await self._say(person, said)
        self.did["questions"] += 1
        answer = await self._board.see(asked.channel, asked.thread, lambda: self._answer(asked), PATIENCE)
        if answer is not None and RETRY in buttons(answer) and self._chance.random() < 0.5:
            self._books.pressed.add((asked.thread, answer.ts))
            self.did["tried again"] += 1
            await self._click(person, answer, RETRY)
            await self._board.see(asked.channel, asked.thread, lambda: self._answer(asked), PATIENCE)

    async def _command(self, person: User) -> None:
        said, room = self._asking.question(_language(person)), self._workspace.channel("general")
        asked = Asked(person.name, room.id, "", self._workspace.next_ts(), said.whole, excusable=True)
        self._books.asked.append(asked)
        self.did["commands"] += 1
        if await self._people.command(person.id, room.id, said.text):
            self._books.acked_commands.add(asked)
            await self._board.see(room.id, "", lambda: self._books.answer_to_command(asked), PATIENCE)

    async def _action(self, person: User) -> None:
        said = self._asking.action(_language(person))
        asked = await self._say(person, said, alone=not said.hire)  # a hire wants another pair of eyes
        self.did["actions"] += 1
        found = await self._board.see(asked.channel, asked.thread, lambda: self._answer(asked), PATIENCE)
        if found is None or not is_card(found):
            return
        others = [user for user in self._everybody if user is not person]
        other = self._chance.choice(others)
        decider = other if said.hire else person
        match self._chance.choice(("confirm", "confirm", "deny", "ignore", "twice", "race")):
            case "confirm":
                await self._click(decider, found, "action_confirm")
            case "deny":
                await self._click(person, found, "action_deny")
            case "twice":
                self.did["clicked by two at once"] += 1
                clicks = [self._click(each, found, "action_confirm") for each in (decider, person, other, decider)]
                await asyncio.gather(*clicks)
            case "race":
                self.did["confirmed and denied at once"] += 1
                await asyncio.gather(
                    self._click(decider, found, "action_confirm"), self._click(person, found, "action_deny")
                )
            case _:
                self.did["ignored"] += 1
                return
        await self._board.see(asked.channel, asked.thread, lambda: None if buttons(found) else found, PATIENCE)

    # where they say it

    async def _say(self, person: User, said: Said, *, alone: bool = True) -> Asked:
        place = self._chance.random()
        text, thread = said.text, None
        if place < 0.2 and alone:
            channel = self._workspace.dm(person.id).id
        elif place < 0.5 and self._threads:
            channel, thread = self._chance.choice(self._threads)  # joined: nobody mentions Nod there
        else:
            channel, text = self._chance.choice(self._rooms), f"@Nod {text}"
        message = await self._people.say(person.id, channel, text, thread)
        asked = Asked(
            person.name, channel, thread or message.ts, message.ts, said.whole, said.action, excusable=True
        )
        self._books.asked.append(asked)
        return asked

    def _answer(self, asked: Asked) -> Message | None:
        """Find what ends the wait: the answer, the card, or an apology."""
        said = [m for m in self._books.said_in(asked.channel, asked.thread) if m.ts > asked.ts and not m.streaming]
        sorry = [m for m in said if RETRY in buttons(m) and (asked.thread, m.ts) not in self._books.pressed]
        whole = [m for m in said if asked.whole.search(shown(m)) and is_card(m) == asked.action]
        found = next(iter((*whole, *sorry)), None)
        place = (asked.channel, asked.thread)
        if found is not None and asked.channel in self._rooms and place not in self._threads:
            self._threads.append(place)  # Nod is part of it by now
        return found

    async def _click(self, person: User, message: Message, action_id: str) -> None:
        """Click until Slack says that it worked, a few times, as long as there is something to click."""
        with contextlib.suppress(NotThere):
            for _ in range(CLICKS):
                self.did["clicks"] += 1
                if await self._people.click(person.id, message.channel, message.ts, action_id):
                    return


def _language(person: User) -> str:
    return person.locale[:2]
