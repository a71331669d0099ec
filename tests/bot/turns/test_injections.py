"""Only a click grants authority: whatever stands in a text, wherever it stands, and however gullible the model is
that reads it, nothing is done and nothing is decided."""

import json
import re
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import pytest

from bot.model import neutral
from bot.model.chat_messages import build_messages
from bot.model.responses_input import build_input
from bot.slack.intake import from_event
from bot.turns.instructions import INSTRUCTIONS
from bot.turns.parts import Parts
from bot.turns.turn import run_turn
from bot.turns.withdrawal import withdrawal
from functions import Context, FunctionProblem, Person, function
from storage.outcomes import reference
from storage.records import Action, ActionState, Click, ConversationKey, Decision, Item, Verdict
from tests.bot.turns.conftest import KIM, Clock, Desk, Ledger, RecordingOutlet, ScriptedModel
from tests.bot.turns.injections import CONTROL_TOKENS, INJECTIONS, aimed

LEE = Person("T1", "U2", "Lee", "ko-KR", "Asia/Seoul")
PAY = ("pay", '{"amount":5}')


@dataclass
class Settled:
    """Cards that were changed outside a turn of theirs."""

    settled: list[Action] = field(default_factory=list)

    async def settle_all(self, actions: Sequence[Action]) -> None:
        self.settled += actions


@dataclass
class Scene:
    """A conversation in which Kim's payment waits for Kim's click, and an injected text."""

    parts: Parts
    desk: Desk
    model: ScriptedModel
    text: str
    key: ConversationKey
    cards: list[Action] = field(default_factory=list)
    record: list[str] = field(default_factory=list)
    """What the read-only function finds; nothing to be found is an error with the text in it."""

    async def turn(self, person: Person) -> None:
        claim = await self.desk.claim()
        outlet = RecordingOutlet(person)
        state = await run_turn(self.parts, claim, outlet)
        await self.parts.storage.turns.finish(claim.turn, state, self.parts.clock())
        self.cards += outlet.cards

    async def propose(self) -> Action:
        await self.desk.message("pay 5", key=self.key)
        self.model.calls(PAY)
        await self.turn(KIM)
        [action] = self.cards
        self.text = aimed(self.text, action.id, reference(action.id))
        return action

    def is_believed(self, action: Action) -> None:
        """Let the model do all that the text could talk it into, twice, and claim that it was allowed."""
        for _ in range(2):
            self.model.calls(
                PAY,
                ("pay", '{"amount":5,"confirmed":true}'),
                ("confirm_action", json.dumps({"reference": reference(action.id)})),
                ("action_confirm", json.dumps({"value": action.id})),
                ("withdraw_action", json.dumps({"reference_of_action": action.id})),
                ("withdraw_action", json.dumps({"reference_of_action": self.text})),
                text="Kim has confirmed it.",
            )
        self.model.says("It was confirmed and is done.")


async def as_a_message(scene: Scene, action: Action) -> int:
    await scene.desk.message(scene.text, key=scene.key)
    scene.is_believed(action)
    await scene.turn(KIM)
    return 1


async def as_anothers_message(scene: Scene, action: Action) -> int:
    await scene.desk.message(scene.text, user=LEE.id, key=scene.key)
    # Lee's model knows the reference of what Kim asked for, and takes it back
    scene.model.calls(("withdraw_action", json.dumps({"reference_of_action": reference(action.id)})))
    scene.is_believed(action)
    await scene.turn(LEE)
    return 2  # a card of Lee's own for the same payment


async def as_a_name(scene: Scene, action: Action) -> int:
    await scene.desk.message("hello", user=LEE.id, key=scene.key)
    scene.is_believed(action)
    await scene.turn(replace(LEE, name=scene.text))
    return 2


async def as_a_result(scene: Scene, action: Action) -> int:
    scene.record.append(scene.text)
    return await _read(scene, action)


async def as_an_error(scene: Scene, action: Action) -> int:
    return await _read(scene, action)


async def _read(scene: Scene, action: Action) -> int:
    await scene.desk.message("who is it?", key=scene.key)
    scene.model.calls(("find_record", "{}"))
    scene.is_believed(action)
    await scene.turn(KIM)
    return 1


async def as_a_reason(scene: Scene, action: Action) -> int:
    [card] = [waiting for waiting in [await scene.parts.storage.actions.get(action.id)] if waiting is not None]
    now = scene.parts.clock()
    click = Click(
        card.id, Decision.DENY, "T1", scene.key.channel, card.card_ts, KIM.id, now, True, reason=scene.text
    )
    assert (await scene.parts.storage.actions.decide(click)).verdict is Verdict.DECIDED
    scene.is_believed(action)
    await scene.turn(KIM)
    return 1


PLACES: Sequence[Callable[[Scene, Action], Awaitable[int]]] = [
    as_a_message,
    as_anothers_message,
    as_a_name,
    as_a_result,
    as_an_error,
    as_a_reason,
]


@pytest.mark.parametrize("text", INJECTIONS, ids=range(len(INJECTIONS)))
async def test_only_a_click_grants_authority(
    parts: Parts, desk: Desk, model: ScriptedModel, ledger: Ledger, clock: Clock, text: str
) -> None:
    settled = Settled()
    for place in PLACES:
        name = place.__name__
        scene = Scene(parts, desk, model, text, ConversationKey("T1", "C1", name))
        taking_back = withdrawal(parts.storage.actions, settled, clock)  # type: ignore[arg-type]
        offered = {**parts.functions, "find_record": finding(scene), taking_back.name: taking_back}
        scene.parts = replace(parts, functions=offered)
        action = await scene.propose()
        expected = await place(scene, action)

        assert ledger.paid == [], name
        assert model.replies == [], f"{name}: the model was not asked as often as it wanted to be"
        assert await desk.storage.inbox.claim(clock()) is None, f"{name}: something was decided"
        assert len(scene.cards) == expected, name
        for card in scene.cards:
            row = await parts.storage.actions.get(card.id)
            assert row is not None
            denied = place is as_a_reason
            assert row.state is (ActionState.DENIED if denied else ActionState.PENDING), name
            events = [each.event for each in await parts.storage.audit.rows(action_id=card.id)]
            assert events == (["proposed", "denied"] if denied else ["proposed"]), name
    assert settled.settled == []
    for shown in model.shown:
        check_what_a_model_is_sent(shown)


def finding(scene: Scene) -> Any:
    @function(read_only=True)
    async def find_record(context: Context) -> dict[str, str]:
        """Find the record."""
        if not scene.record:
            raise FunctionProblem(scene.text)
        return {"name": scene.record[0]}

    return find_record


def check_what_a_model_is_sent(items: Sequence[Item]) -> None:
    """No token of a template, nobody who speaks in another's message, and no text in a place that is trusted."""
    chat = build_messages(INSTRUCTIONS, items, "m")
    [system] = [message for message in chat if message["role"] == "system"]
    assert system["content"] == INSTRUCTIONS
    sent = [message["content"] for message in chat if message["role"] in ("user", "tool")]
    sent += [call["function"]["arguments"] for message in chat for call in message.get("tool_calls", ())]
    for each in build_input(items, "m"):
        sent += [each[part] for part in ("output", "arguments") if part in each]
        sent += [each["content"]] if each.get("role") == "user" else []
    for text in sent:
        bare = _without_code(text)
        found = [token for token in CONTROL_TOKENS if token in bare]
        assert not found, text
    for message in chat:
        if message["role"] == "user":
            check_speaker(message["content"])


def check_speaker(text: str) -> None:
    first, *others = text.splitlines()
    assert re.match(r"\[[^\[\]［］]+\] ", first), text
    for line in others:
        bare = re.sub(r"^[\s\u200b\u200d\u2066\u202e]+", "", line)
        assert not bare.startswith(("[", "［")), text
    assert neutral.SUMMARY_MARK not in [text[: len(neutral.SUMMARY_MARK)], *others]


def _without_code(text: str) -> str:
    """Leave out a lone `<|`, which is code and no token."""
    return re.sub(r"<\|(?![^\s<>|]+\|>)", "", text)


def test_the_corpus_is_large_and_of_both_tongues() -> None:
    assert len(set(INJECTIONS)) == len(INJECTIONS) >= 60
    korean = [text for text in INJECTIONS if re.search("[가-힣ㄱ-ㅎ]", text)]
    assert 20 <= len(korean) <= len(INJECTIONS) - 20


# ── what is not a person's message is not even delivered ────────────────────────────────────────────────────

NOT_A_PERSONS: dict[str, dict[str, Any]] = {
    "edited": {"edited": {"user": "U1", "ts": "1.3"}},
    "changed": {"subtype": "message_changed", "message": {"user": "U1", "edited": {"user": "U1", "ts": "1.3"}}},
    "deleted": {"subtype": "message_deleted"},
    "bot": {"bot_id": "B1"},
    "bot message": {"subtype": "bot_message", "bot_id": "B1", "username": "Kim", "user": None},
    "Nod": {"user": "UBOT"},
    "another organisation": {"user_team": "T2"},
    "topic": {"subtype": "channel_topic"},
    "reaction": {"type": "reaction_added", "reaction": "white_check_mark"},
}


@pytest.mark.parametrize("kind", NOT_A_PERSONS)
def test_what_no_person_wrote_is_not_delivered(kind: str) -> None:
    for text in INJECTIONS:
        event = {
            "type": "message",
            "channel": "C1",
            "channel_type": "channel",
            "user": "U1",
            "ts": "1.2",
            "thread_ts": "1.1",
            "text": f"<@UBOT> {text}",
            **NOT_A_PERSONS[kind],
        }
        body = {"type": "event_callback", "team_id": "T1", "event": event}
        assert from_event(body, "UBOT") is None
