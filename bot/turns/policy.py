"""Who may call and who may confirm: the operator's rules, and what the workspace says of people right now."""

import asyncio
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Protocol

from bot.rules import FunctionRule, Groups, Rules, groups_named, may_call, may_confirm, may_deny
from storage.records import Action


class Standings(Protocol):
    """What the workspace knows of people. It is asked at the moment that it matters; what it cannot say is no."""

    async def stands(self, team: str, user: str) -> bool | None:
        """Whether a person is an active, full member of this workspace: others confirm nothing. None, which is no
        yes, if it cannot say now."""
        ...

    async def groups(self, ids: Collection[str]) -> Mapping[str, frozenset[str] | None]:
        """The members of user groups by id; None for a group whose members are not to be had, no entry for one
        that could not be looked up now."""
        ...


class Runs(Protocol):
    """Which conversations began as a run of somebody's schedule: nobody was there to ask."""

    async def owner(self, conversation: int) -> str | None: ...


@dataclass(frozen=True)
class Policy:
    rules: Rules
    standings: Standings
    runs: Runs | None = None

    def rule(self, function: str) -> FunctionRule:
        return self.rules.of(function)

    async def may_call_now(self, function: str, user: str, channel: str) -> bool | None:
        """Whether a person may have a function called for them in this channel. None, which is no yes, where that
        depends on what the workspace cannot say now."""
        rule = self.rule(function)
        groups = await self._groups(rule)
        if may_call(rule, user, channel, groups):
            return True
        return None if groups_named(rule) - groups.keys() else False

    async def only_owner(self, action: Action) -> bool:
        """Whether only its requester's click counts, whatever the rules let others do: what a schedule's run
        proposes in its owner's name."""
        return self.runs is not None and await self.runs.owner(action.conversation.id) == action.requester

    async def may_confirm(self, action: Action, team: str, user: str) -> bool | None:
        """Whether this person's click may confirm this action. None is no yes: the workspace cannot say now."""
        if user != action.requester and await self.only_owner(action):
            return False
        rule = self.rule(action.function)
        stands, groups = await asyncio.gather(self.standings.stands(team, user), self._groups(rule))
        return _judged(stands, rule, groups, may_confirm(rule, action.requester, user, groups))

    async def may_confirm_own(self, function: str, user: str) -> bool | None:
        """Whether the rules let people confirm what they themselves ask of a function: a grant needs it. None as
        in may_call_now."""
        rule = self.rule(function)
        groups = await self._groups(rule)
        return _judged(True, rule, groups, may_confirm(rule, user, user, groups))

    async def may_deny(self, action: Action, team: str, user: str) -> bool | None:
        """Whether this person's click may deny this action: whoever may confirm it, and always its requester. None
        as in may_confirm."""
        if user == action.requester and team == action.conversation.key.team:
            return True
        if await self.only_owner(action):
            return False
        rule = self.rule(action.function)
        stands, groups = await asyncio.gather(self.standings.stands(team, user), self._groups(rule))
        return _judged(stands, rule, groups, may_deny(rule, action.requester, user, groups))

    async def still_allows(self, action: Action) -> bool | None:
        """Whether the rules of this moment still let a confirmed action run: they may have become tighter. None as
        in may_call_now."""
        key = action.conversation.key
        called = await self.may_call_now(action.function, action.requester, key.channel)
        if called is False or action.decided_by is None:
            return False
        confirmed = await self.may_confirm(action, key.team, action.decided_by)
        return confirmed if called else False if confirmed is False else None

    async def _groups(self, rule: FunctionRule) -> Mapping[str, frozenset[str] | None]:
        named = groups_named(rule)
        return await self.standings.groups(named) if named else {}


def _judged(stands: bool | None, rule: FunctionRule, groups: Groups, allowed: bool) -> bool | None:
    """Put together what the workspace and the rules say; None where what could not be looked up may change it."""
    if stands and allowed:
        return True
    unknown = groups_named(rule) - groups.keys()
    return None if stands is not False and (allowed or unknown) else False
