"""Checks of the data services that Nod's own functions ask: each is asked one harmless question."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import httpx

from bot.doctor.finding import Finding, bad, good, unseen
from bot.settings import Settings
from functions.contract import Function


@dataclass(frozen=True)
class Service:
    """`module` holds the functions that ask it: without them nobody does."""

    name: str
    module: str
    setting: str
    address: str
    path: str
    query: Mapping[str, str]


def services(settings: Settings) -> list[Service]:
    """List what there is to ask: a GET that changes nothing, as the functions use it."""
    seoul = {"latitude": "37.57", "longitude": "126.98", "current": "temperature_2m"}
    search = {"name": "Seoul", "count": "1", "format": "json"}
    employees, weather = "functions.employees", "functions.weather"
    return [
        Service("employees", employees, "EMPLOYEES_API_URL", settings.employees_api_url, "/employees", {}),
        Service("weather", weather, "WEATHER_API_URL", settings.weather_api_url, "/v1/forecast", seoul),
        Service("places", weather, "GEOCODING_API_URL", settings.geocoding_api_url, "/v1/search", search),
    ]


async def check_service(service: Service, functions: Mapping[str, Function]) -> Sequence[Finding]:
    """Ask a service, if there is a function that would."""
    if not any(each.implementation.__module__ == service.module for each in functions.values()):
        return [unseen(service.name, "no function asks it")]
    try:
        async with httpx.AsyncClient(timeout=None) as http:  # noqa: S113  the check is bounded as a whole
            response = await http.get(service.address + service.path, params=dict(service.query))
    except (httpx.HTTPError, httpx.InvalidURL):
        words = f"{service.setting} cannot be reached: look at the address, the network and the service"
        return [bad(service.name, words)]
    return [_judged(service, response)]


def _judged(service: Service, response: httpx.Response) -> Finding:
    setting, status = service.setting, response.status_code
    if status == httpx.codes.TOO_MANY_REQUESTS:
        return good(service.name, "answers, if only that it is busy just now (429)")
    if status >= httpx.codes.INTERNAL_SERVER_ERROR:
        return bad(service.name, f"the service at {setting} is out of order (status {status}): ask its keepers")
    if not response.is_success or not _is_object(response):
        words = f"what answers at {setting} is not this service (status {status}): mend the address"
        return bad(service.name, words)
    return good(service.name, f"{setting} answers")


def _is_object(response: httpx.Response) -> bool:
    try:
        return isinstance(response.json(), dict)
    except ValueError:
        return False
