"""Whatever a model's server sends, an answer comes out that can be kept and sent again, or a ModelError."""

import asyncio
import json
from collections.abc import Iterator, Sequence
from contextlib import AsyncExitStack, suppress
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Annotated, Any

import pytest
from aiohttp import web
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from pydantic import Field
from sqlite_utils import Database

from bot.demo.serving import serve
from bot.errors import ModelError
from bot.model.chat import ChatModel
from bot.model.options import ModelOptions
from bot.model.protocol import Done, TextDelta
from bot.model.responses import ResponsesModel
from bot.model.select import build_model
from bot.turns.history import model_input
from functions import Context, function
from functions.arguments import freeze
from functions.errors import FunctionProblem
from storage.records import ConversationKey, Delivery, DeliveryKind, Item, NewItem, ResultItem, UserItem
from storage.sqlite import history, inbox, turns
from storage.sqlite.migrations import migrate
from tests.fuzz.replies import SECRET, Play, Player, played, recorded
from tests.storage.sample import NOW

pytestmark = pytest.mark.fuzz

BATCH, BATCHES = 50, 20
"""Replies that come out of one seed, and how many seeds: 1,000 mutated replies of each API."""

QUESTION = UserItem("Weather in Seoul?", "U1")

ASKED = Delivery(
    DeliveryKind.MESSAGE, "message:T1:C1:1.1", ConversationKey("T1", "C1", "1.1"), "U1", QUESTION.text, ts="1.1"
)


@function(read_only=True)
async def get_weather(
    context: Context, city: Annotated[str, Field(description="City", min_length=1)], days: int = 1
) -> str:
    """Weather of a city."""
    return f"{city} {days}"


@dataclass
class Bench:
    """The real client before a server that plays what it is given, and a real database behind."""

    loop: asyncio.Runner
    player: Player
    db: Database
    model: ChatModel | ResponsesModel
    other: ChatModel | ResponsesModel
    bodies: list[bytes]
    noise: list[dict[str, Any]] = field(default_factory=list)
    tried: int = 0
    answered: int = 0

    async def take_all(self, plays: Sequence[Play]) -> None:
        for play in plays:
            try:
                await self.take(play)
            except BaseException as error:
                error.add_note(repr(play)[:5_000])
                raise

    async def take(self, play: Play) -> None:
        """Ask once; raise AssertionError or whatever must not come out."""
        self.player.next = play
        self.tried += 1
        shown = ""
        done: Done | None = None
        refused = ""
        try:
            async for event in self.model.stream("Be brief.", [QUESTION], ()):
                assert done is None, "something came after Done"
                if isinstance(event, TextDelta):
                    shown += event.text
                else:
                    done = event
        except ModelError as error:
            refused = str(error)
        assert SECRET not in refused
        assert (done is None) == bool(refused), "one of the two comes out, Done or a ModelError"
        if done is None:
            return
        self.answered += 1
        assert done.text == shown
        assert SECRET not in repr(done) or play.status == 200
        self.keep(done)

    def keep(self, done: Done) -> None:
        """Record the answer as a turn does, answer its calls, and build the next requests from what was kept."""
        results = [ResultItem(call.call_id, '{"error":"x"}') for call in done.calls]
        assert len({call.call_id for call in done.calls}) == len(done.calls)
        items: list[Item] = [QUESTION, *done.items, *results]
        self.db.execute("BEGIN")
        inbox.add(self.db, ASKED, NOW, only_if_joined=False)
        claim = inbox.claim(self.db, NOW)
        assert claim is not None
        turns.record(self.db, claim.turn, [NewItem(item) for item in items], (), done.usage, NOW, None)
        kept = history.items(self.db, claim.conversation.id)
        self.db.rollback()
        assert kept == items, "what is kept is not what was answered"
        for call in done.calls:
            with suppress(FunctionProblem):
                json.loads(freeze(get_weather, call.arguments_json))
        for model in (self.model, self.other):
            body = model.body("Be brief.", model_input(kept, 10**9), ())
            json.dumps(body, ensure_ascii=False, allow_nan=False).encode()


@pytest.fixture(params=["responses", "chat"])
def bench(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Bench]:
    with asyncio.Runner() as loop:
        stack = AsyncExitStack()
        made = loop.run(_bench(request.param, tmp_path, stack, loop))
        loop.get_loop().set_exception_handler(lambda _, context: made.noise.append(context))
        yield made
        loop.run(stack.aclose())


async def _bench(api: str, folder: Path, stack: AsyncExitStack, loop: asyncio.Runner) -> Bench:
    player = Player()
    app = web.Application()
    app.router.add_post("/v1/{path:.*}", player.answer)
    url = f"{await stack.enter_async_context(serve(app))}/v1"
    options = {"api_key": "sk-test", "api": api, "base_url": url, "retries": 0}
    models = []
    for name in ("m-1", "m-2"):
        model = build_model(ModelOptions(name, **options))  # type: ignore[arg-type]
        assert isinstance(model, ChatModel | ResponsesModel)
        stack.push_async_callback(model.close)
        models.append(model)
    db = Database(memory=True)
    stack.callback(db.close)
    migrate(db, folder)
    return Bench(loop, player, db, models[0], models[1], await recorded(api))


def test_mutated_replies(bench: Bench) -> None:
    @settings(max_examples=BATCHES, phases=[Phase.generate], suppress_health_check=list(HealthCheck))
    @given(st.randoms(use_true_random=True))
    def take(random: Random) -> None:
        bench.loop.run(bench.take_all([played(bench.bodies, random) for _ in range(BATCH)]))

    take()
    assert bench.tried >= BATCH * BATCHES
    assert bench.answered > bench.tried / 4, "the mutations leave nothing to read"
    assert bench.noise == []
