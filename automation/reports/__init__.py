"""The reports: each a pure function from a pass's facts to a mail with its attachments. One file and one line a report."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from automation.reports import analysis, calls, notices, pending, rewards, weekly
from automation.reports.period import MONTHLY, WEEKLY
from automation.reports.report import Report, ReportMail

__all__ = ["REPORTS", "Report", "ReportMail"]

REPORTS: Mapping[str, Report] = MappingProxyType(
    {
        report.name: report
        for report in (
            Report("weekly", "客户信息反馈处理单汇总（周报）", "STD-18", weekly.ROLES, WEEKLY, weekly.build),
            Report("monthly", "客户信息反馈处理单汇总（月报）", "STD-18", weekly.ROLES, MONTHLY, weekly.build),
            Report("calls", "未了事宜沟通清单", "STD-16", calls.ROLES, MONTHLY, calls.build, within="pending"),
            Report("notices", "内部信息反馈单", "X-02", notices.ROLES, MONTHLY, notices.build),
            Report("analysis", "客户投诉分析月报", "X-05", analysis.ROLES, MONTHLY, analysis.build),
            Report("pending", "未了事宜月报", "STD-16", pending.ROLES, MONTHLY, pending.build),
            Report("rewards", "奖罚情况", "STD-19", rewards.ROLES, MONTHLY, rewards.build, rewards.draft),
        )
    }
)
"""Every report by the name ``kesu report`` knows it by."""
