"""People: nobody involved handles the case (STD-20); every role has a primary and a backup (STD-21), and a mailbox."""

from __future__ import annotations

from collections.abc import Iterator

from automation import addresses
from automation.checks.facts import Check, Facts, mark
from automation.roster import names_in, uncovered
from workbook import distinct
from workbook.duties import HANDLING
from workbook.finding import Finding, Severity
from workbook.schema import ACCIDENTS, CALLBACKS, EVENTS, PENDING, REWARDS, STAFF
from workbook.vocabulary import ALL_FLOWS, STANDARD_FLOW

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
    for column in HANDLING:
        both = distinct.spread(_names_in_both, facts.involved, register[column])
        yield from mark(
            records,
            register.index[both.astype(bool)],
            column,
            "STD-20",
            Severity.ERROR,
            lambda row, both=both, column=column: (  # type: ignore[misc]
                f"“{column}”{'、'.join(both.at[row])} 是本单的当事人或责任人，不得参与处理"
            ),
            f"换一位“{column}”；当事人不得直接参与客户投诉处理（STD-20）",
        )
    by_ticket = facts.involved.set_axis(register["编号"]).drop("", errors="ignore")
    by_ticket = by_ticket[by_ticket.astype(bool)]
    by_ticket = by_ticket[~by_ticket.index.duplicated(keep="last")]
    for table, columns in _ELSEWHERE:
        elsewhere = facts.ledger[table]
        for column in columns:
            about = elsewhere.frame[elsewhere.frame["编号"].isin(by_ticket.index)]
            names = by_ticket.reindex(about["编号"]).set_axis(about.index)
            hits = distinct.spread(_names_in_both, names, about[column])
            yield from mark(
                elsewhere,
                about.index[hits.astype(bool)],
                column,
                "STD-20",
                Severity.ERROR,
                lambda row, hits=hits, column=column: (  # type: ignore[misc]
                    f"“{column}”{'、'.join(hits.at[row])} 是本单的当事人或责任人，不得参与处理"
                ),
                "换一个人办理；当事人不得直接参与客户投诉处理（STD-20）",
            )


def _names_in_both(involved: frozenset[str], text: str) -> tuple[str, ...]:
    return tuple(sorted(involved.intersection(names_in(text))))


def roles_covered(facts: Facts) -> Iterator[Finding]:
    """STD-21: a role without primary or backup, or with both away today."""
    records = facts.ledger[STAFF]
    if not facts.roster.people:
        yield Finding(
            "STD-21",
            Severity.ERROR,
            "“人员”表是空的：不知道提醒该发给谁",
            "在“人员”表填写每个角色的主要责任人和次要责任人及邮箱",
            sheet=records.sheet,
        )
        return
    asked = _asked(facts)
    held = [person.role for person in facts.roster.people if person.role not in ("", "接收人", "部门负责人")]
    roles = [role for role in dict.fromkeys([*asked, *held]) if role and role != "接收人"]
    for role, told in uncovered(facts.roster, roles, facts.now.date()):
        holder = next(iter(facts.roster.in_role(role)), None)
        where = records.cell(holder.row, "角色") if holder else None
        yield Finding(
            "STD-21",
            Severity.ERROR if holder is None else Severity.WARNING,
            f"{where or records.sheet} {told}",
            "每个环节都要安排主要责任人和次要责任人，休息不得延误时限",
            where,
            sheet=records.sheet,
        )


def _asked(facts: Facts) -> list[str]:
    """The roles that the rules call for; a flow that no ticket follows needs nobody."""
    walked = {STANDARD_FLOW, ALL_FLOWS, *facts.clocks.flows}
    rules = [stage[-1] for flow, stages in facts.book.flows.items() if flow in walked for stage in stages]
    return [role for rule in rules for role in (rule.responsible, rule.escalates_to)]


def mailboxes(facts: Facts) -> Iterator[Finding]:
    """MAIL-07: an address in 人员 that is none, is not clear, or is missing where the rules call for the role.

    Two persons may share a mailbox: each gets what is his, in one mail. While nobody at all has one, it is not used.
    """
    records = facts.ledger[STAFF]
    written = records.frame["邮箱"].astype(str).str.strip()
    if not written.any():
        return
    roles = set(_asked(facts)) - {""}
    for person in facts.roster.people:
        if not person.employed:
            continue
        wrong = addresses.read(written.at[person.row]).wrong
        if not written.at[person.row] and person.role in roles:
            wrong = f"“{person.role}”{person.name}没有填写邮箱"
        if wrong:
            yield from mark(
                records,
                [person.row],
                "邮箱",
                "MAIL-07",
                Severity.WARNING if person.address or not written.at[person.row] else Severity.ERROR,
                lambda row, wrong=wrong, sent=person.address: f"{wrong}{'' if sent else '：提醒发不到'}",  # type: ignore[misc]
                f"一格只写一个邮箱，用半角字母和数字，例如 {addresses.EXAMPLE}",
            )


CHECKS: tuple[Check, ...] = (involved_handling, roles_covered, mailboxes)
