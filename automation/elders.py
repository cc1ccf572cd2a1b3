"""Cases from before kesu was taken up (``adopt.since``): numbered so that they can be referred to, and judged by nobody."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np

from workbook.errors import KesuError
from workbook.finding import Finding, Severity
from workbook.ledger import Ledger, Records

RULE = "READ-15"


def split(ledger: Ledger, since: dt.date | None) -> tuple[Ledger, Records | None]:
    """The ledger without the register's old rows and what was found in them, and those rows.

    A row without a readable time of receipt is old when the next row that has one is: registers are filled downwards.
    ``None`` when there are no old rows.
    """
    register = ledger.register
    if since is None or register.frame.empty:
        return ledger, None
    received = register.frame["接收时间"].bfill()
    old = (received < np.datetime64(since, "s")).to_numpy(dtype=bool)
    if not old.any():
        return ledger, None
    elder = register.only(old)
    findings = (*_others(ledger.findings, elder), _told(elder, since))
    numbers = frozenset(elder.frame["编号"]) - {""}
    customers = {
        number: name for number, name in zip(elder.frame["编号"], elder.frame["客户姓名"], strict=True) if name
    }
    young = ledger.having(register.only(~old))
    return replace(young, findings=findings, elders=numbers, elder_customers=customers), elder


class NotJudged(KesuError):
    """A case that is asked about is an old one: it has a number, and no deadlines."""


def refuse(ledger: Ledger, ticket: str, since: dt.date | None) -> None:
    """Raise :class:`NotJudged` when the number is an old case's."""
    if ticket.strip().upper() in ledger.elders:
        raise NotJudged(
            f"{ticket.strip().upper()} 是历史记录：启用日期 {since} 之前接收，只有编号，不计时限。"
            "要从更早的一天起计时，改 kesu.toml 的 [adopt] since。"
        )


def hint(since: dt.date) -> str:
    """What 提示 says in an old row."""
    return f"历史记录：{since} 之前接收，不计时限、不提醒"


def _others(findings: Sequence[Finding], elder: Records) -> Iterator[Finding]:
    rows = set(elder.frame.index)
    for finding in findings:
        if finding.where is None or finding.where.sheet != elder.sheet or finding.where.row not in rows:
            yield finding


def _told(elder: Records, since: dt.date) -> Finding:
    frame = elder.frame
    undated, open_ones = int(frame["接收时间"].isna().sum()), int(frame["归档时间"].isna().sum())
    told = [f"{undated} 单的接收时间空着或看不懂，没有编号"] if undated else []
    if "归档时间" in elder.columns and open_ones:
        told.append(f"{open_ones} 单没有归档时间")
    return Finding(
        RULE,
        Severity.INFO,
        f"{elder.sheet}第 {frame.index[0]}–{frame.index[-1]} 行中有 {len(frame)} 单在 {since} 之前接收，是历史记录："
        "只编号，不计时限、不提醒、不计入汇总，也不逐格检查" + (f"；其中{'，'.join(told)}" if told else ""),
        "要从更早的一天起计时，改 kesu.toml 的 [adopt] since",
        sheet=elder.sheet,
    )
