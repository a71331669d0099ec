"""What may go wrong between Nod and Slack: nothing is lost, nothing comes twice, nobody is called together."""

import pytest

from bot.demo.workspace import payloads
from bot.demo.workspace.slack import Fault
from bot.demo.workspace.state import Message, Workspace
from tests.e2e.office import WITHIN, Office, buttons, refuse_to_start, shown
from tests.e2e.test_dialogs import changes, told
from tests.faults.test_killed import KILLED

pytestmark = pytest.mark.slow


async def test_a_second_process_on_one_database_refuses_to_start(office: Office) -> None:
    status, said = await refuse_to_start(office.environment, office.folder)
    assert status == 2
    assert "another `nod run` works on" in said
    assert "Traceback" not in said
    thread = await office.ask("lee", "general", "@Nod what is the average age?")
    assert "42.13" in await thread.answer()


async def test_a_token_that_cannot_be_tested_later_loses_nothing(office: Office) -> None:
    for _ in range(20):
        office.world.slack.answer_next("auth.test", Fault("internal_error"))
    thread = await office.ask("lee", "general", "@Nod delete employee 5")
    card = await thread.card()
    await thread.answer()
    assert await thread.click("lee", card, "action_confirm")
    await thread.settled(card, "Done.")
    await thread.answer()
    assert len(changes(office)) == 1


async def test_a_card_that_slack_refuses_is_said_and_withdrawn(office: Office) -> None:
    office.world.slack.answer_next("chat.postMessage", Fault("invalid_blocks"))
    thread = await office.ask("lee", "general", "@Nod delete employee 5")
    assert "could not show a card" in await thread.answer()
    assert not any(buttons(reply) for reply in thread.replies)
    status, said = await office.nod("audit")
    assert status == 0
    assert [line.split()[3] for line in said.splitlines()] == ["proposed", "withdrawn"]
    assert changes(office) == []


async def test_a_models_words_call_nobody_together(office: Office) -> None:
    office.world.script.text("Look <!channel>, <!here|here>, <!everyone> and <!subteam^S0BOSSES01>!")
    thread = await office.ask("lee", "general", "@Nod shout")
    assert "Look" in await thread.answer()
    assert all("<!" not in shown(reply) for reply in thread.replies)


async def test_nobody_of_another_organisation_starts_a_turn(office: Office) -> None:
    workspace = office.workspace
    channel, lee = workspace.channel("general"), workspace.user("lee")
    text = f"<@{workspace.bot.id}> delete employee 5"
    message = Message(workspace.next_ts(), channel.id, lee.id, text=text)
    for event in (payloads.mention_event, payloads.message_event):
        foreign = event(workspace, message, channel) | {"user_team": "T0STRANGER"}
        office.world.sockets.send_event(payloads.event_callback(workspace, foreign))
    await office.world.sockets.wait_acked()
    thread = await office.ask("lee", "general", "@Nod what is the average age?")
    assert "42.13" in await thread.answer()
    assert "delete employee 5" not in told(office)
    assert len(workspace.messages(channel.id)) == 2


async def test_what_an_operators_stop_leaves_half_written_is_ended_at_the_next_start(office: Office) -> None:
    thread = await office.ask("lee", "general", "@Nod slowly count to 400")

    def writing(workspace: Workspace) -> Message | None:
        return next((each for each in thread.replies if each.streaming and "1 2 3" in each.text), None)

    half = await office.workspace.wait_for(writing, WITHIN)
    assert await office.stop() == 0
    await office.start()
    await office.workspace.wait_for(lambda _: "begins anew" in shown(half) and not half.streaming, WITHIN)
    assert (await office.workspace.wait_for(writing, WITHIN)).ts > half.ts


@pytest.mark.parametrize(
    ("place", "when", "times"),
    [
        ("turns.finish", "before", 1),  # it stands there whole
        ("turns.finish", "after", 1),
        ("turns.record", "after", 2),  # its end was written down, and not shown
    ],
)
async def test_an_answer_is_shown_whole_once(empty_office: Office, place: str, when: str, times: int) -> None:
    office, whole = empty_office, "All of what there is to say."
    office.world.script.text(whole)
    await office.start(str(KILLED), place, when, str(times))
    thread = await office.ask("lee", "general", "@Nod say it")

    def shown_whole() -> list[Message]:
        return [reply for reply in thread.replies if reply.text == whole and not reply.streaming]

    async def after_the_kill() -> None:
        await office.workspace.wait_for(lambda _: office.killed and shown_whole())

    await office.through_kills(after_the_kill)
    assert office.killed == 1
    thread = await thread.then("lee", "what is the average age?")
    assert "42.13" in await thread.answer()
    assert len(shown_whole()) == 1
    assert len(office.world.script.requests) <= 3, "the model was asked again for what it had answered"
