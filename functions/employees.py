"""The company's employees, in the REST service at EMPLOYEES_API_URL (shapes: dummy.restapiexample.com)."""

import unicodedata
from typing import Annotated, Generic, Literal, TypeAlias, TypeVar

from pydantic import AfterValidator, BaseModel, Field

from functions.context import Context
from functions.contract import Label, function
from functions.employee_query import AggregateName, Employee, FieldName, Filter, QueryResult, answer_query
from functions.errors import FunctionProblem
from functions.preview import Preview
from functions.rest import Refused, get_json, send_json

DEFAULT_URL = "https://dummy.restapiexample.com/api/v1"
SERVICE = {"en": "The employee service", "ko": "직원 서비스"}
MISSING = (400, 404)
NOT_FOUND = {
    "en": "There is no employee with this id, so nothing was changed.",
    "ko": "이 번호의 직원이 없어 아무것도 변경하지 않았습니다.",
}
LOOK_UP = "Look the id up with query_employees."
NOTHING = {
    "en": "There is nothing to change: give a new name, salary or age.",
    "ko": "변경할 내용이 없습니다. 새 이름이나 연봉, 나이를 입력해 주세요.",
}

NAME = Label(en="Name", ko="이름")
SALARY = Label(kind="amount", en="Salary", ko="연봉")
AGE = Label(en="Age", ko="나이")

Data = TypeVar("Data")
ServiceNumber: TypeAlias = Annotated[int, Field(ge=-(10**15), le=10**15)]


class _Answer(BaseModel, Generic[Data]):
    status: Literal["success"]
    data: Data


class _Row(BaseModel):
    """A row as it is read; its numbers may be strings."""

    id: ServiceNumber
    employee_name: str
    employee_salary: ServiceNumber
    employee_age: ServiceNumber

    def employee(self) -> Employee:
        return Employee(id=self.id, name=self.employee_name, salary=self.employee_salary, age=self.employee_age)


class _Created(BaseModel):
    id: ServiceNumber


class _Written(BaseModel):
    """The fields of an update, echoed."""


class Deleted(BaseModel):
    deleted: int


def _plain_name(name: str) -> str:
    name = name.strip()
    if not 1 <= len(name) <= 100:
        raise FunctionProblem({"en": "Write 1 to 100 characters.", "ko": "1~100자로 입력해 주세요."})
    if any(_is_invisible_control(letter) for letter in name):
        raise FunctionProblem(
            {"en": "Write one line without control characters.", "ko": "제어 문자 없이 한 줄로 입력해 주세요."}
        )
    return name


def _is_invisible_control(letter: str) -> bool:
    """Tell control characters, line separators and the marks that turn the direction of the text around them: a
    card must read as what it does."""
    return unicodedata.category(letter) in {"Cc", "Cs", "Zl", "Zp"} or unicodedata.bidirectional(letter) in {
        "LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI"
    }  # fmt: skip


EmployeeId: TypeAlias = Annotated[
    int,
    Field(ge=1, le=2**31 - 1, description="The employee's id, as query_employees gives it"),
    Label(en="Employee id", ko="직원 번호"),
]
Name: TypeAlias = Annotated[str, AfterValidator(_plain_name)]
Salary: TypeAlias = Annotated[int, Field(ge=0, le=10_000_000)]
Age: TypeAlias = Annotated[int, Field(ge=16, le=100)]


@function(read_only=True, title={"en": "Search employees", "ko": "직원 조회"})
async def query_employees(
    context: Context,
    filters: Annotated[
        tuple[Filter, ...],
        Field(max_length=20, description="Conditions that must all hold; empty for all employees"),
        Label(en="Conditions", ko="조건"),
    ] = (),
    sort_by: Annotated[
        FieldName | None, Field(description="Field to sort by, or null"), Label(en="Sorted by", ko="정렬 기준")
    ] = None,
    descending: Annotated[
        bool, Field(description="True for largest or last first"), Label(en="Descending", ko="내림차순")
    ] = False,
    limit: Annotated[
        int | None,
        Field(ge=1, le=100, description="How many employees to return after sorting; null with an aggregate"),
        Label(en="At most", ko="최대 인원"),
    ] = None,
    aggregate: Annotated[
        AggregateName | None,
        Field(
            description="One number over all matching employees instead of a list; exact, prefer it to your own"
        ),
        Label(en="Calculation", ko="계산"),
    ] = None,
    aggregate_field: Annotated[
        FieldName | None,
        Field(description="Field to calculate with; null for count"),
        Label(en="Calculated field", ko="계산 항목"),
    ] = None,
) -> QueryResult:
    """Search, sort and count the company's employees, and calculate over them exactly.

    Returns how many matched (before the limit), the employees with id, name, salary and age, and the aggregate.
    With min and max, the employees are all who have that value; with count, average and sum there are none.
    Averages are rounded to 2 decimals. Names may be in any script, such as Korean, and compare without case.
    """
    url = f"{_base(context)}/employees"
    found = await get_json(context, url, service=SERVICE, answer=_Answer[list[_Row] | None])
    return answer_query(
        [row.employee() for row in found.data or ()],
        filters=filters,
        sort_by=sort_by,
        descending=descending,
        limit=limit,
        aggregate=aggregate,
        aggregate_field=aggregate_field,
    )


@function(read_only=True, title={"en": "Look up an employee", "ko": "직원 정보 보기"})
async def get_employee(context: Context, employee_id: EmployeeId) -> Employee:
    """Look up one employee by id: id, name, salary and age."""
    return await _known(context, employee_id)


@function(title={"en": "Add an employee", "ko": "직원 등록"})
async def create_employee(
    context: Context,
    name: Annotated[Name, Field(description="Full name in any script, such as 김민수; 1 to 100 characters"), NAME],
    salary: Annotated[Salary, Field(description="Yearly salary, a whole number"), SALARY],
    age: Annotated[Age, Field(description="Age in years"), AGE],
) -> Employee:
    """Add an employee to the company's records; the service gives the new id."""
    created = await send_json(
        context,
        "POST",
        f"{_base(context)}/create",
        {"name": name, "salary": salary, "age": age},
        service=SERVICE,
        answer=_Answer[_Created],
        check={
            "en": "Look whether an employee of this name is there now before adding one again.",
            "ko": "다시 등록하기 전에 이 이름의 직원이 이미 있는지 확인해 주세요.",
        },
    )
    return Employee(id=created.data.id, name=name, salary=salary, age=age)


async def _check_update(
    context: Context, employee_id: int, name: str | None, salary: int | None, age: int | None
) -> None:
    if (name, salary, age) == (None, None, None):
        raise FunctionProblem(NOTHING)
    await _known(context, employee_id)


async def _preview_update(
    context: Context, employee_id: int, name: str | None, salary: int | None, age: int | None
) -> Preview:
    return _shown(await _known(context, employee_id))


@function(
    title={"en": "Change an employee's record", "ko": "직원 정보 변경"},
    timeout=30.0,
    preview=_preview_update,
    check=_check_update,
)
async def update_employee(
    context: Context,
    employee_id: EmployeeId,
    name: Annotated[Name | None, Field(description="New full name, or null to keep it"), NAME] = None,
    salary: Annotated[Salary | None, Field(description="New yearly salary, or null to keep it"), SALARY] = None,
    age: Annotated[Age | None, Field(description="New age in years, or null to keep it"), AGE] = None,
) -> Employee:
    """Change an employee's name, salary or age; give only what changes. Needs the id: look it up first."""
    changes = {
        field: value for field, value in (("name", name), ("salary", salary), ("age", age)) if value is not None
    }
    if not changes:
        raise FunctionProblem(NOTHING)
    # The service answers an update of a missing id like any other, so only a look tells that it is there.
    before = await _known(context, employee_id)
    await send_json(
        context,
        "PUT",
        f"{_base(context)}/update/{employee_id}",
        changes,
        service=SERVICE,
        answer=_Answer[_Written],
        check={
            "en": f"Look up employee {employee_id} to see what is stored now.",
            "ko": f"{employee_id}번 직원을 조회해서 지금 저장된 내용을 확인해 주세요.",
        },
    )
    return before.model_copy(update=changes)


async def _check_delete(context: Context, employee_id: int) -> None:
    await _known(context, employee_id)


async def _preview_delete(context: Context, employee_id: int) -> Preview:
    return _shown(await _known(context, employee_id))


@function(
    destructive=True,
    title={"en": "Delete an employee", "ko": "직원 삭제"},
    preview=_preview_delete,
    check=_check_delete,
)
async def delete_employee(context: Context, employee_id: EmployeeId) -> Deleted:
    """Delete an employee from the company's records for good. Needs the id: look it up first."""
    try:
        await send_json(
            context,
            "DELETE",
            f"{_base(context)}/delete/{employee_id}",
            service=SERVICE,
            answer=_Answer[int | str],
            check={
                "en": f"Look up employee {employee_id} to see whether the record is still there.",
                "ko": f"{employee_id}번 직원을 조회해서 정보가 아직 남아 있는지 확인해 주세요.",
            },
        )
    except Refused as refused:
        raise _not_found_or(refused) from refused
    return Deleted(deleted=employee_id)


def _base(context: Context) -> str:
    return context.setting("EMPLOYEES_API_URL", DEFAULT_URL).rstrip("/")


async def _find(context: Context, employee_id: int) -> Employee | None:
    """Read one row; a missing one is answered with 400, or with 200 and `data: null`."""
    url = f"{_base(context)}/employee/{employee_id}"
    try:
        found = await get_json(context, url, service=SERVICE, answer=_Answer[_Row | None])
    except Refused as refused:
        if refused.status in MISSING:
            return None
        raise
    return None if found.data is None else found.data.employee()


def _not_found_or(refused: Refused) -> FunctionProblem:
    return _not_found() if refused.status in MISSING else refused


def _not_found() -> FunctionProblem:
    return FunctionProblem(NOT_FOUND, field="employee_id", hint=LOOK_UP)


async def _known(context: Context, employee_id: int) -> Employee:
    employee = await _find(context, employee_id)
    if employee is None:
        raise _not_found()
    return employee


def _shown(employee: Employee) -> Preview:
    return Preview(now={NAME: " ".join(employee.name.split()), SALARY: employee.salary, AGE: employee.age})
