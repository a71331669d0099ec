"""Start the whole demo and meet each of its parts with the library that the bot uses for it."""

from urllib.parse import urlsplit

import aiohttp
import httpx
from openai import AsyncOpenAI
from slack_bolt.adapter.socket_mode.async_handler import AsyncSocketModeHandler
from slack_bolt.app.async_app import AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

from bot.demo.world import start_world

NAMES = {
    "SLACK_BOT_TOKEN",
    "SLACK_APP_TOKEN",
    "SLACK_API_URL",
    "OPENAI_API_KEY",
    "OPENAI_BASE_URL",
    "NOD_MODEL_SEES",
    "EMPLOYEES_API_URL",
    "WEATHER_API_URL",
    "GEOCODING_API_URL",
}


async def test_the_environment_is_all_that_a_bot_needs() -> None:
    async with start_world(delta_seconds=0) as world:
        environment = world.environment()
        assert set(environment) == NAMES
        addresses = [value for name, value in environment.items() if name.endswith("_URL")]
        assert {urlsplit(address).hostname for address in [*addresses, world.page_url]} == {"127.0.0.1"}

        async with httpx.AsyncClient() as http:
            page = await http.get(world.page_url)
            assert (page.status_code, "Kim" in page.text) == (200, True)
            employees = await http.get(f"{environment['EMPLOYEES_API_URL']}/employees")
            assert len(employees.json()["data"]) == 24
            query = {"name": "서울", "count": "1", "language": "ko"}
            places = await http.get(f"{environment['GEOCODING_API_URL']}/v1/search", params=query)
            place = places.json()["results"][0]
            where = {"latitude": place["latitude"], "longitude": place["longitude"], "current": "temperature_2m"}
            weather = await http.get(f"{environment['WEATHER_API_URL']}/v1/forecast", params=where)
            assert "temperature_2m" in weather.json()["current"]

        async with AsyncOpenAI(
            api_key=environment["OPENAI_API_KEY"], base_url=environment["OPENAI_BASE_URL"]
        ) as model:
            answer = await model.responses.create(model="any", input="hello")
            assert answer.output_text


async def test_a_bot_lives_in_it_and_the_page_stays_open_to_the_end() -> None:
    async with aiohttp.ClientSession() as session:
        async with start_world() as world:
            environment = world.environment()
            assert environment["SLACK_BOT_TOKEN"].startswith("xoxb-")
            client = AsyncWebClient(
                environment["SLACK_BOT_TOKEN"], base_url=environment["SLACK_API_URL"], session=session
            )
            app = AsyncApp(client=client)

            @app.event("app_mention")
            async def on_mention(event: dict[str, str]) -> None:
                await client.chat_postMessage(channel=event["channel"], thread_ts=event["ts"], text="hello")

            @app.event("message")
            async def on_message() -> None: ...

            handler = AsyncSocketModeHandler(app, environment["SLACK_APP_TOKEN"])
            await handler.connect_async()
            asked = await world.people.say("kim", "hr", "@Nod?")
            [answer] = await world.workspace.wait_for(lambda w: w.replies(asked.channel, asked.ts))
            assert answer.text == "hello"
            await world.sockets.wait_acked()
            events = await session.get(f"{world.page_url}events?as=kim")
            assert events.status == 200
            await handler.close_async()
        assert world.sockets.connections == 0
        events.close()


async def test_each_start_has_tokens_of_its_own_and_ids_from_the_seed() -> None:
    async with start_world(seed=5) as one, start_world(seed=5) as two:
        secrets = ("SLACK_BOT_TOKEN", "SLACK_APP_TOKEN", "OPENAI_API_KEY")
        assert all(one.environment()[name] != two.environment()[name] for name in secrets)
        assert one.workspace.user("kim").id == two.workspace.user("kim").id
