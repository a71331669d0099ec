"""The one composition root: settings → storage, model, functions, Bolt, scheduler."""

import asyncio
import contextlib
import logging
import signal
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import UTC, datetime, timedelta
from importlib.metadata import version

import aiohttp
import httpx

from bot.errors import OperatorError
from bot.files.confinement import hide
from bot.files.contents import MIN_CHARACTERS, Limits
from bot.files.reader import Reader
from bot.metrics import Metrics
from bot.model.check import check_model
from bot.model.configured import model_options
from bot.model.options import sees
from bot.model.protocol import Model
from bot.model.select import build_model
from bot.model.windows import context_tokens
from bot.monitor.server import monitor
from bot.monitor.sources import Sources
from bot.rules import Rules
from bot.rules_file import check_functions
from bot.schedule.alarm import Alarm
from bot.schedule.book import Book
from bot.schedule.book import Limits as ScheduleLimits
from bot.schedule.housekeeping import housekeep
from bot.schedule.posting import MAKING, Posting
from bot.settings import Settings, load_rules
from bot.slack.buttons import Buttons
from bot.slack.card_posts import CardPosts
from bot.slack.channels import SlackChannels
from bot.slack.commands import Commands
from bot.slack.connection import Refusals, build_bolt, open_app_client, open_client, socket_url, who_am_i
from bot.slack.decisions import Decisions
from bot.slack.dialogs import Dialogs
from bot.slack.files import SlackFiles
from bot.slack.forgetting import Forgetting
from bot.slack.going_on import GoingOn
from bot.slack.granting import Granting
from bot.slack.intake import Intake
from bot.slack.listeners import register
from bot.slack.offers import Offers
from bot.slack.openings import Openings
from bot.slack.people import People
from bot.slack.reply import SlackOutlets
from bot.slack.retries import Retries
from bot.slack.run_posts import RunPosts
from bot.slack.scheduling import Scheduling
from bot.slack.sharing import Sharing
from bot.slack.slack_time import SlackTime
from bot.slack.sockets import Sockets
from bot.slack.standing import Standings
from bot.slack.stops import Stops
from bot.slack.threads import SlackThreads
from bot.slack.welcome import Welcome
from bot.slack.whisper import Whisper
from bot.slack.wishes import SaidWishes
from bot.turns import excerpts, withdrawal
from bot.turns.parts import Parts
from bot.turns.policy import Policy
from bot.turns.recovery import recover
from bot.turns.worker import Worker
from functions.contract import Function
from functions.errors import DeclarationError
from functions.registry import discover, offering_nothing, offers_nothing
from storage.ports import Storage, StorageError
from storage.sqlite import open_storage
from storage.sqlite.alone import alone

log = logging.getLogger("nod.app")

DRAIN = 10.0
"""Seconds that running turns get to end after SIGTERM."""

HTTP_TIMEOUT = httpx.Timeout(15.0, connect=5.0)
"""Seconds for the functions' HTTP client."""


async def run(settings: Settings) -> None:
    """Run Nod until SIGINT or SIGTERM. Raises OperatorError when it cannot start or cannot go on."""
    stopped = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stopped.set)
    stopping = asyncio.create_task(stopped.wait())
    serving = asyncio.create_task(_serve(settings))
    # a stop counts from the first moment: a start may wait for Slack, and turns run before it is over
    await asyncio.wait({stopping, serving}, return_when=asyncio.FIRST_COMPLETED)
    stopping.cancel()
    if not serving.done():
        log.info("stopping")
        serving.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await serving


async def _serve(settings: Settings) -> None:
    """Run until cancelled."""
    async with running(settings) as tasks:
        # none ends by itself but with an OperatorError or a defect, and a restart is better than silence
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        for task in tasks:
            if task.done():
                task.result()


@asynccontextmanager
async def running(settings: Settings) -> AsyncIterator[Sequence["asyncio.Task[None]"]]:
    """Start Nod, yield the tasks that it cannot be without, and stop in the right order: intake first, then the
    running turns, then what they use."""
    async with AsyncExitStack() as stack:
        functions, rules = _functions(settings)
        storage = await _storage(settings, stack)
        model = await _model(settings, stack)
        budget = settings.context_tokens or context_tokens((settings.model, *settings.model_fallbacks))
        metrics = Metrics(clock(), version=version("nod-bot"), model=model.name)
        http = await stack.enter_async_context(httpx.AsyncClient(timeout=HTTP_TIMEOUT))
        session = await stack.enter_async_context(aiohttp.ClientSession())
        bot_token = settings.slack_bot_token.get_secret_value()
        app_token = settings.slack_app_token.get_secret_value()
        client = open_client(
            bot_token, settings.slack_api_url, session, metrics.slack_limited, metrics.slack_failed
        )
        nod = await who_am_i(client)
        refusals = Refusals()
        refusals.watch(client)
        app_client = open_app_client(app_token, settings.slack_api_url, session)
        first_socket = await socket_url(app_client)

        people = People(client)
        whisper = Whisper(client, session, people)
        card_posts = CardPosts(
            client, session, people, functions, rules, nod.bot, storage.schedules, storage.actions
        )
        outlets = SlackOutlets(client, session, people, card_posts)
        hide()  # from the processes that read files
        files = SlackFiles(
            client,
            session,
            Reader(_limits(settings, budget)),
            settings.slack_api_url,
            sees=sees(model_options(settings)),
        )
        functions[withdrawal.NAME] = withdrawal.withdrawal(storage.actions, outlets, clock)
        standings = Standings(client, nod.team)
        policy = Policy(rules, standings, storage.schedules)
        grace = timedelta(seconds=settings.schedule_grace)
        posting = Posting(
            storage.schedules,
            RunPosts(client, people, nod.bot),
            policy,
            clock,
            grace,
            lambda: worker.wake(),
            metrics.run,
        )
        alarm = Alarm(storage.schedules, posting, clock, grace)
        book = Book(
            storage.schedules,
            SlackChannels(client),
            standings,
            clock,
            _schedule_limits(settings),
            alarm.wake,
            lambda user, channel: policy.may_call_now(MAKING, user, channel),
        )
        parts = Parts(
            storage=storage,
            model=model,
            functions=functions,
            function_settings=settings.for_functions,
            http=http,
            clock=clock,
            confirm_ttl=timedelta(seconds=settings.confirm_ttl),
            context_tokens=budget,
            compaction=settings.compaction,
            max_steps=settings.max_steps,
            policy=policy,
            metrics=metrics,
            turn_seconds=settings.turn_seconds,
            attachments=files,
            schedules=book,
            threads=SlackThreads(client, people, nod.user, nod.bot, settings.thread_messages),
        )
        functions[excerpts.NAME] = excerpts.reading(parts)  # `parts` holds this very mapping
        worker = Worker(parts, outlets, settings.concurrency)
        decisions = Decisions(storage, parts.policy, clock, card_posts, whisper, worker.wake)
        stops = Stops(storage.turns, clock, whisper, client, parts.stops.call)
        going_on = GoingOn(storage.turns, clock, whisper, client, worker.wake, nod.bot)
        wishes = SaidWishes(stops, going_on)
        intake = Intake(storage.inbox, clock, nod.user, worker.wake, metrics.redelivery, wishes)
        granting = Granting(storage.grants, functions, clock, whisper)
        scheduling = Scheduling(book, client, whisper)
        openings = Openings(client, session, nod.bot)
        forgetting = Forgetting(storage.keeping, clock, card_posts, whisper)
        bolt = build_bolt(client, nod)
        register(
            bolt,
            intake=intake,
            commands=Commands(intake, people, granting, scheduling, openings, forgetting),
            welcome=Welcome(client, people, scheduling),
            buttons=Buttons(storage.actions, functions, decisions, card_posts, whisper),
            dialogs=Dialogs(parts, client, decisions, card_posts, whisper, people),
            granting=granting,
            forgetting=forgetting,
            sharing=Sharing(storage.history, whisper),
            retries=Retries(storage.turns, clock, whisper, client, worker.wake, nod.bot),
            scheduling=scheduling,
            offers=Offers(client, people),
            stops=stops,
            wishes=wishes,
            whisper=whisper,
        )
        sockets = Sockets(bolt, app_client, session, refusals, settings.sockets)

        tasks: list[asyncio.Task[None]] = []
        sources = Sources(
            counts=storage.counts,
            sockets=lambda: sockets.states,
            turns=lambda: worker.running,
            working=lambda: not any(task.done() and not task.cancelled() for task in tasks),
            clock=clock,
            concurrency=settings.concurrency,
            turn_seconds=settings.turn_seconds,
            model=model.name,
            functions=len(functions),
        )
        await stack.enter_async_context(monitor(settings.monitor, settings.database, sources, metrics))
        left = await recover(parts)
        for ended in left.ended:
            worker.show(ended)
        tasks.append(asyncio.create_task(worker.run(), name="worker"))
        stack.push_async_callback(worker.drain, DRAIN)
        tasks.append(
            asyncio.create_task(
                housekeep(
                    parts,
                    outlets,
                    left,
                    alarm,
                    outlets.statuses.clear_stale,
                    SlackTime(client),
                    settings.retention,
                ),
                name="housekeeping",
            )
        )
        stack.push_async_callback(posting.end)
        stack.push_async_callback(_end, tasks)
        stack.push_async_callback(sockets.close)
        await sockets.connect(first_socket)
        tasks.append(asyncio.create_task(sockets.watch(), name="sockets"))
        log.info("ready: %d functions, model %s", len(functions), model.name)
        yield tasks


async def _end(tasks: Sequence["asyncio.Task[None]"]) -> None:
    """Cancel tasks and wait for their end. What one of them ended with by itself, `run` has raised."""
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


def clock() -> datetime:
    return datetime.now(UTC)


def _functions(settings: Settings) -> tuple[dict[str, Function], Rules]:
    """Find the functions and hold the operator's rules against them."""
    try:
        functions = dict(discover())
    except DeclarationError as error:
        raise OperatorError(f"A function cannot be used. {error}") from error
    for place in offering_nothing():
        log.warning(offers_nothing(place))
    for own in {withdrawal.NAME, excerpts.NAME} & functions.keys():
        raise OperatorError(f"A function cannot be used. {own} is Nod's own name: choose another.")
    return functions, check_functions(load_rules(settings), functions)


def _limits(settings: Settings, budget: int) -> Limits:
    """Bound a file's text to half of what the model is shown: a question and its answer need room, too."""
    characters = max(MIN_CHARACTERS, min(settings.file_characters, budget // 2))
    return Limits(size=settings.file_bytes, characters=characters)


def _schedule_limits(settings: Settings) -> ScheduleLimits:
    least = timedelta(seconds=settings.schedule_seconds)
    return ScheduleLimits(least, of_person=settings.schedules_of_person, of_team=settings.schedules)


async def _storage(settings: Settings, stack: AsyncExitStack) -> Storage:
    try:
        stack.enter_context(alone(settings.database))
        storage = await open_storage(settings.database)
    except StorageError as error:
        raise OperatorError(f"NOD_DATABASE cannot be used: {error}") from error
    stack.push_async_callback(storage.close)
    return storage


async def _model(settings: Settings, stack: AsyncExitStack) -> Model:
    options = model_options(settings)
    await check_model(options)
    model = build_model(options)
    stack.push_async_callback(model.close)
    return model
