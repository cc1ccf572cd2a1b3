"""Pending items (未了事宜) of the two ledgers, one line a ticket: open since when, talked to, resolved (STD-12…17);
a case that stands in neither goes on as one whose liability is clear (STD-11).
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from workbook.ledger import Ledger
from workbook.schema import PENDING

TALK_DAY = 4
"""STD-16: by the 4th of each month."""


def items(ledger: Ledger) -> pd.DataFrame:
    """Both ledgers, one row an entry: their columns, the ledger's sheet (``台帐``), the Excel row (``行``)."""
    parts = []
    for table in PENDING:
        records = ledger[table]
        part = records.frame.assign(台帐=table.sheet, 行=records.frame.index)
        parts.append(part[part["编号"] != ""])
    return pd.concat(parts, ignore_index=True)


def by_ticket(ledger: Ledger) -> pd.DataFrame:
    """One row a ticket (index 编号): ``open``, ``since``, ``resolved``, ``talk_due``.

    A ticket is open while either ledger still holds it open (STD-15: a difference between them is a finding, and the
    case is not resolved before both say so). ``resolved`` is the instant from which the clock of STD-04 counts anew
    (STD-17); a completion date without a time counts from the following midnight, since the day itself is not counted
    (《民法典》第二百零一条). ``talk_due`` is 23:59 on the next 4th by which the customer must be talked to (STD-16).
    """
    entries = items(ledger)
    if entries.empty:
        return pd.DataFrame(columns=["open", "since", "resolved", "talk_due"])
    grouped = entries.groupby("编号", sort=False)
    still = (entries["状态"] != "已了").groupby(entries["编号"], sort=False).any()
    since = grouped["转入日期"].min()
    talked = grouped["最近沟通日期"].max()
    resolved = grouped["完成日期"].max()
    whole_day = resolved.notna() & (resolved == resolved.dt.normalize())
    resolved = resolved.mask(whole_day, resolved + pd.Timedelta(days=1)).where(~still)
    return pd.DataFrame({"open": still, "since": since, "resolved": resolved, "talk_due": _next_talk(since, talked)})


def _next_talk(since: pd.Series, talked: pd.Series) -> pd.Series:
    """The 4th of the month after the item came in, or after the month of the last talk, whichever is later."""
    counted = pd.concat([since, talked], axis=1).max(axis=1)
    months = counted.to_numpy(dtype="M8[s]").astype("M8[M]") + np.timedelta64(1, "M")
    due = months.astype("M8[D]").astype("M8[s]") + np.timedelta64((TALK_DAY * 24 * 60 - 1) * 60, "s")
    return pd.Series(due, index=since.index)
