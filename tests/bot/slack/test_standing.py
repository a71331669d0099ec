import asyncio
import logging
from collections.abc import AsyncIterator, Iterator
from typing import Any

import aiohttp
import pytest

from bot.demo.serving import serve
from bot.demo.workspace import methods, web_api
from bot.demo.workspace.arguments import Arguments
from bot.demo.workspace.methods import Method, users
from bot.demo.workspace.residents import settle
from bot.demo.workspace.slack import Fault, Slack, make_slack
from bot.demo.workspace.state import Json, User, Workspace
from bot.slack import standing
from bot.slack.connection import open_client
from bot.slack.standing import Standings

BOSSES, LEAVERS = "S0BOSSES", "S0LEAVERS"


@pytest.fixture
def workspace() -> Iterator[Workspace]:
    made = Workspace(seed=1)
    settle(made)
    made.usergroups |= {BOSSES: [made.user("lee").id], LEAVERS: [made.user("park").id, made.user("kim").id]}
    yield made
    made.close()


@pytest.fixture
async def slack(workspace: Workspace) -> AsyncIterator[Slack]:
    made = make_slack(workspace)
    async with serve(web_api.make_app(made)) as origin:
        made.origin = origin
        yield made


@pytest.fixture
async def standings(slack: Slack) -> AsyncIterator[Standings]:
    """Return what asks the demo's Web API with the client that Nod itself uses."""
    async with aiohttp.ClientSession() as session:
        client = open_client(slack.bot_token, f"{slack.origin}/api/", session)
        yield Standings(client, slack.workspace.team_id)


@pytest.fixture
def kim(workspace: Workspace) -> User:
    return workspace.user("kim")


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(standing, "LIMIT", 0.5)


def replace_method(monkeypatch: pytest.MonkeyPatch, name: str, handler: methods.Handler) -> None:
    """Let the demo answer one method otherwise, behind the same authorization."""
    assert isinstance(methods.METHODS, dict)
    monkeypatch.setitem(methods.METHODS, name, Method(handler, methods.METHODS[name].scopes))


def test_a_click_can_be_answered_in_time() -> None:
    ack = 3.0  # seconds, Slack's documented limit
    assert ack / 2 >= standing.LIMIT


async def test_a_member_stands(standings: Standings, workspace: Workspace, kim: User) -> None:
    assert await standings.stands(workspace.team_id, kim.id)


@pytest.mark.parametrize("trait", ["deleted", "is_bot", "is_restricted", "is_ultra_restricted"])
async def test_who_is_no_full_member_does_not(
    standings: Standings, workspace: Workspace, kim: User, trait: str
) -> None:
    """The same look-up says otherwise at the next click: nothing is remembered."""
    setattr(kim, trait, True)
    assert not await standings.stands(workspace.team_id, kim.id)
    setattr(kim, trait, False)
    assert await standings.stands(workspace.team_id, kim.id)


async def test_bots_do_not_stand(standings: Standings, workspace: Workspace) -> None:
    workspace.slackbot.is_bot = False  # as in Slack
    for bot in (workspace.bot, workspace.slackbot):
        assert not await standings.stands(workspace.team_id, bot.id)


@pytest.mark.parametrize("team", ["", "T0OTHER"])
async def test_a_click_of_another_workspace_does_not_stand(
    standings: Standings, slack: Slack, kim: User, team: str
) -> None:
    assert not await standings.stands(team, kim.id)
    assert not slack.calls


@pytest.mark.parametrize(
    ("said", "stands"),
    [
        ({}, True),
        ({"is_stranger": False, "is_app_user": True}, True),
        ({"team_id": "T0OTHER", "enterprise_user": {"teams": ["T0OTHER", "{team}"]}}, True),
        ({"team_id": "T0OTHER"}, False),
        ({"team_id": "T0OTHER", "is_stranger": False, "enterprise_user": {"teams": ["T0OTHER"]}}, False),
        ({"team_id": None}, False),
        ({"is_stranger": True}, False),
        ({"is_workflow_bot": True}, False),
        ({"is_connector_bot": True}, False),
        ({"is_invited_user": True}, False),
        ({"deleted": None}, False),
        ({"is_restricted": None}, False),
        ({"id": "U0SOMEBODYELSE"}, False),
    ],
)
async def test_what_slack_says_of_a_person(
    standings: Standings,
    workspace: Workspace,
    kim: User,
    monkeypatch: pytest.MonkeyPatch,
    said: dict[str, Any],
    stands: bool,
) -> None:
    async def info(slack: Slack, arguments: Arguments) -> Json:
        shown: Json = (await users.info(slack, arguments))["user"] | said
        if teams := shown.get("enterprise_user", {}).get("teams"):
            shown["enterprise_user"] = {"teams": [team.format(team=workspace.team_id) for team in teams]}
        return {"user": {name: value for name, value in shown.items() if value is not None}}

    replace_method(monkeypatch, "users.info", info)
    assert await standings.stands(workspace.team_id, kim.id) is stands


@pytest.mark.parametrize("answer", [{}, {"user": None}, {"user": []}])
async def test_an_answer_without_a_person(
    standings: Standings, workspace: Workspace, kim: User, monkeypatch: pytest.MonkeyPatch, answer: Json
) -> None:
    async def info(slack: Slack, arguments: Arguments) -> Json:
        return answer

    replace_method(monkeypatch, "users.info", info)
    assert not await standings.stands(workspace.team_id, kim.id)


async def test_a_person_whom_slack_does_not_know(standings: Standings, workspace: Workspace) -> None:
    assert not await standings.stands(workspace.team_id, "U0NOBODY")
    assert not await standings.stands(workspace.team_id, "")


async def test_members_of_groups(standings: Standings, workspace: Workspace, kim: User) -> None:
    lee, park = workspace.user("lee").id, workspace.user("park").id
    assert await standings.groups([BOSSES, LEAVERS, BOSSES]) == {
        BOSSES: frozenset({lee}),
        LEAVERS: frozenset({park, kim.id}),
    }
    workspace.usergroups[BOSSES].append(kim.id)
    assert await standings.groups({BOSSES}) == {BOSSES: frozenset({lee, kim.id})}
    assert await standings.groups([]) == {}


async def test_groups_that_are_not_known_or_empty(
    standings: Standings, workspace: Workspace, caplog: pytest.LogCaptureFixture
) -> None:
    workspace.usergroups[BOSSES] = []
    found = await standings.groups([BOSSES, LEAVERS, "S0NOWHERE"])
    assert {group for group, members in found.items() if members is None} == {BOSSES, "S0NOWHERE"}
    assert found[LEAVERS]
    assert [record.message for record in caplog.records if record.levelno == logging.WARNING] == [
        "user group S0BOSSES is empty or disabled",
        "usergroups.users.list of S0NOWHERE failed: usergroups.users.list: no_such_subteam",
    ]


async def test_a_long_list_is_read_to_its_end(
    standings: Standings, workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    pages = {"": (["U1", "U2"], "second"), "second": (["U3"], "")}

    async def paged(slack: Slack, arguments: Arguments) -> Json:
        members, cursor = pages[arguments.text("cursor")]
        return {"users": members, "response_metadata": {"next_cursor": cursor}}

    replace_method(monkeypatch, "usergroups.users.list", paged)
    assert await standings.groups([BOSSES]) == {BOSSES: frozenset({"U1", "U2", "U3"})}


FAULTS = [
    Fault("internal_error", status=500),
    Fault("fatal_error"),
    Fault("missing_scope"),
    Fault(retry_after=30),
]


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.error)
@pytest.mark.usefixtures("impatient")
async def test_a_look_up_that_fails_is_a_no(
    standings: Standings, slack: Slack, workspace: Workspace, kim: User, fault: Fault
) -> None:
    slack.answer_next("users.info", fault)
    slack.answer_next("usergroups.users.list", fault)
    later = fault.error != "missing_scope"
    assert await standings.stands(workspace.team_id, kim.id) is (None if later else False)
    assert await standings.groups([LEAVERS]) == ({} if later else {LEAVERS: None})
    told_to_wait = fault.retry_after is not None
    assert await standings.stands(workspace.team_id, kim.id) is not told_to_wait


async def test_methods_that_are_not_there(
    standings: Standings, slack: Slack, workspace: Workspace, kim: User
) -> None:
    slack.disabled |= {"users.info", "usergroups.users.list"}
    assert not await standings.stands(workspace.team_id, kim.id)
    assert await standings.groups([BOSSES, LEAVERS]) == {BOSSES: None, LEAVERS: None}


async def test_a_lost_scope_is_a_no(standings: Standings, slack: Slack) -> None:
    slack.scopes.discard("usergroups:read")
    assert await standings.groups([BOSSES]) == {BOSSES: None}


async def test_nobody_answers(kim: User, workspace: Workspace) -> None:
    async with aiohttp.ClientSession() as session:
        alone = Standings(open_client("xoxb-1", "http://127.0.0.1:9/api/", session), workspace.team_id)
        assert await alone.stands(workspace.team_id, kim.id) is None
        assert await alone.groups([BOSSES]) == {}


@pytest.mark.usefixtures("impatient")
async def test_an_answer_that_is_late_is_a_no(
    standings: Standings, workspace: Workspace, kim: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    late = asyncio.Event()

    async def info(slack: Slack, arguments: Arguments) -> Json:
        await late.wait()
        return await users.info(slack, arguments)

    async def members(slack: Slack, arguments: Arguments) -> Json:
        if arguments.text("usergroup") == BOSSES:
            await late.wait()
        return await users.usergroup_users(slack, arguments)

    replace_method(monkeypatch, "users.info", info)
    replace_method(monkeypatch, "usergroups.users.list", members)
    stands, groups = await asyncio.gather(
        standings.stands(workspace.team_id, kim.id), standings.groups([BOSSES, LEAVERS])
    )
    assert stands is None
    assert BOSSES not in groups
    assert groups[LEAVERS]
    late.set()


async def test_groups_are_looked_up_side_by_side(
    standings: Standings, workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    everybody_is_here = asyncio.Barrier(3)

    async def members(slack: Slack, arguments: Arguments) -> Json:
        await everybody_is_here.wait()
        return await users.usergroup_users(slack, arguments)

    workspace.usergroups["S0THIRD"] = [workspace.user("kim").id]
    replace_method(monkeypatch, "usergroups.users.list", members)
    found = await standings.groups([BOSSES, LEAVERS, "S0THIRD"])
    assert None not in found.values()
