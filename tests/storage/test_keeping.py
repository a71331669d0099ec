"""What a person said is forgotten when they want it, and when it is old; what others said stays."""

import asyncio
from datetime import timedelta
from itertools import count
from pathlib import Path

import pytest

from storage.outcomes import outcome_items
from storage.ports import Storage
from storage.records import (
    APP,
    PICTURE,
    Action,
    ActionState,
    AssistantItem,
    Attached,
    CallItem,
    Claim,
    Compaction,
    ConversationKey,
    Decision,
    DeliveryKind,
    Forgotten,
    Item,
    NewItem,
    Note,
    OverheardItem,
    Raw,
    ReasoningItem,
    Remembered,
    ResultItem,
    Retried,
    Revision,
    SharedFile,
    SummaryItem,
    TurnState,
    Usage,
    UserItem,
    Verdict,
)
from tests.storage.sample import (
    KEY,
    KIM,
    LATER,
    LEE,
    LIFE,
    NOW,
    click,
    decided,
    events,
    granted,
    kept,
    message,
    new_action,
    started,
    thread,
)
from tests.storage.test_revisions import holds

GONE = "[forgotten]"
SECRET = "the salary of somebody"
PICTURE_OF = Attached("a.png", PICTURE, digest="p1", content=b"bytes")

_wishes = count(1)


async def forget(storage: Storage, user: str = KIM, request: str = "", **more: str) -> Forgotten:
    return await storage.keeping.forget(request or f"wish-{next(_wishes)}", "T1", user, LATER, **more)


async def said(
    storage: Storage,
    user: str = KIM,
    key: ConversationKey = KEY,
    text: str = SECRET,
    actions: tuple[str, ...] = (),
    state: TurnState = TurnState.ANSWERED,
) -> Claim:
    """Have somebody ask, a function be called, and Nod answer."""
    assert await storage.inbox.add(message(key, user=user, text=text, files=(SharedFile("F1", SECRET),)), NOW)
    claim = await storage.inbox.claim(NOW)
    assert claim is not None
    items: list[Item] = [
        UserItem(text, user, user, (PICTURE_OF,)),
        ReasoningItem(Raw("responses", "m", SECRET)),
        AssistantItem("Let me look."),
        CallItem("c", "find", SECRET),
        ResultItem("c", SECRET),
        AssistantItem(f"It is {SECRET}"),
    ]
    news = [
        new_action(f"{each}", requester=user, arguments_json=f'{{"of":"{SECRET}"}}', preview=SECRET)
        for each in actions
    ]
    entry = claim.entries[0].id
    new = [NewItem(item, f"entry:{entry}" if not number else None) for number, item in enumerate(items)]
    await storage.turns.record(
        claim.turn,
        new,
        news,
        Usage(9, 1),
        at=NOW,
        ending=state,
        front=0,
        note=Note("incident", {"incident": SECRET}),
    )
    for each in actions:
        await storage.actions.carded(each, f"5.{len(each)}")
    await storage.turns.finish(claim.turn, state, NOW)
    return claim


async def items(storage: Storage, claim: Claim) -> list[Item]:
    return await storage.history.items(claim.conversation.id)


# ── one's own conversations ─────────────────────────────────────────────────────────────────────────────────


async def test_nothing_is_kept_of_somebody_who_never_asked(storage: Storage) -> None:
    await said(storage)
    assert await storage.keeping.remembered("T1", LEE) == Remembered(0, 0, 0, 0)
    assert await storage.keeping.remembered("T2", KIM) == Remembered(0, 0, 0, 0)
    assert await forget(storage, LEE) == Forgotten(0, 0, 0)
    assert await storage.keeping.remembered("T1", KIM) == Remembered(1, 0, 0, 0)


async def test_a_conversation_of_one_s_own_is_forgotten_whole(storage: Storage) -> None:
    claim = await said(storage)
    other = await said(storage, key=thread(2))
    assert await storage.keeping.remembered("T1", KIM) == Remembered(2, 0, 0, 0)
    assert await forget(storage) == Forgotten(2, 0, 0)
    assert await storage.keeping.remembered("T1", KIM) == Remembered(0, 0, 0, 0)
    memory = await storage.history.memory(claim.conversation.id)
    assert (memory.items, memory.counted, memory.revision) == ((), None, 1)
    assert await items(storage, other) == []
    assert await storage.history.answer(claim.turn) is None
    assert await storage.inbox.files(claim.entries[0].id) == ()
    assert await storage.history.pictures(["p1"]) == {}


async def test_its_keys_stay_because_slack_may_deliver_again(storage: Storage) -> None:
    claim = await said(storage)
    await forget(storage)
    again = claim.entries[0].delivery
    assert not await storage.inbox.add(again, LATER)
    assert await storage.inbox.claim(LATER) is None
    assert await storage.inbox.files(claim.entries[0].id) == (), "nor do its files come back"


async def test_a_forgotten_thread_is_for_nod_again_once_it_is_mentioned(storage: Storage) -> None:
    claim = await said(storage)
    await forget(storage)
    reply = message(ts="300.000001")
    assert not await storage.inbox.add(reply, LATER, only_if_joined=True)
    assert await storage.inbox.add(message(ts="301.000001"), LATER)
    assert await storage.inbox.add(message(ts="302.000001"), LATER, only_if_joined=True)
    anew = await storage.inbox.claim(LATER)
    assert anew is not None
    assert anew.conversation == claim.conversation
    assert [entry.delivery.ts for entry in anew.entries] == ["301.000001", "302.000001"]
    assert await items(storage, anew) == []


async def test_a_command_s_conversation_is_forgotten_too(storage: Storage) -> None:
    key = ConversationKey("T1", "C1", "command:1.2.x")
    claim = await said(storage, key=key)
    assert await forget(storage) == Forgotten(1, 0, 0)
    assert await items(storage, claim) == []


async def test_what_was_said_aside_goes_too(storage: Storage) -> None:
    reply = message(thread(9), text=SECRET, ts="150.000001")
    other = message(thread(9), user=LEE, ts="150.000002")
    for each in (reply, other):
        assert not await storage.inbox.add(each, NOW, only_if_joined=True)
    await forget(storage)
    assert await storage.inbox.add(message(thread(9), user=LEE, ts="149.000001"), NOW)
    claim = await storage.inbox.claim(NOW)
    assert claim is not None
    assert [entry.delivery.ts for entry in claim.entries] == ["149.000001", "150.000002"]


async def test_a_failed_turn_is_not_tried_again(storage: Storage) -> None:
    claim = await said(storage, state=TurnState.FAILED)
    await forget(storage)
    assert await storage.turns.retry(claim.turn, "T1", "C1", KIM, LATER) is Retried.UNKNOWN
    assert await storage.inbox.claim(LATER) is None


async def test_the_same_wish_is_fulfilled_once(storage: Storage) -> None:
    await said(storage)
    first = await forget(storage, request="wish")
    later = await said(storage, key=thread(2))
    again = await forget(storage, request="wish")
    assert (first.conversations, first.again) == (1, False)
    assert (again.conversations, again.again) == (1, True)
    assert await items(storage, later), "what came after the wish is another one's"
    assert (await events(storage)).count("forgotten") == 1


async def test_a_summary_that_was_begun_before_is_refused(storage: Storage) -> None:
    claim = await said(storage)
    memory = await storage.history.memory(claim.conversation.id)
    made = Compaction(SummaryItem(SECRET), memory.items[-1].id, (), memory.front, memory.revision)
    await forget(storage)
    assert not await storage.history.compact(claim.turn, made, Usage(), LATER)
    assert await items(storage, claim) == []


async def test_who_wanted_it_is_written_down(storage: Storage) -> None:
    await said(storage)
    await forget(storage, request="wish", actor="operator")
    [row] = await storage.audit.rows()
    assert (row.event, row.action_id, row.actor, row.at) == ("forgotten", "wish", "operator", LATER)
    counts = {"conversations": 1, "shared": 0, "busy": 0, "schedules": 0, "withdrawn": 0}
    assert row.details == {"of": KIM, **counts, "rows": []}


async def test_what_nobody_said_makes_no_conversation_a_shared_one(storage: Storage) -> None:
    """Nod's own *Go on*, and its remark that older messages were left out."""
    claim = await said(storage)
    after = await started(storage)
    own: list[Item] = [OverheardItem("", gap="older"), UserItem("(Go on.)", ""), AssistantItem(SECRET)]
    await storage.turns.record(after.turn, [NewItem(item) for item in own], at=NOW, ending=TurnState.ANSWERED)
    await storage.turns.finish(after.turn, TurnState.ANSWERED, NOW)
    assert await storage.keeping.remembered("T1", KIM) == Remembered(1, 0, 0, 0)
    assert await forget(storage) == Forgotten(1, 0, 0)
    assert await items(storage, claim) == []


async def test_an_app_without_an_id_has_talked_too(storage: Storage) -> None:
    claim = await said(storage)
    after = await started(storage)
    heard = OverheardItem("The build is broken.", "", "CI", "99.1", APP)
    await storage.turns.record(after.turn, [NewItem(heard)], at=NOW, ending=TurnState.ANSWERED)
    await storage.turns.finish(after.turn, TurnState.ANSWERED, NOW)
    assert await forget(storage) == Forgotten(1, 1, 0)
    assert heard in await items(storage, claim)


async def test_an_edit_after_it_is_not_kept_with_the_key(storage: Storage, tmp_path: Path) -> None:
    claim = await said(storage)
    asked = claim.entries[0].delivery
    await forget(storage)
    edit = Revision(KEY.team, KEY.channel, asked.ts, "300.1", KIM, f"{SECRET}, again")
    assert await storage.inbox.revise(edit, LATER) is None
    await storage.inbox.prune(NOW, LATER + timedelta(seconds=1))
    assert holds(tmp_path / "nod.db", SECRET) == []


# ── with others ─────────────────────────────────────────────────────────────────────────────────────────────


async def test_among_others_one_s_words_become_a_marker(storage: Storage) -> None:
    mine = await said(storage, KIM)
    await said(storage, LEE, text="What do you think?")
    before = await items(storage, mine)
    assert await storage.keeping.remembered("T1", KIM) == Remembered(1, 1, 0, 0)
    assert await forget(storage) == Forgotten(1, 1, 0)
    assert await items(storage, mine) == [UserItem(GONE, KIM, KIM), AssistantItem(GONE), *before[6:]]
    assert SECRET not in str((await items(storage, mine))[:2])
    assert await storage.history.pictures(["p1"]) == {"p1": b"bytes"}, "lee has shown it too"
    assert await storage.history.answer(mine.turn) is None
    assert await storage.keeping.remembered("T1", KIM) == Remembered(0, 0, 0, 0)
    assert await storage.keeping.remembered("T1", LEE) == Remembered(1, 0, 0, 0)
    assert await storage.inbox.add(message(ts="300.000001", user=LEE), LATER, only_if_joined=True), "still joined"


async def test_the_last_of_them_forgets_the_whole(storage: Storage) -> None:
    mine = await said(storage, KIM)
    await said(storage, LEE)
    await forget(storage, KIM)
    assert await forget(storage, LEE) == Forgotten(1, 0, 0)
    assert await items(storage, mine) == []
    assert await storage.history.pictures(["p1"]) == {}


async def test_words_of_others_that_a_turn_has_read_stay(storage: Storage) -> None:
    assert await storage.inbox.add(message(), NOW)
    claim = await storage.inbox.claim(NOW)
    assert claim is not None
    told: list[Item] = [UserItem("earlier", LEE, "Lee"), UserItem(SECRET, KIM, "Kim"), AssistantItem("yes")]
    await storage.turns.record(claim.turn, [NewItem(item) for item in told], at=NOW, ending=TurnState.ANSWERED)
    await storage.turns.finish(claim.turn, TurnState.ANSWERED, NOW)
    assert await storage.keeping.remembered("T1", LEE) == Remembered(1, 1, 0, 0), (
        "lee has not asked, but is quoted"
    )
    assert await forget(storage, KIM) == Forgotten(1, 1, 0)
    assert await items(storage, claim) == [told[0], UserItem(GONE, KIM, "Kim"), AssistantItem(GONE)]
    await forget(storage, LEE)
    assert await items(storage, claim) == []


async def test_words_that_were_overheard_are_forgotten_too(storage: Storage) -> None:
    assert await storage.inbox.add(message(), NOW)
    claim = await storage.inbox.claim(NOW)
    assert claim is not None
    heard, asked = OverheardItem(SECRET, LEE, "Lee", "99.1"), UserItem("what is it about?", KIM, "Kim")
    await storage.turns.record(claim.turn, [NewItem(heard), NewItem(asked)], at=NOW, ending=TurnState.ANSWERED)
    await storage.turns.finish(claim.turn, TurnState.ANSWERED, NOW)
    assert await forget(storage, LEE) == Forgotten(1, 1, 0)
    marked = OverheardItem(GONE, LEE, "Lee")
    assert await items(storage, claim) == [marked, asked]
    await storage.inbox.revise(Revision(KEY.team, KEY.channel, "99.1", "200.1", LEE, SECRET), LATER)
    assert await items(storage, claim) == [marked, asked], "an edit brings nothing back"


async def test_a_summary_that_covers_it_goes_and_an_earlier_one_stays(storage: Storage) -> None:
    first = await said(storage, LEE, text="one")
    memory = await storage.history.memory(first.conversation.id)
    assert await storage.history.compact(
        first.turn, Compaction(SummaryItem("of lee"), memory.items[-1].id, (), 0), Usage(), NOW
    )
    mine = await said(storage, KIM)
    memory = await storage.history.memory(first.conversation.id)
    made = Compaction(SummaryItem(SECRET), memory.items[-1].id, (), memory.front)
    assert await storage.history.compact(mine.turn, made, Usage(), NOW)
    assert await items(storage, mine) == [SummaryItem(SECRET)]
    await forget(storage, KIM)
    memory = await storage.history.memory(first.conversation.id)
    assert [stored.item for stored in memory.items] == [
        SummaryItem("of lee"),
        UserItem(GONE, KIM, KIM),
        AssistantItem(GONE),
    ]
    assert memory.counted is None


# ── actions ─────────────────────────────────────────────────────────────────────────────────────────────────


async def test_a_pending_action_is_withdrawn_first(storage: Storage) -> None:
    await said(storage, actions=("a",), state=TurnState.WAITING)
    before = await storage.actions.get("a")
    assert before is not None
    assert await storage.keeping.remembered("T1", KIM) == Remembered(1, 0, 1, 0)
    forgotten = await forget(storage)
    [withdrawn] = forgotten.withdrawn
    assert (withdrawn.state, withdrawn.decided_by) == (ActionState.WITHDRAWN, KIM)
    assert withdrawn.arguments_json == before.arguments_json, "as its card shows it"
    assert (await decided(storage, before)).verdict is Verdict.ALREADY
    assert await events(storage, "a") == ["proposed", "withdrawn"]
    assert await storage.inbox.claim(LATER) is None


async def test_nothing_but_digests_is_kept_of_what_is_over(storage: Storage) -> None:
    await said(storage, actions=("a", "b"), state=TurnState.WAITING)
    for each, decision in (("a", Decision.CONFIRM), ("b", Decision.DENY)):
        action = await storage.actions.get(each)
        assert action is not None
        await storage.actions.decide(click(action, decision, reason=SECRET))
    assert await storage.actions.begin("a", LATER)
    await storage.actions.finish("a", ActionState.SUCCEEDED, f'{{"result":"{SECRET}"}}', LATER)
    turn = await storage.inbox.claim(LATER)
    assert turn is not None
    await storage.turns.finish(turn.turn, TurnState.ANSWERED, LATER)
    rows = await storage.audit.rows()
    assert SECRET in str(rows)
    forgotten = await forget(storage)
    assert forgotten.withdrawn == ()
    for each in ("a", "b"):
        action = await storage.actions.get(each)
        assert action is not None
        assert (action.arguments_json, action.preview, action.reason) == ("{}", "", "")
        assert action.outcome_json == f'{{"status":"{action.state}"}}'
        assert action.digest
    after = await storage.audit.rows()
    assert [(row.hash, row.details) for row in after[:-1]] == [(row.hash, row.details) for row in rows]
    assert SECRET not in str(after)
    assert after[0].details["digest"] == new_action().digest
    assert (after[0].texts, set(after[0].details["kept"])) == ({}, {"arguments_json"})
    assert after[-1].details["rows"] == [row.id for row in rows if row.texts]
    assert await storage.audit.verify() is None


async def test_why_somebody_denied_what_another_had_asked_for_goes_with_them(
    storage: Storage, tmp_path: Path
) -> None:
    why = "because of the layoffs"
    claim = await said(storage, actions=("a",), state=TurnState.WAITING)
    action = await storage.actions.get("a")
    assert action is not None
    await storage.actions.decide(click(action, Decision.DENY, user=LEE, reason=why))
    told = await storage.inbox.claim(LATER)
    assert told is not None
    new = [*outcome_items(await kept(storage, action)), NewItem(AssistantItem("They denied it."))]
    await storage.turns.record(told.turn, new, at=LATER, ending=TurnState.ANSWERED)
    await storage.turns.finish(told.turn, TurnState.ANSWERED, LATER)
    assert await storage.keeping.remembered("T1", LEE) == Remembered(1, 1, 0, 0)
    before = await items(storage, claim)
    assert await forget(storage, LEE) == Forgotten(1, 1, 0)
    assert holds(tmp_path / "nod.db", why) == []
    after, now = await items(storage, claim), await kept(storage, action)
    assert (now.state, now.decided_by, now.reason) == (ActionState.DENIED, LEE, "")
    assert outcome_items(now)[1].item in after
    assert [item for item in after if item not in before] == [outcome_items(now)[1].item], "kim's words stay"
    assert await storage.audit.verify() is None
    assert await storage.keeping.remembered("T1", LEE) == Remembered(0, 0, 0, 0)


@pytest.mark.parametrize("begun", [False, True])
async def test_what_is_about_to_be_done_is_left_alone(storage: Storage, begun: bool) -> None:
    claim = await said(storage, actions=("a", "b"), state=TurnState.WAITING)
    [action, _] = [await kept(storage, each) for each in await storage.actions.pending(claim.conversation.id)]
    await decided(storage, action)
    turn = await storage.inbox.claim(LATER)
    assert turn is not None
    if begun:
        assert await storage.actions.begin("a", LATER)
    await storage.turns.finish(turn.turn, TurnState.ANSWERED, LATER)
    before = await items(storage, claim)
    assert await storage.keeping.remembered("T1", KIM) == Remembered(0, 0, 0, 1)
    assert await forget(storage) == Forgotten(0, 0, 1)
    assert await items(storage, claim) == before
    assert [each.state for each in await storage.actions.pending(claim.conversation.id)] == [ActionState.PENDING]


async def test_others_actions_in_a_shared_conversation_wait_on(storage: Storage) -> None:
    await said(storage, KIM, actions=("mine",), state=TurnState.WAITING)
    await said(storage, LEE, actions=("theirs",), state=TurnState.WAITING)
    forgotten = await forget(storage)
    assert [action.id for action in forgotten.withdrawn] == ["mine"]
    theirs = await storage.actions.get("theirs")
    assert theirs is not None
    assert (theirs.state, theirs.preview) == (ActionState.PENDING, SECRET)
    assert (await decided(storage, theirs)).verdict is Verdict.DECIDED
    assert (await storage.audit.rows(action_id="theirs"))[0].texts["arguments_json"].text == theirs.arguments_json
    assert await storage.audit.verify() is None


async def test_grants_there_are_revoked(storage: Storage) -> None:
    await said(storage, actions=("a",), state=TurnState.WAITING)
    action = await storage.actions.get("a")
    assert action is not None
    await granted(storage, action, NOW + 9 * LIFE)
    await storage.actions.begin("a", LATER)
    await storage.actions.finish("a", ActionState.SUCCEEDED, "{}", LATER)
    turn = await storage.inbox.claim(LATER)
    assert turn is not None
    await storage.turns.finish(turn.turn, TurnState.ANSWERED, LATER)
    await forget(storage)
    assert await storage.grants.of("T1", KIM, LATER) == []
    assert "revoked" in await events(storage)


# ── what runs or waits ──────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("user", [KIM, LEE])
async def test_a_conversation_in_which_a_turn_runs_is_left_alone(storage: Storage, user: str) -> None:
    claim = await said(storage)
    assert await storage.inbox.add(message(user=user), NOW)
    before = await items(storage, claim)
    assert await forget(storage) == Forgotten(0, 0, 1), "while it waits"
    assert await storage.inbox.claim(NOW)
    assert await forget(storage) == Forgotten(0, 0, 1), "and while it runs"
    assert await items(storage, claim) == before


async def test_a_first_question_that_waits_counts_as_busy(storage: Storage) -> None:
    assert await storage.inbox.add(message(), NOW)
    assert await storage.keeping.remembered("T1", KIM) == Remembered(0, 0, 0, 1)


# ── whole or not at all ─────────────────────────────────────────────────────────────────────────────────────


async def test_two_wishes_at_once_forget_once(storage: Storage) -> None:
    for number in range(3):
        await said(storage, key=thread(number))
    done = await asyncio.gather(*(forget(storage, request="wish") for _ in range(3)))
    assert [each.conversations for each in done] == [3, 3, 3]
    assert [each.again for each in done].count(False) == 1


# ── what is old ─────────────────────────────────────────────────────────────────────────────────────────────

DAY = timedelta(days=1)


async def test_what_is_old_is_forgotten_whole(storage: Storage) -> None:
    old = [await said(storage, KIM, thread(number)) for number in range(25)]
    await said(storage, LEE, thread(0))
    assert await storage.keeping.sweep(NOW, NOW + DAY) == 0
    assert await storage.keeping.sweep(NOW + DAY, NOW + 2 * DAY) == 25
    assert [await items(storage, claim) for claim in old] == [[]] * 25
    assert await storage.history.pictures(["p1"]) == {}
    assert await storage.keeping.remembered("T1", LEE) == Remembered(0, 0, 0, 0)
    assert await storage.keeping.sweep(NOW + DAY, NOW + 2 * DAY) == 0
    rows = await storage.audit.rows()
    assert {(row.event, row.actor) for row in rows} == {("forgotten", "nod")}
    assert sum(row.details["conversations"] for row in rows) == 25


async def test_a_conversation_that_goes_on_is_kept_whole(storage: Storage) -> None:
    claim = await said(storage)
    assert await storage.inbox.add(message(), NOW + DAY)
    on = await storage.inbox.claim(NOW + DAY)
    assert on is not None
    await storage.turns.finish(on.turn, TurnState.ANSWERED, NOW + DAY)
    assert await storage.keeping.sweep(NOW + DAY, NOW + 2 * DAY) == 0
    assert len(await items(storage, claim)) == 6


@pytest.mark.parametrize("state", ["pending", "confirmed", "executing"])
async def test_an_open_action_holds_its_conversation_back(storage: Storage, state: str) -> None:
    claim = await said(storage, actions=("a",), state=TurnState.WAITING)
    if state != "pending":
        await decided(storage, await _action(storage, "a"))
        turn = await storage.inbox.claim(LATER)
        assert turn is not None
        await storage.turns.finish(turn.turn, TurnState.ANSWERED, LATER)
    if state == "executing":
        assert await storage.actions.begin("a", LATER)
    assert await storage.keeping.sweep(NOW + DAY, NOW + 2 * DAY) == 0
    assert len(await items(storage, claim)) == 6


async def test_a_waiting_delivery_and_a_running_turn_hold_it_back(storage: Storage) -> None:
    claim = await said(storage)
    assert await storage.inbox.add(message(kind=DeliveryKind.MESSAGE), NOW)
    assert await storage.keeping.sweep(NOW + DAY, NOW + 2 * DAY) == 0
    assert await storage.inbox.claim(NOW)
    assert await storage.keeping.sweep(NOW + DAY, NOW + 2 * DAY) == 0
    assert len(await items(storage, claim)) == 6


async def test_texts_of_the_audit_go_with_what_is_old(storage: Storage) -> None:
    await said(storage, actions=("a",), state=TurnState.WAITING)
    await decided(storage, await _action(storage, "a"), Decision.DENY)
    turn = await storage.inbox.claim(LATER)
    assert turn is not None
    await storage.turns.finish(turn.turn, TurnState.ANSWERED, LATER)
    assert await storage.keeping.sweep(NOW + DAY, NOW + 2 * DAY) == 1
    assert SECRET not in str(await storage.audit.rows())
    assert await storage.audit.verify() is None


async def _action(storage: Storage, id: str) -> Action:
    found = await storage.actions.get(id)
    assert found is not None
    return found
