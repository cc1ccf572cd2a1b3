"""Our columns of the sheets beside the register: 维修质保, 重大质量事故, 客户关怀, 奖罚明细."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from automation.payroll.lines import REPORTED
from automation.payroll.settlement import Closed
from automation.sidesheets import accidents, care, rewards, warranty
from workbook.ledger import Ledger
from workbook.schema import ACCIDENTS, CARE, REWARDS, WARRANTY, Table

FILLED: tuple[tuple[Table, str], ...] = tuple(
    (table, name) for table in (WARRANTY, ACCIDENTS, CARE, REWARDS) for name in table.ours
)
"""Every column that :func:`filled` works out."""


def filled(ledger: Ledger, now: dt.datetime, closed: Sequence[Closed] = ()) -> Ledger:
    """The ledger with 结论, 申请号, 事项, 应联系日期 and 报送月份 as they are to be. Pure; sheets it lacks stay empty.

    ``closed``: the months whose rewards and penalties were reported.
    """
    fined = ledger[REWARDS]
    ledger = ledger.having(fined.with_column(REPORTED, rewards.reported(fined, closed)))
    repairs, applications, customers = ledger[WARRANTY], ledger[ACCIDENTS], ledger[CARE]
    ledger = ledger.having(repairs.with_column("结论", warranty.verdicts(repairs.frame)))
    if "申请号" in applications.columns:  # else a number that nobody sees would be given anew at every pass
        ledger = ledger.having(applications.with_column("申请号", accidents.numbered(applications.frame, now)))
    due = care.plan(customers.frame, now)
    return ledger.having(customers.with_column(care.EVENT, due[care.EVENT]).with_column(care.DUE, due[care.DUE]))
