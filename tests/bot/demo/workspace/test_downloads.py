"""Files in the demo's Slack: who may fetch them, and how messages tell of them."""

from collections.abc import AsyncIterator

import aiohttp
import pytest

from bot.demo.serving import serve
from bot.demo.workspace import payloads, web_api
from bot.demo.workspace.people import People
from bot.demo.workspace.slack import Slack
from bot.demo.workspace.state import Message


@pytest.fixture
async def served(slack: Slack) -> AsyncIterator[Slack]:
    async with serve(web_api.make_app(slack)) as slack.origin:
        yield slack


@pytest.fixture
async def message(served: Slack) -> Message:
    return await People(served).say("kim", "general", "@Nod", files=[("매 출.csv", "text/csv", b"a,b\n")])


async def fetch(url: str, token: str) -> tuple[int, str, bytes]:
    async with (
        aiohttp.ClientSession() as session,
        session.get(url, headers={"Authorization": f"Bearer {token}"}) as response,
    ):
        return response.status, response.content_type, await response.read()


async def test_a_file_is_there_for_the_bot(served: Slack, message: Message) -> None:
    assert await fetch(message.files[0].url, served.bot_token) == (200, "text/csv", b"a,b\n")


async def test_others_are_asked_to_sign_in(served: Slack, message: Message) -> None:
    for token in ("", "xoxb-other", served.app_token):
        status, kind, body = await fetch(message.files[0].url, token)
        assert (status, kind) == (200, "text/html")
        assert b"Sign in" in body
    served.scopes.discard("files:read")
    assert (await fetch(message.files[0].url, served.bot_token))[1] == "text/html"


async def test_a_file_that_is_not_there(served: Slack, message: Message) -> None:
    url = message.files[0].url.replace(message.files[0].id, "F0NONE")
    assert (await fetch(url, served.bot_token))[0] == 404


async def test_how_events_tell_of_files(served: Slack, message: Message) -> None:
    channel = served.workspace.channel("general")
    event = payloads.message_event(served.workspace, message, channel)
    assert event["subtype"] == "file_share"
    [file] = event["files"]
    assert (file["name"], file["mimetype"], file["size"]) == ("매 출.csv", "text/csv", 4)
    assert file["url_private_download"] == message.files[0].url
    mention = payloads.mention_event(served.workspace, message, channel)
    assert "files" not in mention
    assert "subtype" not in mention


@pytest.mark.parametrize(("scopes", "error"), [(True, None), (False, "missing_scope")])
async def test_files_info(served: Slack, message: Message, scopes: bool, error: str | None) -> None:
    if not scopes:
        served.scopes.discard("files:read")
    url = f"{served.origin}/api/files.info?file={message.files[0].id}"
    async with (
        aiohttp.ClientSession() as session,
        session.get(url, headers={"Authorization": f"Bearer {served.bot_token}"}) as response,
    ):
        told = await response.json()
    assert told.get("error") == error
    assert error or told["file"]["id"] == message.files[0].id
