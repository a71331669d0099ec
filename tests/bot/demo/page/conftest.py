"""The page on a real workspace, without a bot, behind aiohttp's test client; and a reader of the HTML it gives."""

from collections.abc import AsyncIterator
from dataclasses import dataclass

import pytest
from aiohttp.test_utils import TestClient, TestServer
from aiohttp.web import Application, Request

from bot.demo.page.routes import make_app
from bot.demo.services.employees import Employees
from bot.demo.workspace.people import People
from bot.demo.workspace.residents import settle
from bot.demo.workspace.slack import make_slack
from bot.demo.workspace.state import Message, Workspace

Client = TestClient[Request, Application]


@dataclass
class Stage:
    """A workspace with its page; `origin` makes a POST one of the page's own."""

    workspace: Workspace
    people: People
    employees: Employees
    client: Client

    @property
    def origin(self) -> dict[str, str]:
        return {"Origin": str(self.client.make_url("/")).rstrip("/"), "Sec-Fetch-Site": "same-origin"}

    def nod_says(self, channel: str, **content: object) -> Message:
        workspace = self.workspace
        message = Message(
            workspace.next_ts(), workspace.channel(channel).id, workspace.bot.id, bot_id=workspace.bot_id
        )
        for name, value in content.items():
            setattr(message, name, value)
        return workspace.post(message)


@pytest.fixture
async def stage() -> AsyncIterator[Stage]:
    workspace = Workspace(seed=7)
    settle(workspace)
    slack = make_slack(workspace, ack_seconds=0.05)
    people, employees = People(slack), Employees()
    async with TestClient(TestServer(make_app(workspace, people, employees.rows))) as client:
        slack.origin = str(client.make_url("/")).rstrip("/")
        yield Stage(workspace, people, employees, client)
    workspace.close()
