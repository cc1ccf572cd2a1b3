"""The value lists of the contract: what a drop-down offers and what the checks accept.

A *closed* list is part of the contract (rules compare with its words). An *open* one is the dealership's own: the 字典
sheet decides, these values only fill it in a new workbook.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """A named value list; ``name`` is its column in 字典."""

    name: str
    values: tuple[str, ...]
    closed: bool = True


STANDARD_FLOW = "标准流程"

YES_NO = Vocabulary("是否", ("是", "否"))
FLOW = Vocabulary(
    "流程",
    (
        STANDARD_FLOW,
        "三级处理",
        "厂家规范",
        "广汽丰田",
        "汽车销售公司",
        "维修企业",
        "汽车配件客诉",
        "重大质量事故",
        "企业投诉规范",
    ),
)
ALL_FLOWS = "所有流程"
"""What 规则 calls a rule that holds for every ticket whatever flow it follows (X-01, X-07)."""

RULE_FLOW = Vocabulary("规则流程", (*FLOW.values, ALL_FLOWS))
CHANNEL = Vocabulary(
    "反馈渠道",
    ("电话", "来信", "面对面", "网络", "现场", "电话回访", "厂家", "消费者协会", "媒体", "行政主管部门"),
    closed=False,
)
LEVEL = Vocabulary("级别", ("一般", "重大"))
CATEGORY = Vocabulary(
    "反馈类别",
    (
        "质量问题",
        "服务态度",
        "文明生产",
        "工期延误",
        "配件延时",
        "维修技术",
        "配件价格",
        "配件质量",
        "首保索赔",
        "产品质量",
        "销售承诺",
        "交车日期",
        "费用价格",
        "其他",
    ),
    closed=False,
)
DEPARTMENT = Vocabulary(
    "部门",
    (
        "销售部",
        "售后服务部",
        "机修车间",
        "钣喷车间",
        "配件部",
        "客户服务中心",
        "客户关系部",
        "管理部",
        "财务部",
        "总经理室",
    ),
    closed=False,
)
UNCLEAR_REASON = Vocabulary("未明原因", ("质量问题", "配件延时", "客户不在场", "客户没有时间"))
CONTACT_RESULT = Vocabulary("联系结果", ("已联系", "未联系上"))
REVIEW = Vocabulary("复核结论", ("认可", "异议"))
SATISFACTION = Vocabulary("满意度", ("非常满意", "满意", "一般", "不满意", "非常不满意"), closed=False)
AUDIT = Vocabulary("考核结果", ("合格", "退回"))
STATE = Vocabulary("状态", ("正常", "临近", "超时", "暂停", "未了事宜", "已办结"))
PENDING_STATE = Vocabulary("未了状态", ("未了", "已了"))
CONTACT_WAY = Vocabulary("沟通方式", ("电话", "短信", "微信", "面谈", "上门"), closed=False)
EVENT = Vocabulary(
    "事项",
    (
        "联系客户",
        "答复客户",
        "反馈进度",
        "反馈结果",
        "升级二级",
        "升级三级",
        "告知客服总监",
        "调查",
        "措施",
        "纠正措施",
        "预防措施",
        "措施验证",
        "上门拜访",
        "协议签署",
        "通知部门",
        "申诉",
        "第三方调解",
        "分析报告",
        "改善计划",
        "跟踪回访",
        "三日回访",
        "请示总经理",
        "上报备案",
        "核实身份",
        "恶意投诉认定",
        "内部反馈答复",
    ),
    closed=False,
)
REPAIR_KIND = Vocabulary("维修类型", ("小修", "零件修理", "一级维护", "二级维护", "整车修理", "总成修理"))
ACCIDENT_REQUEST = Vocabulary("申请类型", ("换车", "退车", "附带赔偿"))
SPOT_CHECK_ITEM = Vocabulary(
    "抽查项",
    ("定期免费维护", "定期电话回访", "保修期内免费维修执行率", "快修服务到达率", "24小时内上门到达率"),
    closed=False,
)
SPOT_CHECK_RESULT = Vocabulary("抽查结果", ("达标", "未达标"))
REWARD = Vocabulary("奖罚类型", ("奖励", "处罚"))
ROLE = Vocabulary(
    "角色",
    (
        "接收人",
        "客户经理",
        "客户服务中心",
        "管理部",
        "主管总经理",
        "财务部",
        "部门负责人",
        "维修班组长",
        "车间主任",
        "服务顾问",
        "回访员",
        "服务经理",
        "技术总监",
        "部门经理",
        "服务总监",
        "客服总监",
        "售后经理",
    ),
    closed=False,
)
RANK = Vocabulary("主次", ("主", "次"))
WEEKDAY = Vocabulary("星期", ("周一", "周二", "周三", "周四", "周五", "周六", "周日"))
DAY_KIND = Vocabulary("日期类型", ("休", "班"))
UNIT = Vocabulary("单位", ("分钟", "小时", "营业小时", "天", "工作日", "当日", "无"))
SEVERITY = Vocabulary("检查级别", ("错误", "警告", "提示"))

VOCABULARIES: tuple[Vocabulary, ...] = (
    YES_NO,
    FLOW,
    RULE_FLOW,
    CHANNEL,
    LEVEL,
    CATEGORY,
    DEPARTMENT,
    UNCLEAR_REASON,
    CONTACT_RESULT,
    REVIEW,
    SATISFACTION,
    AUDIT,
    STATE,
    PENDING_STATE,
    CONTACT_WAY,
    EVENT,
    REPAIR_KIND,
    ACCIDENT_REQUEST,
    SPOT_CHECK_ITEM,
    SPOT_CHECK_RESULT,
    REWARD,
    ROLE,
    RANK,
    WEEKDAY,
    DAY_KIND,
    UNIT,
    SEVERITY,
)
"""Every list, in the order of the 字典 sheet's columns."""
