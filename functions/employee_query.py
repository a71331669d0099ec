"""Filter, sort and calculate over employees: pure and exact, so that no arithmetic is left to the model."""

import unicodedata
from collections.abc import Callable, Iterable, Mapping, Sequence
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from operator import eq, ge, gt, le, lt, ne
from typing import Annotated, Any, Literal, TypeAlias

from pydantic import BaseModel, ConfigDict, Field

from functions.errors import FunctionProblem

FieldName: TypeAlias = Literal["id", "name", "salary", "age"]
Operator: TypeAlias = Literal["eq", "ne", "lt", "le", "gt", "ge", "contains"]
AggregateName: TypeAlias = Literal["count", "min", "max", "average", "sum"]

COMPARE: Mapping[str, Callable[[Any, Any], bool]] = {
    "eq": eq, "ne": ne, "lt": lt, "le": le, "gt": gt, "ge": ge,
}  # fmt: skip


class Employee(BaseModel):
    """One employee; the salary is a yearly amount without a currency."""

    id: int
    name: str
    salary: int
    age: int


class Filter(BaseModel):
    """One condition on an employee."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    field: FieldName
    operator: Annotated[Operator, Field(description="contains is for names only: a part of the name")]
    value: Annotated[str | int | float, Field(description="A number, or for name a text in any script")]


class Aggregate(BaseModel):
    """A calculated value; None if there is nothing to calculate over."""

    operation: AggregateName
    field: FieldName | None
    value: int | float | str | None


class QueryResult(BaseModel):
    """`matched` counts before the limit. With an aggregate, `employees` are those who have its min or max."""

    matched: int
    employees: list[Employee]
    aggregate: Aggregate | None


def answer_query(
    employees: Iterable[Employee],
    *,
    filters: Sequence[Filter] = (),
    sort_by: FieldName | None = None,
    descending: bool = False,
    limit: int | None = None,
    aggregate: AggregateName | None = None,
    aggregate_field: FieldName | None = None,
) -> QueryResult:
    """Keep what matches all filters, sort it (stable; names without case), then limit it or calculate over it.

    Averages are rounded half up to 2 decimals. Raises FunctionProblem for what has no one meaning.
    """
    if aggregate and limit is not None:
        raise FunctionProblem(
            "An aggregate covers all matching employees: leave limit out, or leave aggregate out and sort instead."
        )
    conditions = [_condition(wanted) for wanted in filters]
    matching = [one for one in employees if all(holds(one) for holds in conditions)]
    if sort_by:
        matching.sort(key=_key(sort_by), reverse=descending)
    if aggregate is None:
        return QueryResult(matched=len(matching), employees=matching[:limit], aggregate=None)
    if aggregate == "count":
        return _calculated(matching, [], aggregate, aggregate_field, len(matching))
    if aggregate_field is None:
        raise FunctionProblem(f"Say which field to calculate with: {aggregate} needs aggregate_field.")
    if aggregate in ("min", "max"):
        at_it = _at_extreme(matching, aggregate, aggregate_field)
        value = getattr(at_it[0], aggregate_field) if at_it else None
        return _calculated(matching, at_it, aggregate, aggregate_field, value)
    if aggregate_field == "name":
        raise FunctionProblem(f"There is no {aggregate} of names: choose id, salary or age as aggregate_field.")
    total = sum(getattr(one, aggregate_field) for one in matching)
    value = total if aggregate == "sum" else _average(total, len(matching))
    return _calculated(matching, [], aggregate, aggregate_field, value)


def _calculated(
    matching: Sequence[Employee],
    shown: list[Employee],
    operation: AggregateName,
    field: FieldName | None,
    value: int | float | str | None,
) -> QueryResult:
    aggregate = Aggregate(operation=operation, field=field, value=value)
    return QueryResult(matched=len(matching), employees=shown, aggregate=aggregate)


def _at_extreme(employees: Sequence[Employee], end: AggregateName, field: FieldName) -> list[Employee]:
    """Return all who share the smallest or largest value, not the first only."""
    key = _key(field)
    extreme = (min if end == "min" else max)(map(key, employees), default=None)
    return [one for one in employees if key(one) == extreme]


def _condition(wanted: Filter) -> Callable[[Employee], bool]:
    if wanted.field == "name":
        return _name_condition(wanted.operator, _folded(str(wanted.value)))
    if wanted.operator == "contains":
        raise FunctionProblem(f"contains is for name only: compare {wanted.field} with eq, lt, le, gt or ge.")
    compare, key, bound = COMPARE[wanted.operator], _key(wanted.field), _number(wanted)
    return lambda one: compare(key(one), bound)


def _name_condition(operator: Operator, text: str) -> Callable[[Employee], bool]:
    if operator == "contains":
        return lambda one: text in _folded(one.name)
    compare = COMPARE[operator]
    return lambda one: compare(_folded(one.name), text)


def _number(wanted: Filter) -> Decimal:
    try:
        number = Decimal(str(wanted.value).replace(",", "").strip())
    except InvalidOperation:
        number = Decimal("NaN")
    if not number.is_finite():
        raise FunctionProblem(f"A filter on {wanted.field} needs a number such as 330000.")
    return number


def _key(field: FieldName) -> Callable[[Employee], Any]:
    if field == "name":
        return lambda one: _folded(one.name)
    return lambda one: getattr(one, field)


def _folded(name: str) -> str:
    """Make names comparable: Hangul may come as syllables or as letters, and letters in either case."""
    return unicodedata.normalize("NFC", name).casefold().strip()


def _average(total: int, count: int) -> int | float | None:
    if not count:
        return None
    rounded = (Decimal(total) / count).quantize(Decimal("0.01"), ROUND_HALF_UP)
    return int(rounded) if rounded == int(rounded) else float(rounded)
