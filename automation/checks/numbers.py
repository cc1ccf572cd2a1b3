"""编号: duplicated, malformed, changed, vanished, gaps (STD-03)."""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd

from automation.checks.facts import Check, Facts, mark
from automation.numbering import fingerprints
from workbook.finding import Finding, Severity


def duplicated(facts: Facts) -> Iterator[Finding]:
    """NUM-01: two rows bear one number."""
    numbers = facts.register["编号"]
    again = numbers[(numbers != "") & numbers.duplicated(keep="first")]
    first = numbers[~numbers.duplicated(keep="first")]
    where = {number: row for row, number in first.items()}
    yield from mark(
        facts.ledger.register,
        again.index,
        "编号",
        "NUM-01",
        Severity.ERROR,
        lambda row: f"编号 {again.at[row]} 与第 {where[again.at[row]]} 行重复",
        "如果是复制的行，请清空这一行的编号，kesu 会给新编号",
    )


def malformed(facts: Facts) -> Iterator[Finding]:
    """NUM-02 and NUM-06: a number not of the form FKyyyymmdd-nnn, or whose day is not the day of 接收时间."""
    records, register = facts.ledger.register, facts.register
    numbers = register["编号"][register["编号"] != ""]
    day = pd.to_datetime(facts.day_and_count["day"], format="%Y%m%d", errors="coerce").reindex(numbers.index)
    wrong = numbers[day.isna()]
    yield from mark(
        records,
        wrong.index,
        "编号",
        "NUM-02",
        Severity.ERROR,
        lambda row: f"编号“{wrong.at[row]}”格式不对",
        "格式为 FK+年月日+“-”+三位序号，例如 FK20261121-007；清空后由 kesu 自动编号",
    )
    received = register["接收时间"].loc[numbers.index].dt.normalize()
    yield from mark(
        records,
        numbers.index[day.notna() & received.notna() & (day != received)],
        "编号",
        "NUM-06",
        Severity.WARNING,
        lambda row: f"编号 {numbers.at[row]} 的日期与“接收时间”{register.at[row, '接收时间']:%Y-%m-%d} 不一致",
        "核对接收时间；编号一经给出不再改变",
    )


def changed(facts: Facts) -> Iterator[Finding]:
    """NUM-03: a case that had one number now bears another."""
    records, register = facts.ledger.register, facts.register
    here = set(register["编号"])
    lost = {issue.fingerprint: issue.number for issue in facts.past.issued if issue.number not in here}
    if not lost:
        return
    marks = fingerprints(register)
    before = {issue.number for issue in facts.past.issued}
    rows = register.index[marks.isin(lost) & ~register["编号"].isin({"", *before})]
    yield from mark(
        records,
        rows,
        "编号",
        "NUM-03",
        Severity.ERROR,
        lambda row: f"编号由 {lost[marks.at[row]]} 被改成了 {register.at[row, '编号']}",
        "编号一经给出不得更改：请改回原来的编号",
    )


def vanished(facts: Facts) -> Iterator[Finding]:
    """NUM-05: a number that was written into the register is not there any more."""
    here = set(facts.register["编号"])
    missing = [issue for issue in facts.past.issued if issue.written and issue.number not in here]
    marks = set(fingerprints(facts.register)) if missing else set()
    for issue in missing:
        if issue.fingerprint not in marks:
            yield Finding(
                "NUM-05",
                Severity.WARNING,
                f"编号 {issue.number}（{issue.received:%Y-%m-%d %H:%M} 接收）已从登记表中消失，可能整行被删除",
                "如非有意删除，请从备份恢复该行；这个编号不会再给别人",
                sheet=facts.ledger.register.sheet,
                ticket=issue.number,
            )


def gaps(facts: Facts) -> Iterator[Finding]:
    """NUM-04: within a day a number is missing that nobody accounts for."""
    records = facts.ledger.register
    parts = facts.day_and_count
    known = {issue.number for issue in facts.past.issued}
    highest = parts.groupby("day")["count"].agg(["max", "nunique"])
    gappy = highest.index[(highest["max"] != highest["nunique"]) & (highest["max"] <= 5_000)]
    for day, group in parts[parts["day"].isin(gappy)].groupby("day"):
        taken = set(group["count"])
        for missing in sorted(set(range(1, max(taken))) - taken):
            number = f"FK{day}-{missing:03d}"
            if number in known:
                continue  # NUM-05 speaks of it, or it waits for its row
            after = group[group["count"] > missing].index[0]
            yield from mark(
                records,
                [after],
                "编号",
                "NUM-04",
                Severity.INFO,
                lambda row, number=number: f"之前缺少编号 {number}（当天编号不连续）",  # type: ignore[misc]
                "确认是否误删了一行；缺号不会补用",
            )


CHECKS: tuple[Check, ...] = (duplicated, malformed, changed, vanished, gaps)
