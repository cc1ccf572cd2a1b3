"""Home visits: a major complaint among the pending items is visited, after the GM was asked (STD-14)."""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd

from automation.checks.facts import Check, Facts, mark
from automation.checks.trail import MAJOR, later
from automation.sla import pending
from workbook.finding import Finding, Severity
from workbook.schema import EVENTS, PENDING

PATIENCE_DAYS = 7
"""How long a visit may be wanting before that is an error, where no 预计完成日期 comes earlier. The source gives none."""

VISIT, ASKED = "上门拜访", "请示总经理"


def _major_items(facts: Facts) -> pd.DataFrame:
    """The major cases in either ledger, a row a 编号, with the first record of the visit and of the GM being asked.

    ``visited`` and ``asked`` tell whether there is a record at all; ``visit`` and ``approval`` when, if it says.
    The GM was asked: 认可人 and 认可日期 of a ledger, 总经理意见 of the register, or an entry of 处理记录.
    """
    register = facts.register
    entries = pending.items(facts.ledger)
    major = register[(register["级别"] == MAJOR) & register["编号"].isin(entries["编号"])]
    major = major[~major["编号"].duplicated()].set_index("编号")
    events = facts.ledger[EVENTS].frame
    events = events[events["编号"].isin(major.index)]
    own = entries[entries["编号"].isin(major.index)]
    approved = own[(own["认可人"] != "") & own["认可日期"].notna()]
    opinion = major[major["总经理意见"] != ""]
    visits, asked = events[events["事项"] == VISIT], events[events["事项"] == ASKED]
    visit = _first((own, "上门日期"), (visits, "时间"))
    approval = _first((approved, "认可日期"), (opinion.reset_index(), "总经理意见时间"), (asked, "时间"))
    return pd.DataFrame(
        {
            "visit": visit.reindex(major.index),
            "approval": approval.reindex(major.index),
            "visited": major.index.isin(visit.index) | major.index.isin(visits["编号"]),
            "asked": major.index.isin([*approval.index, *opinion.index, *asked["编号"]]),
            "expected": own.groupby("编号")["预计完成日期"].min().reindex(major.index),
            "went_on": major["转管理部时间"].notna() | major["归档时间"].notna(),
        },
        index=major.index,
    ).join(pending.by_ticket(facts.ledger)[["open", "since"]])


def _first(*sources: tuple[pd.DataFrame, str]) -> pd.Series:
    """The earliest time that any of the frames has in its column, by 编号; numbers without any are left out."""
    told = pd.concat([frame.set_index("编号")[column] for frame, column in sources]).dropna()
    return told.groupby(level=0).min()


def home_visit(facts: Facts) -> Iterator[Finding]:
    """STD-14: an open major pending item without a visit, or one visited without asking the GM first."""
    if all(facts.ledger[table].frame.empty for table in PENDING):
        return
    items = _major_items(facts)
    today = pd.Timestamp(facts.now).normalize()
    owed = items[items["open"].eq(True) & ~items["visited"] & ~items["went_on"]]
    overdue = (owed["expected"].dt.normalize() < today) | (
        (today - owed["since"].dt.normalize()).dt.days > PATIENCE_DAYS
    )
    unasked = items[items["visited"] & (~items["asked"] | later(items["approval"], items["visit"]))]
    told: set[str] = set()
    for table in PENDING:
        records = facts.ledger[table]
        numbers = records.frame["编号"]
        lines = numbers[~numbers.isin(told) & ~numbers.duplicated(keep="last")]
        told |= set(lines)
        for which, severity in ((owed[overdue], Severity.ERROR), (owed[~overdue], Severity.WARNING)):
            yield from mark(
                records,
                lines.index[lines.isin(which.index)],
                "上门日期",
                "STD-14",
                severity,
                lambda row, lines=lines: f"重大投诉{_since(items.at[lines.at[row], 'since'])}，还没有上门拜访的记录",  # type: ignore[misc]
                "请示主管总经理后上门拜访客户，填写上门日期，或在“处理记录”中补记“请示总经理”和“上门拜访”",
            )
        yield from mark(
            records,
            lines.index[lines.isin(unasked.index)],
            "上门日期",
            "STD-14",
            Severity.WARNING,
            lambda row, lines=lines: _unasked(unasked.loc[lines.at[row]]),  # type: ignore[misc]
            "上门前先请示主管总经理；当时已请示的，补记认可日期或“处理记录”的“请示总经理”",
        )


def _since(since: pd.Timestamp) -> str:
    return f"于 {since:%Y-%m-%d} 转入未了事宜" if pd.notna(since) else "已转入未了事宜"


def _unasked(item: pd.Series) -> str:
    if not item["asked"]:
        return "重大投诉已上门拜访，但没有请示主管总经理的记录"
    return f"上门拜访（{item['visit']:%Y-%m-%d}）早于请示主管总经理（{item['approval']:%Y-%m-%d}）"


CHECKS: tuple[Check, ...] = (home_visit,)
