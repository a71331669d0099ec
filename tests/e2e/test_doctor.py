"""`nod doctor` against the demo world: all is well, and then whatever is wrong has its line with the mend."""

import sqlite3
import time
from collections.abc import Callable, Mapping
from contextlib import closing
from email.utils import formatdate
from pathlib import Path

import pytest
from aiohttp import web

from bot.demo.services.faults import Drop, Status
from bot.demo.serving import serve
from bot.demo.workspace.slack import Fault
from bot.doctor.slack import AGENT_WORDS, SCOPES_NEEDED
from tests.e2e.office import Office
from tests.e2e.test_dialogs import changes

pytestmark = pytest.mark.slow

LINES = [
    *(
        "settings",
        "functions",
        "rules",
        "running",
        "bot token",
        "scopes",
        "agent view",
        "clock",
        "app token",
        "socket",
    ),
    *("model", "function call", "employees", "weather", "places", "database", "disk", "versions"),
]


Wrong = Mapping[str, tuple[Callable[[Office], None] | None, str]]
"""By the line that tells of it: what brings it about, None if another line's does, and the words of the mend."""


class Report:
    """What the doctor said: marks and words by the names of its lines."""

    def __init__(self, status: int, said: str) -> None:
        self.status = status
        self.text = said
        self.lines: dict[str, tuple[str, str]] = {}
        for line in said.splitlines():
            mark, name, words = (line[0], *line[2:].split("  ", 1))
            assert name.strip() not in self.lines or name.strip() == "model", said
            self.lines[name.strip()] = (mark, words.strip())

    def marked(self, mark: str) -> list[str]:
        return [name for name, (own, _) in self.lines.items() if own == mark]

    def words(self, name: str) -> str:
        return self.lines[name][1]


async def doctor(office: Office) -> Report:
    return Report(*await office.nod("doctor"))


def quiet(office: Office) -> None:
    """Nothing was posted, and nothing was changed."""
    assert not [
        call.method for call in office.world.slack.calls if call.method.startswith(("chat.", "reactions."))
    ]
    assert changes(office) == []


async def test_all_is_well_before_the_first_start(empty_office: Office) -> None:
    report = await doctor(empty_office)
    assert report.status == 0, report.text
    assert list(report.lines) == LINES
    assert report.marked("✗") == []
    assert report.marked("–") == ["running", "agent view", "database"]
    assert report.words("agent view") == AGENT_WORDS
    assert "greeted by Slack" in report.words("socket")
    assert f"all {len(SCOPES_NEEDED)} of manifest.yml" in report.words("scopes")
    assert "Chat Completions" in report.words("model")
    assert "calls get_weather" in report.words("function call")
    assert not list(empty_office.folder.glob("nod.db*"))
    await empty_office.world.sockets.wait_disconnected()
    quiet(empty_office)


async def test_all_is_well_while_nod_runs_and_nod_does_not_notice(office: Office) -> None:
    thread = await office.ask("lee", "general", "@Nod delete employee 5")
    card = await thread.card()
    await thread.answer()
    before = len(office.world.slack.calls)
    report = await doctor(office)
    assert report.status == 0, report.text
    assert report.marked("–") == ["agent view"]
    assert "a healthy Nod works here" in report.words("running")
    assert "its schema is up to date" in report.words("database")
    asked = [call.method for call in list(office.world.slack.calls)[before:]]
    assert [method for method in asked if method.startswith("chat.")] == []
    assert "none is opened here" in report.words("socket")
    assert await thread.click("lee", card, "action_confirm")
    await thread.settled(card, "Done.")
    assert len(changes(office)) == 1


async def test_a_database_at_rest_stays_as_it_is(office: Office) -> None:
    await (await office.ask("lee", "general", "@Nod what is the average age?")).answer()
    await office.stop()
    before = {path.name: path.read_bytes() for path in office.folder.glob("nod.db*")}
    report = await doctor(office)
    assert report.status == 0, report.text
    assert report.marked("–") == ["running", "agent view"]
    assert {path.name: path.read_bytes() for path in office.folder.glob("nod.db*")} == before


async def test_the_responses_api_is_checked_through_its_own_adapter(empty_office: Office) -> None:
    empty_office.settings |= {"NOD_MODEL_API": "responses", "NOD_MODEL_FALLBACKS": "nod-stand-in-reasoning"}
    status, said = await empty_office.nod("doctor")
    assert status == 0, said
    assert [line.split("  ")[-1].strip() for line in said.splitlines() if line.startswith("✓ model ")] == [
        "gpt-5.4-mini answers (Responses API)",
        "nod-stand-in-reasoning answers (Responses API)",
    ]
    forced = [request.get("tool_choice") for request in empty_office.world.script.requests]
    assert sorted(forced, key=str) == [None, None, "required"]
    quiet(empty_office)


def lose_a_scope(office: Office) -> None:
    office.world.slack.scopes -= {"users:read", "commands"}


def revoke(office: Office) -> None:
    office.world.slack.auth_error = "token_revoked"


def switch_socket_mode_off(office: Office) -> None:
    office.world.sockets.link_disabled = True


def ask_less(office: Office) -> None:
    office.world.slack.answer_next("apps.connections.open", Fault("ratelimited", retry_after=30))


def refuse_the_model(office: Office) -> None:
    for _ in range(2):
        office.world.script.error(401, "sk-upstream-says-this", code="invalid_api_key")


def busy_model(office: Office) -> None:
    for _ in range(2):
        office.world.script.error(503, "the upstream's own words")


def no_call(office: Office) -> None:
    for _ in range(2):
        office.world.script.text("It is sunny.")


def employees_down(office: Office) -> None:
    office.world.employees_faults.add(Status(503, body='{"message": "the upstream\'s own words"}'))


def employees_gone(office: Office) -> None:
    office.world.employees_faults.add(Drop())


def weather_elsewhere(office: Office) -> None:
    office.world.weather_faults.add(Status(404), path="/v1/forecast")


def places_elsewhere(office: Office) -> None:
    office.world.weather_faults.add(Status(200, body="<html>the upstream's own words</html>"), path="/v1/search")


def broken_rules(office: Office) -> None:
    office.rule("[functions.no_such_function]\nconfirm_by = []\n")


def wrong_token(office: Office) -> None:
    office.settings["SLACK_BOT_TOKEN"] = "xoxb-wrong-one"


def wrong_app_token(office: Office) -> None:
    office.settings["SLACK_APP_TOKEN"] = "xapp-wrong-one"


def nobody_at_slack(office: Office) -> None:
    office.settings["SLACK_API_URL"] = "http://127.0.0.1:9/api/"


def nobody_at_the_model(office: Office) -> None:
    office.settings["OPENAI_BASE_URL"] = "http://127.0.0.1:9/v1"


def database_of_text(office: Office) -> None:
    (office.folder / "nod.db").write_text("dear diary, " * 1_000)


def database_of_another(office: Office) -> None:
    with closing(sqlite3.connect(office.folder / "nod.db")) as other:
        other.execute("CREATE TABLE cats (name)")
        other.commit()


def database_nowhere(office: Office) -> None:
    office.settings["NOD_DATABASE"] = str(office.folder / "missing" / "nod.db")


@pytest.mark.parametrize(
    "wrong",
    [
        {
            "scopes": (lose_a_scope, "commands, users:read are missing: add what manifest.yml names"),
            "rules": (broken_rules, "no_such_function"),
            "model": (refuse_the_model, "OPENAI_API_KEY; write a valid one (status 401"),
            "function call": (None, "OPENAI_API_KEY; write a valid one (status 401"),
            "employees": (employees_down, "EMPLOYEES_API_URL is out of order (status 503): ask its keepers"),
            "weather": (weather_elsewhere, "WEATHER_API_URL is not this service (status 404): mend the address"),
            "places": (places_elsewhere, "GEOCODING_API_URL is not this service (status 200): mend the address"),
            "database": (database_of_text, "is not a SQLite database: name another file"),
        },
        {
            "bot token": (wrong_token, "SLACK_BOT_TOKEN is not valid: copy it again"),
            "app token": (wrong_app_token, "SLACK_APP_TOKEN is not valid: copy it again"),
            "model": (busy_model, "The model is busy or out of order (status 503"),
            "function call": (None, "The model is busy or out of order (status 503"),
            "employees": (employees_gone, "EMPLOYEES_API_URL cannot be reached: look at the address"),
            "database": (database_of_another, "is another program's database: name another file"),
        },
        {
            "bot token": (revoke, "SLACK_BOT_TOKEN was revoked: install the app again"),
            "app token": (None, "SLACK_APP_TOKEN was revoked: install the app again"),
            "function call": (no_call, "choose a model that can (NOD_MODEL)"),
            "database": (database_nowhere, "NOD_DATABASE does not exist: make it"),
        },
        {
            "app token": (switch_socket_mode_off, "Socket Mode is switched off: switch it on"),
            "model": (nobody_at_the_model, "no connection to the server of OPENAI_BASE_URL"),
            "function call": (None, "no connection to the server of OPENAI_BASE_URL"),
        },
        {
            "bot token": (nobody_at_slack, "SLACK_API_URL cannot be reached"),
            "app token": (None, "SLACK_API_URL cannot be reached"),
        },
        {"app token": (ask_less, "try again in a minute")},
    ],
    ids=["words", "refusals", "revoked", "switched-off", "no-slack", "limited"],
)
async def test_what_is_wrong_has_its_line_with_the_mend(empty_office: Office, wrong: Wrong) -> None:
    for harm, _ in wrong.values():
        if harm is not None:
            harm(empty_office)
    report = await doctor(empty_office)
    assert report.status == 1, report.text
    assert sorted(report.marked("✗")) == sorted(wrong), report.text
    assert [name for name, (_, mend) in wrong.items() if mend not in report.words(name)] == [], report.text
    for secret in ("upstream", "xoxb-w", "xapp-w", "sk-", "Traceback", "ticket="):
        assert secret not in report.text
    quiet(empty_office)


async def test_a_setting_that_is_missing_leaves_the_others_to_be_tried(empty_office: Office) -> None:
    empty_office.settings["SLACK_BOT_TOKEN"] = ""
    report = await doctor(empty_office)
    assert report.status == 1
    assert report.marked("✗") == ["settings"]
    assert "SLACK_BOT_TOKEN is not set" in report.words("settings")
    assert "tried once the settings are right" in report.words("the rest")
    assert report.lines["disk"][0] == "✓"


async def test_a_damaged_database_is_told(office: Office) -> None:
    await (await office.ask("lee", "general", "@Nod what is the average age?")).answer()
    await office.stop()
    path = office.folder / "nod.db"
    damage(path)
    before = path.read_bytes()
    report = await doctor(office)
    assert report.marked("✗") == ["database"]
    assert "damaged" in report.words("database")
    assert "restore a backup" in report.words("database")
    assert path.read_bytes() == before


def damage(path: Path) -> None:
    """Overwrite the root page of the items, of which the schema knows nothing."""
    with closing(sqlite3.connect(path)) as db:
        (page,) = db.execute("SELECT rootpage FROM sqlite_master WHERE name = 'items'").fetchone()
        (size,) = db.execute("PRAGMA page_size").fetchone()
    with path.open("r+b") as file:
        file.seek((page - 1) * size)
        file.write(b"\xa5" * size)


@pytest.mark.parametrize(
    ("seconds", "mark", "words"), [(-300, "✗", "fast of Slack's"), (300, "✗", "slow of Slack's")]
)
async def test_a_clock_that_is_off_is_told(empty_office: Office, seconds: int, mark: str, words: str) -> None:
    async with serve(slack_at_another_time(empty_office, seconds)) as origin:
        empty_office.settings["SLACK_API_URL"] = f"{origin}/api/"
        report = await doctor(empty_office)
    assert report.lines["clock"][0] == mark
    assert words in report.words("clock")
    assert "NTP" in report.words("clock")


def slack_at_another_time(office: Office, seconds: int) -> web.Application:
    """A Slack that refuses the token, at another time than this machine's."""

    async def answer(_: web.Request) -> web.Response:
        headers = {"Date": formatdate(time.time() + seconds, usegmt=True)}
        return web.json_response({"ok": False, "error": "invalid_auth"}, headers=headers)

    app = web.Application()
    app.router.add_route("*", "/api/{method}", answer)
    return app
