"""The two buttons of `/nod forget`, pressed one right behind the other."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, cast

import pytest

from bot.slack.card_posts import CardPosts
from bot.slack.clicks import Pressed
from bot.slack.forget_question import CANCEL, CONFIRM
from bot.slack.forgetting import Forgetting
from bot.slack.whisper import Whisper
from bot.words.catalogue import Words, words_for
from storage.keeping import Keeping
from storage.ports import StorageError
from storage.records import Forgotten

WORDS = words_for("en")
WISH = f"{'w' * 43}.U1"


class Far:
    """The database, and what is told."""

    def __init__(self, *, broken: bool = False) -> None:
        self.broken = broken
        self.told: list[str] = []

    async def forget(self, request: str, team: str, user: str, at: datetime) -> Forgotten:
        if self.broken:
            raise StorageError("the disk is full")
        return Forgotten(conversations=1, shared=0, busy=0)

    async def scrub(self) -> bool:
        return True

    async def words(self, pressed: Pressed) -> Words:
        return WORDS

    async def respond(self, pressed: Pressed, text: str, **message: Any) -> bool:
        assert message["replace_original"]
        self.told.append(text)
        return True

    async def ack(self) -> None: ...


def forgetting(far: Far) -> Forgetting:
    now = datetime(2030, 1, 1, tzinfo=UTC)
    return Forgetting(cast(Keeping, far), lambda: now, cast(CardPosts, None), cast(Whisper, far))


def body(action_id: str, value: str = WISH) -> Mapping[str, Any]:
    return {"user": {"id": "U1", "team_id": "T1"}, "actions": [{"action_id": action_id, "value": value}]}


async def test_keep_right_behind_forget_does_not_say_that_nothing_was_deleted() -> None:
    far = Far()
    asked = forgetting(far)
    await asked.confirm(cast(Any, far.ack), body(CONFIRM))
    await asked.cancel(cast(Any, far.ack), body(CANCEL))
    assert len(far.told) == 1
    assert WORDS("forget-done", count=1) in far.told[0]
    await asked.cancel(cast(Any, far.ack), body(CANCEL, f"{'x' * 43}.U1"))
    assert far.told[1:] == [WORDS("forget-kept")], "another wish"


async def test_keep_after_a_forget_that_failed() -> None:
    far = Far(broken=True)
    asked = forgetting(far)
    with pytest.raises(StorageError):
        await asked.confirm(cast(Any, far.ack), body(CONFIRM))
    await asked.cancel(cast(Any, far.ack), body(CANCEL))
    assert far.told == [WORDS("forget-kept")]
