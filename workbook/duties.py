"""What the register asks for at each stage, and who must keep out of a case: the checks, the sheet and the macros alike."""

from __future__ import annotations

REQUIRED: tuple[tuple[str, str, tuple[str, ...]], ...] = (
    ("接收", "STD-01", ("接收时间", "接收人", "反馈渠道", "级别", "客户姓名", "联系电话", "内容概要")),
    ("填单", "STD-03", ("填单人", "车牌号", "内容概要", "反馈类别", "被反馈部门")),
    ("转管理部", "STD-04", ("责任明确", "经办人", "客户联系时间", "联系结果", "责任认定", "处理意见")),
    ("复核完成", "STD-05", ("复核人", "复核结论")),
    ("总经理意见", "STD-06", ("总经理意见",)),
    ("转客服", "STD-09", ("需回访",)),
    ("回访", "STD-09", ("回访人", "满意度")),
    ("归档", "STD-10", ("考核结果",)),
)
"""Stage reached, rule that asks for the fields, fields."""

REACHED = {"接收": None, "填单": "填单时间", "转管理部": "转管理部时间", "复核完成": "复核完成时间",
            "总经理意见": "总经理意见时间", "转客服": "转客服时间", "回访": "回访时间", "归档": "归档时间"}  # fmt: skip
"""Which time says that a stage has been reached; the first one always has."""

HANDLING = ("填单人", "经办人", "复核人", "回访人")
"""Who handles a ticket in the register. 接收人 may be the one complained to about himself: he only hears and reports."""

INVOLVED = ("当事人", "责任人")
"""Who must not (STD-20)."""

IN_ORDER = (
    *("接收时间", "上报时间", "填单时间", "转管理部时间", "复核完成时间", "总经理意见时间", "执行完成时间"),
    *("转客服时间", "归档时间"),
)
"""The times of the standard flow, each not before the one in front of it and none left out (STD-01 to STD-10)."""
