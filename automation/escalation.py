"""Who is told what: at risk the person responsible now, late also the role above, still late the general manager."""

from __future__ import annotations

import datetime as dt
import math
from collections import defaultdict
from collections.abc import Hashable, Iterator, Mapping, Set
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from automation.advice import PENDING_TODO, todo
from automation.alerts import Alert, Digest, Level, Recipient
from automation.checks.facts import Facts
from automation.roster import handler_column
from automation.settings import Alerts
from automation.sla.stages import StageClock
from automation.sla.verdict import Verdict
from workbook.finding import Finding, Severity
from workbook.schema import STAFF

TALK_RULE = "STD-16"
_TALK_STAGE = "未了沟通"
_TALK_SOURCE = "《汽车售后客户投诉处理流程和技巧》 客户经理每月4日完成上个月未了事宜的客户沟通提醒"
_MANAGER, _GM = "客户经理", "主管总经理"
ANY_HOUR = "重大"
"""The 级别 whose alerts leave at any time."""


@dataclass(frozen=True)
class Escalation:
    """``digests``: one mail a person; ``told``: the alert keys they cover; ``findings``: alerts that reach nobody;
    ``waiting``: keys of those that wait until alerts may leave, or for others to go with.
    """

    digests: tuple[Digest, ...]
    told: tuple[str, ...]
    findings: tuple[Finding, ...]
    waiting: tuple[str, ...] = ()
    standing: frozenset[str] = frozenset()
    """Keys of everything that may be said now, told before or not."""


@dataclass(frozen=True, slots=True)
class _Call:
    """An alert, the ``role`` it goes to, who is ``named`` for that in the ticket, and who is ``involved`` in it.

    ``since``: what is only at risk, is so from then on. ``handler``: who is named for the role that is responsible.
    """

    alert: Alert
    role: str
    named: str
    involved: frozenset[str]
    since: dt.datetime | None = None
    handler: str = ""

    def gathered(self, limits: Alerts, now: dt.datetime) -> bool:
        """Whether it is kept for a mail with others."""
        if self.alert.level is not Level.AT_RISK or self.since is None or self.alert.grade == ANY_HOUR:
            return False
        return now < limits.gathered_until(self.since, self.alert.due)


def escalate(facts: Facts, told: Set[str], limits: Alerts) -> Escalation:
    """Every alert not told yet, gathered into one digest a person.

    An alert is keyed on ticket, rule, due time and level, so a second pass tells nothing again, and a deadline that
    moves is news. At risk goes to the responsible role; late to it and, at the same time, to the role above; what is
    still not done after :func:`patience` to the general manager. Somebody involved is never told (STD-20). Outside the
    hours of ``limits`` only what is 重大 is told; all else is worked out anew when they begin. What is only at risk is
    gathered for a few mails a day, and goes along with any mail that leaves before.
    """
    boxes: dict[Recipient, list[tuple[Alert, str]]] = defaultdict(list)
    keys: list[str] = []
    waiting: list[str] = []
    unreachable: dict[_Gap, int] = defaultdict(int)
    gathered: list[tuple[_Call, list[Recipient]]] = []
    open_now = limits.sends_at(facts.now)

    def tell(call: _Call, people: list[Recipient]) -> None:
        keys.append(call.alert.key)
        alert = _naming(call, facts) if call.alert.level.from_above else call.alert
        for person in people:
            box = boxes[Recipient(person.name, person.address, person.role)]
            box.append((alert, _why(call, person.why)))

    calls = list(_calls(facts, limits))
    for call in (one for one in calls if one.alert.key not in told):
        people = facts.roster.told(
            call.role,
            facts.now.date(),
            named=call.named,
            department=call.alert.department,
            involved=call.involved,
        )
        reachable = [person for person in people if person.address]
        if not reachable:
            unreachable[call.role, people[0].name if people else "", ""] += 1
            continue
        for one in people:
            if not one.address:
                unreachable[call.role, one.name, "、".join(person.name for person in reachable)] += 1
        if not (open_now or call.alert.grade == ANY_HOUR):
            waiting.append(call.alert.key)
        elif call.gathered(limits, facts.now):
            gathered.append((call, reachable))
        else:
            tell(call, reachable)
    written_to = {person.address.lower() for person in boxes}
    for call, people in gathered:
        if any(person.address.lower() in written_to for person in people):
            tell(call, people)
        else:
            waiting.append(call.alert.key)
    digests = (
        Digest(person, facts.now, tuple(alert for alert, _ in box), tuple(why for _, why in box))
        for person, box in sorted(_joined(boxes).items(), key=lambda item: (item[0].address, item[0].name))
    )
    findings = tuple(_undeliverable(facts, unreachable))
    standing = frozenset(call.alert.key for call in calls)
    return Escalation(tuple(digests), tuple(keys), findings, tuple(waiting), standing)


def _naming(call: _Call, facts: Facts) -> Alert:
    """The alert with who answers for the responsible role today: its reader is to turn to a person."""
    alert, day = call.alert, facts.now.date()
    on_duty = facts.roster.on_duty(
        alert.responsible, day, named=call.handler, department=alert.department, involved=call.involved
    )
    return replace(alert, persons=tuple(one.name for one in on_duty))


def waits(facts: Facts, limits: Alerts) -> bool:
    """Whether something has yet to be told that may be told at some hours only."""
    told = facts.past.told
    return any(call.alert.grade != ANY_HOUR for call in _calls(facts, limits) if call.alert.key not in told)


def patience(stage: StageClock, limits: Alerts) -> npt.NDArray[np.timedelta64]:
    """How long past due each ticket's stage goes to the general manager, in whole seconds.

    A promise to the customer has no limit of its own: as long as there is at most.
    """
    most = longest(limits)
    if stage.rule.promised:
        return np.full(len(stage.due), most, dtype="m8[s]")
    limit = (stage.due - stage.start).astype("m8[s]")
    times = np.where(np.isnat(limit), 0, limit.astype(np.int64)) * limits.escalate_after_limits
    found: npt.NDArray[np.timedelta64] = np.minimum(np.ceil(times).astype("m8[s]"), most)
    return found


def longest(limits: Alerts) -> np.timedelta64:
    """:func:`patience` where there is no limit to measure it by."""
    return np.timedelta64(math.ceil(limits.escalate_at_most_hours * 3600), "s")


def _why(call: _Call, duty: str) -> str:
    """How the alert came to its reader; ``duty``: why he answers for the role."""
    alert = call.alert
    if not alert.level.from_above or call.role == alert.responsible:
        return duty
    late = "超时后仍未处理" if alert.level is Level.ESCALATED else "未按时处理"
    return f"上报：{alert.responsible}{late}" + (f"；{duty}" if duty.startswith(("备用", "主备")) else "")


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


def _calls(facts: Facts, limits: Alerts) -> Iterator[_Call]:
    """Each alert of this moment; none of a case that is closed or has no number."""
    going = facts.clocks.now_at["state"].ne("已办结") & facts.register["编号"].ne("")
    for flow in facts.clocks.flows.values():
        for stage in flow.stages:
            yield from _of_stage(facts, flow.index, stage, going, limits)
        yield from _talks(facts, flow.pending, going, limits)
    for beside in facts.clocks.beside:
        yield from _of_stage(facts, beside.index, beside.clock, going, limits)


def _of_stage(facts: Facts, index: pd.Index, stage: StageClock, going: pd.Series, limits: Alerts) -> Iterator[_Call]:
    alive = going.loc[index].to_numpy(dtype=bool)
    positions = np.flatnonzero(alive & stage.is_(Verdict.AT_RISK, Verdict.LATE))
    if not len(positions):
        return
    late = stage.is_(Verdict.LATE)[positions]
    overdue = late & (np.datetime64(facts.now, "s") - stage.due >= patience(stage, limits))[positions]
    rows = index[positions]
    tickets = facts.register.loc[rows, _SHOWN].to_dict("records")
    since = stage.risk[positions].astype("M8[s]").tolist()
    for position, row, ticket, is_late, is_overdue, at_risk in zip(
        positions.tolist(), rows, tickets, late.tolist(), overdue.tolist(), since, strict=True
    ):
        rule = stage.rule_at(position)
        named = handler_column(rule.stop, rule.responsible)
        for level, role in _levels(rule.responsible, rule.escalates_to, late=is_late, overdue=is_overdue):
            alert = _alert(
                facts,
                row,
                ticket,
                rule.id,
                rule.stage,
                level,
                stage.due[position],
                rule.responsible,
                todo(rule),
                rule.source,
            )
            handler = ticket[named] if named else ""
            named_here = handler if role == rule.responsible else ""
            yield _Call(alert, role, named_here, facts.involved.at[row], at_risk, handler)


def _talks(facts: Facts, pending: pd.DataFrame, going: pd.Series, limits: Alerts) -> Iterator[_Call]:
    """STD-16: from the 1st the customer of a pending item is to be talked to, by the 4th he has been."""
    most = dt.timedelta(seconds=int(longest(limits).astype(int)))
    owed = pending[pending["open"] & pending["talk_due"].notna()]
    owed = owed[going.loc[owed.index]]
    if owed.empty:
        return
    tickets = facts.register.loc[owed.index, _SHOWN].to_dict("records")
    for (row, due), ticket in zip(owed["talk_due"].items(), tickets, strict=True):
        if facts.now <= due and (facts.now.year, facts.now.month) != (due.year, due.month):
            continue
        moment = np.datetime64(due, "s")
        for level, role in _levels(_MANAGER, _GM, late=facts.now > due, overdue=facts.now - due >= most):
            alert = _alert(
                facts, row, ticket, TALK_RULE, _TALK_STAGE, level, moment, _MANAGER, PENDING_TODO, _TALK_SOURCE
            )
            named = ticket["经办人"] if role == _MANAGER else ""
            since = dt.datetime(due.year, due.month, 1)
            yield _Call(alert, role, named, facts.involved.at[row], since, ticket["经办人"])


def _levels(responsible: str, above: str, *, late: bool, overdue: bool) -> Iterator[tuple[Level, str]]:
    """What is told, and to which role. A rule without a role to tell tells nobody; one without a role above goes no
    further up.
    """
    if not responsible:
        return
    if not late:
        yield Level.AT_RISK, responsible
        return
    yield Level.LATE, responsible
    if above and above != responsible:
        yield Level.REPORTED, above
    if above and overdue:
        yield Level.ESCALATED, _GM


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


_Gap = tuple[str, str, str]
"""A role, whoever of it has no address, and who is told instead; nobody: the alerts stay due until 人员 has one."""


def _undeliverable(facts: Facts, unreachable: dict[_Gap, int]) -> Iterator[Finding]:
    """MAIL-01: alerts that did not reach whoever is to do something."""
    records = facts.ledger[STAFF]
    for (role, name, others), count in sorted(unreachable.items()):
        holders = facts.roster.in_role(role)
        asked = next((one for one in (*holders, *facts.roster.people) if one.name == name), None)
        where = records.cell(asked.row, "邮箱") if asked else None
        nobody = "能接手的人都是当事人或责任人" if holders else "在“人员”表中没有人担任"
        told = f"的{name}没有能用的邮箱" if asked else nobody
        became = f"只能发给{others}" if others else "发不出去"
        yield Finding(
            "MAIL-01",
            Severity.WARNING if others else Severity.ERROR,
            f"{where or records.sheet} 角色“{role}”{told}，{count} 条提醒{became}",
            f"在“人员”表为“{role}”安排主要和次要责任人并填写邮箱",
            where,
            sheet=records.sheet,
        )
