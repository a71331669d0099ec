"""Nod's own client at the demo's Web API, and a thread in which somebody has asked something. Waits are short."""

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass

import aiohttp
import pytest
from slack_sdk.http_retry.builtin_interval_calculators import FixedValueRetryIntervalCalculator

from bot.demo.serving import serve
from bot.demo.workspace import web_api
from bot.demo.workspace.residents import settle
from bot.demo.workspace.slack import Slack, make_slack
from bot.demo.workspace.state import Message, Workspace
from bot.slack import answer, open_message, tries
from bot.slack.client import SlackClient
from bot.slack.connection import open_client
from bot.slack.open_message import Place
from storage.records import ConversationKey


@dataclass
class Desk:
    slack: Slack
    client: SlackClient
    session: aiohttp.ClientSession
    key: ConversationKey
    user: str
    limited: list[str]

    @property
    def place(self) -> Place:
        return Place(self.client, self.slack.workspace.bot_id, self.key, self.user, float(self.key.thread))

    @property
    def replies(self) -> list[Message]:
        """What Nod said in the thread."""
        found = self.slack.workspace.replies(self.key.channel, self.key.thread)
        return [message for message in found if message.bot_id]

    def called(self, method: str) -> int:
        return sum(call.method == method for call in self.slack.calls)


@asynccontextmanager
async def open_desk() -> AsyncIterator[Desk]:
    with _workspace() as workspace:
        slack = make_slack(workspace)
        lee, channel = workspace.user("lee"), workspace.channel("general")
        root = workspace.post(Message(workspace.next_ts(), channel.id, lee.id, text="@Nod say it"))
        key = ConversationKey(workspace.team_id, channel.id, root.ts)
        async with serve(web_api.make_app(slack)) as origin, aiohttp.ClientSession() as session:
            slack.origin = origin
            limited: list[str] = []
            client = open_client(slack.bot_token, f"{origin}/api/", session, on_limited=limited.append)
            for handler in client.retry_handlers:
                handler.interval_calculator = FixedValueRetryIntervalCalculator(0.0)
            yield Desk(slack, client, session, key, lee.id, limited)


@contextmanager
def _workspace() -> Iterator[Workspace]:
    workspace = Workspace(seed=1)
    settle(workspace)
    try:
        yield workspace
    finally:
        workspace.close()


def hurry(monkeypatch: pytest.MonkeyPatch) -> None:
    """Write at once, and wait for next to nothing between tries."""
    monkeypatch.setattr(answer, "FLUSH_EVERY", 0.0)
    monkeypatch.setattr(answer, "UPDATE_EVERY", 0.0)
    monkeypatch.setattr(tries, "FIRST", 0.001)
    monkeypatch.setattr(tries, "LONGEST", 0.01)
    monkeypatch.setattr(tries, "SOON", 0.5)
    monkeypatch.setattr(open_message, "LOOK_AGAIN", 0.0)
