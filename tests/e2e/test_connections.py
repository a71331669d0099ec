"""Sockets that end, tokens that are revoked, a stop in mid-turn: nothing is lost, and nothing comes twice."""

import asyncio

import pytest

from bot.demo.workspace.slack import Fault
from bot.demo.workspace.socket import DisconnectReason
from bot.words.catalogue import words_for
from tests.e2e.office import WITHIN, Office, Thread, buttons

pytestmark = pytest.mark.slow

QUESTION = "@Nod what is the average age?"
ASKING = "apps.connections.open"


async def ended(office: Office) -> int:
    """Wait until the process has ended by itself; its exit status."""
    assert office.process is not None
    async with asyncio.timeout(WITHIN * 2):
        status = await office.process.wait()
    office.process = None
    return status


def said(office: Office) -> list[str]:
    """Return what it said to the operator, save the log."""
    return [line for line in office.log.splitlines() if line.startswith("nod: ")]


async def answered_once(office: Office, *threads: Thread) -> None:
    """Wait for each answer, and for what would come twice: another question is answered after all that."""
    for thread in threads:
        assert "42.13" in await thread.answer()
    await office.world.sockets.wait_acked(WITHIN)
    last = await office.ask("kim", "general", QUESTION)
    assert "42.13" in await last.answer()
    assert [len(thread.replies) for thread in (*threads, last)] == [1] * (len(threads) + 1)


async def test_two_sockets_are_open(office: Office) -> None:
    await office.world.sockets.wait_connected(2, WITHIN)
    assert await office.stop() == 0


@pytest.mark.parametrize("reason", ["warning", "refresh_requested", "too_many_websockets"])
async def test_a_socket_that_slack_sends_away_is_no_gap(office: Office, reason: DisconnectReason) -> None:
    await office.world.sockets.wait_connected(2, WITHIN)
    thread = await office.ask("lee", "general", QUESTION)
    await office.world.sockets.disconnect(reason)
    other = await office.ask("lee", "general", QUESTION)
    await answered_once(office, thread, other)
    assert "Traceback" not in office.log


async def test_socket_mode_switched_off_ends_the_process(office: Office) -> None:
    await office.world.sockets.disconnect("link_disabled", 1)
    assert await ended(office) == 2
    assert said(office) == ["nod: Socket Mode is switched off: switch it on at your app's page (SLACK_APP_TOKEN)."]
    assert "Traceback" not in office.log


@pytest.mark.parametrize("code", ["invalid_auth", "token_revoked", "missing_scope", "link_disabled"])
async def test_an_app_token_that_is_refused_later_ends_the_process(office: Office, code: str) -> None:
    await office.world.sockets.wait_connected(2, WITHIN)
    office.world.slack.answer_next(ASKING, Fault(code))
    await office.world.sockets.drop(1)
    assert await ended(office) == 2
    (sentence,) = said(office)
    assert "SLACK_APP_TOKEN" in sentence
    assert "Traceback" not in office.log


@pytest.mark.parametrize("code", ["invalid_auth", "token_revoked", "account_inactive"])
async def test_a_bot_token_that_is_refused_later_ends_the_process(office: Office, code: str) -> None:
    office.world.slack.auth_error = code
    await office.ask("lee", "general", QUESTION)
    assert await ended(office) == 2
    (sentence,) = said(office)
    assert "SLACK_BOT_TOKEN" in sentence
    assert "Traceback" not in office.log


async def test_one_odd_refusal_of_a_good_token_is_survived(office: Office) -> None:
    for method in ("assistant.threads.setStatus", "users.info", "chat.startStream", "chat.postMessage"):
        office.world.slack.answer_next(method, Fault("invalid_auth"))
    await answered_once(office, await office.ask("lee", "general", QUESTION))
    assert await office.stop() == 0
    assert "taken for a hiccup" in office.log


async def test_a_bot_token_that_may_not_speak_any_more_ends_the_process(office: Office) -> None:
    office.world.slack.scopes -= {"chat:write"}
    await office.ask("lee", "general", QUESTION)
    assert await ended(office) == 2
    (sentence,) = said(office)
    assert sentence.startswith("nod: SLACK_BOT_TOKEN lacks a scope")
    assert "Traceback" not in office.log


async def test_a_click_that_slack_leaves_undecided_may_be_made_again(office: Office) -> None:
    thread = await office.ask("lee", "general", "@Nod delete employee 5")
    card = await thread.card()
    office.world.slack.faults.add(Fault("ratelimited", retry_after=2, status=429), match="users.info", times=1)
    await thread.click("lee", card, "action_confirm")
    await office.whisper("lee", words_for("en")("click-unsure"))
    assert "action_confirm" in buttons(office.workspace.message(thread.channel, card.ts) or card)


async def test_a_question_left_by_a_revoked_token_is_answered_with_a_new_one(office: Office) -> None:
    stalled = office.world.script.stall()
    thread = await office.ask("lee", "general", QUESTION)
    await office.world.script.wait_for_requests(1)
    office.world.slack.auth_error = "token_revoked"
    stalled.resumed.set()
    assert await ended(office) == 2
    office.world.slack.auth_error = None
    await office.start()
    assert "42.13" in await thread.answer()


async def test_a_slack_that_is_out_of_order_is_waited_for(office: Office) -> None:
    for fault in (Fault("internal_error"), Fault("ratelimited", retry_after=1), Fault("fatal_error", status=500)):
        office.world.slack.answer_next(ASKING, fault)
    await office.world.sockets.drop(abrupt=True)
    await answered_once(office, await office.ask("lee", "general", QUESTION))
    assert office.log.count("does not open") == 3
    assert "Traceback" not in office.log


async def test_sockets_that_drop_while_a_turn_runs_do_not_repeat_it(office: Office) -> None:
    stalled = office.world.script.stall()
    thread = await office.ask("lee", "general", QUESTION)
    await office.world.script.wait_for_requests(1)
    await office.world.sockets.drop(abrupt=True)
    stalled.resumed.set()
    await office.world.sockets.wait_connected(1, WITHIN)
    await answered_once(office, thread)
    assert len(office.world.script.requests) <= 4, "a turn asks twice: for the call, and with its result"


async def test_half_open_sockets_are_noticed(office: Office) -> None:
    await office.world.sockets.wait_connected(2, WITHIN)
    office.world.sockets.half_open(2)
    thread = await office.ask("lee", "general", QUESTION)
    async with asyncio.timeout(WITHIN * 2):
        await office.world.sockets.wait_connected(3, WITHIN * 2)
    payload = office.world.sockets.delivered[0].payload
    office.world.sockets.send_event(payload)  # Slack takes what it sent for delivered, or repeats it
    await answered_once(office, thread)
    assert office.log.count(": silent;") == 2


@pytest.mark.parametrize("abrupt", [False, True])
async def test_what_is_said_while_sockets_come_and_go_is_answered_once(office: Office, abrupt: bool) -> None:
    sockets, threads = office.world.sockets, []
    for number in range(20):
        threads.append(await office.ask("lee", "general", QUESTION))
        if number % 4 == 1:
            await sockets.drop(1, abrupt=abrupt)
        elif number % 4 == 3:
            await sockets.disconnect("refresh_requested", 1)
        await asyncio.sleep(0)
    await answered_once(office, *threads)


async def test_a_burst_is_acked_in_time(office: Office) -> None:
    """200 at once: were one of them acked late, it would be delivered again. Slack's 3 s are no matter here, since
    machines differ; that no ack waits for another's handler is."""
    office.world.sockets.ack_seconds = 10.0
    bystanders = [await office.ask("lee", "general", f"nothing for you, {number}") for number in range(180)]
    threads = [await office.ask("lee", "general", QUESTION) for _ in range(20)]
    await office.world.sockets.wait_acked(WITHIN)
    assert all(envelope.retry_attempt == 0 for envelope in office.world.sockets.delivered)
    await answered_once(office, *threads)
    assert not any(thread.replies for thread in bystanders)


async def test_a_stop_lets_the_running_turn_end(office: Office) -> None:
    stalled = office.world.script.stall()
    thread = await office.ask("lee", "general", QUESTION)
    await office.world.script.wait_for_requests(1)
    stopping = asyncio.create_task(office.stop())
    await office.world.sockets.wait_disconnected(WITHIN)
    late = await office.ask("lee", "general", QUESTION)
    assert not thread.replies
    stalled.resumed.set()
    assert await stopping == 0
    assert "42.13" in await thread.answer()
    assert late.replies == []
    await office.start()
    await answered_once(office, thread, late)


async def test_what_a_stop_cut_off_is_answered_at_the_next_start(office: Office) -> None:
    office.world.script.stall()
    thread = await office.ask("lee", "general", QUESTION)
    await office.world.script.wait_for_requests(1)
    assert await office.stop() == 0
    assert "Traceback" not in office.log
    await office.start()
    await answered_once(office, thread)
