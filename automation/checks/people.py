"""People: nobody involved handles the case (STD-20); every role has a primary and a backup (STD-21)."""

from __future__ import annotations

from collections.abc import Iterator

from automation.checks.facts import Check, Facts, mark
from automation.roster import names_in, uncovered
from workbook.finding import Finding, Severity
from workbook.schema import ACCIDENTS, CALLBACKS, EVENTS, PENDING, REWARDS, STAFF

HANDLING = ("填单人", "经办人", "复核人", "回访人")
"""Who handles a ticket in the register. 接收人 may be the one complained to about himself: he only hears and reports."""

_ELSEWHERE = (
    *((table, ("负责人", "备用负责人", "认可人")) for table in PENDING),
    (EVENTS, ("经手人",)),
    (CALLBACKS, ("回访人",)),
    (REWARDS, ("认定人", "审批人")),
    (ACCIDENTS, ("批准人",)),
)


def involved_handling(facts: Facts) -> Iterator[Finding]:
    """STD-20: the person involved stands in a handling role, in the register or in any sheet about the ticket."""
    records, register = facts.ledger.register, facts.register
    involved = facts.involved()
    named = involved[involved.map(bool)]
    for column in HANDLING:
        both = {row: sorted(named.at[row] & set(names_in(register.at[row, column]))) for row in named.index}
        yield from mark(
            records,
            [row for row, names in both.items() if names],
            column,
            "STD-09" if column == "回访人" else "STD-20",
            Severity.ERROR,
            lambda row, both=both, column=column: (  # type: ignore[misc]
                f"“{column}”{'、'.join(both[row])} 是本单的当事人或责任人,不得参与处理"
            ),
            f"换一位“{column}”;当事人不得直接参与客户投诉处理(STD-20)",
        )
    by_ticket = {register.at[row, "编号"]: names for row, names in named.items() if register.at[row, "编号"]}
    for table, columns in _ELSEWHERE:
        elsewhere = facts.ledger[table]
        for column in columns:
            people = elsewhere.frame[column]
            hits = {
                row: sorted(by_ticket.get(ticket, frozenset()) & set(names_in(people.at[row])))
                for row, ticket in elsewhere.frame["编号"].items()
                if ticket in by_ticket
            }
            yield from mark(
                elsewhere,
                [row for row, names in hits.items() if names],
                column,
                "STD-20",
                Severity.ERROR,
                lambda row, hits=hits, column=column: (  # type: ignore[misc]
                    f"“{column}”{'、'.join(hits[row])} 是本单的当事人或责任人,不得参与处理"
                ),
                "换一个人办理;当事人不得直接参与客户投诉处理(STD-20)",
            )


def roles_covered(facts: Facts) -> Iterator[Finding]:
    """STD-21: a role without primary or backup, or with both away today."""
    records = facts.ledger[STAFF]
    if not facts.roster.people:
        yield Finding(
            "STD-21",
            Severity.ERROR,
            "“人员”表是空的:不知道提醒该发给谁",
            "在“人员”表填写每个角色的主要责任人和次要责任人及邮箱",
            sheet=records.sheet,
        )
        return
    asked = [stage[-1].responsible for stages in facts.book.flows.values() for stage in stages]
    asked += [stage[-1].escalates_to for stages in facts.book.flows.values() for stage in stages]
    held = [person.role for person in facts.roster.people if person.role not in ("", "接收人", "部门负责人")]
    roles = [role for role in dict.fromkeys([*asked, *held]) if role and role != "接收人"]
    for role, told in uncovered(facts.roster, roles, facts.now.date()):
        holder = next(iter(facts.roster.in_role(role)), None)
        where = records.cell(holder.row, "角色") if holder else None
        yield Finding(
            "STD-21",
            Severity.ERROR if holder is None else Severity.WARNING,
            f"{where or records.sheet} {told}",
            "每个环节都要安排主要责任人和次要责任人,休息不得延误时限",
            where,
            sheet=records.sheet,
        )


CHECKS: tuple[Check, ...] = (involved_handling, roles_covered)
