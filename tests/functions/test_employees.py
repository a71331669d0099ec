import json
import unicodedata
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.demo.services.employees import Employee as Row
from bot.demo.services.employees import Employees, make_app
from bot.demo.services.faults import BrokenBody, Drop, Faults, NullData, NumbersAsStrings, Stall, Status, Without
from functions import Context, FunctionProblem, Preview, Unavailable
from functions.arguments import freeze
from functions.employee_query import Employee, answer_query
from functions.employees import create_employee, update_employee
from functions.registry import discover
from functions.safe_call import CallOutcome, Ending, call

NewContext = Callable[..., Awaitable[Context]]
Serve = Callable[..., Awaitable[str]]

TIGER = {"id": 1, "name": "Tiger Nixon", "salary": 320800, "age": 61}


@pytest.fixture
def faults() -> Faults:
    return Faults()


@pytest.fixture
def employees() -> Employees:
    return Employees()


@pytest.fixture
async def context(serve: Serve, new_context: NewContext, employees: Employees, faults: Faults) -> Context:
    address = await serve(make_app(employees, faults))
    return await new_context(action_id="a1", EMPLOYEES_API_URL=f"{address}/api/v1/")


async def ask(context: Context, name: str, /, **arguments: Any) -> CallOutcome:
    """Call as the loop does: from the model's JSON over the frozen text."""
    function = discover()[name]
    return await call(function, context, freeze(function, json.dumps(arguments)))


async def query(context: Context, **arguments: Any) -> dict[str, Any]:
    outcome = await ask(context, "query_employees", **arguments)
    assert outcome.value is not None, outcome.words
    result: dict[str, Any] = json.loads(outcome.value)
    return result


def only(field: str, operator: str, value: str | float) -> list[dict[str, Any]]:
    return [{"field": field, "operator": operator, "value": value}]


async def test_without_arguments_everybody_as_the_service_has_them(context: Context, employees: Employees) -> None:
    assert await query(context) == {"matched": 24, "employees": employees.rows(), "aggregate": None}


async def test_numbers_may_be_strings(context: Context, employees: Employees, faults: Faults) -> None:
    faults.add(NumbersAsStrings(), times=2)
    assert (await query(context))["employees"] == employees.rows()
    assert await ask(context, "get_employee", employee_id=1) == CallOutcome(
        Ending.SUCCEEDED, '{"id":1,"name":"Tiger Nixon","salary":320800,"age":61}'
    )


@pytest.mark.parametrize(
    ("operator", "value", "matches"),
    [
        ("eq", 320800, lambda row: row.salary == 320800),
        ("ne", 320800, lambda row: row.salary != 320800),
        ("lt", 100_000, lambda row: row.salary < 100_000),
        ("le", 103_600, lambda row: row.salary <= 103_600),
        ("gt", 103_600, lambda row: row.salary > 103_600),
        ("ge", 103_600.5, lambda row: row.salary > 103_600),
        ("ge", "320,800", lambda row: row.salary >= 320800),
    ],
)
async def test_filters_on_numbers(
    context: Context, employees: Employees, operator: str, value: str | float, matches: Callable[[Row], bool]
) -> None:
    found = await query(context, filters=only("salary", operator, value))
    assert [one["id"] for one in found["employees"]] == [row.id for row in employees.all() if matches(row)]
    assert found["matched"] == len(found["employees"]) > 0


@pytest.mark.parametrize(
    ("operator", "value", "names"),
    [
        ("contains", "WILLIAM", ["Brielle Williamson"]),
        ("eq", " tiger nixon ", ["Tiger Nixon"]),
        ("lt", "b", ["Ashton Cox", "Airi Satou"]),
        ("contains", "nobody", []),
    ],
)
async def test_filters_on_names(context: Context, operator: str, value: str, names: list[str]) -> None:
    found = await query(context, filters=only("name", operator, value))
    assert [one["name"] for one in found["employees"]] == names


async def test_korean_names_match_however_they_are_written(context: Context, employees: Employees) -> None:
    employees.create("김민수", 50_000, 30)
    decomposed = unicodedata.normalize("NFD", "김민")
    assert decomposed != "김민"
    found = await query(context, filters=only("name", "contains", decomposed))
    assert [one["name"] for one in found["employees"]] == ["김민수"]


async def test_all_filters_hold_and_the_count_is_from_before_the_limit(
    context: Context, employees: Employees
) -> None:
    filters = only("age", "ge", 30) + only("salary", "lt", 300_000)
    found = await query(context, filters=filters, sort_by="salary", descending=True, limit=2)
    rows = [row for row in employees.all() if row.age >= 30 and row.salary < 300_000]
    assert found["matched"] == len(rows)
    rows.sort(key=lambda row: row.salary, reverse=True)
    assert [one["id"] for one in found["employees"]] == [row.id for row in rows[:2]]


@pytest.mark.parametrize("descending", [False, True])
async def test_names_sort_without_case_and_equals_keep_their_order(
    context: Context, employees: Employees, descending: bool
) -> None:
    for name in ("zoe a", "ZOE A", "Zoe A", "가나다"):
        employees.create(name, 1, 20)
    found = await query(context, sort_by="name", descending=descending)
    names = [one["name"] for one in found["employees"]]
    assert names == sorted((row.name for row in employees.all()), key=str.casefold, reverse=descending)
    start = names.index("zoe a")
    assert names[start : start + 3] == ["zoe a", "ZOE A", "Zoe A"]


@pytest.mark.parametrize(
    ("aggregate", "field", "value"),
    [
        ("count", None, 24),
        ("count", "age", 24),
        ("sum", "salary", 6_644_770),
        ("average", "age", 42.13),
        ("min", "age", 19),
        ("max", "name", "Yuri Berry"),
        ("min", "name", "Airi Satou"),
    ],
)
async def test_aggregates(
    context: Context, employees: Employees, aggregate: str, field: str | None, value: float | str
) -> None:
    found = await query(context, aggregate=aggregate, aggregate_field=field)
    assert found["aggregate"] == {"operation": aggregate, "field": field, "value": value}
    assert found["matched"] == 24


async def test_an_extreme_comes_with_everybody_who_has_it(context: Context, employees: Employees) -> None:
    employees.create("Second Best", 725_000, 40)
    found = await query(context, sort_by="name", aggregate="max", aggregate_field="salary")
    assert found["aggregate"]["value"] == 725_000
    assert [one["name"] for one in found["employees"]] == ["Paul Byrd", "Second Best"]
    assert (await query(context, aggregate="sum", aggregate_field="salary"))["employees"] == []


@pytest.mark.parametrize(
    ("aggregate", "value"), [("count", 0), ("sum", 0), ("average", None), ("min", None), ("max", None)]
)
async def test_aggregates_over_nobody(context: Context, aggregate: str, value: int | None) -> None:
    nobody = only("age", "gt", 200)
    found = await query(context, filters=nobody, aggregate=aggregate, aggregate_field="age")
    assert found == {
        "matched": 0,
        "employees": [],
        "aggregate": {"operation": aggregate, "field": "age", "value": value},
    }


@pytest.mark.parametrize(
    ("ages", "average"), [([20, 21], 20.5), ([20, 20, 21], 20.33), ([20, 21, 21], 20.67), ([30, 50], 40)]
)
def test_averages_are_rounded_to_two_decimals(ages: list[int], average: float) -> None:
    rows = [Employee(id=number, name="a", salary=1, age=age) for number, age in enumerate(ages)]
    found = answer_query(rows, aggregate="average", aggregate_field="age").aggregate
    assert found is not None
    assert repr(found.value) == repr(average)


@settings(deadline=None)
@given(st.lists(st.integers(0, 10**15), min_size=1, max_size=30))
def test_averages_are_within_half_a_hundredth(salaries: list[int]) -> None:
    rows = [Employee(id=number, name="a", salary=salary, age=1) for number, salary in enumerate(salaries)]
    found = answer_query(rows, aggregate="average", aggregate_field="salary").aggregate
    assert found is not None
    assert isinstance(found.value, int | float)
    assert abs(found.value * len(salaries) - sum(salaries)) <= 0.0051 * len(salaries) + 1e-15 * sum(salaries)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"aggregate": "average"}, "average needs aggregate_field"),
        ({"aggregate": "sum", "aggregate_field": "name"}, "no sum of names"),
        ({"aggregate": "max", "aggregate_field": "age", "limit": 5}, "leave limit out"),
        ({"filters": only("age", "contains", "4")}, "contains is for name only"),
        ({"filters": only("age", "eq", "old")}, "filter on age needs a number"),
        ({"filters": only("age", "eq", "NaN")}, "filter on age needs a number"),
        ({"filters": only("age", "eq", "1e9999999999999999999")}, "filter on age needs a number"),
    ],
)
async def test_queries_without_one_meaning_say_what_would_work(
    context: Context, arguments: Mapping[str, Any], words: str
) -> None:
    outcome = await ask(context, "query_employees", **arguments)
    assert outcome.ending is Ending.FAILED
    assert words in outcome.words


@pytest.mark.parametrize(
    "arguments",
    [
        {"limit": 0},
        {"limit": 101},
        {"sort_by": "wage"},
        {"filters": only("name", "like", "a")},
        {"filters": [{"field": "name", "operator": "eq"}]},
        {"filters": only("name", "eq", "a") * 21},
        {"sql": "drop"},
    ],
)
async def test_queries_that_are_not_in_the_schema(context: Context, arguments: Mapping[str, Any]) -> None:
    with pytest.raises(FunctionProblem, match="not valid"):
        await ask(context, "query_employees", **arguments)


async def test_no_data_is_nobody(context: Context, faults: Faults) -> None:
    faults.add(NullData())
    assert await query(context) == {"matched": 0, "employees": [], "aggregate": None}


@pytest.mark.parametrize(
    "fault",
    [
        Without(frozenset({"data"})),
        Without(frozenset({"status"})),
        Without(frozenset({"employee_age"})),
        BrokenBody(),
        Status(200, body='{"status": "error", "data": []}'),
        Status(200, body='{"status": "success", "data": {"id": 1}}'),
        Status(429, "0"),
        Status(500, "0"),
    ],
)
@pytest.mark.parametrize("name", ["query_employees", "get_employee"])
async def test_a_read_that_fails_says_so(context: Context, faults: Faults, name: str, fault: Any) -> None:
    faults.add(fault, times=3)
    outcome = await ask(context, name, **({"employee_id": 1} if name == "get_employee" else {}))
    assert outcome.ending is Ending.FAILED
    assert outcome.incident is None
    assert outcome.words.startswith("The employee service ")
    assert outcome.words.endswith("Say so and do not try again in this answer.")


async def test_a_busy_service_is_asked_again(context: Context, faults: Faults) -> None:
    faults.add(Status(429, "0"), times=2)
    outcome = await ask(context, "get_employee", employee_id=1)
    assert outcome.value is not None
    assert json.loads(outcome.value) == TIGER


async def test_a_missing_employee(context: Context, faults: Faults, employees: Employees) -> None:
    for name, more in (("get_employee", {}), ("update_employee", {"age": 40}), ("delete_employee", {})):
        outcome = await ask(context, name, employee_id=999, **more)
        assert outcome.ending is Ending.FAILED
        assert outcome.words.startswith("There is no employee with this id")
    assert [request.method for request in faults.requests] == ["GET", "GET", "DELETE"]
    assert employees.revision == 0


async def test_null_is_a_missing_employee(context: Context, faults: Faults) -> None:
    faults.add(NullData(), times=2)
    for name, more in (("get_employee", {}), ("update_employee", {"age": 40})):
        outcome = await ask(context, name, employee_id=1, **more)
        assert outcome.words.startswith("There is no employee with this id")
    assert [request.method for request in faults.requests] == ["GET", "GET"]


async def test_create(context: Context, employees: Employees, faults: Faults) -> None:
    outcome = await ask(context, "create_employee", name=" 김민수 ", salary=50_000, age=30)
    row = {"id": 25, "name": "김민수", "salary": 50_000, "age": 30}
    assert outcome == CallOutcome(Ending.SUCCEEDED, json.dumps(row, separators=(",", ":"), ensure_ascii=False))
    assert employees.get(25) == Row(25, "김민수", 50_000, 30)
    (request,) = faults.requests
    assert request.headers["Idempotency-Key"] == "a1"


@pytest.mark.parametrize("fault", [None, NumbersAsStrings()])
async def test_update_sends_what_changes_and_returns_the_whole_row(
    context: Context, employees: Employees, faults: Faults, fault: NumbersAsStrings | None
) -> None:
    if fault:
        faults.add(fault, times=2)
    outcome = await ask(context, "update_employee", employee_id=1, salary=330_000)
    assert outcome.value is not None
    assert json.loads(outcome.value) == TIGER | {"salary": 330_000}
    assert employees.get(1) == Row(1, "Tiger Nixon", 330_000, 61)
    put = faults.requests[-1]
    assert (put.method, put.path, put.body) == ("PUT", "/api/v1/update/1", {"salary": 330_000})
    assert put.headers["Idempotency-Key"] == "a1"


async def test_update_takes_every_field_and_zero(context: Context, employees: Employees) -> None:
    await ask(context, "update_employee", employee_id=2, name="박지민", salary=0, age=16)
    assert employees.get(2) == Row(2, "박지민", 0, 16)


async def test_update_of_nothing_sends_nothing(context: Context, faults: Faults) -> None:
    outcome = await ask(context, "update_employee", employee_id=1, name=None)
    assert outcome.ending is Ending.FAILED
    assert outcome.words.startswith("There is nothing to change")
    assert faults.requests == []


async def test_delete(context: Context, employees: Employees, faults: Faults) -> None:
    assert await ask(context, "delete_employee", employee_id=7) == CallOutcome(Ending.SUCCEEDED, '{"deleted":7}')
    assert employees.get(7) is None
    assert faults.requests[-1].headers["Idempotency-Key"] == "a1"


WRITES = [
    ("create_employee", {"name": "a", "salary": 1, "age": 20}, "POST"),
    ("update_employee", {"employee_id": 1, "age": 40}, "PUT"),
    ("delete_employee", {"employee_id": 1}, "DELETE"),
]


@pytest.mark.parametrize(("name", "arguments", "method"), WRITES)
@pytest.mark.parametrize(
    ("fault", "changes"),
    [
        (Drop(), 0),
        (Drop(after_effect=True), 1),
        (BrokenBody(), 1),
        (NullData(), 1),
        (Status(500), 0),
        (Status(503, "0"), 0),
        (Status(200, body='{"status": "error", "data": null}'), 0),
    ],
)
async def test_a_write_that_may_have_happened_is_unknown_and_sent_once(
    context: Context,
    employees: Employees,
    faults: Faults,
    name: str,
    arguments: Mapping[str, Any],
    method: str,
    fault: Any,
    changes: int,
) -> None:
    faults.add(fault, method=method)
    outcome = await ask(context, name, **arguments)
    assert outcome.ending is Ending.UNKNOWN
    assert outcome.incident is None
    assert "Look " in outcome.words
    assert [request.method for request in faults.requests].count(method) == 1
    assert employees.revision == changes


@pytest.mark.parametrize(("name", "arguments", "method"), WRITES)
async def test_a_write_that_is_too_slow_is_unknown(
    serve: Serve,
    new_context: NewContext,
    employees: Employees,
    faults: Faults,
    name: str,
    arguments: Mapping[str, Any],
    method: str,
) -> None:
    address = await serve(make_app(employees, faults))
    stall = Stall(after_effect=True)
    faults.add(stall, method=method)
    context = await new_context(timeout=0.2, EMPLOYEES_API_URL=f"{address}/api/v1")
    outcome = await ask(context, name, **arguments)
    stall.released.set()
    assert outcome.ending is Ending.UNKNOWN
    assert employees.revision == 1


@pytest.mark.parametrize(("name", "arguments", "method"), WRITES)
async def test_a_refused_write_failed_and_is_sent_once(
    context: Context, employees: Employees, faults: Faults, name: str, arguments: Mapping[str, Any], method: str
) -> None:
    faults.add(Status(429, "0"), method=method)
    outcome = await ask(context, name, **arguments)
    assert outcome.ending is Ending.FAILED
    assert outcome.words.startswith("The employee service is busy (429). Nothing was changed.")
    assert [request.method for request in faults.requests].count(method) == 1
    assert employees.revision == 0


@pytest.mark.parametrize(("name", "arguments", "method"), WRITES)
async def test_a_write_without_a_connection_failed(
    new_context: NewContext, closed_address: str, name: str, arguments: Mapping[str, Any], method: str
) -> None:
    outcome = await ask(await new_context(EMPLOYEES_API_URL=closed_address), name, **arguments)
    assert outcome.ending is Ending.FAILED
    assert "cannot be reached" in outcome.words


@pytest.mark.parametrize(
    "arguments",
    [
        {"name": ""},
        {"name": " \n "},
        {"name": "a" * 101},
        {"name": "a\nb"},
        {"name": "a\x00"},
        {"name": "a\u2028b"},
        {"name": "a\u202eb"},
        {"name": 5},
        {"salary": -1},
        {"salary": 10_000_001},
        {"salary": 1.5},
        {"salary": "much"},
        {"age": 15},
        {"age": 101},
        {"age": None},
    ],
)
def test_values_out_of_bounds_are_refused_before_a_card(arguments: Mapping[str, Any]) -> None:
    with pytest.raises(FunctionProblem):
        freeze(create_employee, json.dumps({"name": "a", "salary": 1, "age": 20} | dict(arguments)))
    if arguments.get("age", 0) is not None:
        with pytest.raises(FunctionProblem):
            freeze(update_employee, json.dumps({"employee_id": 1} | dict(arguments)))


@pytest.mark.parametrize("employee_id", [0, -1, 2**31, "one", 1.5, None])
def test_ids_out_of_bounds_are_refused_before_a_card(employee_id: Any) -> None:
    with pytest.raises(FunctionProblem):
        freeze(update_employee, json.dumps({"employee_id": employee_id, "age": 20}))


async def preview(context: Context, name: str, /, **arguments: Any) -> list[Any]:
    look = discover()[name].preview
    assert look is not None
    shown = await look(context, **arguments)
    assert isinstance(shown, Preview)
    assert [label.names["en"] for label in shown.now] == ["Name", "Salary", "Age"]
    return list(shown.now.values())


async def test_previews_tell_whose_record_it_is_now(
    context: Context, employees: Employees, faults: Faults
) -> None:
    changes = {"name": None, "salary": 330_000, "age": None}
    assert await preview(context, "update_employee", employee_id=1, **changes) == ["Tiger Nixon", 320_800, 61]
    assert await preview(context, "delete_employee", employee_id=1) == ["Tiger Nixon", 320_800, 61]
    employees.create("two\n lines", 1_000, 20)
    assert await preview(context, "delete_employee", employee_id=25) == ["two lines", 1_000, 20]
    assert {request.method for request in faults.requests} == {"GET"}


async def check(context: Context, name: str, /, **arguments: Any) -> None:
    look = discover()[name].check
    assert look is not None
    await look(context, **arguments)


async def test_nobody_is_asked_about_somebody_who_is_not_there(context: Context, faults: Faults) -> None:
    changes = {"name": None, "salary": None, "age": 40}
    for name, more in (("update_employee", changes), ("delete_employee", {})):
        await check(context, name, employee_id=1, **more)
        with pytest.raises(FunctionProblem, match="There is no employee with this id") as problem:
            await check(context, name, employee_id=999, **more)
        assert problem.value.field == "employee_id"
        faults.add(Status(404), times=1)
        with pytest.raises(FunctionProblem):
            await check(context, name, employee_id=1, **more)


async def test_nobody_is_asked_about_a_change_of_nothing(context: Context, faults: Faults) -> None:
    with pytest.raises(FunctionProblem, match="There is nothing to change") as problem:
        await check(context, "update_employee", employee_id=1, name=None, salary=None, age=None)
    assert problem.value.field is None
    assert faults.requests == []
    await check(context, "update_employee", employee_id=1, name=None, salary=0, age=None)


async def test_a_service_that_does_not_answer_says_nothing_of_the_id(context: Context, faults: Faults) -> None:
    faults.add(Status(503, "0"), times=9)
    with pytest.raises(Unavailable):
        await check(context, "delete_employee", employee_id=1)


def test_only_a_salary_is_an_amount() -> None:
    for name in ("create_employee", "update_employee", "delete_employee"):
        assert set(discover()[name].kinds) <= {"salary"}
    assert discover()["update_employee"].kinds == {"salary": "amount"}
