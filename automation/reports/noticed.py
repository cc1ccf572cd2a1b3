"""What the 《内部信息反馈单》 of a month say, department by department (X-02): cases, repeats, late stages, answers owed."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd

from automation import answered
from automation.checks.facts import Facts
from automation.identifiers import NO_PLATE
from automation.privacy import mask_text
from automation.reports.figures import LateCase, Line
from automation.reports.late import late_cases
from automation.reports.masked import Masked
from automation.reports.period import Period
from automation.reports.standing import BLANK, DISSATISFIED, MAJOR, Standing, lines, within
from automation.wording import span
from workbook.schema import EVENTS

REPEATED = dt.timedelta(days=180)
"""A car that came back with a complaint about the same department within half a year is a repeat."""


_SHORT = 60


@dataclass(frozen=True, slots=True)
class Told:
    """A case of the month as its department is told of it, masked. ``late``: its latest stage, ``""`` when none was.

    ``measures``: what 处理记录 has of 纠正措施 and 预防措施 already. ``again``: earlier cases of the same car with the
    same department. ``withheld``: its head is involved in it (STD-20), so only the managers are told.
    """

    row: int
    ticket: str
    received: dt.date
    category: str
    channel: str
    summary: str
    responsible: str
    late: str
    satisfaction: str
    dissatisfied: bool
    major: bool
    measures: str
    again: tuple[str, ...]
    withheld: bool


@dataclass(frozen=True, slots=True)
class Outstanding:
    """A case of an earlier month's notice without an answer; ``age``: days since that was sent; ``late``: past its due."""

    ticket: str
    department: str
    month: str
    summary: str
    sent: dt.date
    due: dt.date
    age: int
    late: bool


@dataclass(frozen=True, slots=True)
class Notice:
    """One department's notice. ``late``: its stages due in the month and late; ``before``: its cases a month earlier.

    ``further``: cases of earlier months whose notices went out without them.
    """

    department: str
    cases: tuple[Told, ...]
    further: tuple[Told, ...]
    before: int
    categories: tuple[tuple[str, int, int], ...]
    late: tuple[LateCase, ...]
    outstanding: tuple[Outstanding, ...]

    @property
    def asked(self) -> tuple[Told, ...]:
        """The cases its head is told of, those of the month first."""
        return tuple(one for one in self.told if not one.withheld)

    @property
    def told(self) -> tuple[Told, ...]:
        """All that it is about."""
        return (*self.cases, *self.further)


@dataclass(frozen=True, slots=True)
class Month:
    """Everything the notices of a month say. ``groups``: 反馈渠道 and 反馈类别 → counts, of all cases of the month.

    ``notices``: of every department of the month, of the month before or with an answer to give; with no case and no
    debt it gets none. ``unnamed``: what stands under no department, which no notice can go out for. ``answers``: of the cases that
    earlier notices asked about, how many were answered.
    """

    period: Period
    notices: tuple[Notice, ...]
    received: int
    before: int
    unnamed: Notice
    groups: dict[str, tuple[Line, ...]]
    asked_before: int
    answers: int
    outstanding: tuple[Outstanding, ...]

    @property
    def lines(self) -> tuple[Notice, ...]:
        """Every case of the two months stands in one of these."""
        return (*self.notices, *([self.unnamed] if self.unnamed.cases or self.unnamed.before else []))

    @property
    def departments(self) -> int:
        """How many the month's cases are about."""
        return sum(bool(one.cases) for one in self.notices)


def month(here: Standing, facts: Facts, period: Period) -> Month:
    """The notices of ``period`` as of now, the department with the most cases first."""
    masked = Masked(facts)
    tickets = here.tickets
    mine = tickets[within(tickets["received"], period)]
    earlier = tickets[within(tickets["received"], period.before)]
    late = late_cases(here, facts, period)
    asked = answered.asked(facts)
    asked = asked[asked["month"] < period.label]
    open_ = _outstanding(asked[~asked["answered"].astype(bool)], facts, masked)
    further = tickets.loc[answered.unasked(facts, period.label)]
    told = _told(pd.concat([mine, further]), facts, masked, late)
    named = (mine, earlier, further)
    departments = {"", *(one.department for one in open_)}.union(*(cases["被反馈部门"] for cases in named))
    made = {
        department: _notice(
            department,
            [told[int(row)] for row in mine.index[mine["被反馈部门"] == department]],
            [told[int(row)] for row in further.index[further["被反馈部门"] == department]],
            earlier[earlier["被反馈部门"] == department],
            [one for one in late if one.in_period and tickets.at[one.row, "被反馈部门"] == department],
            [one for one in open_ if one.department == department],
        )
        for department in departments
    }
    unnamed = made.pop("")
    return Month(
        period=period,
        notices=tuple(sorted(made.values(), key=_most)),
        received=len(mine),
        before=len(earlier),
        unnamed=unnamed,
        groups={column: lines(here, column, period) for column in ("反馈渠道", "反馈类别")},
        asked_before=len(asked),
        answers=int(asked["answered"].sum()),
        outstanding=open_,
    )


def _most(one: Notice) -> tuple[object, ...]:
    return -len(one.cases), -len(one.outstanding), -one.before, one.department


def _notice(
    department: str,
    cases: Sequence[Told],
    further: Sequence[Told],
    earlier: pd.DataFrame,
    late: Sequence[LateCase],
    outstanding: Sequence[Outstanding],
) -> Notice:
    now, before = [one.category for one in cases], [word or BLANK for word in earlier["反馈类别"]]
    words = sorted(set(now), key=lambda word: (-now.count(word), word))
    return Notice(
        department,
        tuple(sorted(cases, key=_gravest)),
        tuple(sorted(further, key=_gravest)),
        len(earlier),
        tuple((word, now.count(word), before.count(word)) for word in words),
        tuple(late),
        tuple(outstanding),
    )


def _gravest(one: Told) -> tuple[object, ...]:
    return (not one.major, not one.dissatisfied, not one.late, not one.again, one.received, one.ticket)


def _told(mine: pd.DataFrame, facts: Facts, masked: Masked, late: Sequence[LateCase]) -> dict[int, Told]:
    worst: dict[int, LateCase] = {}
    for one in late:
        worst.setdefault(one.row, one)  # longest first
    heads = answered.involved_heads(facts)
    measures = _measures(facts, mine)
    again = _again(mine, facts.register)
    found = {}
    for row, entry in mine.iterrows():
        assert isinstance(row, int)
        case = worst.get(row)
        found[row] = Told(
            row=row,
            ticket=str(entry["编号"]) or f"第{row}行",
            received=entry["received"].date(),
            category=str(entry["反馈类别"]) or BLANK,
            channel=str(entry["反馈渠道"]) or BLANK,
            summary=masked.summary(row),
            responsible=str(entry["责任人"]) or str(entry["当事人"]) or "未认定",
            late="" if case is None else f"{case.stage}{'已超时' if case.open else '超时'} {span(case.late)}",
            satisfaction=str(entry["满意度"]),
            dissatisfied=entry["满意度"] in DISSATISFIED,
            major=entry["级别"] == MAJOR,
            measures=measures.get(str(entry["编号"]), ""),
            again=again.get(row, ()),
            withheld=bool(heads.at[row]),
        )
    return found


def _measures(facts: Facts, mine: pd.DataFrame) -> dict[str, str]:
    entries = facts.ledger[EVENTS].frame
    chosen = entries[
        entries["事项"].isin(answered.MEASURES) & entries["编号"].isin(mine["编号"]) & (entries["内容"] != "")
    ]
    names = dict(zip(mine["编号"], mine["客户姓名"], strict=True))
    found: dict[str, list[str]] = {}
    for number, event, text in zip(chosen["编号"], chosen["事项"], chosen["内容"], strict=True):
        found.setdefault(number, []).append(f"{event}：{mask_text(' '.join(text.split()), [names[number]])}")
    return {number: "；".join(texts) for number, texts in found.items() if number}


def _again(mine: pd.DataFrame, register: pd.DataFrame) -> dict[int, tuple[str, ...]]:
    """The earlier cases of the same car, by its VIN or else its plate, with the same department."""
    known = register[register["接收时间"].notna()]
    plates = known["车牌号"].where(~known["车牌号"].isin(NO_PLATE), "")
    cars = known["车架号"].where(known["车架号"] != "", plates)
    pairs = pd.DataFrame(
        {
            "row": known.index,
            "car": cars,
            "department": known["被反馈部门"],
            "at": known["接收时间"],
            "编号": known["编号"],
        }
    )
    pairs = pairs[(pairs["car"] != "") & (pairs["department"] != "")]
    joined = pairs[pairs["row"].isin(mine.index)].merge(pairs, on=["car", "department"], suffixes=("", "_before"))
    gone = joined["at"] - joined["at_before"]
    joined = joined[(gone > pd.Timedelta(0)) & (gone <= pd.Timedelta(REPEATED))].sort_values("at_before")
    return {
        int(row): tuple(number or "未编号" for number in group) for row, group in joined.groupby("row")["编号_before"]
    }


def _outstanding(asked: pd.DataFrame, facts: Facts, masked: Masked) -> tuple[Outstanding, ...]:
    found = [
        Outstanding(
            ticket=str(facts.register.at[row, "编号"]),
            department=str(one["department"]),
            month=str(one["month"]),
            summary=masked.summary(int(row), _SHORT),
            sent=one["sent"].date(),
            due=one["due"].date(),
            age=(facts.now.date() - one["sent"].date()).days,
            late=one["due"].date() < facts.now.date(),
        )
        for row, one in asked.iterrows()
    ]
    return tuple(sorted(found, key=lambda one: (-one.age, one.department, one.ticket)))
