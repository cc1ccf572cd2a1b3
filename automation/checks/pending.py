"""Pending items: GM's approval (STD-13), both ledgers alike (STD-15), talked to by the 4th (STD-16), brought back (STD-17)."""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd

from automation.checks.facts import Check, Facts, mark
from automation.roster import names_in
from automation.sla import pending
from workbook import distinct
from workbook.finding import Finding, Severity
from workbook.ledger import Records
from workbook.schema import PENDING, TEMPORAL, Table

GM = "主管总经理"
_COMPARED = ("车牌号", "客户姓名", "事由", "转入日期", "认可人", "认可日期", "负责人", "备用负责人", "预计完成日期",
             "最近沟通日期", "沟通方式", "沟通结果", "上门日期", "状态", "完成日期")  # fmt: skip
"""What must be the same in both ledgers (STD-15): everything but the remark."""


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
    entries = {table: _entries(facts.ledger[table]) for table in PENDING}
    for table, other in (PENDING, PENDING[::-1]):
        mine, theirs = entries[table], entries[other]
        alone = mine[~mine["编号"].isin(theirs["编号"])]
        yield from mark(
            facts.ledger[table],
            alone.index,
            "编号",
            "STD-15",
            Severity.ERROR,
            lambda row, other=other: f"这项未了事宜不在“{other.sheet}”中",  # type: ignore[misc]
            f"在“{other.sheet}”中补记同样的内容",
        )
    yield from _differences(facts, entries)
    register = facts.register
    unclear = register["责任明确"].eq("否") & register["归档时间"].isna() & register["编号"].ne("")
    listed = pd.concat([entries[table]["编号"] for table in PENDING])
    yield from mark(
        facts.ledger.register,
        register.index[unclear & ~register["编号"].isin(listed)],
        "责任明确",
        "STD-15",
        Severity.ERROR,
        lambda row: "责任未明，但两本未了事宜台帐里都没有这一单",
        "在客户经理和客户服务中心的台帐上分别登记",
    )
    numbers = set(register["编号"])
    for table in PENDING:
        mine = entries[table]
        yield from mark(
            facts.ledger[table],
            mine.index[~mine["编号"].isin(numbers)],
            "编号",
            "STD-15",
            Severity.WARNING,
            lambda row, mine=mine: f"编号 {mine.at[row, '编号']} 不在反馈登记中",  # type: ignore[misc]
            "核对编号",
        )


def _entries(records: Records) -> pd.DataFrame:
    frame = records.frame[records.frame["编号"] != ""]
    return frame[~frame["编号"].duplicated(keep="last")]


def _differences(facts: Facts, entries: dict[Table, pd.DataFrame]) -> Iterator[Finding]:
    manager, centre = (entries[table].reset_index(names="行").set_index("编号") for table in PENDING)
    shared = manager.index.intersection(centre.index)
    records = facts.ledger[PENDING[0]]
    for column in _COMPARED:
        left, right = manager.loc[shared, column], centre.loc[shared, column]
        if records.table[column].kind in TEMPORAL:
            left, right = left.dt.strftime("%Y-%m-%d").fillna(""), right.dt.strftime("%Y-%m-%d").fillna("")
        differs = shared[(left != right).to_numpy(dtype=bool)]
        for number in differs:
            there = facts.ledger[PENDING[1]].place(int(centre.at[number, "行"]), column)
            yield from mark(
                records,
                [int(manager.at[number, "行"])],
                column,
                "STD-15",
                Severity.ERROR,
                lambda row, number=number, left=left, right=right, there=there, column=column: (  # type: ignore[misc]
                    f"“{column}”是“{left.at[number] or '空'}”，而 {there} 是“{right.at[number] or '空'}”，两本台帐不一致"
                ),
                "核对后把两本台帐改成一致",
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
