"""The clock of the standard flow as the written process tells it: one ticket, one stage at a time, nothing clever.

Written from that page alone and slow on purpose. The product's clock must agree with it on every ticket. A ticket is a
dict of column → value (missing or ``None``: empty), so is an entry of a ledger or of 处理记录.

Where the page leaves something open, the decision taken stands as a comment beginning with "Decided:".
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

Row = Mapping[str, Any]

SAME_DAY = "same day"
NEXT_TUESDAY = "next Tuesday"

# The table of the written process: rule, stage, where the clock starts, where it stops, the limit.
STAGES: tuple[tuple[str, str, str, str, Any], ...] = (
    ("STD-01", "上报", "接收时间", "上报时间", dt.timedelta(hours=1)),
    ("STD-02", "填单", "上报时间", "填单时间", dt.timedelta(minutes=30)),
    ("STD-03", "编号", "填单时间", "编号时间", dt.timedelta(minutes=15)),
    ("STD-04", "责任认定", "填单时间", "转管理部时间", dt.timedelta(hours=24)),
    ("STD-05", "复核", "转管理部时间", "复核完成时间", dt.timedelta(hours=4)),
    ("STD-06", "报总经理", "复核完成时间", "总经理意见时间", dt.timedelta(hours=4)),
    ("STD-07", "执行", "总经理意见时间", "执行完成时间", dt.timedelta(hours=8)),
    ("STD-08", "转客服", "执行完成时间", "转客服时间", SAME_DAY),
    ("STD-09", "回访", "转客服时间", "回访时间", dt.timedelta(hours=24)),
    ("STD-10", "考核归档", "转客服时间", "归档时间", NEXT_TUESDAY),
)


@dataclass(frozen=True)
class Stage:
    """What is known of one stage. ``verdict`` is a Chinese word, with the reason behind a colon where one is told."""

    start: dt.datetime | None
    due: dt.datetime | None
    actual: dt.datetime | None
    verdict: str


@dataclass(frozen=True)
class Ticket:
    """The latest round of every stage by its rule, what stands in 当前环节, 截止时间, 状态, and the rounds of STD-04 before
    its latest, oldest first.
    """

    stages: dict[str, Stage]
    stage: str
    due: dt.datetime | None
    state: str
    before: tuple[Stage, ...] = ()


def judge(ticket: Row, ledgers: Sequence[Row], events: Sequence[Row], now: dt.datetime) -> Ticket:
    """Every stage of a ticket at ``now``. ``ledgers``: the entries of both 未了事宜台帐."""
    # Decided: nothing is done in the future. A time that has not come yet is a slip and counts as not filled in.
    ticket = {name: None if isinstance(cell, dt.datetime) and cell > now else cell for name, cell in ticket.items()}
    number = ticket.get("编号")
    items = [item for item in ledgers if number and item.get("编号") == number]
    events = [event for event in events if number and event.get("编号") == number]
    stages = {stage[0]: judge_stage(position, ticket, items, events, now) for position, stage in enumerate(STAGES)}
    told = standing(ticket, items, stages)
    return replace(told, before=tuple(judge_runs(ticket, items, events, now)))


# --- Dates without a time of day --------------------------------------------------------------------------------------


def day_alone(at: dt.datetime | None) -> bool:
    """Decided: 00:00:00 is how Excel keeps a date without a time, and nobody can tell it from a true midnight."""
    return at is not None and at.time() == dt.time(0, 0, 0)


def at_latest(at: dt.datetime) -> dt.datetime:
    """A date without a time may be any time of its day."""
    return at.replace(hour=23, minute=59, second=59) if day_alone(at) else at


def counts_from(start: dt.datetime) -> dt.datetime:
    """Decided: what starts on a day of which no time is known counts from the last minute of that day."""
    return last_minute(start) if day_alone(start) else start


def begun_and_done(
    start: dt.datetime | None, actual: dt.datetime | None
) -> tuple[dt.datetime | None, dt.datetime | None]:
    """Decided: an end that is a date was at the earliest instant of that day that is not before the start, and what was
    done on the very day of a start that is a date took no time. Both on one day are taken to be at its beginning.
    """
    if actual and start and day_alone(actual) and actual.date() == start.date():
        actual = start
    if start and day_alone(start):
        same_day = actual is not None and actual.date() == start.date()
        start = min(counts_from(start), actual) if same_day else counts_from(start)
    return start, actual


# --- The pending item (STD-12 to STD-17) ------------------------------------------------------------------------------


def is_open(items: Sequence[Row]) -> bool:
    """STD-15: the item stands in both ledgers. Decided: while one of them does not say 已了, it is open."""
    return any(item.get("状态") != "已了" for item in items)


def resolved_at(items: Sequence[Row]) -> dt.datetime | None:
    """STD-17: when the item was resolved, from which STD-04 counts anew."""
    days = [item["完成日期"] for item in items if item.get("完成日期")]
    if not days or is_open(items):
        return None
    later: dt.datetime = max(days)
    return later


def talk_by(items: Sequence[Row]) -> dt.datetime | None:
    """STD-16: by the 4th of each month the customer of an item of earlier months has been talked to."""
    came_in = [item["转入日期"] for item in items if item.get("转入日期")]
    talked = [item["最近沟通日期"] for item in items if item.get("最近沟通日期")]
    if not came_in and not talked:
        return None
    # Decided: the month counts in which the item first came in, or in which the customer was last talked to.
    last = max([*([min(came_in)] if came_in else []), *talked])
    year, month = (last.year, last.month + 1) if last.month < 12 else (last.year + 1, 1)
    return dt.datetime(year, month, 4, 23, 59)


def suspended(items: Sequence[Row], now: dt.datetime) -> list[tuple[dt.datetime, dt.datetime | None]]:
    """STD-12: from when to when the case was a pending item, ``None`` while it is, oldest first.

    Decided: an entry without the day it came in, or one that has not come yet, tells of no time; nor does one that is 已了
    on no day, or on one before it came in. What overlaps is one item: it stands in two ledgers.
    """
    found: list[tuple[dt.datetime, dt.datetime | None]] = []
    for item in sorted((item for item in items if item.get("转入日期")), key=lambda item: item["转入日期"]):
        came_in, done = item["转入日期"], item.get("完成日期") if item.get("状态") == "已了" else None
        if came_in > now or (item.get("状态") == "已了" and (not done or at_latest(done) < came_in)):
            continue
        if not found or (found[-1][1] is not None and at_latest(found[-1][1]) < came_in):
            found.append((came_in, done))
        else:
            first, until = found[-1]
            lasts = until is None or done is None
            found[-1] = (first, None if lasts else max(done, until, key=at_latest))  # type: ignore[arg-type, type-var]
    return found


# --- One stage --------------------------------------------------------------------------------------------------------


def restarts_at(ticket: Row, items: Sequence[Row]) -> dt.datetime | None:
    """STD-17 for STD-04: when the clock starts anew, if it does."""
    resolved = resolved_at(items)
    if resolved is None:
        return None
    form, handed_over = ticket.get("填单时间"), ticket.get("转管理部时间")
    # Decided: only a resolution after the form was filled in, and not after the form was handed over. Of dates without a
    # time: as late as it can have been, since that leaves more time.
    if form and at_latest(resolved) <= at_latest(form):
        return None
    if handed_over and at_latest(handed_over) < resolved:
        return None
    return resolved


def customer_not_reached(ticket: Row, events: Sequence[Row], start: dt.datetime, restart: dt.datetime | None) -> bool:
    """STD-04: whether 48 h hold. Decided: only with a failed contact on record within the first 24 h."""
    tried = [
        event["时间"]
        for event in events
        if event.get("时间") and event.get("事项") == "联系客户" and "未联系上" in (event.get("结果") or "")
    ]
    if ticket.get("联系结果") == "未联系上" and ticket.get("客户联系时间"):
        tried.append(ticket["客户联系时间"])
    in_time = [time for time in tried if time <= counts_from(start) + dt.timedelta(hours=24)]
    if restart:  # Decided: what was tried before the item was resolved says nothing about the 24 h after it
        in_time = [time for time in in_time if at_latest(time) >= restart]
    return bool(in_time)


def runs(
    ticket: Row, items: Sequence[Row], now: dt.datetime
) -> tuple[list[tuple[dt.datetime, dt.datetime]], dt.datetime | None]:
    """STD-04: the runs of its clock that ended with a pending item (start, end), and the start of the one after them.

    Decided: an item takes the place of the hand-over: what was late when the case became one stays late. An item of before
    the form ends nothing; after it the clock begins with its resolution. What the form was handed over during or before
    ends nothing either.
    """
    start, handed_over = ticket.get("填单时间"), ticket.get("转管理部时间")
    ended: list[tuple[dt.datetime, dt.datetime]] = []
    if start is None:
        return [], None
    for came_in, done in suspended(items, now):
        if handed_over and (done is None or at_latest(handed_over) < done):
            break
        if done and at_latest(done) <= at_latest(start):
            continue
        if at_latest(came_in) >= start:
            ended.append((start, came_in))
            start = done
        else:
            start = done or start
        if start is None:
            break
    return ended, start


def judge_runs(ticket: Row, items: Sequence[Row], events: Sequence[Row], now: dt.datetime) -> Iterator[Stage]:
    """The rounds of STD-04 before the latest. Decided: the longer limit counts in each by what was tried in it."""
    ended, _ = runs(ticket, items, now)
    for number, (start, end) in enumerate(ended):
        longer = customer_not_reached(ticket, events, start, start if number else None)
        due = due_at(dt.timedelta(hours=48 if longer else 24), counts_from(start))
        begun, done = begun_and_done(start, end)
        assert begun and done
        yield Stage(begun, due, done, "按时完成" if done <= due else "超时完成")


def last_minute(day: dt.datetime) -> dt.datetime:
    """Contract: 当日 ends at 23:59 of that day."""
    return day.replace(hour=23, minute=59, second=0)


def due_at(limit: Any, start: dt.datetime) -> dt.datetime:
    if limit == SAME_DAY:
        return last_minute(start)
    if limit == NEXT_TUESDAY:  # Decided: strictly after the day; from a Tuesday it is seven days on
        day = start + dt.timedelta(days=1)
        while day.isoweekday() != 2:
            day += dt.timedelta(days=1)
        return last_minute(day)
    due: dt.datetime = start + limit
    return due


def still_on_time(limit: Any, due: dt.datetime, moment: dt.datetime) -> bool:
    """Decided: exactly at due is on time; a limit that is a day holds until its last minute is over."""
    if limit in (SAME_DAY, NEXT_TUESDAY):
        return moment < due + dt.timedelta(minutes=1)
    return moment <= due


def later_stage_done(position: int, ticket: Row) -> bool:
    """Decided: 编号 proves nothing, the software gives the number as soon as it sees the ticket."""
    return any(ticket.get(stop) for rule, _, _, stop, _ in STAGES[position + 1 :] if rule != "STD-03")


def judge_stage(position: int, ticket: Row, items: Sequence[Row], events: Sequence[Row], now: dt.datetime) -> Stage:
    rule, _, start_column, stop_column, limit = STAGES[position]
    start, actual = ticket.get(start_column), ticket.get(stop_column)
    if rule == "STD-04":
        ended, again = runs(ticket, items, now)
        restart = restarts_at(ticket, items)
        if ended and not restart:
            start = restart = again
        start = restart or start
        if start and customer_not_reached(ticket, events, start, restart):
            limit = dt.timedelta(hours=48)
    due = due_at(limit, counts_from(start)) if start else None
    counted = counts_from(start) if start else None
    start, actual = begun_and_done(start, actual)

    def so(verdict: str) -> Stage:
        return Stage(start, due, actual, verdict)

    # STD-09: only if the customer manager marked it.
    if rule == "STD-09" and ticket.get("需回访") != "是":
        return so("无需")

    if actual:
        if not start and rule == "STD-03":
            return so("按时完成")  # Decided: numbered by the software before there was a form: cannot be late.
        if not start:
            return so("无法判定:起点缺失")
        if actual < start and rule != "STD-03":
            return so("无法判定:早于起点")
        return so("按时完成" if still_on_time(limit, due, actual) else "超时完成")

    if later_stage_done(position, ticket):
        return so("无法判定:漏填")
    if rule == "STD-04" and is_open(items):
        return so("暂停")
    # Suspended while the case is still being handled: a form sent back (STD-10) is being handled.
    if rule == "STD-09" and ticket.get("考核结果") == "退回":
        return so("暂停")
    if not start:
        # Decided: without 接收时间 nothing can be counted. The other stages have simply not been reached.
        return so("无法判定:起点缺失" if rule == "STD-01" else "未到")
    if not still_on_time(limit, due, now):
        return so("超时")
    # Contract: 临近 from three quarters of the limit on.
    if 4 * (now - counted) >= 3 * (due - counted):
        return so("临近")
    return so("进行中")


# --- The ticket -------------------------------------------------------------------------------------------------------

STATES = {"进行中": "正常", "未到": "正常", "临近": "临近", "超时": "超时", "暂停": "暂停"}


def standing(ticket: Row, items: Sequence[Row], stages: dict[str, Stage]) -> Ticket:
    """Contract: 当前环节 is the first stage not done, 截止时间 when it is due, 状态 how it stands."""
    if ticket.get("归档时间"):
        return Ticket(stages, "", None, "已办结")
    name, due, state = "", None, ""
    for rule, stage_name, *_ in STAGES:
        stage = stages[rule]
        if rule == "STD-01" and stage.verdict == "无法判定:起点缺失" and not stage.actual:
            name, due, state = stage_name, None, "暂停"
            break
        if stage.verdict in STATES:
            name, state = stage_name, STATES[stage.verdict]
            due = None if stage.verdict == "暂停" else stage.due
            break
    if is_open(items) and not ticket.get("转管理部时间"):
        return Ticket(stages, name, talk_by(items), "未了事宜")
    return Ticket(stages, name, due, state)
