"""The sheet 奖罚明细 as rows in whole fen."""

from __future__ import annotations

import datetime as dt

import pandas as pd

from automation.payroll.lines import REPORTED, Entry, Row, in_fen
from workbook.ledger import Records

_TEXTS = ("编号", "姓名", "部门", "类型", "依据条款", "事由", "认定人", "审批人", "备注")


def rows(records: Records) -> tuple[Row, ...]:
    """Every row of 奖罚明细, in the order of the sheet."""
    frame = records.frame
    marks = records.raw[REPORTED] if REPORTED in records.raw else pd.Series("", index=frame.index)
    columns = [frame[name] for name in ("日期", "审批日期", "金额")]
    texts = frame[list(_TEXTS)].to_numpy(dtype=object).tolist()
    return tuple(
        Row(int(number), _entry(texts, _day(day), _day(approved), in_fen(amount)), str(mark).strip())
        for number, day, approved, amount, mark, texts in zip(frame.index, *columns, marks, texts, strict=True)
    )


def _entry(texts: list[str], day: dt.date | None, approved: dt.date | None, fen: int | None) -> Entry:
    ticket, person, department, kind, clause, reason, determiner, approver, remark = texts
    return Entry(day, ticket, person, department, kind, clause, reason, fen, determiner, approver, approved, remark)


def _day(moment: pd.Timestamp) -> dt.date | None:
    return None if pd.isna(moment) else moment.date()
