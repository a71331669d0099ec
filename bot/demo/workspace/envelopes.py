"""What Slack sends over Socket Mode: one envelope for each delivery, repeated ones included."""

import asyncio
import time
import uuid
from dataclasses import dataclass, field
from typing import Literal

from bot.demo.workspace.records import Json

EnvelopeType = Literal["events_api", "interactive", "slash_commands"]


@dataclass(eq=False)
class Envelope:
    """One delivery. `acked` gets the ack's response payload, an empty one when the ack had none.

    `number` counts what Slack had to tell: repetitions have the number of the first. With `ack_lost` Slack does
    not see the ack.
    """

    type: EnvelopeType
    payload: Json
    retry_attempt: int = 0
    number: int = 0
    ack_lost: bool = False
    id: str = field(default_factory=lambda: str(uuid.uuid4()))
    made: float = field(default_factory=time.monotonic)
    """On the monotonic clock."""
    sent: asyncio.Event = field(default_factory=asyncio.Event)
    acked: asyncio.Future[Json] = field(default_factory=lambda: asyncio.get_running_loop().create_future())

    def give_up(self) -> None:
        self.sent.set()
        self.acked.cancel()

    def acknowledge(self, payload: object) -> None:
        if not self.ack_lost and not self.acked.done():
            self.acked.set_result(payload if isinstance(payload, dict) else {})

    def frame(self) -> Json:
        body: Json = {
            "envelope_id": self.id,
            "type": self.type,
            "accepts_response_payload": self.type != "events_api",
            "payload": self.payload,
        }
        if self.type == "events_api":
            body |= {"retry_attempt": self.retry_attempt, "retry_reason": "timeout" if self.retry_attempt else ""}
        return body
