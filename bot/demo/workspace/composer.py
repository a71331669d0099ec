"""What Slack's composer makes of typed text: entities, escapes and a rich_text block. Pure."""

import re
from collections.abc import Iterable

from bot.demo.workspace.state import Channel, Json, User

ENTITY = re.compile(r"<(@[UW]\w+(?:\|[^>]*)?|#C\w+(?:\|[^>]*)?|![a-z][^>]*|(?:https?://|mailto:)[^>\s]+)>")
LINK = re.compile(r"https?://[^\s<>|]+")
PUNCTUATION = ".,;:!?'\"…’”»"
BRACKETS = {")": "(", "]": "[", "}": "{"}
BROADCAST = re.compile(r"(?<![\w@])@(here|channel|everyone)(?![A-Za-z0-9_])")


def compose(typed: str, users: Iterable[User], channels: Iterable[Channel]) -> str:
    """Turn what a person typed into the text of a message, such as `@Nod hi & bye` into `<@U…> hi &amp; bye`.

    What is an entity already (`<@U…>`, `<#C…>`, `<https://…>`) stays as it is.
    """
    people = {name.lower(): user.id for user in users for name in (user.name, user.real_name)}
    rooms = {channel.name.lower(): channel for channel in channels if channel.kind == "channel"}
    pieces = re.split(ENTITY, typed)
    return "".join(
        f"<{piece}>" if index % 2 else _compose_plain(piece, people, rooms) for index, piece in enumerate(pieces)
    )


def decompose(text: str, users: Iterable[User]) -> str:
    """Turn a message's text back into what a person typed; what cannot be typed stays an entity."""
    names = {user.id: user.real_name for user in users}
    pieces = re.split(ENTITY, text)
    return "".join(
        _decompose_entity(piece, names) if index % 2 else unescape(piece) for index, piece in enumerate(pieces)
    )


def rich_text(text: str, block_id: str) -> list[Json]:
    """Build the one rich_text block that Slack puts beside a person's text."""
    elements: list[Json] = []
    for index, piece in enumerate(re.split(ENTITY, text)):
        if index % 2:
            elements.append(_entity_element(piece))
        elif piece:
            elements.append({"type": "text", "text": unescape(piece)})
    section = {"type": "rich_text_section", "elements": elements}
    return [{"type": "rich_text", "block_id": block_id, "elements": [section]}]


def escape(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def unescape(text: str) -> str:
    return text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")


def _compose_plain(text: str, people: dict[str, str], rooms: dict[str, Channel]) -> str:
    composed, end = [], 0
    for found in LINK.finditer(text):
        url = _without_punctuation(found[0])
        composed += [_compose_words(text[end : found.start()], people, rooms), f"<{escape(url)}>" if url else ""]
        end = found.start() + len(url)
    return "".join(composed) + _compose_words(text[end:], people, rooms)


def _without_punctuation(url: str) -> str:
    """Leave a sentence's own marks out of a link that ends it, but not a bracket that belongs to the address."""
    while url and (url[-1] in PUNCTUATION or url.count(url[-1]) > url.count(BRACKETS.get(url[-1], url[-1]))):
        url = url[:-1]
    return url if LINK.fullmatch(url) else ""


def _compose_words(text: str, people: dict[str, str], rooms: dict[str, Channel]) -> str:
    escaped = BROADCAST.sub(r"<!\1>", escape(text))
    if people:
        # A name may be followed by a Korean particle, so only Latin letters and digits continue it.
        names = "|".join(re.escape(name) for name in sorted(people, key=len, reverse=True))
        pattern = rf"(?<![\w@<])@({names})(?![A-Za-z0-9_])"
        escaped = re.sub(pattern, lambda found: f"<@{people[found[1].lower()]}>", escaped, flags=re.IGNORECASE)
    if rooms:
        names = "|".join(re.escape(name) for name in sorted(rooms, key=len, reverse=True))
        pattern = rf"(?<![\w#&<])#({names})(?![\w-])"
        escaped = re.sub(
            pattern, lambda found: _channel_entity(rooms[found[1].lower()]), escaped, flags=re.IGNORECASE
        )
    return escaped


def _decompose_entity(entity: str, names: dict[str, str]) -> str:
    target, _, label = entity.partition("|")
    if target.startswith("@") and target[1:] in names:
        return f"@{names[target[1:]]}"
    if target.startswith("#") and label:
        return f"#{label}"
    if target.startswith("!") and not label and BROADCAST.fullmatch(f"@{target[1:]}"):
        return f"@{target[1:]}"
    return unescape(target) if target.startswith("http") and not label else f"<{entity}>"


def _channel_entity(channel: Channel) -> str:
    return f"<#{channel.id}|{channel.name}>"


def _entity_element(entity: str) -> Json:
    target, _, label = entity.partition("|")
    if target.startswith("@"):
        return {"type": "user", "user_id": target[1:]}
    if target.startswith("#"):
        return {"type": "channel", "channel_id": target[1:]}
    if target.startswith("!"):
        return {"type": "broadcast", "range": target[1:]}
    return {"type": "link", "url": unescape(target)} | ({"text": unescape(label)} if label else {})
