"""Actions and functions for the builders of cards and modals."""

import json
from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime
from enum import Enum
from typing import Annotated, Any, Literal

from pydantic import BaseModel, Field

from functions import Context, Function, Label, function
from storage.records import Action, ActionState, Conversation, ConversationKey

ID = "x" * 43
CONVERSATION = Conversation(1, ConversationKey("T1", "C1", "1.1"))


@function(title={"en": "Change a record", "ko": "정보 변경"})
async def change(
    context: Context,
    employee_id: Annotated[int, Label(en="Employee number", ko="직원 번호")],
    name: str | None = None,
) -> None:
    """Change a record."""


@function(destructive=True, title={"en": "Delete a record", "ko": "정보 삭제"})
async def delete(context: Context, employee_id: int) -> None:
    """Delete a record."""


@function(rememberable=True, title={"en": "Add a note", "ko": "메모 추가"})
async def note(context: Context, text: str) -> None:
    """Add a note."""


class Size(Enum):
    SMALL = "small"
    LARGE = "large"


class Line(BaseModel):
    item: str
    count: int = 1


@function(title={"en": "Order goods", "ko": "주문"})
async def order(
    context: Context,
    lines: list[Line],
    address: Annotated[str, Field(min_length=1, max_length=200)],
    express: bool,
    size: Size = Size.SMALL,
    kind: Literal["paid", "free", 3, None] = None,
    gift: bool | None = None,
    on: date | None = None,
    discount: Annotated[float, Field(ge=0, lt=100)] = 0.0,
    copies: Annotated[int, Field(gt=0, le=20)] = 1,
    code: int | str = 0,
    remark: str | None = None,
    heading: str = "",
) -> None:
    """Order goods."""


FUNCTIONS: Mapping[str, Function] = {each.name: each for each in (change, delete, note, order)}


def action(state: ActionState = ActionState.PENDING, called: str = "change", /, **arguments: Any) -> Action:
    return Action(
        id=ID,
        conversation=CONVERSATION,
        turn=1,
        call_id="call",
        function=called,
        arguments_json=json.dumps(arguments, ensure_ascii=False),
        schema_digest="",
        digest="",
        requester="U1",
        preview="",
        state=state,
        proposed_at=datetime(2026, 1, 1, tzinfo=UTC),
        expires_at=datetime(2026, 1, 1, 0, 30, tzinfo=UTC),
        decided_by=None if state is ActionState.PENDING else "U1",
    )


def elements(blocks: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """Walk through every object of a list of blocks, in order."""
    stack: list[Any] = [*reversed(blocks)]
    while stack:
        value = stack.pop()
        if isinstance(value, dict):
            yield value
            stack.extend(reversed(value.values()))
        elif isinstance(value, list):
            stack.extend(reversed(value))


def plain_texts(blocks: list[dict[str, Any]]) -> str:
    return "\n".join(each["text"] for each in elements(blocks) if each.get("type") == "plain_text")


def mrkdwn(blocks: list[dict[str, Any]]) -> str:
    return "\n".join(each["text"] for each in elements(blocks) if each.get("type") == "mrkdwn")


def buttons(blocks: list[dict[str, Any]]) -> dict[str, dict[str, Any]]:
    return {each["action_id"]: each for each in elements(blocks) if each.get("type") == "button"}
