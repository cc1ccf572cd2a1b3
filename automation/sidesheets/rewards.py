"""报送月份 of 奖罚明细: the months that reported a row, and nothing where a copy took it along (STD-19)."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from automation.payroll.matching import months
from automation.payroll.reading import rows
from automation.payroll.settlement import Closed, known
from workbook.ledger import Records


def reported(records: Records, closed: Sequence[Closed]) -> pd.Series:
    """The column as it is to be: ``2026-10``, with further months where the row was adjusted (``2026-10、2026-11``)."""
    found = months(rows(records), known(closed)) if closed else {}
    return pd.Series([found.get(int(row), "") for row in records.frame.index], index=records.frame.index, dtype=object)
