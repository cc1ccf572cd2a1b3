"""What to do now, stage by stage: the words of 提示 in the register and of the mails."""

from __future__ import annotations

import datetime as dt

from automation.sla.rules import Rule

_TODO = {
    "STD-01": "上报客户经理或客户服务中心，填写上报时间",
    "STD-02": "填写《客户信息反馈处理单》，填写填单人和填单时间",
    "STD-03": "补全接收时间等必填内容，由系统编号",
    "STD-04": "完成责任认定、处理意见和客户沟通，把处理单转管理部",
    "STD-05": "复核处理意见：认可的出具过失处理意见，有异议的协商并签署协商意见",
    "STD-06": "上报主管总经理，并把总经理意见反馈客户经理和相关部门",
    "STD-07": "执行责任追究、过失沟通，完成最终处理单",
    "STD-08": "把处理单转客户服务中心",
    "STD-09": "回访客户，记录回访人、回访时间和满意度",
    "STD-10": "考核处理的及时性和尺度，合格的归档，不合格的退回管理部",
}

PENDING_TODO = "与未了事宜的客户沟通，提醒及时回厂处理，并在台帐上记下沟通日期和结果"


def todo(rule: Rule) -> str:
    """What has to be done to end a stage."""
    if rule.id in _TODO:
        return _TODO[rule.id]
    if rule.promised:
        return "答复客户，在处理记录登记；再约时间的，更新下次答复时间"
    where = f"填写{rule.stop}" if rule.end.in_register else f"登记{rule.end.chinese}"
    return f"完成“{rule.stage}”，{where}"


def short(moment: dt.datetime) -> str:
    """A time as it stands in 提示: without the year."""
    return f"{moment:%m-%d %H:%M}"
