"""Fetching files: the token goes to Slack alone, and nothing that Slack answers costs more than it may."""

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field

import aiohttp
import pytest
from aiohttp import web
from yarl import URL

from bot.demo.serving import serve
from bot.files.contents import Image, Limits, Reason, Text, Unreadable
from bot.files.reader import Reader
from bot.slack.client import SlackClient
from bot.slack.files import SlackFiles
from bot.turns.attachments import Unfetched
from storage.records import ConversationKey, Delivery, DeliveryKind, SharedFile
from tests.bot.files.sample import png

TOKEN = "xoxb-secret"
Answer = Callable[[web.Request], Awaitable[web.StreamResponse]]


@dataclass
class Host:
    """A server that notes who shows it which token."""

    origin: str = ""
    answers: dict[str, Answer] = field(default_factory=dict)
    seen: list[tuple[str, str]] = field(default_factory=list)

    async def handle(self, request: web.Request) -> web.StreamResponse:
        self.seen.append((request.path, request.headers.get("Authorization", "")))
        return await self.answers[request.path](request)

    def file(
        self,
        path: str = "/f",
        name: str = "a.txt",
        mimetype: str = "text/plain",
        size: int = 0,
        url: str | None = None,
    ) -> SharedFile:
        return SharedFile("F1", name, mimetype, size, self.origin + path if url is None else url)


def says(body: bytes = b"hello", status: int = 200, **headers: str) -> Answer:
    async def answer(request: web.Request) -> web.Response:
        told = {"Content-Type": "text/plain"} | {name.replace("_", "-"): value for name, value in headers.items()}
        return web.Response(body=body, status=status, headers=told)

    return answer


async def serve_host() -> AsyncIterator[Host]:
    host, app = Host(), web.Application()
    app.router.add_route("*", "/{path:.*}", host.handle)
    async with serve(app) as host.origin:
        yield host


@pytest.fixture
async def slack() -> AsyncIterator[Host]:
    async for host in serve_host():
        yield host


@pytest.fixture
async def stranger() -> AsyncIterator[Host]:
    async for host in serve_host():
        yield host


@pytest.fixture
async def session() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession() as opened:
        yield opened


def files_of(host: Host, session: aiohttp.ClientSession, api: str = "", *, sees: bool = True) -> SlackFiles:
    api = api or f"{host.origin}/api/"
    client = SlackClient(token=TOKEN, base_url=api, session=session)
    return SlackFiles(client, session, Reader(Limits(size=1_000)), api, sees=sees)


@pytest.fixture
def files(slack: Host, session: aiohttp.ClientSession) -> SlackFiles:
    return files_of(slack, session)


async def test_a_file_is_fetched_with_the_token(slack: Host, files: SlackFiles) -> None:
    slack.answers["/f"] = says()
    assert await files.read(slack.file()) == Text("hello")
    assert slack.seen == [("/f", f"Bearer {TOKEN}")]


async def test_the_token_is_not_shown_to_another_host(slack: Host, stranger: Host, files: SlackFiles) -> None:
    stranger.answers["/f"] = says()
    assert await files.read(stranger.file()) is Unfetched.UNREACHABLE
    assert stranger.seen == []


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
async def test_a_redirect_does_not_lead_to_another_host(
    slack: Host, stranger: Host, files: SlackFiles, status: int
) -> None:
    slack.answers["/f"] = says(status=status, Location=f"{stranger.origin}/f")
    stranger.answers["/f"] = says()
    assert await files.read(slack.file()) is Unfetched.UNREACHABLE
    assert stranger.seen == []


async def test_a_redirect_within_slack_is_followed_and_has_an_end(slack: Host, files: SlackFiles) -> None:
    slack.answers |= {"/f": says(status=302, Location="/g"), "/g": says(b"moved")}
    assert await files.read(slack.file()) == Text("moved")
    slack.answers["/g"] = says(status=302, Location="/f")
    assert await files.read(slack.file()) is Unfetched.UNREACHABLE


@pytest.mark.parametrize(
    ("api", "address", "allowed"),
    [
        ("https://slack.com/api/", "https://files.slack.com/files-pri/T1-F1/download/a", True),
        ("https://slack.com/api/", "https://acme.enterprise.slack.com/files-pri/a", True),
        ("https://slack-gov.com/api/", "https://files.slack-gov.com/a", True),
        ("https://slack.com/api/", "http://files.slack.com/a", False),
        ("https://slack.com/api/", "https://files.slack.com:8443/a", False),
        ("https://slack.com/api/", "https://files.slack.com@example.org/a", False),
        ("https://slack.com/api/", "https://user@files.slack.com/a", False),
        ("https://slack.com/api/", "https://slack.com.example.org/a", False),
        ("https://slack.com/api/", "https://notslack.com/a", False),
        ("https://slack.com/api/", "https://files.slack-gov.com/a", False),
        ("https://slack.example.org/api/", "https://files.slack.com/a", False),
        ("https://slack.example.org/api/", "https://slack.example.org/a", True),
        ("https://slack.example.org/api/", "http://slack.example.org/a", False),
        ("https://slack.example.org/api/", "https://files.slack.example.org/a", False),
    ],
)
async def test_who_is_shown_the_token(
    slack: Host, session: aiohttp.ClientSession, api: str, address: str, allowed: bool
) -> None:
    assert files_of(slack, session, api)._is_slacks(URL(address)) is allowed


@pytest.mark.parametrize(
    "address",
    [
        "not an address",
        "/f",
        "ftp://127.0.0.1/f",
        "http://[",
        "data:text/plain,hi",
        "//files.slack.com/f",
        "https://xn--slack-.com/f",
        "https:///f",
    ],
)
async def test_what_is_no_address_is_not_fetched(slack: Host, files: SlackFiles, address: str) -> None:
    assert await files.read(SharedFile("F1", "a.txt", url=address)) is Unfetched.UNREACHABLE


async def test_the_login_page_means_that_the_scope_is_missing(
    slack: Host, files: SlackFiles, caplog: pytest.LogCaptureFixture
) -> None:
    slack.answers |= {
        "/f": says(status=302, Location="/?redir=%2Ff"),
        "/": says(b"<html>Sign in</html>", Content_Type="text/html; charset=utf-8"),
    }
    with caplog.at_level(logging.ERROR):
        assert await files.read(slack.file()) is Unfetched.NO_SCOPE
        assert await files.read(slack.file(mimetype="text/html")) is Unfetched.NO_SCOPE
    assert "files:read" in caplog.text
    assert TOKEN not in caplog.text


async def test_a_page_that_somebody_shared_is_a_file(slack: Host, files: SlackFiles) -> None:
    slack.answers["/f"] = says(b"<p>Hi</p>", Content_Type="text/html")
    assert await files.read(slack.file(name="a.html", mimetype="text/html")) == Text("<p>Hi</p>")


async def test_a_canvas_is_a_page_and_no_missing_scope(slack: Host, files: SlackFiles) -> None:
    slack.answers["/f"] = says(b"<h1>Plan</h1>", Content_Type="text/html")
    canvas = slack.file(name="Plan", mimetype="application/vnd.slack-docs")
    assert await files.read(canvas) == Text("<h1>Plan</h1>")


@pytest.mark.parametrize("address", ["//files.slack.com/f", "https://xn--slack-.com/f", "http://["])
async def test_a_redirect_to_what_is_no_address_is_not_followed(
    slack: Host, files: SlackFiles, address: str
) -> None:
    slack.answers["/f"] = says(status=302, Location=address)
    assert await files.read(slack.file()) is Unfetched.UNREACHABLE


async def test_a_machine_without_a_process_to_spare_is_not_the_files_fault(
    slack: Host, files: SlackFiles, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def none_left(*_: object, **__: object) -> None:
        raise BlockingIOError(11, "Resource temporarily unavailable")

    monkeypatch.setattr(asyncio, "create_subprocess_exec", none_left)
    slack.answers["/f"] = says(b"%PDF-1.4")
    assert await files.read(slack.file(name="a.pdf")) is Unfetched.NOT_NOW


@pytest.mark.parametrize(
    ("status", "why"),
    [
        (401, Unfetched.UNREACHABLE),
        (403, Unfetched.UNREACHABLE),
        (404, Unfetched.GONE),
        (410, Unfetched.GONE),
        (429, Unfetched.UNREACHABLE),
        (500, Unfetched.UNREACHABLE),
    ],
)
async def test_other_answers(slack: Host, files: SlackFiles, status: int, why: Unfetched) -> None:
    slack.answers["/f"] = says(status=status)
    assert await files.read(slack.file()) is why


async def test_what_is_too_large_is_not_fetched_and_a_wrong_size_is_noticed(
    slack: Host, files: SlackFiles
) -> None:
    assert await files.read(slack.file(size=1_001)) == Unreadable(Reason.TOO_LARGE, limit=1_000)
    assert slack.seen == []
    taken = 0

    async def endless(request: web.Request) -> web.StreamResponse:
        nonlocal taken
        response = web.StreamResponse(headers={"Content-Type": "text/plain"})
        await response.prepare(request)
        while taken < 1_000_000_000:
            await response.write(b"x" * 65_536)
            taken += 65_536
        return response

    slack.answers["/f"] = endless
    assert await files.read(slack.file(size=10)) == Unreadable(Reason.TOO_LARGE, limit=1_000)
    assert taken < 100_000_000


async def test_what_broke_off_is_fetched_once_more(slack: Host, files: SlackFiles) -> None:
    async def broken(request: web.Request) -> web.StreamResponse:
        slack.answers["/f"] = says(b"whole")
        assert request.transport is not None
        request.transport.abort()
        await asyncio.sleep(0)
        return web.Response()

    slack.answers["/f"] = broken
    assert await files.read(slack.file()) == Text("whole")


async def test_a_file_without_an_address_is_asked_for(slack: Host, files: SlackFiles) -> None:
    async def info(request: web.Request) -> web.Response:
        told = {"id": "F1", "name": "a.txt", "mimetype": "text/plain", "url_private": f"{slack.origin}/f"}
        return web.json_response({"ok": True, "file": told})

    slack.answers |= {"/api/files.info": info, "/f": says(b"asked for")}
    assert await files.read(slack.file(url="")) == Text("asked for")


async def test_a_file_without_an_id_is_not_there(slack: Host, files: SlackFiles) -> None:
    assert await files.read(SharedFile("", "file")) is Unfetched.GONE
    assert slack.seen == []


@pytest.mark.parametrize(
    ("answer", "why"),
    [
        ({"ok": False, "error": "missing_scope"}, Unfetched.NO_SCOPE),
        ({"ok": False, "error": "file_not_found"}, Unfetched.GONE),
        ({"ok": False, "error": "fatal"}, Unfetched.UNREACHABLE),
        ({"ok": True, "file": {"id": "F1", "mode": "tombstone"}}, Unfetched.GONE),
        ({"ok": True, "file": {"id": "F1", "mode": "external", "url_private": "https://x"}}, Unfetched.ELSEWHERE),
        ({"ok": True, "file": {"id": "F1"}}, Unfetched.UNREACHABLE),
        ({"ok": True, "file": 7}, Unfetched.UNREACHABLE),
        ({"ok": True}, Unfetched.UNREACHABLE),
    ],
)
async def test_what_slack_may_know_of_a_file(
    slack: Host, files: SlackFiles, answer: dict[str, object], why: Unfetched
) -> None:
    async def info(request: web.Request) -> web.Response:
        return web.json_response(answer)

    slack.answers["/api/files.info"] = info
    assert await files.read(slack.file(url="")) is why


async def test_pictures_are_for_models_that_see(slack: Host, session: aiohttp.ClientSession) -> None:
    slack.answers["/f"] = says(png(3, 2))
    named, unnamed = slack.file(name="a.png", mimetype="image/png"), slack.file(name="a", mimetype="")
    assert await files_of(slack, session).read(named) == Image(png(3, 2), "image/png", 3, 2)
    blind = files_of(slack, session, sees=False)
    slack.seen.clear()
    assert await blind.read(named) is Unfetched.NOT_SEEN
    assert slack.seen == []
    assert await blind.read(unnamed) is Unfetched.NOT_SEEN


@pytest.mark.parametrize(("told", "ids"), [([{"id": "F1", "name": "a"}], ["F1"]), (None, [])])
async def test_the_files_of_a_message_are_asked_for(
    slack: Host, files: SlackFiles, told: object, ids: list[str]
) -> None:
    async def replies(request: web.Request) -> web.Response:
        message = {"ts": "2.2", "text": "hi"} | ({"files": told} if told else {})
        return web.json_response({"ok": True, "messages": [{"ts": "1.1", "files": [{"id": "F0"}]}, message]})

    slack.answers["/api/conversations.replies"] = replies
    mention = Delivery(DeliveryKind.MESSAGE, "k", ConversationKey("T1", "C1", "1.1"), "U1", ts="2.2", files=None)
    assert [file.id for file in await files.files_of(mention) or ()] == ids


@pytest.mark.parametrize(
    ("answer", "known"),
    [
        ({"ok": False, "error": "thread_not_found"}, ()),
        ({"ok": False, "error": "missing_scope"}, ()),
        ({"ok": False, "error": "internal_error"}, None),
        ({"ok": True, "messages": []}, None),
        ({"ok": True, "messages": 7}, None),
        ({"ok": True, "messages": [7, {"ts": "1.1"}]}, None),
    ],
)
async def test_a_slack_that_does_not_say_is_told_from_one_that_says_none(
    slack: Host, files: SlackFiles, answer: dict[str, object], known: tuple[()] | None
) -> None:
    async def answered(request: web.Request) -> web.Response:
        return web.json_response(answer)

    slack.answers["/api/conversations.replies"] = answered
    mention = Delivery(DeliveryKind.MESSAGE, "k", ConversationKey("T1", "C1", "1.1"), "U1", ts="2.2", files=None)
    assert await files.files_of(mention) == known
