"""Pending items (未了事宜) as both their reports see them: what is open, whose customer is still to be talked to (STD-16)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass

import pandas as pd

from automation.checks.facts import Facts
from automation.privacy import mask_name, mask_phone, mask_plate, mask_text
from automation.reports import instants
from automation.reports.period import Period
from automation.reports.standing import BLANK, MAJOR, within
from automation.sla import pending as ledgers
from workbook.schema import PENDING

AGES = ((30, "30天以内"), (60, "31–60天"), (90, "61–90天"))
OLDEST, UNDATED = "90天以上", "转入日期未填"
BUCKETS = (*(word for _, word in AGES), OLDEST, UNDATED)
"""How long an item has been open: the general manager asks about those of two and of three months."""

UNTALKED, UNAPPROVED, OVERDUE, VERY_OLD = "没有沟通", "未经认可", "过了预计完成", OLDEST
REASONS = (UNAPPROVED, UNTALKED, OVERDUE, VERY_OLD)
"""What was not done about an item, the gravest first: without approval it should not be one (STD-13)."""


@dataclass(frozen=True, slots=True)
class Item:
    """An open pending item, masked. ``row``: the ticket's register row, ``None`` when the register lacks it.

    ``phone_at``: the cell where the whole number stands; ``fill_at``: the cells for the day of the talk, one a ledger.
    ``past``: days since the completion expected. ``earlier``: it came in before the end of the report's month, or
    nobody knows when. ``owed``: an earlier one whose customer was not talked to since that month (STD-16).
    ``gone``: the register has handed the case on or archived it, so the ledgers lag behind (STD-17).
    """

    ticket: str
    row: int | None
    since: dt.date | None
    age: int | None
    bucket: str
    cause: str
    matter: str
    keeper: str
    backup: str
    expected: dt.date | None
    past: int
    talked: dt.date | None
    way: str
    result: str
    approved: bool
    major: bool
    customer: str
    plate: str
    phone: str
    phone_at: str
    fill_at: tuple[str, ...]
    earlier: bool
    owed: bool
    gone: bool

    @property
    def name(self) -> str:
        return self.ticket or "（未填编号）"

    @property
    def reasons(self) -> tuple[str, ...]:
        """What was not done about it, of :data:`REASONS`."""
        found = {
            UNAPPROVED: not self.approved,
            UNTALKED: self.owed,
            OVERDUE: self.past > 0,
            VERY_OLD: self.bucket == OLDEST,
        }
        return tuple(reason for reason in REASONS if found[reason])


@dataclass(frozen=True, slots=True)
class Closed:
    """An item that both ledgers closed in the month. ``days``: from the day it came in to its completion."""

    ticket: str
    since: dt.date | None
    done: dt.date
    days: int | None
    cause: str
    matter: str
    keeper: str


@dataclass(frozen=True, slots=True)
class Unlike:
    """A difference between the ledgers (STD-15), masked: the value and the cell in each; no cell where there is none."""

    ticket: str
    column: str
    manager: str
    manager_at: str
    centre: str
    centre_at: str


def deadline(period: Period) -> dt.datetime:
    """When the customers of a month's items must have been talked to: 23:59 on the 4th of the month after it."""
    return period.end + dt.timedelta(days=ledgers.TALK_DAY) - dt.timedelta(minutes=1)


def items(facts: Facts, period: Period) -> tuple[Item, ...]:
    """Every open item of both ledgers as of now, one a ticket, the oldest first; entries without 编号 one by one.

    A ledger keeps the last talk only, so any talk after ``period`` counts as that of the month after it; a day that has
    not come yet is no talk.
    """
    entries = _entries(facts)
    open_ = ledgers.by_ticket(facts.ledger)["open"]
    keys = entries["编号"].where(entries["编号"] != "", "\0" + entries["客户姓名"] + "\0" + entries["事由"])
    still = keys.map(open_).where(entries["编号"] != "", entries["状态"] != "已了").eq(True)
    found = [_item(group, facts, period) for _, group in entries[still].groupby(keys[still], sort=False)]
    return tuple(sorted(found, key=lambda one: (-(one.age if one.age is not None else 10**6), one.ticket, one.matter)))


def closed(facts: Facts, period: Period) -> tuple[Closed, ...]:
    """The items that were resolved in the month, in order of their completion."""
    entries = _entries(facts)
    entries = entries[entries["编号"] != ""]
    known = ledgers.by_ticket(facts.ledger)
    done = entries.groupby("编号", sort=False)["完成日期"].max()
    done = done[within(done, period) & ~known["open"].reindex(done.index).eq(True)].sort_values(kind="stable")
    return tuple(_closed(entries[entries["编号"] == number], moment, facts) for number, moment in done.items())


def came_in(facts: Facts, period: Period) -> int:
    """How many tickets became pending items in the month, closed since or not."""
    return int(within(ledgers.by_ticket(facts.ledger)["since"].astype("M8[s]"), period).sum())


def unlike(facts: Facts) -> tuple[Unlike, ...]:
    """What differs between the two ledgers, ticket by ticket and column by column."""
    manager, centre = (facts.ledger[table] for table in PENDING)
    masks = {"车牌号": mask_plate, "客户姓名": mask_name}
    found = []
    for one in ledgers.differences(facts.ledger):
        names = [
            str(records.frame.at[row, "客户姓名"])
            for records, row in zip((manager, centre), one.rows, strict=True)
            if row is not None
        ]
        texts = [
            masks[one.column](text) if one.column in masks else mask_text(text, names)
            for text in (one.manager, one.centre)
        ]
        places = [
            records.place(row, one.column) if row is not None else ""
            for records, row in zip((manager, centre), one.rows, strict=True)
        ]
        whole = [
            ("有" if place else "没有这一项") if one.column == "编号" else text or "空"
            for place, text in zip(places, texts, strict=True)
        ]
        found.append(
            Unlike(one.ticket, "整项" if one.column == "编号" else one.column, whole[0], places[0], whole[1], places[1])
        )
    return tuple(sorted(found, key=lambda one: one.ticket))


def _entries(facts: Facts) -> pd.DataFrame:
    """The entries of both ledgers that say anything, those still open first, the customer manager's before the other's."""
    parts = []
    for order, table in enumerate(PENDING):
        frame = facts.ledger[table].frame
        parts.append(frame.assign(台帐=order, 行=frame.index, 已了=frame["状态"].eq("已了")))
    entries = pd.concat(parts, ignore_index=True)
    entries = entries[(entries["编号"] != "") | (entries["事由"] != "") | (entries["客户姓名"] != "")]
    return entries.sort_values(["已了", "台帐", "行"], kind="stable")


def _item(entries: pd.DataFrame, facts: Facts, period: Period) -> Item:
    register, now = facts.register, pd.Timestamp(facts.now)
    number = str(entries["编号"].iloc[0])
    rows = register.index[register["编号"] == number] if number else []
    row = int(rows[0]) if len(rows) else None
    since = instants.day(entries["转入日期"].min())
    age = (facts.now.date() - since).days if since else None
    talks = entries["最近沟通日期"].where(entries["最近沟通日期"] <= now)
    talked = instants.day(talks.max())
    last = entries.loc[talks.idxmax()] if talked else None
    expected = instants.day(entries["预计完成日期"].dropna().iloc[0]) if entries["预计完成日期"].notna().any() else None
    names = [*entries["客户姓名"], *([register.at[row, "客户姓名"]] if row is not None else [])]
    gone = row is not None and bool(
        pd.notna(register.at[row, "转管理部时间"]) or pd.notna(register.at[row, "归档时间"])
    )
    archived = row is not None and pd.notna(register.at[row, "归档时间"])
    earlier = since is None or since <= period.last
    open_entries = entries[~entries["已了"]]
    return Item(
        ticket=number,
        row=row,
        since=since,
        age=age,
        bucket=UNDATED if age is None else next((word for days, word in AGES if age <= days), OLDEST),
        cause=_cause(facts, row),
        matter=mask_text(_first(entries, "事由"), names),
        keeper=_first(entries, "负责人") or _first(entries, "备用负责人") or "未填负责人",
        backup=_first(entries, "备用负责人") if _first(entries, "负责人") else "",
        expected=expected,
        past=max((facts.now.date() - expected).days, 0) if expected else 0,
        talked=talked,
        way=str(last["沟通方式"]) if last is not None else "",
        result=mask_text(" ".join(str(last["沟通结果"]).split()), names) if last is not None else "",
        approved=bool(((entries["认可人"] != "") & entries["认可日期"].notna()).any()),
        major=row is not None and str(register.at[row, "级别"]) == MAJOR,
        customer=mask_name(names[-1] or _first(entries, "客户姓名")),
        plate=mask_plate(_first(entries, "车牌号")),
        phone=mask_phone(str(register.at[row, "联系电话"])) if row is not None else "",
        phone_at=facts.ledger.register.place(row, "联系电话") if row is not None else "",
        fill_at=tuple(
            facts.ledger[PENDING[order]].place(at, "最近沟通日期")
            for order, at in zip(open_entries["台帐"], open_entries["行"], strict=True)
        ),
        earlier=earlier,
        owed=earlier and not archived and (talked is None or talked <= period.last),
        gone=gone,
    )


def _closed(entries: pd.DataFrame, moment: pd.Timestamp, facts: Facts) -> Closed:
    number, since, done = str(entries["编号"].iloc[0]), instants.day(entries["转入日期"].min()), moment.date()
    rows = facts.register.index[facts.register["编号"] == number]
    row = int(rows[0]) if len(rows) else None
    return Closed(
        ticket=number,
        since=since,
        done=done,
        days=(done - since).days if since else None,
        cause=_cause(facts, row),
        matter=mask_text(_first(entries, "事由"), list(entries["客户姓名"])),
        keeper=_first(entries, "负责人") or _first(entries, "备用负责人") or "未填负责人",
    )


def _cause(facts: Facts, row: int | None) -> str:
    return (str(facts.register.at[row, "未明原因"]) if row is not None else "") or BLANK


def _first(entries: pd.DataFrame, column: str) -> str:
    """The first of the values that is not empty, on one line."""
    return next((" ".join(str(value).split()) for value in entries[column] if value), "")


def by_keeper(found: tuple[Item, ...]) -> Iterator[tuple[str, tuple[Item, ...]]]:
    """The items of each keeper in their order, the keeper with the most first."""
    keepers = sorted({one.keeper for one in found}, key=lambda name: (-sum(one.keeper == name for one in found), name))
    for keeper in keepers:
        yield keeper, tuple(one for one in found if one.keeper == keeper)
