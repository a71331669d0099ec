"""What is counted and measured, in the domain's words, for Prometheus. docs/operations.md explains every metric.

A `Metrics` owns its registry: two of them share nothing. Labels never name people, channels or what was said, and
none takes more than a bounded number of values, whatever the far end sends.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, ProcessCollector, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from bot.errors import ContextTooLong, ModelBusy, ModelCut, ModelError, ModelRefused
from storage.records import TurnState, Usage

TO_FIRST_WORD = (0.25, 0.5, 1, 1.5, 2, 3, 5, 8, 13, 21, 34, 60, 120)
TO_THE_END = (0.5, 1, 2, 3, 5, 8, 13, 21, 34, 60, 120, 300, 600, 1200)
"""Upper bounds in seconds."""

ENDINGS = (TurnState.ANSWERED, TurnState.WAITING, TurnState.FAILED, TurnState.INTERRUPTED)

RUN_OUTCOMES = ("answered", "waiting", "failed", "missed", "refused")
"""How the turn of a schedule's run ended; `missed` and `refused` were never posted."""

OUTCOMES: Mapping[type[ModelError], str] = {
    ModelBusy: "busy",
    ModelRefused: "refused",
    ModelCut: "cut",
    ContextTooLong: "too_long",
}

MOST_VALUES = 100
"""Values of one label that come from the far end; what comes beyond them is counted as `other`."""

WORD = re.compile(r"[A-Za-z0-9_.:/-]{1,64}")


class Socket(Protocol):
    """One connection to Slack as it stands now; times in seconds, None while it does not hear."""

    @property
    def hears(self) -> bool: ...

    @property
    def age(self) -> float | None:
        """Since it was opened."""
        ...

    @property
    def silence(self) -> float | None:
        """Since its last pong."""
        ...

    @property
    def reconnects(self) -> int:
        """How often it was opened anew since the start."""
        ...


@dataclass(frozen=True)
class Queue:
    """What is in the inbox: entries that `wait`, entries that running turns have `taken`, and how long the oldest
    waiting one has waited, in seconds (None if none waits). `actions` and `schedules`: how many are in each state;
    `due` is when a schedule is due next, None for never."""

    waiting: int
    taken: int
    oldest: float | None
    actions: Mapping[str, int]
    schedules: Mapping[str, int] = field(default_factory=dict)
    due: datetime | None = None


@dataclass(frozen=True)
class Reading:
    """All gauges at one moment. `queue` is None when the database did not answer; `turns` has the age of each
    running turn in seconds."""

    healthy: bool
    sockets: Sequence[Socket] = ()
    queue: Queue | None = None
    turns: Sequence[float] = ()


@dataclass
class _Bounded:
    """Lets so many different words through and calls all others `other`."""

    seen: set[str] = field(default_factory=set)

    def __call__(self, word: str) -> str:
        if word not in self.seen:
            if len(self.seen) >= MOST_VALUES or not WORD.fullmatch(word):
                return "other"
            self.seen.add(word)
        return word


class Metrics:
    """Call these where it happens; `exposition` writes all of it down."""

    def __init__(self, started: datetime, *, version: str = "", model: str = "") -> None:
        self.started = started
        registry = self._registry = CollectorRegistry()
        self._methods, self._codes, self._models = _Bounded(), _Bounded(), _Bounded()
        self._turns = Counter("nod_turns", "Turns by how they ended.", ["state"], registry=registry)
        self._to_end = Histogram(
            "nod_turn_seconds",
            "Seconds from Slack's delivery to the end of the turn.",
            buckets=TO_THE_END,
            registry=registry,
        )
        self._to_first_word = Histogram(
            "nod_first_word_seconds",
            "Seconds from Slack's delivery to the first word of the answer.",
            buckets=TO_FIRST_WORD,
            registry=registry,
        )
        self._tokens = Counter(
            "nod_tokens",
            "Tokens as the provider counts them; cached is part of input, reasoning part of output.",
            ["kind"],
            registry=registry,
        )
        self._model_requests = Counter(
            "nod_model_requests",
            "Requests to a model by the model that was asked and what came of it.",
            ["model", "outcome"],
            registry=registry,
        )
        self._stopped = Counter("nod_turns_stopped", "Turns that their person stopped.", registry=registry)
        self._model_retries = Counter(
            "nod_model_retries", "Requests that were made once more, because nothing was shown.", registry=registry
        )
        self._limited = Counter(
            "nod_slack_limited", "Calls that Slack answered with 429, by method.", ["method"], registry=registry
        )
        self._failures = Counter(
            "nod_slack_failures",
            "Calls to Slack that failed, by method and error code.",
            ["method", "code"],
            registry=registry,
        )
        self._redeliveries = Counter(
            "nod_redeliveries", "What Slack delivered again, because it saw no ack in time.", registry=registry
        )
        self._forgotten = Counter(
            "nod_conversations_forgotten",
            "Conversations that were forgotten because they were old.",
            registry=registry,
        )
        self._runs = Counter(
            "nod_schedule_runs", "Runs of schedules by what came of them.", ["outcome"], registry=registry
        )
        self._lines = Counter("nod_log_lines", "Lines in the log by level.", ["level"], registry=registry)
        begun = Gauge("nod_start_time_seconds", "When this process was started, Unix time.", registry=registry)
        begun.set(started.timestamp())
        info = Gauge("nod_info", "Always 1.", ["version", "model"], registry=registry)
        info.labels(version, model).set(1)
        self._now = _Now(registry)
        ProcessCollector(registry=registry)
        # what has not happened is 0 from the start: a rate needs a first value
        for state in ENDINGS:
            self._turns.labels(state.value)
        for kind in ("input", "cached", "output", "reasoning"):
            self._tokens.labels(kind)
        for outcome in RUN_OUTCOMES:
            self._runs.labels(outcome)
        for level in ("WARNING", "ERROR", "CRITICAL"):
            self._lines.labels(level)

    def turn_ended(self, state: TurnState, seconds: float) -> None:
        """A turn has ended so, so long after Slack had delivered what it answers. Those that go back to the inbox
        are counted, but not measured: they have not ended for the person."""
        self._turns.labels(state.value).inc()
        if state is not TurnState.INTERRUPTED:
            self._to_end.observe(max(seconds, 0.0))

    def turn_stopped(self) -> None:
        """A turn was stopped by its person; it counts as answered, too."""
        self._stopped.inc()

    def first_word(self, seconds: float) -> None:
        """The first word of an answer was given to Slack, so long after the delivery."""
        self._to_first_word.observe(max(seconds, 0.0))

    def tokens(self, usage: Usage) -> None:
        """A request has cost this; see `Usage` for what is part of what."""
        self._tokens.labels("input").inc(usage.input)
        self._tokens.labels("cached").inc(usage.cached)
        self._tokens.labels("output").inc(usage.output)
        self._tokens.labels("reasoning").inc(usage.reasoning)

    def model_answered(self, model: str) -> None:
        """This model gave a whole answer: `Done.model`, with fallbacks not always the first one."""
        self._model_requests.labels(self._models(model), "answered").inc()

    def model_failed(self, model: str, error: ModelError) -> None:
        """This model gave none."""
        self._model_requests.labels(self._models(model), OUTCOMES.get(type(error), "other")).inc()

    def model_retried(self) -> None:
        """A request is made once more."""
        self._model_retries.inc()

    def slack_limited(self, method: str) -> None:
        """Slack has answered a call of this method, such as `chat.update`, with 429."""
        self._limited.labels(self._methods(method)).inc()

    def slack_failed(self, method: str, code: str) -> None:
        """A call has failed; `code` is Slack's own, or the exception's class where there is none."""
        self._failures.labels(self._methods(method), self._codes(code)).inc()

    def redelivery(self) -> None:
        """Slack has delivered something again, because it saw no ack in time."""
        self._redeliveries.inc()

    def forgotten(self, conversations: int) -> None:
        """So many conversations were old, and are forgotten."""
        self._forgotten.inc(conversations)

    def run(self, outcome: str) -> None:
        """A schedule's run came to one of RUN_OUTCOMES."""
        self._runs.labels(outcome).inc()

    def logged(self, level: str) -> None:
        """A line of this level was logged."""
        self._lines.labels(level if level in ("WARNING", "ERROR", "CRITICAL") else "other").inc()

    def exposition(self, reading: Reading) -> bytes:
        """Write everything in Prometheus's text format, with the gauges of this moment."""
        self._now.reading = reading
        return generate_latest(self._registry)


class _Now(Collector):
    """The gauges of one reading. What is not known is left out: an old value would pass for a true one."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self.reading = Reading(healthy=False)
        registry.register(self)

    def collect(self) -> Iterator[Metric]:
        now = self.reading
        yield _gauge("nod_healthy", "Whether /healthz says ok.", float(now.healthy))
        yield _gauge("nod_turns_running", "Turns that run now.", len(now.turns))
        yield _gauge("nod_turn_oldest_seconds", "Age of the oldest running turn.", max(now.turns, default=0.0))
        yield from self._of_sockets(now.sockets)
        yield _gauge("nod_database_up", "Whether the database answered.", float(now.queue is not None))
        if now.queue is not None:
            yield from self._of_queue(now.queue)

    def _of_sockets(self, sockets: Sequence[Socket]) -> Iterator[Metric]:
        yield _gauge("nod_sockets", "Connections to Slack that are wanted.", len(sockets))
        yield _gauge("nod_sockets_connected", "Those that are open.", sum(each.hears for each in sockets))
        ages = GaugeMetricFamily("nod_socket_age_seconds", "Since the connection was opened.", labels=["socket"])
        pongs = GaugeMetricFamily("nod_socket_pong_seconds", "Since its last pong.", labels=["socket"])
        again = CounterMetricFamily("nod_socket_reconnects", "How often it was opened anew.", labels=["socket"])
        for number, each in enumerate(sockets, 1):
            again.add_metric([str(number)], each.reconnects)
            if each.age is not None:
                ages.add_metric([str(number)], each.age)
            if each.silence is not None:
                pongs.add_metric([str(number)], each.silence)
        yield from (ages, pongs, again)

    def _of_queue(self, queue: Queue) -> Iterator[Metric]:
        entries = GaugeMetricFamily(
            "nod_inbox_entries", "Entries of the inbox that are not done.", labels=["state"]
        )
        entries.add_metric(["waiting"], queue.waiting)
        entries.add_metric(["taken"], queue.taken)
        yield entries
        oldest = queue.oldest or 0.0
        yield _gauge("nod_inbox_oldest_seconds", "Age of the oldest waiting entry, 0 if none waits.", oldest)
        actions = GaugeMetricFamily("nod_actions", "Actions in the database by state.", labels=["state"])
        for state, count in sorted(queue.actions.items()):
            actions.add_metric([state], count)
        schedules = GaugeMetricFamily("nod_schedules", "Schedules that have not ended.", labels=["state"])
        for state, count in sorted(queue.schedules.items()):
            schedules.add_metric([state], count)
        yield from (actions, schedules)
        if queue.due is not None:
            words = "When a schedule is due next, Unix time."
            yield _gauge("nod_schedule_next_time_seconds", words, queue.due.timestamp())


def _gauge(name: str, words: str, value: float) -> GaugeMetricFamily:
    return GaugeMetricFamily(name, words, value=value)
