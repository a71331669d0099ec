"""What a function is given beside its arguments. Functions never see Slack."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

import httpx

from functions.errors import FunctionProblem
from functions.schedule_book import ScheduleBook


@dataclass(frozen=True)
class Person:
    """Somebody in a workspace. Rules go by the two ids; the name is for showing only."""

    team: str
    id: str
    name: str = ""
    locale: str = "en-US"
    timezone: str = "UTC"


@dataclass(frozen=True)
class Context:
    """One call's surroundings.

    `http` is the one shared client (time-outs are set). `clock` gives an aware UTC datetime. `action_id` is set
    when an action runs: send it as the `Idempotency-Key` header to a service that knows one. `place` is the id of
    the channel in which this was asked.
    """

    requester: Person
    conversation: str
    http: httpx.AsyncClient
    clock: Callable[[], datetime]
    settings: Mapping[str, str] = field(default_factory=dict, repr=False)
    action_id: str | None = None
    schedules: ScheduleBook | None = field(default=None, repr=False)
    place: str = ""

    def setting(self, name: str, default: str | None = None) -> str:
        """Return the environment's value of `name`.

        Raises FunctionProblem when it is missing and has no default: the administrator has to set it.
        """
        value = self.settings.get(name) or default
        if value is None:
            raise FunctionProblem(
                {
                    "en": f"This function is not set up: the administrator has to set {name}.",
                    "ko": f"아직 설정되지 않은 함수입니다. Nod 관리자가 {name} 설정을 해야 합니다.",
                }
            )
        return value
