"""Who is on duty for which role: primary and backup, rest days, leave (STD-21)."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator, Sequence, Set
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from automation import addresses
from automation.alerts import Recipient
from workbook.cells import half_width, written_time
from workbook.finding import Finding, Severity
from workbook.ledger import Records
from workbook.names import meant
from workbook.names import names_in as names_in

_WEEKDAYS = {
    sign: number for number, signs in enumerate(("一", "二", "三", "四", "五", "六", "日天")) for sign in signs
}
_REST = re.compile(r"(?:周|星期|礼拜)([一二三四五六日天])")
HEAD = "部门负责人"

_HANDLER_OF_STAGE = {
    "上报时间": "接收人",
    "填单时间": "填单人",
    "转管理部时间": "经办人",
    "复核完成时间": "复核人",
    "总经理意见时间": "复核人",
    "执行完成时间": "复核人",
    "转客服时间": "复核人",
    "回访时间": "回访人",
    "编号时间": "",
    "归档时间": "",
}
_HANDLER_IN_ROLE = {"接收人": "接收人", "客户经理": "经办人", "管理部": "复核人", "客户服务中心": "回访人"}


def handler_column(stop: str, role: str) -> str:
    """The register column that names who does the stage ending with ``stop``; empty where nobody is named.

    Stages of other flows end with entries of 处理记录: there the role tells.
    """
    return _HANDLER_OF_STAGE.get(stop, _HANDLER_IN_ROLE.get(role, ""))


@dataclass(frozen=True, slots=True)
class Person:
    """One row of 人员: a person in a role. ``rest``: weekdays off (Monday is 0); ``leave``: first and last days away.

    ``address``: empty where no mail can be sent to what stands there. Two persons may have the same.
    """

    name: str
    department: str
    role: str
    primary: bool
    address: str
    rest: frozenset[int]
    leave: tuple[tuple[dt.date, dt.date], ...]
    employed: bool
    row: int

    def away(self, day: dt.date) -> str:
        """Why the person is absent on a day; empty when present."""
        if not self.employed:
            return "不在岗"
        if any(first <= day <= last for first, last in self.leave):
            return "请假"
        return "休息" if day.weekday() in self.rest else ""


@dataclass(frozen=True)
class Roster:
    """Everybody of 人员."""

    people: tuple[Person, ...]

    @cached_property
    def names(self) -> frozenset[str]:
        return frozenset(person.name for person in self.people)

    def meant(self, text: str) -> frozenset[str]:
        """Everybody a cell of 当事人 or 责任人 may mean (STD-20): a name nobody bears may hide one that somebody does."""
        return meant(text, self.names)

    def in_role(self, role: str, department: str = "") -> tuple[Person, ...]:
        """Who holds a role, primaries first, in the order of the sheet.

        A department's head answers for his own: of 部门负责人 those of ``department``, where it has one.
        """
        holders = [person for person in self.people if person.role == role]
        own = [person for person in holders if person.department == department]
        return tuple(sorted(own if role == HEAD and own else holders, key=lambda person: not person.primary))

    def headed(self, department: str) -> bool:
        """Whether 人员 knows who heads a department."""
        return any(person.role == HEAD and person.department == department for person in self.people)

    def on_duty(
        self, role: str, day: dt.date, *, named: str = "", department: str = "", involved: Set[str] = frozenset()
    ) -> list[Recipient]:
        """Who answers for a role on a day (STD-21), never somebody involved (STD-20).

        Of those ``named`` in the ticket the first who is present, else the primary, else the backup; when nobody is
        present, those named, primary and backup together: rest delays no deadline, and nobody absent is told alone.
        Empty when the role is not held.
        """
        own, holders = self._own(role, named, involved), self._holders(role, department, involved)
        present = [(person, "本单经手人") for person in own if not person.away(day)][:1]
        if not present:
            absent = [f"{person.name}今日{person.away(day)}" for person in (*own, *holders) if person.away(day)]
            stand_in = f"备用：{absent[0]}" if absent else "备用"
            present = [
                (person, "主要责任人" if person.primary and not own else stand_in)
                for person in holders
                if not person.away(day)
            ][:1]
        if present:
            person, why = present[0]
            return [Recipient(person.name, person.address, role, why)]
        here = [person for person in holders if person.employed]  # who left the company is told nothing
        first = [person for person in own if person.employed][:1]
        both = [*first, *here[:1], *[person for person in here if not person.primary][:1]]
        if len({person.name for person in both}) < 2:
            both += here[1:2]
        told: dict[str, Recipient] = {}
        for person in both:
            why = f"主备都不在（{person.away(day)}），同时通知"
            told.setdefault(person.name, Recipient(person.name, person.address, role, why))
        return list(told.values())

    def told(
        self, role: str, day: dt.date, *, named: str = "", department: str = "", involved: Set[str] = frozenset()
    ) -> list[Recipient]:
        """Who is told: whoever is on duty, and where none of them has an address, also the next holder who has one."""
        people = self.on_duty(role, day, named=named, department=department, involved=involved)
        if not people or any(person.address for person in people):
            return people
        others = [p for p in self._holders(role, department, involved) if p.employed and p.address]
        others.sort(key=lambda person: bool(person.away(day)))
        why = f"备用：{people[0].name}没有能用的邮箱"
        return [*people, *(Recipient(p.name, p.address, role, why) for p in others[:1])]

    def _own(self, role: str, named: str, involved: Set[str]) -> list[Person]:
        """Those named in the ticket who may answer for the role, in the order they are named."""
        names = [name for name in names_in(named) if name not in involved]
        return [p for name in names for p in self.people if p.name == name and role in (p.role, "接收人")]

    def _holders(self, role: str, department: str, involved: Set[str]) -> list[Person]:
        return [person for person in self.in_role(role, department) if person.name not in involved]

    def readers(self, roles: Sequence[str], day: dt.date, department: str = "") -> list[Recipient]:
        """Who gets a report: of each role the primary still there, and whoever stands in while the primary is away.

        With a ``department``, of 部门负责人 only its own; a department without one has no reader by that role.
        """
        found: dict[str, Recipient] = {}
        for role in roles:
            if role == HEAD and department and not self.headed(department):
                continue
            holders = self.in_role(role, department)
            first = [Recipient(p.name, p.address, role, "主要责任人") for p in holders if p.employed][:1]
            for person in (*first, *self.told(role, day, department=department)):
                if person.address:
                    found.setdefault(person.address.lower(), person)
        return list(found.values())


def read(records: Records) -> tuple[Roster, tuple[Finding, ...]]:
    """The roster of 人员; rest days and leave that cannot be read are findings and count as none."""
    people: list[Person] = []
    findings: list[Finding] = []
    for row, line in zip(records.frame.index, records.frame.to_dict("records"), strict=True):
        if not line["姓名"]:
            continue
        leave, bad = _leave(str(line["请假"]))
        if bad:
            findings.append(_unreadable(records, row, "请假", bad, "写成 2026-11-20~2026-11-22，多段用分号隔开"))
        rest = frozenset(_WEEKDAYS[sign] for sign in _REST.findall(str(line["休息日"])))
        if line["休息日"] and not rest and str(line["休息日"]) not in ("无", "-", "轮休"):
            findings.append(_unreadable(records, row, "休息日", str(line["休息日"]), "写成 周六,周日"))
        people.append(
            Person(
                name=line["姓名"],
                department=line["部门"],
                role=line["角色"],
                primary=line["主次"] != "次",
                address=addresses.read(str(line["邮箱"])).address,
                rest=rest,
                leave=leave,
                employed=line["在岗"] != "否",
                row=int(row),
            )
        )
    return Roster(tuple(people)), tuple(findings)


def _leave(text: str) -> tuple[tuple[tuple[dt.date, dt.date], ...], str]:
    spans, bad = [], []
    for part in re.split(r"[;\n,]", half_width(text)):
        if not part.strip():
            continue
        edges = [written_time(edge) for edge in re.split(r"[~至到—–]|(?<=\d)-(?=\d{4})", part)]
        if not 1 <= len(edges) <= 2 or any(np.isnat(edge) for edge in edges) or edges[0] > edges[-1]:
            bad.append(part.strip())
            continue
        spans.append((edges[0].astype("M8[D]").item(), edges[-1].astype("M8[D]").item()))
    return tuple(spans), "、".join(bad)


def _unreadable(records: Records, row: int, column: str, text: str, hint: str) -> Finding:
    return Finding(
        "STD-21",
        Severity.WARNING,
        f"{records.place(row, column)} “{column}”里的“{text}”看不懂，按没有{column}处理",
        hint,
        records.cell(row, column),
    )


def uncovered(roster: Roster, roles: Sequence[str], day: dt.date) -> Iterator[tuple[str, str]]:
    """Roles that nobody can answer for (STD-21), with the sentence that says why."""
    for role in roles:
        holders = roster.in_role(role)
        working = [person for person in holders if person.employed]
        if not working:
            yield role, f"“{role}”没有安排任何在岗人员"
        elif not any(person.primary for person in working):
            yield role, f"“{role}”没有主要责任人"
        elif len({person.name for person in working}) < 2 or all(person.primary for person in working):
            yield role, f"“{role}”没有次要责任人（备用）"
        elif all(person.away(day) for person in working):
            told = "、".join(f"{person.name}{person.away(day)}" for person in working)
            yield role, f"“{role}”的主备人员 {day:%m-%d} 都不在（{told}）"
