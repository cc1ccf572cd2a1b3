"""Applications about major quality accidents (EVQ): the numbers they are given."""

from __future__ import annotations

import datetime as dt
import re
from collections import defaultdict

import numpy as np
import pandas as pd

NUMBER = re.compile(r"ZD(\d{8})-(\d{2,})")


def numbered(frame: pd.DataFrame, now: dt.datetime) -> pd.Series:
    """申请号 of every row of 重大质量事故: ``ZD`` + yyyymmdd of 申请日期 + ``-`` + two digits or more.

    Only rows without one are given one, in the order of the sheet, after the highest of that day in the sheet; a row
    without 申请日期, or with one that has not come yet (TIME-01), waits.
    """
    numbers = frame["申请号"].copy()
    highest: dict[str, int] = defaultdict(int)
    for number in numbers:
        if match := NUMBER.fullmatch(number):
            highest[match[1]] = max(highest[match[1]], int(match[2]))
    waiting = (numbers == "") & (frame["申请日期"] <= np.datetime64(now, "s"))
    for row, day in frame.loc[waiting, "申请日期"].dt.strftime("%Y%m%d").items():
        highest[day] += 1
        numbers.at[row] = f"ZD{day}-{highest[day]:02d}"
    return numbers
