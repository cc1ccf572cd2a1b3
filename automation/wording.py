"""Times and lengths of time in the words staff use, the same in mails, reports and explanations."""

from __future__ import annotations

import datetime as dt

_WEEKDAYS = "一二三四五六日"


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


def moment(when: dt.datetime) -> str:
    """``11-20 周五 06:30``."""
    return f"{when:%m-%d} 周{_WEEKDAYS[when.weekday()]} {when:%H:%M}"
