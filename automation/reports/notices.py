"""《内部信息反馈单》: every month to each department complained about, and an overview to the managers (X-02).

It comes on the 3rd, after the monthly summary of the 2nd and before the meetings about rewards on the 4th. A department is
asked for the cause and for measures, case by case, and until it answers the next months' notices say so again.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Sequence

import numpy as np

from automation import answered
from automation.checks.facts import Facts
from automation.reports import noticed, notices_book
from automation.reports.figures import LateCase, Line
from automation.reports.noticed import Month, Notice, Told
from automation.reports.period import Period
from automation.reports.report import ReportMail
from automation.reports.standing import BLANK, standing
from automation.reports.words import change
from automation.roster import HEAD
from automation.settings import Settings
from automation.wording import span
from workbook import reportbook
from workbook.finding import Finding

GENERAL_MANAGER = "主管总经理"
"""Gets the notice of a department that has no head in 人员, the general manager's own office above all."""
MANAGERS = (GENERAL_MANAGER, "管理部")
ROLES = (HEAD, *MANAGERS)
CASES, LATE, OWED = 20, 8, 12
"""How many the mails list; the workbooks have all of them."""
_SHORT = 46
_FORBIDDEN = re.compile(r'[\\/:*?"<>|]')


def build(facts: Facts, findings: Sequence[Finding], period: Period, settings: Settings) -> tuple[ReportMail, ...]:
    """The notices of the month and the overview.

    A department gets one when it has cases of the month or owes answers for earlier ones; none about a case in which
    its head is involved (STD-20), which the overview tells the managers of.
    """
    found = noticed.month(standing(facts), facts, period)
    due = answered.due(facts, np.array([facts.now], "M8[s]"))[0].astype("M8[D]").item()
    mails = [
        _to_department(notice, facts, period, settings, due)
        for notice in found.notices
        if notice.asked or notice.outstanding
    ]
    return (*mails, _to_managers(found, facts, settings, due))


def _to_department(notice: Notice, facts: Facts, period: Period, settings: Settings, due: dt.date) -> ReportMail:
    cases, department = notice.asked, notice.department
    own = [one for one in cases if one in notice.cases]
    name = f"内部信息反馈单_{period.words}_{_FORBIDDEN.sub('_', department)}.xlsx"
    hidden = {one.row for one in notice.told if one.withheld}
    late = [case for case in notice.late if case.row not in hidden]
    told = [f"{len(cases)} 件反馈"] if cases else []
    told += [f"以前未答复 {len(notice.outstanding)} 件"] if notice.outstanding else []
    numbers = {int(row): str(number) for row, number in facts.register["编号"].items()}
    described = notices_book.form(notice, period, due, facts.now, numbers)
    headed = facts.roster.headed(department)
    asked = (*(one.ticket for one in cases), *(one.ticket for one in notice.outstanding))
    return ReportMail(
        key=answered.key(period.label, department),
        subject=f"【内部信息反馈单】{department} {period.words}：{'，'.join(told)}，请在 {due:%m-%d} 前答复",
        template="notices",
        context={
            "title": f"内部信息反馈单：{department}",
            "addressed": f"{department}负责人："
            if headed
            else f"“人员”表里没有{department}的部门负责人，请您答复或转交：",
            "period": period.words,
            "month": period.name,
            "before": period.name_before,
            "as_of": facts.now,
            "due": due,
            "workdays": answered.WORKDAYS,
            "how": notices_book.HOW,
            "tiles": _tiles(notice, own, late, period),
            "own_count": len(own),
            "further_count": len(cases) - len(own),
            "categories": [f"{word} {now}（{change(now, before)}）" for word, now, before in notice.categories],
            "cases": [_case(one, period) for one in cases[:CASES]],
            "cases_count": len(cases),
            "late": [_late(one, numbers) for one in late[:LATE]],
            "late_count": len(late),
            "owed": notice.outstanding[:OWED],
            "owed_count": len(notice.outstanding),
            "attachment": name,
            "workbook": settings.workbook.name,
        },
        attachments=((name, reportbook.write(described)),),
        roles=(_to(facts, department),),
        department=department,
        asks=tuple(dict.fromkeys(one for one in asked if not one.startswith("第"))),
    )


def _to(facts: Facts, department: str) -> str:
    return HEAD if facts.roster.headed(department) else GENERAL_MANAGER


def _to_managers(found: Month, facts: Facts, settings: Settings, due: dt.date) -> ReportMail:
    period = found.period
    readers = {one.department: _readers(one, facts) for one in found.lines}
    title = f"内部信息反馈单汇总（{period.words}）"
    name = f"内部信息反馈单汇总_{period.words}.xlsx"
    nothing = not (found.received or found.outstanding)
    attachments: tuple[tuple[str, bytes], ...] = ()
    if not nothing:
        attachments = ((name, reportbook.write(notices_book.overview(found, readers, title, facts.now))),)
    overdue = sum(one.late for one in found.outstanding)
    headline = f"涉及 {found.departments} 个部门 {found.received} 件" if found.received else "没有反馈"
    headline += f"，以前未答复 {len(found.outstanding)} 件" if found.outstanding else ""
    return ReportMail(
        key=answered.key(period.label),
        subject=f"【内部信息反馈单】{period.words}：{headline}",
        template="notices_overview",
        context={
            "title": title,
            "period": period.words,
            "month": period.name,
            "before": period.name_before,
            "as_of": facts.now,
            "due": due,
            "nothing": nothing,
            "verdict": _verdict(found, overdue),
            "departments": [_department(one, readers[one.department]) for one in found.lines],
            "groups": [
                {"title": title, "told": _told(found.groups[column])}
                for title, column in (("来源", "反馈渠道"), ("类别", "反馈类别"))
            ],
            "owed": found.outstanding[:OWED],
            "owed_count": len(found.outstanding),
            "unnamed": [one.ticket for one in found.unnamed.cases[:OWED]],
            "unnamed_count": len(found.unnamed.cases),
            "withheld": [
                {"ticket": case.ticket, "department": one.department, "summary": _cut(case.summary)}
                for one in found.notices
                for case in one.told
                if case.withheld
            ],
            "attachment": name if attachments else "",
            "workbook": settings.workbook.name,
        },
        attachments=attachments,
        roles=MANAGERS,
    )


def _verdict(found: Month, overdue: int) -> str:
    period = found.period
    if not found.received:
        told = f"{period.name}没有收到反馈，没有部门需要整改。"
    else:
        told = (
            f"{period.name}收到 {found.received} 件（{period.name_before} {found.before}，"
            f"{change(found.received, found.before)}），涉及 {found.departments} 个部门。"
        )
    if further := sum(len(one.further) for one in found.notices):
        told += f"另有以前月份的 {further} 件当时没有问到（补登或改了部门），这次一并请部门答复。"
    if not found.asked_before:
        return told
    if not found.outstanding:
        return f"{told}以前发出的 {found.asked_before} 件都答复了。"
    late = f"，其中 {overdue} 件过了答复日期" if overdue else ""
    return f"{told}以前发出的 {found.asked_before} 件中还有 {len(found.outstanding)} 件没有答复{late}。"


def _tiles(notice: Notice, cases: Sequence[Told], late: Sequence[LateCase], period: Period) -> list[dict[str, object]]:
    angry, again = sum(one.dissatisfied for one in cases), sum(bool(one.again) for one in cases)
    return [
        {"label": f"反馈（{period.name_before} {notice.before}）", "value": len(cases), "tone": ""},
        {"label": "超时环节", "value": len(late), "tone": "late" if late else "good"},
        {"label": "不满意", "value": angry, "tone": "late" if angry else "good"},
        {"label": "同一辆车又反馈", "value": again, "tone": "risk" if again else "good"},
    ]


def _case(one: Told, period: Period) -> dict[str, object]:
    return {
        "ticket": one.ticket,
        "major": one.major,
        "received": f"{one.received:%m-%d}{'（补问）' if one.received < period.first else ''}",
        "category": one.category,
        "summary": _cut(one.summary),
        "responsible": one.responsible,
        "late": one.late,
        "satisfaction": one.satisfaction,
        "dissatisfied": one.dissatisfied,
        "again": "、".join(one.again[-2:]),
        "measures": _cut(one.measures),
    }


def _late(case: LateCase, numbers: dict[int, str]) -> dict[str, object]:
    return {
        "ticket": numbers.get(case.row) or f"第{case.row}行",
        "stage": case.stage,
        "rule": case.rule,
        "late": span(case.late),
        "open": case.open,
        "person": case.person or "未安排人员",
        "role": case.role,
    }


def _readers(one: Notice, facts: Facts) -> str:
    """Who gets the notice, ``""`` where nobody has an address; or why there is none."""
    if not one.department:
        return "没有部门收到"
    if not (one.asked or one.outstanding):
        return "不必发"
    roster, day = facts.roster, facts.now.date()
    return "、".join(reader.name for reader in roster.readers((_to(facts, one.department),), day, one.department))


def _department(one: Notice, reader: str) -> dict[str, object]:
    return {
        "name": one.department or BLANK,
        "reader": reader,
        "nobody": not reader,
        "count": len(one.cases),
        "before": one.before,
        "late": len(one.late),
        "again": sum(bool(case.again) for case in one.cases),
        "owed": len(one.outstanding),
    }


def _told(lines: Sequence[Line]) -> list[str]:
    return [
        f"{one.label} {one.received.count}（{change(one.received.count, one.before.count)}）"
        for one in lines
        if one.received
    ]


def _cut(text: str) -> str:
    return text if len(text) <= _SHORT else f"{text[: _SHORT - 1]}…"
