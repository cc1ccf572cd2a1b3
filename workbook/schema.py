"""The contract of the workbook, declared once: sheets, tables, columns. Reader, builder and checks follow it."""

from __future__ import annotations

from dataclasses import replace

from workbook import vocabulary as v
from workbook.table import NUMERIC, TEMPORAL, Column, Kind, Pick, Table


def _time(name: str, note: str = "", **more: object) -> Column:
    return Column(name, Kind.TIME, width=16.5, note=note, **more)  # type: ignore[arg-type]


def _date(name: str, note: str = "", **more: object) -> Column:
    return Column(name, Kind.DATE, width=11.5, note=note, **more)  # type: ignore[arg-type]


def _person(name: str, note: str = "", **more: object) -> Column:
    return Column(name, Kind.PERSON, width=9.5, note=note, **more)  # type: ignore[arg-type]


def _in_group(group: str, *columns: Column) -> tuple[Column, ...]:
    return tuple(replace(column, group=group) for column in columns)


__all__ = ["NUMERIC", "TEMPORAL", "Column", "Kind", "Table"]  # declared in table.py, used with the contract

TICKET = Column("编号", Kind.TICKET, width=17, note="反馈登记中的编号，例如 FK20261121-007")

REGISTER = Table(
    "反馈登记",
    "反馈登记",
    (
        *_in_group(
            "接收",
            Column("编号", Kind.TICKET, ours=True, width=17, note="kesu 自动编号（STD-03），请勿填写或修改"),
            Column("流程", list=v.FLOW, width=12, note="留空即为“标准流程”"),
            _time("接收时间", "第一次听到客户意见的时间；之后 1 小时内上报（STD-01）"),
            _person("接收人", "首先听到意见的人，交接前一直负责（首问责任）", pick=Pick()),
            Column("反馈渠道", list=v.CHANNEL, width=11),
            Column("级别", list=v.LEVEL, width=7),
        ),
        *_in_group(
            "客户",
            Column("客户姓名", width=10),
            Column("联系电话", Kind.PHONE, width=14, note="11 位手机号或带区号的座机"),
            Column("车牌号", Kind.PLATE, width=11, note="例如 京A12345；新车未上牌填“未上牌”"),
            Column("车架号", Kind.VIN, width=21, note="17 位 VIN，不含 I、O、Q"),
            Column("车型", width=14),
            Column("行驶里程", Kind.NUMBER, width=10, note="公里，整数"),
        ),
        *_in_group(
            "内容",
            Column("内容概要", Kind.LONG_TEXT, width=34, note="一句话说明客户反馈什么（STD-03）"),
            Column("详细经过", Kind.LONG_TEXT, width=72, note="时间、地点、人员、经过、结果"),
            Column("客户要求", Kind.LONG_TEXT, width=24),
            Column("反馈类别", list=v.CATEGORY, width=11),
            Column("被反馈部门", list=v.DEPARTMENT, width=13),
            _person("当事人", "被反馈的人；不得参与处理（STD-20）", pick=Pick(department="被反馈部门")),
        ),
        *_in_group(
            "上报填单",
            _time("上报时间", "上报客户经理或客户服务中心的时间（STD-01：1 小时内）"),
            _person("填单人", "客户经理或客户服务中心", pick=Pick()),
            _time("填单时间", "填写《客户信息反馈处理单》的时间（STD-02：立即）"),
            Column("编号时间", Kind.TIME, ours=True, width=16.5, note="kesu 自动填写（STD-03）"),
        ),
        *_in_group(
            "责任认定",
            Column("责任明确", list=v.YES_NO, width=9, note="是：继续责任认定（STD-11）；否：转未了事宜（STD-12）"),
            Column(
                "未明原因",
                list=v.UNCLEAR_REASON,
                width=11,
                note="责任明确为“否”时必填（STD-12）",
                when=("责任明确", "否"),
            ),
            _person("经办人", "办理本单的客户经理", pick=Pick(role="客户经理")),
            _time("客户联系时间", "24 小时内没联系上也要记录，才能按 48 小时计（STD-04）"),
            Column("联系结果", list=v.CONTACT_RESULT, width=10),
            Column("责任认定", Kind.LONG_TEXT, width=20),
            _person("责任人", "认定的责任人；不得参与处理（STD-20）", pick=Pick(department="被反馈部门")),
            Column("处理意见", Kind.LONG_TEXT, width=32),
            _time("转管理部时间", "填单后 24 小时内（STD-04）"),
        ),
        *_in_group(
            "复核审批",
            _person("复核人", "管理部", pick=Pick(role="管理部")),
            Column(
                "复核结论", list=v.REVIEW, width=10, note="认可：出具过失处理意见；异议：开会并签署协商意见（STD-05）"
            ),
            Column("协商意见", Kind.LONG_TEXT, width=20, note="复核结论为“异议”时必填（STD-05）"),
            _time("复核完成时间", "收到后 4 小时内（STD-05）"),
            Column("总经理意见", Kind.LONG_TEXT, width=20),
            _time("总经理意见时间", "复核后 4 小时内（STD-06）"),
        ),
        *_in_group(
            "执行",
            _time("执行完成时间", "总经理意见后 8 小时内（STD-07）"),
            _time("转客服时间", "执行完成当日（STD-08）"),
        ),
        *_in_group(
            "回访归档",
            Column("需回访", list=v.YES_NO, width=8, note="由客户经理标明（STD-09）"),
            _person("回访人", "由与此事无关的人回访（STD-20）", pick=Pick(role="客户服务中心")),
            _time("回访时间", "转客服后 24 小时内（STD-09）"),
            Column("满意度", list=v.SATISFACTION, width=10),
            Column("考核结果", list=v.AUDIT, width=10, note="客户服务中心考核及时性和处理尺度（STD-10）"),
            _time("归档时间", "默认在下一个周二汇总前（STD-10）"),
            _time("下次答复时间", "答应客户的下次答复时间，本身就是时限（X-07）"),
            Column("备注", Kind.LONG_TEXT, width=20),
        ),
        *_in_group(
            "系统",
            Column("当前环节", ours=True, width=10, note="kesu 自动填写：第一个未完成的环节"),
            Column("截止时间", Kind.TIME, ours=True, width=16.5, note="kesu 自动填写：当前环节的截止时间"),
            Column("状态", list=v.STATE, ours=True, width=10, note="kesu 自动填写"),
            Column("提示", Kind.LONG_TEXT, ours=True, width=48, note="kesu 自动填写：现在该做什么"),
        ),
    ),
    ("接收时间", "内容概要", "上报时间", "填单时间", "转管理部时间", "归档时间"),
    "客户信息反馈处理单，一行一单",
)

_PENDING_COLUMNS = (
    TICKET,
    Column("车牌号", Kind.PLATE, width=11),
    Column("客户姓名", width=10),
    Column("事由", Kind.LONG_TEXT, width=30),
    _date("转入日期"),
    _person("认可人", "主管总经理（STD-13）"),
    _date("认可日期"),
    _person("负责人"),
    _person("备用负责人"),
    _date("预计完成日期"),
    _date("最近沟通日期", "每月 4 日前与客户沟通一次（STD-16）"),
    Column("沟通方式", list=v.CONTACT_WAY, width=10),
    Column("沟通结果", Kind.LONG_TEXT, width=26),
    _date("上门日期", "重大投诉须请示主管总经理后上门拜访（STD-14）"),
    Column("状态", list=v.PENDING_STATE, width=8),
    _date("完成日期"),
    Column("备注", Kind.LONG_TEXT, width=20),
)
_PENDING_TELLING = ("转入日期", "认可人", "最近沟通日期", "预计完成日期")

PENDING_MANAGER = Table(
    "未了事宜台帐-客户经理", "未了事宜_客户经理", _PENDING_COLUMNS, _PENDING_TELLING, "客户经理的未了事宜（STD-15）"
)
PENDING_CENTRE = Table(
    "未了事宜台帐-客服中心", "未了事宜_客服中心", _PENDING_COLUMNS, _PENDING_TELLING, "客户服务中心的未了事宜（STD-15）"
)

EVENTS = Table(
    "处理记录",
    "处理记录",
    (
        TICKET,
        _time("时间"),
        Column("事项", list=v.EVENT, width=12),
        _person("经手人"),
        Column("对象", width=12),
        Column("内容", Kind.LONG_TEXT, width=46),
        Column("结果", Kind.LONG_TEXT, width=30),
    ),
    ("时间", "事项", "经手人", "内容"),
    "办理过程中做的、说的每一件事",
)

CALLBACKS = Table(
    "回访记录",
    "回访记录",
    (
        TICKET,
        _time("回访时间"),
        _person("回访人"),
        Column("接通", list=v.YES_NO, width=8),
        Column("满意度", list=v.SATISFACTION, width=10),
        Column("客户意见", Kind.LONG_TEXT, width=40),
        Column("是否闭环", list=v.YES_NO, width=10),
        Column("备注", Kind.LONG_TEXT, width=20),
    ),
    ("回访时间", "接通", "客户意见", "是否闭环"),
    "每次回访一行（STD-09）",
)

WARRANTY = Table(
    "维修质保",
    "维修质保",
    (
        TICKET,
        Column("车架号", Kind.VIN, width=21),
        Column("维修类型", list=v.REPAIR_KIND, width=11),
        Column("故障现象", Kind.LONG_TEXT, width=30),
        _date("出厂日期"),
        Column("出厂里程", Kind.NUMBER, width=10),
        _date("再修日期"),
        Column("再修里程", Kind.NUMBER, width=10),
        Column("结论", ours=True, width=30, note="kesu 自动填写（REPAIR）"),
    ),
    ("维修类型", "出厂日期", "出厂里程", "再修日期"),
    "维修质量保证期核对（REPAIR）",
)

ACCIDENTS = Table(
    "重大质量事故",
    "重大质量事故",
    (
        Column("申请号", ours=True, width=17, note="kesu 自动编号（EVQ）"),
        TICKET,
        Column("申请类型", list=v.ACCIDENT_REQUEST, width=11),
        Column("事实", Kind.LONG_TEXT, width=36),
        Column("证据", Kind.LONG_TEXT, width=24, note="故障件照片等（EVQ）"),
        _person("申请人"),
        _date("申请日期"),
        _person("批准人"),
        _date("批准日期"),
        Column("批准意见", Kind.LONG_TEXT, width=20),
        _date("执行日期"),
        Column("故障件保管", width=14),
        Column("核销单号", width=14),
        Column("赔偿金额", Kind.MONEY, width=12),
        Column("跟踪结果", Kind.LONG_TEXT, width=24),
    ),
    ("申请类型", "申请日期", "批准人", "核销单号"),
    "重大质量事故处理申请表（EVQ）",
)

SPOT_CHECKS = Table(
    "抽查",
    "抽查",
    (
        Column("抽查月份", width=10, note="例如 2026-11"),
        TICKET,
        Column("抽查项", list=v.SPOT_CHECK_ITEM, width=24),
        Column("客户", width=10),
        _person("抽查人"),
        _date("日期"),
        Column("结果", list=v.SPOT_CHECK_RESULT, width=12),
        Column("说明", Kind.LONG_TEXT, width=36),
    ),
    ("抽查月份", "抽查项", "抽查人"),
    "客户抽查（X-03）",
)

CARE = Table(
    "客户关怀",
    "客户关怀",
    (
        Column("客户姓名", width=10),
        Column("联系电话", Kind.PHONE, width=14),
        Column("车牌号", Kind.PLATE, width=11),
        Column("车架号", Kind.VIN, width=21),
        _date("交车日期"),
        _date("生日"),
        _date("保险到期"),
        _date("下次保养"),
        Column("事项", ours=True, width=14, note="kesu 自动填写（X-04）"),
        Column("应联系日期", Kind.DATE, ours=True, width=11.5, note="kesu 自动填写（X-04）"),
        _date("实际联系日期"),
        _person("联系人"),
        Column("结果", Kind.LONG_TEXT, width=30),
    ),
    ("交车日期", "保险到期", "下次保养", "应联系日期"),
    "客户关怀计划（X-04）",
)

REWARDS = Table(
    "奖罚明细",
    "奖罚明细",
    (
        _date("日期"),
        TICKET,
        _person("姓名", "与本单有关的人", pick=Pick(department="部门")),
        Column("部门", list=v.DEPARTMENT, width=13),
        Column("类型", list=v.REWARD, width=8),
        Column("依据条款", Kind.LONG_TEXT, width=24),
        Column("事由", Kind.LONG_TEXT, width=30),
        Column("金额", Kind.MONEY, width=11, note="元，正数；奖励和处罚由“类型”区分"),
        _person("认定人", pick=Pick(role="管理部")),
        _person("审批人", pick=Pick(role="主管总经理")),
        _date("审批日期"),
        Column("报送月份", ours=True, width=10, note="kesu 自动填写（STD-19）"),
        Column("备注", Kind.LONG_TEXT, width=20),
    ),
    ("依据条款", "金额", "认定人", "审批人"),
    "奖励与处罚，每月 4 日报送（STD-19）",
)

STAFF = Table(
    "人员",
    "人员",
    (
        Column("姓名", Kind.PERSON, width=10),
        Column("部门", list=v.DEPARTMENT, width=13),
        Column("角色", list=v.ROLE, width=14, note="一人多个角色时，每个角色一行"),
        Column("主次", list=v.RANK, width=7, note="每个角色要有一主一次（STD-21）"),
        Column("邮箱", width=36),
        Column("休息日", width=12, note="例如 周六,周日"),
        Column("请假", width=24, note="例如 2026-11-20~2026-11-22；多段用分号隔开"),
        Column("在岗", list=v.YES_NO, width=7),
    ),
    ("姓名", "角色", "主次", "邮箱"),
    "谁担任什么角色，休息与请假（STD-21）",
)

RULES = Table(
    "规则",
    "规则",
    (
        Column("规则号", width=12.5),
        Column("流程", list=v.RULE_FLOW, width=12),
        Column("环节", width=14),
        Column(
            "起点", Kind.LONG_TEXT, width=26, note="登记表的时间列，或“处理记录:事项”；几个事项用顿号隔开，先发生的算"
        ),
        Column(
            "终点", Kind.LONG_TEXT, width=26, note="登记表的时间列，或“处理记录:事项”；几个事项用顿号隔开，先发生的算"
        ),
        Column("时限", Kind.NUMBER, width=8),
        Column("单位", list=v.UNIT, width=10),
        Column("延长时限", Kind.NUMBER, width=10),
        Column("延长条件", width=20, note="例如 联系结果=未联系上"),
        Column("预警", width=10, note="已用时限的比例（75%），或截止前多久（30分钟）；留空为 75%"),
        Column("责任角色", list=v.ROLE, width=14),
        Column("上报角色", list=v.ROLE, width=14),
        _date("生效日期", "对该日起接收的单生效；更早的单仍用旧规则"),
        Column("出处", Kind.LONG_TEXT, width=44),
    ),
    ("规则号", "环节", "起点", "终点", "时限"),
    "现行时限规则",
)

HOLIDAYS = Table(
    "节假日",
    "节假日",
    (_date("日期"), Column("类型", list=v.DAY_KIND, width=8), Column("名称", width=18)),
    ("日期", "类型", "名称"),
    "覆盖国家法定节假日与调休",
)

HOURS = Table(
    "营业时间",
    "营业时间",
    (
        Column("星期", list=v.WEEKDAY, width=8),
        Column("上午起", Kind.CLOCK, width=9),
        Column("上午止", Kind.CLOCK, width=9),
        Column("下午起", Kind.CLOCK, width=9),
        Column("下午止", Kind.CLOCK, width=9),
    ),
    ("星期", "上午起", "下午止"),
    "每天的营业时间",
)

FINDINGS = Table(
    "检查结果",
    "检查结果",
    (
        Column("级别", list=v.SEVERITY, ours=True, width=8),
        Column("规则号", ours=True, width=11),
        Column("工作表", ours=True, width=18),
        Column("单元格", ours=True, width=10),
        Column("编号", Kind.TICKET, ours=True, width=17),
        Column("问题", Kind.LONG_TEXT, ours=True, width=60),
        Column("建议", Kind.LONG_TEXT, ours=True, width=50),
        Column("发现时间", Kind.TIME, ours=True, width=16.5),
    ),
    ("规则号", "单元格", "问题", "建议"),
    "kesu 每次检查的结果",
)

DICTIONARY_SHEET = "字典"
DASHBOARD_SHEET = "看板"
CASE_SHEET = "处理单"
PEOPLE_SHEET = "名单"
GUIDE_SHEET = "使用说明"

PENDING: tuple[Table, ...] = (PENDING_MANAGER, PENDING_CENTRE)

TABLES: tuple[Table, ...] = (
    REGISTER,
    PENDING_MANAGER,
    PENDING_CENTRE,
    EVENTS,
    CALLBACKS,
    WARRANTY,
    ACCIDENTS,
    SPOT_CHECKS,
    CARE,
    REWARDS,
    STAFF,
    RULES,
    HOLIDAYS,
    HOURS,
    FINDINGS,
)
"""Every native table, in the order of a new workbook's sheets."""
