"""The one way to call a REST service: JSON in, a pydantic model out, and every failure in fixed words.

    reads    429, 5xx and lost connections are tried again, at most twice; then Unavailable
    writes   are sent once. No connection or 4xx: Unavailable, nothing was changed. Whatever leaves it open
             whether the write was carried out (no answer, 3xx, 5xx, an answer that cannot be read): OutcomeUnknown

The words name the service and say what to do next, to people in their language. They never hold anything that the
service sent.
"""

import asyncio
import secrets
from collections.abc import Mapping
from datetime import UTC
from email.utils import parsedate_to_datetime
from typing import Any, TypeVar

import httpx
from pydantic import BaseModel, ValidationError

from functions.context import Context
from functions.errors import OutcomeUnknown, Unavailable
from functions.sentences import Sentence, filled, spoken

Answer = TypeVar("Answer", bound=BaseModel)

MAX_BODY = 2 * 1024 * 1024
"""Bytes of a body, unpacked."""
MAX_RETRIES = 2
MAX_WAIT = 5.0
"""Seconds. A service that asks for a longer wait is busy for this answer."""
FIRST_WAIT = 0.25
"""Seconds before the first retry, when the service names none; twice that before the second."""

NOT_CONNECTED = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.ProxyError)
BAD_ADDRESS = (httpx.InvalidURL, httpx.UnsupportedProtocol)
GIVE_UP = "Say so and do not try again in this answer."
UNTOUCHED = f"Nothing was changed. {GIVE_UP}"
"""What the model alone is told behind these sentences; of an action that failed, its card says so anyhow."""

BUSY = {
    "en": "{service} is busy ({status}).",
    "ko": "{service}에 요청이 몰려 지금은 처리하지 못합니다({status}).",
}
REFUSED = {
    "en": "{service} refused the request ({status}).",
    "ko": "{service}에서 요청을 받아들이지 않았습니다({status}).",
}
BROKEN = {
    "en": "{service} has a problem of its own ({status}).",
    "ko": "{service}에 문제가 생겼습니다({status}).",
}
UNREADABLE = {
    "en": "{service} sent an answer that Nod cannot read.",
    "ko": "{service}에서 Nod가 읽을 수 없는 응답을 보냈습니다.",
}
ODD = {
    "en": "{service} sent an answer that Nod cannot read ({status}).",
    "ko": "{service}에서 Nod가 읽을 수 없는 응답을 보냈습니다({status}).",
}
UNREACHED = {"en": "{service} cannot be reached.", "ko": "{service}에 연결할 수 없습니다."}
SILENT = {"en": "{service} gave no answer in time.", "ko": "{service}에서 제시간에 응답하지 않았습니다."}
MISPLACED = {
    "en": "{service} has no usable address: the administrator has to check it.",
    "ko": "{service}의 주소가 잘못 설정되어 있습니다. Nod 관리자가 확인해야 합니다.",
}

WRITE_BROKEN = {
    "en": "{service} failed while it had the request ({status}). {check}",
    "ko": "{service}에서 요청을 처리하다가 문제가 생겼습니다({status}). {check}",
}
WRITE_SILENT = {
    "en": "{service} got the request and gave no answer in time. {check}",
    "ko": "{service}에서 요청을 받고 제시간에 응답하지 않았습니다. {check}",
}
WRITE_CUT = {
    "en": "The connection to {inside} broke before it answered. {check}",
    "ko": "{service}에서 응답을 받기 전에 연결이 끊겼습니다. {check}",
}
WRITE_UNREADABLE = {
    "en": "{service} took the request and answered what Nod cannot read. {check}",
    "ko": "{service}에서 요청을 받았지만 Nod가 읽을 수 없는 응답을 보냈습니다. {check}",
}


class Refused(Unavailable):
    """The service answered 4xx: it did nothing. `status` lets a caller write better words for its own case."""

    def __init__(self, words: Sentence, status: int, hint: str = "") -> None:
        super().__init__(words, hint=hint)
        self.status = status


class _UnreadableBody(Exception):
    """The body is too long, is packed wrongly, or is not what the model says."""


async def get_json(
    context: Context,
    url: str,
    params: Mapping[str, str | int | float] | None = None,
    *,
    service: Sentence,
    answer: type[Answer],
) -> Answer:
    """Read `url` and return its JSON as `answer`.

    `service` begins the words, such as "The weather service", one text or one a language. Raises Refused (4xx but
    429) and Unavailable, both a FunctionProblem.
    """
    for retries in range(MAX_RETRIES + 1):
        last = retries == MAX_RETRIES
        try:
            async with context.http.stream("GET", url, params=params, follow_redirects=False) as response:
                if response.is_success:
                    return await _read(response, answer)
                wait = _wait(context, response, retries)
                if not _is_worth_retrying(response) or last or wait > MAX_WAIT:
                    raise _unanswered(service, response)
        except BAD_ADDRESS as error:
            raise _bad_address(service) from error
        except _UnreadableBody as error:
            raise Unavailable(filled(UNREADABLE, service=service), hint=GIVE_UP) from error
        except (httpx.NetworkError, httpx.ConnectTimeout, httpx.RemoteProtocolError) as error:
            if last:
                raise Unavailable(filled(UNREACHED, service=service), hint=GIVE_UP) from error
            wait = _backoff(retries)
        except httpx.TimeoutException as error:
            raise Unavailable(filled(SILENT, service=service), hint=GIVE_UP) from error
        except httpx.TransportError as error:
            raise Unavailable(filled(UNREACHED, service=service), hint=GIVE_UP) from error
        await asyncio.sleep(wait)
    raise AssertionError("the last try returns or raises")


async def send_json(
    context: Context,
    method: str,
    url: str,
    body: Mapping[str, Any] | None = None,
    *,
    service: Sentence,
    answer: type[Answer],
    check: Sentence,
) -> Answer:
    """Send one write, once, and return the JSON of its answer as `answer`.

    An action's id goes along as `Idempotency-Key`. `check` ends the words when nobody can tell whether the write
    was carried out: a sentence that says what to look at. Raises Refused (4xx) and Unavailable, after which
    nothing was changed, and OutcomeUnknown.
    """
    headers = {} if context.action_id is None else {"Idempotency-Key": context.action_id}
    try:
        async with context.http.stream(
            method, url, json=body, headers=headers, follow_redirects=False
        ) as response:
            if response.is_client_error and response.status_code != httpx.codes.REQUEST_TIMEOUT:
                raise _refused_write(service, response)
            if not response.is_success:
                raise OutcomeUnknown(
                    filled(WRITE_BROKEN, service=service, status=response.status_code, check=check)
                )
            return await _read(response, answer)
    except BAD_ADDRESS as error:
        raise _bad_address(service) from error
    except NOT_CONNECTED as error:
        raise Unavailable(filled(UNREACHED, service=service), hint=UNTOUCHED) from error
    except httpx.TimeoutException as error:
        raise OutcomeUnknown(filled(WRITE_SILENT, service=service, check=check)) from error
    except httpx.TransportError as error:
        raise OutcomeUnknown(
            filled(WRITE_CUT, service=service, inside=_inside(spoken(service)), check=check)
        ) from error
    except _UnreadableBody as error:
        raise OutcomeUnknown(filled(WRITE_UNREADABLE, service=service, check=check)) from error


async def _read(response: httpx.Response, answer: type[Answer]) -> Answer:
    body = bytearray()
    try:
        async for chunk in response.aiter_bytes():
            body += chunk
            if len(body) > MAX_BODY:
                raise _UnreadableBody
        return answer.model_validate_json(bytes(body))
    except (httpx.DecodingError, ValidationError) as error:
        raise _UnreadableBody from error


def _is_worth_retrying(response: httpx.Response) -> bool:
    return response.status_code == httpx.codes.TOO_MANY_REQUESTS or response.is_server_error


def _unanswered(service: Sentence, response: httpx.Response) -> Unavailable:
    status = response.status_code
    if status == httpx.codes.TOO_MANY_REQUESTS:
        return Unavailable(filled(BUSY, service=service, status=status), hint=GIVE_UP)
    if response.is_client_error:
        return Refused(filled(REFUSED, service=service, status=status), status, GIVE_UP)
    if response.is_server_error:
        return Unavailable(filled(BROKEN, service=service, status=status), hint=GIVE_UP)
    return Unavailable(filled(ODD, service=service, status=status), hint=GIVE_UP)


def _refused_write(service: Sentence, response: httpx.Response) -> Refused:
    status = response.status_code
    did = BUSY if status == httpx.codes.TOO_MANY_REQUESTS else REFUSED
    return Refused(filled(did, service=service, status=status), status, UNTOUCHED)


def _bad_address(service: Sentence) -> Unavailable:
    return Unavailable(filled(MISPLACED, service=service), hint=GIVE_UP)


def _inside(service: str) -> str:
    """Write a sentence's first words inside another sentence."""
    return service[:1].lower() + service[1:]


def _wait(context: Context, response: httpx.Response, retries: int) -> float:
    """Seconds that `Retry-After` names, as a number or as a date (RFC 9110, 10.2.3), else a backoff of ours."""
    named = response.headers.get("Retry-After", "").strip()
    if named.isascii() and named.isdigit():
        return float(named)
    try:
        until = parsedate_to_datetime(named)
    except ValueError:
        return _backoff(retries)
    if until.tzinfo is None:
        until = until.replace(tzinfo=UTC)
    return max(0.0, (until - context.clock()).total_seconds())


def _backoff(retries: int) -> float:
    """Seconds before the next try: doubled each time, with up to half as much again so that callers part."""
    base: float = FIRST_WAIT * 2**retries
    return base * (1 + secrets.randbelow(500) / 1000)
