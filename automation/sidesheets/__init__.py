"""Our columns of the sheets beside the register: 维修质保, 重大质量事故, 客户关怀."""

from __future__ import annotations

import datetime as dt

from automation.sidesheets import accidents, care, warranty
from workbook.ledger import Ledger
from workbook.schema import ACCIDENTS, CARE, WARRANTY, Table

FILLED: tuple[tuple[Table, str], ...] = tuple(
    (table, name) for table in (WARRANTY, ACCIDENTS, CARE) for name in table.ours
)
"""Every column that :func:`filled` works out."""


def filled(ledger: Ledger, now: dt.datetime) -> Ledger:
    """The ledger with 结论, 申请号, 事项 and 应联系日期 as they are to be. Pure; sheets it lacks stay empty."""
    repairs, applications, customers = ledger[WARRANTY], ledger[ACCIDENTS], ledger[CARE]
    ledger = ledger.having(repairs.with_column("结论", warranty.verdicts(repairs.frame)))
    if "申请号" in applications.columns:  # else a number that nobody sees would be given anew at every pass
        ledger = ledger.having(applications.with_column("申请号", accidents.numbered(applications.frame, now)))
    due = care.plan(customers.frame, now)
    return ledger.having(customers.with_column(care.EVENT, due[care.EVENT]).with_column(care.DUE, due[care.DUE]))
