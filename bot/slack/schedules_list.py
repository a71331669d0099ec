"""Somebody's schedules with their buttons: the answer to `/nod schedules`, and a part of the Home tab. Pure."""

from collections.abc import Sequence

from bot.schedule.book import timing_of
from bot.slack.block_kit import Block, button, context, date, plain, section, weight
from bot.slack.run_posts import short
from bot.slack.timing_words import timing_words
from bot.words.catalogue import Words
from storage.records import Pause, Schedule, ScheduleState

PAUSE, RESUME, RUN, DELETE = "schedule_pause", "schedule_resume", "schedule_run", "schedule_delete"

QUESTION = 290
"""Weight of Slack's second question, which may have 300 characters."""

LISTED = 15
"""Schedules of one message: three blocks each, and Slack takes 50."""

APART = 11
"""Schedules at most that a line stands between, which is a block more for each: a longer list is one of short
entries, and goes without."""


def schedules_list(schedules: Sequence[Schedule], user: str, words: Words, told: str = "") -> list[Block]:
    """Build the list, a person's own first; `told` is what came of the button that was pressed last."""
    blocks = [context(told)] if told else []
    title = "schedules-title" if schedules else "schedules-none"
    blocks.append(section({"type": "mrkdwn", "text": words(title)}))
    for place_in_list, schedule in enumerate(schedules[:LISTED]):
        if place_in_list and len(schedules) <= APART:
            blocks.append({"type": "divider"})
        blocks += _entry(schedule, user, words)
    if len(schedules) > LISTED:
        blocks.append(context(words("schedules-more", count=len(schedules) - LISTED)))
    return blocks


def place(schedule: Schedule, words: Words) -> str:
    """Name where a schedule's runs are posted (mrkdwn)."""
    return words("grant-direct") if schedule.channel.startswith("D") else f"<#{schedule.channel}>"


def _entry(schedule: Schedule, user: str, words: Words) -> list[Block]:
    lines = [
        words("schedule-number", number=str(schedule.id)),
        timing_words(timing_of(schedule), words),
        place(schedule, words),
        _state(schedule, words),
    ]
    if schedule.owner != user:
        lines.append(f"<@{schedule.owner}>")
    number = str(schedule.id)
    active = schedule.state is ScheduleState.ACTIVE
    row = [
        button(PAUSE, words("schedule-pause"), number)
        if active
        else button(RESUME, words("schedule-resume"), number),
        button(RUN, words("schedule-run"), number),
        {**button(DELETE, words("schedule-delete"), number), "style": "danger", "confirm": _sure(schedule, words)},
    ]
    return [
        section(plain(short(schedule.prompt))),
        context(" · ".join(lines)),
        {"type": "actions", "block_id": f"schedule_{number}", "elements": row},
    ]


def _state(schedule: Schedule, words: Words) -> str:
    if schedule.next_at is not None:
        return words("schedule-next", at=date(schedule.next_at))
    return words(f"schedule-paused-{(schedule.pause or Pause.BY_HAND).replace('_', '-')}")


def _sure(schedule: Schedule, words: Words) -> Block:
    named = f"{short(schedule.prompt)}\n{words('schedule-delete-text')}"
    return {
        "title": plain(words("schedule-delete-title")),
        "text": plain(named if weight(named) <= QUESTION else words("schedule-delete-text")),
        "confirm": plain(words("schedule-delete-yes")),
        "deny": plain(words("confirm-no")),
        "style": "danger",
    }
