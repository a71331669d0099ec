"""Making, changing and ending schedules: who may, what is possible, and what to do instead where it is not."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import islice
from typing import Protocol

from bot.schedule.places import Channel, Channels, is_told, plain_name, shown_name
from bot.words.catalogue import words_by_language
from functions.errors import FunctionProblem, Unavailable
from functions.schedule_book import PRIVATE, Asker, Planned, Wish
from functions.timing import BadTime, Timing, check, next_run, read, runs
from storage.ports import Schedules
from storage.records import NewSchedule, Pause, Refused, Schedule, ScheduleState

SHOWN_RUNS = 3
"""Coming runs that people and the model are shown."""


class Admins(Protocol):
    async def is_admin(self, team: str, user: str) -> bool | None:
        """Whether a person is an administrator of the workspace. None, which is no yes, if it cannot say now."""
        ...


@dataclass(frozen=True)
class Limits:
    """`least` is the shortest time between two runs; the rest are numbers of schedules that have not ended."""

    least: timedelta = timedelta(minutes=15)
    of_person: int = 20
    of_team: int = 200


class Book:
    """See functions.schedule_book.ScheduleBook. `wake` is called when something may be due at another time;
    `may_run` tells whether the rules let a person's schedules run in a channel, None if nobody can say now."""

    def __init__(
        self,
        schedules: Schedules,
        channels: Channels,
        admins: Admins,
        clock: Callable[[], datetime],
        limits: Limits,
        wake: Callable[[], None],
        may_run: Callable[[str, str], Awaitable[bool | None]] | None = None,
    ) -> None:
        self._schedules = schedules
        self._channels = channels
        self._admins = admins
        self._clock = clock
        self._limits = limits
        self._wake = wake
        self._may_run = may_run

    async def check_new(self, asker: Asker, wish: Wish) -> None:
        self._possible(wish.when or "", asker)
        await self._channel(wish.channel, asker)
        if len(await self._schedules.listed(asker.team, asker.id)) >= self._limits.of_person:
            raise FunctionProblem(self._too_many(Refused.PERSON_HAS_TOO_MANY))

    async def plan(self, asker: Asker, wish: Wish) -> Planned:
        timing, channel = _read(wish.when or "", asker), await self._channel(wish.channel, asker)
        return Planned(
            schedule_id=0,
            prompt=wish.prompt or "",
            when=timing.rule,
            timezone=timing.zone,
            channel=shown_name(channel),
            owner=asker.id,
            yours=True,
            state=ScheduleState.ACTIVE,
            runs=self._runs(timing),
        )

    async def create(self, asker: Asker, wish: Wish, action_id: str) -> Planned:
        made: Schedule | Refused | None = await self._schedules.made_by(action_id)
        if made is None:
            timing, channel = self._possible(wish.when or "", asker), await self._channel(wish.channel, asker)
            now = self._clock()
            new = NewSchedule(
                made_by=action_id,
                team=asker.team,
                owner=asker.id,
                channel=channel.id,
                prompt=wish.prompt or "",
                rule=timing.rule,
                zone=timing.zone,
                next_at=self._runs(timing)[0],
            )
            limits = self._limits
            made = await self._schedules.create(
                new, now, most_of_person=limits.of_person, most_of_team=limits.of_team
            )
        if isinstance(made, Refused):
            raise FunctionProblem(self._too_many(made))
        self._wake()
        # as it was said here
        return (await self._planned(replace(asker, place=made.channel), [made]))[0]

    async def listed(self, asker: Asker) -> list[Planned]:
        return await self._planned(asker, await self.of(asker.team, asker.id))

    async def known(self, asker: Asker, schedule_id: int) -> Planned:
        return (await self._planned(asker, [await self._theirs(asker, schedule_id)]))[0]

    async def check_change(self, asker: Asker, schedule_id: int, wish: Wish) -> None:
        changed = await self._changed(asker, await self._theirs(asker, schedule_id), wish)
        if wish.when is not None:
            self._possible(wish.when, asker)
        if changed.state is ScheduleState.ACTIVE and changed.next_at is None:
            raise FunctionProblem(words_by_language("book-passed"), field="when")

    async def replan(self, asker: Asker, schedule_id: int, wish: Wish) -> Planned:
        changed = await self._changed(asker, await self._theirs(asker, schedule_id), wish)
        return (await self._planned(asker, [changed]))[0]

    async def update(self, asker: Asker, schedule_id: int, wish: Wish, action_id: str) -> Planned:
        before = await self._theirs(asker, schedule_id, action_id)
        if before.changed_by != action_id:
            await self.check_change(asker, schedule_id, wish)
            new = replace(await self._changed(asker, before, wish), changed_by=action_id)
            before = await self._kept(new, before, asker.id)
        return (await self._planned(asker, [before]))[0]

    async def cancel(self, asker: Asker, schedule_id: int, action_id: str) -> Planned:
        before = await self._theirs(asker, schedule_id, action_id)
        if before.changed_by != action_id:
            await self._kept(replace(ended(before), changed_by=action_id), before, asker.id)
        return (await self._planned(asker, [ended(before)]))[0]

    # ── at a button ─────────────────────────────────────────────────────────────────────────────────────────

    async def of(self, team: str, user: str) -> list[Schedule]:
        """Return a person's schedules, and for an administrator those of all others behind them."""
        everybody = bool(await self._admins.is_admin(team, user))
        listed = await self._schedules.listed(team, None if everybody else user)
        return sorted(listed, key=lambda schedule: (schedule.owner != user, schedule.id))

    async def press(self, schedule_id: int, deed: str, team: str, user: str) -> str:
        """Do what a button says (`pause`, `resume`, `run`, `delete`); the word for what came of it: the same word,
        or `gone`, `not_yours`, `unsure` (Slack does not say now), `running`, `over`."""
        found = await self._schedules.get(schedule_id)
        if found is None or found.team != team or found.state is ScheduleState.ENDED:
            return "gone"
        if found.owner != user and not (admin := await self._admins.is_admin(team, user)):
            return "unsure" if admin is None else "not_yours"
        match deed:
            case "run":
                run = await self._schedules.run_now(schedule_id, user, self._clock())
                self._wake()
                return "running" if run is None else deed
            case "pause" if found.state is ScheduleState.ACTIVE:
                paused = replace(found, state=ScheduleState.PAUSED, pause=Pause.BY_HAND, next_at=None)
                new, event = paused, "schedule_paused"
            case "resume" if found.state is ScheduleState.PAUSED:
                resumed = self.resumed(found)
                if resumed is None:
                    return "over"
                new, event = resumed, "schedule_resumed"
            case "delete":
                new, event = ended(found), "schedule_deleted"
            case _:
                return deed  # it is so
        if await self._schedules.change(new, event, user, self._clock(), seen=found) is None:
            return await self.press(schedule_id, deed, team, user)  # somebody was faster: look again
        self._wake()
        return deed

    def resumed(self, schedule: Schedule) -> Schedule | None:
        """Return a schedule as it goes on from now; None if its one time has passed."""
        next_at = next_run(timing_of(schedule), self._clock())
        if next_at is None:
            return None
        return replace(schedule, state=ScheduleState.ACTIVE, pause=None, failures=0, next_at=next_at)

    # ── what is possible ────────────────────────────────────────────────────────────────────────────────────

    def _possible(self, when: str, asker: Asker) -> Timing:
        timing = _read(when, asker)
        try:
            check(timing, self._clock(), self._limits.least)
        except BadTime as error:
            raise FunctionProblem(error.words, field="when") from error
        return timing

    async def _channel(self, named: str | None, asker: Asker) -> Channel:
        """Find the channel that is meant: one that Nod is in, and, where not everybody may come in, the asker."""
        found = await self._found(named, asker)
        allowed = self._may_run is None or await self._may_run(asker.id, found.id)
        if allowed is None:
            raise Unavailable(words_by_language("book-unsaid"))
        if not allowed:
            raise FunctionProblem(words_by_language("book-not-allowed"), field="channel")
        return found

    async def _found(self, named: str | None, asker: Asker) -> Channel:
        wanted = plain_name(named or asker.place)
        try:
            if wanted.startswith("D") and wanted == await self._channels.direct(asker.id):
                return Channel(wanted, "")
            joined = await self._channels.joined()
            found = next((each for each in joined if wanted in (each.id, each.name)), None)
            known = found is not None and (
                not found.private or await self._channels.has_member(found.id, asker.id)
            )
        except LookupError as error:
            raise Unavailable(words_by_language("book-unsaid")) from error
        if found is None or not known:
            key = "book-no-channel" if named else "book-not-here"
            raise FunctionProblem(words_by_language(key), field="channel")
        return found

    async def _theirs(self, asker: Asker, schedule_id: int, action_id: str = "") -> Schedule:
        """Find a schedule that somebody may change; one that this action has ended counts."""
        found = await self._schedules.get(schedule_id)
        over = found is None or (found.state is ScheduleState.ENDED and found.changed_by != (action_id or None))
        if found is None or over or found.team != asker.team:
            raise FunctionProblem(words_by_language("book-not-there"), field="schedule_id")
        admin = found.owner == asker.id or await self._admins.is_admin(asker.team, asker.id)
        if admin is None:
            raise Unavailable(words_by_language("book-unsaid"))
        if not admin:
            raise FunctionProblem(words_by_language("book-not-there"), field="schedule_id")
        return found

    async def _changed(self, asker: Asker, before: Schedule, wish: Wish) -> Schedule:
        """Return a schedule as it would be, active without a `next_at` where its time has passed.

        What is asked is asked in its owner's name: so who says it anew owns it, an administrator too.
        """
        said = (wish.prompt, wish.when, wish.channel)
        if said == (None, None, None) and wish.paused is None:
            raise FunctionProblem(words_by_language("book-nothing"))
        new = before
        if any(each is not None for each in said):
            new = replace(new, owner=asker.id)
        if wish.prompt is not None:
            new = replace(new, prompt=wish.prompt)
        if said != (None, None, None):  # people leave channels
            new = replace(new, channel=(await self._channel(wish.channel or before.channel, asker)).id)
        if wish.when is not None:
            timing = _read(wish.when, asker)
            new = replace(new, rule=timing.rule, zone=timing.zone, failures=0)
        if wish.paused or (wish.paused is None and before.state is ScheduleState.PAUSED):
            pause = Pause.BY_HAND if wish.paused else before.pause
            return replace(new, state=ScheduleState.PAUSED, pause=pause, next_at=None)
        if wish.when is None and before.state is ScheduleState.ACTIVE:
            return new  # due when it was, also if that is now
        return replace(
            new, state=ScheduleState.ACTIVE, pause=None, next_at=next_run(timing_of(new), self._clock())
        )

    async def _kept(self, new: Schedule, seen: Schedule, actor: str) -> Schedule:
        kept = await self._schedules.change(new, "schedule_changed", actor, self._clock(), seen=seen)
        if kept is None:
            raise FunctionProblem(words_by_language("book-same-moment"))
        self._wake()
        return kept

    def _too_many(self, refused: Refused) -> dict[str, str]:
        if refused is Refused.PERSON_HAS_TOO_MANY:
            return words_by_language("book-full", most=str(self._limits.of_person))
        return words_by_language("book-team-full", most=str(self._limits.of_team))

    # ── as it is told ───────────────────────────────────────────────────────────────────────────────────────

    async def _planned(self, asker: Asker, schedules: list[Schedule]) -> list[Planned]:
        known = await self._known() if any(not each.channel.startswith("D") for each in schedules) else {}
        return [
            Planned(
                schedule_id=each.id,
                prompt=each.prompt if is_told(asker, each, known) else "",
                when=each.rule,
                timezone=each.zone,
                channel=shown_name(known.get(each.channel, Channel(each.channel, "")))
                if is_told(asker, each, known)
                else PRIVATE,
                owner=each.owner,
                yours=each.owner == asker.id,
                state=each.state,
                runs=self._runs(timing_of(each)) if each.state is ScheduleState.ACTIVE else (),
            )
            for each in schedules
        ]

    async def _known(self) -> dict[str, Channel]:
        try:
            return {channel.id: channel for channel in await self._channels.joined()}
        except LookupError:
            return {}

    def _runs(self, timing: Timing) -> tuple[datetime, ...]:
        return tuple(islice(runs(timing, self._clock()), SHOWN_RUNS))


def _read(when: str, asker: Asker) -> Timing:
    try:
        return read(when, asker.timezone)
    except BadTime as error:
        raise FunctionProblem(error.words, field="when") from error


def timing_of(schedule: Schedule) -> Timing:
    return Timing(schedule.rule, schedule.zone)


def ended(schedule: Schedule) -> Schedule:
    return replace(schedule, state=ScheduleState.ENDED, pause=None, next_at=None)
