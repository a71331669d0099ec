"""What a person's words can mean to the rules, whatever their language."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

from bot.demo.model.rules.files import LookAt
from bot.demo.model.rules.waiting import Waiting

Language: TypeAlias = Literal["ko", "en"]
Field: TypeAlias = Literal["id", "name", "salary", "age"]
Operator: TypeAlias = Literal["eq", "ne", "lt", "le", "gt", "ge", "contains"]
Aggregate: TypeAlias = Literal["count", "min", "max", "average", "sum"]
Value: TypeAlias = str | int | float


@dataclass(frozen=True)
class Filter:
    field: Field
    operator: Operator
    value: Value


@dataclass(frozen=True)
class Query:
    """A question over many employees."""

    filters: tuple[Filter, ...] = ()
    sort_by: Field | None = None
    descending: bool = False
    limit: int | None = None
    aggregate: Aggregate | None = None
    field: Field | None = None


@dataclass(frozen=True)
class Target:
    """One employee as the person named it: by id or by name."""

    employee_id: int | None = None
    name: str | None = None


@dataclass(frozen=True)
class Lookup:
    """A question about one employee; `field` is what was asked, None for everything."""

    target: Target
    field: Field | None = None


@dataclass(frozen=True)
class Weather:
    """A question about the weather; `day` 0 is today, None asks for all `days`."""

    city: str | None
    days: int = 1
    day: int | None = None


@dataclass(frozen=True)
class Change:
    """A new value of a field, or with "add" and "percent" a step from the value it has."""

    field: Field
    kind: Literal["set", "add", "percent"]
    value: Value


@dataclass(frozen=True)
class Update:
    target: Target
    changes: tuple[Change, ...] = ()


@dataclass(frozen=True)
class Create:
    name: str | None = None
    salary: int | None = None
    age: int | None = None

    @property
    def is_complete(self) -> bool:
        """Whether everything is said that the function needs."""
        return None not in (self.name, self.salary, self.age)

    def completed_by(self, more: Create) -> Create:
        """Return this with what was said later filled in; the name stays."""
        return Create(self.name or more.name, more.salary or self.salary, more.age or self.age)


@dataclass(frozen=True)
class Delete:
    target: Target


@dataclass(frozen=True)
class Withdraw:
    """A change of mind: about the last action that waits, about `every` one, or about those of some employees."""

    every: bool = False
    employee_ids: tuple[int, ...] = ()


@dataclass(frozen=True)
class Agree:
    """A yes in words, which is no click. `told` says that it asks to go ahead, beyond a mere "ok"."""

    told: bool = False


@dataclass(frozen=True)
class TakeBack:
    """One waiting action that a change of mind came to."""

    waiting: Waiting


@dataclass(frozen=True)
class Direct:
    """A call of a function that the person named by its own name."""

    function: str
    arguments: str


Topic: TypeAlias = Literal[
    "greeting",
    "thanks",
    "help",
    "first_message",
    "previous_message",
    "summary",
    "long_answer",
    "code",
    "which_city",
    "which_employee",
    "which_field",
    "which_change",
    "not_everyone",
    "nothing_waits",
    "nothing_to_confirm",
    "press_the_button",
    "nothing_more",
    "unknown",
]


@dataclass(frozen=True)
class Say:
    """An answer that needs no function."""

    topic: Topic


Action: TypeAlias = Update | Create | Delete
Intent: TypeAlias = (
    Query | Lookup | Weather | Update | Create | Delete | Withdraw | Agree | TakeBack | Direct | LookAt | Say
)


@dataclass(frozen=True)
class Context:
    """What a thread already settled: the intents of the last question, the person in question, an open query."""

    intents: tuple[Intent, ...] = ()
    person: Target | None = None
    unanswered: Action | None = None
    place: str | None = None
    """The place that people spoke of before Nod was called."""

    @property
    def last(self) -> Intent | None:
        """The last thing that was asked for."""
        return self.intents[-1] if self.intents else None

    @property
    def field(self) -> Field | None:
        """The field that the last question was about."""
        match self.last:
            case Query(field=field, sort_by=sort_by):
                return field or sort_by
            case Lookup(field=field):
                return field
        return None
