"""The root messages of schedules' runs, and what owners are told of their schedules: each posted once."""

from slack_sdk.web.async_client import AsyncWebClient

from bot.schedule.book import timing_of
from bot.slack.block_kit import Block, context, date, section, sections
from bot.slack.channels import SlackChannels, direct_with
from bot.slack.marks import Mark, find_marked
from bot.slack.once import NotYet, post_once
from bot.slack.people import People
from bot.slack.timing_words import timing_words
from bot.slack.values import text_lines
from bot.slack.visible import escape_mrkdwn, visible
from bot.words.catalogue import Words, words_for
from storage.records import ConversationKey, Notice, NoticeKind, Run, ScheduleState

ROOT, NOTICE = "nod_run", "nod_notice"
"""The metadata of a run's root message, and of a notice, each with its number."""

SHOWN_PROMPT = 150
"""Characters of a prompt by which a notice says which schedule is meant."""


class RunPosts:
    """See bot.schedule.posting.Board. `bot` is Nod's bot id."""

    def __init__(self, client: AsyncWebClient, people: People, bot: str) -> None:
        self._client = client
        self._people = people
        self._channels = SlackChannels(client)
        self._bot = bot

    async def find(self, run: Run) -> str | None:
        return await find_marked(self._client, self._bot, run.place, run.began.timestamp(), _mark(run))

    async def admits(self, run: Run) -> bool:
        return await self._channels.admits(run.channel, run.owner)

    async def open(self, run: Run) -> str | None:
        words = words_for((await self._people.find(run.team, run.owner)).locale)
        text, blocks = words("run-root-plain", prompt=escape_mrkdwn(short(run.prompt))), root_blocks(run, words)
        return await self._post(run.place, _mark(run), "posting a schedule's run", text, blocks)

    async def tell(self, notice: Notice) -> None:
        person = await self._people.find(notice.schedule.team, notice.owner)
        channel = await direct_with(self._client, notice.owner)
        if channel is None:
            return
        key = ConversationKey(notice.schedule.team, channel, "")
        mark = Mark(NOTICE, {"notice": str(notice.id)})
        if await find_marked(self._client, self._bot, key, notice.at.timestamp(), mark) is None:
            words = words_for(person.locale)
            text = notice_text(notice, words)
            blocks = notice_blocks(notice, text, words)
            await self._post(key, mark, "telling a schedule's owner", text, blocks)

    async def _post(
        self, key: ConversationKey, mark: Mark, what: str, text: str, blocks: list[Block]
    ) -> str | None:
        try:
            return await post_once(self._client, self._bot, key, mark, what, text=text, blocks=blocks)
        except NotYet as error:
            raise LookupError from error


def root_blocks(run: Run, words: Words) -> list[Block]:
    """Build a run's root message: what is asked, and whose schedule it is. The mention has the owner follow the
    thread, in which a card may wait for them."""
    key = "run-by-hand" if run.by_hand else "run-of"
    return [
        *sections(text_lines(run.prompt)),
        context(words(key, user=f"<@{run.owner}>", due=date(run.due))),
    ]


def notice_text(notice: Notice, words: Words) -> str:
    """Say (mrkdwn, without the prompt) what became of a schedule."""
    schedule = notice.schedule
    paused = words("notice-paused") if schedule.state is ScheduleState.PAUSED else ""
    match notice.kind:
        case NoticeKind.MISSED:
            return words("notice-missed", due=date(notice.due or notice.at))
        case NoticeKind.TAKEN_OVER:
            return words("notice-taken-over", user=f"<@{schedule.owner}>")
        case NoticeKind.CHANNEL:
            told = words("notice-channel", channel=f"<#{schedule.channel}>")
        case NoticeKind.FAILURES:
            told = words("notice-failures")
        case NoticeKind.OWNER:
            told = words("notice-owner")
    return f"{told} {paused}".strip()


def notice_blocks(notice: Notice, text: str, words: Words) -> list[Block]:
    """Build a notice: below its words stands what is asked, or, because that is the new owner's to know, when and
    where."""
    schedule, blocks = notice.schedule, [section({"type": "mrkdwn", "text": text})]
    if notice.owner != schedule.owner:
        direct = schedule.channel.startswith("D")
        where = words("grant-direct") if direct else f"<#{schedule.channel}>"
        return [*blocks, context(f"{timing_words(timing_of(schedule), words)} · {where}")]
    prompt = short(schedule.prompt)
    return [*blocks, *(sections(text_lines(prompt)) if prompt else ())]


def short(prompt: str) -> str:
    """Write a prompt in one line, and its beginning alone where it is long."""
    line = " ".join(visible(prompt).split())
    return line if len(line) <= SHOWN_PROMPT else f"{line[:SHOWN_PROMPT]}…"


def _mark(run: Run) -> Mark:
    return Mark(ROOT, {"run": str(run.id)})
