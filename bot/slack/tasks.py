"""What Nod does while people wait, as Slack's own progress: a task for each call of a function. Pure.

A stream takes tasks in chunks; a message that is no stream any more shows them in blocks, and the thread's history
shows them so in either case. Slack draws a task that is left in progress in a stream that has ended as failed.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from bot.slack.block_kit import Block

Status = Literal["in_progress", "complete", "error"]


@dataclass(frozen=True)
class Task:
    """`title` is what people read: a function's own, of 256 characters at the most."""

    id: str
    title: str
    status: Status = "in_progress"

    @property
    def chunk(self) -> dict[str, Any]:
        return {"type": "task_update", "id": self.id, "title": self.title, "status": self.status}

    @property
    def card(self) -> Block:
        return {"type": "task_card", "task_id": self.id, "title": self.title, "status": self.status}

    @property
    def open(self) -> bool:
        return self.status == "in_progress"

    @property
    def failed(self) -> "Task":
        return Task(self.id, self.title, "error")


def open_tasks(blocks: Iterable[Mapping[str, Any]]) -> list[Task]:
    """List the tasks that a message of Slack's history shows in progress."""
    found = []
    for block in blocks:
        if block.get("type") == "plan":
            found += open_tasks(block.get("tasks") or ())
        elif block.get("type") == "task_card" and block.get("status") in ("pending", "in_progress"):
            found.append(Task(str(block.get("task_id")), str(block.get("title"))))
    return found


def ended(blocks: Iterable[Block]) -> list[Block]:
    """Return a message's blocks with no task in progress."""
    return [_ended(block) for block in blocks]


def _ended(block: Block) -> Block:
    if block.get("type") == "plan":
        return block | {"tasks": ended(block.get("tasks") or ())}
    return block | {"status": "error"} if open_tasks([block]) else block
