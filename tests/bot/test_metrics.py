import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

import pytest
from prometheus_client.parser import text_string_to_metric_families

from bot.errors import ContextTooLong, ModelBusy, ModelCut, ModelError, ModelRefused
from bot.metrics import MOST_VALUES, Metrics, Queue, Reading
from storage.records import TurnState, Usage
from tests.source import read

STARTED = datetime(2026, 7, 4, 12, tzinfo=UTC)
NOTHING = Reading(healthy=True)


@dataclass(frozen=True)
class State:
    hears: bool = True
    age: float | None = 100.0
    silence: float | None = 2.0
    reconnects: int = 0


@pytest.fixture
def metrics() -> Metrics:
    return Metrics(STARTED, version="1.2", model="gpt")


def samples(metrics: Metrics, reading: Reading = NOTHING) -> dict[tuple[str, frozenset[tuple[str, str]]], float]:
    text = metrics.exposition(reading).decode()
    families = text_string_to_metric_families(text)
    return {
        (each.name, frozenset(each.labels.items())): each.value for family in families for each in family.samples
    }


def value(
    metrics: Metrics, name: str, labels: Mapping[str, str] | None = None, reading: Reading = NOTHING
) -> float | None:
    return samples(metrics, reading).get((name, frozenset((labels or {}).items())))


def test_two_of_them_share_nothing(metrics: Metrics) -> None:
    other = Metrics(STARTED)
    metrics.redelivery()
    assert value(metrics, "nod_redeliveries_total") == 1
    assert value(other, "nod_redeliveries_total") == 0


def test_turns_are_counted_by_ending_and_measured_unless_they_go_back(metrics: Metrics) -> None:
    metrics.turn_ended(TurnState.ANSWERED, 4.0)
    metrics.turn_ended(TurnState.FAILED, 700.0)
    metrics.turn_ended(TurnState.INTERRUPTED, 1.0)
    ended = [value(metrics, "nod_turns_total", {"state": state}) for state in ("answered", "waiting", "failed")]
    assert ended == [1, 0, 1]
    assert value(metrics, "nod_turns_total", {"state": "interrupted"}) == 1
    assert value(metrics, "nod_turn_seconds_count") == 2
    assert value(metrics, "nod_turn_seconds_sum") == 704
    assert value(metrics, "nod_turn_seconds_bucket", {"le": "5.0"}) == 1


def test_a_clock_that_was_set_back_measures_nothing_below_zero(metrics: Metrics) -> None:
    metrics.first_word(-3.0)
    metrics.first_word(1.2)
    assert value(metrics, "nod_first_word_seconds_sum") == 1.2
    assert value(metrics, "nod_first_word_seconds_bucket", {"le": "0.25"}) == 1


def test_tokens_go_by_kind(metrics: Metrics) -> None:
    metrics.tokens(Usage(input=100, output=20, cached=60, reasoning=5))
    metrics.tokens(Usage(input=1))
    kinds = ("input", "cached", "output", "reasoning")
    assert [value(metrics, "nod_tokens_total", {"kind": kind}) for kind in kinds] == [101, 60, 20, 5]


@pytest.mark.parametrize(
    ("error", "outcome"),
    [
        (ModelBusy("x"), "busy"),
        (ModelRefused("x"), "refused"),
        (ModelCut("x"), "cut"),
        (ContextTooLong("x"), "too_long"),
    ],
)
def test_requests_go_by_model_and_outcome(metrics: Metrics, error: ModelError, outcome: str) -> None:
    metrics.model_failed("first", error)
    metrics.model_answered("second")
    assert value(metrics, "nod_model_requests_total", {"model": "first", "outcome": outcome}) == 1
    assert value(metrics, "nod_model_requests_total", {"model": "second", "outcome": "answered"}) == 1


def test_slacks_refusals_go_by_method_and_code(metrics: Metrics) -> None:
    metrics.slack_limited("chat.update")
    metrics.slack_failed("chat.update", "channel_not_found")
    assert value(metrics, "nod_slack_limited_total", {"method": "chat.update"}) == 1
    labels = {"method": "chat.update", "code": "channel_not_found"}
    assert value(metrics, "nod_slack_failures_total", labels) == 1


def test_the_far_end_cannot_make_labels_without_end(metrics: Metrics) -> None:
    for number in range(MOST_VALUES + 50):
        metrics.slack_failed("chat.update", f"code_{number}")
    metrics.slack_failed("chat.update", "a whole sentence, with a name in it")
    codes = {dict(labels)["code"] for name, labels in samples(metrics) if name == "nod_slack_failures_total"}
    assert len(codes) == MOST_VALUES + 1
    assert value(metrics, "nod_slack_failures_total", {"method": "chat.update", "code": "other"}) == 51
    metrics.slack_failed("chat.update", "code_1")
    assert value(metrics, "nod_slack_failures_total", {"method": "chat.update", "code": "code_1"}) == 2


def test_runs_of_schedules_go_by_what_came_of_them(metrics: Metrics) -> None:
    metrics.run("missed")
    assert value(metrics, "nod_schedule_runs_total", {"outcome": "missed"}) == 1
    assert value(metrics, "nod_schedule_runs_total", {"outcome": "failed"}) == 0


def test_lines_of_the_log_go_by_level(metrics: Metrics) -> None:
    metrics.logged("ERROR")
    assert value(metrics, "nod_log_lines_total", {"level": "ERROR"}) == 1
    assert value(metrics, "nod_log_lines_total", {"level": "WARNING"}) == 0


def test_gauges_are_those_of_the_moment(metrics: Metrics) -> None:
    queue = Queue(
        waiting=3,
        taken=1,
        oldest=12.5,
        actions={"pending": 2, "succeeded": 40},
        schedules={"active": 3},
        due=STARTED,
    )
    sockets = (State(age=90.0, silence=1.5, reconnects=4), State(hears=False, age=None, silence=None))
    reading = Reading(healthy=True, sockets=sockets, queue=queue, turns=(7.0, 2.0))
    seen = samples(metrics, reading)
    wanted: dict[tuple[str, frozenset[tuple[str, str]]], float] = {
        ("nod_healthy", frozenset()): 1,
        ("nod_turns_running", frozenset()): 2,
        ("nod_turn_oldest_seconds", frozenset()): 7,
        ("nod_sockets", frozenset()): 2,
        ("nod_sockets_connected", frozenset()): 1,
        ("nod_socket_age_seconds", frozenset({("socket", "1")})): 90,
        ("nod_socket_pong_seconds", frozenset({("socket", "1")})): 1.5,
        ("nod_socket_reconnects_total", frozenset({("socket", "1")})): 4,
        ("nod_socket_reconnects_total", frozenset({("socket", "2")})): 0,
        ("nod_database_up", frozenset()): 1,
        ("nod_inbox_entries", frozenset({("state", "waiting")})): 3,
        ("nod_inbox_entries", frozenset({("state", "taken")})): 1,
        ("nod_inbox_oldest_seconds", frozenset()): 12.5,
        ("nod_actions", frozenset({("state", "pending")})): 2,
        ("nod_actions", frozenset({("state", "succeeded")})): 40,
        ("nod_schedules", frozenset({("state", "active")})): 3,
        ("nod_schedule_next_time_seconds", frozenset()): STARTED.timestamp(),
    }
    assert {key: seen.get(key) for key in wanted} == wanted
    assert ("nod_socket_age_seconds", frozenset({("socket", "2")})) not in seen


def test_what_is_not_known_is_left_out_and_no_old_value_stays(metrics: Metrics) -> None:
    known = Reading(healthy=True, queue=Queue(3, 1, None, {"pending": 2}))
    assert value(metrics, "nod_inbox_entries", {"state": "waiting"}, known) == 3
    unknown = samples(metrics, Reading(healthy=False, queue=None))
    assert unknown[("nod_database_up", frozenset())] == 0
    assert unknown[("nod_healthy", frozenset())] == 0
    assert not {name for name, _ in unknown} & {"nod_inbox_entries", "nod_inbox_oldest_seconds", "nod_actions"}


def test_the_start_and_the_version_are_told(metrics: Metrics) -> None:
    assert value(metrics, "nod_start_time_seconds") == STARTED.timestamp()
    assert value(metrics, "nod_info", {"version": "1.2", "model": "gpt"}) == 1


def test_every_metric_is_explained_and_nothing_else(metrics: Metrics) -> None:
    reading = Reading(
        healthy=True, sockets=(State(),), queue=Queue(0, 0, None, {"pending": 1}, {}, STARTED), turns=(1.0,)
    )
    families = text_string_to_metric_families(metrics.exposition(reading).decode())
    own = {each.name for each in families if each.name.startswith("nod_") and not each.name.endswith("_created")}
    table = [line for line in read("docs/operations.md").splitlines() if line.startswith("| `nod_")]
    explained = {name for line in table for name in re.findall(r"`(nod_\w+)", line.split(" | ")[0])}
    assert {name.removesuffix("_total") for name in explained} == own
