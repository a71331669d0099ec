"""What who watches Nod sees of the real process: its log, /healthz, /metrics, /status and `nod status`."""

import json
import re
import socket
from typing import Any

import aiohttp
import pytest

from bot.monitor import place
from tests.e2e.office import Office

pytestmark = pytest.mark.slow

WORDS = "@Nod what is the average age? The password of the pond is heron"


async def get(office: Office, path: str) -> tuple[int, str]:
    found = place.read(office.folder / "nod.db")
    assert found is not None
    async with aiohttp.ClientSession() as session, session.get(f"{found.address}{path}") as response:
        return response.status, await response.text()


def logged(office: Office) -> list[dict[str, Any]]:
    """Read the log, of which every line has to be a JSON object."""
    return [json.loads(line) for line in office.log.splitlines()]


async def test_a_turn_is_counted_and_measured(empty_office: Office) -> None:
    office = empty_office
    office.settings["NOD_MODEL_API"] = "responses"  # which always counts its tokens
    await office.start()
    await office.world.sockets.wait_connected(2)
    assert "42.13" in await (await office.ask("lee", "general", WORDS)).answer()
    await settled(office)
    status, text = await get(office, "/metrics")
    seen = dict(line.rsplit(" ", 1) for line in text.splitlines() if not line.startswith("#"))
    assert status == 200
    assert seen['nod_turns_total{state="answered"}'] == "1.0"
    assert seen["nod_turn_seconds_count"] == "1.0"
    assert seen["nod_first_word_seconds_count"] == "1.0"
    assert 0 < float(seen["nod_first_word_seconds_sum"]) <= float(seen["nod_turn_seconds_sum"])
    assert float(seen['nod_tokens_total{kind="input"}']) > 0
    assert seen['nod_model_requests_total{model="gpt-5.4-mini",outcome="answered"}'] == "2.0"
    assert seen["nod_sockets_connected"] == "2.0"
    assert seen['nod_inbox_entries{state="waiting"}'] == "0.0"
    assert seen["nod_healthy"] == "1.0"
    assert "heron" not in text
    assert not re.search(r"[UCD]0[A-Z0-9]{6,}", text)


async def test_an_action_that_waits_is_a_gauge(office: Office) -> None:
    await (await office.ask("lee", "general", "@Nod delete employee 5")).card()
    assert 'nod_actions{state="pending"} 1.0' in (await get(office, "/metrics"))[1]


async def test_nod_status_says_how_it_is_and_what_is_not(office: Office) -> None:
    await office.world.sockets.wait_connected(2)
    status, said = await office.nod("status")
    assert status == 0, said
    assert said.startswith("✓ Nod is healthy")
    assert "2 of 2 open" in said
    status, said = await office.nod("status", "--json")
    assert (status, json.loads(said)["status"]) == (0, "ok")
    await office.kill()
    status, said = await office.nod("status")
    assert (status, "Start one with `nod run`" in said) == (1, True)
    await office.start()
    assert (await office.nod("status"))[0] == 0
    assert await office.stop() == 0
    status, said = await office.nod("status")
    assert (status, "Start one with `nod run`" in said) == (1, True)
    assert place.read(office.folder / "nod.db") is None


async def test_a_port_that_is_taken_is_told_and_nod_runs_on(empty_office: Office) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        empty_office.settings["NOD_MONITOR"] = f"127.0.0.1:{other.getsockname()[1]}"
        await empty_office.start()
        assert "42.13" in await (await empty_office.ask("lee", "general", WORDS)).answer()
        status, said = await empty_office.nod("status")
    assert "is taken by another program" in empty_office.log
    assert status == 2
    assert "is taken by another program" in said


async def test_the_log_is_json_with_ids_and_without_words(empty_office: Office) -> None:
    empty_office.settings["NOD_LOG_FORMAT"] = "json"
    empty_office.world.script.error(401, "Incorrect API key provided: heron.", code="invalid_api_key")
    await empty_office.start()
    await (await empty_office.ask("lee", "general", WORDS)).answer()
    assert await empty_office.stop() == 0
    lines = logged(empty_office)
    (refused,) = [line for line in lines if "OPENAI_API_KEY" in line["message"]]
    assert (refused["level"], refused["conversation"], refused["turn"]) == ("WARNING", 1, 1)
    assert not {"conversation", "turn"} & lines[0].keys()
    assert "heron" not in empty_office.log


async def settled(office: Office) -> None:
    """Wait until the turn whose answer stands in Slack is written down as ended."""
    while json.loads((await get(office, "/status"))[1])["turns"]["ages"]:
        pass
