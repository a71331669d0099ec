"""What can be asked for by name: each does what it says, and nonsense gets a sentence."""

import asyncio
from typing import Any

import pytest
from slack_sdk.web.async_client import AsyncWebClient

from bot.demo.unkind.calls import Hang
from bot.demo.unkind.control import Control
from bot.demo.unkind.handles import Unkind
from bot.demo.world import World


@pytest.fixture
def control(unkind: Unkind) -> Control:
    return Control(unkind)


CALLS = ("500", "html", "drop", "refused", "rate_limited", "slow", "hang", "stream_ended")
ENVELOPES = ("doubled", "held", "delayed", "ack_lost")
MODEL = ("429", "500", "503", "stall", "cut", "empty", "broken_arguments", "slow")
SERVICE = ("429", "500", "503", "stall", "drop", "broken_body")


@pytest.mark.parametrize(
    ("asked", "scripted"),
    [
        *(({"fault": "calls", "how": how}, "call.") for how in CALLS),
        (
            {"fault": "calls", "how": "500", "after_effect": True, "method": "chat.*", "times": None},
            "call.500_after",
        ),
        (
            {"fault": "calls", "how": "refused", "error": "message_not_found"},
            "call.message_not_found for *: 1 more",
        ),
        *(({"fault": "envelopes", "how": how}, f"envelope.{how} for events_api") for how in ENVELOPES),
        ({"fault": "envelopes", "how": "ack_lost", "type": "interactive"}, "envelope.ack_lost for interactive"),
        *(({"fault": "model", "how": how, "model": "one"}, f"model.{how} for one: 1 more") for how in MODEL),
        *(({"fault": "service", "how": how, "method": "GET"}, f"employees.{how} for GET *") for how in SERVICE),
        ({"fault": "service", "service": "weather", "how": "drop", "after_effect": True}, "weather.drop_after"),
        ({"fault": "model", "how": "500", "rate": 0.5, "times": None}, "until calm, with a probability of 0.5"),
        ({"fault": "limits", "scale": 0.5}, "call.limited: tiers are kept, a minute lasts 30 s"),
        ({"fault": "streams", "seconds": 7}, "streams end after 7 s"),
        ({"fault": "disconnect", "reason": "link_disabled"}, "socket.link_disabled"),
        ({"fault": "gap", "times": 3}, "call.500 for apps.connections.open: 3 more"),
        ({"fault": "gap", "how": "hang"}, "call.hang for apps.connections.open: 2 more"),
    ],
)
async def test_what_is_asked_for_is_to_happen_until_calm(control: Control, asked: Any, scripted: str) -> None:
    await control.ask(asked)
    [line] = control.state()["scripted"]
    assert scripted in line
    await control.ask({"fault": "calm"})
    assert control.state()["scripted"] == []


async def test_chance_is_switched_on_and_off(control: Control, world: World) -> None:
    await control.ask({"fault": "random", "seed": 4, "rate": 1, "without": ["call.*"]})
    assert control.state()["random"] == {"seed": 4, "rate": 1.0}
    world.sockets.send_event({})
    assert control.state()["injected"] != {}
    await control.ask({"fault": "calm"})
    assert control.state()["random"] is None


async def test_limits_are_switched_off_by_themselves(control: Control) -> None:
    await control.ask({"fault": "limits"})
    await control.ask({"fault": "limits", "on": False})
    assert control.state()["scripted"] == []


@pytest.mark.parametrize(
    "asked", [{"fault": "drop"}, {"fault": "half_open"}, {"fault": "disconnect", "sockets": 1}]
)
async def test_without_a_socket_none_is_broken(control: Control, asked: Any) -> None:
    await control.ask(asked)
    assert control.state()["injected"] == {}


async def test_release_lets_go_and_keeps_what_is_scripted(control: Control, world: World) -> None:
    await control.ask({"fault": "calls", "how": "hang"})
    await control.ask({"fault": "calls", "how": "500", "times": 3})
    client = AsyncWebClient(world.slack.bot_token, base_url=world.slack_api_url)
    hang = world.unkind.calls.scripted[0].fault
    assert isinstance(hang, Hang)
    task = asyncio.create_task(client.auth_test())
    await hang.arrived.wait()
    await control.ask({"fault": "release"})
    assert (await task)["ok"] is True
    assert control.state()["scripted"] == ["call.500 for *: 3 more"]


NONSENSE: list[Any] = [None, 3, [], {}, "drop"]


@pytest.mark.parametrize(
    ("asked", "sentence"),
    [
        *((nonsense, 'Send an object with "fault", one of: calm, release') for nonsense in NONSENSE),
        ({"fault": "earthquake"}, 'Send an object with "fault", one of: calm'),
        ({"fault": "calls"}, "calls.how: Field required."),
        ({"fault": "calls", "how": "shout"}, "calls.how: Input should be '500'"),
        ({"fault": "calls", "how": "500", "times": 0}, "calls.times: "),
        ({"fault": "calls", "how": "500", "rate": float("nan")}, "calls.rate: "),
        ({"fault": "calls", "how": "500", "often": 2}, "calls.often: Extra inputs are not permitted."),
        ({"fault": "streams", "seconds": float("inf")}, "streams.seconds: "),
        ({"fault": "half_open", "sockets": -1}, "half_open.sockets: "),
        ({"fault": "random", "rate": 2}, "random.rate: "),
    ],
)
async def test_nonsense_gets_a_sentence_and_changes_nothing(control: Control, asked: Any, sentence: str) -> None:
    with pytest.raises(ValueError, match=r"\.$") as caught:
        await control.ask(asked)
    assert str(caught.value).startswith(sentence)
    state = control.state()
    assert (state["scripted"], state["random"], state["injected"]) == ([], None, {})


def test_the_state_names_every_fault_with_its_parameters(control: Control) -> None:
    faults = control.state()["faults"]
    assert set(faults) == {
        *("calm", "release", "random", "limits", "calls", "streams", "envelopes"),
        *("disconnect", "drop", "half_open", "gap", "model", "service"),
    }
    assert set(faults["gap"]["properties"]) == {"fault", "times", "how"}
    assert all(schema["description"].endswith(".") for schema in faults.values())
