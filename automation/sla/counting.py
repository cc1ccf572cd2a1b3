"""Which days and hours a limit was counted on, which it left out and why, and what a pause took out of it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np
import pandas as pd

from automation.sla import limits, pauses
from automation.sla.calendar import DAY, MOST_DAYS, Calendar, Counted, NoOpenTime
from automation.sla.pauses import Pause
from automation.sla.rules import Rule, Unit
from automation.sla.stages import StageClock
from automation.wording import span
from workbook.ledger import Ledger

WALL = (Unit.MINUTE, Unit.HOUR, Unit.DAY)
WORKING = (Unit.OPEN_HOUR, Unit.WORKDAY)
USED_UP = "时限已用完"
_MOST_RUNS = 8
_WEEKDAYS = "一二三四五六日"


@dataclass(frozen=True, slots=True)
class DayCounted:
    """One day between start and due time. ``seconds``: how much of it the limit counted (of working days: 0).

    ``counted`` is false where it was left out; ``why`` says what is special about it, empty on a plain day.
    """

    day: str
    counted: bool
    seconds: int
    why: str


@dataclass(frozen=True, slots=True)
class PauseExplained:
    """The clock stood still ``since`` … ``until`` (ISO 8601; empty while it lasts) with ``left`` of the limit to go."""

    since: str
    until: str
    left: str


def base_due(rule: Rule, stage: StageClock, at: int, ledger: Ledger, calendar: Calendar) -> np.datetime64:
    """When a stage would be due without any pause."""
    if rule.promised:
        promised: np.datetime64 = stage.due[at]
        return promised
    limit = rule.extension if stage.extended[at] else rule.limit
    plain = replace(rule, limit=limit, extension=None, condition=None)
    nobody = pd.DataFrame(index=[0])
    one = limits.ends(plain, stage.counted[at : at + 1], nobody, ledger, calendar)
    due: np.datetime64 = one.due[0]
    return due


def stood_still(
    rule: Rule, stage: StageClock, at: int, pending: Sequence[Pause], ledger: Ledger, calendar: Calendar
) -> tuple[PauseExplained, ...]:
    """The pauses that fell into a stage; ``pending``: those of this ticket alone, in order."""
    return tuple(_stood_still(rule, stage, at, pending, ledger, calendar))


def _stood_still(
    rule: Rule, stage: StageClock, at: int, pending: Sequence[Pause], ledger: Ledger, calendar: Calendar
) -> Iterator[PauseExplained]:
    start, actual = stage.counted[at : at + 1], stage.actual[at : at + 1]
    if np.isnat(start[0]):
        return
    due = np.array([base_due(rule, stage, at, ledger, calendar)])
    for pause in pending:
        begin, end = np.fmax(pause.begin, start), pause.end
        if np.isnat(pause.begin[0]) or end[0] <= start[0] or actual[0] <= begin[0]:
            continue
        yield PauseExplained(_iso(begin[0]), _iso(end[0]), _left(rule.unit, begin[0], due[0], calendar))
        due = pauses.shifted(due, rule, start, actual, (pause,), calendar)


def _left(unit: Unit, begin: np.datetime64, due: np.datetime64, calendar: Calendar) -> str:
    if np.isnat(due) or unit is Unit.NONE:
        return ""
    if due <= begin:
        return USED_UP
    one, other = np.array([begin]), np.array([due])
    if unit is Unit.WORKDAY:
        return f"{calendar.workdays_between(one, other)[0]}个工作日"
    if unit is Unit.OPEN_HOUR:
        return "营业时间 " + _length(int(calendar.open_between(one, other)[0]))
    return span(_moment(due) - _moment(begin))


def days(
    rule: Rule, start: np.datetime64, due: np.datetime64, still: Sequence[PauseExplained], calendar: Calendar
) -> tuple[DayCounted, ...]:
    """Day by day what the limit counted from start to due; empty where nothing is counted (当日 and 无) or known, or
    where the days would be too many to help anybody.
    """
    if rule.unit not in WALL + WORKING or np.isnat(start) or np.isnat(due):
        return ()
    first, last = _moment(start), _moment(due)
    if not first <= last < first + dt.timedelta(days=MOST_DAYS):
        return ()
    edges = [first]
    for pause in still:
        if pause.until and pause.left != USED_UP:
            edges += [dt.datetime.fromisoformat(pause.since), dt.datetime.fromisoformat(pause.until)]
    edges.append(last)
    spans = list(pairwise(edges))  # running, standing still, running …
    found: dict[str, DayCounted] = {}
    try:
        for begin, end in spans[1::2]:
            found |= {one.day.isoformat(): _not_counted(one) for one in calendar.account(begin, end)}
        for begin, end in spans[::2]:
            for one in _part(rule.unit, calendar, begin, end):
                known = found.setdefault(one.day, one)
                if known is not one and one.counted:
                    found[one.day] = replace(one, seconds=one.seconds + known.seconds)
    except NoOpenTime:
        return ()
    return tuple(found[day] for day in sorted(found))


def _not_counted(one: Counted) -> DayCounted:
    return DayCounted(one.day.isoformat(), False, 0, "停表")


def _part(unit: Unit, calendar: Calendar, start: dt.datetime, end: dt.datetime) -> Iterator[DayCounted]:
    for one in calendar.account(start, end):
        first = one.day == start.date()
        if unit is Unit.WORKDAY:
            counted = one.workday and not first
            yield DayCounted(one.day.isoformat(), counted, 0, "起算当天不计" if first else _as_day(one))
        elif unit is Unit.OPEN_HOUR:
            why = one.why or ("" if one.seconds else "这一天余下的时间不营业")
            yield DayCounted(one.day.isoformat(), one.seconds > 0, one.seconds, why)
        else:
            why = "" if one.workday else _as_day(one)
            yield DayCounted(one.day.isoformat(), True, _wall(one, start, end), why)


def _as_day(one: Counted) -> str:
    """Where hours do not matter, a day of rest is one although the doors are open."""
    return "休息日" if one.why == "休息日营业" else one.why


def _wall(one: Counted, start: dt.datetime, end: dt.datetime) -> int:
    midnight = dt.datetime.combine(one.day, dt.time())
    return int((min(end, midnight + dt.timedelta(days=1)) - max(start, midnight)).total_seconds())


def how(rule: Rule) -> str:
    """On which clock a rule counts."""
    if rule.promised:
        return "答应客户的时间"
    if rule.unit in WALL:
        return "自然时间，夜间、休息日、节假日都算"
    return {
        Unit.OPEN_HOUR: "营业时间，按“营业时间”“节假日”和国家法定节假日、调休计算",
        Unit.WORKDAY: "工作日，起算当天不计，按“节假日”和国家法定节假日、调休计算，截止到当天 23:59",
        Unit.SAME_DAY: "到当天 23:59",
    }.get(rule.unit, "到下一个周二 23:59" if rule.archives else "不设时限")


def in_words(rule: Rule, counted: Sequence[DayCounted]) -> Iterator[str]:
    """The days in two short lines: those counted, and those left out with the reason."""
    if rule.unit in WALL:
        special = [(one.day, one.why) for one in counted if one.why]
        if special and len(counted) > 1:
            yield f"其中照算：{_runs(special)}"
        return
    with_length = rule.unit is Unit.OPEN_HOUR
    taken = [
        (one.day, " ".join(part for part in (_length(one.seconds) if with_length else "", _note(one)) if part))
        for one in counted
        if one.counted
    ]
    if taken:
        many = f"{len(taken)} 天" if not with_length else _length(sum(one.seconds for one in counted))
        yield f"计入 {many}：{_runs(taken)}"
    left_out = [(one.day, one.why) for one in counted if not one.counted]
    if left_out:
        yield f"不计：{_runs(left_out)}"


def _note(one: DayCounted) -> str:
    return f"（{one.why}）" if one.why else ""


def _runs(told: Iterable[tuple[str, str]]) -> str:
    """``11-05 周四 4小时、11-09～11-13 8小时``: days on end with the same to say are one."""
    runs: list[tuple[dt.date, dt.date, str]] = []
    for day, text in told:
        date = dt.date.fromisoformat(day)
        if runs and runs[-1][2] == text and date - runs[-1][1] == dt.timedelta(days=1):
            runs[-1] = (runs[-1][0], date, text)
        else:
            runs.append((date, date, text))
    shown = [f"{_days(first, last)} {text}".rstrip().replace(" （", "（") for first, last, text in runs[:_MOST_RUNS]]
    more = sum((last - first).days + 1 for first, last, _ in runs[_MOST_RUNS:])
    return "、".join(shown) + (f"……另 {more} 天" if more else "")


def _days(first: dt.date, last: dt.date) -> str:
    one = f"{first:%m-%d} 周{_WEEKDAYS[first.weekday()]}"
    return one if first == last else f"{first:%m-%d}～{last:%m-%d}"


def _length(seconds: int) -> str:
    """``8小时``, ``4小时30分钟``, ``26小时``: hours do not become days, since a working day has not 24 of them."""
    minutes, rest = divmod(seconds, 60)
    hours, minutes = divmod(minutes, 60)
    told = (f"{hours}小时" if hours else "") + (f"{minutes}分钟" if minutes else "")
    return told or (f"{rest}秒" if rest else "0")


def provisional(rule: Rule, due: np.datetime64, calendar: Calendar) -> bool:
    """Whether a deadline in working time lies where the holidays are not published yet (CAL-03)."""
    return (
        rule.unit in WORKING
        and not np.isnat(due)
        and bool(due >= np.datetime64(calendar.published_until, "s") + np.timedelta64(DAY, "s"))
    )


def _moment(instant: np.datetime64) -> dt.datetime:
    moment = instant.astype("M8[s]").item()
    assert isinstance(moment, dt.datetime)
    return moment


def _iso(moment: np.datetime64) -> str:
    return "" if np.isnat(moment) else pd.Timestamp(moment).isoformat(timespec="seconds")
