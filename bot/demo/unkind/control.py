"""The faults by name, with their parameters as JSON: what the page's buttons and `POST /unkind` ask for."""

from abc import ABC, abstractmethod
from typing import Annotated, Any, ClassVar, Literal, get_args

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from bot.demo.services import faults as services
from bot.demo.unkind.calls import Broken, CallFault, Dropped, Hang, Refused, Slow, StreamEnded
from bot.demo.unkind.envelopes import AckLost, Delayed, Doubled, EnvelopeFault, Held
from bot.demo.unkind.handles import GAP_CALLS, Unkind
from bot.demo.unkind.model import BrokenArguments, Cut, Empty, Failed, ModelFault, SlowDeltas, Stalled
from bot.demo.workspace.connection import DisconnectReason

Seconds = Annotated[float, Field(gt=0, le=600, allow_inf_nan=False)]
RetryAfter = Annotated[int, Field(ge=0, le=600)]
Times = Annotated[int, Field(ge=1, le=100_000)]
Rate = Annotated[float, Field(gt=0, le=1, allow_inf_nan=False)]
Sockets = Annotated[int, Field(ge=1, le=10)]
Pattern = Annotated[str, Field(min_length=1, max_length=100)]


class _Asked(BaseModel, ABC):
    """One thing that was asked for."""

    model_config = ConfigDict(extra="forbid")
    fault: str

    @abstractmethod
    async def happen(self, unkind: Unkind) -> None:
        """Do it, or prepare it."""


class _Repeated(_Asked):
    times: Times | None = Field(1, description="how many hits; null: until calm")
    rate: Rate = Field(1.0, description="the probability of each candidate")


class Calm(_Asked):
    """Everything works again; half-open sockets are cut."""

    fault: Literal["calm"]

    async def happen(self, unkind: Unkind) -> None:
        unkind.calm()


class Release(_Asked):
    """What hangs goes on: calls, answers of the model, requests to the services."""

    fault: Literal["release"]

    async def happen(self, unkind: Unkind) -> None:
        unkind.release()


class RandomMode(_Asked):
    """Faults of every kind by chance, until calm."""

    fault: Literal["random"]
    seed: int = 1
    rate: Rate = 0.05
    without: list[Pattern] = Field([], description='kinds that do not happen, such as "socket.*"')

    async def happen(self, unkind: Unkind) -> None:
        unkind.random(self.seed, self.rate, self.without)


class Limits(_Asked):
    """Slack's rate limits by tier: 429 with Retry-After."""

    fault: Literal["limits"]
    on: bool = True
    scale: Annotated[float, Field(gt=0, le=10, allow_inf_nan=False)] = 1.0

    async def happen(self, unkind: Unkind) -> None:
        if self.on:
            unkind.limits.on(self.scale)
        else:
            unkind.limits.off()


class Calls(_Repeated):
    """A Web API call goes wrong, before its effect or after it."""

    fault: Literal["calls"]
    how: Literal["500", "html", "drop", "refused", "rate_limited", "slow", "hang", "stream_ended"]
    method: Pattern = Field("*", description='a shell pattern, such as "chat.*"')
    after_effect: bool = Field(False, description="for 500, html, drop, slow and hang")
    error: Pattern = Field("internal_error", description="for refused: Slack's error")
    retry_after: RetryAfter = Field(1, description="for rate_limited, in seconds")
    seconds: Seconds = Field(3.0, description="for slow")

    async def happen(self, unkind: Unkind) -> None:
        unkind.calls.add(self._made(), match=self.method, times=self.times, rate=self.rate)

    def _made(self) -> CallFault:
        match self.how:
            case "500":
                return Broken(500, self.after_effect)
            case "html":
                return Broken(503, self.after_effect, html=True)
            case "drop":
                return Dropped(self.after_effect)
            case "refused":
                return Refused(self.error)
            case "rate_limited":
                return Refused("ratelimited", self.retry_after)
            case "slow":
                return Slow(self.seconds, self.after_effect)
            case "hang":
                return Hang(self.after_effect)
            case "stream_ended":
                return StreamEnded()


class Streams(_Asked):
    """Streams that start from now on end after so many seconds, even while they are written to."""

    fault: Literal["streams"]
    seconds: Seconds

    async def happen(self, unkind: Unkind) -> None:
        unkind.slack.workspace.stream_seconds = self.seconds


class Envelopes(_Repeated):
    """An event comes twice, in another order or late, or Slack does not see its ack."""

    fault: Literal["envelopes"]
    how: Literal["doubled", "held", "delayed", "ack_lost"]
    type: Literal["events_api", "interactive", "slash_commands"] = Field(
        "events_api", description="the others can only be delayed or lose their ack"
    )
    by: Annotated[int, Field(ge=1, le=100)] = Field(1, description="for held: how many overtake it")
    seconds: Seconds = Field(2.0, description="for delayed; for held the longest")

    async def happen(self, unkind: Unkind) -> None:
        unkind.envelopes.add(self._made(), match=self.type, times=self.times, rate=self.rate)

    def _made(self) -> EnvelopeFault:
        match self.how:
            case "doubled":
                return Doubled()
            case "held":
                return Held(self.by, self.seconds)
            case "delayed":
                return Delayed(self.seconds)
            case "ack_lost":
                return AckLost()


class Disconnect(_Asked):
    """Slack tells sockets to go away."""

    fault: Literal["disconnect"]
    reason: DisconnectReason = "refresh_requested"
    sockets: Sockets | None = Field(None, description="how many; null: all")

    async def happen(self, unkind: Unkind) -> None:
        await unkind.disconnect(self.reason, self.sockets)


class Drop(_Asked):
    """Sockets are cut without a word; `abrupt` false: with a close frame."""

    fault: Literal["drop"]
    abrupt: bool = True
    sockets: Sockets | None = Field(None, description="how many; null: all")

    async def happen(self, unkind: Unkind) -> None:
        await unkind.drop(self.sockets, abrupt=self.abrupt)


class HalfOpen(_Asked):
    """Sockets go deaf and mute while they look open to the app."""

    fault: Literal["half_open"]
    sockets: Sockets | None = Field(1, description="how many; null: all")

    async def happen(self, unkind: Unkind) -> None:
        unkind.half_open(self.sockets)


class Gap(_Asked):
    """All sockets are cut, and the next attempts to open one fail."""

    fault: Literal["gap"]
    times: Times = GAP_CALLS
    how: Literal["500", "rate_limited", "refused", "hang"] = "500"

    async def happen(self, unkind: Unkind) -> None:
        failing = Calls(fault="calls", how=self.how)
        await unkind.gap(self.times, failing._made())


class Model(_Repeated):
    """The stand-in model fails, stalls, is cut off, or answers nonsense."""

    fault: Literal["model"]
    how: Literal["429", "500", "503", "stall", "cut", "empty", "broken_arguments", "slow"]
    model: Pattern = Field("*", description="a shell pattern of model names")
    retry_after: RetryAfter | None = Field(None, description="for 429, 500 and 503, in seconds")
    after_events: Annotated[int, Field(ge=0, le=10_000)] = Field(4, description="for stall and cut")
    seconds: Seconds | None = Field(None, description="for stall (null: until calm) and slow")

    async def happen(self, unkind: Unkind) -> None:
        unkind.model.add(self._made(), match=self.model, times=self.times, rate=self.rate)

    def _made(self) -> ModelFault:
        match self.how:
            case "stall":
                return Stalled(self.after_events, self.seconds)
            case "cut":
                return Cut(self.after_events)
            case "empty":
                return Empty()
            case "broken_arguments":
                return BrokenArguments()
            case "slow":
                return SlowDeltas(self.seconds or 0.5)
            case status:
                return Failed(int(status), self.retry_after)


class Service(_Repeated):
    """A data service fails, stalls, or drops the connection."""

    fault: Literal["service"]
    service: Literal["employees", "weather"] = "employees"
    how: Literal["429", "500", "503", "stall", "drop", "broken_body"]
    method: Literal["GET", "POST", "PUT", "DELETE"] | None = None
    path: Pattern = Field("*", description="a shell pattern")
    after_effect: bool = Field(False, description="for stall and drop")
    seconds: Seconds | None = Field(None, description="for stall; null: until calm")

    async def happen(self, unkind: Unkind) -> None:
        faults = {"employees": unkind.employees, "weather": unkind.weather}[self.service]
        faults.add(self._made(), method=self.method, path=self.path, times=self.times, rate=self.rate)

    def _made(self) -> services.Fault:
        match self.how:
            case "stall":
                return services.Stall(self.after_effect, self.seconds)
            case "drop":
                return services.Drop(self.after_effect)
            case "broken_body":
                return services.BrokenBody()
            case status:
                return services.Status(int(status), "1" if status == "429" else None)


_Any = (
    Calm
    | Release
    | RandomMode
    | Limits
    | Calls
    | Streams
    | Envelopes
    | Disconnect
    | Drop
    | HalfOpen
    | Gap
    | Model
    | Service
)
_ASKED: TypeAdapter[_Any] = TypeAdapter(Annotated[_Any, Field(discriminator="fault")])


class Control:
    """Ask for faults by name, and say what there is, what is to come and what was."""

    KINDS: ClassVar[tuple[type[_Asked], ...]] = get_args(_Any)

    def __init__(self, unkind: Unkind) -> None:
        self._unkind = unkind

    async def ask(self, body: object) -> None:
        """Do what an object such as {"fault": "gap", "times": 3} asks for. ValueError with a sentence."""
        try:
            asked = _ASKED.validate_python(body)
        except ValidationError as error:
            raise ValueError(_sentence(error)) from None
        await asked.happen(self._unkind)

    @property
    def happened(self) -> int:
        """Count the faults that happened."""
        return self._unkind.injected.total()

    @property
    def waiting(self) -> int:
        """Count what is still to happen or lasts, the random mode as one."""
        return len(self._unkind.scripted) + (self._unkind.chance is not None)

    def state(self) -> dict[str, Any]:
        """Say what can be asked for, as JSON schemas, and how things stand."""
        chance = self._unkind.chance
        return {
            "faults": {_name(kind): kind.model_json_schema() for kind in self.KINDS},
            "scripted": self._unkind.scripted,
            "random": None if chance is None else {"seed": chance.seed, "rate": chance.rate},
            "injected": dict(sorted(self._unkind.injected.items())),
        }


def _name(kind: type[_Asked]) -> str:
    return str(get_args(kind.model_fields["fault"].annotation)[0])


def _sentence(error: ValidationError) -> str:
    """Write the first thing that is wrong, and where; what was sent is not repeated."""
    first = error.errors(include_url=False, include_input=False)[0]
    where = ".".join(str(part) for part in first["loc"])
    if first["type"] in ("union_tag_invalid", "union_tag_not_found", "model_attributes_type", "dict_type"):
        return f'Send an object with "fault", one of: {", ".join(_name(kind) for kind in Control.KINDS)}.'
    return f"{where}: {first['msg']}."
