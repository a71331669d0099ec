"""What a delivery says, as an item of the history."""

from bot.turns.keys import entry_key
from bot.turns.scheduled import framed
from functions.context import Person
from storage.records import Attached, Delivery, DeliveryKind, InboxEntry, NewItem, UserItem

GO_ON = (
    "(This is Nod, and no person's words: your answer above reached the length limit, and the person asked for "
    "the rest by *Continue*. Go on exactly where it stops, in the middle of a word if need be. Repeat nothing, "
    "and begin with no remark of your own.)"
)
"""What the model is told at a click on *Continue*, or at the bare word."""


def text_of(delivery: Delivery) -> str:
    """Return what the model is told by a delivery."""
    if delivery.continues:
        return GO_ON
    return framed(delivery) if delivery.kind is DeliveryKind.SCHEDULE else delivery.text


def user_item(entry: InboxEntry, person: Person, files: tuple[Attached, ...] = ()) -> NewItem:
    """Build the item of an entry; its key makes sure that it is written once. Among others nobody speaks unnamed,
    and what nobody said has no name."""
    delivery = entry.delivery
    alone = delivery.direct or delivery.kind is DeliveryKind.COMMAND or delivery.continues
    speaker = "" if alone else person.name or delivery.user
    user = "" if delivery.continues else delivery.user
    text = text_of(delivery)
    locale = "" if text.strip() else person.locale
    return NewItem(
        UserItem(text, user, speaker, files, ts=delivery.ts, edited=delivery.edited, locale=locale),
        key=entry_key(entry),
    )
