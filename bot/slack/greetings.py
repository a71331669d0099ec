"""What Nod says to somebody who only called."""

from bot.slack.visible import escape_mrkdwn, visible
from bot.words.catalogue import Words
from functions.context import Person


def greeting(person: Person, words: Words) -> str:
    """Say hello, by name if there is one."""
    return words("greeting", name=escape_mrkdwn(visible(person.name))) if person.name else words("greeting-plain")
