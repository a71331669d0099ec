"""What an interaction lets the app do for a while: open a modal (trigger_id) and answer (response_url)."""

import secrets
from collections.abc import Callable
from dataclasses import dataclass, field

from bot.demo.workspace.errors import ResponseUrlError, SlackError

TRIGGER_SECONDS = 3.0
RESPONSE_URL_SECONDS = 30 * 60.0
RESPONSE_URL_USES = 5


@dataclass
class Trigger:
    user: str
    expires: float
    used: bool = False


class Triggers:
    """Issue trigger_ids, which live three seconds and are good for one modal."""

    def __init__(self, clock: Callable[[], float], seconds: float = TRIGGER_SECONDS) -> None:
        self._clock = clock
        self._seconds = seconds
        self._triggers: dict[str, Trigger] = {}

    def issue(self, user: str) -> str:
        now = self._clock()
        self._triggers = {id: each for id, each in self._triggers.items() if each.expires > now - 60}
        trigger_id = f"{int(now * 1000)}.{secrets.randbelow(10**10)}.{secrets.token_hex(16)}"
        self._triggers[trigger_id] = Trigger(user, now + self._seconds)
        return trigger_id

    def exchange(self, trigger_id: str) -> str:
        """Use a trigger up and return its user's id; SlackError as Slack when it is no good any more."""
        trigger = self._triggers.get(trigger_id)
        if trigger is None:
            raise SlackError("invalid_trigger_id")
        if trigger.used:
            raise SlackError("exchanged_trigger_id")
        if self._clock() > trigger.expires:
            raise SlackError("expired_trigger_id")
        trigger.used = True
        return trigger.user


@dataclass
class ResponseUrl:
    """Where a response_url's answers go. `message_ts` is what `replace_original` replaces, once there is one."""

    path: str
    channel: str
    user: str
    expires: float
    message_ts: str | None = None
    command: str | None = None
    url: str = ""
    uses_left: int = field(default=RESPONSE_URL_USES)


class ResponseUrls:
    """Issue response_urls, which are good for five answers within thirty minutes."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._urls: dict[str, ResponseUrl] = {}

    def issue(
        self,
        origin: str,
        team: str,
        channel: str,
        user: str,
        message_ts: str | None = None,
        command: str | None = None,
    ) -> ResponseUrl:
        """Make one at `origin`; that of a command says /commands/, that of a click /actions/."""
        kind = "commands" if command else "actions"
        path = f"/{kind}/{team}/{secrets.randbelow(10**12)}/{secrets.token_urlsafe(18)}"
        issued = ResponseUrl(path, channel, user, self._clock() + RESPONSE_URL_SECONDS, message_ts, command)
        issued.url = origin + path
        self._urls[path] = issued
        return issued

    def use(self, path: str) -> ResponseUrl:
        """Count one use; ResponseUrlError when there is none left or its time is over."""
        issued = self._urls.get(path)
        if issued is None:
            raise ResponseUrlError("no_such_url", 404)
        if self._clock() > issued.expires:
            raise ResponseUrlError("expired_url", 404)
        if issued.uses_left == 0:
            raise ResponseUrlError("used_url", 404)
        issued.uses_left -= 1
        return issued
