"""A table's time as a report holds it: a plain one, and ``None`` where there is none."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pandas as pd


def moment(value: Any) -> dt.datetime | None:
    """The instant of a cell."""
    found = pd.Timestamp(value)
    return None if pd.isna(found) else found.to_pydatetime()


def day(value: Any) -> dt.date | None:
    """The day of a cell."""
    found = moment(value)
    return found.date() if found else None
