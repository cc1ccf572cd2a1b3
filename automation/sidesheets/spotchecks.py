"""Spot checks (X-03): which customers of a month to ring up, and what those rung up said."""

from __future__ import annotations

import hashlib
import math
import re

import pandas as pd

from workbook.vocabulary import SPOT_CHECK_ITEM

MET, NOT_MET = "达标", "未达标"
_MONTH = re.compile(r"(20\d\d)\s*[-/.年]?\s*(1[0-2]|0?[1-9])(?:\s*月)?(?:\s*份)?(?:[-/.]\d{1,2}(?:\s.*)?)?")


def sample(register: pd.DataFrame, month: str, *, share: float = 0.1, least: int = 5) -> pd.DataFrame:
    """The register rows of ``month`` (``2026-11``) whose customers are to be checked, in the order to ring them up.

    Drawn by a hash of month and 编号: the same rows on every machine, and a ticket entered later moves nobody else's
    place. A customer with several tickets is drawn once. At least ``least`` customers, else ``share`` of them, rounded up.
    """  # fmt: skip
    numbered = register[(register["编号"] != "") & (register["接收时间"].dt.strftime("%Y-%m") == month)]
    draws = [hashlib.sha256(f"{month}\x1f{number}".encode()).hexdigest() for number in numbered["编号"]]
    drawn = numbered.assign(抽签=draws).sort_values("抽签", kind="stable").drop(columns="抽签")
    who = drawn["联系电话"].where(drawn["联系电话"] != "", drawn["编号"])
    customers = drawn[~who.duplicated()]
    return customers.head(max(least, math.ceil(len(customers) * share)))


def month_of(text: str) -> str:
    """抽查月份 as ``2026-11``; empty when it cannot be read."""
    match = _MONTH.fullmatch(text.strip())
    return f"{match[1]}-{int(match[2]):02d}" if match else ""


def rates(spot_checks: pd.DataFrame, month: str) -> pd.DataFrame:
    """One row a 抽查项 (index): ``checked``, ``met``, ``rate`` (missing where nobody was asked), for ``month``.

    The items of the source always, then what the dealership added, in the order of the sheet. A row without 达标 or
    未达标 says nothing yet and is not counted.
    """
    mine = spot_checks[spot_checks["抽查月份"].map(month_of).eq(month) & spot_checks["结果"].isin((MET, NOT_MET))]
    items = list(dict.fromkeys([*SPOT_CHECK_ITEM.values, *(item for item in mine["抽查项"] if item)]))
    checked = mine.groupby("抽查项").size().reindex(items, fill_value=0)
    met = mine[mine["结果"] == MET].groupby("抽查项").size().reindex(items, fill_value=0)
    return pd.DataFrame({"checked": checked, "met": met, "rate": (met / checked.where(checked > 0)).astype(float)})
