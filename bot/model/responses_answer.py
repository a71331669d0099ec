"""Assembles the events of a Responses stream into output items."""

from collections.abc import Iterable, Mapping, Sized
from dataclasses import replace
from typing import Any

from bot.model import neutral, wire
from bot.model.errors import broken, from_event, is_filtered
from bot.model.protocol import Done, Finish
from bot.model.responses_input import API
from storage.records import AssistantItem, CallItem, Item, Raw, ReasoningItem

_TEXT_DELTAS = ("response.output_text.delta", "response.refusal.delta")
_FLOWING = (*_TEXT_DELTAS, "response.function_call_arguments.delta")
_ENDS = ("response.completed", "response.incomplete", "response.failed")

_Output = AssistantItem | ReasoningItem | CallItem


class ResponsesAnswer:
    """One answer as far as it has come; `text` is all that was streamed, `ended` is set by the last event.

    `flows` tells that the last that came was a piece of a text or a call, so that the next is due soon: a model
    that thinks may take its time.
    """

    def __init__(self, model: str, items: Iterable[Item]) -> None:
        self.ended = False
        self.flows = False
        self._pieces: list[str] = []
        self.events = 0
        self._begun = False
        self._model = model
        self._ids = wire.CallIds(items)
        self._output: dict[int, Mapping[str, Any]] = {}
        self._writing: object = None
        self._response: Mapping[str, Any] = {}
        self._cut: Finish | None = None

    @property
    def text(self) -> str:
        return "".join(self._pieces)

    def begun(self) -> bool:
        """Tell whether some of the answer has come."""
        return self._begun

    def add(self, event: Mapping[str, Any]) -> str:
        """Take the next event and return the text that it adds. Raises a ModelError for an error event."""
        self.events += 1
        kind = wire.text(event.get("type"))
        if kind.startswith("response."):
            self.flows = kind in _FLOWING
        if kind in _TEXT_DELTAS:
            return self._add_text(event)
        if kind.startswith(("response.output_item.", "response.function_call_arguments.", "response.reasoning")):
            self._begun = True
        if kind == "response.output_item.done":
            index = event.get("output_index")
            self._output[index if isinstance(index, int) else len(self._output)] = wire.mapping(event.get("item"))
            _count(self._output)
        elif kind in _ENDS:
            self._end(kind, wire.mapping(event.get("response")))
        elif kind == "error":
            self._fail(event)
        return ""

    def filter(self) -> None:
        """End the answer because a content filter stopped it."""
        self._cut, self.ended = Finish.FILTERED, True

    def done(self) -> Done:
        """Return the whole. Calls of an answer that was cut short are left out: nobody may act on half a thought.

        Raises ModelCut, or ModelBusy if nothing had come, when the stream stopped before its last event.
        """
        if not self.ended:
            raise broken(begun=self._begun, why="the stream ended too early")
        finished = [self._output[index] for index in sorted(self._output)]
        # Some servers list the output in the last event only, others leave it out there.
        listed = [wire.mapping(item) for item in wire.listing(self._response.get("output"))]
        output = max(finished, listed, key=len)
        read = [self._item(item) for item in output]
        items = [item for item in read if item is not None and not (self._cut and isinstance(item, CallItem))]
        items = self._as_shown(items)
        usage = wire.usage(self._response.get("usage"), "input", "output")
        fingerprint = wire.text(self._response.get("system_fingerprint")) or None
        return Done(tuple(items), self._finish(items, output), usage, fingerprint, self._model)

    def _add_text(self, event: Mapping[str, Any]) -> str:
        piece = wire.text(event.get("delta"))
        if not piece:
            return ""
        where = event.get("output_index")
        if self._pieces and where != self._writing:
            piece = f"\n\n{piece}"
        self._writing = where
        self._begun = True
        self._pieces.append(piece)
        return piece

    def _end(self, kind: str, response: Mapping[str, Any]) -> None:
        _count(wire.listing(response.get("output")))
        self._response, self.ended = response, True
        if kind == "response.failed":
            self._fail(wire.mapping(response.get("error")))
        elif kind == "response.incomplete":
            reason = wire.text(wire.mapping(response.get("incomplete_details")).get("reason"))
            self._cut = Finish.FILTERED if is_filtered(reason) else Finish.LENGTH

    def _fail(self, error: Mapping[str, Any]) -> None:
        code = wire.text(error.get("code"))
        if not is_filtered(code):
            raise from_event(code, wire.text(error.get("message")), begun=self._begun)
        self.filter()

    def _as_shown(self, items: list[_Output]) -> list[_Output]:
        """Let what was shown be what is kept, even where a server's whole says something else than its pieces."""
        said = [item for item in items if isinstance(item, AssistantItem)]
        if "\n\n".join(item.text for item in said).startswith(self.text):
            return items
        place = items.index(said[0]) if said else len(items)
        others = [item for item in items if not isinstance(item, AssistantItem)]
        return [*others[:place], AssistantItem(self.text), *others[place:]]

    def _item(self, item: Mapping[str, Any]) -> _Output | None:
        match item.get("type"):
            case "message":
                text = _message_text(item)
                return AssistantItem(text, self._raw(item)) if text else None
            case "reasoning":
                thought = self._raw(item)
                return ReasoningItem(thought) if thought is not None else None
            case "function_call":
                call_id = self._ids.unique(wire.text(item.get("call_id")) or wire.text(item.get("id")))
                call = CallItem(call_id, wire.text(item.get("name")), wire.text(item.get("arguments")))
                # What the server would not take back goes in its neutral form, or the thread could never go on.
                sound = neutral.is_sound(call)
                return replace(call, raw=self._raw({**item, "call_id": call_id})) if sound else call
            case _:
                return None

    def _raw(self, item: Mapping[str, Any]) -> Raw | None:
        own = wire.kept(item)
        return None if own is None else Raw(API, self._model, own)

    def _finish(self, items: Iterable[object], output: Iterable[Mapping[str, Any]]) -> Finish:
        if self._cut:
            return self._cut
        if any(isinstance(item, CallItem) for item in items):
            return Finish.CALLS
        refused = any(
            wire.mapping(part).get("type") == "refusal"
            for item in output
            for part in wire.listing(item.get("content"))
        )
        return Finish.REFUSED if refused else Finish.STOP


def _count(items: Sized) -> None:
    if len(items) > wire.MOST_ITEMS:
        raise wire.Unreadable("items without end")


def _message_text(item: Mapping[str, Any]) -> str:
    parts = [wire.mapping(part) for part in wire.listing(item.get("content"))]
    return "".join(wire.text(part.get("text")) or wire.text(part.get("refusal")) for part in parts)
