"""The faults as the page offers them, and the addresses that ask for them: GET and POST /unkind."""

import json
from collections.abc import Mapping
from typing import Any, Final

from aiohttp import web

from bot.demo.unkind.control import Control

NOT_JSON = 'Send JSON, such as {"fault": "drop"}, as application/json.'

BUTTONS: Final[Mapping[str, Mapping[str, Any]]] = {
    "rate_limit": {"fault": "calls", "how": "rate_limited", "method": "chat.*", "retry_after": 2, "times": 3},
    "gap": {"fault": "gap", "times": 2},
    "half_open": {"fault": "half_open"},
    # a mention in a channel comes as two events
    "doubled": {"fault": "envelopes", "how": "doubled", "times": 2},
    "after": {"fault": "calls", "how": "500", "after_effect": True, "method": "chat.*"},
    "model_429": {"fault": "model", "how": "429", "retry_after": 1},
    "model_cut": {"fault": "model", "how": "cut", "after_events": 9},
}
"""The most telling faults by the names of their words, `unkind_…`, and what each asks for."""
CALM: Final[Mapping[str, Any]] = {"fault": "calm"}


class Unkindness:
    """The handlers and what the panel shows, bound to one world's faults. The page's guard stands before them."""

    def __init__(self, control: Control) -> None:
        self._control = control

    @property
    def counts(self) -> dict[str, int]:
        """Say how many faults happened, and how many are still to happen."""
        return {"happened": self._control.happened, "waiting": self._control.waiting}

    @property
    def values(self) -> dict[str, Any]:
        """Return what the panel shows: {"buttons": [{"name", "ask"}], "calm": "JSON", "counts"}."""
        buttons = [{"name": name, "ask": json.dumps(ask)} for name, ask in BUTTONS.items()]
        return {"buttons": buttons, "calm": json.dumps(CALM), "counts": self.counts}

    async def show(self, request: web.Request) -> web.Response:
        """Say what there is (JSON schemas), what is still to happen, and what happened how often."""
        return web.json_response(self._control.state(), headers={"Cache-Control": "no-store"})

    async def ask(self, request: web.Request) -> web.Response:
        """Ask for a fault, as JSON; the answer is how things stand. 400 with a sentence for what is none."""
        if request.content_type != "application/json":
            return _refuse(NOT_JSON)
        try:
            await self._control.ask(_decoded(await request.read()))
        except ValueError as error:
            return _refuse(str(error))
        state = self._control.state()
        return web.json_response({name: state[name] for name in ("scripted", "random", "injected")})


def _decoded(body: bytes) -> Any:
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        raise ValueError(NOT_JSON) from None


def _refuse(sentence: str) -> web.Response:
    return web.json_response({"error": sentence}, status=400)
