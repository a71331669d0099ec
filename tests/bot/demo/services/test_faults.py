import asyncio
import json
from collections.abc import Awaitable, Callable

import httpx
import pytest
from aiohttp import web

from bot.demo.services.employees import Employees, make_app
from bot.demo.services.faults import (
    BrokenBody,
    Drop,
    Faults,
    NullData,
    NumbersAsStrings,
    Stall,
    Status,
    Without,
)

Serve = Callable[[web.Application], Awaitable[httpx.AsyncClient]]
RAISE = {"salary": 330000}


@pytest.fixture
def employees() -> Employees:
    return Employees()


@pytest.fixture
def faults() -> Faults:
    return Faults()


@pytest.fixture
async def client(serve: Serve, employees: Employees, faults: Faults) -> httpx.AsyncClient:
    return await serve(make_app(employees, faults))


async def test_requests_are_recorded(client: httpx.AsyncClient, faults: Faults) -> None:
    await client.get("/api/v1/employees", params={"page": "2"})
    await client.post("/api/v1/create", json=RAISE, headers={"Idempotency-Key": "act-1"})
    await client.put("/api/v1/update/1", content=b"{")
    read, create, broken = faults.requests
    assert (read.method, read.path, dict(read.query), read.body) == (
        "GET",
        "/api/v1/employees",
        {"page": "2"},
        None,
    )
    assert (create.body, create.headers["idempotency-key"]) == (RAISE, "act-1")
    assert (broken.method, broken.body) == ("PUT", "{")


async def test_a_status_comes_without_an_effect(
    client: httpx.AsyncClient, employees: Employees, faults: Faults
) -> None:
    faults.add(Status(429, retry_after="3"))
    faults.add(Status(429))
    faults.add(Status(500, body="a stack trace"))
    first, second, third, fourth = [await client.put("/api/v1/update/1", json=RAISE) for _ in range(4)]
    assert (first.status_code, first.headers["Retry-After"]) == (429, "3")
    assert second.status_code == 429
    assert "Retry-After" not in second.headers
    assert (third.status_code, third.text) == (500, "a stack trace")
    assert fourth.status_code == 200
    assert employees.revision == 1
    assert len(faults.requests) == 4


async def test_a_fault_waits_for_the_request_it_is_meant_for(client: httpx.AsyncClient, faults: Faults) -> None:
    faults.add(Status(500), method="DELETE")
    faults.add(Status(503), path="/api/v1/employee/*", times=2)
    assert (await client.get("/api/v1/employees")).status_code == 200
    assert [(await client.get("/api/v1/employee/1")).status_code for _ in range(3)] == [503, 503, 200]
    assert faults.pending == 1
    assert (await client.delete("/api/v1/delete/1")).status_code == 500
    assert faults.pending == 0


def test_a_fault_for_no_request_is_refused(faults: Faults) -> None:
    with pytest.raises(ValueError, match="at least 1"):
        faults.add(Drop(), times=0)


async def test_null_data(client: httpx.AsyncClient, faults: Faults) -> None:
    faults.add(NullData())
    response = await client.get("/api/v1/employee/1")
    assert response.status_code == 200
    assert response.json()["status"] == "success"
    assert response.json()["data"] is None


async def test_numbers_as_strings(client: httpx.AsyncClient, faults: Faults) -> None:
    faults.add(NumbersAsStrings())
    row = (await client.get("/api/v1/employees")).json()["data"][0]
    assert (row["id"], row["employee_salary"], row["employee_age"]) == ("1", "320800", "61")


async def test_missing_keys(client: httpx.AsyncClient, faults: Faults) -> None:
    faults.add(Without(frozenset({"profile_image", "message"})))
    body = (await client.get("/api/v1/employees")).json()
    assert set(body) == {"status", "data"}
    assert all("profile_image" not in row for row in body["data"])


async def test_a_broken_body_hides_an_effect(
    client: httpx.AsyncClient, employees: Employees, faults: Faults
) -> None:
    faults.add(BrokenBody())
    response = await client.put("/api/v1/update/1", json=RAISE)
    assert (response.status_code, response.headers["Content-Type"].split(";")[0]) == (200, "application/json")
    with pytest.raises(json.JSONDecodeError):
        response.json()
    assert employees.revision == 1


@pytest.mark.parametrize("after_effect", [False, True])
async def test_a_dropped_connection(
    client: httpx.AsyncClient, employees: Employees, faults: Faults, after_effect: bool
) -> None:
    faults.add(Drop(after_effect=after_effect))
    with pytest.raises(httpx.TransportError):
        await client.put("/api/v1/update/1", json=RAISE)
    assert employees.revision == int(after_effect)
    assert (await client.get("/api/v1/employees")).status_code == 200


@pytest.mark.parametrize("after_effect", [False, True])
async def test_a_stall_until_released(
    client: httpx.AsyncClient, employees: Employees, faults: Faults, after_effect: bool
) -> None:
    stall = Stall(after_effect=after_effect)
    faults.add(stall)
    asking = asyncio.create_task(client.put("/api/v1/update/1", json=RAISE))
    await stall.arrived.wait()
    assert employees.revision == int(after_effect)
    stall.released.set()
    assert (await asking).status_code == 200
    assert employees.revision == 1


async def test_a_client_that_gives_up_does_not_undo_the_effect(
    client: httpx.AsyncClient, employees: Employees, faults: Faults
) -> None:
    stall = Stall()
    faults.add(stall)
    asking = asyncio.create_task(client.put("/api/v1/update/1", json=RAISE))
    await stall.arrived.wait()
    asking.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asking
    stall.released.set()
    assert await employees.wait_for_change(0) == 1


async def test_a_shutdown_releases_a_stall(employees: Employees, faults: Faults) -> None:
    stall = Stall()
    faults.add(stall)
    runner = web.AppRunner(make_app(employees, faults))
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    host, port = runner.addresses[0][:2]
    async with httpx.AsyncClient(base_url=f"http://{host}:{port}", trust_env=False) as client:
        asking = asyncio.create_task(client.get("/api/v1/employees"))
        await stall.arrived.wait()
        async with asyncio.timeout(10):
            await runner.cleanup()
        assert (await asking).status_code == 200
