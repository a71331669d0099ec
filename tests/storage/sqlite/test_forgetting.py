"""What was forgotten is gone from the files, and a forget that is cut off is whole or has not been."""

import json
import sqlite3
from contextlib import closing
from pathlib import Path
from random import Random

import pytest
from sqlite_utils import Database

from storage.chain import link
from storage.ports import Storage, StorageError
from storage.records import AssistantItem, Claim, NewItem, TurnState, UserItem
from storage.sqlite import keeping, open_storage
from storage.sqlite.forgetting import forget_whole
from storage.sqlite.migrations import MIGRATIONS
from tests.storage.sample import KIM, LATER, LEE, NOW, message, new_action, thread

KIMS, LEES = "kims-own-words", "lees-own-words"


async def said(storage: Storage, user: str, number: int, words: str, action: str = "") -> Claim:
    assert await storage.inbox.add(message(thread(number), user=user, text=words), NOW)
    claim = await storage.inbox.claim(NOW)
    assert claim is not None
    items = [NewItem(UserItem(words, user)), NewItem(AssistantItem(words))]
    news = [new_action(action, requester=user, arguments_json=json.dumps({"of": words}), preview=words)]
    await storage.turns.record(claim.turn, items, news if action else [], at=NOW)
    await storage.turns.finish(claim.turn, TurnState.ANSWERED, NOW)
    return claim


def files(path: Path) -> bytes:
    return b"".join(file.read_bytes() for file in path.parent.glob(f"{path.name}*"))


@pytest.mark.parametrize("seed", range(3))
async def test_forgotten_words_are_in_no_file(storage: Storage, path: Path, seed: int) -> None:
    """Pages of all sizes, of two persons in turn, so that the tree is balanced and rows move about."""
    random = Random(seed)  # noqa: S311
    for number in range(60):
        user, words = random.choice([(KIM, KIMS), (LEE, LEES)])
        length = random.choice([1, 1, 5, 20, 200, 700])
        await said(storage, user, random.randrange(12), f"{words} " * length, f"action-{number}")
    assert files(path).count(KIMS.encode()) > 60
    await storage.keeping.forget("wish", "T1", KIM, LATER)
    assert await storage.keeping.scrub()
    assert KIMS.encode() not in files(path)
    assert LEES.encode() in files(path)
    assert await storage.audit.verify() is None
    assert await storage.check() == []


async def test_what_is_read_meanwhile_is_scrubbed_later(
    storage: Storage, path: Path, stranger: sqlite3.Connection
) -> None:
    await said(storage, KIM, 1, KIMS)
    stranger.execute("BEGIN")
    stranger.execute("SELECT count(*) FROM items").fetchone()
    await storage.keeping.forget("wish", "T1", KIM, LATER)
    assert not await storage.keeping.scrub()
    stranger.execute("ROLLBACK")
    assert await storage.keeping.scrub()
    assert KIMS.encode() not in files(path)


async def test_a_large_file_is_not_written_anew_while_nod_works(
    storage: Storage, monkeypatch: pytest.MonkeyPatch
) -> None:
    await said(storage, KIM, 1, KIMS)
    await storage.keeping.forget("wish", "T1", KIM, LATER)
    monkeypatch.setattr(keeping, "REWRITTEN", 1)
    assert not await storage.keeping.scrub()
    monkeypatch.undo()
    assert await storage.keeping.scrub()


async def test_it_is_scrubbed_after_a_crash_too(path: Path) -> None:
    storage = await open_storage(path)
    await said(storage, KIM, 1, KIMS)
    await storage.keeping.forget("wish", "T1", KIM, LATER)
    await storage.close()
    storage = await open_storage(path)
    assert await storage.keeping.scrub()
    assert KIMS.encode() not in files(path)
    await storage.close()


async def test_a_forget_that_is_cut_off_has_not_been(
    storage: Storage, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    await said(storage, KIM, 1, KIMS, "a")
    await said(storage, KIM, 2, KIMS)
    before = everything(path)

    def cut_off(*_: object) -> None:
        raise sqlite3.OperationalError("disk I/O error")

    monkeypatch.setattr("storage.sqlite.audit.empty", cut_off)
    with pytest.raises(StorageError):
        await storage.keeping.forget("wish", "T1", KIM, LATER)
    assert everything(path) == before
    monkeypatch.undo()
    assert (await storage.keeping.forget("wish", "T1", KIM, LATER)).conversations == 2


async def test_a_sweep_that_is_cut_off_has_forgotten_whole_pieces(
    storage: Storage, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    claims = [await said(storage, KIM, number, KIMS) for number in range(7)]
    monkeypatch.setattr(keeping, "PIECE", 3)
    forget, calls = forget_whole, []

    def cut_off(db: Database, conversation: int, at: object) -> list[int]:
        calls.append(conversation)
        if len(calls) == 5:
            raise sqlite3.OperationalError("disk I/O error")
        return forget(db, conversation, at)  # type: ignore[arg-type]

    monkeypatch.setattr(keeping, "forget_whole", cut_off)
    with pytest.raises(StorageError):
        await storage.keeping.sweep(LATER, LATER)
    kept = [len(await storage.history.items(claim.conversation.id)) for claim in claims]
    assert sorted(kept) == [0, 0, 0, 2, 2, 2, 2]
    monkeypatch.setattr(keeping, "forget_whole", forget)
    assert await storage.keeping.sweep(LATER, LATER) == 4


def everything(path: Path) -> list[str]:
    with closing(sqlite3.connect(path)) as db:
        return list(db.iterdump())


# ── an older Nod's audit ────────────────────────────────────────────────────────────────────────────────────


def old_chain(path: Path) -> list[str]:
    """Write rows as a Nod did whose chain held the texts themselves; the hashes."""
    rows = [
        ("a", "proposed", {"function": "f", "arguments_json": KIMS, "digest": "d"}),
        ("a", "denied", {"digest": "d", "reason": KIMS}),
        ("b", "proposed", {"function": "f", "arguments_json": LEES, "digest": "d"}),
        ("b", "unknown", {"reason": "interrupted"}),
    ]
    hashes = [""]
    with Database(path) as db:
        MIGRATIONS.apply(db, stop_before="m020_keeping")
        for number, (action, event, details) in enumerate(rows, 1):
            row = {"id": number, "action_id": action, "at": f"2026-07-04T12:00:0{number}.000000+00:00"}
            row |= {"event": event, "actor": "nod", "details": details}
            hashes.append(link(hashes[-1], row))
            chained = {"details": json.dumps(details), "previous": hashes[-2], "hash": hashes[-1]}
            db["audit"].insert(row | chained)
    return hashes


async def test_the_texts_of_an_older_audit_stand_beside_it(path: Path) -> None:
    hashes = old_chain(path)
    storage = await open_storage(path)
    rows = await storage.audit.rows()
    assert await storage.audit.verify() is None
    texts = [{name: kept.text for name, kept in row.texts.items()} for row in rows]
    assert texts == [{"arguments_json": KIMS}, {"reason": KIMS}, {"arguments_json": LEES}, {}, {}]
    assert KIMS not in str([row.details for row in rows])
    assert rows[3].details == {"reason": "interrupted"}
    assert (rows[4].event, rows[4].details) == ("rechained", {"rows": 4, "last_hash": hashes[-1]})
    await storage.close()


@pytest.mark.parametrize("broken", [1, 2, 3, 4])
async def test_a_broken_chain_of_an_older_audit_stays_broken(path: Path, broken: int) -> None:
    old_chain(path)
    with Database(path) as db:
        db.execute("DROP TRIGGER audit_kept_as_written")
        db.execute("UPDATE audit SET actor = 'U2' WHERE id = ?", [broken])
        db.conn.commit()
        db.execute(
            "CREATE TRIGGER audit_kept_as_written BEFORE UPDATE ON audit"
            " BEGIN SELECT RAISE (ABORT, 'the audit is append-only'); END"
        )
    storage = await open_storage(path)
    assert await storage.audit.verify() == broken
    await storage.close()


async def test_pictures_of_an_older_database_go_with_their_items(path: Path) -> None:
    at = "2026-07-04T12:00:00.000000+00:00"
    with Database(path) as db:
        MIGRATIONS.apply(db, stop_before="m020_keeping")
        db["conversations"].insert({"team": "T1", "channel": "C1", "thread": "1.1"})
        db["turns"].insert({"conversation": 1, "user": KIM, "state": "answered", "started_at": at})
        files = [{"name": "a", "digest": "p1"}, {"name": "b", "digest": ""}]
        data = json.dumps({"text": "look", "user": KIM, "speaker": "", "files": files})
        db["items"].insert({"conversation": 1, "turn": 1, "kind": "user", "data": data, "at": at})
        for digest in ("p1", "nobody's"):
            db["pictures"].insert({"digest": digest, "content": b"x"})
    storage = await open_storage(path)
    assert await storage.history.pictures(["p1", "nobody's"]) == {"p1": b"x"}
    assert (await storage.keeping.forget("wish", "T1", KIM, LATER)).conversations == 1
    assert await storage.history.pictures(["p1"]) == {}
    await storage.close()
