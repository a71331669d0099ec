"""A small Slack without and with its server, and the app's real client for it."""

from collections.abc import AsyncIterator, Iterator

import aiohttp
import pytest
from slack_sdk.web.async_client import AsyncWebClient

from bot.demo.serving import serve
from bot.demo.workspace import web_api
from bot.demo.workspace.people import People
from bot.demo.workspace.residents import settle
from bot.demo.workspace.slack import Slack, make_slack
from bot.demo.workspace.state import Workspace


class Clock:
    """A clock that a test moves."""

    def __init__(self) -> None:
        self.now = 1_700_000_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def workspace(clock: Clock) -> Iterator[Workspace]:
    made = Workspace(clock=clock, seed=1)
    settle(made)
    yield made
    made.close()


@pytest.fixture
async def slack(workspace: Workspace) -> AsyncIterator[Slack]:
    """Return a Slack that is served; its retries come at once and its acks are awaited for a second."""
    made = make_slack(workspace, time_scale=0.0, ack_seconds=1.0)
    async with serve(web_api.make_app(made)) as origin:
        made.origin = origin
        yield made


@pytest.fixture
def people(slack: Slack) -> People:
    return People(slack)


@pytest.fixture
async def client(slack: Slack) -> AsyncIterator[AsyncWebClient]:
    """Return slack_sdk's own client, as the app uses it."""
    async with aiohttp.ClientSession() as session:
        yield AsyncWebClient(slack.bot_token, base_url=f"{slack.origin}/api/", session=session)
