"""The books that have to balance after whatever happened: what people asked and Slack delivered, against what they
were shown, what the services did, and what Nod wrote down."""

import hashlib
import re
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from bot.demo.workspace.state import Message, Workspace
from bot.words.catalogue import catalogues
from storage.sqlite import open_storage
from tests.e2e.office import Office, buttons, is_stop, shown
from tests.faults.ledger import Ledger, Row, read_ledger, request_of

RETRY = "turn_retry"
"""The button of an apology."""

INNER = re.compile(
    r"\b[A-Z]\w+(?:Error|Exception)\b|Traceback|[Ss]qlite|aiohttp|httpx|slack_sdk|errno|127\.0\.0\.1|localhost"
    r"|xox[bp]-|xapp-|sk-demo|\bdisk\b|HTTP \d|status \d{3}"
)
"""What nobody in Slack should ever read."""

CARD, ANSWER, NOTE = "nod_action", "nod_answer", "nod_note"


@dataclass(frozen=True)
class Asked:
    """One message for Nod. `whole` is found in its whole answer and in nobody else's; `action` says that a card
    answers it. For a command `thread` is empty and its answer is shown to `person` alone. `excusable` is what may
    be answered with the word that it could not be done."""

    person: str
    channel: str
    thread: str
    ts: str
    whole: re.Pattern[str]
    action: bool = False
    excusable: bool = False


@dataclass
class Balance:
    """What the books came to."""

    asked: int = 0
    delivered: int = 0
    answered: int = 0
    excused: int = 0
    """Of those answered: with the word that it could not be done."""
    apologised: int = 0
    turns: int = 0
    effects: int = 0
    actions: Counter[str] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)


class Books:
    """Everything that was asked in an office, until it is balanced."""

    def __init__(self, office: Office) -> None:
        self.office = office
        self.asked: list[Asked] = []
        self.pressed: set[tuple[str, str]] = set()
        """The apologies whose Try again was pressed, by thread and ts: each asks for one more answer."""
        self.restarts = 0
        """How often the process ended: an answer for one person alone may come once more after that."""
        self.acked_commands: set[Asked] = set()

    @property
    def workspace(self) -> Workspace:
        return self.office.workspace

    def read(self, *, check: bool = False) -> Ledger:
        return read_ledger(self.office.folder / "nod.db", check=check)

    async def balance(self) -> Balance:
        """Look at everything, once the process has ended: what is wrong is listed, and nothing is raised."""
        ledger, balance = self.read(check=True), Balance(asked=len(self.asked))
        balance.turns = len(ledger.turns)
        balance.actions.update(str(row["state"]) for row in ledger.actions)
        balance.wrong += ledger.restless
        self._messages(ledger, balance)
        self._apologies(ledger, balance)
        self._ends(ledger, balance)
        self._effects(ledger, balance)
        self._cards(ledger, balance)
        self._left(balance)
        if ledger.sound != "ok":
            balance.wrong.append(f"the database is damaged: {ledger.sound}")
        await self._audit(balance)
        return balance

    async def assert_balanced(self) -> None:
        """Raise AssertionError, with what people saw, if anything is wrong."""
        wrong = (await self.balance()).wrong
        assert not wrong, "\n".join([*wrong, self.workspace.transcript()])

    # messages

    def acked(self) -> set[str]:
        """Return the ts of every message whose delivery Nod has acknowledged."""
        return {
            str(envelope.payload["event"].get("ts"))
            for envelope in self.office.world.sockets.delivered
            if envelope.type == "events_api" and envelope.acked.done() and not envelope.acked.cancelled()
        }

    def _messages(self, ledger: Ledger, balance: Balance) -> None:
        kept = {row["ts"]: row for row in ledger.inbox if row["kind"] == "message"}
        turns = {row["id"]: row for row in ledger.turns}
        acked = self.acked()
        for asked in self.asked:
            row = self._command(asked, ledger) if not asked.thread else kept.get(asked.ts)
            if row is None:
                if asked.ts in acked or asked in self.acked_commands:
                    balance.wrong.append(f"lost: {asked} was acknowledged and is nowhere")
                continue
            balance.delivered += 1
            turn = turns.get(row["turn"])
            state = turn["state"] if turn else "none"
            whole = self._whole(asked, ledger)
            if state == "failed":
                balance.apologised += 1
            elif state in ("answered", "waiting"):
                balance.answered += 1
                excused = asked.excusable and not whole and self._excuse(asked)
                balance.excused += excused
                if not whole and not excused:
                    balance.wrong.append(f"not answered: {asked} (turn {row['turn']} is {state})")
            else:
                balance.wrong.append(f"not ended: {asked}: {state}")
            again = sum(thread == asked.thread for thread, _ in self.pressed) if asked.thread else self.restarts
            most = 1 + again
            if len(whole) > most:
                balance.wrong.append(f"answered {len(whole)} times: {asked}")

    def _command(self, asked: Asked, ledger: Ledger) -> Row | None:
        rows = (row for row in ledger.inbox if row["kind"] == "command" and asked.whole.search(row["text"]))
        return next(rows, None)

    def _whole(self, asked: Asked, ledger: Ledger) -> list[Message]:
        """Return the messages that answer one question: for an action its cards."""
        if not asked.thread:
            return [m for m in self._private(asked) if asked.whole.search(shown(m))]
        found = [m for m in self.said_in(asked.channel, asked.thread) if m.ts > asked.ts]
        found = [m for m in found if is_card(m) == asked.action and asked.whole.search(shown(m))]
        # A later card may show what an earlier one has changed, as the present state.
        later = [each for each in self.asked if each.thread == asked.thread and each.ts > asked.ts and each.action]
        found = [m for m in found if not any(m.ts > each.ts and each.whole.search(shown(m)) for each in later)]
        return [m for m in found if not self.is_interrupted(m)]

    def said_in(self, channel: str, thread: str) -> list[Message]:
        """Return what Nod said to everybody in a thread."""
        said = self.workspace.thread(channel, thread)
        return [m for m in said if m.bot_id and m.ephemeral_to is None and not m.deleted]

    def answer_to_command(self, asked: Asked) -> Message | None:
        return next(iter(self._private(asked)), None)

    def _private(self, asked: Asked) -> list[Message]:
        """Return what answers a command, which Slack knows by its response_url; the first is its echo."""
        user = self.workspace.user(asked.person).id
        seen = [m for m in self.workspace.messages(asked.channel, user) if m.ephemeral_to == user and m.bot_id]
        return [m for m in seen if m.command and asked.whole.search(m.command) and m.blocks]

    def _excuse(self, asked: Asked) -> bool:
        """Tell whether Nod has said something after a question that answers no other one."""
        if not asked.thread:
            user = self.workspace.user(asked.person).id
            seen = [m for m in self.workspace.messages(asked.channel, user) if m.ephemeral_to == user]
            unsure = [words("answer-unsure") for words in catalogues().values()]
            return bool(self._private(asked)) or any(
                m.ts > asked.ts and shown(m).startswith(tuple(unsure)) for m in seen
            )
        others = [each.whole for each in self.asked if each.thread == asked.thread]
        said = [m for m in self.said_in(asked.channel, asked.thread) if m.ts > asked.ts and not is_card(m)]
        return any(not any(other.search(shown(m)) for other in others) and RETRY not in buttons(m) for m in said)

    def is_interrupted(self, message: Message) -> bool:
        """Tell whether a message says that it is half an answer: a process has left it so, or a model. Asked
        something else later, a model may well answer what it did not get to say."""
        halves = (words(key) for words in catalogues().values() for key in ("answer-interrupted", "model-cut"))
        return any(half in shown(message) for half in halves)

    def _thread(self, channel: str, thread: str) -> list[Message]:
        said = self.workspace.thread(channel, thread)
        return [m for m in said if m.bot_id and m.ephemeral_to is None and not m.deleted]

    def _apologies(self, ledger: Ledger, balance: Balance) -> None:
        """Every turn that failed has its apology, with its button; those of commands only their asker sees."""
        failed = [row for row in ledger.turns if row["state"] == "failed" and _is_thread(row)]
        places = Counter((row["channel"], row["thread"]) for row in failed)
        for (channel, thread), count in places.items():
            said = self.said_in(channel, thread)
            sorry = [m for m in said if RETRY in buttons(m) or (thread, m.ts) in self.pressed]
            if len(sorry) < count:
                balance.wrong.append(f"{count} turns failed in {thread}, and there are {len(sorry)} apologies")

    def _ends(self, ledger: Ledger, balance: Balance) -> None:
        """Every turn that has answered in a thread has shown its end, and none has two."""
        every = [m for channel in self.workspace.channels for m in self.workspace.messages(channel)]
        marks = {
            kind: Counter(str(_metadata(m)["event_payload"].get("turn")) for m in every if _kind(m) == kind)
            for kind in (ANSWER, NOTE)
        }
        balance.wrong += [f"turn {turn} has {ends} ends" for turn, ends in marks[ANSWER].items() if ends > 1]
        for row in ledger.turns:
            turn = str(row["id"])
            if row["state"] == "answered" and _is_thread(row) and not (marks[ANSWER][turn] or marks[NOTE][turn]):
                balance.wrong.append(f"turn {turn} has answered, and nobody has seen it")

    # effects

    def _effects(self, ledger: Ledger, balance: Balance) -> None:
        faults = self.office.world.employees_faults
        changes = [request for request in faults.requests if request.method != "GET"]
        unexplained = list(changes)
        for action in ledger.actions:
            method, path, body = request_of(action)
            mine = [
                request
                for request in changes
                if request.method == method and request.path.endswith(path) and request.body == body
            ]
            unexplained = [request for request in unexplained if request not in mine]
            state, name = action["state"], f"{action['function']} {action['arguments_json']}"
            balance.effects += len(mine)
            if len(mine) > 1:
                balance.wrong.append(f"done {len(mine)} times: {name}")
            if state == "succeeded" and not mine:
                balance.wrong.append(f"told as done and not done: {name}")
            if state in ("pending", "confirmed", "denied", "expired", "withdrawn") and mine:
                balance.wrong.append(f"done though {state}: {name}")
        balance.wrong += [f"nobody asked for {each.method} {each.path} {each.body}" for each in unexplained]

    # cards

    def _cards(self, ledger: Ledger, balance: Balance) -> None:
        shown_cards = [m for channel in self.workspace.channels for m in self.workspace.messages(channel)]
        cards = [m for m in shown_cards if is_card(m) and not m.deleted]
        by_mark: dict[str, list[Message]] = {}
        for card in cards:
            by_mark.setdefault(str(_metadata(card)["event_payload"].get("action")), []).append(card)
        for action in ledger.actions:
            found = by_mark.pop(hashlib.sha256(action["id"].encode()).hexdigest(), [])
            name = f"{action['function']} {action['arguments_json']} ({action['state']})"
            if len(found) > 1:
                balance.wrong.append(f"{len(found)} cards of {name}")
            if not _is_thread(action):
                continue
            waits = action["state"] == "pending"
            if waits and not any(buttons(card) for card in found):
                balance.wrong.append(f"nobody can decide {name}")
            if not waits and any(buttons(card) for card in found):
                balance.wrong.append(f"buttons are left on {name}")
        balance.wrong += [f"a card of no action: {shown(cards[0])}" for cards in by_mark.values()]

    # what is left behind

    def _left(self, balance: Balance) -> None:
        balance.wrong += [f"a status is left: {place}: {text}" for place, text in self.workspace.statuses.items()]
        for channel in self.workspace.channels:
            for message in self.workspace.messages(channel):
                if message.streaming:
                    balance.wrong.append(f"a stream is left open in {message.thread_ts}: {message.text!r}")
                if is_stop(message):
                    balance.wrong.append(f"a Stop button is left in {message.thread_ts}")
                if message.bot_id and (found := INNER.search(shown(message))):
                    balance.wrong.append(f"{found[0]!r} is shown: {shown(message)!r}")
        for trace in re.findall(r"Traceback[\s\S]{0,1500}", self.office.log):
            balance.wrong.append(f"in the log: {trace}")

    async def _audit(self, balance: Balance) -> None:
        storage = await open_storage(self.office.folder / "nod.db")
        try:
            wrong = await storage.audit.verify()
        finally:
            await storage.close()
        if wrong is not None:
            balance.wrong.append(f"the audit's chain is broken at row {wrong}")


def is_card(message: Message) -> bool:
    return _kind(message) == CARD


def _is_thread(row: Row) -> bool:
    """Tell a thread's row from a command's, which has none."""
    return re.fullmatch(r"\d+\.\d+", row["thread"]) is not None


def _kind(message: Message) -> str:
    return str(_metadata(message).get("event_type"))


def _metadata(message: Message) -> dict[str, Any]:
    return message.metadata or {}
