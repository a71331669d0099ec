"""A thread of Slack's as far as turns know it: it shows cards, and outlives every process."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from bot.turns.attachments import Unread
from bot.turns.outlet import NO_CONTROLS, Controls
from functions import Function, Person
from storage.ports import StorageError
from storage.records import (
    Action,
    Claim,
    Delivery,
)
from tests.bot.turns.mortal import Fate


@dataclass
class Channel:
    """What Slack shows, which outlives every process."""

    fate: Fate
    cards: dict[str, int] = field(default_factory=dict)
    """How often a card was posted for an action."""
    refused: set[str] = field(default_factory=set)
    """Actions whose card was not taken."""
    unsure: list[str] = field(default_factory=list)
    """Actions of whose card nobody could say whether it stands: the first does, the next does not, and so on."""
    shown: dict[str, tuple[str, str]] = field(default_factory=dict)
    """What each card says: function and arguments."""

    async def post(self, action: Action) -> str:
        self.cards[action.id] = self.cards.get(action.id, 0) + 1
        self.shown[action.id] = (action.function, action.arguments_json)
        return f"card.{action.id}"

    async def hurt(self, action: Action) -> None:
        """Take no card; twice out of three times, leave nobody able to say so."""
        if len(self.refused) * 2 <= len(self.unsure):
            self.refused.add(action.id)
            return
        self.unsure.append(action.id)
        if len(self.unsure) % 2:
            await self.post(action)
        raise LookupError

    async def open(self, claim: Claim) -> "Reply":
        return Reply(Person("T1", claim.entries[0].delivery.user, "Somebody"), self)

    async def post_again(self, action: Action) -> str | None:
        return await self.fate.meet("slack.find", lambda: self._found(action))

    async def _found(self, action: Action) -> str:
        return f"card.{action.id}" if action.id in self.cards else await self.post(action)

    async def in_line(self, delivery: Delivery, place: int) -> None: ...

    async def settle_all(self, actions: Sequence[Action]) -> None: ...


@dataclass
class Reply:
    person: Person
    channel: Channel

    async def working(self, on: Function | None = None, call: str = "") -> None: ...

    async def worked(self, call: str, *, ok: bool) -> None: ...

    async def text(self, delta: str) -> None: ...

    async def card(self, action: Action, function: Function) -> str | None:
        try:
            return await self.channel.fate.meet("slack.card", lambda: self.channel.post(action))
        except StorageError:
            await self.channel.hurt(action)
            return None

    async def batch(self, actions: Sequence[Action]) -> None:
        assert len({action.batch for action in actions}) == 1

    async def settle(self, action: Action, function: Function | None) -> None: ...

    async def aside(self, words: str) -> None: ...

    async def tell_unread(self, unread: Sequence[Unread], entry: int) -> None: ...

    async def tell_unheard(self, entry: int) -> None: ...

    async def greet(self) -> bool:
        return True

    async def stands(self) -> bool:
        return False

    async def noted(self) -> bool:
        return False

    async def leave(self) -> None: ...

    async def pick_up(self, *, anew: bool = True) -> bool:
        return False

    async def finish(self, note: str = "", *, retry: bool = False, controls: Controls = NO_CONTROLS) -> bool:
        return True
