"""Rows of 奖罚明细 in whole fen, and the lines that months report of them. Loads nothing heavy: the journal reads these."""

from __future__ import annotations

import datetime as dt
import math
import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Decimal

REWARD, PENALTY = "奖励", "处罚"
REPORTED = "报送月份"

NEW, LATER = "新报", "补报"
"""A row's first line: of the month itself, or of an earlier one that is closed."""
DIFFERENCE, REVERSAL, REPOSTED, RESTORED, CORRECTED = "差额", "冲回", "改记", "恢复", "更正"
"""What later lines are about: another amount, taken back, another person or type, back again, another ticket or clause."""

_MILLIONTH = Decimal("0.000001")


STILL_OWED, SETTLED = "补报", "已发放"
"""Words in 备注 of a row from before kesu's time: it is still to be reported, or it is not."""
WITHDRAWN = "撤销"
"""The word in 备注, by itself, of a row that is to count no longer."""


@dataclass(frozen=True, slots=True)
class Entry:
    """What a row says. ``fen``: 金额, ``None`` where there is none in whole fen; ``day``: 日期; ``approved``: 审批日期."""

    day: dt.date | None
    ticket: str
    person: str
    department: str
    kind: str
    clause: str
    reason: str
    fen: int | None
    determiner: str
    approver: str
    approved: dt.date | None
    remark: str = ""

    @property
    def withdrawn(self) -> bool:
        """Whether 备注 says that the row counts no longer."""
        return withdrawn(self.remark)


@dataclass(frozen=True, slots=True)
class Row:
    """A row of 奖罚明细 by its Excel row; ``marked``: what stands in its 报送月份, which a copy inherits."""

    row: int
    entry: Entry
    marked: str = ""


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a month's report.

    ``account``: the month that first reported the row and its place there, for ever (``2026-10/003``). ``entry``: what
    the row says; of a 冲回 what had been reported. ``fen`` counts in the direction of ``entry.kind``; below 0 it takes
    back.
    """

    account: str
    sort: str
    entry: Entry
    fen: int
    note: str = ""

    @property
    def net(self) -> int:
        """What the person gets by it; below 0 is deducted."""
        return self.fen if self.entry.kind == REWARD else -self.fen

    @property
    def penalty(self) -> int:
        """What it adds to the person's penalties."""
        return self.fen if self.entry.kind == PENALTY else 0

    @property
    def first(self) -> bool:
        """Whether it reports its row, rather than adjusting what was reported."""
        return self.sort in (NEW, LATER)


def withdrawn(remark: str) -> bool:
    """Whether 备注 says by itself that the row is withdrawn: ``撤销；顾总已批``, and not ``客户撤销投诉``."""
    return WITHDRAWN in re.split(r"\W+", unicodedata.normalize("NFKC", remark))


def in_fen(yuan: float) -> int | None:
    """An amount as Excel holds it in whole fen; ``None`` for none, and for one with parts of a fen.

    Excel's sums are off by a last binary digit (0.1 + 0.2), which is no part of a fen.
    """
    if not math.isfinite(yuan):
        return None
    exact = Decimal(str(float(yuan))) * 100
    whole = exact.quantize(Decimal(1), ROUND_HALF_EVEN) if abs(exact) < Decimal(10) ** 20 else exact
    return int(whole) if abs(exact - whole) <= _MILLIONTH else None


def yuan(fen: int) -> str:
    """``1,250.00``, with a minus before it where it is below 0."""
    whole, rest = divmod(abs(fen), 100)
    return f"{'-' if fen < 0 else ''}{whole:,}.{rest:02}"


def plain(text: str) -> str:
    """A text as it is compared: no matter how wide its signs are and where its blanks stand."""
    return "".join(unicodedata.normalize("NFKC", text).split())


def total(fens: Iterable[int]) -> int:
    """Their sum: whole fen, so whatever the order it is the same."""
    return sum(fens)
