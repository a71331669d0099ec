"""Single checks of `nod doctor`; tests/e2e/test_doctor.py runs all of them in the demo world."""

import asyncio
import sqlite3
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from email.utils import format_datetime
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from aiohttp import web

from bot.demo.model import server as model_server
from bot.demo.model.script import Script
from bot.demo.serving import serve
from bot.doctor import database, house, slack
from bot.doctor.finding import Finding, Mark, bad, defect, good, unseen, within, written
from bot.doctor.model import check_answer, check_call
from bot.doctor.services import check_service, services
from bot.monitor.place import Place, write
from bot.settings import Settings
from functions.registry import discover
from storage.sqlite import open_storage
from storage.sqlite.alone import alone
from tests.test_documents import manifest_list

NOW = datetime(2026, 7, 4, 12, tzinfo=UTC)


@pytest.fixture
def settings(monkeypatch: pytest.MonkeyPatch) -> Settings:
    monkeypatch.setenv("SLACK_BOT_TOKEN", "xoxb-1")
    monkeypatch.setenv("SLACK_APP_TOKEN", "xapp-1")
    monkeypatch.setenv("OPENAI_API_KEY", "sk-1")
    return Settings()


def marks(findings: Sequence[Finding]) -> dict[str, Mark]:
    return {finding.name: finding.mark for finding in findings}


# findings


async def test_a_check_that_hangs_is_told_with_what_to_look_at() -> None:
    async def hang() -> list[Finding]:
        await asyncio.Event().wait()
        return []

    (found,) = await within(0.001, "socket", "look at the network", hang())
    assert found == bad("socket", "no answer within 0.001 s: look at the network")


def test_a_report_has_a_line_each_and_steers_no_terminal() -> None:
    evil = good("bot token", "in the workspace \x1b[2J\nx")
    assert written([evil, bad("ab", "c"), unseen("d", "e")]).split("\n") == [
        "✓ bot token  in the workspace  [2J x",
        "✗ ab         c",
        "– d          e",
    ]


def test_a_check_that_broke_says_no_more_than_its_kind() -> None:
    assert "xoxb-1" not in defect("socket", KeyError("xoxb-1")).words
    assert "KeyError" in defect("socket", KeyError("xoxb-1")).words


# Slack


def test_the_scopes_are_those_of_the_manifest() -> None:
    assert list(slack.SCOPES_NEEDED) == sorted(manifest_list("bot"))


def test_more_scopes_than_needed_are_fine() -> None:
    granted = ", ".join((*slack.SCOPES_NEEDED, "team:read"))
    assert marks(slack.scopes({"x-oauth-scopes": granted})) == {"scopes": Mark.GOOD, "agent view": Mark.OPEN}


def test_scopes_that_slack_does_not_name_are_not_called_missing() -> None:
    assert marks(slack.scopes({}))["scopes"] is Mark.OPEN


@pytest.mark.parametrize(
    ("off", "mark"), [(0, Mark.GOOD), (-59, Mark.GOOD), (60, Mark.GOOD), (61, Mark.BAD), (-61, Mark.BAD)]
)
def test_a_clock_may_be_off_by_a_minute(off: int, mark: Mark) -> None:
    headers = {"date": format_datetime(NOW, usegmt=True)}
    assert slack.clock(headers, NOW.timestamp() + off).mark is mark


@pytest.mark.parametrize("date", ["", "yesterday"])
def test_a_time_that_was_not_told_is_not_judged(date: str) -> None:
    assert slack.clock({"date": date}, NOW.timestamp()).mark is Mark.OPEN


@pytest.mark.parametrize(
    ("frame", "mark", "words"),
    [
        ({"type": "hello", "num_connections": 1}, Mark.GOOD, "greeted by Slack, and closed again"),
        ({"type": "hello", "num_connections": 3}, Mark.GOOD, "2 more open elsewhere"),
        ({"type": "disconnect", "reason": "too_many_websockets"}, Mark.BAD, "lower NOD_SOCKETS"),
        ({"type": "disconnect", "reason": "link_disabled"}, Mark.BAD, "switch it on"),
        ({"type": "disconnect", "reason": "warning"}, Mark.BAD, "said no hello"),
        (["nonsense"], Mark.BAD, "said no hello"),
        (None, Mark.BAD, "said no hello"),
    ],
)
async def test_a_socket_is_opened_greeted_and_closed(
    settings: Settings, frame: Any, mark: Mark, words: str
) -> None:
    closed: list[int | None] = []

    async def link(request: web.Request) -> web.WebSocketResponse:
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        if frame is not None:
            await socket.send_json(frame)
            await socket.receive()
        closed.append(socket.close_code)
        return socket

    async def opened(request: web.Request) -> web.Response:
        address = str(request.url.with_scheme("ws").with_path("/link").with_query(ticket="t"))
        return web.json_response({"ok": True, "url": address})

    app = web.Application()
    app.router.add_post("/api/apps.connections.open", opened)
    app.router.add_get("/link", link)
    async with serve(app) as origin, aiohttp.ClientSession() as session:
        here = settings.model_copy(update={"slack_api_url": f"{origin}/api/"})
        token, socket = await slack.check_app(here, session, None)
        assert token.mark is Mark.GOOD
        assert (socket.mark, words in socket.words) == (mark, True), socket
        skipped = (await slack.check_app(here, session, "the running Nod has 2 of 2 open"))[1]
    assert skipped.words.startswith("the running Nod has 2 of 2 open; none is opened here")
    assert closed == [1000 if frame is not None else None]


@pytest.mark.parametrize("body", ["<html>a proxy's login</html>", "[]", '"text"', ""])
async def test_what_answers_and_is_not_slack_is_told(settings: Settings, body: str) -> None:
    async def answer(_: web.Request) -> web.Response:
        return web.Response(text=body, content_type="application/json")

    app = web.Application()
    app.router.add_route("*", "/api/{method}", answer)
    async with serve(app) as origin, aiohttp.ClientSession() as session:
        here = settings.model_copy(update={"slack_api_url": f"{origin}/api/"})
        found = [*await slack.check_bot(here, session), *await slack.check_app(here, session, None)]
    words = {each.name: each.words for each in found if each.mark is Mark.BAD}
    assert set(words) == {"bot token", "app token"}
    assert all("is not Slack" in each for each in words.values()), words


# the model


async def asked(settings: Settings, script: Script, api: str) -> Finding:
    async with serve(model_server.make_app(script=script, delta_delay=0)) as origin:
        here = settings.model_copy(update={"openai_base_url": f"{origin}/v1", "model_api": api})
        return (await check_call(here, discover()))[0]


@pytest.mark.parametrize("api", ["chat", "responses"])
async def test_a_server_that_takes_no_tool_choice_is_asked_without(settings: Settings, api: str) -> None:
    script = Script()
    script.error(400, "unknown field tool_choice")
    found = await asked(settings, script, api)
    assert found.mark is Mark.GOOD, found
    assert "takes no tool_choice" in found.words
    assert [request.get("tool_choice") for request in script.requests] == ["required", None]


@pytest.mark.parametrize("api", ["chat", "responses"])
async def test_a_function_that_does_not_exist_is_no_call(settings: Settings, api: str) -> None:
    script = Script()
    script.calls(("launch_rocket", {}))
    found = await asked(settings, script, api)
    assert found.mark is Mark.BAD
    assert "choose a model that can" in found.words


async def test_without_functions_no_call_is_asked_for(settings: Settings) -> None:
    assert marks(await check_call(settings, {})) == {"function call": Mark.OPEN}


async def test_settings_that_cannot_work_are_told_without_asking(settings: Settings) -> None:
    here = settings.model_copy(update={"openai_base_url": "http://"})
    (found,) = await check_answer(here, "gpt")
    assert found.mark is Mark.BAD
    assert "OPENAI_BASE_URL is not an address" in found.words


# the services


async def test_a_service_that_no_function_asks_is_not_tried(settings: Settings) -> None:
    functions = {name: each for name, each in discover().items() if name == "get_weather"}
    employees = next(each for each in services(settings) if each.name == "employees")
    assert marks(await check_service(employees, functions)) == {"employees": Mark.OPEN}


async def test_a_service_that_is_busy_is_there(settings: Settings) -> None:
    async def busy(_: web.Request) -> web.Response:
        return web.Response(status=429)

    app = web.Application()
    app.router.add_get("/employees", busy)
    async with serve(app) as origin:
        here = settings.model_copy(update={"employees_api_url": origin})
        (found,) = await check_service(services(here)[0], discover())
    assert found.mark is Mark.GOOD
    assert "busy" in found.words


# the database and the house


async def look(path: Path) -> Mapping[str, Finding]:
    return {each.name: each for each in await database.check_database(path)}


async def test_a_sound_database_is_looked_at_while_another_writes(tmp_path: Path) -> None:
    path = tmp_path / "nod 100%?#.db"
    storage = await open_storage(path)
    try:
        with sqlite3.connect(path) as writing:
            writing.execute("BEGIN IMMEDIATE")
            found = await look(path)
            writing.rollback()
        writing.close()
    finally:
        await storage.close()
    assert found["database"].mark is Mark.GOOD, found
    assert "whole, its schema is up to date" in found["database"].words


async def test_an_older_schema_is_no_fault_and_a_newer_one_is(tmp_path: Path) -> None:
    path = tmp_path / "nod.db"
    await (await open_storage(path)).close()
    with sqlite3.connect(path) as older:
        older.execute("DELETE FROM _sqlite_migrations WHERE id = (SELECT max(id) FROM _sqlite_migrations)")
    older.close()
    found = (await look(path))["database"]
    assert found.mark is Mark.GOOD
    assert "1 steps behind" in found.words
    with sqlite3.connect(path) as newer:
        newer.execute("UPDATE _sqlite_migrations SET name = 'm999_future' WHERE id = 1")
    newer.close()
    found = (await look(path))["database"]
    assert found.mark is Mark.BAD
    assert "newer Nod" in found.words


async def test_a_database_too_big_for_here_is_left_to_the_long_check(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "nod.db"
    await (await open_storage(path)).close()
    monkeypatch.setattr(database, "_is_whole", lambda _: None)
    found = (await look(path))["database"]
    assert found.mark is Mark.GOOD
    assert "`nod db check`" in found.words


async def test_a_disk_that_is_nearly_full_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(database, "LEAST_FREE", 2**63)
    found = (await look(tmp_path / "nod.db"))["disk"]
    assert found.mark is Mark.BAD
    assert "make room" in found.words


def test_rules_are_held_against_the_functions(settings: Settings) -> None:
    assert house.check_rules(settings, discover()).mark is Mark.GOOD
    Path("nod.toml").write_text("[functions.create_employee]\nnot_requester = 3\n")
    found = house.check_rules(settings, discover())
    assert found.mark is Mark.BAD
    assert "nod.toml" in found.words


def test_a_nod_that_cannot_be_asked_counts_as_running(tmp_path: Path) -> None:
    path = tmp_path / "nod.db"
    path.touch()
    write(path, Place(123, why="NOD_MONITOR is off"))
    with alone(path):
        found, sockets = house.check_running(path)
    assert found.mark is Mark.OPEN
    assert "NOD_MONITOR is off" in found.words
    assert sockets is not None
    assert house.check_running(path)[1] is None
