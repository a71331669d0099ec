"""A thread that Nod is called into, as it stood before: its last messages, each with the name of who wrote it."""

import asyncio
import logging
from collections import deque
from collections.abc import Iterable, Mapping
from typing import Any

from slack_sdk.web.async_client import AsyncWebClient

from bot.slack.marks import mark_of
from bot.slack.message import TOMBSTONE, edited_at, identifier, is_foreign, mapping, said, shown_text, written
from bot.slack.openings import MARK as OPENING
from bot.slack.pace import patience
from bot.slack.people import People
from bot.slack.shared import shared_files
from bot.slack.survive import FAR_END, described, slack_code
from bot.turns.threads import Above
from storage.records import APP, GUEST, OWN, PERSON, Delivery, OverheardItem, ts_order

log = logging.getLogger("nod.slack")

SECONDS = 20.0
"""Seconds that reading a thread may take, Slack's limits and people's names included: somebody waits."""
NAMES_SECONDS = 5.0
"""Seconds of these that are left for names; who has none by then goes by their id."""
NAMES_AT_ONCE = 4
PAGE = 200
"""Messages a page: Slack recommends no more."""
PAGES = 25
"""Pages that are read at the most: Slack gives a thread from its beginning, and the end is what is wanted."""
STRAIGHT = 2
"""Pages from the beginning after which the end is looked for by its time."""
NEAR = tuple(3_600.0 * 6**each for each in range(5))
"""Seconds before the mention since which it is looked for, one after the other: an hour to two months."""

NO_SCOPE = (
    "a thread could not be read: SLACK_BOT_TOKEN lacks a scope such as channels:history; compare the app's scopes "
    "with manifest.yml and install it again"
)
NOT_SAID = frozenset(
    {
        *("channel_join", "channel_leave", "group_join", "group_leave", "channel_topic", "channel_purpose"),
        *("channel_name", "group_topic", "group_purpose", "group_name", "bot_add", "bot_remove", "pinned_item"),
        *("reminder_add", TOMBSTONE),
    }
)
"""Subtypes of what nobody said, and of what was deleted."""


class SlackThreads:
    """What turns need of threads (`bot.turns.threads.Threads`). The last `most` messages are read, none if that is
    0; `user` and `bot` are Nod's own ids."""

    def __init__(self, client: AsyncWebClient, people: People, user: str, bot: str, most: int) -> None:
        self._client = client
        self._people = people
        self._user = user
        self._bot = bot
        self._most = most

    async def above(self, delivery: Delivery) -> Above | None:
        if self._most == 0:
            return Above()
        clock = asyncio.get_running_loop().time
        until = clock() + SECONDS
        try:
            async with asyncio.timeout_at(until - NAMES_SECONDS):
                with patience(SECONDS - NAMES_SECONDS):
                    messages, older = await self._read(delivery)
        except (*FAR_END, LookupError) as error:
            log.warning("a thread could not be read: %s", described(error))
            if slack_code(error) == "missing_scope":
                log.error(NO_SCOPE)
            return None
        team = delivery.conversation.team
        names = await self._names(team, messages, until)
        return Above(tuple(overheard(each, names, team, self._user, self._bot) for each in messages), older)

    async def _read(self, delivery: Delivery) -> tuple[list[Mapping[str, Any]], bool]:
        """Return the last messages, oldest first, and whether there are more before them. Raises FAR_END, and
        LookupError for a thread that has no end."""
        end = _End(delivery.ts, self._most + 1)
        cursor = await self._pages(delivery, end, STRAIGHT)
        if cursor:
            near = await self._near(delivery)
            if near is None:
                cursor = await self._pages(delivery, end, PAGES - STRAIGHT, cursor=cursor)
                if cursor:
                    raise LookupError("the thread is too long")
            end = near or end
        kept = list(end.last)
        return kept[-self._most :], end.full

    async def _near(self, delivery: Delivery) -> "_End | None":
        """Read the end of a long thread alone; None if so many messages as are wanted are not near it."""
        for seconds in NEAR:
            since = _seconds(delivery.ts) - seconds
            if since <= _seconds(delivery.conversation.thread):
                return None
            end = _End(delivery.ts, self._most + 1)
            if await self._pages(delivery, end, PAGES, oldest=f"{since:.6f}"):
                raise LookupError("too much was said in the thread")
            if end.full:
                return end
        return None

    async def _pages(self, delivery: Delivery, end: "_End", most: int, **since: str) -> str:
        """Read up to `most` pages; the cursor of what comes after them, empty at the end."""
        for _ in range(most):
            response = await self._client.conversations_replies(
                channel=delivery.conversation.channel,
                ts=delivery.conversation.thread,
                latest=delivery.ts,
                inclusive=False,
                include_all_metadata=True,
                limit=PAGE,
                **since,
            )
            end.read(response.get("messages") or ())
            cursor = mapping(response.get("response_metadata")).get("next_cursor")
            if not cursor:
                return ""
            since["cursor"] = cursor
        return since["cursor"]

    async def _names(self, team: str, messages: Iterable[Mapping[str, Any]], until: float) -> Mapping[str, str]:
        """Look up who wrote the messages, a few at once; who cannot be had in time has no name."""
        users = {identifier(each.get("user")) for each in messages if not _app(each)} - {"", self._user}
        names: dict[str, str] = {}
        free = asyncio.Semaphore(NAMES_AT_ONCE)

        async def look_up(user: str) -> None:
            async with free:
                names[user] = (await self._people.find(team, user)).name

        try:
            async with asyncio.timeout_at(until):
                with patience(NAMES_SECONDS):
                    await asyncio.gather(*(look_up(user) for user in sorted(users)))
        except TimeoutError:
            log.warning("%d people of a thread go by their ids: Slack did not name them in time", len(users))
        return names


class _End:
    """The last messages of a thread before a ts, one more than are wanted: `full` tells that there are older."""

    def __init__(self, before: str, most: int) -> None:
        self.last: deque[Mapping[str, Any]] = deque(maxlen=most)
        self._before = ts_order(before)
        self._seen: set[str] = set()

    @property
    def full(self) -> bool:
        return len(self.last) == self.last.maxlen

    def read(self, messages: Iterable[Any]) -> None:
        for message in map(mapping, messages):
            ts = identifier(message.get("ts"))
            # a page may begin with the thread's root again
            if ts and ts not in self._seen and ts_order(ts) < self._before and _was_said(message):
                self.last.append(message)
            self._seen.add(ts)


def _seconds(ts: str) -> float:
    """Return a ts as Unix seconds, 0 if it is no time."""
    try:
        return float(ts)
    except ValueError:
        return 0.0


def overheard(
    message: Mapping[str, Any], names: Mapping[str, str], team: str, own_user: str, own_bot: str
) -> OverheardItem:
    """Read one message of a thread; `names` are those of people by their ids, `own_…` is Nod. Pure."""
    user, app = identifier(message.get("user")), _app(message)
    origin = GUEST if is_foreign(message, team) else PERSON
    if message.get("bot_id") == own_bot or user == own_user:
        origin = OWN
    elif app:
        origin = APP
    return OverheardItem(
        text=said(shown_text(message), own_user),
        user=user,
        speaker=app or names.get(user, ""),
        ts=identifier(message.get("ts")),
        origin=origin,
        files=tuple(file.name for file in shared_files(message) or ()),
        edited=edited_at(message),
    )


def _was_said(message: Mapping[str, Any]) -> bool:
    mark = mark_of(message)
    if mark is not None and mark.event_type == OPENING and message.get("bot_id"):
        return False  # it opened a conversation in which nothing has been said
    return message.get("subtype") not in NOT_SAID and bool(shown_text(message) or message.get("files"))


def _app(message: Mapping[str, Any]) -> str:
    """Return the name of the app that wrote a message; empty for a person's."""
    if not message.get("bot_id"):
        return ""
    profile = mapping(message.get("bot_profile"))
    return written(message.get("username")) or written(profile.get("name")) or identifier(message.get("bot_id"))
