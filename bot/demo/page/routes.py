"""The demo's page as an aiohttp application: `make_app(workspace, people)`.

What browser tests may rely on (all ids are the workspace's own):

    data-person="kim|lee|park"       the switcher's links, [aria-current] on the chosen one; also on <body>
    data-channel="C…|D…" data-channel-key="general|hr|nod"   the rail's links, [data-unread] while something waits
    article.message[data-ts][data-channel][data-user="kim|…|nod"]   a message; [data-ephemeral], [data-streaming]
        inside  #list  the channel,  #thread-list  the open thread;  its content is .body
    a[data-open-thread]              opens a message's thread (the reply count, and the tool beside the message)
    #thread[data-thread-ts]          the thread's panel, [hidden] while none is open;  a[data-close-thread]
    form[data-composer="channel|thread"]  textarea[name=text], button[data-send], button[data-attach] with
        input[data-choose-files], [data-chosen] li for each file that waits; files may be dropped above it, too
    li[data-file]                    a file in a message
    button[data-edit-message], button[data-delete-message]   beside one's own messages; each opens a dialog,
        dialog[data-edit-dialog], dialog[data-delete-dialog], with button[value="save|delete"]
    button[data-dismiss]             closes what only the person sees
    [data-prompt="text"]             a suggestion: a click sends the text
    [data-action-id][data-block-id][data-type]   every Block Kit control; a button's value is its value
    dialog[data-confirm-dialog][open]  [data-confirm="yes|no"]
    dialog#view[open][data-view-id][data-callback-id]  form[data-view-form], inputs named "block_id:action_id",
        button[data-submit], button[data-close-view], .error beside a refused input
    [data-status]                    the assistant's status line, empty when there is none;
        button[data-stop] in it is Slack's own Stop, in direct messages while an answer is written
    [data-click-warning]             beside a control whose click was not taken, until the next try
    button[data-behind]              opens #behind; tr[data-employee="1"][data-change="|changed|added|removed"]
    button[data-restart]             kills Nod's process and starts it again;
        [data-process="running|starting|stopped|ended"] is its state, [data-process-why] why it ended
    details[data-unkind]             button[data-fault="gap|…"] makes the world unkind, button[data-calm] ends it;
        .unkind-count says how many faults there were
    details[data-contract]           the steps to try, with [data-prompt] buttons; li[data-step="four_eyes|edit|…"]
    details[data-steering]           what can be asked of an answer: li[data-try="stop|continue|…"]
    button[data-theme-toggle], [data-toast]

Addresses: GET / (?as=kim&in=general&thread=<ts>&tab=home), GET /events (the same query),
POST /say, /edit, /delete, /dismiss, /click, /stop, /open, /restart, /views/{id}/submit, /views/{id}/close (form
fields, ?as=…); GET and POST /unkind (JSON, see page/unkind.py).
A refusal is {"error": "a sentence"} with a 4xx status; with 200 it is Nod that did not take a click in time.
"""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from aiohttp import web
from jinja2 import Environment, PackageLoader, StrictUndefined

from bot.demo.page import screen
from bot.demo.page.behind import Row, compare
from bot.demo.page.files import FILE_BYTES, LARGEST_FORM, MOST_FILES, read_files, respond
from bot.demo.page.forms import form_values, problems
from bot.demo.page.guard import add_headers, guard
from bot.demo.page.icons import icon
from bot.demo.page.live import Event, Live, Reading, encode, events
from bot.demo.page.own_messages import OwnMessages
from bot.demo.page.process import Process, Restarts, State
from bot.demo.page.unkind import Unkindness
from bot.demo.unkind.control import Control
from bot.demo.workspace.errors import NotThere
from bot.demo.workspace.inputs import Values
from bot.demo.workspace.people import People
from bot.demo.workspace.state import View, Workspace

__all__ = ["make_app"]

POLL_SECONDS: Final = 0.4
MAXIMUM_TEXT: Final = 12_000
_JSON: Final = "application/json"
_HERE: Final = Path(__file__).parent


def _templates() -> Environment:
    templates = Environment(
        loader=PackageLoader("bot.demo.page"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    templates.globals["icon"] = icon
    return templates


class _Page:
    """The handlers, bound to one workspace."""

    def __init__(
        self,
        workspace: Workspace,
        people: People,
        employees: Callable[[], Sequence[Row]] | None,
        process: Process | None,
        unkind: Unkindness | None,
    ) -> None:
        self.workspace = workspace
        self.people = people
        self.employees = employees
        self.restarts = Restarts(process)
        self.unkind = unkind
        self.before = self._rows()
        self.templates = _templates()
        self.reading = Reading()

    def _rows(self) -> list[Row]:
        return [dict(row) for row in self.employees()] if self.employees else []

    def _behind(self, rows: Sequence[Row]) -> dict[str, Any]:
        shown = compare(self.before, rows)
        return {"rows": shown, "changed": sum(bool(row.change) for row in shown)}

    def _place(self, query: Mapping[str, str]) -> screen.Place:
        return screen.place_of(self.workspace, query)

    def refuse(self, place: screen.Place, key: str, status: int = 400) -> web.Response:
        sentence = screen.reader_of(self.workspace, place.person).say(key)
        return web.json_response({"error": sentence}, status=status)

    async def page(self, request: web.Request) -> web.Response:
        """Show the whole page for one person."""
        place = self._place(request.query)
        self.reading.read(self.workspace, place.person.id, place.channel.id)
        unread = self.reading.unread(self.workspace, place.person.id)
        values = screen.page_values(self.workspace, place, unread)
        behind = self._behind(self._rows()) if self.employees else None
        html = self.templates.get_template("page.html").render(
            behind=behind,
            process=self.restarts.state,
            process_why=self.restarts.why,
            unkind=self.unkind.values if self.unkind else None,
            **values,
        )
        return web.Response(text=html, content_type="text/html", headers={"Cache-Control": "no-store"})

    async def events(self, request: web.Request) -> web.StreamResponse:
        """Stream what changes, as live.py describes, until the browser goes away."""
        live = Live(self.workspace, self.templates, self._place(request.query), self.reading)
        response = web.StreamResponse(headers={"Content-Type": "text/event-stream", "Cache-Control": "no-store"})
        await response.prepare(request)
        rows: list[Row] | None = None
        state: tuple[State | None, str] = (None, "")
        counts: dict[str, int] | None = None

        def polled() -> Iterator[Event]:
            nonlocal rows, state, counts
            if self.employees is not None and (now := self._rows()) != rows:
                rows = now
                yield "employees", {"html": live.render("behind.html", behind=self._behind(now))}
            if (new := (self.restarts.state, self.restarts.why)) != state:
                state = new
                yield "process", {"html": live.render("process.html", process=new[0], process_why=new[1])}
            if self.unkind is not None and (counted := self.unkind.counts) != counts:
                counts = counted
                yield "unkind", {"html": live.render("unkind.html", counts=counted)}

        try:
            async for event in events(live, polled, POLL_SECONDS):
                await response.write(encode(event))
        except ConnectionResetError:
            pass  # the browser went away: nothing to tell anybody
        return response

    def acting(self, request: web.Request, channel: str = "") -> screen.Place:
        """Find who acts, and where; 404 for a person or a channel that is not there, which are never guessed."""
        place = self._place({"as": request.query.get("as", ""), "in": channel})
        if place.person.name != request.query.get("as") or (channel and place.channel.id != channel):
            raise web.HTTPNotFound(text='{"error": "There is no such person or channel."}', content_type=_JSON)
        return place

    async def say(self, request: web.Request) -> web.Response:
        """Send what was typed: a message, a reply, or a slash command."""
        try:
            form = await request.post()
            files = read_files(form.getall("files", []))
        except web.HTTPRequestEntityTooLarge:
            sentence = screen.reader_of(self.workspace, self.acting(request).person).say(
                "files_limit", count=MOST_FILES, megabytes=FILE_BYTES // 1_000_000
            )
            return web.json_response({"error": sentence}, status=413)
        place = self.acting(request, str(form["channel"]))
        text, thread_ts = str(form["text"]).replace("\r\n", "\n"), str(form.get("thread_ts", "")) or None
        if not text.strip() and not files:
            return web.json_response({"ts": None})
        if len(text) > MAXIMUM_TEXT:
            return self.refuse(place, "too_long")
        if text.startswith("/") and not files:
            return await self._command(place, text, thread_ts)
        try:
            message = await self.people.say(place.person.id, place.channel.id, text.strip(), thread_ts, files)
        except NotThere:
            return self.refuse(place, "not_there", 404)
        return web.json_response({"ts": message.ts})

    async def file(self, request: web.Request) -> web.Response:
        """Open a file of a channel that the person is in."""
        place, file = self.acting(request), self.workspace.files.get(request.match_info["id"])
        channels = screen.channels_of(self.workspace, place.person)
        messages = (message for channel in channels for message in self.workspace.messages(channel.id))
        if file is None or not any(file in message.files for message in messages):
            return self.refuse(place, "not_there", 404)
        return respond(file)

    async def _command(self, place: screen.Place, text: str, thread_ts: str | None) -> web.Response:
        command, _, rest = text.partition(" ")
        if thread_ts:
            return self.refuse(place, "command_in_thread")
        if command != "/nod":
            return self.refuse(place, "command_unknown")
        await self.people.command(place.person.id, place.channel.id, rest.strip(), command)
        return web.json_response({"ts": None})

    async def click(self, request: web.Request) -> web.Response:
        """Press a button or choose an option, of a message or (with view_id) of a modal or Home tab."""
        form = await request.post()
        action_id, value = str(form["action_id"]), _chosen(str(form.get("type", "")), form.get("value"))
        block_id = str(form.get("block_id", "")) or None
        place = self.acting(request, str(form.get("channel", "")))
        person = place.person.id
        try:
            if view_id := str(form.get("view_id", "")):
                typed = self._typed(view_id, lambda name: [str(each) for each in form.getall(name, [])])
                taken = await self.people.click_view(person, view_id, action_id, value, block_id, typed)
            else:
                taken = await self.people.click(
                    person, place.channel.id, str(form["ts"]), action_id, value, block_id
                )
        except NotThere:
            return self.refuse(place, "not_there", 404)
        return web.json_response({}) if taken else self.refuse(place, "no_answer", 200)

    def _typed(self, view_id: str, form: Callable[[str], list[str]]) -> Values:
        """Read what stands in a modal's inputs; nothing for a Home tab, whose choices were all told already."""
        view = self.workspace.views.get(view_id)
        return form_values(view.blocks, form) if view else {}

    async def stop(self, request: web.Request) -> web.Response:
        """Press Slack's own Stop in a thread of the direct channel."""
        form = await request.post()
        place = self.acting(request, str(form["channel"]))
        try:
            await self.people.stop(place.person.id, place.channel.id, str(form["thread_ts"]))
        except NotThere:
            return self.refuse(place, "not_there", 404)
        return web.json_response({})

    async def open(self, request: web.Request) -> web.Response:
        """Tell Nod that the person has opened its messages or its Home tab."""
        form = await request.post()
        person = self.acting(request).person.id
        await (self.people.open_home(person) if form.get("tab") == "home" else self.people.open_dm(person))
        return web.json_response({})

    async def restart(self, request: web.Request) -> web.Response:
        """Kill Nod's process and start it again; answers when it is connected."""
        place = self.acting(request)
        if self.restarts.state is None:
            return self.refuse(place, "not_there", 404)
        try:
            await self.restarts.restart()
        except TimeoutError:
            return self.refuse(place, "process_away", 504)
        if self.restarts.state == "ended":
            return self.refuse(place, "process_over", 502)
        return web.json_response({})

    def _own_view(self, request: web.Request) -> tuple[screen.Place, View | None]:
        place = self.acting(request)
        view = self.workspace.views.get(request.match_info["id"])
        return place, view if view and view.user == place.person.id else None

    async def submit_view(self, request: web.Request) -> web.Response:
        """Submit a modal; {"errors": {block_id: sentence}} when the page itself or the app refuses."""
        place, view = self._own_view(request)
        if view is None:
            return self.refuse(place, "not_there", 404)
        form = await request.post()
        values = form_values(view.blocks, lambda name: [str(value) for value in form.getall(name, [])])
        view.errors = problems(view.blocks, values, screen.reader_of(self.workspace, place.person))
        if view.errors:
            self.workspace.put_view(view)
        else:
            await self.people.submit_view(view.user, view.id, values)
        return web.json_response({"errors": view.errors})

    async def close_view(self, request: web.Request) -> web.Response:
        """Close a modal."""
        place, view = self._own_view(request)
        if view is None:
            return self.refuse(place, "not_there", 404)
        await self.people.close_view(view.user, view.id)
        return web.json_response({})


def _chosen(kind: str, value: object) -> object:
    """Read what was chosen: ticks come as a JSON list."""
    return json.loads(str(value)) if kind == "checkboxes" else None if value is None else str(value)


def make_app(
    workspace: Workspace,
    people: People,
    employees: Callable[[], Sequence[Row]] | None = None,
    process: Process | None = None,
    control: Control | None = None,
) -> web.Application:
    """Make the page's application, for the root of a server of its own on 127.0.0.1.

    `employees` gives the employee service's rows, {"id", …}, as they are now; with it the page has its
    panel behind the scenes, which compares them with what they were when the application was made. `process` is
    Nod's, which the panel can restart from when it has a `restart` on. `control` makes the workspace unkind.
    """
    unkind = Unkindness(control) if control is not None else None
    page = _Page(workspace, people, employees, process, unkind)
    app = web.Application(middlewares=[guard], client_max_size=LARGEST_FORM)
    app.on_response_prepare.append(add_headers)
    app.router.add_get("/", page.page)
    app.router.add_get("/events", page.events)
    app.router.add_post("/say", page.say)
    app.router.add_get("/files/{id}/{name}", page.file)
    own = OwnMessages(people, page.acting, page.refuse)
    app.router.add_post("/edit", own.edit)
    app.router.add_post("/delete", own.delete)
    app.router.add_post("/dismiss", own.dismiss)
    app.router.add_post("/click", page.click)
    app.router.add_post("/stop", page.stop)
    app.router.add_post("/open", page.open)
    app.router.add_post("/restart", page.restart)
    if unkind is not None:
        app.router.add_get("/unkind", unkind.show)
        app.router.add_post("/unkind", unkind.ask)
    app.router.add_post("/views/{id}/submit", page.submit_view)
    app.router.add_post("/views/{id}/close", page.close_view)
    app.router.add_static("/static", _HERE / "static")
    return app
