"""Which reports are due: decided from the calendar and from what was done, never from a timer that may have slept."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

from automation.jobs import FURTHEST, Job, days, shifted
from automation.past import AHEAD, LEAP, Past
from automation.reports.period import MONTHLY, WEEKLY, Period, last_complete

LATE = dt.timedelta(hours=2)
"""What is sent later than this says so, and why; what is not to be caught up with is left out."""
LOOK_BACK = dt.timedelta(days=400)
"""How far a machine that was off looks back: every month of a year, and every week."""

_YEAR = dt.timedelta(days=366)

SUPERSEDED, NOT_CAUGHT_UP = "只补发最近一期", "设置为不补发"
"""Why an occurrence was left out, as the record says it."""

IsWorkday = Callable[[dt.date], bool]


@dataclass(frozen=True, slots=True)
class Occurrence:
    """One report that is due: its ``name`` in ``REPORTS``, the ``period`` it is about, ``at`` when it fell due.

    ``note`` is the Chinese sentence that the mail owes its readers when it comes on another day than they expect;
    ``late``: because it was missed, ``why`` as far as is known. ``again``: when, by a clock that ran ahead, it was sent
    before its time.
    """

    name: str
    period: Period
    at: dt.datetime
    note: str = ""
    late: bool = False
    again: dt.datetime | None = None

    @property
    def key(self) -> tuple[str, str]:
        """What the journal keeps once it is queued: never again for this report and period."""
        return self.name, self.period.label


@dataclass(frozen=True, slots=True)
class Omission:
    """An occurrence that was missed and, by the dealership's settings, is not caught up with; ``why`` is Chinese."""

    occurrence: Occurrence
    why: str


@dataclass(frozen=True, slots=True)
class Due:
    """What the calendar asks for now: ``reports`` to send, oldest first, and what to put on record as left out.

    ``withheld``: what cannot be sent twice, and waits until it is certain that its day has come.
    """

    reports: tuple[Occurrence, ...] = ()
    omitted: tuple[Omission, ...] = ()
    withheld: tuple[Occurrence, ...] = ()


def due(
    now: dt.datetime,
    jobs: Sequence[Job],
    past: Past,
    is_workday: IsWorkday,
    *,
    newest: dt.datetime | None = None,
    sure: bool = False,
) -> Due:
    """STD-18 and its like: every occurrence once, whatever the machine and its clock did in between.

    What was done is never due again, also when the clock was set back. What was left out counts only as long as the
    clock is past the moment when that was decided: a clock that ran ahead decides nothing for good. What fell due
    before the first pass there ever was (``past.began``; ``None``: this is it) was somebody else's to send.

    What went before its time, by a clock that ran ahead, is due again on its day, unless it is final. What is final is
    withheld while the clock cannot be believed (:func:`believed`, given the ``newest`` entry), unless somebody is ``sure``.
    """
    first = max(_began(past, now), now - LOOK_BACK)
    reports: list[Occurrence] = []
    omitted: list[Omission] = []
    for job in jobs:
        occurrences = list(_occurrences(job, first, now, is_workday))
        for one in occurrences:
            again = ahead(one.key, job, past, now)
            if one.key in past.occurrences and not again:
                continue
            if one.key in past.omitted and past.omitted[one.key] <= now:
                continue
            late = now - one.at > LATE
            left_out = _left_out(job, one is occurrences[-1]) if late else ""
            if left_out and not again:
                omitted.append(Omission(one, left_out))
            elif not left_out:
                note = (_why_late(one, now, past) if late else one.note) + (_why_again(again) if again else "")
                reports.append(replace(one, late=late, note=note, again=again))
    reports.sort(key=lambda one: one.at)
    final = frozenset() if sure or believed(now, past, newest) else frozenset(job.name for job in jobs if job.final)
    return Due(
        tuple(one for one in reports if one.name not in final),
        tuple(omitted),
        tuple(one for one in reports if one.name in final),
    )


def _left_out(job: Job, newest: bool) -> str:
    """Why one that was missed is not caught up with; empty when it is."""
    if job.catch_up == "skip":
        return NOT_CAUGHT_UP
    return SUPERSEDED if job.catch_up == "latest" and not newest else ""


def ahead(key: tuple[str, str], job: Job, past: Past, now: dt.datetime) -> dt.datetime | None:
    """When it was sent, if that is still to come and it can be sent again."""
    sent = past.sent_at.get(key)
    return sent if sent is not None and sent > now + AHEAD and not job.final else None


def believed(now: dt.datetime, past: Past, newest: dt.datetime | None) -> bool:
    """Whether the day is certain: no leap since the passes before, or the ``newest`` entry of the workbook is of it.

    Without entries a leap is believed when the clock has gone on evenly for ``LEAP``: after a long holiday, too.
    """
    last = past.history.last
    if last is None or (newest is not None and dt.timedelta() <= now - newest <= LEAP):
        return True
    since = past.even_since if abs(now - last) <= LEAP else now
    return since is None or now - since >= LEAP


def _began(past: Past, now: dt.datetime) -> dt.datetime:
    """From when on the calendar is ours.

    A clock that was wrong at the first pass and corrected since must not hide what fell due in between, so the earliest
    time of any pass counts; but not one from years before (a computer whose battery is empty wakes up in 2000).
    """
    if past.began is None:
        return now
    limit = min(past.began, now) - _YEAR
    return min((at for at in past.starts if at >= limit), default=past.began)


def _occurrences(job: Job, first: dt.datetime, last: dt.datetime, is_workday: IsWorkday) -> Iterator[Occurrence]:
    """Those that fall due between the two, both included, in order."""
    room = dt.timedelta(days=FURTHEST)
    kind = MONTHLY if job.weekday is None else WEEKLY
    for day in days(job, first.date() - room, last.date() + room):
        moved = shifted(day, job.holiday, is_workday)
        at = dt.datetime.combine(moved, job.at)
        if first <= at <= last:
            period = last_complete(kind, dt.datetime.combine(day, job.at))
            yield Occurrence(job.name, period, at, _why_moved(day, moved))


def _why_moved(day: dt.date, moved: dt.date) -> str:
    if moved == day:
        return ""
    how = "提前到今天发出，数字统计到现在" if moved < day else "顺延到今天发出"
    return f"原定 {day:%m-%d} 发送，那天不是工作日，{how}。"


def _why_again(sent: dt.datetime) -> str:
    return f"电脑的时钟走快时（显示 {sent:%Y-%m-%d}），这一期提前发过一次，以现在这一份为准。"


def _why_late(one: Occurrence, now: dt.datetime, past: Past) -> str:
    """As far as is known: what went wrong at the time, that it could not be made, or that nobody was there to."""
    fault = next(
        (fault for fault in past.faults if fault.first <= min(one.at + LATE, now) and one.at <= fault.last), None
    )
    if fault:
        why = f"当时没能处理（{fault.words.rstrip('。')}）"
    elif past.history.last and one.at <= past.history.last <= now:
        why = "当时没能生成"
    else:
        why = "电脑当时没有运行"
    return f"补发：这一期（{one.period.words}）应在 {one.at:%Y-%m-%d %H:%M} 发出，{why}，现在补发，数字统计到现在。"
