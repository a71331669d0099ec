"""What the workspace says of people at the moment of a click: who is a full member of it, who is in a user group.

Nothing is remembered, because people leave and groups change. Slack waits three seconds for a click's ack, so an
answer that is late is no answer. No answer is a no, and known as such: a later click may be told otherwise.
"""

import asyncio
import logging
from collections.abc import Awaitable, Collection, Mapping
from typing import Any, TypeVar

from slack_sdk.web.async_client import AsyncWebClient

from bot.slack.survive import FAR_END, described, final

log = logging.getLogger("nod.standing")

T = TypeVar("T")

LIMIT = 1.5
"""Seconds for one look-up, with what slack_sdk waits out of a 429 and with all its pages."""

SLACKBOT = "USLACKBOT"
"""Slack does not mark its own bot as one."""

MUST_BE_FALSE = ("deleted", "is_bot", "is_restricted", "is_ultra_restricted")
"""Slack names these of every active full member. `is_restricted` is a guest of any kind."""

ADMIN = ("is_admin", "is_owner", "is_primary_owner")

MUST_NOT_BE_TRUE = ("is_stranger", "is_workflow_bot", "is_connector_bot", "is_invited_user")
"""Slack names these of some only. `is_app_user` is not among them: it is said of people who authorized the app."""


class Standings:
    def __init__(self, client: AsyncWebClient, team: str) -> None:
        """`team` is the workspace that Nod's own token belongs to, as auth.test says."""
        self._client = client
        self._team = team

    async def stands(self, team: str, user: str) -> bool | None:
        """Tell whether a person, of the workspace that the click names, is an active, full member of Nod's own;
        None if Slack does not say now.

        Slack's user object: https://api.slack.com/types/user. Somebody of another organisation is no `is_stranger`
        in a channel that is shared with them, so it is `team_id` that counts.
        """
        if not user or not self._team or team != self._team:
            return False
        try:
            person = await _told(self._person(user), "users.info")
        except LookupError:
            return None
        return person is not None and is_full_member(person, self._team, user)

    async def is_admin(self, team: str, user: str) -> bool | None:
        """Tell whether a person is a full member as in `stands`, and an administrator or owner of the workspace;
        None if Slack does not say now."""
        if not user or not self._team or team != self._team:
            return False
        try:
            person = await _told(self._person(user), "users.info")
        except LookupError:
            return None
        if person is None or not is_full_member(person, self._team, user):
            return False
        return any(person.get(trait) is True for trait in ADMIN)

    async def groups(self, ids: Collection[str]) -> Mapping[str, frozenset[str] | None]:
        """Look up the members of user groups, side by side; None for a group that Slack does not name them of, no
        entry for one of which it does not say now."""
        found: dict[str, frozenset[str] | None] = {}
        for each in await asyncio.gather(*(self._members(group) for group in sorted(set(ids)))):
            found |= each
        return found

    async def _person(self, user: str) -> Any:
        async with asyncio.timeout(LIMIT):
            return (await self._client.users_info(user=user)).get("user")

    async def _members(self, group: str) -> dict[str, frozenset[str] | None]:
        try:
            members = await _told(self._pages(group), f"usergroups.users.list of {group}")
        except LookupError:
            return {}
        if members is not None and not members:
            # Slack keeps no group without members: it was disabled, and who was meant is not known any more.
            log.warning("user group %s is empty or disabled", group)
        return {group: members or None}

    async def _pages(self, group: str) -> frozenset[str]:
        members: set[str] = set()
        async with asyncio.timeout(LIMIT):
            response = await self._client.usergroups_users_list(usergroup=group, include_disabled=False)
            async for page in response:  # a list that goes on would let through whom a rule refuses
                members.update(page.get("users") or ())
        return frozenset(members)


async def _told(call: Awaitable[T], what: str) -> T | None:
    """Await a look-up; None if Slack will not say. Raises LookupError if it cannot now."""
    try:
        return await call
    except FAR_END as error:
        log.warning("%s failed: %s", what, described(error))
        if final(error):
            return None
        raise LookupError from error


def is_full_member(person: Any, team: str, user: str) -> bool:
    """Tell whether users.info shows this very person as an active, full member of the workspace `team`.

    In an Enterprise organisation `team_id` may be another workspace of theirs; `enterprise_user.teams` names all.
    """
    if not isinstance(person, Mapping) or person.get("id") != user or user == SLACKBOT:
        return False
    if any(person.get(trait) is not False for trait in MUST_BE_FALSE):
        return False
    if any(person.get(trait) for trait in MUST_NOT_BE_TRUE):
        return False
    everywhere = (person.get("enterprise_user") or {}).get("teams") or ()
    return person.get("team_id") == team or team in everywhere
