"""Pending items: GM's approval (STD-13), both ledgers alike (STD-15), talked to by the 4th (STD-16), brought back (STD-17)."""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd

from automation.checks.facts import Check, Facts, mark
from automation.roster import names_in
from automation.sla import pending
from workbook import distinct
from workbook.finding import Finding, Severity
from workbook.schema import PENDING

GM = "主管总经理"


def approved(facts: Facts) -> Iterator[Finding]:
    """STD-13: a pending item bears the name of the GM and the day he approved."""
    gms = {person.name for person in facts.roster.in_role(GM)}
    for table in PENDING:
        records = facts.ledger[table]
        frame = records.frame
        bare = (frame["认可人"] == "") | frame["认可日期"].isna()
        yield from mark(
            records,
            frame.index[bare & (frame["编号"] != "")],
            "认可人",
            "STD-13",
            Severity.ERROR,
            lambda row: "转入未了事宜，但没有主管总经理的认可人或认可日期",
            "报主管总经理认可后填写认可人和认可日期",
        )
        if gms:
            others = distinct.spread(lambda text: bool(text) and gms.isdisjoint(names_in(text)), frame["认可人"])
            yield from mark(
                records,
                frame.index[others.astype(bool)],
                "认可人",
                "STD-13",
                Severity.ERROR,
                lambda row, frame=frame: f"认可人“{frame.at[row, '认可人']}”不是主管总经理",  # type: ignore[misc]
                f"未了事宜须由主管总经理（{'、'.join(sorted(gms))}）认可",
            )
    register = facts.register
    listed = set(pending.items(facts.ledger)["编号"])
    silent = register["责任明确"].eq("否") & ~register["编号"].isin(listed) & register["总经理意见"].eq("")
    yield from mark(
        facts.ledger.register,
        register.index[silent & register["归档时间"].isna()],
        "责任明确",
        "STD-13",
        Severity.ERROR,
        lambda row: "责任未明，但没有主管总经理认可的记录；在认可之前时限照常计算",
        "报主管总经理认可，并登记到两本未了事宜台帐",
    )


def both_ledgers(facts: Facts) -> Iterator[Finding]:
    """STD-15: every pending item stands in both ledgers with the same facts, and the register marks it."""
    for table in PENDING:
        numberless = facts.ledger[table].frame["编号"]
        yield from mark(
            facts.ledger[table],
            numberless.index[numberless == ""],
            "编号",
            "STD-15",
            Severity.ERROR,
            lambda row: "这项未了事宜没有编号，不知道是哪一单",
            "填写反馈登记中的编号",
        )
    yield from _differences(facts)
    register = facts.register
    unclear = register["责任明确"].eq("否") & register["归档时间"].isna() & register["编号"].ne("")
    listed = set(pending.items(facts.ledger)["编号"])
    yield from mark(
        facts.ledger.register,
        register.index[unclear & ~register["编号"].isin(listed)],
        "责任明确",
        "STD-15",
        Severity.ERROR,
        lambda row: "责任未明，但两本未了事宜台帐里都没有这一单",
        "在客户经理和客户服务中心的台帐上分别登记",
    )
    numbers = facts.numbers
    for table in PENDING:
        mine = facts.ledger[table].frame
        mine = mine[(mine["编号"] != "") & ~mine["编号"].duplicated(keep="last")]
        yield from mark(
            facts.ledger[table],
            mine.index[~mine["编号"].isin(numbers)],
            "编号",
            "STD-15",
            Severity.WARNING,
            lambda row, mine=mine: f"编号 {mine.at[row, '编号']} 不在反馈登记中",  # type: ignore[misc]
            "核对编号",
        )


def _differences(facts: Facts) -> Iterator[Finding]:
    manager, centre = (facts.ledger[table] for table in PENDING)
    for one in pending.differences(facts.ledger):
        row, there = one.rows
        if row is None or there is None:
            records, missing = (centre, manager) if row is None else (manager, centre)
            told = f"这项未了事宜不在“{missing.sheet}”中"
            advice = f"在“{missing.sheet}”中补记同样的内容"
        else:
            records, advice = manager, "核对后把两本台帐改成一致"
            told = (
                f"“{one.column}”是“{one.manager or '空'}”，而 {centre.place(there, one.column)} 是“{one.centre or '空'}”，"
                "两本台帐不一致"
            )
        at = row if row is not None else there
        assert at is not None
        yield from mark(
            records,
            [at],
            one.column,
            "STD-15",
            Severity.ERROR,
            lambda row, told=told: told,  # type: ignore[misc]
            advice,
        )


def talked_to(facts: Facts) -> Iterator[Finding]:
    """STD-16: an open pending item of an earlier month whose customer was not talked to by the 4th."""
    items = pending.by_ticket(facts.ledger)
    archived = facts.register.loc[facts.register["归档时间"].notna(), "编号"]  # STD-17 speaks of those
    owed = items[items["open"].eq(True) & (items["talk_due"] < pd.Timestamp(facts.now)) & ~items.index.isin(archived)]
    for table in PENDING:
        records = facts.ledger[table]
        frame = records.frame
        rows = frame.index[frame["编号"].isin(owed.index) & frame["状态"].ne("已了")]
        yield from mark(
            records,
            rows,
            "最近沟通日期",
            "STD-16",
            Severity.ERROR if table is PENDING[0] else Severity.WARNING,
            lambda row, frame=frame: (  # type: ignore[misc]
                f"应在 {owed.at[frame.at[row, '编号'], 'talk_due']:%Y-%m-%d} 前与客户沟通，"
                + (
                    f"最近一次是 {frame.at[row, '最近沟通日期']:%Y-%m-%d}"
                    if pd.notna(frame.at[row, "最近沟通日期"])
                    else "没有沟通记录"
                )
            ),
            "联系客户提醒及时回厂处理，记下沟通日期、方式和结果",
        )


def brought_back(facts: Facts) -> Iterator[Finding]:
    """STD-17: a pending item that is resolved says when; one that went on is no longer open in the ledgers."""
    register = facts.register
    further = dict(zip(register["编号"], register["转管理部时间"].notna() | register["归档时间"].notna(), strict=True))
    for table in PENDING:
        records = facts.ledger[table]
        frame = records.frame
        yield from mark(
            records,
            frame.index[frame["状态"].eq("已了") & frame["完成日期"].isna()],
            "完成日期",
            "STD-17",
            Severity.ERROR,
            lambda row: "状态是“已了”，但没有完成日期；转回责任认定后的时限从完成日期起算",
            "填写完成日期",
        )
        went_on = frame["编号"].map(further).eq(True) & frame["状态"].ne("已了")
        yield from mark(
            records,
            frame.index[went_on],
            "状态",
            "STD-17",
            Severity.WARNING,
            lambda row: "反馈登记中本单已转管理部或归档，台帐上仍是未了",
            "问题解决后把状态改为“已了”并填写完成日期",
        )


CHECKS: tuple[Check, ...] = (approved, both_ledgers, talked_to, brought_back)
