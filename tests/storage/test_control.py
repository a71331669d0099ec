"""Stop, continue, answer anew: kept at once, for the right person only, once, and never out of its place."""

from datetime import datetime, timedelta
from itertools import count, permutations

import pytest

from storage.ports import Storage, StorageError, TurnStopped
from storage.records import (
    AssistantItem,
    CallItem,
    Claim,
    Click,
    ConversationKey,
    Decision,
    Delivery,
    DeliveryKind,
    Item,
    NewItem,
    Note,
    ResultItem,
    Retried,
    Revision,
    Stop,
    Stopping,
    TurnState,
    Usage,
    UserItem,
)
from tests.storage.conftest import Opener
from tests.storage.sample import KEY, KIM, LATER, LEE, NOW, click, message, new_action, started, thread

PLACE = (KEY.team, KEY.channel)
CUT = Note("answer-length", goes_on=True)
_calls = count(1)


async def asked(storage: Storage, key: ConversationKey = KEY, text: str = "a?") -> Claim:
    """Let a question be claimed and recorded."""
    claim = await started(storage, message(key, text=text))
    items = [NewItem(UserItem(text, KIM), key=f"entry:{entry.id}") for entry in claim.entries]
    await storage.turns.record(claim.turn, items, at=NOW)
    return claim


async def answered(storage: Storage, text: str = "a!", note: Note | None = None) -> Claim:
    claim = await asked(storage)
    await ended(storage, claim, text, note)
    return claim


async def ended(storage: Storage, claim: Claim, text: str, note: Note | None = None) -> None:
    items = [NewItem(AssistantItem(text))]
    await storage.turns.record(claim.turn, items, at=NOW, ending=TurnState.ANSWERED, note=note)
    await storage.turns.finish(claim.turn, TurnState.ANSWERED, NOW)


async def shown(storage: Storage, claim: Claim) -> list[Item]:
    return await storage.history.items(claim.conversation.id)


async def stop(
    storage: Storage, key: ConversationKey, user: str, at: datetime, turn: int | None = None, ts: str = ""
) -> Stop:
    note, beside = Note("stopped", quiet=True), Note("stopped-beside", quiet=True)
    return await storage.turns.stop(key, user, at, note=note, beside=beside, turn=turn, ts=ts)


# ── stop ────────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_a_stop_is_the_end_of_a_turn(storage: Storage) -> None:
    claim = await asked(storage)
    assert await stop(storage, KEY, KIM, LATER) == Stop(Stopping.STOPPED, claim.turn, KIM)
    with pytest.raises(TurnStopped):
        await storage.turns.record(claim.turn, [NewItem(AssistantItem("more"))], at=LATER)
    note = await storage.turns.stopped(claim.turn, (), "half an ans", LATER)
    assert (note.key, note.retry, note.quiet) == ("stopped", False, True)
    for state in (TurnState.INTERRUPTED, TurnState.FAILED, TurnState.WAITING):
        with pytest.raises(TurnStopped):
            await storage.turns.finish(claim.turn, state, LATER)
    await storage.turns.finish(claim.turn, TurnState.ANSWERED, LATER)
    assert await shown(storage, claim) == [UserItem("a?", KIM), AssistantItem("half an ans", stopped=True)]
    assert await storage.inbox.claim(LATER) is None


async def test_a_button_that_is_pressed_twice_has_stopped_already(storage: Storage) -> None:
    claim = await asked(storage)
    assert (await stop(storage, KEY, KIM, LATER, claim.turn)).verdict is Stopping.STOPPED
    assert (await stop(storage, KEY, KIM, LATER, claim.turn)).verdict is Stopping.ALREADY
    await storage.turns.finish(claim.turn, TurnState.ANSWERED, LATER)
    assert (await stop(storage, KEY, KIM, LATER, claim.turn)).verdict is Stopping.ALREADY
    assert (await stop(storage, KEY, LEE, LATER, claim.turn)).verdict is Stopping.OVER
    assert (await stop(storage, thread(9), KIM, LATER, claim.turn)).verdict is Stopping.OVER


async def test_a_stop_outlives_its_process(storage: Storage, opener: Opener) -> None:
    claim = await asked(storage)
    await stop(storage, KEY, KIM, LATER)
    again = await opener()
    (left,) = await again.turns.ended()
    assert (left.claim.turn, left.state, left.stopped) == (claim.turn, TurnState.ANSWERED, True)
    assert left.note is not None
    assert left.note.key == "stopped"
    assert await again.inbox.release() == 0
    assert await again.inbox.claim(LATER) is None
    await again.turns.finish(claim.turn, left.state, LATER)
    assert await shown(again, claim) == [UserItem("a?", KIM), AssistantItem("", stopped=True)]
    assert await again.inbox.claim(LATER) is None
    await again.close()


async def test_what_was_not_recorded_yet_is_with_the_stop(storage: Storage) -> None:
    claim = await started(storage)
    await stop(storage, KEY, KIM, LATER)
    said = [NewItem(UserItem("b?", KIM), key=f"entry:{claim.entries[0].id}")]
    await storage.turns.stopped(claim.turn, said, "", LATER)
    await storage.turns.finish(claim.turn, TurnState.ANSWERED, LATER)
    assert await shown(storage, claim) == [UserItem("b?", KIM), AssistantItem("", stopped=True)]


async def test_only_its_person_stops_a_turn(storage: Storage) -> None:
    claim = await asked(storage)
    assert await stop(storage, KEY, LEE, LATER) == Stop(Stopping.NOT_YOURS, claim.turn, KIM)
    await ended(storage, claim, "a!")
    assert (await shown(storage, claim))[-1] == AssistantItem("a!")


@pytest.mark.parametrize("key", [thread(9), ConversationKey("T2", KEY.channel, KEY.thread)])
async def test_nothing_runs_elsewhere(storage: Storage, key: ConversationKey) -> None:
    await asked(storage)
    assert await stop(storage, key, KIM, LATER) == Stop(Stopping.OVER)


async def delete(storage: Storage, delivery: Delivery, text: str | None = None) -> Stop:
    """Follow a deletion, or an edit, and stop what it may stop."""
    team, channel = delivery.conversation.team, delivery.conversation.channel
    await storage.inbox.revise(Revision(team, channel, delivery.ts, "9400.1", delivery.user, text), LATER)
    note, beside = Note("stopped", quiet=True), Note("stopped-beside", quiet=True)
    return await storage.turns.unask(delivery.key, LATER, note=note, beside=beside)


async def test_who_deletes_what_is_being_answered_stops_it(storage: Storage, opener: Opener) -> None:
    claim = await started(storage, delivery := message())
    assert await delete(storage, delivery, "b?") == Stop(Stopping.OVER), "it was not deleted"
    await storage.turns.record(claim.turn, [NewItem(UserItem("b?", KIM, ts=delivery.ts))], at=NOW)
    other = await started(storage, message(thread(9)))
    assert await delete(storage, delivery) == Stop(Stopping.STOPPED, claim.turn, KIM)
    assert await delete(storage, delivery) == Stop(Stopping.OVER), "told again"
    with pytest.raises(TurnStopped):
        await storage.turns.record(claim.turn, [NewItem(AssistantItem("more"))], at=LATER)
    assert [each.claim.turn for each in await (await opener()).turns.ended()] == [claim.turn]
    await storage.turns.record(other.turn, [NewItem(AssistantItem("theirs"))], at=LATER)
    await storage.turns.finish(claim.turn, TurnState.ANSWERED, LATER)
    assert await storage.inbox.claim(LATER) is None


async def test_what_is_left_of_a_question_is_answered(storage: Storage) -> None:
    first, second = message(), message()
    await storage.inbox.add(first, NOW)
    claim = await started(storage, second)
    assert len(claim.entries) == 2
    assert await delete(storage, second) == Stop(Stopping.OVER)
    assert await delete(storage, first) == Stop(Stopping.STOPPED, claim.turn, KIM)


async def test_what_was_answered_or_is_decided_is_not_stopped_by_a_deletion(storage: Storage) -> None:
    claim = await started(storage, delivery := message())
    await ended(storage, claim, "a!")
    assert await delete(storage, delivery) == Stop(Stopping.OVER)
    assert await delete(storage, message()) == Stop(Stopping.OVER), "never delivered"
    asking = await started(storage, delivery := message())
    [action] = await storage.turns.record(asking.turn, [], [new_action("action-1")], at=NOW)
    await storage.turns.finish(asking.turn, TurnState.WAITING, NOW)
    await storage.actions.decide(click(action))
    deciding = await storage.inbox.claim(NOW)
    assert deciding is not None
    assert await delete(storage, delivery) == Stop(Stopping.OVER)
    await storage.turns.record(deciding.turn, [NewItem(AssistantItem("done"))], at=LATER)


async def test_a_button_means_its_own_turn(storage: Storage) -> None:
    before = await answered(storage)
    claim = await asked(storage)
    assert (await stop(storage, KEY, KIM, LATER, turn=before.turn)).verdict is Stopping.OVER
    assert (await stop(storage, KEY, KIM, LATER, turn=claim.turn)).verdict is Stopping.STOPPED
    assert (await stop(storage, KEY, KIM, LATER, turn=before.turn)).verdict is Stopping.OVER


async def test_a_wish_is_known_again_and_never_meant_for_what_was_said_later(storage: Storage) -> None:
    claim = await asked(storage)
    assert (await stop(storage, KEY, KIM, LATER, ts="9200.5")).verdict is Stopping.STOPPED
    await storage.turns.finish(claim.turn, TurnState.ANSWERED, LATER)
    await started(storage, message(ts="9300.1", key="message:T1:C1:9300.1"))
    assert (await stop(storage, KEY, KIM, LATER, ts="9200.5")).verdict is Stopping.ALREADY
    assert (await stop(storage, KEY, KIM, LATER, ts="9250.0")).verdict is Stopping.OVER
    assert (await stop(storage, KEY, KIM, LATER, ts="10000.0")).verdict is Stopping.STOPPED


async def test_a_word_that_became_a_message_does_not_stop_its_own_answer(storage: Storage) -> None:
    """Slack tells one mention twice: the second time its own turn may be running."""
    word = message(ts="9200.5", key="message:T1:C1:9200.5", text="stop")
    assert (await stop(storage, KEY, KIM, LATER, ts=word.ts)).verdict is Stopping.OVER
    claim = await started(storage, word)
    assert (await stop(storage, KEY, KIM, LATER, ts=word.ts)).verdict is Stopping.OVER
    await storage.turns.finish(claim.turn, TurnState.ANSWERED, LATER)
    await storage.inbox.add(message(ts="9300.1", key="message:T1:C1:9300.1"), NOW)
    after = await storage.inbox.claim(NOW)
    assert after is not None
    assert (await stop(storage, KEY, KIM, LATER, ts=word.ts)).verdict is Stopping.OVER
    await storage.turns.record(after.turn, [NewItem(AssistantItem("a!"))], at=NOW)


async def test_nor_what_was_said_before_it_while_it_waits(storage: Storage) -> None:
    before = message(ts="9100.1", key="message:T1:C1:9100.1")
    word = message(ts="9200.5", key="message:T1:C1:9200.5", text="stop")
    await storage.inbox.add(before, NOW)
    await storage.inbox.add(word, NOW)
    claim = await storage.inbox.claim(NOW, room=1)
    assert claim is not None
    assert len(claim.entries) == 1
    assert (await stop(storage, KEY, KIM, LATER, ts=word.ts)).verdict is Stopping.OVER


async def test_a_turn_that_was_not_stopped_has_not_stopped(storage: Storage) -> None:
    claim = await asked(storage)
    with pytest.raises(StorageError):
        await storage.turns.stopped(claim.turn, (), "x", LATER)
    assert await shown(storage, claim) == [UserItem("a?", KIM)]


async def test_what_is_being_done_is_said(storage: Storage) -> None:
    claim = await asked(storage)
    await storage.turns.record(claim.turn, (), [new_action("a")], at=NOW, ending=TurnState.WAITING)
    await storage.turns.finish(claim.turn, TurnState.WAITING, NOW)
    click = Click("a", Decision.CONFIRM, KEY.team, KEY.channel, None, KIM, NOW, allowed=True)
    await storage.actions.decide(click)
    doing = await storage.inbox.claim(NOW)
    assert doing is not None
    await storage.actions.begin("a", NOW)
    assert (await stop(storage, KEY, KIM, LATER)).verdict is Stopping.STOPPED
    assert (await storage.turns.stopped(doing.turn, (), "", LATER)).key == "stopped-beside"


async def test_what_was_confirmed_and_waits_its_turn_is_said_too(storage: Storage) -> None:
    """Somebody clicks on a card while the answer goes on below it, and then stops that."""
    claim = await asked(storage)
    await storage.turns.record(claim.turn, (), [new_action("a")], at=NOW)
    click = Click("a", Decision.CONFIRM, KEY.team, KEY.channel, None, KIM, NOW, allowed=True)
    await storage.actions.decide(click)
    assert (await stop(storage, KEY, KIM, LATER)).verdict is Stopping.STOPPED
    assert (await storage.turns.stopped(claim.turn, (), "", LATER)).key == "stopped-beside"
    await storage.turns.finish(claim.turn, TurnState.ANSWERED, LATER)
    doing = await storage.inbox.claim(LATER)
    assert doing is not None
    assert doing.entries[0].delivery.action_id == "a"


async def test_what_waits_for_a_click_is_not_carried_out(storage: Storage) -> None:
    claim = await asked(storage)
    await storage.turns.record(claim.turn, (), [new_action("a")], at=NOW)
    await stop(storage, KEY, KIM, LATER)
    assert (await storage.turns.stopped(claim.turn, (), "", LATER)).key == "stopped"


@pytest.mark.parametrize("order", list(permutations(["stop", "stop again", "answer", "end"])))
@pytest.mark.parametrize("crash", range(5))
async def test_a_stop_and_the_natural_end_in_any_order(storage: Storage, order: list[str], crash: int) -> None:
    """Whatever comes first, and wherever the process ends: one end, and nothing stopped is asked again."""
    claim: Claim | None = await asked(storage)
    stopped = False
    for place, event in enumerate([*order, "end"]):
        if place == crash:
            left = await storage.turns.ended()
            assert await storage.inbox.release() == (0 if left or claim is None else 1)
            claim = left[0].claim if left else await storage.inbox.claim(LATER)
        if event.startswith("stop"):
            verdict = (await stop(storage, KEY, KIM, LATER)).verdict
            assert verdict in (Stopping.STOPPED, Stopping.OVER)
            assert not (stopped and verdict is Stopping.STOPPED)
            stopped = stopped or verdict is Stopping.STOPPED
        elif claim is not None and event == "answer" and not await storage.turns.ended():
            items = [NewItem(AssistantItem("whole"))]
            await storage.turns.record(claim.turn, items, at=LATER, ending=TurnState.ANSWERED)
        elif claim is not None and event == "answer" and stopped:
            await storage.turns.stopped(claim.turn, (), "half", LATER)
        elif claim is not None and event == "end" and (left := await storage.turns.ended()):
            assert left[0].stopped is stopped
            await storage.turns.finish(claim.turn, TurnState.ANSWERED, LATER)
            claim = None
    said = [item for item in await storage.history.items(1) if isinstance(item, AssistantItem)]
    assert [item.stopped for item in said] == [stopped]
    assert claim is None
    assert await storage.inbox.claim(LATER) is None


# ── continue ────────────────────────────────────────────────────────────────────────────────────────────────────


async def go_on(storage: Storage, claim: Claim, user: str = KIM) -> Retried:
    return await storage.turns.go_on(claim.turn, *PLACE, user, LATER)


async def test_what_was_cut_goes_on_once(storage: Storage) -> None:
    claim = await answered(storage, note=CUT)
    assert await go_on(storage, claim, LEE) is Retried.NOT_YOURS
    assert await go_on(storage, claim) is Retried.AGAIN
    assert await go_on(storage, claim) is Retried.ALREADY
    more = await storage.inbox.claim(LATER)
    assert more is not None
    (entry,) = more.entries
    delivery = entry.delivery
    assert (delivery.key, delivery.user, delivery.text) == (f"continue:{claim.turn}", KIM, "")
    assert (delivery.kind, delivery.continues, entry.received_at) == (DeliveryKind.MESSAGE, True, LATER)
    await storage.turns.finish(more.turn, TurnState.ANSWERED, LATER)
    assert await storage.inbox.claim(LATER) is None


async def test_it_goes_on_also_before_its_end_is_written_down(storage: Storage) -> None:
    claim = await asked(storage)
    await storage.turns.record(claim.turn, (), at=NOW, ending=TurnState.ANSWERED, note=CUT)
    assert await go_on(storage, claim) is Retried.AGAIN
    assert await storage.inbox.claim(LATER) is None
    await storage.turns.finish(claim.turn, TurnState.ANSWERED, LATER)
    assert await storage.inbox.claim(LATER) is not None


async def test_what_is_given_anew_does_not_go_on_too(storage: Storage) -> None:
    """Both are pressed before the end of the turn is written down."""
    claim = await asked(storage)
    cut = [NewItem(AssistantItem("1 2 3"))]
    await storage.turns.record(claim.turn, cut, at=NOW, ending=TurnState.ANSWERED, note=CUT)
    assert await storage.turns.regenerate(claim.turn, *PLACE, KIM, LATER) is Retried.AGAIN
    assert await storage.turns.go_on(claim.turn, *PLACE, KIM, LATER) is Retried.MOVED_ON
    await storage.turns.finish(claim.turn, TurnState.ANSWERED, LATER)
    again = await storage.inbox.claim(LATER)
    assert again is not None
    assert len(again.entries) == 1


@pytest.mark.parametrize("note", [None, Note("answer-filtered"), Note("late", retry=True)])
async def test_only_what_was_cut_goes_on(storage: Storage, note: Note | None) -> None:
    claim = await answered(storage, note=note)
    assert await go_on(storage, claim) is Retried.UNKNOWN
    assert await storage.turns.go_on(claim.turn, "T2", KEY.channel, KIM, LATER) is Retried.UNKNOWN
    assert await go_on(storage, await asked(storage)) is Retried.UNKNOWN


@pytest.mark.parametrize("waits", [True, False])
async def test_what_the_conversation_has_left_behind_does_not_go_on(storage: Storage, waits: bool) -> None:
    claim = await answered(storage, note=CUT)
    if waits:
        await storage.inbox.add(message(), NOW)
    else:
        await answered(storage)
    assert await go_on(storage, claim) is Retried.MOVED_ON


async def test_a_command_goes_on_by_the_address_of_the_click(storage: Storage) -> None:
    key = ConversationKey(KEY.team, KEY.channel, "command:1.2")
    claim = await started(storage, message(key, kind=DeliveryKind.COMMAND, ts="", response_url="https://x/1"))
    await storage.turns.record(claim.turn, (), at=NOW, ending=TurnState.ANSWERED, note=CUT)
    await storage.turns.finish(claim.turn, TurnState.ANSWERED, NOW)
    assert await storage.turns.go_on(claim.turn, *PLACE, KIM, LATER, "https://x/2") is Retried.AGAIN
    more = await storage.inbox.claim(LATER)
    assert more is not None
    assert more.entries[0].delivery.kind is DeliveryKind.COMMAND
    assert more.entries[0].delivery.response_url == "https://x/2"


async def word(storage: Storage, user: str = KIM, said: Delivery | None = None) -> Retried:
    delivery = said or message(user=user, text="continue")
    return (await storage.turns.go_on_at_word(delivery, LATER)).verdict


async def waiting(storage: Storage) -> list[str]:
    """Claim once: the keys of what waited."""
    claim = await storage.inbox.claim(LATER)
    return [] if claim is None else [entry.delivery.key for entry in claim.entries]


async def test_a_word_has_what_was_cut_go_on_once(storage: Storage, opener: Opener) -> None:
    claim = await answered(storage, note=CUT)
    said = message(text="continue")
    came = await storage.turns.go_on_at_word(said, LATER)
    assert (came.verdict, came.turn, came.since) == (Retried.AGAIN, claim.turn, NOW)
    again = await opener()
    for _ in range(2):
        assert await word(again, said=said) is Retried.UNKNOWN, "Slack tells it again, and it is known"
        assert not await again.inbox.add(said, LATER)
    assert await go_on(again, claim) is Retried.ALREADY, "the button is behind"
    assert await waiting(again) == [f"continue:{claim.turn}"]
    await again.close()


@pytest.mark.parametrize("begun", [False, True])
async def test_a_word_behind_the_button_goes_on_no_more(storage: Storage, begun: bool) -> None:
    claim = await answered(storage, note=CUT)
    assert await go_on(storage, claim) is Retried.AGAIN
    more = await storage.inbox.claim(LATER) if begun else None
    said = message(text="continue")
    assert await word(storage, said=said) is Retried.ALREADY
    assert not await storage.inbox.add(said, LATER), "told again, it is no message"
    assert await waiting(storage) == ([] if begun else [f"continue:{claim.turn}"])
    if more is not None:
        await storage.turns.finish(more.turn, TurnState.INTERRUPTED, LATER)
        assert await word(storage) is Retried.ALREADY, "it will be taken up again"
        assert await waiting(storage) == [f"continue:{claim.turn}"]


async def test_a_word_is_about_the_last_answer(storage: Storage) -> None:
    first = await answered(storage, note=CUT)
    assert await word(storage) is Retried.AGAIN
    more = await storage.inbox.claim(LATER)
    assert more is not None
    await ended(storage, more, "the rest, cut again", CUT)
    came = await storage.turns.go_on_at_word(message(text="continue"), LATER)
    assert (came.verdict, came.turn) == (Retried.AGAIN, more.turn)
    assert await go_on(storage, first) is Retried.ALREADY
    assert await waiting(storage) == [f"continue:{more.turn}"]


@pytest.mark.parametrize("note", [None, Note("answer-filtered"), Note("late", retry=True)])
async def test_a_word_where_nothing_was_cut_is_a_message(storage: Storage, note: Note | None) -> None:
    assert await word(storage) is Retried.UNKNOWN, "there is no such thread"
    await answered(storage, note=note)
    said = message(text="continue")
    assert await word(storage, said=said) is Retried.UNKNOWN
    assert await storage.inbox.add(said, LATER)
    assert await waiting(storage) == [said.key]


async def test_a_word_that_is_not_its_authors_to_say_is_a_message(storage: Storage) -> None:
    claim = await answered(storage, note=CUT)
    assert await word(storage, LEE) is Retried.UNKNOWN
    assert await word(storage, said=message(thread(9), text="continue")) is Retried.UNKNOWN
    assert await go_on(storage, claim) is Retried.AGAIN, "nothing was changed"
    assert await word(storage, LEE) is Retried.UNKNOWN


async def test_a_word_that_comes_too_late_or_behind_another_question_is_a_message(storage: Storage) -> None:
    early = message(text="continue")
    await answered(storage, note=CUT)
    assert await word(storage, said=early) is Retried.UNKNOWN, "it was said before the question"
    await storage.inbox.add(message(text="b?"), NOW)
    assert await word(storage) is Retried.UNKNOWN


@pytest.mark.parametrize("text", [None, "continue with the second one"])
async def test_a_word_that_was_changed_before_it_came_is_none(storage: Storage, text: str | None) -> None:
    await answered(storage, note=CUT)
    said = message(text="continue")
    await storage.inbox.revise(Revision(KEY.team, KEY.channel, said.ts, "9400.1", KIM, text), LATER)
    assert await word(storage, said=said) is Retried.UNKNOWN
    assert await storage.inbox.add(said, LATER) is (text is not None)


async def test_the_key_of_a_word_is_forgotten_in_its_time(storage: Storage) -> None:
    await answered(storage, note=CUT)
    said = message(text="continue")
    assert await word(storage, said=said) is Retried.AGAIN
    await storage.inbox.revise(Revision(KEY.team, KEY.channel, said.ts, "9400.1", KIM, "secret"), LATER)
    more = await storage.inbox.claim(LATER)
    assert more is not None
    await ended(storage, more, "the rest")
    await storage.inbox.prune(LATER + timedelta(days=8), LATER + timedelta(days=8))
    assert await storage.inbox.add(said, LATER)


# ── answer anew ─────────────────────────────────────────────────────────────────────────────────────────────────


async def regenerate(
    storage: Storage, claim: Claim, user: str = KIM, acting: frozenset[str] = frozenset()
) -> Retried:
    return await storage.turns.regenerate(claim.turn, *PLACE, user, LATER, acting=acting)


def read(function: str = "look") -> list[NewItem]:
    call_id = f"call_{next(_calls)}"
    return [NewItem(CallItem(call_id, function, "{}")), NewItem(ResultItem(call_id, '{"found":1}'))]


async def test_an_answer_is_given_anew_once(storage: Storage) -> None:
    first = await answered(storage, "first!")
    claim = await asked(storage, text="b?")
    await storage.turns.record(claim.turn, read(), (), Usage(10, 5), at=NOW, front=0)
    await ended(storage, claim, "b!")
    assert await regenerate(storage, claim, LEE) is Retried.NOT_YOURS
    assert await regenerate(storage, claim) is Retried.AGAIN
    assert await regenerate(storage, claim) is Retried.ALREADY
    before = await shown(storage, first)
    assert before == [UserItem("a?", KIM), AssistantItem("first!"), UserItem("b?", KIM)]
    again = await storage.inbox.claim(LATER)
    assert again is not None
    assert [entry.delivery for entry in again.entries] == [entry.delivery for entry in claim.entries]
    assert again.entries[0].tries == 1
    await ended(storage, again, "anew!")
    assert await shown(storage, first) == [*before, AssistantItem("anew!")]
    assert (await storage.history.memory(claim.conversation.id)).counted is None
    assert await storage.inbox.claim(LATER) is None


async def test_the_new_answer_can_be_given_anew_too(storage: Storage) -> None:
    claim = await answered(storage)
    assert await regenerate(storage, claim) is Retried.AGAIN
    again = await storage.inbox.claim(LATER)
    assert again is not None
    await ended(storage, again, "second")
    assert await regenerate(storage, claim) is Retried.ALREADY
    assert await regenerate(storage, again) is Retried.AGAIN
    assert await shown(storage, claim) == [UserItem("a?", KIM)]


async def test_a_crash_before_the_new_answer_leaves_one_question(storage: Storage) -> None:
    claim = await answered(storage)
    await regenerate(storage, claim)
    assert await storage.inbox.claim(LATER) is not None
    assert await storage.inbox.release() == 1
    again = await storage.inbox.claim(LATER)
    assert again is not None
    await ended(storage, again, "anew!")
    assert await shown(storage, claim) == [UserItem("a?", KIM), AssistantItem("anew!")]
    assert await storage.inbox.claim(LATER) is None


async def test_what_an_interrupted_try_had_read_goes_too(storage: Storage) -> None:
    claim = await asked(storage)
    await storage.turns.record(claim.turn, read(), at=NOW)
    await storage.turns.finish(claim.turn, TurnState.INTERRUPTED, NOW)
    again = await storage.inbox.claim(NOW)
    assert again is not None
    await ended(storage, again, "a!")
    assert await regenerate(storage, again) is Retried.AGAIN
    assert await shown(storage, claim) == [UserItem("a?", KIM)]


async def test_a_click_before_the_end_is_written_down_counts(storage: Storage) -> None:
    claim = await asked(storage)
    items = [NewItem(AssistantItem("a!"))]
    await storage.turns.record(claim.turn, items, at=NOW, ending=TurnState.ANSWERED)
    assert await regenerate(storage, claim) is Retried.AGAIN
    assert await storage.inbox.claim(LATER) is None
    await storage.turns.finish(claim.turn, TurnState.ANSWERED, LATER)
    assert await storage.inbox.claim(LATER) is not None


async def test_what_had_effects_is_not_repeated(storage: Storage) -> None:
    claim = await asked(storage)
    await storage.turns.record(claim.turn, read(), [new_action("a")], at=NOW)
    await ended(storage, claim, "a!")
    assert await regenerate(storage, claim) is Retried.ACTED
    assert await storage.inbox.claim(LATER) is None
    assert len(await shown(storage, claim)) == 4


async def test_nor_what_an_earlier_try_of_it_proposed(storage: Storage) -> None:
    claim = await asked(storage)
    await storage.turns.record(claim.turn, (), [new_action("a")], at=NOW)
    await storage.turns.finish(claim.turn, TurnState.INTERRUPTED, NOW)
    again = await storage.inbox.claim(NOW)
    assert again is not None
    await ended(storage, again, "a!")
    assert await regenerate(storage, again) is Retried.ACTED


async def test_nor_a_call_that_changes_something_at_once(storage: Storage) -> None:
    claim = await asked(storage)
    await storage.turns.record(claim.turn, read("withdraw_action"), at=NOW)
    await ended(storage, claim, "a!")
    assert await regenerate(storage, claim, acting=frozenset({"withdraw_action"})) is Retried.ACTED
    assert await regenerate(storage, claim) is Retried.AGAIN


async def test_only_the_last_answer(storage: Storage) -> None:
    claim = await answered(storage)
    await answered(storage, "later")
    assert await regenerate(storage, claim) is Retried.MOVED_ON
    assert len(await shown(storage, claim)) == 4


async def test_not_what_is_elsewhere_failed_or_forgotten(storage: Storage) -> None:
    claim = await asked(storage)
    assert await regenerate(storage, claim) is Retried.UNKNOWN
    await storage.turns.finish(claim.turn, TurnState.FAILED, NOW)
    assert await regenerate(storage, claim) is Retried.UNKNOWN
    old = await answered(storage)
    assert await storage.turns.regenerate(old.turn, KEY.team, "C2", KIM, LATER) is Retried.UNKNOWN
    await storage.inbox.prune(NOW + timedelta(seconds=1), NOW)
    assert await regenerate(storage, old) is Retried.UNKNOWN


async def test_a_stopped_answer_can_be_given_anew(storage: Storage) -> None:
    claim = await asked(storage)
    await stop(storage, KEY, KIM, LATER)
    await storage.turns.stopped(claim.turn, (), "half", LATER)
    await storage.turns.finish(claim.turn, TurnState.ANSWERED, LATER)
    assert await regenerate(storage, claim) is Retried.AGAIN
    assert await shown(storage, claim) == [UserItem("a?", KIM)]
