"""What both wires are read into, and what the rules answer with. Knows neither JSON nor HTTP."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, TypeAlias


@dataclass(frozen=True)
class Instruction:
    """A system or developer message."""

    text: str


@dataclass(frozen=True)
class Picture:
    """A picture as its own bytes tell. Width and height in pixels."""

    mimetype: str
    width: int
    height: int


@dataclass(frozen=True)
class UserMessage:
    text: str
    pictures: tuple[Picture, ...] = ()


@dataclass(frozen=True)
class AssistantMessage:
    text: str


@dataclass(frozen=True)
class FunctionCall:
    """A call that the model made earlier. `arguments` is the JSON text as it was written."""

    call_id: str
    name: str
    arguments: str


@dataclass(frozen=True)
class FunctionResult:
    call_id: str
    output: str


Item: TypeAlias = Instruction | UserMessage | AssistantMessage | FunctionCall | FunctionResult
Conversation: TypeAlias = tuple[Item, ...]


@dataclass(frozen=True)
class Tool:
    """A function that the request offers."""

    name: str
    parameters: Mapping[str, Any] = field(default_factory=dict)
    strict: bool = False


@dataclass(frozen=True)
class ProposedCall:
    """A call to make. `arguments` is JSON text, so that a script can also write broken JSON."""

    name: str
    arguments: str


@dataclass(frozen=True)
class Reply:
    """What the model answers: text, calls, both, or a refusal; `cut_by` says why it stopped too early.

    `notes`: the text is the summary that was asked for. `empty`: no output item and no choice at all, as happens
    when a server is not well. `delta_seconds` is another pause between two deltas than the server's own.
    """

    text: str = ""
    calls: tuple[ProposedCall, ...] = ()
    refusal: str = ""
    cut_by: Literal["length", "content_filter"] | None = None
    notes: bool = False
    empty: bool = False
    delta_seconds: float | None = None
