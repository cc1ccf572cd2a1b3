"""The clock of the eight other flows as the written process tells it: one ticket, one entry at a time, nothing clever.

Written from that page, from the contract of the workbook and from the rows of the default rules, which are used as data;
slow on purpose. The product's clock must agree with it on every round of every stage of every ticket. A ticket is a dict of column → value
(missing or ``None``: empty), so is an entry of 处理记录, of 重大质量事故 or of a ledger of pending items. What happened to
a case is laid out in the order of time, and walked through.

Where the page leaves something open, the decision taken stands as a comment beginning with "Decided:".
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from automation.sla.defaults import DEFAULT_RULES
from tests.sla.calendar_reference import is_workday
from tests.sla.reference import Stage, at_latest, begun_and_done, counts_from, last_minute, talk_by

Row = Mapping[str, Any]
RECORDS, ACCIDENTS = "处理记录", "重大质量事故"
DAY, MINUTE = dt.timedelta(days=1), dt.timedelta(minutes=1)
SPANS = {"分钟": MINUTE, "小时": dt.timedelta(hours=1), "天": DAY}
FILED = "归档时间"


def rows_of(flow: str) -> list[Row]:
    """The rules of a flow as 规则 shows them, in their order."""
    return [row for row in DEFAULT_RULES if row["流程"] == flow]


@dataclass(frozen=True)
class Happening:
    """Something that may start or stop a clock: when, and where it stands among what happened at the same instant.

    ``first`` and ``last``: of a date without a time the first and the last instant of the day.
    """

    first: dt.datetime
    last: dt.datetime
    order: int

    @property
    def day(self) -> bool:
        return self.first != self.last


@dataclass
class Round:
    """A clock that was started by something, and stopped by something unless it still runs."""

    begun: Happening | None
    done: Happening | None = None

    @property
    def counted(self) -> dt.datetime | None:
        """From when its limit counts."""
        return counts_from(self.begun.first) if self.begun else None

    @property
    def start(self) -> dt.datetime | None:
        return self._settled[0]

    @property
    def actual(self) -> dt.datetime | None:
        return self._settled[1]

    @property
    def _settled(self) -> tuple[dt.datetime | None, dt.datetime | None]:
        return begun_and_done(self.begun and self.begun.first, self.done and self.done.first)


@dataclass
class Course:
    """What became of a stage: its rounds, oldest first, one without a start where only the end is known."""

    rounds: list[Round] = field(default_factory=list)
    needed: bool = True

    @property
    def begun(self) -> Happening | None:
        return self.rounds[-1].begun if self.rounds else None

    @property
    def done(self) -> Happening | None:
        return self.rounds[-1].done if self.rounds else None


@dataclass(frozen=True)
class Case:
    """Every round of every stage by its rule, and what stands in 当前环节, 截止时间, 状态."""

    stages: dict[str, list[Stage]]
    stage: str
    due: dt.datetime | None
    state: str


@dataclass(frozen=True)
class Facts:
    """One ticket and everything that stands about it elsewhere."""

    ticket: Row
    records: Sequence[tuple[int, Row]]
    accidents: Sequence[tuple[int, Row]]
    items: Sequence[Row]
    now: dt.datetime


def judge(flow: str, facts: Facts) -> Case:
    """Every stage of a ticket of a flow at ``now``."""
    # Decided: nothing is done in the future. A time that has not come yet is a slip and counts as not filled in.
    now = facts.now
    ticket = {name: None if isinstance(at, dt.datetime) and at > now else at for name, at in facts.ticket.items()}
    facts = Facts(ticket, facts.records, facts.accidents, facts.items, now)
    rules = rows_of(flow)
    courses = walk(rules, facts)
    closed = is_filed(rules, facts)
    pauses = breaks(facts)
    stages: dict[str, list[Stage]] = {}
    for position, rule in enumerate(rules):
        if rule["终点"] == FILED:
            courses[position] = filing(courses, stages, rules, facts, closed)
        told = [
            judge_round(rules, courses, position, number, closed, pauses, facts)
            for number in range(max(1, len(courses[position].rounds)))
        ]
        stages[rule["规则号"]] = told
    return standing(rules, stages, facts, closed)


# --- What happened ----------------------------------------------------------------------------------------------------


def split(event: str) -> tuple[str, list[str], str]:
    """``处理记录:答复客户、升级二级=…`` → sheet, words, what 结果 must say; a column of the register has no sheet."""
    event = event.replace("\N{FULLWIDTH COLON}", ":")
    if ":" not in event:
        return "", [event], ""
    sheet, words = event.split(":")
    named, _, result = words.partition("=")
    return sheet, named.split("、"), result


def happening(at: dt.datetime, order: int) -> Happening:
    return Happening(at, at_latest(at), order)


SATISFACTION = {
    **dict.fromkeys(("不满意", "客户不满意", "客户不满意,再谈", "不太满意", "客户表示不满", "满意,但仍有不满"), True),
    **dict.fromkeys(("", "满意", "客户满意", "没有不满意", "不满意,解释后满意", "无人接听"), False),
}
"""What a 结果 says of satisfaction. Decided: the last word counts, and 没有不满意 is none."""


def said(result: str, text: str) -> bool:
    """Whether a 结果 is the one that an event asks for."""
    return SATISFACTION[text] if result == "不满意" else result in text


def happenings(event: str, facts: Facts) -> list[Happening]:
    """Every time an event happened to the case, until now."""
    sheet, words, result = split(event)
    found = []
    if sheet == "":
        at = facts.ticket.get(words[0])
        if at:
            found.append(happening(at, -1))  # the order of a column is that of its use, see :func:`in_time`
    elif sheet == RECORDS:
        for row, entry in facts.records:
            at = entry.get("时间")
            if at and at <= facts.now and entry.get("事项") in words and said(result, entry.get("结果") or ""):
                found.append(happening(at, row))
    else:
        for _, entry in facts.accidents:
            at = entry.get(words[0])
            if at and at <= facts.now:
                found.append(happening(at, -1))
    return found


def in_time(starts: Sequence[Happening], stops: Sequence[Happening]) -> list[tuple[str, Happening]]:
    """Starts and stops in the order in which they happened.

    Decided: entries of the same instant follow each other as they stand in the sheet; one that is both (an unsatisfied
    follow-up) first ends what it followed up. A time of the register or of 重大质量事故 comes before the entries of its
    instant where it starts a clock, and after them where it stops one.

    Decided: a date without a time starts a clock first thing that day, and stops one last thing: whatever began by then is
    done. Two entries of 处理记录 that are but dates of the same day follow each other as they stand in the sheet all the
    same: one cannot stop what is written below it, nor what it starts itself, and comes first that day.
    """

    def overtaken(stop: Happening) -> bool:
        return stop.order >= 0 and any(
            stop.day and one.day and one.first == stop.first and one.order >= stop.order for one in starts
        )

    line = [
        *((one.first, 0 if one.order < 0 else 1, one.order, 1, "start", one) for one in starts),
        *(
            (one.first if overtaken(one) else one.last, 2 if one.order < 0 else 1, one.order, 0, "stop", one)
            for one in stops
        ),
    ]
    return [(what, one) for *_, what, one in sorted(line, key=lambda entry: entry[:4])]


# --- Rounds -----------------------------------------------------------------------------------------------------------


def walk(rules: Sequence[Row], facts: Facts) -> list[Course]:
    """The course of every stage, in the order of the rules."""
    courses: list[Course] = []
    for position, rule in enumerate(rules):
        stops = happenings(rule["终点"], facts)
        before = goes_on_from(rules, position)
        if before is not None and split(rule["起点"])[0] == RECORDS:
            # A stage that goes on from another starts whenever that one is done.
            starts = [replace(one.done, order=-1) for one in courses[before].rounds if one.done]
        else:
            starts = happenings(rule["起点"], facts)
            if not opens(rules, position):
                starts = sorted(starts, key=lambda one: one.first)[:1]
        if split(rule["起点"])[0] == split(rule["终点"])[0] == "":
            # Two times of the register belong to each other, whatever their order: the wrong one is a slip.
            courses.append(Course([Round(starts[0] if starts else None, stops[0] if stops else None)]))
            continue
        course = Course(rounds_of(starts, stops))
        if not course.rounds and opens(rules, position):
            # Decided: what waits for something nobody has to do is not asked for until it is done.
            course.needed = False
        elif not course.rounds and before is not None and not courses[before].needed:
            course.needed = False
        elif not course.rounds and rule["终点"] != FILED and not starts:
            # Decided: what is done although nobody knows when it began is done all the same, unless it was done before
            # the stages it goes on from had begun.
            since = begun(rules, courses, position)
            done = sorted((one for one in stops if since is None or one.last >= since), key=lambda one: one.last)
            if done:
                course = Course([Round(None, done[0])])
        courses.append(course)
    return courses


def rounds_of(starts: Sequence[Happening], stops: Sequence[Happening]) -> list[Round]:
    """Decided: a start while a round is open opens nothing new, it is the same matter; what was done before a round's
    start does not stop it.
    """
    rounds: list[Round] = []
    running: Happening | None = None
    for what, one in in_time(starts, stops):
        if what == "start" and running is None:
            running = one
            rounds.append(Round(one))
        elif what == "stop" and running is not None:
            rounds[-1].done, running = one, None
    return rounds


def goes_on_from(rules: Sequence[Row], position: int) -> int | None:
    """The first stage before it that ends with what this one starts with."""
    for other in range(position):
        if rules[other]["终点"] == rules[position]["起点"]:
            return other
    return None


def opens(rules: Sequence[Row], position: int) -> bool:
    """Whether the stage starts with something nobody has to do: 升级二级, 升级三级, 申诉, a customer not satisfied."""
    start = rules[position]["起点"]
    if split(start)[0] == "" or rules[position]["终点"] == FILED:
        return False
    return all(rule["终点"] != start for rule in rules)


def begun(rules: Sequence[Row], courses: Sequence[Course], position: int) -> dt.datetime | None:
    """Since when the nearest of the stages before it runs of which that is known."""
    before = goes_on_from(rules, position)
    while before is not None:
        known = courses[before].begun
        if known:
            return known.first
        before = goes_on_from(rules, before)
    return None


# --- Filing -----------------------------------------------------------------------------------------------------------


def is_filed(rules: Sequence[Row], facts: Facts) -> bool:
    """Whether the case is closed. Decided: 申诉, 不满意, 升级 after 归档 opens it again, and it is to be filed anew; not one of
    the same day where either is a date without a time.
    """
    filed = facts.ticket.get(FILED)
    if not filed:
        return False
    for position, rule in enumerate(rules):
        if opens(rules, position) and any(one.first > at_latest(filed) for one in happenings(rule["起点"], facts)):
            return False
    return True


def filing(
    courses: Sequence[Course], stages: Mapping[str, list[Stage]], rules: Sequence[Row], facts: Facts, closed: bool
) -> Course:
    """The clock of filing. Decided: it starts once everything else is over, with the last that was done. A stage whose
    end nobody wrote down (漏填) is over all the same; of one without a beginning nobody can tell, and filing waits.
    """
    others = [position for position, rule in enumerate(rules) if rule["终点"] != FILED]
    ends = [one for position in others if (one := courses[position].done)]
    last = max(ends, key=lambda one: (one.last, one.day)) if ends else None
    if closed:
        return Course([Round(last, happening(facts.ticket[FILED], -1))])
    for position in others:
        told = stages[rules[position]["规则号"]][-1]
        if told.verdict in STATES or (told.verdict == "无法判定:起点缺失" and not told.actual):
            return Course()
    return Course([Round(last)]) if last else Course()


# --- Pending items ----------------------------------------------------------------------------------------------------


def pending(items: Sequence[Row]) -> bool:
    """STD-15: the item stands in both ledgers. Decided: while one of them does not say 已了, it is open."""
    return any(item.get("状态") != "已了" for item in items)


def breaks(facts: Facts) -> list[tuple[dt.datetime, dt.datetime]]:
    """When the case was a pending item and came back. Decided: dates count whole, from the midnight of 转入日期 to the
    one after 完成日期; an entry without one of them, or that was done before it came in, moves nothing: nobody knows by how
    much.
    """
    spans = []
    for item in facts.items:
        begin, end = item.get("转入日期"), item.get("完成日期")
        if not begin or begin > facts.now:
            continue
        if item.get("状态") != "已了":
            end = dt.datetime(9999, 1, 1)
        elif not end:
            continue
        elif end.time() == dt.time(0, 0, 0):
            end += DAY
        if begin <= end:
            spans.append((begin, end))
    joined: list[tuple[dt.datetime, dt.datetime]] = []
    for begin, end in sorted(spans):
        if joined and begin <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(joined[-1][1], end))
        else:
            joined.append((begin, end))
    return [(begin, end) for begin, end in joined if end.year < 9999]


# --- One round of one stage -------------------------------------------------------------------------------------------


def workdays_on(day: dt.datetime, count: int) -> dt.datetime:
    """So many working days after a day. Decided: the rest of a working day is spent on a working day."""
    while not count and not is_workday({}, day.date()):
        day += DAY
    while count:
        day += DAY
        if is_workday({}, day.date()):
            count -= 1
    return last_minute(day)


def workdays_of(begin: dt.datetime, end: dt.datetime) -> int:
    """Working days after the day of ``begin``, that of ``end`` included."""
    day, count = begin.date(), 0
    while day < end.date():
        day += DAY
        count += is_workday({}, day)
    return count


def next_tuesday(day: dt.datetime) -> dt.datetime:
    """Decided: strictly after the day, from a Tuesday it is seven days on."""
    day += DAY
    while day.isoweekday() != 2:
        day += DAY
    return last_minute(day)


def due_at(rule: Row, start: dt.datetime, pauses: Sequence[tuple[dt.datetime, dt.datetime]]) -> dt.datetime | None:
    """When a limit is used up. Decided: what is left of it when a pause begins counts on from its end, in its own unit;
    a pause that begins at the due time or later changes nothing.
    """
    limit, unit = rule["时限"], rule["单位"]
    if unit == "无":
        if rule["终点"] != FILED:
            return None
        due = next_tuesday(start)
    elif unit == "当日":
        due = last_minute(start)
    elif unit == "工作日":
        due = workdays_on(start, limit)
    else:
        due = start + limit * SPANS[unit]
    for begin, end in pauses:
        begin = max(begin, start)
        if end <= begin or begin >= due:
            continue
        if unit == "无":
            due = next_tuesday(end)
        elif unit == "当日":
            due = last_minute(end + (due.date() - begin.date()))
        elif unit == "工作日":
            due = workdays_on(end, workdays_of(begin, due))
        else:
            due = end + (due - begin)
    return due


def by_day(rule: Row) -> bool:
    return rule["单位"] in ("当日", "工作日", "无")


def still_on_time(rule: Row, due: dt.datetime, moment: dt.datetime) -> bool:
    """Decided: exactly at due is on time; a limit that is a day holds until its last minute is over."""
    return moment < due + MINUTE if by_day(rule) else moment <= due


def at_risk(
    start: dt.datetime, due: dt.datetime, now: dt.datetime, pauses: Sequence[tuple[dt.datetime, dt.datetime]]
) -> bool:
    """Contract: 临近 when three quarters of the limit are gone. Decided: time that is paused is no part of it."""
    gone, whole = now - start, due - start
    for begin, end in pauses:
        begin = max(begin, start)
        if end > begin and begin < due:
            whole -= end - begin
            if now > begin:
                gone -= min(end, now) - begin
    return 4 * gone >= 3 * whole


def done_later(rules: Sequence[Row], courses: Sequence[Course], position: int, closed: bool) -> bool:
    """Whether something that comes after the stage is done, in this round: what goes on from it, directly or over
    others, a later time of the register, the archive.
    """
    again, start = len(courses[position].rounds) > 1, courses[position].begun
    after = {position}
    for other in range(position + 1, len(rules)):
        if rules[other]["终点"] == FILED:
            if closed:
                return True
            continue
        goes_on = any(rules[one]["终点"] == rules[other]["起点"] for one in after)
        if goes_on:
            after.add(other)
        if goes_on or split(rules[other]["终点"])[0] == "":
            done = courses[other].done
            if done and (not again or done.last >= start.first):
                return True
    return False


def judge_round(
    rules: Sequence[Row],
    courses: Sequence[Course],
    position: int,
    number: int,
    closed: bool,
    pauses: Sequence[tuple[dt.datetime, dt.datetime]],
    facts: Facts,
) -> Stage:
    rule, course, now = rules[position], courses[position], facts.now
    one = course.rounds[number] if course.rounds else Round(None)
    start, actual, counted = one.start, one.actual, one.counted
    # What came after it was done is none of its business.
    mine = [pause for pause in pauses if not actual or max(pause[0], counted or pause[0]) < actual]
    due = due_at(rule, counted, mine) if counted else None

    def so(verdict: str) -> Stage:
        return Stage(start, due, actual, verdict)

    if not course.needed:
        return so("无需")
    if actual:
        if not start:
            return so("无法判定:起点缺失")
        if actual < start:  # only where both are times of the register: anything else would not have stopped it
            return so("无法判定:早于起点")
        if not due:
            return so("已完成")
        return so("按时完成" if still_on_time(rule, due, actual) else "超时完成")
    if done_later(rules, courses, position, closed):
        return so("无法判定:漏填")
    if not start:
        # Decided: without 接收时间 nothing can be counted. The other stages have simply not been reached.
        return so("无法判定:起点缺失" if position == 0 else "未到")
    if pending(facts.items):
        return so("暂停")
    if due and not still_on_time(rule, due, now):
        return so("超时")
    if due and at_risk(counted, due, now, mine):
        return so("临近")
    return so("进行中")


# --- The ticket -------------------------------------------------------------------------------------------------------

STATES = {"进行中": "正常", "未到": "正常", "临近": "临近", "超时": "超时", "暂停": "暂停"}


def standing(rules: Sequence[Row], stages: dict[str, list[Stage]], facts: Facts, closed: bool) -> Case:
    """Contract: 当前环节 is the first stage not done, 截止时间 when it is due, 状态 how it stands."""
    if closed:
        return Case(stages, "", None, "已办结")
    name, due, state = "", None, ""
    for position, rule in enumerate(rules):
        stage = stages[rule["规则号"]][-1]
        if position == 0 and stage.verdict == "无法判定:起点缺失" and not stage.actual:
            name, due, state = rule["环节"], None, "暂停"
            break
        if stage.verdict in STATES:
            name, state = rule["环节"], STATES[stage.verdict]
            due = None if stage.verdict == "暂停" else stage.due
            break
    # Contract: a pending item shows the 4th by which its customer must be talked to (STD-16).
    if pending(facts.items) and not facts.ticket.get("转管理部时间"):
        return Case(stages, name, talk_by(facts.items), "未了事宜")
    return Case(stages, name, due, state)


# --- Beside every flow ------------------------------------------------------------------------------------------------


def over(facts: Facts, owed_from: dt.datetime | None) -> bool:
    """Decided: in a closed case nothing is owed. Of one that was opened again, neither is what began, or was promised for a
    time, before it was filed: whether it was done cannot be told any more.
    """
    filed = _past(facts, FILED)
    if not filed or is_filed(rows_of(facts.ticket["流程"]), facts):
        return bool(filed)
    return owed_from is not None and owed_from <= at_latest(filed)


def third_day(facts: Facts) -> Stage:
    """X-01: the customer is called within three days of the completion."""
    (rule,) = (row for row in rows_of("所有流程") if row["规则号"] == "X-01")
    start = _past(facts, "执行完成时间")
    calls = [one for one in happenings(rule["终点"], facts) if start is None or one.last >= start]
    actual = min(calls, key=lambda one: one.last).first if calls else None
    counted = counts_from(start) if start else None
    due = counted + 3 * DAY if counted else None
    start, actual = begun_and_done(start, actual)
    if actual and not start:
        return Stage(None, None, actual, "无法判定:起点缺失")
    if not start or not due or not counted:
        return Stage(None, None, None, "无需" if over(facts, None) else "未到")
    if actual:
        return Stage(start, due, actual, "按时完成" if actual <= due else "超时完成")
    # Decided: in a closed case nobody owes a call; whether there was one cannot be told.
    verdict = "无法判定:漏填" if over(facts, counted) else _running(facts.now, counted + (due - counted) * 3 / 4, due)
    return Stage(start, due, None, verdict)


def promise(facts: Facts, seen: dt.datetime | None) -> Stage:
    """X-07: what was promised is a deadline. ``seen``: when a pass first saw this promise.

    Decided: the first answer after it was given keeps it, exactly at the promised time is in time. Nobody knows when it
    was given but by when it was first seen; seen only when it was due, from the beginning of the promised day.

    Decided: who promised a day has until its end, the minute 23:59 included. An answer of which but the day is known is the
    one that gave the promise if it is of the day on which that was given, unless an answer was promised for that very day.
    """
    (rule,) = (row for row in rows_of("所有流程") if row["规则号"] == "X-07")
    promised = facts.ticket.get("下次答复时间")
    if not promised:
        return Stage(None, None, None, "无需" if over(facts, None) else "未到")
    given, due = seen or facts.now, counts_from(promised)
    until = due + dt.timedelta(seconds=59) if due.time() == dt.time(23, 59) else due
    if given >= promised:
        given = promised.replace(hour=0, minute=0, second=0)

    def keeps(one: Happening) -> bool:
        if one.day and one.first.date() == given.date():
            return given.date() == promised.date()
        return one.last > given

    answers = sorted((one for one in happenings(rule["终点"], facts) if keeps(one)), key=lambda one: one.last)
    if answers:
        actual = max(given, answers[0].first) if answers[0].day else answers[0].first
        return Stage(given, due, actual, "按时完成" if actual <= until else "超时完成")
    verdict = "无法判定:漏填" if over(facts, due) else _running(facts.now, due - dt.timedelta(hours=1), until)
    return Stage(given, due, None, verdict)


def _past(facts: Facts, column: str) -> dt.datetime | None:
    at: dt.datetime | None = facts.ticket.get(column)
    return at if at and at <= facts.now else None


def _running(now: dt.datetime, risk: dt.datetime, due: dt.datetime) -> str:
    return "超时" if now > due else "临近" if now >= risk else "进行中"
