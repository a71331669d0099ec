"""The employee service: the public dummy REST API's shapes (dummy.restapiexample.com), with a memory.

The public service forgets every change at once. This one keeps them as long as its `Employees` lives, so
that a confirmed action can be seen. Like the public one it ignores an Idempotency-Key: a repeated POST
creates twice.
"""

import asyncio
import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, replace
from importlib.resources import files
from typing import Any

from aiohttp import web

from bot.demo.services.faults import Faults


@dataclass(frozen=True)
class Employee:
    """One row; the salary is a yearly amount without a currency, as in the public sample data."""

    id: int
    name: str
    salary: int
    age: int


class Employees:
    """The rows of the service in the order of their ids; ids are never given twice."""

    def __init__(self, rows: Iterable[Employee] | None = None) -> None:
        """Start with `rows`, or with the 24 employees of the public sample data."""
        self._rows = {row.id: row for row in (sample() if rows is None else rows)}
        self._last_id = max(self._rows, default=0)
        self._changed = asyncio.Event()
        self.revision = 0

    def all(self) -> list[Employee]:
        """Return every row."""
        return [self._rows[employee_id] for employee_id in sorted(self._rows)]

    def rows(self) -> list[dict[str, int | str]]:
        """Return every row as {"id", "name", "salary", "age"}, for a page to show."""
        return [asdict(row) for row in self.all()]

    def get(self, employee_id: int) -> Employee | None:
        """Return the row with this id, if there is one."""
        return self._rows.get(employee_id)

    def create(self, name: str, salary: int, age: int) -> Employee:
        """Store a new row under the next id."""
        self._last_id += 1
        row = self._rows[self._last_id] = Employee(self._last_id, name, salary, age)
        self._note_change()
        return row

    def update(self, employee_id: int, changes: Mapping[str, Any]) -> Employee | None:
        """Change the name, salary or age of a row; return it as it is now, or None if there is none."""
        row = self._rows.get(employee_id)
        if row is None:
            return None
        row = self._rows[employee_id] = replace(row, **changes)
        self._note_change()
        return row

    def delete(self, employee_id: int) -> bool:
        """Remove a row; return whether there was one."""
        if self._rows.pop(employee_id, None) is None:
            return False
        self._note_change()
        return True

    async def wait_for_change(self, since: int) -> int:
        """Wait until `revision` is past `since`, and return it."""
        while self.revision <= since:
            await self._changed.wait()
        return self.revision

    def _note_change(self) -> None:
        self.revision += 1
        self._changed.set()
        self._changed = asyncio.Event()


def sample() -> list[Employee]:
    """Read the 24 employees of the public sample data."""
    text = files(__package__).joinpath("employees.json").read_text("utf-8")
    return [Employee(**row) for row in json.loads(text)]


def make_app(employees: Employees, faults: Faults | None = None) -> web.Application:
    """Build the service under /api/v1 over `employees`.

    Errors are HTTP 400 with {"status": "error", "message", "code": 400, "errors"}. An update of an id that
    is not there is answered like any other and changes nothing, as the public service does.
    """

    async def list_all(_request: web.Request) -> web.Response:
        return _success([_prefixed(row) for row in employees.all()], "Successfully! All records has been fetched.")

    async def get_one(request: web.Request) -> web.Response:
        row = employees.get(_id(request))
        if row is None:
            return _not_found()
        return _success(_prefixed(row), "Successfully! Record has been fetched.")

    async def create(request: web.Request) -> web.Response:
        try:
            body = _object(await request.read())
            values = _values(body, required=True)
        except ValueError as error:
            return _error("Invalid record", str(error))
        row = employees.create(**values)
        return _success({**body, "id": row.id}, "Successfully! Record has been added.")

    async def update(request: web.Request) -> web.Response:
        try:
            body = _object(await request.read())
            values = _values(body, required=False)
        except ValueError as error:
            return _error("Invalid record", str(error))
        if values:
            employees.update(_id(request), values)
        return _success(body, "Successfully! Record has been updated.")

    async def delete(request: web.Request) -> web.Response:
        employee_id = _id(request)
        if not employees.delete(employee_id):
            return _not_found()
        return _success(str(employee_id), "Successfully! Record has been deleted")

    app = web.Application()
    if faults is not None:
        faults.install(app)
    app.router.add_get("/api/v1/employees", list_all)
    app.router.add_get("/api/v1/employee/{id}", get_one)
    app.router.add_post("/api/v1/create", create)
    app.router.add_put("/api/v1/update/{id}", update)
    app.router.add_delete("/api/v1/delete/{id}", delete)
    return app


def _prefixed(row: Employee) -> dict[str, int | str]:
    return {
        "id": row.id,
        "employee_name": row.name,
        "employee_salary": row.salary,
        "employee_age": row.age,
        "profile_image": "",
    }


def _success(data: object, message: str) -> web.Response:
    return web.json_response({"status": "success", "data": data, "message": message})


def _not_found() -> web.Response:
    return _error("Not found record", "id is empty")


def _error(message: str, errors: str) -> web.Response:
    body = {"status": "error", "message": message, "code": 400, "errors": errors}
    return web.json_response(body, status=400)


def _id(request: web.Request) -> int:
    text = request.match_info["id"]
    # Ids start at 1, so 0 stands for every id that cannot exist; the length keeps int() cheap.
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else 0


def _object(raw: bytes) -> dict[str, Any]:
    try:
        body = json.loads(raw)
    except ValueError:
        raise ValueError("body is not JSON") from None
    if not isinstance(body, dict):
        raise ValueError("body is not an object")
    return body


def _values(body: Mapping[str, Any], *, required: bool) -> dict[str, Any]:
    values: dict[str, Any] = {}
    for key in ("name", "salary", "age"):
        value = body.get(key)
        if value is None or value == "":
            if required or key in body:
                raise ValueError(f"{key} is empty")
        else:
            values[key] = _name(value) if key == "name" else _whole_number(key, value)
    return values


def _name(value: Any) -> str:
    if not isinstance(value, str) or not value.strip():
        raise ValueError("name is not a text")
    return value


def _whole_number(key: str, value: Any) -> int:
    if isinstance(value, str):
        try:
            return int(value)
        except ValueError:
            raise ValueError(f"{key} is not a whole number") from None
    if isinstance(value, bool) or not isinstance(value, int):
        raise ValueError(f"{key} is not a whole number")
    return value
