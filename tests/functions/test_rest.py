import asyncio
import gzip
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from email.utils import format_datetime
from typing import Any

import httpx
import pytest
from aiohttp import web
from pydantic import BaseModel

from bot.demo.services.faults import BrokenBody, Drop, Fault, Faults, Stall, Status
from functions import Context, FunctionProblem, OutcomeUnknown, Person
from functions.rest import MAX_BODY, Refused, get_json, send_json
from functions.sentences import Sentence

NewContext = Callable[..., Awaitable[Context]]
Serve = Callable[[web.Application], Awaitable[str]]
SERVICE = "The order service"
CHECK = "Look at order 7."
Answering = Callable[..., Awaitable[str]]
UPSTREAM = '{"message": "s3cret upstream text"}'
AT_ONCE = "0"


class Order(BaseModel):
    id: int


@pytest.fixture
def faults() -> Faults:
    return Faults()


@pytest.fixture
async def url(serve: Serve, faults: Faults) -> str:
    """A service that answers everything with an order."""

    async def answer(_request: web.Request) -> web.Response:
        return web.json_response({"id": 7})

    app = web.Application()
    faults.install(app)
    app.router.add_route("*", "/orders", answer)
    return await serve(app) + "/orders"


@pytest.fixture
def answering(serve: Serve) -> Answering:
    """Start a service that answers everything with one body."""

    async def start(body: bytes, status: int = 200, **headers: str) -> str:
        async def answer(_request: web.Request) -> web.Response:
            named = {name.replace("_", "-"): value for name, value in headers.items()}
            return web.Response(body=body, status=status, headers=named)

        app = web.Application()
        app.router.add_route("*", "/orders", answer)
        return await serve(app) + "/orders"

    return start


async def read(context: Context, url: str, **params: str | int | float) -> Order:
    return await get_json(context, url, params or None, service=SERVICE, answer=Order)


async def write(context: Context, url: str, method: str = "POST", body: dict[str, Any] | None = None) -> Order:
    return await send_json(context, method, url, body, service=SERVICE, answer=Order, check=CHECK)


async def test_a_read_returns_the_model(new_context: NewContext, url: str, faults: Faults) -> None:
    assert await read(await new_context(action_id="a1"), url, name="서울", days=2) == Order(id=7)
    (request,) = faults.requests
    assert (request.method, dict(request.query)) == ("GET", {"name": "서울", "days": "2"})
    assert "Idempotency-Key" not in request.headers


@pytest.mark.parametrize("status", [429, 500, 502, 503, 504])
async def test_a_read_is_tried_again_twice(new_context: NewContext, url: str, faults: Faults, status: int) -> None:
    faults.add(Status(status, retry_after=AT_ONCE), times=2)
    assert await read(await new_context(), url) == Order(id=7)
    assert len(faults.requests) == 3


@pytest.mark.parametrize(
    ("status", "words"),
    [
        (429, "The order service is busy (429). Say so and do not try again in this answer."),
        (500, "The order service has a problem of its own (500). Say so and do not try again in this answer."),
    ],
)
async def test_a_read_gives_up_after_three_tries(
    new_context: NewContext, url: str, faults: Faults, status: int, words: str
) -> None:
    faults.add(Status(status, AT_ONCE, UPSTREAM), times=9)
    with pytest.raises(FunctionProblem) as problem:
        await read(await new_context(), url)
    assert str(problem.value) == words
    assert len(faults.requests) == 3


KOREAN = {"en": "The order service", "ko": "주문 서비스"}


@pytest.mark.parametrize(
    ("service", "fault", "en", "ko"),
    [
        (KOREAN, Status(429), "The order service is busy (429).", "주문 서비스에 요청이 몰려"),
        (KOREAN, Status(400), "The order service refused the request (400).", "주문 서비스에서 요청을"),
        (KOREAN, Status(503), "The order service failed while it had the request (503). Look.", "확인해 주세요."),
        (KOREAN, Drop(), "The connection to the order service broke before it answered. Look.", "확인해 주세요."),
        (KOREAN, BrokenBody(), "The order service took the request and answered what Nod", "확인해 주세요."),
        (SERVICE, Status(429), "The order service is busy (429).", "The order service에 요청이 몰려"),
    ],
)
async def test_people_are_told_in_their_language_and_nothing_that_is_for_the_model(
    new_context: NewContext, url: str, faults: Faults, service: Sentence, fault: Fault, en: str, ko: str
) -> None:
    faults.add(fault)
    context, check = await new_context(), {"en": "Look.", "ko": "확인해 주세요."}
    with pytest.raises((FunctionProblem, OutcomeUnknown)) as raised:
        await send_json(context, "POST", url, service=service, answer=Order, check=check)
    assert isinstance(raised.value, FunctionProblem | OutcomeUnknown)
    assert raised.value.words["en"].startswith(en)
    assert ko in raised.value.words["ko"]
    assert "Say so" not in raised.value.words["en"]


async def test_a_read_backs_off_by_itself_when_no_wait_is_named(
    new_context: NewContext, url: str, faults: Faults
) -> None:
    faults.add(Status(503))
    assert await read(await new_context(), url) == Order(id=7)


@pytest.mark.parametrize("retry_after", ["soon", "-1", "1.5", "²", "Mon, 99 Foo 2026 99:00:00 GMT"])
async def test_a_wait_that_makes_no_sense_is_a_backoff(
    new_context: NewContext, url: str, faults: Faults, retry_after: str
) -> None:
    faults.add(Status(503, retry_after))
    assert await read(await new_context(), url) == Order(id=7)


async def test_a_wait_may_be_a_date(new_context: NewContext, url: str, faults: Faults) -> None:
    context = await new_context()
    faults.add(Status(503, format_datetime(context.clock(), usegmt=True)))
    faults.add(Status(503, format_datetime(context.clock().replace(year=2001))))
    assert await read(context, url) == Order(id=7)


@pytest.mark.parametrize(
    "retry_after", ["6", "9" * 400, "Mon, 02 Mar 2026 06:30:06 GMT", "Mon, 02 Mar 2026 06:31:00"]
)
async def test_a_longer_wait_is_not_waited_for(
    new_context: NewContext, url: str, faults: Faults, retry_after: str
) -> None:
    faults.add(Status(429, retry_after))
    with pytest.raises(FunctionProblem, match="is busy"):
        await read(await new_context(), url)
    assert len(faults.requests) == 1


async def test_a_dropped_read_is_tried_again(new_context: NewContext, url: str, faults: Faults) -> None:
    faults.add(Drop())
    assert await read(await new_context(), url) == Order(id=7)
    assert len(faults.requests) == 2


async def test_a_read_without_a_connection(new_context: NewContext, closed_address: str) -> None:
    with pytest.raises(FunctionProblem, match=r"^The order service cannot be reached") as problem:
        await read(await new_context(), closed_address)
    assert "127.0.0.1" not in str(problem.value)


async def test_a_read_without_an_answer_is_not_tried_again(
    new_context: NewContext, url: str, faults: Faults
) -> None:
    faults.add(Stall())
    with pytest.raises(FunctionProblem, match="gave no answer in time"):
        await read(await new_context(timeout=0.05), url)
    assert len(faults.requests) == 1


@pytest.mark.parametrize("status", [400, 401, 403, 404, 410, 422])
async def test_a_refused_read_carries_its_status(
    new_context: NewContext, url: str, faults: Faults, status: int
) -> None:
    faults.add(Status(status, AT_ONCE, UPSTREAM))
    with pytest.raises(Refused) as refused:
        await read(await new_context(), url)
    assert refused.value.status == status
    assert str(refused.value).startswith(f"The order service refused the request ({status}).")
    assert "s3cret" not in str(refused.value)
    assert len(faults.requests) == 1


UNREADABLE = [
    b"",
    b"{",
    b"<html>s3cret</html>",
    b'{"id": "s3cret"}',
    b"[]",
    b"null",
    b'{"id": 7}x',
    b"\xff\xfe",
    b'{"id": 7, "more": "' + b"x" * MAX_BODY + b'"}',
]


@pytest.mark.parametrize("body", UNREADABLE, ids=range(len(UNREADABLE)))
async def test_an_unreadable_answer(new_context: NewContext, answering: Answering, body: bytes) -> None:
    url = await answering(body)
    context = await new_context()
    with pytest.raises(FunctionProblem) as problem:
        await read(context, url)
    with pytest.raises(OutcomeUnknown) as unknown:
        await write(context, url)
    assert str(problem.value).startswith("The order service sent an answer that Nod cannot read.")
    assert str(unknown.value) == f"The order service took the request and answered what Nod cannot read. {CHECK}"


async def test_a_packed_body_is_measured_unpacked(new_context: NewContext, answering: Answering) -> None:
    packed = gzip.compress(b'{"id": 7, "more": "' + b"x" * MAX_BODY + b'"}')
    assert len(packed) < MAX_BODY / 100
    url = await answering(packed, Content_Encoding="gzip")
    with pytest.raises(FunctionProblem, match="cannot read"):
        await read(await new_context(), url)


async def test_a_body_that_is_not_packed_as_it_says(new_context: NewContext, answering: Answering) -> None:
    url = await answering(b"no gzip", Content_Encoding="gzip")
    context = await new_context()
    with pytest.raises(FunctionProblem, match="cannot read"):
        await read(context, url)
    with pytest.raises(OutcomeUnknown, match="cannot read"):
        await write(context, url)


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308, 304])
async def test_redirects_are_not_followed(
    new_context: NewContext, url: str, answering: Answering, faults: Faults, status: int
) -> None:
    elsewhere = await answering(b"", status, Location=url)
    context = await new_context()
    with pytest.raises(FunctionProblem, match=rf"cannot read \({status}\)"):
        await read(context, elsewhere)
    with pytest.raises(OutcomeUnknown, match=rf"\({status}\). Look at order 7"):
        await write(context, elsewhere)
    assert faults.requests == []


async def test_a_write_returns_the_model(new_context: NewContext, url: str, faults: Faults) -> None:
    context = await new_context(action_id="a1")
    assert await write(context, url, "PUT", {"name": "김민수", "salary": 1}) == Order(id=7)
    (request,) = faults.requests
    assert (request.method, request.body) == ("PUT", {"name": "김민수", "salary": 1})
    assert request.headers["Idempotency-Key"] == "a1"


async def test_a_write_without_an_action_has_no_key(new_context: NewContext, url: str, faults: Faults) -> None:
    await write(await new_context(), url, "DELETE")
    (request,) = faults.requests
    assert "Idempotency-Key" not in request.headers
    assert request.body is None


@pytest.mark.parametrize(
    ("status", "words"),
    [
        (429, "The order service is busy (429). Nothing was changed. "),
        (400, "The order service refused the request (400). Nothing was changed. "),
        (409, "The order service refused the request (409). Nothing was changed. "),
    ],
)
async def test_a_refused_write_changed_nothing_and_is_not_repeated(
    new_context: NewContext, url: str, faults: Faults, status: int, words: str
) -> None:
    faults.add(Status(status, AT_ONCE, UPSTREAM))
    with pytest.raises(Refused) as refused:
        await write(await new_context(), url)
    assert str(refused.value).startswith(words)
    assert refused.value.status == status
    assert len(faults.requests) == 1


@pytest.mark.parametrize("status", [500, 502, 503, 504])
async def test_nobody_knows_after_a_write_met_a_server_error(
    new_context: NewContext, url: str, faults: Faults, status: int
) -> None:
    faults.add(Status(status, AT_ONCE, UPSTREAM))
    with pytest.raises(OutcomeUnknown) as unknown:
        await write(await new_context(), url)
    assert str(unknown.value) == f"The order service failed while it had the request ({status}). {CHECK}"
    assert len(faults.requests) == 1


@pytest.mark.parametrize("fault", [Drop(), Drop(after_effect=True)])
async def test_nobody_knows_after_a_write_was_dropped(
    new_context: NewContext, url: str, faults: Faults, fault: Drop
) -> None:
    faults.add(fault)
    with pytest.raises(OutcomeUnknown) as unknown:
        await write(await new_context(), url)
    assert str(unknown.value) == f"The connection to the order service broke before it answered. {CHECK}"
    assert len(faults.requests) == 1


async def test_nobody_knows_after_a_write_without_an_answer(
    new_context: NewContext, url: str, faults: Faults
) -> None:
    faults.add(Stall())
    with pytest.raises(OutcomeUnknown) as unknown:
        await write(await new_context(timeout=0.05), url)
    assert str(unknown.value) == f"The order service got the request and gave no answer in time. {CHECK}"
    assert len(faults.requests) == 1


async def test_nobody_knows_after_a_write_with_half_an_answer(
    new_context: NewContext, url: str, faults: Faults
) -> None:
    faults.add(BrokenBody())
    with pytest.raises(OutcomeUnknown, match="cannot read"):
        await write(await new_context(), url)


async def test_a_write_without_a_connection_changed_nothing(new_context: NewContext, closed_address: str) -> None:
    with pytest.raises(FunctionProblem, match=r"cannot be reached\. Nothing was changed\."):
        await write(await new_context(), closed_address)


async def test_a_write_that_gets_no_free_connection_changed_nothing(url: str, faults: Faults) -> None:
    stall = Stall()
    faults.add(stall)
    limits = httpx.Limits(max_connections=1)
    timeout = httpx.Timeout(10.0, pool=0.05)
    async with httpx.AsyncClient(limits=limits, timeout=timeout, trust_env=False) as client:
        context = Context(Person("T1", "U1"), "1", client, lambda: datetime.now(UTC))
        async with asyncio.TaskGroup() as group:
            first = group.create_task(write(context, url))
            await stall.arrived.wait()
            with pytest.raises(FunctionProblem, match="Nothing was changed"):
                await write(context, url)
            stall.released.set()
    assert first.result() == Order(id=7)


@pytest.mark.parametrize("address", ["", "orders", "ftp://127.0.0.1/", "http://", "http://127.0.0.1:port/"])
async def test_an_address_that_is_none(new_context: NewContext, address: str) -> None:
    context = await new_context()
    with pytest.raises(FunctionProblem, match="administrator has to check"):
        await read(context, address)
    with pytest.raises(FunctionProblem, match="administrator has to check"):
        await write(context, address)
