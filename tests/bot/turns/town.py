"""A small world for the interleavings: who may do what in it, in other words than the code that is tested has, and
what the functions did to it."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field, replace

from bot.rules import FunctionRule, Rules
from functions import Context, Function, FunctionProblem, OutcomeUnknown, function

KIM, LEE, PARK = "U1", "U2", "U3"

RULES: Mapping[str, Rules] = {
    "open": Rules(),
    "only Lee": Rules(FunctionRule(confirm_by=frozenset({LEE}))),
    "four eyes": Rules(FunctionRule(confirm_by=frozenset({KIM, LEE}), not_requester=True)),
    "not Kim": Rules(FunctionRule(refuse=frozenset({KIM}))),
    "nobody": Rules(FunctionRule(confirm_by=frozenset())),
    "Lee calls": Rules(FunctionRule(call_by=frozenset({LEE}))),
}
OFFERED = ["all", "changed", "fewer", "asks again"]


def may_confirm(rules: str, requester: str, user: str) -> bool:
    match rules:
        case "only Lee":
            return user == LEE
        case "four eyes":
            return user in (KIM, LEE) and user != requester
        case "not Kim":
            return user == requester != KIM
        case "nobody":
            return False
        case _:
            return user == requester


def may_call(rules: str, requester: str) -> bool:
    match rules:
        case "not Kim":
            return requester != KIM
        case "Lee calls":
            return requester == LEE
        case _:
            return True


Witness = Callable[[str, Context, int], Awaitable[None]]
Effect = Callable[[Callable[[], Awaitable[None]]], Awaitable[None]]


@dataclass
class Town:
    """`witness` sees an action right before its effect; `effect` lets it happen, if the process lives."""

    witness: Witness
    effect: Effect
    done: list[tuple[str, str, int]] = field(default_factory=list)
    """Every effect: the action's id, the function, the amount."""
    refuses: bool = False
    """Whether the far end says no, and changes nothing."""
    offered: dict[str, dict[str, Function]] = field(default_factory=dict)

    async def act(self, name: str, context: Context, amount: int, once: bool = False) -> dict[str, int]:
        await self.witness(name, context, amount)
        if self.refuses:
            raise FunctionProblem("The far end refuses.")
        done = (context.action_id or "", name, amount)

        async def change() -> None:
            if not (once and done in self.done):
                self.done.append(done)

        await self.effect(change)
        if amount == 3:
            raise OutcomeUnknown("No answer came.")
        return {"amount": amount}

    def functions(self, offered: str) -> dict[str, Function]:
        """Return what the process offers after the operator's choice, one of OFFERED."""
        if offered not in self.offered:
            self.offered[offered] = self._make(offered)
        return self.offered[offered]

    def _make(self, offered: str) -> dict[str, Function]:
        @function(read_only=True)
        async def look(context: Context, amount: int) -> dict[str, int]:
            """Look."""
            return {"amount": amount}

        @function()
        async def pay(context: Context, amount: int) -> dict[str, int]:
            """Pay."""
            return await self.act("pay", context, amount)

        @function(destructive=True)
        async def wipe(context: Context, amount: int) -> dict[str, int]:
            """Delete."""
            return await self.act("wipe", context, amount)

        @function(idempotent=True)
        async def put(context: Context, amount: int) -> dict[str, int]:
            """Set."""
            return await self.act("put", context, amount, once=True)

        @function(rememberable=True)
        async def note(context: Context, amount: int) -> dict[str, int]:
            """Note."""
            return await self.act("note", context, amount)

        made = {each.name: each for each in (look, pay, wipe, put, note)}
        match offered:
            case "changed":
                return made | {"pay": _with_more(self)}
            case "fewer":
                return {name: each for name, each in made.items() if name not in ("pay", "put")}
            case "asks again":
                return made | {"note": replace(note, rememberable=False)}
            case _:
                return made


def _with_more(town: Town) -> Function:
    @function()
    async def pay(context: Context, amount: int, currency: str = "KRW") -> dict[str, int]:
        """Pay, in a currency."""
        return await town.act("pay", context, amount)

    return pay
