import json
import sqlite3
from collections.abc import AsyncIterator
from contextlib import closing
from pathlib import Path

import pytest
from sqlite_utils import Database

from storage.chain import link
from storage.ports import Storage, StorageError
from storage.records import Claim, ConversationKey, Decision, NewItem, Revision, UserItem, Verdict
from storage.sqlite import open_storage
from storage.sqlite.migrations import MIGRATIONS, migrate
from tests.storage.sample import KIM, LIFE, NOW, click, granted, message, proposed, thread


def steps(db: Database) -> list[str]:
    return [step.name for step in MIGRATIONS.applied(db)]


def test_the_steps_are_numbered() -> None:
    with Database(memory=True) as db:
        names = [step.name for step in MIGRATIONS.pending(db)]
    assert [name.split("_")[0] for name in names] == [f"m{number:03}" for number in range(1, len(names) + 1)]


async def test_a_second_start_changes_nothing(path: Path) -> None:
    await (await open_storage(path)).close()
    with Database(path) as db:
        before = (db.schema, list(db["_sqlite_migrations"].rows))
    await (await open_storage(path)).close()
    with Database(path) as db:
        assert (db.schema, list(db["_sqlite_migrations"].rows)) == before
        assert not MIGRATIONS.pending(db)


async def test_an_older_nod_s_database_goes_on_with_what_it_holds(path: Path) -> None:
    with Database(path) as db:
        MIGRATIONS.apply(db, stop_before="m004_items")
        db["conversations"].insert({"team": "T1", "channel": "C1", "thread": "1.1"})
    await (await open_storage(path)).close()
    with Database(path) as db:
        assert not MIGRATIONS.pending(db)
        assert db["conversations"].count == 1


async def test_the_audit_of_an_older_nod_is_chained(path: Path) -> None:
    with Database(path) as db:
        MIGRATIONS.apply(db, stop_before="m007_grants")
        for number in range(3):
            details = json.dumps({"digest": "d", "번호": number}, ensure_ascii=number == 1)
            db.execute(
                "INSERT INTO audit (action_id, at, event, actor, details) VALUES ('a', ?, 'proposed', 'nod', ?)",
                [f"2026-07-04T12:00:0{number}.000000+00:00", details],
            )
        db.commit()
    storage = await open_storage(path)
    rows = await storage.audit.rows()
    assert [row.details["번호"] for row in rows] == [0, 1, 2]
    assert len({row.hash for row in rows}) == 3
    assert await storage.audit.verify() is None
    await proposed(storage)
    assert await storage.audit.verify() is None
    await storage.close()


async def test_an_older_nod_s_actions_go_on(path: Path) -> None:
    with Database(path) as db:
        MIGRATIONS.apply(db, stop_before="m007_grants")
        at = "2026-07-04T12:00:00.000000+00:00"
        db["conversations"].insert({"team": "T1", "channel": "C1", "thread": "1.1"})
        db["turns"].insert({"conversation": 1, "user": KIM, "state": "waiting", "started_at": at})
        texts = ("call_id", "function", "arguments_json", "schema_digest", "digest", "preview")
        times = {"proposed_at": at, "expires_at": "2026-07-04T12:30:00.000000+00:00"}
        db["actions"].insert(
            {"id": "a", "conversation": 1, "turn": 1, "requester": KIM, "state": "pending"}
            | dict.fromkeys(texts, "x")
            | times
        )
    storage = await open_storage(path)
    action = await storage.actions.get("a")
    assert action is not None
    assert (action.batch, action.grant, action.reason, action.superseded_by) == (None, None, "", None)
    assert (await storage.actions.decide(click(action))).verdict is Verdict.DECIDED
    await storage.close()


async def test_a_full_database_of_the_first_release_goes_on(path: Path) -> None:
    """Every table has rows: what waits, what was taken by a process that died, what was done."""
    at = "2026-07-04T12:00:00.000000+00:00"
    later = "2026-07-04T12:30:00.000000+00:00"
    texts = ("call_id", "function", "arguments_json", "schema_digest", "digest", "preview")
    with Database(path) as db:
        MIGRATIONS.apply(db, stop_before="m011_inbox_tries_done")
        for number, state in ((1, "waiting"), (2, "running"), (3, "answered")):
            thread_of = {"team": "T1", "channel": "C1", "thread": f"{number}.1"}
            db["conversations"].insert(thread_of)
            ended = {"finished_at": later} if state != "running" else {}
            run = {"conversation": number, "user": KIM, "state": state, "started_at": at}
            db["turns"].insert(run | ended)
        entry = {"kind": "message", "user": KIM, "text": "Q?", "ts": "", "direct": True, "received_at": at}
        for number, (conversation, state, turn) in enumerate(
            [(1, "done", 1), (1, "waiting", None), (2, "taken", 2), (3, "done", 3), (3, "done", 3)]
        ):
            own = {"key": f"message:T1:C1:{number}.5", "ts": f"{number}.5", "conversation": conversation}
            db["inbox"].insert(entry | own | {"state": state, "turn": turn})
        db["items"].insert(
            {"conversation": 3, "turn": 3, "kind": "assistant", "data": '{"text": "A!", "raw": null}', "at": at}
        )
        db["actions"].insert(
            {"id": "a", "conversation": 1, "turn": 1, "requester": KIM, "state": "pending"}
            | {"proposed_at": at, "expires_at": "2026-07-11T12:00:00.000000+00:00"}
            | dict.fromkeys(texts, "x")
        )
        db["actions"].insert(
            {"id": "b", "conversation": 1, "turn": 1, "requester": KIM, "state": "pending"}
            | {"proposed_at": at, "expires_at": later}
            | dict.fromkeys(texts, "x")
        )
        db.execute("UPDATE actions SET state = 'confirmed', decided_by = ? WHERE id = 'b'", [KIM])
        db["grants"].insert(
            {"conversation": 1, "user": KIM, "function": "x", "action_id": "b", "expires_at": "2999"}
        )
        row = {"id": 1, "action_id": "a", "at": at, "event": "proposed", "actor": "nod", "details": {}}
        db["audit"].insert(row | {"details": "{}", "previous": "", "hash": link("", row)})
    before = rows_of(path)
    storage = await open_storage(path)
    for table, rows in before.items():
        now = rows_of(path)[table]
        assert [{name: row[name] for name in rows[0]} for row in now] == rows, table
    assert await storage.check() == []

    assert await storage.inbox.release() == 1
    claims = [claim async for claim in all_claims(storage)]
    assert [[entry.tries for entry in claim.entries] for claim in claims] == [[1], [2]]
    assert not await storage.inbox.add(message(key="message:T1:C1:3.5"), NOW), "its key is kept"
    reply = message(ConversationKey("T1", "C1", "3.1"), ts="3.4")
    assert not await storage.inbox.add(reply, NOW, only_if_joined=True), "said before Nod was asked"
    assert await storage.inbox.add(message(ConversationKey("T1", "C1", "3.1"), ts="3.6"), NOW, only_if_joined=True)
    assert await storage.history.answer(3) == (KIM, "Q?\nQ?", "A!")
    assert await storage.inbox.prune(NOW + LIFE, NOW) == 0
    assert await storage.inbox.prune(NOW + 2 * LIFE, NOW) == 3
    assert await storage.history.answer(3) == (KIM, "Q?\nQ?", "A!")
    action = await storage.actions.get("a")
    assert action is not None
    assert (await storage.actions.decide(click(action))).verdict is Verdict.DECIDED
    await storage.close()


def rows_of(path: Path) -> dict[str, list[dict[str, object]]]:
    tables = ("conversations", "turns", "inbox", "items", "actions", "grants", "audit")
    with Database(path) as db:
        return {table: list(db[table].rows) for table in tables}


async def all_claims(storage: Storage) -> AsyncIterator[Claim]:
    while claim := await storage.inbox.claim(NOW):
        yield claim


async def test_a_failing_step_of_a_full_database_leaves_it_as_it_was(path: Path) -> None:
    with Database(path) as db:
        MIGRATIONS.apply(db, stop_before="m011_inbox_tries_done")
        db["conversations"].insert({"team": "T1", "channel": "C1", "thread": "1.1"})
        db.execute("CREATE TABLE aside (in_the_way TEXT)")
        schema, applied = db.schema, steps(db)
    with pytest.raises(StorageError, match="aside"):
        await open_storage(path)
    with Database(path) as db:
        assert (db.schema, steps(db), db["conversations"].count) == (schema, applied, 1)


def test_a_failing_step_leaves_the_database_as_it_was(path: Path) -> None:
    with Database(path) as db:
        MIGRATIONS.apply(db, stop_before="m006_audit")
        db.execute("CREATE TABLE audit (in_the_way TEXT)")
        schema, applied = db.schema, steps(db)
        with pytest.raises(sqlite3.OperationalError):
            migrate(db, path)
        assert (db.schema, steps(db)) == (schema, applied)


@pytest.mark.parametrize(
    ("statement", "words"),
    [
        ("UPDATE audit SET actor = 'U2'", "append-only"),
        ("DELETE FROM audit", "append-only"),
        ("INSERT OR REPLACE INTO audit SELECT * FROM audit", "append-only"),
        (
            "INSERT INTO audit (action_id, at, event, actor, details) VALUES ('a', '', 'confirmed', '', '{}')",
            "goes on from the last one",
        ),
        (
            "INSERT INTO audit (action_id, at, event, actor, details, hash) VALUES ('a', '', '', '', '{}', 'f00')",
            "goes on from the last one",
        ),
        ("UPDATE actions SET batch = 'b1'", "does not change"),
        ("UPDATE actions SET grant_id = 1", "does not change"),
        ("UPDATE grants SET user = 'U2'", "does not change"),
        ("UPDATE grants SET expires_at = '2999'", "does not change"),
        ("UPDATE grants SET expires_at = '2999', revoked_at = '2026'", "does not change"),
        ("UPDATE grants SET revoked_at = NULL", "does not change"),
        ("UPDATE actions SET arguments_json = '{}'", "does not change"),
        ("UPDATE actions SET arguments_json = '{}', preview = '' WHERE id = 'pending'", "does not change"),
        ("UPDATE actions SET arguments_json = '[]' WHERE id = 'denied'", "does not change"),
        ("UPDATE actions SET preview = 'x' WHERE id = 'denied'", "does not change"),
        (
            "UPDATE actions SET state = 'denied', arguments_json = '{}', preview = '' WHERE id = 'pending'",
            "does not change",
        ),
        ("UPDATE audit_texts SET text = ''", "append-only"),
        ("DELETE FROM audit_texts", "append-only"),
        ("UPDATE actions SET requester = 'U2'", "does not change"),
        ("UPDATE actions SET expires_at = '2999'", "does not change"),
        ("UPDATE actions SET state = 'executing' WHERE id = 'pending'", "cannot go that way"),
        ("UPDATE actions SET state = 'executing' WHERE id = 'denied'", "cannot go that way"),
        ("UPDATE actions SET state = 'pending' WHERE id = 'denied'", "cannot go that way"),
        (
            "INSERT INTO turns (conversation, user, state, started_at) VALUES (1, 'U2', 'running', '2026')",
            "UNIQUE",
        ),
    ],
)
async def test_the_database_itself_refuses(path: Path, storage: Storage, statement: str, words: str) -> None:
    _, denied, confirmed = await proposed(storage, "pending", "denied", "granted")
    await granted(storage, confirmed)
    await storage.actions.decide(click(denied, Decision.DENY))
    with closing(sqlite3.connect(path)) as shell:
        shell.execute("PRAGMA recursive_triggers=ON")
        with pytest.raises(sqlite3.IntegrityError, match=words):
            shell.execute(statement)


@pytest.mark.parametrize(
    "changes",
    [
        {"action_id": "pending"},
        {"action_id": "denied"},
        {"user": "U2LEE"},
        {"function": "pay"},
        {"conversation": 2},
        {"revoked_at": "2026"},
    ],
)
async def test_a_grant_needs_its_own_person_s_confirmation(
    path: Path, storage: Storage, changes: dict[str, object]
) -> None:
    _, denied, confirmed = await proposed(storage, "pending", "denied", "confirmed")
    await storage.actions.decide(click(denied, Decision.DENY))
    await storage.actions.decide(click(confirmed))
    await storage.inbox.add(message(thread(2)), NOW)
    row = {
        "conversation": confirmed.conversation.id,
        "user": KIM,
        "function": confirmed.function,
        "action_id": confirmed.id,
        "expires_at": "2999",
    }
    with Database(path) as db:
        with pytest.raises(sqlite3.IntegrityError, match="confirmation"):
            db["grants"].insert(row | changes)
        db["grants"].insert(row)


async def test_an_older_nod_s_messages_can_be_edited(path: Path) -> None:
    """They get the ts of what they were delivered as, and ids go on behind all that there ever was."""
    with Database(path) as db:
        MIGRATIONS.apply(db, stop_before="m018_threads")
        at = "2026-07-04T12:00:00.000000+00:00"
        db["conversations"].insert({"team": "T1", "channel": "C1", "thread": "1.1"})
        db["turns"].insert({"conversation": 1, "user": KIM, "state": "answered", "started_at": at})
        row = {"conversation": 1, "user": KIM, "kind": "message", "direct": 0, "received_at": at, "turn": 1}
        db["inbox"].insert(row | {"key": "message:T1:C1:1.1", "text": "hi", "ts": "1.1", "state": "done"})
        picture = {"name": "a.png", "kind": "picture", "digest": "d", "text": "", "mimetype": "image/png"}
        for key, kind, data in (
            ("entry:1", "user", {"text": "hi", "user": KIM, "speaker": "", "files": [picture]}),
            ("entry:9", "user", {"text": "forgotten", "user": KIM}),
            (None, "assistant", {"text": "hello"}),
            (None, "assistant", {"text": "rolled back"}),
        ):
            item = {"conversation": 1, "turn": 1, "key": key, "kind": kind, "data": json.dumps(data), "at": at}
            db["items"].insert(item)
        db["pictures"].insert({"digest": "d", "content": b"x"})
        db.execute("DELETE FROM items WHERE id = 4")
        db.commit()
    storage = await open_storage(path)
    before = await storage.history.items(1)
    assert [getattr(item, "text", "") for item in before] == ["hi", "forgotten", "hello"]
    assert await storage.inbox.revise(Revision("T1", "C1", "1.1", "2.1", KIM, None), NOW) is None
    assert (await storage.history.items(1))[0] == UserItem("", KIM, edited="2.1", deleted=True)
    assert await storage.history.pictures(["d"]) == {}
    assert await storage.inbox.add(message(ConversationKey("T1", "C1", "1.1")), NOW)
    claim = await storage.inbox.claim(NOW)
    assert claim is not None
    await storage.turns.record(claim.turn, [NewItem(UserItem("new", KIM))], at=NOW)
    assert (await storage.history.memory(1)).items[-1].id == 5
    assert await storage.check() == []
    await storage.close()
