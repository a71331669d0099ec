"""Schedules: what somebody wants done again and again, or once at a later time."""

from dataclasses import dataclass
from typing import Annotated
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, Field

from functions.context import Context
from functions.contract import Label, function
from functions.errors import FunctionProblem
from functions.preview import Preview
from functions.schedule_book import DIRECT, PRIVATE, Asker, Planned, ScheduleBook, Wish
from functions.sentences import Sentence
from functions.timing import MAX_WHEN, BadTime, is_zone, syntax

MAX_PROMPT = 2_000
UNTOLD = "(Told in a direct message only, or by /nod schedules.)"

SHOWN_PROMPT, SHOWN_WHEN, SHOWN_CHANNEL = 80, 60, 50
"""Characters of each in what says which schedule is meant."""

TASK = Label(en="What to do", ko="할 일")
TIME = Label(kind="timing", en="When", ko="언제")
PLACE = Label(en="Channel", ko="채널")
OWNER = Label(en="Made by", ko="만든 사람")

NAMELESS = {
    DIRECT: {"en": DIRECT, "ko": "Nod와의 다이렉트 메시지"},
    PRIVATE: {"en": PRIVATE, "ko": "비공개"},
}
"""How a card names a channel that has no name; the others begin with `#`."""


@dataclass(frozen=True)
class Schedule:
    """A schedule as the model is told it; `next_runs` in its own time zone."""

    schedule_id: int
    prompt: str
    when: str
    timezone: str
    channel: str
    owner: str
    state: str
    next_runs: tuple[str, ...]


@dataclass(frozen=True)
class Schedules:
    now: str
    timezone: str
    schedules: tuple[Schedule, ...]


def _prompt(text: str) -> str:
    text = text.strip()
    if not 1 <= len(text) <= MAX_PROMPT:
        raise FunctionProblem(
            {"en": f"Write 1 to {MAX_PROMPT} characters.", "ko": f"1~{MAX_PROMPT}자로 입력해 주세요."}
        )
    return text


def _syntax(text: str) -> str:
    try:
        return syntax(text)
    except BadTime as error:
        raise FunctionProblem(error.words) from error


PROMPT = Annotated[str, AfterValidator(_prompt)]
WHEN = Annotated[str, Field(max_length=MAX_WHEN), AfterValidator(_syntax)]
CHANNEL = Annotated[str, Field(min_length=1, max_length=120)]
ScheduleId = Annotated[
    int,
    Field(ge=1, le=2**31 - 1, description="The schedule's id, as list_schedules gives it"),
    Label(en="Schedule", ko="일정 번호"),
]
ABOUT_WHEN = (
    "Five cron fields (minute hour day month weekday; 0 or 7 is Sunday), such as `0 9 * * 1-5` for weekdays at "
    "nine, or one ISO 8601 time such as 2026-07-04T09:00. In the person's own time zone, unless another one "
    "follows, such as `0 9 * * 1-5 Europe/Berlin`"
)


async def _check_create(context: Context, prompt: str, when: str, channel: str | None) -> None:
    await _book(context).check_new(_asker(context), Wish(prompt, when, channel))


async def _preview_create(context: Context, prompt: str, when: str, channel: str | None) -> Preview:
    then = await _book(context).plan(_asker(context), Wish(prompt, when, channel))
    return Preview(then=_when_and_where(then), runs=then.runs)


@function(
    idempotent=True,
    attended=True,
    title={"en": "Make a schedule", "ko": "일정 만들기"},
    preview=_preview_create,
    check=_check_create,
)
async def create_schedule(
    context: Context,
    prompt: Annotated[
        PROMPT,
        Field(
            description="What to do at each run, in the person's own words and language, without when and where"
        ),
        TASK,
    ],
    when: Annotated[WHEN, Field(description=ABOUT_WHEN), TIME],
    channel: Annotated[
        CHANNEL | None,
        Field(description="Channel in which each run is posted, such as #team; null for this one"),
        PLACE,
    ] = None,
) -> Schedule:
    """Have something done again and again, or once later: each run is posted as a new thread in a channel.

    For a time that is relative to now ("tomorrow at nine") call list_schedules first: it tells the present time.
    """
    return _told(await _book(context).create(_asker(context), Wish(prompt, when, channel), _action(context)))


@function(read_only=True, title={"en": "Look up schedules", "ko": "일정 조회"})
async def list_schedules(context: Context) -> Schedules:
    """List the person's schedules with their ids and next runs, and tell the present time in their time zone."""
    asker = _asker(context)
    listed = await _book(context).listed(asker)
    zone = asker.timezone if is_zone(asker.timezone) else "UTC"
    now = context.clock().astimezone(ZoneInfo(zone))
    return Schedules(f"{now:%A}, {now.isoformat(timespec='minutes')}", zone, tuple(map(_told, listed)))


async def _check_update(
    context: Context,
    schedule_id: int,
    prompt: str | None,
    when: str | None,
    channel: str | None,
    paused: bool | None,
) -> None:
    await _book(context).check_change(_asker(context), schedule_id, Wish(prompt, when, channel, paused))


async def _preview_update(
    context: Context,
    schedule_id: int,
    prompt: str | None,
    when: str | None,
    channel: str | None,
    paused: bool | None,
) -> Preview:
    book, asker = _book(context), _asker(context)
    now = await book.known(asker, schedule_id)
    then = await book.replan(asker, schedule_id, Wish(prompt, when, channel, paused))
    return Preview(now=_which(now), then=_when_and_where(then), runs=then.runs)


@function(
    idempotent=True,
    attended=True,
    title={"en": "Change a schedule", "ko": "일정 변경"},
    preview=_preview_update,
    check=_check_update,
)
async def update_schedule(
    context: Context,
    schedule_id: ScheduleId,
    prompt: Annotated[PROMPT | None, Field(description="What to do instead, or null"), TASK] = None,
    when: Annotated[WHEN | None, Field(description=f"{ABOUT_WHEN}; or null"), TIME] = None,
    channel: Annotated[CHANNEL | None, Field(description="Another channel, or null"), PLACE] = None,
    paused: Annotated[
        bool | None,
        Field(description="True to pause, false to go on, or null"),
        Label(en="Paused", ko="일시 중지"),
    ] = None,
) -> Schedule:
    """Change, pause or resume a schedule; give only what changes. Needs its id: call list_schedules first."""
    wish = Wish(prompt, when, channel, paused)
    return _told(await _book(context).update(_asker(context), schedule_id, wish, _action(context)))


async def _check_cancel(context: Context, schedule_id: int) -> None:
    await _book(context).known(_asker(context), schedule_id)


async def _preview_cancel(context: Context, schedule_id: int) -> Preview:
    return Preview(now=_which(await _book(context).known(_asker(context), schedule_id)))


@function(
    destructive=True,
    idempotent=True,
    attended=True,
    title={"en": "Delete a schedule", "ko": "일정 삭제"},
    preview=_preview_cancel,
    check=_check_cancel,
)
async def cancel_schedule(context: Context, schedule_id: ScheduleId) -> Schedule:
    """Delete a schedule for good. Needs its id: call list_schedules first."""
    return _told(await _book(context).cancel(_asker(context), schedule_id, _action(context)))


def _book(context: Context) -> ScheduleBook:
    if context.schedules is None:
        raise FunctionProblem({"en": "There are no schedules here.", "ko": "여기서는 일정을 쓸 수 없습니다."})
    return context.schedules


def _asker(context: Context) -> Asker:
    person = context.requester
    return Asker(person.team, person.id, person.timezone, context.place)


def _action(context: Context) -> str:
    if context.action_id is None:
        raise FunctionProblem("A schedule is made and changed by a confirmed action only.")
    return context.action_id


def _which(planned: Planned) -> dict[Label, Sentence]:
    """Say which schedule is meant, shortly: a preview that is too long is left out."""
    task = " ".join(planned.prompt.split())
    asked: dict[Label, Sentence] = {TASK: _cut(task, SHOWN_PROMPT)} if task else {}
    return {**asked, **_when_and_where(planned), **({} if planned.yours else {OWNER: planned.owner})}


def _when_and_where(planned: Planned) -> dict[Label, Sentence]:
    """Say when, by whose clock, and where."""
    when = f"{_cut(planned.when, SHOWN_WHEN)} ({planned.timezone})"
    return {TIME: when, PLACE: NAMELESS.get(planned.channel) or _cut(planned.channel, SHOWN_CHANNEL)}


def _cut(text: str, most: int) -> str:
    return text if len(text) <= most else f"{text[:most]}…"


def _told(planned: Planned) -> Schedule:
    zone = ZoneInfo(planned.timezone)
    return Schedule(
        schedule_id=planned.schedule_id,
        prompt=planned.prompt or UNTOLD,
        when=planned.when,
        timezone=planned.timezone,
        channel=planned.channel,
        owner="the person who asks" if planned.yours else planned.owner,
        state=planned.state,
        next_runs=tuple(at.astimezone(zone).isoformat(timespec="minutes") for at in planned.runs),
    )
