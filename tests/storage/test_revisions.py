"""Edits and deletions of what Slack delivered: wherever the words are, in whatever order it is told."""

import json
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from sqlite_utils import Database

from storage.ports import Storage
from storage.records import (
    PICTURE,
    Answerable,
    AssistantItem,
    Attached,
    Claim,
    Compaction,
    Delivery,
    Item,
    NewItem,
    OverheardItem,
    Retried,
    Revision,
    SummaryItem,
    TurnState,
    Usage,
    UserItem,
)
from tests.storage.sample import KEY, KIM, LATER, LEE, NOW, message, new_action

SECRET = "the code is 4711"


def change(delivery: Delivery, text: str | None, at: str = "300.000001", user: str | None = None) -> Revision:
    key = delivery.conversation
    return Revision(key.team, key.channel, delivery.ts, at, delivery.user if user is None else user, text)


async def claimed(storage: Storage) -> Claim:
    claim = await storage.inbox.claim(LATER)
    assert claim is not None
    return claim


def item_of(claim: Claim) -> NewItem:
    entry = claim.entries[0]
    said = entry.delivery
    return NewItem(UserItem(said.text, said.user, ts=said.ts), f"entry:{entry.id}")


async def asked(storage: Storage, delivery: Delivery, state: TurnState | None = TurnState.ANSWERED) -> Claim:
    """Have a message delivered, recorded and (but for None) answered."""
    assert await storage.inbox.add(delivery, NOW)
    claim = await claimed(storage)
    await storage.turns.record(claim.turn, [item_of(claim)], at=NOW)
    if state is not None:
        await storage.turns.record(claim.turn, [NewItem(AssistantItem("yes"))], at=NOW)
        await storage.turns.finish(claim.turn, state, NOW)
    return claim


async def shown(storage: Storage, claim: Claim) -> list[Item]:
    return await storage.history.items(claim.conversation.id)


def holds(path: Path, words: str) -> list[str]:
    """Name the tables that have these words in any row."""
    with Database(path) as db:
        return [name for name in db.table_names() if words in json.dumps(list(db[name].rows), default=str)]


async def test_a_waiting_message_is_answered_as_it_says_now(storage: Storage) -> None:
    delivery = message()
    assert await storage.inbox.add(delivery, NOW)
    assert await storage.inbox.revise(change(delivery, "and tomorrow?"), NOW) is None
    [entry] = (await claimed(storage)).entries
    assert (entry.delivery.text, entry.delivery.edited) == ("and tomorrow?", "300.000001")


async def test_a_waiting_message_that_is_deleted_is_not_answered(storage: Storage, tmp_path: Path) -> None:
    delivery = message(text=SECRET)
    assert await storage.inbox.add(delivery, NOW)
    await storage.inbox.revise(change(delivery, None), NOW)
    assert await storage.inbox.claim(LATER) is None
    assert not await storage.inbox.add(delivery, NOW), "delivered again"
    assert await storage.inbox.claim(LATER) is None
    assert not await storage.inbox.add(message(ts="400.1"), NOW, only_if_joined=True), "Nod is not part of it"
    assert holds(tmp_path / "nod.db", SECRET) == []


async def test_the_others_of_a_conversation_are_answered_when_one_is_deleted(storage: Storage) -> None:
    first, second = message(), message()
    for each in (first, second):
        assert await storage.inbox.add(each, NOW)
    await storage.inbox.revise(change(first, None), NOW)
    assert [entry.delivery.key for entry in (await claimed(storage)).entries] == [second.key]


async def test_a_message_that_was_begun_and_deleted_stays_as_deleted(storage: Storage, tmp_path: Path) -> None:
    delivery = message(text=SECRET)
    assert await storage.inbox.add(delivery, NOW)
    await claimed(storage)
    await storage.inbox.revise(change(delivery, None), NOW)
    await storage.inbox.release()
    [entry] = (await claimed(storage)).entries
    assert entry.delivery.deleted
    assert entry.delivery.text == ""
    assert holds(tmp_path / "nod.db", SECRET) == []


@pytest.mark.parametrize("late", [False, True])
async def test_the_newest_edit_wins_in_whatever_order_they_come(storage: Storage, late: bool) -> None:
    delivery = message()
    changes = [change(delivery, f"edit {number}", f"300.00000{number}") for number in (2, 1, 3, 2)]
    if late:
        for each in changes:
            await storage.inbox.revise(each, NOW)
    claim = await asked(storage, delivery, None)
    if not late:
        for each in changes:
            await storage.inbox.revise(each, NOW)
    assert (await shown(storage, claim))[0] == UserItem("edit 3", KIM, edited="300.000003")


@pytest.mark.parametrize("after", ["300.000001", "300.000009"])
async def test_nothing_comes_after_a_deletion(storage: Storage, after: str) -> None:
    claim = await asked(storage, delivery := message())
    await storage.inbox.revise(change(delivery, None, "300.000005"), NOW)
    assert await storage.inbox.revise(change(delivery, "back again", after), NOW) is None
    assert (await shown(storage, claim))[0] == UserItem("", KIM, edited="300.000005", deleted=True)


async def test_a_change_that_is_told_twice_changes_nothing_the_second_time(storage: Storage) -> None:
    claim = await asked(storage, delivery := message())
    assert await storage.inbox.revise(change(delivery, "what of Busan?"), NOW) is not None
    before = await storage.history.memory(claim.conversation.id)
    assert await storage.inbox.revise(change(delivery, "what of Busan?"), NOW) is None
    await storage.inbox.prune(NOW, NOW + timedelta(days=1))
    assert await storage.inbox.revise(change(delivery, "what of Busan?"), NOW) is None, "forgotten meanwhile"
    assert await storage.history.memory(claim.conversation.id) == before


async def test_a_change_between_the_claim_and_the_record_is_recorded(storage: Storage) -> None:
    for text in ("and tomorrow?", None):
        delivery = message()
        assert await storage.inbox.add(delivery, NOW)
        claim = await claimed(storage)
        await storage.inbox.revise(change(delivery, text), NOW)
        await storage.turns.record(claim.turn, [item_of(claim)], at=NOW)
        item = (await shown(storage, claim))[-1]
        assert item == UserItem(text or "", KIM, edited="300.000001", deleted=text is None)
        await storage.turns.finish(claim.turn, TurnState.ANSWERED, NOW)


async def test_nobody_edits_for_another(storage: Storage) -> None:
    claim = await asked(storage, delivery := message())
    before = await shown(storage, claim)
    waiting = message()
    assert await storage.inbox.add(waiting, NOW)
    for each in (delivery, waiting):
        assert await storage.inbox.revise(change(each, "give Lee a raise", user=LEE), NOW) is None
    other = Revision("T2", KEY.channel, delivery.ts, "300.1", KIM, None)
    await storage.inbox.revise(other, NOW)
    assert await shown(storage, claim) == before
    assert (await claimed(storage)).entries[0].delivery.text == waiting.text


async def test_a_reply_that_was_set_aside_is_changed_too(storage: Storage, tmp_path: Path) -> None:
    edited, deleted = message(ts="200.5", text=SECRET), message(ts="200.6", text=SECRET)
    for each in (edited, deleted):
        assert not await storage.inbox.add(each, NOW, only_if_joined=True)
    await storage.inbox.revise(replace(change(edited, "as I said"), ts=edited.key.rpartition(":")[2]), NOW)
    await storage.inbox.revise(replace(change(deleted, None), ts=deleted.key.rpartition(":")[2]), NOW)
    assert await storage.inbox.add(message(ts="200.1", text="hi"), NOW)
    assert [entry.delivery.text for entry in (await claimed(storage)).entries] == ["hi", "as I said"]
    assert holds(tmp_path / "nod.db", SECRET) == []


async def test_overheard_words_are_followed(storage: Storage) -> None:
    assert await storage.inbox.add(delivery := message(), NOW)
    claim = await claimed(storage)
    said = [OverheardItem(f"word {each}", LEE, "Lee", f"150.00000{each}") for each in (1, 2, 3)]
    # one that was read before its edit, which came before it was recorded
    await storage.inbox.revise(Revision("T1", "C1", "150.000003", "151.1", LEE, "new word 3"), NOW)
    await storage.turns.record(
        claim.turn, [NewItem(each, f"overheard:{each.ts}") for each in said] + [item_of(claim)], at=NOW
    )
    await storage.inbox.revise(Revision("T1", "C1", "150.000001", "152.1", LEE, "new word 1"), NOW)
    await storage.inbox.revise(Revision("T1", "C1", "150.000002", "152.2", "", None), NOW)
    assert (await shown(storage, claim))[:3] == [
        replace(said[0], text="new word 1", edited="152.1"),
        replace(said[1], text="", edited="152.2", deleted=True),
        replace(said[2], text="new word 3", edited="151.1"),
    ]
    assert (await shown(storage, claim))[3] == UserItem(delivery.text, KIM)


async def test_an_edit_that_was_read_with_the_message_is_not_made_again(storage: Storage) -> None:
    assert await storage.inbox.add(message(), NOW)
    claim = await claimed(storage)
    await storage.inbox.revise(Revision("T1", "C1", "150.1", "151.1", LEE, "old"), NOW)
    newer = OverheardItem("new", LEE, "Lee", "150.1", edited="151.2")
    await storage.turns.record(claim.turn, [NewItem(newer)], at=NOW)
    assert await shown(storage, claim) == [newer]


async def test_no_summary_keeps_what_was_deleted(storage: Storage, tmp_path: Path) -> None:
    secret = message(text=SECRET)
    claims = [await asked(storage, each) for each in (message(), secret, message(), message())]
    conversation, turn = claims[0].conversation.id, claims[-1].turn
    items = (await storage.history.memory(conversation)).items

    async def compact(summary: str, covers: int) -> bool:
        now = await storage.history.memory(conversation)
        made = Compaction(SummaryItem(summary), items[covers].id, (), now.front, now.revision)
        return await storage.history.compact(turn, made, Usage(), NOW)

    assert await compact("the weather", 1)
    first = await storage.history.memory(conversation)
    assert await compact(f"the weather; {SECRET}", 3)
    assert await compact(f"so far: {SECRET}", 5)
    await storage.inbox.revise(change(secret, None), NOW)
    now = await storage.history.memory(conversation)
    assert [stored.id for stored in now.items] == [stored.id for stored in first.items]
    assert now.items[1].item == UserItem("", KIM, edited="300.000001", deleted=True)
    assert now.counted is None
    assert holds(tmp_path / "nod.db", SECRET) == []


async def test_a_summary_that_was_made_meanwhile_is_refused(storage: Storage) -> None:
    secret = message(text=SECRET)
    claim = await asked(storage, secret)
    last = await asked(storage, message())
    before = await storage.history.memory(claim.conversation.id)
    await storage.inbox.revise(change(secret, None), NOW)
    made = Compaction(SummaryItem(SECRET), before.items[1].id, (), before.front, before.revision)
    assert not await storage.history.compact(last.turn, made, Usage(), NOW)
    now = await storage.history.memory(claim.conversation.id)
    assert await storage.history.compact(last.turn, replace(made, revision=now.revision), Usage(), NOW)


async def test_the_pictures_of_a_deleted_message_are_gone(storage: Storage) -> None:
    own, shared = (Attached(f"{n}.png", PICTURE, digest=f"d{n}", content=b"x" * n) for n in (1, 2))
    first, second = message(), message()
    for delivery, files in ((first, (own, shared)), (second, (shared,))):
        assert await storage.inbox.add(delivery, NOW)
        claim = await claimed(storage)
        item = UserItem("look", KIM, files=files, ts=delivery.ts)
        await storage.turns.record(claim.turn, [NewItem(item)], at=NOW)
        await storage.turns.finish(claim.turn, TurnState.ANSWERED, NOW)
    await storage.inbox.revise(change(first, None), NOW)
    assert await storage.history.pictures(["d1", "d2"]) == {"d2": b"xx"}
    await storage.inbox.revise(change(second, None), NOW)
    assert await storage.history.pictures(["d1", "d2"]) == {}


# ── what may be answered anew ───────────────────────────────────────────────────────────────────────────────


async def test_an_answered_question_that_says_something_else_may_be_answered_anew(storage: Storage) -> None:
    claim = await asked(storage, delivery := message())
    assert await storage.inbox.revise(change(delivery, delivery.text, "300.1"), NOW) is None, "the same words"
    found = await storage.inbox.revise(change(delivery, "and Busan?", "300.2"), NOW)
    assert found == Answerable(claim.turn, KEY.team, KEY.channel, KEY.thread, KIM, delivery.ts)


async def test_an_answer_that_stands_may_be_given_anew_before_its_turn_has_ended(storage: Storage) -> None:
    claim = await asked(storage, delivery := message(), None)
    assert await storage.inbox.revise(change(delivery, "half asked", "300.1"), NOW) is None
    done = [NewItem(AssistantItem("yes"))]
    await storage.turns.record(claim.turn, done, at=NOW, ending=TurnState.ANSWERED)
    found = await storage.inbox.revise(change(delivery, "and Busan?", "300.2"), NOW)
    assert found is not None
    assert found.turn == claim.turn


async def test_what_has_gone_on_is_not_answered_anew(storage: Storage) -> None:
    await asked(storage, first := message())
    await asked(storage, second := message())
    assert await storage.inbox.revise(change(first, "something else"), NOW) is None
    assert await storage.inbox.add(message(), NOW)
    assert await storage.inbox.revise(change(second, "something else"), NOW) is None, "another one waits"
    await claimed(storage)
    assert await storage.inbox.revise(change(second, "one more", "300.2"), NOW) is None, "another one is answered"


@pytest.mark.parametrize("state", [None, TurnState.FAILED])
async def test_what_was_not_answered_is_not_answered_anew(storage: Storage, state: TurnState | None) -> None:
    await asked(storage, delivery := message(), state)
    assert await storage.inbox.revise(change(delivery, "something else"), NOW) is None


async def test_what_acted_is_not_answered_anew(storage: Storage) -> None:
    claim = await asked(storage, delivery := message(), None)
    await storage.turns.record(claim.turn, [], [new_action()], at=NOW)
    await storage.turns.finish(claim.turn, TurnState.WAITING, NOW)
    assert await storage.inbox.revise(change(delivery, "something else"), NOW) is None


async def test_a_deleted_message_is_not_tried_again(storage: Storage) -> None:
    claim = await asked(storage, delivery := message(), TurnState.FAILED)
    await storage.inbox.revise(change(delivery, None), NOW)
    assert await storage.turns.retry(claim.turn, "T1", "C1", KIM, NOW) is Retried.UNKNOWN


async def test_what_is_shared_says_what_the_question_says_now(storage: Storage) -> None:
    claim = await asked(storage, delivery := message(text=SECRET))
    await storage.inbox.revise(change(delivery, "never mind"), NOW)
    assert await storage.history.answer(claim.turn) == (KIM, "never mind", "yes")
    assert await storage.inbox.prune(LATER, NOW) > 0
    assert await storage.history.answer(claim.turn) == (KIM, "never mind", "yes")
    await storage.inbox.revise(change(delivery, "what of Busan?", "300.2"), NOW)
    assert await storage.history.answer(claim.turn) == (KIM, "what of Busan?", "yes")
    await storage.inbox.revise(change(delivery, None, "300.3"), NOW)
    assert await storage.history.answer(claim.turn) == (KIM, "", "yes")


async def test_changes_are_forgotten_in_time(storage: Storage) -> None:
    gone, kept = message(), message()
    await storage.inbox.revise(change(gone, None), NOW)
    await storage.inbox.revise(change(kept, "edited"), NOW)
    assert await storage.inbox.prune(NOW, NOW) == 0
    assert await storage.inbox.prune(NOW, LATER) == 1, "an edit is needed for minutes"
    assert not await storage.inbox.add(gone, NOW)
    assert await storage.inbox.prune(LATER, LATER) == 1
    assert await storage.inbox.add(gone, NOW)
