"""Pending items (未了事宜) of the two ledgers, one line a ticket: open since when, talked to, resolved (STD-12…17);
a case that stands in neither goes on as one whose liability is clear (STD-11).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd

from workbook.ledger import Ledger
from workbook.schema import PENDING, TEMPORAL

TALK_DAY = 4
"""STD-16: by the 4th of each month."""

COMPARED = ("车牌号", "客户姓名", "事由", "转入日期", "认可人", "认可日期", "负责人", "备用负责人", "预计完成日期",
            "最近沟通日期", "沟通方式", "沟通结果", "上门日期", "状态", "完成日期")  # fmt: skip
"""What must be the same in both ledgers (STD-15): everything but the remark."""


@dataclass(frozen=True, slots=True)
class Difference:
    """What the two ledgers have of a ticket: ``manager`` and ``centre`` are the values of ``column`` as text.

    ``rows``: the Excel row in each; ``None`` where that ledger lacks the ticket, and ``column`` is 编号 then.
    """

    ticket: str
    column: str
    rows: tuple[int | None, int | None]
    manager: str
    centre: str


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
    case is not resolved before both say so). ``resolved``: from when the clock of STD-04 counts anew (STD-17), as it is
    written. ``talk_due`` is 23:59 on the next 4th by which the customer must be talked to (STD-16).
    """
    entries = items(ledger)
    if entries.empty:
        return pd.DataFrame(columns=["open", "since", "resolved", "talk_due"])
    grouped = entries.groupby("编号", sort=False)
    still = (entries["状态"] != "已了").groupby(entries["编号"], sort=False).any()
    since = grouped["转入日期"].min()
    talked = grouped["最近沟通日期"].max()
    resolved = grouped["完成日期"].max().where(~still)
    return pd.DataFrame({"open": still, "since": since, "resolved": resolved, "talk_due": _next_talk(since, talked)})


def differences(ledger: Ledger) -> Iterator[Difference]:
    """STD-15: where the two ledgers are not alike, ticket by ticket; of a ticket that stands twice the last entry counts."""
    manager, centre = (_last_entries(ledger, number) for number in (0, 1))
    for number, row in manager.loc[~manager.index.isin(centre.index), "行"].items():
        yield Difference(str(number), "编号", (int(row), None), str(number), "")
    for number, row in centre.loc[~centre.index.isin(manager.index), "行"].items():
        yield Difference(str(number), "编号", (None, int(row)), "", str(number))
    shared = manager.index.intersection(centre.index)
    for column in COMPARED:
        left, right = manager.loc[shared, column], centre.loc[shared, column]
        if PENDING[0][column].kind in TEMPORAL:
            left, right = left.dt.strftime("%Y-%m-%d").fillna(""), right.dt.strftime("%Y-%m-%d").fillna("")
        for number in shared[(left != right).to_numpy(dtype=bool)]:
            rows = int(manager.at[number, "行"]), int(centre.at[number, "行"])
            yield Difference(str(number), column, rows, str(left.at[number]), str(right.at[number]))


def _last_entries(ledger: Ledger, which: int) -> pd.DataFrame:
    frame = ledger[PENDING[which]].frame
    frame = frame[(frame["编号"] != "") & ~frame["编号"].duplicated(keep="last")]
    return frame.reset_index(names="行").set_index("编号")


def _next_talk(since: pd.Series, talked: pd.Series) -> pd.Series:
    """The 4th of the month after the item came in, or after the month of the last talk, whichever is later."""
    counted = pd.concat([since, talked], axis=1).max(axis=1)
    months = counted.to_numpy(dtype="M8[s]").astype("M8[M]") + np.timedelta64(1, "M")
    due = months.astype("M8[D]").astype("M8[s]") + np.timedelta64((TALK_DAY * 24 * 60 - 1) * 60, "s")
    return pd.Series(due, index=since.index)
