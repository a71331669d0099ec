"""Each fault of a Web API call, met by slack_sdk's own client, and what became of the effect."""

import asyncio

import aiohttp
import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.demo.unkind.calls import Broken, CallFault, Dropped, Hang, Refused, Slow, StreamEnded
from bot.demo.workspace.people import People
from bot.demo.workspace.slack import Slack
from bot.demo.workspace.state import Workspace


@pytest.fixture
async def bare(slack: Slack) -> AsyncWebClient:
    """Return a client that never repeats a call by itself."""
    return AsyncWebClient(slack.bot_token, base_url=f"{slack.origin}/api/", retry_handlers=[])


def said(workspace: Workspace) -> list[str]:
    return [message.text for message in workspace.messages(workspace.channel("general").id)]


@pytest.mark.parametrize(
    ("fault", "status"),
    [
        (Broken(), 500),
        (Broken(after_effect=True), 500),
        (Broken(503, html=True), 503),
        (Broken(502, after_effect=True, html=True), 502),
    ],
)
async def test_a_broken_answer_has_its_effect_or_not(
    slack: Slack, workspace: Workspace, bare: AsyncWebClient, fault: Broken, status: int
) -> None:
    slack.answer_next("chat.postMessage", fault)
    with pytest.raises(SlackApiError) as caught:
        await bare.chat_postMessage(channel="general", text="hello")
    assert caught.value.response.status_code == status
    if fault.html:
        assert caught.value.response.headers["Content-Type"].startswith("text/html")
    else:
        assert caught.value.response["error"] == "internal_error"
    assert said(workspace) == (["hello"] if fault.after_effect else [])
    await bare.chat_postMessage(channel="general", text="again")
    assert said(workspace)[-1] == "again"


@pytest.mark.parametrize("after_effect", [False, True])
async def test_a_connection_is_cut_before_or_after_the_effect(
    slack: Slack, workspace: Workspace, bare: AsyncWebClient, after_effect: bool
) -> None:
    slack.answer_next("chat.postMessage", Dropped(after_effect))
    with pytest.raises(aiohttp.ClientConnectionError):
        await bare.chat_postMessage(channel="general", text="hello")
    assert said(workspace) == (["hello"] if after_effect else [])


@pytest.mark.parametrize("after_effect", [False, True])
async def test_a_call_hangs_until_it_is_released(
    slack: Slack, workspace: Workspace, bare: AsyncWebClient, after_effect: bool
) -> None:
    hang = Hang(after_effect)
    slack.answer_next("chat.postMessage", hang)
    posting = asyncio.create_task(bare.chat_postMessage(channel="general", text="hello"))
    await hang.arrived.wait()
    if after_effect:
        await workspace.wait_for(said)
    assert said(workspace) == (["hello"] if after_effect else [])
    slack.faults.release()
    assert (await posting)["ok"] is True
    assert said(workspace) == ["hello"]


@pytest.mark.parametrize("after_effect", [False, True])
async def test_whoever_gives_up_on_a_slow_call_does_not_undo_it(
    slack: Slack, workspace: Workspace, after_effect: bool
) -> None:
    hasty = AsyncWebClient(slack.bot_token, base_url=f"{slack.origin}/api/", timeout=0.05, retry_handlers=[])  # type: ignore[arg-type]
    slack.answer_next("chat.postMessage", Slow(0.2, after_effect))
    with pytest.raises(TimeoutError):
        await hasty.chat_postMessage(channel="general", text="hello")
    assert await workspace.wait_for(said) == ["hello"]


async def test_a_stream_is_over_before_it_is_written_to(
    slack: Slack, workspace: Workspace, people: People, bare: AsyncWebClient
) -> None:
    asked = await people.say("kim", "general", "@Nod?")
    started = await bare.chat_startStream(
        channel=asked.channel,
        thread_ts=asked.ts,
        recipient_team_id=workspace.team_id,
        recipient_user_id=asked.user,
        markdown_text="half",
    )
    slack.faults.add(StreamEnded())
    await bare.auth_test()  # no stream: the fault waits
    with pytest.raises(SlackApiError, match="message_not_in_streaming_state"):
        await bare.chat_appendStream(channel=asked.channel, ts=started["ts"], markdown_text="more")
    message = workspace.message(asked.channel, started["ts"])
    assert message is not None
    assert (message.streaming, message.text) == (False, "half")
    assert slack.faults.counts == {"call.stream_ended": 1}


@pytest.mark.parametrize(
    "error",
    ["streaming_state_conflict", "message_not_found", "channel_not_found", "internal_error", "fatal_error"],
)
async def test_a_call_is_refused_with_any_error(
    slack: Slack, workspace: Workspace, bare: AsyncWebClient, error: str
) -> None:
    slack.answer_next("chat.postMessage", Refused(error))
    with pytest.raises(SlackApiError, match=error) as caught:
        await bare.chat_postMessage(channel="general", text="hello")
    assert caught.value.response.status_code == 200
    assert said(workspace) == []


async def test_a_fault_meets_so_many_calls_of_what_it_matches(slack: Slack, bare: AsyncWebClient) -> None:
    slack.faults.add(Broken(), match="chat.*", times=2)
    await bare.auth_test()
    for _ in range(2):
        with pytest.raises(SlackApiError):
            await bare.chat_postMessage(channel="general", text="hello")
    await bare.chat_postMessage(channel="general", text="hello")
    assert slack.faults.counts == {"call.500": 2}


async def test_limits_answer_429_with_a_whole_number_of_seconds(
    slack: Slack, workspace: Workspace, bare: AsyncWebClient
) -> None:
    slack.limits.on()
    for _ in range(3):
        await bare.chat_postMessage(channel="general", text="hello")
    with pytest.raises(SlackApiError, match="ratelimited") as caught:
        await bare.chat_postMessage(channel="general", text="hello")
    assert caught.value.response.status_code == 429
    assert caught.value.response.headers["Retry-After"] == "3"
    assert len(said(workspace)) == 3
    slack.limits.off()
    await bare.chat_postMessage(channel="general", text="hello")


async def test_a_hanging_call_does_not_keep_the_server_from_ending(slack: Slack, bare: AsyncWebClient) -> None:
    hang = Hang()
    slack.answer_next("auth.test", hang)
    asking = asyncio.create_task(bare.auth_test())
    await hang.arrived.wait()
    slack.faults.release()
    assert (await asking)["ok"] is True


def test_kinds_tell_before_from_after() -> None:
    faults: list[CallFault] = [Broken(), Broken(after_effect=True), Dropped(), Dropped(True), Refused("x", 1)]
    assert [fault.kind for fault in faults] == ["500", "500_after", "drop", "drop_after", "429"]
