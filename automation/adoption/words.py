"""What dealerships call the columns of a complaint register. Headers are compared without spaces, signs and case."""

from __future__ import annotations

from collections.abc import Mapping

_WORDS = {
    "流程": "处理流程 适用流程 flow process",
    "接收时间": (
        "受理时间 登记时间 来电时间 接收日期 受理日期 登记日期 来电日期 投诉时间 投诉日期 反馈时间 反馈日期 "
        "接待时间 接待日期 接单时间 接诉时间 发生时间 发生日期 创建时间 日期 时间 来访时间 收到时间 收件时间 "
        "建单时间 提交时间 received receivedat datereceived receiveddate date opened openedat opendate "
        "created createdat reported complaintdate logged"
    ),
    "接收人": (
        "受理人 登记人 接待人 接听人 接线人 首问人 首问责任人 受理员 接诉人 记录人 receivedby takenby "
        "loggedby createdby"
    ),
    "反馈渠道": "渠道 来源 投诉渠道 投诉来源 反馈来源 投诉方式 反馈方式 信息来源 来源渠道 channel source via origin",
    "级别": "等级 投诉级别 投诉等级 严重程度 重要程度 紧急程度 优先级 severity priority level grade",
    "客户姓名": (
        "投诉人 客户 车主 客户名称 车主姓名 投诉人姓名 客户名 姓名 联系人 用户姓名 用户 送修人 反馈人 顾客 "
        "顾客姓名 customer customername client name owner complainant"
    ),
    "联系电话": (
        "电话 手机 手机号 手机号码 联系方式 电话号码 客户电话 车主电话 联系手机 联络电话 投诉人电话 phone tel "
        "telephone mobile phonenumber contact contactnumber cell"
    ),
    "车牌号": (
        "车牌 牌照 车牌号码 牌照号 车号 牌号 车辆牌照 号牌 plate plateno platenumber licenseplate "
        "licenceplate registration regno licenseno"
    ),
    "车架号": (
        "vin 底盘号 车架 vin码 vin号 车架号码 底盘 车辆识别代号 车辆识别码 车架号vin chassis chassisno "
        "vinnumber vinno framenumber"
    ),
    "车型": "车系 车辆型号 车款 型号 车辆 品牌车型 model carmodel vehicle car vehiclemodel",
    "行驶里程": "里程 公里数 里程数 行驶公里 里程公里 mileage odometer km kilometers",
    "内容概要": (
        "投诉内容 问题描述 反馈内容 投诉事由 投诉问题 事由 问题 内容 概要 摘要 主要内容 投诉概要 客户反馈 "
        "反馈问题 故障描述 投诉主题 投诉事项 问题概述 情况描述 complaint summary issue description subject "
        "problem details complaintdetails"
    ),
    "详细经过": "经过 事情经过 详细描述 详情 详细内容 具体内容 详细情况 fulldescription narrative",
    "客户要求": "客户诉求 诉求 要求 投诉要求 期望 客户期望 request demand customerrequest",
    "反馈类别": (
        "投诉类别 投诉类型 类别 类型 问题类型 问题分类 分类 反馈类型 投诉分类 投诉性质 问题类别 category type "
        "complainttype issuetype"
    ),
    "被反馈部门": "部门 责任部门 被投诉部门 涉及部门 所属部门 投诉部门 相关部门 department dept team",
    "当事人": "被投诉人 涉及人员 被反馈人 涉事人员 当事员工 被投诉人员 staffinvolved about employee",
    "上报时间": "上报日期 汇报时间 reportedupat escalatedat",
    "填单人": "制单人 填表人 填写人 filledby",
    "填单时间": "填表时间 制单时间 填单日期 填表日期 填写时间 制单日期",
    "责任明确": "责任是否明确 是否责任明确 责任清楚",
    "未明原因": "不明原因 责任不明原因 未明确原因",
    "经办人": (
        "处理人 处理人员 负责人 跟进人 承办人 办理人 客户经理 处理责任人 跟进人员 服务顾问 经手人 handler "
        "handledby assignee assignedto agent responsible casemanager"
    ),
    "客户联系时间": "联系时间 联系客户时间 首次联系时间 回电时间 联系日期 contacted contactedat firstcontact",
    "联系结果": "联系情况 是否联系上 contactresult",
    "责任认定": "责任判定 责任归属 认定结果 原因分析 原因 liability cause rootcause",
    "责任人": "责任人员 过失人 直接责任人 personresponsible",
    "处理意见": (
        "处理结果 处理方案 处理措施 解决方案 处理情况 处理过程 解决措施 处理方法 处理内容 resolution solution "
        "action actiontaken outcome result"
    ),
    "转管理部时间": "转管理部日期 提交管理部时间 转复核时间",
    "复核人": "审核人 审核 复核 reviewer reviewedby",
    "复核结论": "审核结论 复核结果 审核结果 reviewresult",
    "协商意见": "协商结果",
    "复核完成时间": "复核时间 审核时间 复核日期 审核日期 reviewed reviewedat",
    "总经理意见": "总经理批示 领导意见 领导批示 总经理审批 gmcomment gmopinion",
    "总经理意见时间": "总经理批示时间 总经理审批时间 批示时间 审批时间 批示日期 approvedat",
    "执行完成时间": "执行时间 解决时间 处理完成时间 处理完毕时间 处理时间 处理日期 解决日期 resolved resolvedat",
    "转客服时间": "转客服日期 转客服中心时间 移交客服时间",
    "需回访": "是否回访 是否需回访 是否需要回访 followupneeded",
    "回访人": "回访员 回访人员 followupby calledbackby",
    "回访时间": "回访日期 跟踪回访时间 followup followedup followupdate callback callbackdate",
    "满意度": "客户满意度 是否满意 回访结果 满意程度 客户是否满意 satisfaction csat",
    "考核结果": "考核 考核情况 auditresult",
    "归档时间": (
        "完成时间 关闭时间 结案时间 完结时间 结束时间 办结时间 归档日期 完成日期 关闭日期 结案日期 办结日期 "
        "完结日期 闭环时间 闭环日期 销案日期 closed closedat closedate dateclosed completed completedat "
        "enddate"
    ),
    "下次答复时间": "下次回复时间 承诺答复时间 约定答复时间 下次联系时间 nextcontact nextreply promisedat",
    "备注": "说明 备注说明 其他 remark remarks note notes comment comments",
}
WORDS: Mapping[str, tuple[str, ...]] = {ours: tuple(words.split()) for ours, words in _WORDS.items()}
"""Column of the register → what else it is called. A word that could mean several stands with the likeliest."""


def _set(words: str) -> frozenset[str]:
    return frozenset(words.split())


VAGUE = _set(
    "其他 内容 分类 原因 名称 处理日期 处理时间 复核 姓名 审核 日期 时间 服务顾问 来源 用户 类别 类型 "
    "考核 联系人 要求 说明 负责人 车辆 部门 问题 about action car contact date level name result team "
    "type via"
)
"""Words that say less than the others: a better header for the same column goes first."""

SERIALS = _set("序 序号 行号 项次 顺序号 # id index item no no. nr")
"""A running number, theirs."""

NUMBERS = _set(
    "单号 反馈编号 受理编号 客诉编号 工单号 工单编号 投诉单号 投诉编号 流水号 登记编号 编号 caseid caseno "
    "casenumber complaintno number ref reference ticket ticketid ticketno"
)
"""A case number of their own: it stays theirs, beside the 编号 that kesu gives."""

STATES = _set("处理状态 处理进度 完成情况 是否关闭 是否完成 是否结案 状态 进度 state status")
"""A state of their own making, which kesu does not judge by."""
