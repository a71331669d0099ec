"""Records to rows and back."""

import dataclasses
import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from storage.records import (
    RUN_KEY,
    Action,
    ActionState,
    AssistantItem,
    Attached,
    AuditRow,
    CallItem,
    Conversation,
    ConversationKey,
    Delivery,
    DeliveryKind,
    Grant,
    InboxEntry,
    Item,
    KeptText,
    Note,
    OverheardItem,
    Raw,
    ReasoningItem,
    ResultItem,
    SharedFile,
    SummaryItem,
    UserItem,
)

Row = Mapping[str, Any]

_KINDS: Mapping[str, type[Item]] = {
    "user": UserItem,
    "overheard": OverheardItem,
    "assistant": AssistantItem,
    "reasoning": ReasoningItem,
    "call": CallItem,
    "result": ResultItem,
    "summary": SummaryItem,
}
_ACTION_FIELDS = tuple(field.name for field in dataclasses.fields(Action))
_KIND_OF = {item: kind for kind, item in _KINDS.items()}


def time_text(at: datetime) -> str:
    """Write a time in UTC, in the one form whose texts sort as the times do. Raises ValueError if it is naive."""
    if at.utcoffset() is None:
        raise ValueError(f"{at} has no time zone")
    return at.astimezone(UTC).isoformat(timespec="microseconds")


def optional_time_text(at: datetime | None) -> str | None:
    return None if at is None else time_text(at)


def time_from(text: str) -> datetime:
    return datetime.fromisoformat(text)


def whole_text(text: str) -> str:
    """Replace halves of surrogate pairs, which JSON can carry and SQLite cannot, so that no message is refused."""
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def item_row(item: Item) -> dict[str, str | None]:
    """Return an item's columns `kind`, `data` and `ts`."""
    fields = dataclasses.asdict(item)
    if isinstance(item, UserItem):
        for file in fields["files"]:
            del file["content"]  # a picture's bytes are kept once, in a table of their own
    data = json.dumps(fields, ensure_ascii=False)
    return {"kind": _KIND_OF[type(item)], "data": whole_text(data), "ts": fields.get("ts") or None}


def item_from(row: Row) -> Item:
    fields = json.loads(row["data"])
    if fields.get("raw") is not None:
        fields["raw"] = Raw(**fields["raw"])
    if row["kind"] == "user" and "files" in fields:
        fields["files"] = tuple(Attached(**file) for file in fields["files"])
    elif "files" in fields:
        fields["files"] = tuple(fields["files"])
    return _KINDS[row["kind"]](**fields)


def conversation_from(row: Row, id_column: str = "conversation") -> Conversation:
    return Conversation(row[id_column], ConversationKey(row["team"], row["channel"], row["thread"]))


def delivery_row(delivery: Delivery) -> dict[str, Any]:
    """Return a delivery's columns, without its conversation."""
    return {
        "key": delivery.key,
        "kind": DeliveryKind.MESSAGE if delivery.kind is DeliveryKind.SCHEDULE else delivery.kind,
        "user": delivery.user,
        "text": whole_text(delivery.text),
        "ts": delivery.ts,
        "direct": delivery.direct,
        "response_url": delivery.response_url,
        "action_id": delivery.action_id,
        "files": files_text(delivery.files),
        "edited": delivery.edited,
    }


def files_text(files: tuple[SharedFile, ...] | None) -> str | None:
    """Write files as a JSON list; None where they are not known."""
    if files is None:
        return None
    return whole_text(json.dumps([dataclasses.asdict(file) for file in files], ensure_ascii=False))


def files_from(text: str | None) -> tuple[SharedFile, ...] | None:
    return None if text is None else tuple(SharedFile(**file) for file in json.loads(text))


def delivery_from(row: Row, conversation: ConversationKey) -> Delivery:
    # The column's CHECK is older than schedules, and their keys tell them: no table is made anew for one word.
    scheduled = row["key"].startswith(RUN_KEY)
    return Delivery(
        kind=DeliveryKind.SCHEDULE if scheduled else DeliveryKind(row["kind"]),
        key=row["key"],
        conversation=conversation,
        user=row["user"],
        text=row["text"],
        ts=row["ts"],
        direct=bool(row["direct"]),
        response_url=row["response_url"],
        action_id=row["action_id"],
        files=files_from(row["files"]),
        edited=row["edited"],
        deleted=bool(row["deleted"]),
    )


def entry_from(row: Row, conversation: Conversation) -> InboxEntry:
    delivery = delivery_from(row, conversation.key)
    return InboxEntry(row["id"], delivery, time_from(row["received_at"]), row["tries"])


def action_row(action: Action) -> dict[str, Any]:
    """Return an action's columns."""
    columns = {name: getattr(action, name) for name in _ACTION_FIELDS}
    return columns | {
        "conversation": action.conversation.id,
        "grant_id": action.grant,
        "proposed_at": time_text(action.proposed_at),
        "expires_at": time_text(action.expires_at),
        "decided_at": optional_time_text(action.decided_at),
        "finished_at": optional_time_text(action.finished_at),
    }


def action_from(row: Row) -> Action:
    """Read an action from its columns beside its conversation's."""
    # "grant" is a word of SQL's own.
    columns = {name: row["grant_id" if name == "grant" else name] for name in _ACTION_FIELDS}
    times = ("proposed_at", "expires_at", "decided_at", "finished_at")
    columns |= {name: time_from(row[name]) for name in times if row[name] is not None}
    columns |= {"conversation": conversation_from(row), "state": ActionState(row["state"])}
    return Action(**columns)


def note_json(note: Note | None) -> str | None:
    return None if note is None else json.dumps(dataclasses.asdict(note), ensure_ascii=False)


def note_from(text: str | None) -> Note | None:
    return None if text is None else Note(**json.loads(text))


def grant_from(row: Row) -> Grant:
    """Read a grant from its columns beside its conversation's."""
    return Grant(
        id=row["id"],
        conversation=conversation_from(row),
        user=row["user"],
        function=row["function"],
        action_id=row["action_id"],
        expires_at=time_from(row["expires_at"]),
        revoked_at=None if row["revoked_at"] is None else time_from(row["revoked_at"]),
    )


def audit_from(row: Row, texts: Mapping[str, KeptText]) -> AuditRow:
    return AuditRow(
        id=row["id"],
        action_id=row["action_id"],
        at=time_from(row["at"]),
        event=row["event"],
        actor=row["actor"],
        details=json.loads(row["details"]),
        previous=row["previous"],
        hash=row["hash"],
        texts=texts,
    )
