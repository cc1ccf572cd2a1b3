"""Figures in the words staff use: lengths of time, shares, and how much a figure moved."""

from __future__ import annotations

import datetime as dt


def span(length: dt.timedelta) -> str:
    """``12天3小时``, ``2小时5分钟``, ``40分钟``; from a month on days alone, from ten hours on no minutes."""
    minutes = int(abs(length).total_seconds() // 60)
    days, hours, minutes = minutes // 1440, minutes // 60 % 24, minutes % 60
    if days >= 30:
        return f"{days}天"
    if days:
        return f"{days}天{hours}小时" if hours else f"{days}天"
    if hours >= 10:
        return f"{hours}小时"
    if hours:
        return f"{hours}小时{minutes}分钟" if minutes else f"{hours}小时"
    return f"{minutes}分钟" if minutes else "不到1分钟"


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
