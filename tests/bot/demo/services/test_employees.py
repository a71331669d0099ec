import asyncio
from collections.abc import Awaitable, Callable

import httpx
import pytest
from aiohttp import web

from bot.demo.services.employees import Employee, Employees, make_app

Serve = Callable[[web.Application], Awaitable[httpx.AsyncClient]]
NOT_FOUND = {"status": "error", "message": "Not found record", "code": 400, "errors": "id is empty"}
TIGER = {
    "id": 1,
    "employee_name": "Tiger Nixon",
    "employee_salary": 320800,
    "employee_age": 61,
    "profile_image": "",
}


@pytest.fixture
def employees() -> Employees:
    return Employees()


@pytest.fixture
async def client(serve: Serve, employees: Employees) -> httpx.AsyncClient:
    return await serve(make_app(employees))


def test_the_sample_has_24_rows_in_plain_shape(employees: Employees) -> None:
    rows = employees.rows()
    assert [row["id"] for row in rows] == list(range(1, 25))
    assert rows[0] == {"id": 1, "name": "Tiger Nixon", "salary": 320800, "age": 61}
    assert rows[16] == {"id": 17, "name": "Paul Byrd", "salary": 725000, "age": 64}
    assert rows[23] == {"id": 24, "name": "Doris Wilder", "salary": 85600, "age": 23}


async def test_all_employees(client: httpx.AsyncClient) -> None:
    response = await client.get("/api/v1/employees")
    body = response.json()
    assert response.status_code == 200
    assert list(body) == ["status", "data", "message"]
    assert body["status"] == "success"
    assert len(body["data"]) == 24
    assert body["data"][0] == TIGER


async def test_one_employee(client: httpx.AsyncClient) -> None:
    body = (await client.get("/api/v1/employee/1")).json()
    assert (body["status"], body["data"]) == ("success", TIGER)


@pytest.mark.parametrize("wrong", ["25", "0", "-1", "abc", "²", "9" * 5000])
async def test_an_id_that_is_not_there(client: httpx.AsyncClient, employees: Employees, wrong: str) -> None:
    for method, path in (("GET", "employee"), ("DELETE", "delete")):
        response = await client.request(method, f"/api/v1/{path}/{wrong}")
        assert (response.status_code, response.json()) == (400, NOT_FOUND)
    assert employees.revision == 0


async def test_create_echoes_the_body_and_stores_the_row(client: httpx.AsyncClient, employees: Employees) -> None:
    body = {"name": "Yuri Berry", "salary": "123", "age": 23}
    response = await client.post("/api/v1/create", json=body)
    assert response.status_code == 200
    assert response.json()["data"] == {**body, "id": 25}
    assert employees.rows()[-1] == {"id": 25, "name": "Yuri Berry", "salary": 123, "age": 23}
    stored = (await client.get("/api/v1/employee/25")).json()["data"]
    assert (stored["employee_name"], stored["employee_salary"]) == ("Yuri Berry", 123)


@pytest.mark.parametrize(
    ("body", "errors"),
    [
        ({"salary": 1, "age": 1}, "name is empty"),
        ({"name": "  ", "salary": 1, "age": 1}, "name is not a text"),
        ({"name": "Dai Rios", "age": 1}, "salary is empty"),
        ({"name": "Dai Rios", "salary": "much", "age": 1}, "salary is not a whole number"),
        ({"name": "Dai Rios", "salary": 1, "age": True}, "age is not a whole number"),
        ([], "body is not an object"),
    ],
)
async def test_a_record_that_cannot_be_stored(
    client: httpx.AsyncClient, employees: Employees, body: object, errors: str
) -> None:
    response = await client.post("/api/v1/create", json=body)
    assert response.status_code == 400
    assert response.json() == {
        "status": "error",
        "message": "Invalid record",
        "code": 400,
        "errors": errors,
    }
    assert employees.revision == 0


async def test_a_body_that_is_not_json(client: httpx.AsyncClient, employees: Employees) -> None:
    for method, path in (("POST", "create"), ("PUT", "update/1")):
        response = await client.request(method, f"/api/v1/{path}", content=b"\xff{")
        assert response.status_code == 400
        assert response.json()["errors"] == "body is not JSON"
    assert employees.revision == 0


async def test_update_echoes_the_body_and_changes_only_what_it_names(
    client: httpx.AsyncClient, employees: Employees
) -> None:
    response = await client.put("/api/v1/update/1", json={"salary": 330000})
    assert response.status_code == 200
    assert response.json()["data"] == {"salary": 330000}
    assert employees.get(1) == Employee(1, "Tiger Nixon", 330000, 61)


async def test_update_of_a_missing_id_is_answered_but_changes_nothing(
    client: httpx.AsyncClient, employees: Employees
) -> None:
    response = await client.put("/api/v1/update/999", json={"age": 40})
    assert (response.status_code, response.json()["data"]) == (200, {"age": 40})
    assert (len(employees.rows()), employees.revision) == (24, 0)


async def test_update_with_a_bad_value_changes_nothing(client: httpx.AsyncClient, employees: Employees) -> None:
    response = await client.put("/api/v1/update/1", json={"age": 40, "salary": ""})
    assert (response.status_code, response.json()["errors"]) == (400, "salary is empty")
    assert employees.get(1) == Employee(1, "Tiger Nixon", 320800, 61)


async def test_delete_answers_with_the_id_as_a_string(client: httpx.AsyncClient, employees: Employees) -> None:
    response = await client.delete("/api/v1/delete/1")
    assert (response.status_code, response.json()["data"]) == (200, "1")
    assert employees.get(1) is None
    assert (await client.get("/api/v1/employee/1")).json() == NOT_FOUND


async def test_a_deleted_id_is_not_given_again(client: httpx.AsyncClient) -> None:
    await client.delete("/api/v1/delete/24")
    body = {"name": "Doris Wilder", "salary": 85600, "age": 23}
    response = await client.post("/api/v1/create", json=body)
    assert response.json()["data"]["id"] == 25


async def test_waiting_for_a_change(client: httpx.AsyncClient, employees: Employees) -> None:
    waiting = asyncio.create_task(employees.wait_for_change(0))
    await client.get("/api/v1/employees")
    assert not waiting.done()
    await client.delete("/api/v1/delete/2")
    assert await waiting == 1
    await client.put("/api/v1/update/1", json={"age": 62})
    assert await employees.wait_for_change(1) == 2


def test_rows_of_ones_own() -> None:
    employees = Employees([Employee(7, "Herrod Chandler", 137500, 59)])
    assert employees.create("Rhona Davidson", 327900, 55).id == 8
    assert Employees([]).rows() == []
