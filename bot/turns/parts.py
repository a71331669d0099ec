"""What a turn works with, put together once by `bot/app.py`."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Literal

import httpx

from bot.metrics import Metrics
from bot.model.protocol import Model
from bot.turns.attachments import Attachments, NoAttachments
from bot.turns.effects import Effects
from bot.turns.policy import Policy
from bot.turns.stops import Stops
from bot.turns.threads import NoThreads, Threads
from bot.turns.turnstile import Turnstile
from bot.turns.weights import Weights
from functions.context import Context, Person
from functions.contract import Function
from functions.schedule_book import ScheduleBook
from storage.ports import Storage
from storage.records import Conversation


@dataclass(frozen=True)
class Parts:
    storage: Storage
    model: Model
    functions: Mapping[str, Function]
    function_settings: Mapping[str, str]
    http: httpx.AsyncClient
    clock: Callable[[], datetime]
    confirm_ttl: timedelta
    context_tokens: int
    max_steps: int
    policy: Policy
    metrics: Metrics
    compaction: Literal["summarize", "trim", "off"] = "summarize"
    """What becomes of the older part of a conversation that has reached `context_tokens`."""
    turn_seconds: float = 600.0
    """What the model and its read-only calls may take in one turn."""
    effects: Effects = field(default_factory=Effects)
    stops: Stops = field(default_factory=Stops)
    attachments: Attachments = field(default_factory=NoAttachments)
    schedules: ScheduleBook | None = None
    threads: Threads = field(default_factory=NoThreads)
    turnstile: Turnstile = field(default_factory=Turnstile)
    weights: Weights = field(default_factory=Weights)

    def context(self, person: Person, conversation: Conversation, action_id: str | None = None) -> Context:
        """Make the surroundings of one function call."""
        return Context(
            requester=person,
            conversation=str(conversation.id),
            http=self.http,
            clock=self.clock,
            settings=self.function_settings,
            action_id=action_id,
            schedules=self.schedules,
            place=conversation.key.channel,
        )
