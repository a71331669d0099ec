"""Files on the page: what is served, and to whom."""

import aiohttp
import pytest
from aiohttp import web

from bot.demo.page import files
from bot.demo.page.files import file_values
from bot.demo.page.routes import make_app
from bot.demo.serving import serve
from bot.demo.workspace.people import People
from bot.demo.workspace.residents import settle
from bot.demo.workspace.slack import make_slack
from bot.demo.workspace.state import Workspace

PNG, HTML = ("a b.png", "image/png", b"\x89PNG"), ("x.html", "text/html", b"<script>alert(1)</script>")


@pytest.fixture
def people() -> People:
    workspace = Workspace()
    settle(workspace)
    return People(make_slack(workspace))


async def test_a_form_with_files_is_a_message_and_they_can_be_opened(people: People) -> None:
    workspace = people.workspace
    async with serve(make_app(workspace, people)) as origin, aiohttp.ClientSession(origin) as session:
        form = aiohttp.FormData({"channel": workspace.channel("general").id, "text": ""}, quote_fields=False)
        for name, kind, content in (PNG, HTML):
            form.add_field("files", content, filename=name, content_type=kind)
        async with session.post("/say?as=kim", data=form, headers={"Origin": origin}) as response:
            answer = await response.json()
        message = workspace.message(workspace.channel("general").id, answer["ts"])
        assert message is not None
        assert [(file.name, file.mimetype, file.content) for file in message.files] == [PNG, HTML]
        picture, page = file_values(message, workspace.user("kim"))
        async with session.get(picture["href"]) as response:
            assert (response.content_type, await response.read()) == ("image/png", PNG[2])
        async with session.get(page["href"]) as response:
            assert response.content_type == "application/octet-stream"
            assert response.headers["Content-Disposition"].startswith("attachment")
            assert response.headers["X-Content-Type-Options"] == "nosniff"


async def test_a_file_of_a_direct_message_is_for_its_person(people: People) -> None:
    workspace = people.workspace
    message = await people.say("kim", workspace.dm("kim").id, "", files=[PNG])
    async with serve(make_app(workspace, people)) as origin, aiohttp.ClientSession(origin) as session:
        for person, status in (("kim", 200), ("lee", 404)):
            async with session.get(file_values(message, workspace.user(person))[0]["href"]) as response:
                assert response.status == status


async def test_a_file_that_is_too_large_is_refused(people: People, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files, "FILE_BYTES", 3)
    workspace = people.workspace
    async with serve(make_app(workspace, people)) as origin, aiohttp.ClientSession(origin) as session:
        form = aiohttp.FormData({"channel": workspace.channel("general").id, "text": "hi"})
        form.add_field("files", b"four", filename="a.txt")
        async with session.post("/say?as=kim", data=form, headers={"Origin": origin}) as response:
            assert response.status == web.HTTPRequestEntityTooLarge.status_code
            assert "파일은" in (await response.json())["error"]
    assert workspace.messages(workspace.channel("general").id) == []
