"""What a method returned for is on disk."""

from pathlib import Path

from storage.records import ActionState, NewItem, TurnState, UserItem, Verdict
from storage.sqlite import open_storage
from tests.storage.sample import KEY, KIM, LATER, NOW, click, events, message, new_action


async def test_everything_survives_a_restart(path: Path) -> None:
    storage = await open_storage(path)
    waiting = message()
    await storage.inbox.add(message(), NOW)
    claim = await storage.inbox.claim(NOW)
    assert claim is not None
    await storage.inbox.add(waiting, NOW)
    item = UserItem("이름을 내림차순으로", KIM)
    [action] = await storage.turns.record(claim.turn, [NewItem(item)], [new_action()], at=NOW)
    await storage.actions.carded(action.id, "5.5")
    await storage.close()

    storage = await open_storage(path)
    conversation = await storage.history.conversation(KEY)
    assert conversation == claim.conversation
    assert await storage.history.items(conversation.id) == [item]
    assert not await storage.inbox.add(waiting, LATER)
    assert await storage.inbox.claim(LATER) is None
    assert await storage.inbox.release() == 1
    again = await storage.inbox.claim(LATER)
    assert again is not None
    assert [entry.delivery for entry in again.entries] == [claim.entries[0].delivery, waiting]
    kept = await storage.actions.get(action.id)
    assert kept is not None
    ruling = await storage.actions.decide(click(kept))
    assert ruling.verdict is Verdict.DECIDED
    await storage.actions.begin(action.id, LATER)
    await storage.turns.finish(again.turn, TurnState.ANSWERED, LATER)
    await storage.close()

    storage = await open_storage(path)
    [unknown] = await storage.actions.interrupt(LATER)
    assert unknown.state is ActionState.UNKNOWN
    assert await events(storage) == ["proposed", "confirmed", "executing", "unknown"]
    await storage.close()


async def test_a_process_that_ends_without_closing_loses_nothing(path: Path, tmp_path: Path) -> None:
    storage = await open_storage(path)
    delivery = message()
    await storage.inbox.add(delivery, NOW)
    # What a crash leaves: the file and its journal, as they are now.
    copy = tmp_path / "copy"
    copy.mkdir()
    for file in path.parent.glob("nod.db*"):
        (copy / file.name).write_bytes(file.read_bytes())
    survivor = await open_storage(copy / "nod.db")
    claim = await survivor.inbox.claim(LATER)
    assert claim is not None
    assert claim.entries[0].delivery == delivery
    await survivor.close()
    await storage.close()
