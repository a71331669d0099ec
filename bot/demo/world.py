"""Starts the whole demo on this machine: the workspace, its page, the stand-in model and the two data services."""

import json
import secrets
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field

from bot.demo.model import server as model_server
from bot.demo.model.script import Script
from bot.demo.page import routes
from bot.demo.services import employees, weather
from bot.demo.services.faults import Faults
from bot.demo.serving import serve
from bot.demo.unkind.control import Control
from bot.demo.unkind.handles import Unkind
from bot.demo.workspace import web_api
from bot.demo.workspace.people import People
from bot.demo.workspace.residents import settle, talk
from bot.demo.workspace.slack import Slack, make_slack
from bot.demo.workspace.socket import ACK_SECONDS, SocketMode
from bot.demo.workspace.state import STATUS_SECONDS, STREAM_SECONDS, Workspace

DELTA_SECONDS = 0.012  # between two streamed deltas of the stand-in model


@dataclass
class World:
    """What is running, where, and the handles by which a test or a curious person makes it misbehave."""

    slack: Slack
    people: People
    employees: employees.Employees
    model_key: str
    script: Script = field(default_factory=Script)
    employees_faults: Faults = field(default_factory=lambda: Faults("employees"))
    weather_faults: Faults = field(default_factory=lambda: Faults("weather"))
    page_url: str = ""
    slack_api_url: str = ""
    model_url: str = ""
    employees_url: str = ""
    weather_url: str = ""
    restart: Callable[[], Awaitable[None]] | None = None
    """Kills Nod's process, starts it again and returns when it is connected. Whoever runs one puts this in, and
    the page offers it from then on."""
    ended: Callable[[], str | None] = lambda: None
    """Says why Nod's process has ended by itself; None while it has not."""

    def __post_init__(self) -> None:
        self.unkind = Unkind(self.slack, self.script, self.employees_faults, self.weather_faults)

    @property
    def connected(self) -> bool:
        """Whether Nod has a socket open."""
        return self.sockets.connections > 0

    @property
    def workspace(self) -> Workspace:
        return self.slack.workspace

    @property
    def sockets(self) -> SocketMode:
        return self.slack.sockets

    def environment(self) -> dict[str, str]:
        """Say what `nod run` needs in its environment to live in this world."""
        return {
            "SLACK_BOT_TOKEN": self.slack.bot_token,
            "SLACK_APP_TOKEN": self.slack.app_token,
            "SLACK_API_URL": self.slack_api_url,
            "OPENAI_API_KEY": self.model_key,
            "OPENAI_BASE_URL": self.model_url,
            "NOD_MODEL_SEES": "yes",
            "EMPLOYEES_API_URL": self.employees_url,
            "WEATHER_API_URL": self.weather_url,
            "GEOCODING_API_URL": self.weather_url,
        }

    def nod_toml(self) -> str:
        """Write the rules of this world: any of its people may confirm a hire, but not whoever asked for it."""
        people = [user.id for user in self.workspace.users.values() if not user.is_bot]
        names = ", ".join(user.real_name for user in self.workspace.users.values() if not user.is_bot)
        return (
            f"# Four eyes: {names} may confirm a hire, but never their own.\n"
            f"[functions.create_employee]\nconfirm_by = {json.dumps(people)}\nnot_requester = true\n"
        )


@asynccontextmanager
async def start_world(
    page_port: int = 0,
    *,
    seed: int | None = None,
    time_scale: float = 1.0,
    ack_seconds: float = ACK_SECONDS,
    status_seconds: float = STATUS_SECONDS,
    stream_seconds: float = STREAM_SECONDS,
    delta_seconds: float = DELTA_SECONDS,
    lived_in: bool = False,
    script: Script | None = None,
) -> AsyncIterator[World]:
    """Run the demo until the context ends, on 127.0.0.1 only; OSError when `page_port` is taken.

    Tokens are made anew at each start. `seed` fixes the workspace's ids; `time_scale` shortens the delays before
    Slack delivers an event again, `ack_seconds` how long it waits for an ack. `lived_in`: people have talked here.
    `script` answers in place of the rules.
    """
    workspace = Workspace(seed=seed, status_seconds=status_seconds, stream_seconds=stream_seconds)
    settle(workspace)
    if lived_in:
        talk(workspace)
    slack = make_slack(workspace, time_scale=time_scale, ack_seconds=ack_seconds)
    model_key = f"sk-demo-{secrets.token_hex(16)}"
    world = World(slack, People(slack), employees.Employees(), model_key, script or Script())
    model = model_server.make_app(api_key=world.model_key, delta_delay=delta_seconds, script=world.script)
    async with AsyncExitStack() as running:
        slack.origin = await running.enter_async_context(serve(web_api.make_app(slack)))
        running.callback(workspace.close)
        world.slack_api_url = f"{slack.origin}/api/"
        world.model_url = await running.enter_async_context(serve(model)) + "/v1"
        employees_app = employees.make_app(world.employees, world.employees_faults)
        world.employees_url = await running.enter_async_context(serve(employees_app)) + "/api/v1"
        world.weather_url = await running.enter_async_context(serve(weather.make_app(faults=world.weather_faults)))
        page = routes.make_app(workspace, world.people, world.employees.rows, world, Control(world.unkind))
        world.page_url = await running.enter_async_context(serve(page, page_port)) + "/"
        yield world
