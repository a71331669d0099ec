"""An answer that only its asker saw goes into the channel, at the asker's click."""

from collections.abc import Mapping
from typing import Any

from slack_bolt.context.ack.async_ack import AsyncAck

from bot.slack.cards import markdown_blocks, shared_answer
from bot.slack.clicks import Pressed, on_message
from bot.slack.seams import seam
from bot.slack.visible import defused
from bot.slack.whisper import Whisper
from bot.words.catalogue import Words
from storage.ports import History


class Sharing:
    def __init__(self, history: History, whisper: Whisper) -> None:
        self._history = history
        self._whisper = whisper
        self._shared: set[int] = set()

    async def share(self, ack: AsyncAck, body: Mapping[str, Any]) -> None:
        """Post an answer into the channel, once; only what this person asked and was answered is theirs. Who
        presses again while it is being posted, or before the button has gone, is told so."""
        await ack()
        pressed = on_message(body)
        words, turn = await self._whisper.words(pressed), pressed.number
        answer = await self._history.answer(turn)
        if answer is None or answer[0] != pressed.user:
            await self._whisper.answer(pressed, words("answer-gone"))
            return
        if turn in self._shared:
            await self._whisper.answer(pressed, words("answer-share-again"))
            return
        self._shared.add(turn)
        user, question, markdown = answer
        shared = await self._post(pressed, user, question, defused(markdown), words)
        if not shared:
            self._shared.discard(turn)
        told = "answer-shared" if shared else "answer-not-shared" if shared is False else "answer-share-unsure"
        await self._whisper.respond(pressed, words(told), response_type="ephemeral", replace_original=bool(shared))

    async def _post(self, pressed: Pressed, user: str, question: str, markdown: str, words: Words) -> bool | None:
        """Post in as many messages as the answer needs; a response_url takes five in all. None if nobody can tell
        whether all of it stands there."""
        piece, rest = _parted(markdown)
        blocks = shared_answer(user, question, piece, words)
        respond = self._whisper.respond
        whole = await respond(pressed, piece, response_type="in_channel", blocks=blocks, replace_original=False)
        for _ in range(3):
            if whole and rest:
                piece, rest = _parted(rest)
                blocks = markdown_blocks(piece)
                whole = await respond(
                    pressed, piece, response_type="in_channel", blocks=blocks, replace_original=False
                )
        return False if whole and rest else whole


def _parted(markdown: str) -> tuple[str, str]:
    """Return what one message takes, and the rest."""
    cut = seam("", markdown, ended=True)
    return (cut.piece + cut.closing, cut.opening + cut.rest) if cut else (markdown, "")
