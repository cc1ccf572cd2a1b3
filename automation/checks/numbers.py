"""编号: duplicated, malformed, changed, vanished, gaps (STD-03)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

import pandas as pd

from automation.checks.facts import Check, Facts, clock_time, mark
from automation.history import another_case
from automation.numbering import count_at, fingerprints, places
from automation.past import CASE, PRESENCE, WATCHED, Change, History
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
    """NUM-03: a case that had one number now bears another, until it has its own again."""
    records, register = facts.ledger.register, facts.register
    here = facts.numbers
    lost = {issue.fingerprint: issue.number for issue in facts.past.issued if issue.number not in here}
    if not lost:
        return
    marks = fingerprints(register)
    history = facts.past.history
    known = {issue.number for issue in facts.past.issued}

    def came_instead(row: int) -> bool:
        """A number that was there beside the lost one is that of a case of its own."""
        number, gone = register.at[row, "编号"], _gone_since(history, lost[marks.at[row]])
        return number not in known or (gone is not None and history.since.get(number, facts.now) >= gone)

    rows = [row for row in register.index[marks.isin(lost) & (register["编号"] != "")] if came_instead(row)]
    yield from mark(
        records,
        rows,
        "编号",
        "NUM-03",
        Severity.ERROR,
        lambda row: (
            f"编号由 {lost[marks.at[row]]} 被改成了 {register.at[row, '编号']}"
            + _first_seen(_gone_since(history, lost[marks.at[row]]))
        ),
        "编号一经给出不得更改：请改回原来的编号",
    )


def vanished(facts: Facts) -> Iterator[Finding]:
    """NUM-05: a number that was written into the register is not there any more."""
    here = facts.numbers
    missing = [issue for issue in facts.past.issued if issue.written and issue.number not in here]
    marks = set(fingerprints(facts.register)) if missing else set()
    for issue in missing:
        if issue.fingerprint not in marks:
            yield Finding(
                "NUM-05",
                Severity.WARNING,
                f"编号 {issue.number}（{issue.received:%Y-%m-%d %H:%M} 接收）已从登记表中消失，可能整行被删除"
                + _first_seen(_gone_since(facts.past.history, issue.number))
                + _last_known(facts.past.history, issue.number),
                "如非有意删除，请从备份恢复该行；这个编号不会再给别人",
                sheet=facts.ledger.register.sheet,
                ticket=issue.number,
            )


def reused(facts: Facts) -> Iterator[Finding]:
    """NUM-07: a number that was given to one case now stands on another."""
    history, numbers = facts.past.history, facts.register["编号"]
    first: dict[str, Change] = {}
    for change in history.recent(facts.now):
        if change.field == CASE:
            first.setdefault(change.ticket, change)
    if not first:
        return
    for row, number in numbers[numbers.isin(first.keys()) & ~numbers.duplicated(keep=False)].items():
        change = first[number]
        differ = another_case(change.old, history.seen[number].identity)
        was, now = (
            time or "（空）" for time in (history.before(change, "接收时间"), history.present(number, "接收时间"))
        )
        if differ:  # else the case that the number was given to has come back
            yield from mark(
                facts.ledger.register,
                [row],
                "编号",
                "NUM-07",
                Severity.WARNING,
                lambda row, number=number, was=was, now=now, differ=differ, at=change.at: (  # type: ignore[misc]
                    f"编号 {number} 原来是 {was} 接收的反馈，现在是 {now} 接收的另一件，"
                    f"{'、'.join(differ)}都不同{_first_seen(at)}"
                ),
                "一个编号只属于一件反馈：如果原来的一行被覆盖，请从备份恢复它，把这件另起一行",
            )


def _gone_since(history: History, number: str) -> dt.datetime | None:
    """Which pass was the first that missed a number; ``None`` when it is there, or was never recorded."""
    held = history.values(number, PRESENCE)
    return held[-1][1] if held and held[-1][0] == "" else None


def _first_seen(at: dt.datetime | None) -> str:
    return f"（首次发现于 {clock_time(pd.Timestamp(at))}）" if at else ""


def _last_known(history: History, number: str) -> str:
    """What the register said of a case when it was last seen."""
    values = history.seen[number].values if number in history.seen else {}
    known = [f"{name} {values[name]}" for name in WATCHED if ":" not in name and values.get(name)]
    return f"；最后所见：{'，'.join(known)}" if known else ""


def gaps(facts: Facts) -> Iterator[Finding]:
    """NUM-04: within a day a number is missing that nobody accounts for."""
    records = facts.ledger.register
    parts = facts.day_and_count.join(places(facts.day_and_count["count"]))
    known = {issue.number for issue in facts.past.issued}
    highest = parts.groupby(["day", "sheet"])["place"].agg(["max", "nunique"])
    gappy = highest.index[(highest["max"] != highest["nunique"]) & (highest["max"] <= 5_000)]
    for (day, sheet), group in parts.groupby(["day", "sheet"]) if len(gappy) else ():
        if (day, sheet) not in gappy:
            continue
        taken = set(group["place"])
        for missing in sorted(set(range(1, max(taken))) - taken):
            number = f"FK{day}-{count_at(missing, sheet=sheet):03d}"
            if number in known:
                continue  # NUM-05 speaks of it, or it waits for its row
            after = group[group["place"] > missing].index[0]
            yield from mark(
                records,
                [after],
                "编号",
                "NUM-04",
                Severity.INFO,
                lambda row, number=number: f"之前缺少编号 {number}（当天编号不连续）",  # type: ignore[misc]
                "确认是否误删了一行；缺号不会补用",
            )


CHECKS: tuple[Check, ...] = (duplicated, malformed, changed, vanished, reused, gaps)
