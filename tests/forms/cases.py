"""Tickets in every state that forms are printed of, as a small workbook."""

from __future__ import annotations

import datetime as dt

from automation import forms
from automation.checks.facts import Facts
from automation.forms import Case
from automation.past import Past
from tests import tables
from workbook.finding import Finding

SOURCE = forms.Source("客诉登记.xlsx", "0f" * 32)
LONG = "".join(
    f"第{number}句：车子送修之后又出现同样的声音，客户再次到店，服务顾问接待并登记。" for number in range(1, 57)
)
"""2,000 signs and more."""

EVERY = "FK20261103-001"
LATE, NEW, DISPUTED, MAJOR, TIER = (f"FK20261103-00{number}" for number in range(2, 7))
LENGTHY, SELLER = "FK20261103-007", "FK20261103-008"

_HEADS = (
    *(
        "编号",
        "流程",
        "接收时间",
        "接收人",
        "反馈渠道",
        "级别",
        "客户姓名",
        "联系电话",
        "车牌号",
        "车架号",
        "车型",
        "行驶里程",
    ),
    *(
        "内容概要",
        "详细经过",
        "客户要求",
        "反馈类别",
        "被反馈部门",
        "当事人",
        "上报时间",
        "填单人",
        "填单时间",
        "编号时间",
    ),
    *("责任明确", "未明原因", "经办人", "客户联系时间", "联系结果", "责任认定", "责任人", "处理意见", "转管理部时间"),
    *("复核人", "复核结论", "协商意见", "复核完成时间", "总经理意见", "总经理意见时间", "执行完成时间", "转客服时间"),
    *("需回访", "回访人", "回访时间", "满意度", "考核结果", "归档时间", "下次答复时间", "备注"),
)

_FILLED = {
    "接收时间": "11-03 09:05",
    "接收人": "李敏",
    "反馈渠道": "电话",
    "级别": "一般",
    "客户姓名": "王小明",
    "联系电话": "13800138000",
    "车牌号": "沪A12345",
    "车架号": "LSVAM4187C2184841",
    "车型": "远澜 X5 2.0T",
    "行驶里程": "32000",
    "内容概要": "保养后异响",
    "详细经过": "客户十一点到店做保养，取车后发现前轮有异响。",
    "客户要求": "免费查清并道歉",
    "反馈类别": "质量问题",
    "被反馈部门": "机修车间",
    "当事人": "高建军",
    "上报时间": "11-03 09:30",
    "填单人": "方致远",
    "填单时间": "11-03 09:40",
    "编号时间": "11-03 09:45",
    "责任明确": "是",
    "经办人": "方致远",
    "客户联系时间": "11-03 15:00",
    "联系结果": "已联系",
    "责任认定": "护板未装牢，属实",
    "责任人": "高建军",
    "处理意见": "免费重装并当面道歉",
    "转管理部时间": "11-04 08:30",
    "复核人": "陆文琴",
    "复核结论": "认可",
    "复核完成时间": "11-04 14:30",
    "总经理意见": "同意，从严落实",
    "总经理意见时间": "11-04 16:00",
    "执行完成时间": "11-04 20:00",
    "转客服时间": "11-04 20:30",
    "需回访": "是",
    "回访人": "江映雪",
    "回访时间": "11-05 10:00",
    "满意度": "满意",
    "考核结果": "合格",
    "归档时间": "11-10 12:00",
}


def _row(number: str, **changed: str) -> str:
    values = {**_FILLED, "编号": number, **changed}
    return " | ".join(values.get(head, "") for head in _HEADS)


_OPEN = dict.fromkeys(_HEADS[_HEADS.index("上报时间") :], "")
_AFTER_FORM = dict.fromkeys(_HEADS[_HEADS.index("责任明确") :], "")

_ENTRIES = "\n".join(
    f"{LENGTHY} | 11-{3 + at // 6:02} {8 + at % 6:02}:00 | 联系客户 | 方致远 | 客户 | 第{at}次联系，{LONG[:90]} | 客户要求书面答复"
    for at in range(60)
)

WORKBOOK = f"""
反馈登记
{" | ".join(_HEADS)}
{_row(EVERY, 流程="标准流程", 下次答复时间="11-20 17:00", 备注="客户是老车主", 协商意见="无", 未明原因="质量问题")}
{_row(LATE, **_AFTER_FORM)}
{_row(NEW, **_OPEN, 详细经过="", 客户要求="", 当事人="", 车架号="", 车型="", 行驶里程="", 反馈类别="", 被反馈部门="")}
{_row(DISPUTED, 复核结论="异议", 协商意见="双方各承担一半，部门补培训")}
{_row(MAJOR, **_AFTER_FORM, 流程="重大质量事故", 级别="重大")}
{_row(TIER, **_AFTER_FORM, 流程="三级处理")}
{_row(LENGTHY, 详细经过=LONG)}
{_row(SELLER, **_AFTER_FORM, 流程="汽车销售公司")}

处理记录
编号 | 时间 | 事项 | 经手人 | 对象 | 内容 | 结果
{TIER} | 11-03 09:20 | 告知客服总监 | 李敏 | 客服总监 | 电话报备 | 已知
{TIER} | 11-03 09:40 | 升级二级 | 李敏 | 服务经理 | 交《客户反馈及抱怨单》 |
{DISPUTED} | | 措施 | 方致远 | 机修车间 | 没有写时间的一条 |
{_ENTRIES}

回访记录
编号 | 回访时间 | 回访人 | 接通 | 满意度 | 客户意见 | 是否闭环
{EVERY} | 11-05 10:00 | 江映雪 | 是 | 满意 | 态度好多了 | 是

维修质保
编号 | 车架号 | 维修类型 | 故障现象 | 出厂日期 | 出厂里程 | 再修日期 | 再修里程
{EVERY} | LSVAM4187C2184841 | 小修 | 异响 | 11-01 | 31900 | 11-03 | 32000

重大质量事故
申请号 | 编号 | 申请类型 | 事实 | 证据 | 申请人 | 申请日期 | 赔偿金额 | 故障件保管
ZD20261104-01 | {MAJOR} | 附带赔偿 | 行驶中熄火 | 故障件照片 4 张、数据流截图；拖车单 | 汪国栋 | 11-04 | 3600.5 | 旧件库 A-12

奖罚明细
日期 | 编号 | 姓名 | 部门 | 类型 | 依据条款 | 事由 | 金额 | 认定人 | 审批人 | 审批日期
11-05 | {EVERY} | 高建军 | 机修车间 | 处罚 | 《投诉考核细则》第十四条 | 护板未装牢 | 200 | 陆文琴 | 顾明远 | 11-05
11-05 | {DISPUTED} | 高建军 | 机修车间 | 处罚 | 《投诉考核细则》第十一条 | 返工 | 150 | 陆文琴 | 顾明远 | 11-05
"""

NOW = "11-12 09:30"
ALL_NUMBERS = (EVERY, LATE, NEW, DISPUTED, MAJOR, TIER, LENGTHY, SELLER)


def facts(past: Past | None = None, text: str = WORKBOOK) -> Facts:
    return tables.facts(text, now=NOW, past=past)


def case(number: str, known: Facts | None = None, *findings: Finding, masked: bool = False) -> Case:
    """The case of a number of the workbook above, or of another."""
    known = known or facts()
    register = known.register
    row = int(register.index[register["编号"] == number][0])
    return forms.gather(known, findings, row, SOURCE, masked=masked)


MOMENT = dt.datetime(2026, 11, 12, 9, 30)
