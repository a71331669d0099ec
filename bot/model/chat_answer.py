"""Assembles the chunks of a Chat Completions stream, whichever server's reading of the format it is."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from bot.model import wire
from bot.model.chat_messages import API
from bot.model.errors import broken, is_filtered
from bot.model.protocol import Done, Finish
from storage.records import AssistantItem, CallItem, Item, Raw, Usage

_KNOWN_KEYS = ("index", "id", "type", "function")


@dataclass
class _Call:
    index: object
    call_id: str = ""
    name: str = ""
    pieces: list[str] = field(default_factory=list)
    extras: dict[str, Any] = field(default_factory=dict)

    @property
    def arguments(self) -> str:
        return "".join(self.pieces)

    @property
    def complete(self) -> bool:
        try:
            return isinstance(json.loads(self.arguments), dict)
        except (ValueError, RecursionError):
            return False


class ChatAnswer:
    """One answer as far as it has come.

    `flows` tells that the last that came was a piece of a text or a call, so that the next is due soon: a model
    that thinks may take its time.

    `ended` tells that the server has said why the answer ended, and has not gone on with it: some say so in every
    chunk.
    """

    def __init__(self, model: str, items: Iterable[Item]) -> None:
        self.events = 0
        self.flows = False
        self._pieces: list[str] = []
        self._begun = False
        self._model = model
        self._ids = wire.CallIds(items)
        self._calls: list[_Call] = []
        self._refused = False
        self._reason = ""
        self._went_on = False
        self._usage = Usage()
        self._counted = False
        self._fingerprint: str | None = None

    def begun(self) -> bool:
        """Tell whether some of the answer has come."""
        return self._begun

    @property
    def ended(self) -> bool:
        return bool(self._reason) and not self._went_on

    def add(self, chunk: Mapping[str, Any]) -> str:
        """Take the next chunk and return the text that it adds."""
        self.events += 1
        choices = wire.listing(chunk.get("choices"))
        if counts := wire.mapping(chunk.get("usage")):
            # Some servers count in every chunk: the last one is the sum, and one without choices is the end.
            self._usage = wire.usage(counts, "prompt", "completion")
            self._counted = self._counted or not choices
        self._fingerprint = wire.text(chunk.get("system_fingerprint")) or self._fingerprint
        piece = "".join(self._add_choice(wire.mapping(choice)) for choice in choices)
        if piece:
            self._pieces.append(piece)
        return piece

    def filter(self) -> None:
        """End the answer because a content filter stopped it."""
        self._reason = "content_filter"

    def done(self) -> Done:
        """Return the whole. Calls of an answer that was cut short are left out: nobody may act on half a thought.

        Raises ModelCut, or ModelBusy if nothing had come, when nothing says that the stream reached its end.
        """
        if not (self._reason or self._counted or (self._calls and all(call.complete for call in self._calls))):
            raise broken(begun=self._begun, why="the stream ended too early")
        cut = self._cut()
        said = "".join(self._pieces)
        text = (AssistantItem(said),) if said else ()
        calls = () if cut else tuple(self._item(call) for call in self._calls)
        finish = cut or (Finish.CALLS if calls else Finish.REFUSED if self._refused else Finish.STOP)
        return Done((*text, *calls), finish, self._usage, self._fingerprint, self._model)

    def _cut(self) -> Finish | None:
        if self._reason == "length":
            return Finish.LENGTH
        return Finish.FILTERED if is_filtered(self._reason) else None

    def _add_choice(self, choice: Mapping[str, Any]) -> str:
        if choice.get("index") not in (0, None):
            return ""
        # A server that does not stream sends the whole as a message in one chunk.
        delta = wire.mapping(choice.get("delta")) or wire.mapping(choice.get("message"))
        calls = wire.listing(delta.get("tool_calls"))
        for call in calls:
            self._add_call(wire.mapping(call))
        refusal = wire.text(delta.get("refusal"))
        self._refused = self._refused or bool(refusal)
        piece = _content(delta.get("content")) + refusal
        reasoning = delta.get("reasoning_content") or delta.get("reasoning")
        self._begun = self._begun or bool(piece or reasoning or self._calls)
        if piece or calls or reasoning:
            self.flows = bool(piece or calls)
        self._went_on = self._went_on or bool(self._reason and (piece or calls))
        self._reason = wire.text(choice.get("finish_reason")) or self._reason
        return piece

    def _add_call(self, delta: Mapping[str, Any]) -> None:
        function = wire.mapping(delta.get("function"))
        call_id, name = wire.text(delta.get("id")), wire.text(function.get("name"))
        call = self._slot(delta.get("index"), call_id, name)
        call.call_id = call.call_id or call_id
        # The name comes once or is repeated whole; no server is known to send it in parts.
        call.name = call.name or name
        call.pieces.append(_arguments(function.get("arguments")))
        call.extras.update({key: value for key, value in delta.items() if key not in _KNOWN_KEYS and value})

    def _slot(self, index: object, call_id: str, name: str) -> _Call:
        """Find the call that a delta goes on with, or begin one.

        The index says it, except on servers that leave it out or give 0 to every call: there a name with another
        id begins a call, or a name after arguments that are complete.
        """
        known = [call for call in self._calls if call.index == index] if index is not None else self._calls[-1:]
        if known:
            call = known[-1]
            if not (name and self._is_another(call, index, call_id)):
                return call
        if len(self._calls) >= wire.MOST_ITEMS:
            raise wire.Unreadable("calls without end")
        self._calls.append(_Call(index))
        return self._calls[-1]

    @staticmethod
    def _is_another(call: _Call, index: object, call_id: str) -> bool:
        if call_id and call.call_id and call_id != call.call_id:
            return True
        return index is None and (not call_id or call_id != call.call_id) and call.complete

    def _item(self, call: _Call) -> CallItem:
        extras = wire.kept(call.extras)
        raw = Raw(API, self._model, extras) if extras else None
        return CallItem(self._ids.unique(call.call_id), call.name, call.arguments, raw)


def _content(value: object) -> str:
    """Return a delta's text; some servers stream a list of parts, of which those of thinking have no text."""
    if isinstance(value, list):
        return "".join(wire.text(wire.mapping(part).get("text")) for part in value)
    return wire.text(value)


def _arguments(value: object) -> str:
    """Return arguments as text; some servers send the object itself."""
    if isinstance(value, Mapping):
        return json.dumps(value, ensure_ascii=False)
    return wire.text(value)
