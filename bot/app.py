"""The one composition root: settings → storage, model, functions, Bolt, scheduler."""

import asyncio
import logging
import signal
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import UTC, datetime, timedelta

import aiohttp
import httpx
from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_bolt.async_app import AsyncApp

from bot.errors import OperatorError
from bot.model.check import check_model
from bot.model.options import ModelOptions
from bot.model.select import build_model
from bot.schedule.housekeeping import start_housekeeping
from bot.settings import Settings
from bot.slack.buttons import Buttons
from bot.slack.card_posts import CardPosts
from bot.slack.commands import Commands
from bot.slack.connection import open_client, socket_url, who_am_i
from bot.slack.intake import Intake
from bot.slack.listeners import register
from bot.slack.people import People
from bot.slack.reply import SlackOutlets
from bot.slack.welcome import Welcome
from bot.turns.parts import Parts
from bot.turns.worker import Worker
from functions.errors import DeclarationError
from functions.registry import discover
from storage.ports import StorageError
from storage.sqlite import open_storage

log = logging.getLogger("nod.app")

DRAIN = 10.0
"""Seconds that running turns get to end after SIGTERM."""

HTTP_TIMEOUT = httpx.Timeout(15.0, connect=5.0)
"""Seconds for the functions' HTTP client."""


async def run(settings: Settings) -> None:
    """Run Nod until SIGINT or SIGTERM. Raises OperatorError when it cannot start."""
    stopped = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stopped.set)
    async with running(settings):
        await stopped.wait()
        log.info("stopping")


@asynccontextmanager
async def running(settings: Settings) -> AsyncIterator[None]:
    """Start Nod, and stop it in the right order: intake first, then the running turns, then what they use."""
    async with AsyncExitStack() as stack:
        parts = await _parts(settings, stack)
        session = await stack.enter_async_context(aiohttp.ClientSession())
        client = open_client(settings.slack_bot_token.get_secret_value(), settings.slack_api_url, session)
        bot_user = await who_am_i(client)
        app_token = settings.slack_app_token.get_secret_value()
        first_socket = await socket_url(client, app_token)

        people = People(client)
        card_posts = CardPosts(client, session, people, parts.functions)
        outlets = SlackOutlets(client, session, people, card_posts)
        worker = Worker(parts, outlets, settings.concurrency)
        intake = Intake(parts.storage.inbox, parts.clock, bot_user, worker.wake)
        buttons = Buttons(parts.storage, parts.clock, client, session, people, card_posts, worker.wake)

        await _recover(parts, card_posts)
        scheduler = start_housekeeping(parts, outlets)
        stack.callback(scheduler.shutdown, wait=False)
        working = asyncio.create_task(worker.run(), name="worker")
        stack.push_async_callback(worker.drain, DRAIN)
        stack.callback(working.cancel)

        bolt = AsyncApp(client=client, logger=logging.getLogger("nod.bolt"))
        register(bolt, intake, buttons, Commands(intake, people), Welcome(client, people))
        handler = AsyncSocketModeHandler(bolt, app_token, logger=logging.getLogger("nod.socket"))
        handler.client.wss_uri = first_socket
        stack.push_async_callback(handler.close_async)
        await handler.connect_async()
        log.info("ready: %d functions, model %s", len(parts.functions), parts.model.name)
        yield


async def _parts(settings: Settings, stack: AsyncExitStack) -> Parts:
    try:
        functions = discover()
        storage = await open_storage(settings.database)
    except DeclarationError as error:
        raise OperatorError(f"A function cannot be used. {error}") from error
    except StorageError as error:
        raise OperatorError(f"NOD_DATABASE cannot be used: {error}") from error
    stack.push_async_callback(storage.close)
    options = _model_options(settings)
    await check_model(options)
    model = build_model(options)
    stack.push_async_callback(model.close)
    http = await stack.enter_async_context(httpx.AsyncClient(timeout=HTTP_TIMEOUT))
    return Parts(
        storage=storage,
        model=model,
        functions=functions,
        function_settings=settings.for_functions,
        http=http,
        clock=lambda: datetime.now(UTC),
        confirm_ttl=timedelta(seconds=settings.confirm_ttl),
        context_tokens=settings.context_tokens,
        max_steps=settings.max_steps,
    )


def _model_options(settings: Settings) -> ModelOptions:
    key = settings.openai_api_key
    if settings.azure_endpoint and settings.azure_api_key:
        key = settings.azure_api_key
    return ModelOptions(
        model=settings.model,
        api_key=key.get_secret_value() if key else "",
        api=settings.model_api,
        base_url=settings.openai_base_url,
        azure_endpoint=settings.azure_endpoint,
        azure_api_version=settings.azure_api_version,
    )


async def _recover(parts: Parts, card_posts: CardPosts) -> None:
    """Take up what the last process left: what was executing is unknown now, what was claimed waits again, and a
    card that was recorded but never posted is posted."""
    storage = parts.storage
    interrupted = await storage.actions.interrupt(parts.clock())
    released = await storage.inbox.release()
    uncarded = await storage.actions.uncarded()
    for action in (action for action in uncarded if not action.conversation.key.is_command):
        card_ts = await card_posts.find(action) or await card_posts.post(action)
        if card_ts is not None:
            await storage.actions.carded(action.id, card_ts)
    if interrupted or released:
        log.warning("taken up: %d deliveries, %d actions of unknown outcome", released, len(interrupted))
