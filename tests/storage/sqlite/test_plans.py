"""No statement reads a whole table, however large it becomes."""

import sqlite3
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
from sqlite_utils import Database

from storage.outcomes import outcome_items
from storage.records import (
    PICTURE,
    ActionState,
    AssistantItem,
    Attached,
    CallItem,
    Compaction,
    Decision,
    Firing,
    NewItem,
    OverheardItem,
    Pause,
    ResultItem,
    Retried,
    Revision,
    Schedule,
    SummaryItem,
    TurnState,
    Usage,
    UserItem,
)
from storage.sqlite import (
    actions,
    audit,
    decisions,
    executions,
    grants,
    history,
    inbox,
    keeping,
    life,
    memory,
    queue,
    runs,
    schedules,
    turns,
)
from storage.sqlite.counts import counts
from storage.sqlite.migrations import MIGRATIONS
from storage.sqlite.pruning import forget_aside, forget_deletions, forget_done, forget_edits
from storage.sqlite.revisions import revise
from tests.storage.sample import KEY, KIM, LATER, LEE, LIFE, NOW, click, message, new_action, thread
from tests.storage.test_schedules import DUE, NEXT
from tests.storage.test_schedules import new as new_schedule

PARTIAL = (
    "inbox_waiting",
    "inbox_next",
    "inbox_suspects",
    "inbox_suspected",
    "turns_running",
    "actions_executing",
    "actions_uncarded",
    "actions_pending",
    "actions_confirmed",
    "schedules_next",
    "notices_untold",
    "notices_awaited",
)
"""Indices that hold what is under way only: reading one whole is what they are for."""
BOUNDED = (
    "SCAN CONSTANT ROW",
    "SCAN sqlite_sequence",
    "SEARCH audit USING INTEGER PRIMARY KEY (rowid>?)",
    "SCAN actions USING COVERING INDEX actions_state",
    "SCAN pictures USING COVERING INDEX sqlite_autoindex_pictures_1",
    "SCAN scrubbing",
    "SCAN revisions USING INDEX revisions_edits",
    "SCAN schedules USING INDEX schedules_listed",
)
"""One row a table, the audit read on in pieces, the states of all actions, the digests of all pictures, and
the edits of a quarter of an hour."""
OF_THE_QUEUE = (
    "running",
    "people",
    "channels",
    "firsts",
    "candidates",
    "shares",
    "places",
    "(subquery-",
    "suspects",
    "theirs",
)
"""What a statement makes out of those indices for itself."""


STATEMENTS = ("SELECT", "UPDATE", "INSERT", "DELETE", "WITH")


def everything(db: Database) -> None:
    """Call each transaction once, on a path that does something."""
    for _ in range(2):
        inbox.add(db, message(), NOW, only_if_joined=False)
    claim = inbox.claim(db, NOW)
    assert claim is not None
    picture = Attached("a.png", PICTURE, digest="d", content=b"x")
    items = [NewItem(AssistantItem("yes"), "key"), NewItem(UserItem("look", KIM, files=(picture,)))]
    ids = ("done", "denied", "over", "stuck", "again", "edited", "mistaken")
    new = [new_action(action_id, function=action_id, batch="b1") for action_id in ids]
    done, denied, over, stuck, again, edited, mistaken = turns.record(
        db, claim.turn, items, new, Usage(1), NOW, None
    )
    assert history.recorded(db, claim.conversation.id, "key")
    assert history.first(db, claim.conversation.id, ["key"])
    assert not history.empty(db, claim.conversation.id)
    assert history.pictures(db, ["d"]) == {"d": b"x"}
    assert history.picture_sizes(db, ["d"]) == {"d": 1}
    history.refuse_pictures(db, ["d"])
    actions.carded(db, done.id, "5.5")
    assert actions.uncarded(db)
    assert actions.pending(db, claim.conversation.id)
    assert len(actions.of_batch(db, "b1")) == len(ids)
    turns.finish(db, claim.turn, TurnState.WAITING, NOW, None)
    decisions.decide(db, click(denied, Decision.DENY, reason="no"))
    assert decisions.withdraw(db, mistaken.id, KIM, LATER)
    assert decisions.edit(db, click(edited), new_action("new", function="edited", expires_at=NOW + 9 * LIFE))[1]
    for action in (done, stuck, again):
        decisions.decide(db, click(action, remember_until=NOW + 2 * LIFE))
        assert executions.begin(db, action.id, LATER)
    ended = executions.finish(db, done.id, ActionState.SUCCEEDED, "{}", LATER)
    assert [action.id for action in actions.unsettled(db, LATER, 9)] == [done.id]
    actions.settled(db, done.id)
    assert actions.expire(db, NOW + LIFE) == [life.find(db, over.id)]
    assert len(executions.interrupt(db, NOW + LIFE, ["again"])) == 2
    assert executions.begin(db, again.id, NOW + 3 * LIFE) is None
    decision = inbox.claim(db, LATER)
    assert decision is not None
    grant = grants.find(db, claim.conversation.id, KIM, "done", LATER)
    assert grant is not None
    by_grant = new_action("by-grant", function="done", grant=grant.id)
    [confirmed] = turns.record(db, decision.turn, outcome_items(ended), [by_grant], None, LATER, None)
    assert confirmed.grant == grant.id
    assert grants.of(db, "T1", KIM, LATER)
    assert grants.revoke(db, grant.id, "T1", KIM, LATER)
    assert inbox.release(db) == 4
    shown = inbox.claim(db, LATER)
    assert shown is not None
    turns.record(db, shown.turn, [], [], None, LATER, TurnState.ANSWERED)
    assert turns.ended(db)
    assert history.answer(db, claim.turn)
    assert len(actions.unfinished(db, claim.conversation.id)) == 2
    turns.record(db, shown.turn, [NewItem(AssistantItem("more"))], [], Usage(5, 1), LATER, None, 0)
    known = memory.memory(db, claim.conversation.id)
    assert known.counted
    last = known.items[-1].id
    assert memory.compact(db, shown.turn, Compaction(SummaryItem("s"), last - 1, (last - 1,), 0), Usage(), LATER)
    memory.spend(db, shown.turn, Usage(1))
    called = [NewItem(CallItem("c", "f", "{}")), NewItem(ResultItem("c", "[]"))]
    turns.record(db, shown.turn, called, [], None, LATER, None)
    assert memory.result(db, claim.conversation.id, last + 3, 0, 1)
    assert history.items(db, claim.conversation.id)
    assert history.find_conversation(db, KEY)
    assert queue.line(db, NOW + LIFE) == []
    assert inbox.add(db, message(thread(2)), NOW, only_if_joined=False)
    assert len(queue.line(db, NOW + LIFE)) == 1
    assert not inbox.add(db, message(thread(3), ts="3.3"), NOW, only_if_joined=True)
    assert inbox.add(db, message(thread(3), ts="2.2"), NOW, only_if_joined=False)
    assert inbox.add(db, message(thread(3), ts="1.1"), NOW, only_if_joined=False)
    turns.finish(db, shown.turn, TurnState.FAILED, LATER, None)
    assert turns.retry(db, shown.turn, "T1", "C1", KIM, LATER) is Retried.AGAIN
    assert counts(db).taken == 0
    assert inbox.claim(db, LATER)
    turns.finish(db, shown.turn + 1, TurnState.ANSWERED, LATER, None)
    assert forget_done(db, NOW + LIFE)
    assert not inbox.add(db, message(thread(4)), NOW, only_if_joined=True)
    assert forget_aside(db, NOW + LIFE)
    assert audit.rows(db, done.id, 0, 10)
    assert audit.rows(db, None, 0, 10)
    assert audit.follow(db, audit.Place()) == audit.Piece(None)
    mention = message(files=None)
    assert inbox.add(db, mention, NOW, only_if_joined=False)
    assert not inbox.add(db, replace(mention, files=()), NOW, only_if_joined=False)
    assert inbox.files(db, claim.entries[0].id) is None
    changes(db)
    assert keeping.remembered(db, "T1", KIM).busy == 3
    keep_and_forget(db)
    schedule_and_run(db)


def changes(db: Database) -> None:
    """Edit and delete what waits, what is aside, what is in a history."""
    answered, waiting, beside = (message(thread(5), ts=f"500.{number}") for number in (1, 2, 3))
    told = [replace(each, key=f"message:T1:C1:{each.ts}") for each in (answered, waiting, beside)]
    assert inbox.add(db, told[0], NOW, only_if_joined=False)
    while (claim := inbox.claim(db, LATER)) and claim.conversation.key != thread(5):
        pass
    assert claim is not None
    picture = Attached("a.png", PICTURE, digest="e", content=b"x")
    said = UserItem("look", KIM, files=(picture,), ts="500.1")
    turns.record(db, claim.turn, [NewItem(OverheardItem("x", ts="499.1")), NewItem(said)], [], None, NOW, None)
    turns.finish(db, claim.turn, TurnState.ANSWERED, NOW, None)
    assert inbox.add(db, told[1], LATER, only_if_joined=False)
    assert not inbox.add(db, replace(told[2], conversation=thread(6)), NOW, only_if_joined=True)
    for number in (1, 2, 3):
        assert revise(db, Revision("T1", "C1", f"500.{number}", "600.1", KIM, "new"), NOW) is None
    assert revise(db, Revision("T1", "C1", "500.2", "600.2", "", None), NOW) is None
    assert revise(db, Revision("T1", "C1", "500.1", "600.2", KIM, "newer"), NOW)
    assert forget_done(db, NOW + LIFE)
    revise(db, Revision("T1", "C1", "500.1", "600.3", KIM, "newest"), NOW)
    revise(db, Revision("T1", "C1", "500.1", "600.4", "", None), NOW)
    assert history.pictures(db, ["e"]) == {}
    assert not inbox.add(db, told[1], NOW, only_if_joined=False)
    assert forget_edits(db, LATER)
    assert forget_deletions(db, LATER)


def keep_and_forget(db: Database) -> None:
    """The same of forgetting, in conversations of their own."""
    for number, user in ((50, KIM), (51, KIM), (51, LEE), (52, LEE)):
        assert inbox.add(db, message(thread(number), user=user), NOW, only_if_joined=False)
    while claim := inbox.claim(db, NOW):
        action = new_action(f"of-{claim.turn}", requester=claim.entries[0].delivery.user)
        items = [NewItem(UserItem("x", KIM)), NewItem(AssistantItem("a")), NewItem(AssistantItem("b"))]
        [proposed] = turns.record(db, claim.turn, items, [action], None, NOW, None)
        turns.finish(db, claim.turn, TurnState.ANSWERED, NOW, None)
        decisions.withdraw(db, proposed.id, proposed.requester, NOW)
    assert inbox.add(db, message(thread(51), user=LEE), NOW, only_if_joined=False)
    claim = inbox.claim(db, NOW)
    assert claim is not None
    [denied] = turns.record(db, claim.turn, [], [new_action("denied by another", requester=LEE)], None, NOW, None)
    decisions.decide(db, click(denied, Decision.DENY, user=KIM, reason="no"))
    turns.finish(db, claim.turn, TurnState.WAITING, NOW, None)
    claim = inbox.claim(db, NOW)
    assert claim is not None
    turns.finish(db, claim.turn, TurnState.ANSWERED, NOW, None)
    for request in ("wish", "wish"):
        forgotten = keeping.forget(db, request, "T1", KIM, LATER, KIM)
        assert forgotten.conversations > forgotten.shared > 0
    assert keeping.sweep_conversations(db, NOW + LIFE, NOW + LIFE)
    db.execute("INSERT INTO pictures VALUES ('d2', 'x')")
    assert keeping.sweep_pictures(db) == 1


def schedule_and_run(db: Database) -> None:
    """The same of schedules."""
    schedule = schedules.create(db, new_schedule(), NOW, 9, 9)
    assert isinstance(schedule, Schedule)
    assert schedules.listed(db, "T1", None) == schedules.listed(db, "T1", KIM) == [schedule]
    assert schedules.next_due(db) == schedule.next_at
    schedules.replan(db, NOW, lambda _: DUE)
    [run] = schedules.fire(db, DUE, lambda _: Firing(DUE, DUE, NEXT))
    assert runs.claimed(db) == [run]
    assert runs.ask(db, run, "900.1", DUE)
    while (scheduled := inbox.claim(db, DUE)) and scheduled.entries[0].delivery.key != run.key:
        turns.finish(db, scheduled.turn, TurnState.ANSWERED, DUE, None)
    assert scheduled is not None
    turns.finish(db, scheduled.turn, TurnState.FAILED, DUE, None)
    assert runs.owner(db, scheduled.conversation.id) == KIM
    manual = schedules.run_now(db, schedule.id, KIM, DUE + LIFE)
    assert manual is not None
    assert runs.drop(db, manual, DUE + LIFE, Pause.CHANNEL)
    paused = schedules.get(db, schedule.id)
    assert paused is not None
    assert schedules.change(db, replace(paused, owner="U2"), "schedule_changed", KIM, LATER)
    assert len(runs.notices(db)) == 3
    runs.told(db, runs.notices(db)[0].id, LATER)
    assert keeping.remembered(db, "T1", "U2").schedules == 1
    assert runs.forget_over(db, DUE + LIFE * 9) == 1


def plan(db: Database, sql: str, parameters: object) -> list[str]:
    rows = db.conn.execute(f"EXPLAIN QUERY PLAN {sql}", parameters or ())  # type: ignore[arg-type]
    return [row[3] for row in rows]


@pytest.fixture
def statements(path: Path) -> list[tuple[str, object]]:
    seen: list[tuple[str, object]] = []
    with Database(path) as db:
        MIGRATIONS.apply(db)
        with db.tracer(lambda sql, parameters: seen.append((sql.strip(), parameters))):
            everything(db)
    return [(sql, parameters) for sql, parameters in seen if sql.split()[0] in STATEMENTS]


def test_statements_search_by_an_index(path: Path, statements: list[tuple[str, object]]) -> None:
    assert len({sql for sql, _ in statements}) > 20
    with Database(path) as db:
        for sql, parameters in statements:
            for step in plan(db, sql, parameters):
                if step.endswith(PARTIAL) or step in BOUNDED or step.split()[1].startswith(OF_THE_QUEUE):
                    continue
                assert not step.startswith("SCAN"), f"{step} in {sql}"
                # A range of ids of all conversations is as good as a scan.
                assert "(rowid>" not in step, f"{step} in {sql}"
                assert "(rowid<" not in step, f"{step} in {sql}"
                assert "AUTOMATIC" not in step, f"{step} in {sql}"


def test_claim_reads_what_waits_and_what_runs_and_nothing_else(
    path: Path, statements: list[tuple[str, object]]
) -> None:
    claim = next(sql for sql, _ in statements if sql.startswith("WITH") and sql.endswith("LIMIT 1"))
    with Database(path) as db:
        steps = plan(db, claim, (1,))
    read = {step for step in steps if step.split()[1] not in OF_THE_QUEUE and step.startswith(("SCAN", "SEARCH"))}
    assert read == {
        "SCAN inbox USING INDEX inbox_next",
        "SCAN inbox USING INDEX inbox_suspects",
        "SEARCH inbox USING INDEX inbox_suspected (tries>?)",
        "SCAN turns USING INDEX turns_running",
        "SEARCH conversations USING INTEGER PRIMARY KEY (rowid=?)",
    }


def test_the_plan_tells_a_scan(path: Path) -> None:
    with closing(sqlite3.connect(path)) as connection, Database(connection) as db:
        MIGRATIONS.apply(db)
        assert plan(db, "SELECT * FROM inbox WHERE text = 'x'", ()) == ["SCAN inbox"]
