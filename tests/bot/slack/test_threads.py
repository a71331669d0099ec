"""A thread as the demo's Slack tells it, read by the real client."""

from collections.abc import AsyncIterator, Iterator
from dataclasses import replace

import aiohttp
import pytest
from slack_sdk.web.async_client import AsyncWebClient

from bot.demo.serving import serve
from bot.demo.unkind.calls import Refused
from bot.demo.workspace import web_api
from bot.demo.workspace.people import People as Persons
from bot.demo.workspace.residents import settle
from bot.demo.workspace.slack import Slack, make_slack
from bot.demo.workspace.state import Message, Workspace
from bot.slack import threads
from bot.slack.openings import MARK as OPENING
from bot.slack.people import People
from bot.slack.threads import SlackThreads, overheard
from bot.turns.threads import Above
from storage.records import APP, GUEST, OWN, ConversationKey, Delivery, DeliveryKind, OverheardItem


@pytest.fixture
def workspace() -> Iterator[Workspace]:
    made = Workspace(seed=1)
    settle(made)
    yield made
    made.close()


@pytest.fixture
async def slack(workspace: Workspace) -> AsyncIterator[Slack]:
    made = make_slack(workspace, time_scale=0.0)
    async with serve(web_api.make_app(made)) as made.origin:
        yield made


@pytest.fixture
async def client(slack: Slack) -> AsyncIterator[AsyncWebClient]:
    async with aiohttp.ClientSession() as session:
        yield AsyncWebClient(slack.bot_token, base_url=f"{slack.origin}/api/", session=session)


@pytest.fixture
def persons(slack: Slack) -> Persons:
    return Persons(slack)


@pytest.fixture
async def called(persons: Persons) -> Message:
    return await persons.say("lee", "general", "root & <all>")


def reader(client: AsyncWebClient, workspace: Workspace, most: int = 50) -> SlackThreads:
    return SlackThreads(client, People(client), workspace.bot.id, workspace.bot_id, most)


def mention(workspace: Workspace, root: Message, ts: str = "") -> Delivery:
    ts = ts or workspace.next_ts()
    key = ConversationKey(workspace.team_id, root.channel, root.ts)
    return Delivery(DeliveryKind.MESSAGE, f"message:{ts}", key, "U1", "?", ts)


async def test_who_said_what(
    client: AsyncWebClient, workspace: Workspace, persons: Persons, called: Message
) -> None:
    await persons.say("park", "general", "look", called.ts, [("a.csv", "text/csv", b"x")])
    edited = await persons.say("kim", "general", "fals", called.ts)
    await persons.edit("kim", "general", edited.ts, "false")
    gone = await persons.say("kim", "general", "gone", called.ts)
    await persons.delete("kim", "general", gone.ts)
    own = Message(workspace.next_ts(), called.channel, workspace.bot.id, text="mine", thread_ts=called.ts)
    workspace.post(replace(own, bot_id=workspace.bot_id))
    delivery = mention(workspace, called)
    await persons.say("kim", "general", "said after it", called.ts)
    above = await reader(client, workspace).above(delivery)
    assert above is not None
    assert not above.older
    shown = [(each.speaker, each.text, each.origin, each.files) for each in above.said]
    assert shown == [
        ("Lee", "root & <all>", "person", ()),
        ("Park", "look", "person", ("a.csv",)),
        ("Kim", "false", "person", ()),
        ("nod", "mine", OWN, ()),
    ]
    assert [bool(each.edited) for each in above.said] == [False, False, True, False]
    assert above.said[0] == OverheardItem("root & <all>", called.user, "Lee", called.ts)


async def test_what_opened_a_conversation_was_not_said(client: AsyncWebClient, workspace: Workspace) -> None:
    channel = workspace.dm(workspace.user("lee").id).id
    mark = {"event_type": OPENING, "event_payload": {}}
    posted = await client.chat_postMessage(channel=channel, text="A new conversation.", metadata=mark)
    root = workspace.message(channel, str(posted["ts"]))
    assert root is not None
    above = await reader(client, workspace).above(mention(workspace, root))
    assert above == Above()


async def test_the_last_ones_are_read_over_many_pages(
    client: AsyncWebClient,
    workspace: Workspace,
    persons: Persons,
    called: Message,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(threads, "PAGE", 3)
    for number in range(10):
        await persons.say("lee", "general", str(number), called.ts)
    above = await reader(client, workspace, 4).above(mention(workspace, called))
    assert above is not None
    assert ([each.text for each in above.said], above.older) == (["6", "7", "8", "9"], True)
    whole = await reader(client, workspace, 11).above(mention(workspace, called))
    assert whole is not None
    assert (len(whole.said), whole.older) == (11, False)


async def test_none_are_read_if_none_are_wanted(
    client: AsyncWebClient, workspace: Workspace, called: Message, slack: Slack
) -> None:
    above = await reader(client, workspace, 0).above(mention(workspace, called))
    assert above is not None
    assert above.said == ()
    assert not [call for call in slack.calls if call.method == "conversations.replies"]


@pytest.mark.parametrize("error", ["missing_scope", "not_in_channel", "thread_not_found", "internal_error"])
async def test_what_slack_does_not_show_is_not_had(
    client: AsyncWebClient, workspace: Workspace, called: Message, slack: Slack, error: str
) -> None:
    slack.answer_next("conversations.replies", Refused(error))
    assert await reader(client, workspace).above(mention(workspace, called)) is None


async def test_the_end_of_a_thread_of_ten_thousand_is_read_alone(
    client: AsyncWebClient, workspace: Workspace, called: Message, slack: Slack
) -> None:
    for number in range(10_000):
        ts = f"{float(called.ts) + 600 * (number + 1):.6f}"
        workspace.post(Message(ts, called.channel, called.user, text=str(number), thread_ts=called.ts))
    ts = f"{float(called.ts) + 600 * 10_001:.6f}"
    above = await reader(client, workspace).above(mention(workspace, called, ts))
    assert above is not None
    assert [each.text for each in above.said] == [str(number) for number in range(9_950, 10_000)]
    assert above.older
    assert len([call for call in slack.calls if call.method == "conversations.replies"]) < 8


async def test_what_is_not_near_is_read_from_the_beginning(
    client: AsyncWebClient, workspace: Workspace, called: Message, slack: Slack, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(threads, "PAGE", 3)
    for number in range(20):
        ts = f"{float(called.ts) + number + 1:.6f}"
        workspace.post(Message(ts, called.channel, called.user, text=str(number), thread_ts=called.ts))
    ts = f"{float(called.ts) + 400 * 86_400:.6f}"
    above = await reader(client, workspace, 4).above(mention(workspace, called, ts))
    assert above is not None
    assert ([each.text for each in above.said], above.older) == (["16", "17", "18", "19"], True)


async def test_a_thread_without_an_end_is_not_had(
    client: AsyncWebClient,
    workspace: Workspace,
    persons: Persons,
    called: Message,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(threads, "PAGE", 1)
    monkeypatch.setattr(threads, "PAGES", 2)
    for number in range(3):
        await persons.say("lee", "general", str(number), called.ts)
    assert await reader(client, workspace).above(mention(workspace, called)) is None


async def test_people_without_a_name_go_by_their_ids(
    client: AsyncWebClient, workspace: Workspace, called: Message, slack: Slack
) -> None:
    slack.answer_next("users.info", Refused("user_not_found"))
    above = await reader(client, workspace).above(mention(workspace, called))
    assert above is not None
    [item] = above.said
    assert (item.speaker, item.user) == ("", called.user)


async def test_each_person_is_asked_for_once(
    client: AsyncWebClient, workspace: Workspace, persons: Persons, called: Message, slack: Slack
) -> None:
    for number in range(5):
        await persons.say("lee", "general", str(number), called.ts)
    assert await reader(client, workspace).above(mention(workspace, called)) is not None
    assert len([call for call in slack.calls if call.method == "users.info"]) == 1


def told(**fields: object) -> OverheardItem:
    return overheard({"ts": "1.1", "text": "hi", "user": "U2", **fields}, {"U2": "Ann"}, "T1", "UBOT", "B1")


def test_guests_and_apps_are_told_apart() -> None:
    assert (told().speaker, told().origin) == ("Ann", "person")
    assert told(user_team="T9").origin == GUEST
    alert = told(bot_id="B7", username="Alerts", user=None, text="", attachments=[{"fallback": "disk is full"}])
    assert (alert.speaker, alert.origin, alert.text, alert.user) == ("Alerts", APP, "disk is full", "")
    named = told(bot_id="B7", bot_profile={"name": "Deploys"})
    assert named.speaker == "Deploys"
    blocks = [{"type": "section", "text": {"type": "mrkdwn", "text": "in *blocks*"}, "fields": [{"text": "too"}]}]
    assert told(bot_id="B7", text="", blocks=blocks).text == "in *blocks*\ntoo"
    assert told(bot_id="B1", user="UBOT").origin == OWN
