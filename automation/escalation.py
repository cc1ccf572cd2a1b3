"""Who is told what: a stage at risk or late goes to the person responsible now, one that stays late to the role above."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Hashable, Iterator, Mapping, Set
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from automation.advice import PENDING_TODO, todo
from automation.alerts import Alert, Digest, Level, Recipient
from automation.checks.facts import Facts
from automation.roster import handler_column
from automation.settings import Alerts
from automation.sla.verdict import Verdict
from workbook.finding import Finding, Severity
from workbook.schema import STAFF

TALK_RULE = "STD-16"
_TALK_STAGE = "未了沟通"
_TALK_SOURCE = "《汽车售后客户投诉处理流程和技巧》 客户经理每月4日完成上个月未了事宜的客户沟通提醒"
_MANAGER, _GM = "客户经理", "主管总经理"


@dataclass(frozen=True)
class Escalation:
    """``digests``: one mail a person; ``told``: the alert keys they cover; ``findings``: alerts that reach nobody."""

    digests: tuple[Digest, ...]
    told: tuple[str, ...]
    findings: tuple[Finding, ...]


def escalate(facts: Facts, told: Set[str], limits: Alerts) -> Escalation:
    """Every alert not told yet, gathered into one digest a person.

    An alert is keyed on ticket, rule, due time and level, so a second pass tells nothing again, and a deadline that
    moves is news. At risk and late go to the person responsible; late for another ``limits.escalate_after_limits``
    times the limit (at most ``escalate_at_most_hours``) also to the role above. Somebody involved is never told.
    """
    boxes: dict[Recipient, list[tuple[Alert, str]]] = defaultdict(list)
    keys: list[str] = []
    unreachable: dict[tuple[str, str], int] = defaultdict(int)
    for alert, responsible, above, named, involved in _alerts(facts, limits):
        if alert.key in told:
            continue
        role = above if alert.level is Level.ESCALATED else responsible
        people = facts.roster.on_duty(
            role, facts.now.date(), named=named if role == responsible else "", involved=involved
        )
        reachable = [person for person in people if person.address]
        if not reachable:
            unreachable[role, people[0].name if people else ""] += 1
            continue
        keys.append(alert.key)
        for person in reachable:
            why = person.why if alert.level is not Level.ESCALATED else f"上报：{responsible}超时未处理"
            boxes[Recipient(person.name, person.address, person.role)].append((alert, why))
    digests = (
        Digest(person, facts.now, tuple(alert for alert, _ in box), tuple(why for _, why in box))
        for person, box in sorted(_joined(boxes).items(), key=lambda item: (item[0].address, item[0].name))
    )
    return Escalation(tuple(digests), tuple(keys), tuple(_undeliverable(facts, unreachable)))


def _joined(boxes: dict[Recipient, list[tuple[Alert, str]]]) -> dict[Recipient, list[tuple[Alert, str]]]:
    """One box an address: a person with several roles gets one mail, and of one matter only the gravest alert."""
    by_address: dict[str, list[tuple[Recipient, list[tuple[Alert, str]]]]] = defaultdict(list)
    for person, box in boxes.items():
        by_address[person.address.lower()].append((person, box))
    joined = {}
    for several in by_address.values():
        roles = "、".join(dict.fromkeys(person.role for person, _ in several))
        first = several[0][0]
        gravest: dict[tuple[str, str], tuple[Alert, str]] = {}
        for alert, why in (entry for _, box in several for entry in box):
            matter = (alert.ticket, alert.rule)
            if matter not in gravest or alert.level > gravest[matter][0].level:
                gravest[matter] = (alert, why)
        ordered = sorted(gravest.values(), key=lambda entry: (-entry[0].level, -entry[0].late_by, entry[0].ticket))
        joined[Recipient(first.name, first.address, roles)] = ordered
    return joined


_SHOWN = [
    "编号",
    "客户姓名",
    "车牌号",
    "车型",
    "内容概要",
    "被反馈部门",
    "级别",
    "接收人",
    "填单人",
    "经办人",
    "复核人",
    "回访人",
]
"""What an alert says of a ticket, and who may be named in it."""

_Entry = tuple[Alert, str, str, str, frozenset[str]]


def _alerts(facts: Facts, limits: Alerts) -> Iterator[_Entry]:
    """Each alert of this moment with its role, the role above, who is named in the ticket, and who is involved."""
    register, now = facts.register, np.datetime64(facts.now, "s")
    involved = facts.involved
    most = dt.timedelta(hours=limits.escalate_at_most_hours)
    going = facts.clocks.now_at["state"].ne("已办结") & register["编号"].ne("")
    for flow in facts.clocks.flows.values():
        alive = going.loc[flow.index].to_numpy(dtype=bool)
        for stage in flow.stages:
            positions = np.flatnonzero(alive & stage.is_(Verdict.AT_RISK, Verdict.LATE))
            rows = flow.index[positions]
            tickets = register.loc[rows, _SHOWN].to_dict("records")
            for position, row, ticket in zip(positions.tolist(), rows, tickets, strict=True):
                rule, due = stage.rule_at(position), stage.due[position]
                levels = [Level.AT_RISK]
                if stage.verdict[position] == Verdict.LATE:
                    limit: dt.timedelta = (due - stage.start[position]).item()
                    levels = _late_levels((now - due).item(), min(limit * limits.escalate_after_limits, most))
                named = handler_column(rule.stop, rule.responsible)
                name = ticket[named] if named else ""
                for level in levels:
                    alert = _alert(
                        facts, row, ticket, rule.id, rule.stage, level, due, rule.responsible, todo(rule), rule.source
                    )
                    yield alert, rule.responsible, rule.escalates_to, name, involved.at[row]
        yield from _talks(facts, flow.pending, going, involved, most)


def _talks(
    facts: Facts, pending: pd.DataFrame, going: pd.Series, involved: pd.Series, most: dt.timedelta
) -> Iterator[_Entry]:
    """STD-16: from the 1st the customer of a pending item is to be talked to, by the 4th he has been."""
    owed = pending[pending["open"] & pending["talk_due"].notna()]
    owed = owed[going.loc[owed.index]]
    tickets = facts.register.loc[owed.index, _SHOWN].to_dict("records")
    for (row, due), ticket in zip(owed["talk_due"].items(), tickets, strict=True):
        if facts.now > due:
            levels = _late_levels(facts.now - due, most)
        elif (facts.now.year, facts.now.month) == (due.year, due.month):
            levels = [Level.AT_RISK]
        else:
            continue
        for level in levels:
            moment = np.datetime64(due, "s")
            alert = _alert(
                facts, row, ticket, TALK_RULE, _TALK_STAGE, level, moment, _MANAGER, PENDING_TODO, _TALK_SOURCE
            )
            yield alert, _MANAGER, _GM, ticket["经办人"], involved.at[row]


def _late_levels(late: dt.timedelta, patience: dt.timedelta) -> list[Level]:
    """What stays late past ``patience`` also goes to the role above."""
    return [Level.LATE, Level.ESCALATED] if late >= patience else [Level.LATE]


def _alert(
    facts: Facts,
    row: int,
    ticket: Mapping[Hashable, Any],
    rule: str,
    stage: str,
    level: Level,
    due: np.datetime64,
    responsible: str,
    advice: str,
    source: str,
) -> Alert:
    moment: dt.datetime = due.astype("M8[s]").item()
    where = facts.ledger.register.cell(row, "编号") or facts.ledger.register.cell(row, "接收时间")
    assert where is not None, "a register without 编号 and 接收时间 has no alerts"
    return Alert(
        ticket=ticket["编号"],
        rule=rule,
        stage=stage,
        level=level,
        due=moment,
        late_by=max(facts.now - moment, dt.timedelta(0)),
        where=where,
        responsible=responsible,
        customer=ticket["客户姓名"],
        plate=ticket["车牌号"],
        model=ticket["车型"],
        summary=ticket["内容概要"],
        department=ticket["被反馈部门"],
        grade=ticket["级别"],
        advice=advice,
        source=source,
    )


def _undeliverable(facts: Facts, unreachable: dict[tuple[str, str], int]) -> Iterator[Finding]:
    """MAIL-01: alerts that nobody can be sent; they stay due until 人员 has an address."""
    records = facts.ledger[STAFF]
    for (role, name), count in sorted(unreachable.items()):
        holders = facts.roster.in_role(role)
        asked = next((one for one in (*holders, *facts.roster.people) if one.name == name), None)
        where = records.cell(asked.row, "邮箱") if asked else None
        nobody = "能接手的人都是当事人或责任人" if holders else "在“人员”表中没有人担任"
        told = f"的{name}没有填写邮箱" if asked else nobody
        yield Finding(
            "MAIL-01",
            Severity.ERROR,
            f"{where or records.sheet} 角色“{role}”{told}，{count} 条提醒发不出去",
            f"在“人员”表为“{role}”安排主要和次要责任人并填写邮箱",
            where,
            sheet=records.sheet,
        )
