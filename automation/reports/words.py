"""Figures in the words staff use: shares, and how much a figure moved."""

from __future__ import annotations

import datetime as dt


def hours(length: dt.timedelta) -> float:
    """A length in hours, to the tenth."""
    return round(length.total_seconds() / 3600, 1)


def percent(share: float | None) -> str:
    """``92%``; ``–`` for nothing to divide. Never rounded up to 100 % nor down to 0 %: one late case must show."""
    if share is None:
        return "–"
    whole = round(share * 100)
    if whole == 100 and share < 1:
        return "99%"
    return "1%" if whole == 0 and share > 0 else f"{whole}%"


def change(now: int, before: int) -> str:
    """``+3``, ``-2``, ``持平``."""
    return f"{now - before:+d}" if now != before else "持平"


def points(now: float | None, before: float | None) -> str:
    """The change of a share in percentage points: ``高4个百分点``, ``持平``; empty when either is unknown."""
    if now is None or before is None:
        return ""
    moved = round(now * 100) - round(before * 100)  # of the figures as they are shown, so that readers can check it
    return f"{'高' if moved > 0 else '低'}{abs(moved)}个百分点" if moved else "持平"
