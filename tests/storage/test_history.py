from datetime import timedelta, timezone

import pytest

from storage.ports import Storage, StorageError
from storage.records import (
    AssistantItem,
    CallItem,
    Claim,
    Compaction,
    Conversation,
    Counted,
    Decision,
    Item,
    NewItem,
    Part,
    Raw,
    ReasoningItem,
    ResultItem,
    SummaryItem,
    TurnState,
    Usage,
    UserItem,
)
from tests.storage.sample import KEY, KIM, LATER, LEE, NOW, click, message, new_action, started, thread

RAW = Raw("responses", "gpt-5", {"type": "reasoning", "encrypted_content": "b64==", "summary": [], "n": 1.5})
EVERY_KIND: list[Item] = [
    UserItem("이름을 내림차순으로 \N{PARTY POPPER}", KIM),
    UserItem("and the average age?", LEE, speaker="Lee"),
    ReasoningItem(RAW),
    AssistantItem("잠시만요"),
    AssistantItem("with raw", RAW),
    CallItem("call_1", "query_employees", '{"broken": '),
    CallItem("call_2", "query_employees", "{}", Raw("chat", "m", [None, True, "\u2028"])),
    ResultItem("call_1", '{"error": "not JSON"}'),
    ResultItem("call_2", "[]"),
]


async def record(storage: Storage, claim: Claim, *items: Item, key: str | None = None) -> None:
    await storage.turns.record(claim.turn, [NewItem(item, key) for item in items], at=NOW)


async def test_items_come_back_as_they_were_in_their_order(storage: Storage) -> None:
    claim = await started(storage)
    await record(storage, claim, *EVERY_KIND[:4])
    await record(storage, claim, *EVERY_KIND[4:])
    assert await storage.history.items(claim.conversation.id) == EVERY_KIND


async def test_two_conversations_do_not_mix(storage: Storage) -> None:
    one, two = await started(storage, message(thread(1))), await started(storage, message(thread(2)))
    await record(storage, one, UserItem("one", KIM))
    await record(storage, two, UserItem("two", KIM), SummaryItem("of two"))
    assert await storage.history.items(one.conversation.id) == [UserItem("one", KIM)]
    assert await storage.history.items(two.conversation.id) == [SummaryItem("of two")]


async def test_items_begin_at_the_last_summary(storage: Storage) -> None:
    claim = await started(storage)
    before: list[Item] = [UserItem("a", KIM), SummaryItem("1"), UserItem("b", KIM)]
    after: list[Item] = [SummaryItem("2"), UserItem("c", KIM)]
    await record(storage, claim, *before, *after)
    assert await storage.history.items(claim.conversation.id) == after


async def test_the_first_item_of_some_keys(storage: Storage) -> None:
    claim = await started(storage, message(thread(1)))
    for key in ("a", "b", None, "c"):
        await record(storage, claim, UserItem(key or "", KIM), key=key)
    ids = [stored.id for stored in (await storage.history.memory(claim.conversation.id)).items]
    first = storage.history.first
    assert await first(claim.conversation.id, ["c", "b", "x"]) == ids[1]
    assert await first(claim.conversation.id, ["x"]) is None
    assert await first(claim.conversation.id, []) is None
    other = await started(storage, message(thread(2)))
    assert await first(other.conversation.id, ["a"]) is None


async def test_only_the_beginning_of_long_results_is_read(storage: Storage) -> None:
    claim = await started(storage)
    texts = ['가"나\\\U0001f389' * 20, "\\" * 60, "x" * 100, "x" * 101, "[]"]
    others: list[Item] = [UserItem("u" * 200, KIM), AssistantItem("a" * 200), CallItem("c", "f", "b" * 200)]
    results: list[Item] = [ResultItem(str(number), text) for number, text in enumerate(texts)]
    await record(storage, claim, *others, *results)
    read = await storage.history.memory(claim.conversation.id, 100)
    cut = [ResultItem("0", texts[0][:100]), results[1], results[2], ResultItem("3", "x" * 100), results[4]]
    assert [stored.item for stored in read.items] == [*others, *cut]
    assert [stored.characters for stored in read.items] == [
        0,
        0,
        0,
        len(texts[0]) if len(texts[0]) > 100 else 0,
        0,
        0,
        101,
        0,
    ]
    ids = [stored.id for stored in read.items]
    made = Compaction(SummaryItem("s"), ids[-1], (ids[3], ids[6]), 0)
    assert await storage.history.compact(claim.turn, made, Usage(), LATER)
    kept = await storage.history.memory(claim.conversation.id, 50)
    assert [stored.item for stored in kept.items[1:]] == [
        ResultItem("0", texts[0][:50]),
        ResultItem("3", "x" * 50),
    ]
    assert kept.items[-1].characters == 101
    assert [stored.item for stored in (await storage.history.memory(claim.conversation.id)).items[1:]] == [
        results[0],
        results[3],
    ]


async def test_an_unknown_conversation_has_no_items(storage: Storage) -> None:
    assert await storage.history.items(99) == []


async def test_a_key_is_written_once_in_a_conversation(storage: Storage) -> None:
    claim = await started(storage, message(thread(1)))
    await record(storage, claim, UserItem("first", KIM), key="k")
    await storage.turns.record(
        claim.turn, [NewItem(UserItem("second", KIM), "k"), NewItem(UserItem("other", KIM), "k2")], at=LATER
    )
    assert await storage.history.items(claim.conversation.id) == [UserItem("first", KIM), UserItem("other", KIM)]
    elsewhere = await started(storage, message(thread(2)))
    await record(storage, elsewhere, UserItem("elsewhere", KIM), key="k")
    assert await storage.history.items(elsewhere.conversation.id) == [UserItem("elsewhere", KIM)]


async def test_items_without_a_key_may_be_alike(storage: Storage) -> None:
    claim = await started(storage)
    await record(storage, claim, UserItem("ok", KIM), UserItem("ok", KIM))
    assert len(await storage.history.items(claim.conversation.id)) == 2


async def test_half_a_surrogate_pair_does_not_lose_the_item(storage: Storage) -> None:
    claim = await started(storage)
    await record(storage, claim, UserItem("half \ud83d", KIM))
    assert await storage.history.items(claim.conversation.id) == [UserItem("half \N{REPLACEMENT CHARACTER}", KIM)]


async def test_a_conversation_by_its_key(storage: Storage) -> None:
    claim = await started(storage)
    assert await storage.history.conversation(KEY) == claim.conversation
    assert await storage.history.conversation(KEY) == Conversation(claim.conversation.id, KEY)
    assert await storage.history.conversation(thread(9)) is None


async def test_times_keep_their_instant_in_any_zone(storage: Storage) -> None:
    seoul = NOW.astimezone(timezone(timedelta(hours=9)))
    await storage.inbox.add(message(), seoul)
    claim = await storage.inbox.claim(NOW)
    assert claim is not None
    assert claim.entries[0].received_at == NOW
    assert claim.entries[0].received_at.utcoffset() == timedelta(0)


async def test_the_answer_of_a_turn(storage: Storage) -> None:
    claim = await started(storage, message(text="평균 나이?"))
    await record(
        storage, claim, UserItem("평균 나이?", KIM), AssistantItem("찾아볼게요"), CallItem("c", "f", "{}")
    )
    await record(storage, claim, ResultItem("c", "42"), AssistantItem("42세입니다."))
    await storage.turns.finish(claim.turn, TurnState.ANSWERED, LATER)
    assert await storage.history.answer(claim.turn) == (KIM, "평균 나이?", "42세입니다.")


async def test_what_was_asked_in_several_messages(storage: Storage) -> None:
    for text in ("one", "", "two"):
        await storage.inbox.add(message(text=text), NOW)
    claim = await storage.inbox.claim(NOW)
    assert claim is not None
    await record(storage, claim, AssistantItem("three"))
    assert await storage.history.answer(claim.turn) == (KIM, "one\ntwo", "three")


async def test_the_answer_after_a_restart_in_the_middle(storage: Storage) -> None:
    claim = await started(storage, message(text="question"))
    await record(storage, claim, UserItem("question", KIM), key="message")
    await storage.inbox.release()
    again = await storage.inbox.claim(LATER)
    assert again is not None
    await record(storage, again, UserItem("question", KIM), key="message")
    await record(storage, again, AssistantItem("answer"))
    assert await storage.history.answer(again.turn) == (KIM, "question", "answer")


async def test_the_answer_after_a_click_is_to_what_led_to_it(storage: Storage) -> None:
    claim = await started(storage, message(text="raise the salary"))
    [action] = await storage.turns.record(claim.turn, [], [new_action()], at=NOW)
    await storage.turns.finish(claim.turn, TurnState.WAITING, NOW)
    await storage.actions.decide(click(action))
    decision = await storage.inbox.claim(LATER)
    assert decision is not None
    await record(storage, decision, AssistantItem("Done."))
    assert await storage.history.answer(decision.turn) == (KIM, "raise the salary", "Done.")


@pytest.mark.parametrize("state", [TurnState.FAILED, TurnState.INTERRUPTED])
async def test_a_turn_that_failed_has_no_answer(storage: Storage, state: TurnState) -> None:
    claim = await started(storage)
    await record(storage, claim, AssistantItem("I'll look."))
    await storage.turns.finish(claim.turn, state, LATER)
    assert await storage.history.answer(claim.turn) is None


async def test_a_turn_without_words_has_no_answer(storage: Storage) -> None:
    claim = await started(storage)
    assert await storage.history.answer(claim.turn) is None
    await record(storage, claim, AssistantItem(""))
    assert await storage.history.answer(claim.turn) is None
    assert await storage.history.answer(99) is None


async def stored_ids(storage: Storage, claim: Claim) -> list[int]:
    return [stored.id for stored in (await storage.history.memory(claim.conversation.id)).items]


async def test_a_summary_leaves_what_it_keeps_and_what_comes_after(storage: Storage) -> None:
    claim = await started(storage)
    await record(storage, claim, *(UserItem(str(number), KIM) for number in range(6)))
    ids = await stored_ids(storage, claim)
    made = Compaction(SummaryItem("0, 1 and 3"), ids[3], (ids[2],), 0)
    assert await storage.history.compact(claim.turn, made, Usage(7, 5, 3, 1), LATER)
    await record(storage, claim, UserItem("6", KIM))
    memory = await storage.history.memory(claim.conversation.id)
    texts = ["0, 1 and 3", "2", "4", "5", "6"]
    assert [getattr(stored.item, "text", "") for stored in memory.items] == texts
    assert (memory.front, memory.covers) == (memory.items[0].id, ids[3])
    assert await storage.history.items(claim.conversation.id) == [stored.item for stored in memory.items]


async def test_a_conversation_is_compacted_once_after_the_same_summary(storage: Storage) -> None:
    claim = await started(storage)
    await record(storage, claim, *(UserItem(str(number), KIM) for number in range(4)))
    ids = await stored_ids(storage, claim)
    made = Compaction(SummaryItem("s"), ids[1], (), 0)
    assert await storage.history.compact(claim.turn, made, Usage(), LATER)
    before = await storage.history.memory(claim.conversation.id)
    assert not await storage.history.compact(claim.turn, made, Usage(), LATER)
    assert await storage.history.memory(claim.conversation.id) == before
    again = Compaction(SummaryItem("t"), ids[2], (), before.front)
    await storage.turns.finish(claim.turn, TurnState.ANSWERED, LATER)
    assert await storage.history.compact(claim.turn, again, Usage(), LATER), (
        "a turn that has ended is no hindrance"
    )
    assert await storage.history.items(claim.conversation.id) == [SummaryItem("t"), UserItem("3", KIM)]
    with pytest.raises(StorageError):
        await storage.history.compact(99, made, Usage(), LATER)


async def test_what_was_counted_is_of_the_same_front(storage: Storage) -> None:
    claim = await started(storage)

    async def step(front: int | None, usage: Usage) -> Counted | None:
        items = [NewItem(CallItem("c", "f", "{}")), NewItem(ResultItem("c", "1"))]
        await storage.turns.record(claim.turn, items, usage=usage, at=NOW, front=front)
        return (await storage.history.memory(claim.conversation.id)).counted

    assert await step(None, Usage(100, 10)) is None
    first = await step(0, Usage(200, 20))
    ids = await stored_ids(storage, claim)
    assert first == Counted(220, ids[-2])
    assert await step(0, Usage()) == first, "a server that does not count says nothing"
    made = Compaction(SummaryItem("s"), ids[1], (), 0)
    assert await storage.history.compact(claim.turn, made, Usage(), LATER)
    assert (await storage.history.memory(claim.conversation.id)).counted is None
    assert await step(0, Usage(300, 1)) is None, "it was shown what stood before the summary"
    memory = await storage.history.memory(claim.conversation.id)
    assert await step(memory.front, Usage(50, 1)) is not None


async def test_a_result_is_of_its_own_conversation_only(storage: Storage) -> None:
    one, two = await started(storage, message(thread(1))), await started(storage, message(thread(2)))
    await record(storage, one, UserItem("one", KIM))
    await record(storage, one, CallItem("c", "f", "{}"), CallItem("d", "g", "{}"))
    await record(
        storage, one, ResultItem("c", '"가나다\U0001f389\\"'), ResultItem("d", "[]"), ResultItem("x", "{}")
    )
    question, *_, of_c, of_d, of_none = await stored_ids(storage, one)
    result = storage.history.result
    assert await result(one.conversation.id, of_c, 0, 99) == Part("f", "C1", 7, '"가나다\U0001f389\\"')
    assert await result(one.conversation.id, of_c, 2, 3) == Part("f", "C1", 7, "나다\U0001f389")
    assert await result(one.conversation.id, of_c, 7, 3) == Part("f", "C1", 7, "")
    assert await result(one.conversation.id, of_d, 0, 99) == Part("g", "C1", 2, "[]")
    for wrong in (question, of_none, 10**18, 0):
        assert await result(one.conversation.id, wrong, 0, 99) is None
    assert await result(two.conversation.id, of_c, 0, 99) is None


async def test_a_result_is_of_the_last_call_of_its_id(storage: Storage) -> None:
    """Some servers number the calls of each answer anew."""
    claim = await started(storage)
    for function in ("f", "g"):
        await record(storage, claim, CallItem("call_0", function, "{}"), ResultItem("call_0", "{}"))
    _, first, _, second = await stored_ids(storage, claim)
    found = [await storage.history.result(claim.conversation.id, id, 0, 9) for id in (first, second)]
    assert [part.function for part in found if part] == ["f", "g"]


async def test_unfinished_actions_are_those_that_may_still_change(storage: Storage) -> None:
    claim = await started(storage)
    new = [new_action(each) for each in ("waits", "confirmed", "denied", "executing")]
    waits, confirmed, denied, executing = await storage.turns.record(claim.turn, [], new, at=NOW)
    for action in (confirmed, executing):
        await storage.actions.decide(click(action))
    await storage.actions.decide(click(denied, Decision.DENY))
    await storage.actions.begin(executing.id, LATER)
    unfinished = await storage.actions.unfinished(claim.conversation.id)
    assert [action.id for action in unfinished] == [waits.id, confirmed.id, executing.id]
    assert await storage.actions.unfinished(99) == []
