"""A handful of tickets that follow the other flows, with what was done in 处理记录."""

from __future__ import annotations

import datetime as dt
import random
from dataclasses import dataclass, replace

from automation.sample import people
from automation.sample.cars import customer
from automation.sample.stories import STORIES, Story, tell
from automation.sample.tickets import Case, Row


@dataclass(frozen=True, slots=True)
class _Step:
    hours: float
    event: str
    role: str
    whom: str
    what: str
    result: str


@dataclass(frozen=True, slots=True)
class _Script:
    flow: str
    category: str
    channel: str
    days_ago: float
    steps: tuple[_Step, ...]
    level: str = "一般"
    closed: bool = True
    solution: str = ""
    completed: float | None = None
    """After how many hours it was carried out, where the flow writes that down (SALES)."""


_S = _Step
_SCRIPTS = (
    _Script("三级处理", "维修技术", "面对面", 61, (
        _S(0.2, "告知客服总监", "服务顾问", "客服总监", "说明客户反映三次返修", "客服总监参与处理"),
        _S(0.5, "升级二级", "服务顾问", "服务经理", "一级未能解决，移交全部记录", "服务经理接手"),
        _S(6, "调查", "服务经理", "机修车间", "查维修工单和路试记录", "诊断思路有误"),
        _S(20, "答复客户", "服务经理", "客户", "说明原因和返修方案", "客户接受"),
        _S(30, "纠正措施", "服务经理", "机修车间", "骨干会诊返修，免工时", "故障排除"),
        _S(54, "预防措施", "服务经理", "机修车间", "疑难故障两次未修好即会诊", "写入班组要求"),
        _S(80, "措施验证", "客服总监", "客户", "电话确认一周无复发", "客户满意"),
    )),
    _Script("厂家规范", "产品质量", "厂家", 26, (
        _S(1.4, "联系客户", "客户经理", "客户", "致电致歉，约检查时间", "客户答应次日到店"),
        _S(28, "调查", "技术总监", "售后服务部", "读取数据流，拍照留存", "确认硬件故障"),
        _S(50, "反馈进度", "客户经理", "客户", "告知厂家受理编号和预计时间", "客户愿意等"),
        _S(120, "措施", "服务经理", "售后服务部", "质保更换总成", "完成"),
        _S(126, "反馈结果", "客户经理", "客户", "说明更换内容和延保", "客户认可"),
        _S(150, "预防措施", "技术总监", "售后服务部", "同批次车辆进店时加检一项", "列入检查表"),
        _S(170, "分析报告", "客户经理", "厂家", "提交《客户投诉分析报告》", "厂家签收"),
    ), level="重大"),
    _Script("广汽丰田", "首保索赔", "网络", 18, (
        _S(22, "联系客户", "客户经理", "客户", "核对购车日期和里程", "客户提供合同照片"),
        _S(76, "反馈结果", "客户经理", "客户", "说明首保期限", "客户不接受"),
        _S(98, "申诉", "客户经理", "服务总监", "客户要求重新处理", "服务总监受理"),
        _S(140, "反馈结果", "服务总监", "客户", "按善意首保办理", "客户接受"),
    )),
    _Script("汽车销售公司", "销售承诺", "电话", 33, (
        _S(1.1, "联系客户", "客户经理", "客户", "了解承诺内容，核对聊天记录", "约次日面谈"),
        _S(26, "措施", "客户经理", "销售部", "补齐赠品", "客户签收"),
        _S(40, "改善计划", "售后经理", "总经理", "承诺一律写入合同附件", "总经理同意"),
        _S(90, "跟踪回访", "回访员", "客户", "确认赠品到齐", "满意"),
    ), solution="补齐赠品，承诺一律写入合同", completed=42),
    _Script("维修企业", "质量问题", "现场", 12, (
        _S(2, "联系客户", "客户经理", "客户", "约回厂检查", "当天到店"),
        _S(19, "答复客户", "服务经理", "客户", "在质保期内，免费返修并说明理由", "客户接受"),
        _S(25, "措施", "服务经理", "机修车间", "更换故障件", "交车"),
    )),
    _Script("汽车配件客诉", "配件质量", "电话", 8, (
        _S(3, "联系客户", "客户经理", "客户", "了解问题、需求，告知处理程序和时间", "客户寄回旧件照片"),
        _S(30, "调查", "部门经理", "配件部", "核对批次和进货单", "确认退货件再售"),
        _S(46, "措施", "部门经理", "客户", "换货并补偿工时", "客户接受"),
        _S(60, "反馈结果", "客户经理", "客户", "说明原因和后续改进", "认可"),
        _S(70, "预防措施", "部门经理", "配件部", "退货件单独存放，不得再售", "写入仓库制度"),
    )),
    _Script("重大质量事故", "产品质量", "面对面", 21, (
        _S(1, "联系客户", "客户经理", "客户", "安排拖车和代步车", "客户到店"),
        _S(24, "调查", "技术总监", "售后服务部", "拆检拍照，封存故障件", "报厂家"),
        _S(72, "上门拜访", "客户经理", "客户", "说明申请进度", "客户要求换车"),
    ), level="重大", closed=False),
    _Script("企业投诉规范", "费用价格", "来信", 5, (
        _S(2, "核实身份", "客户经理", "客户", "按工单核对电话和车牌，复述投诉内容", "无误"),
        _S(4, "答复客户", "客户经理", "客户", "告知处理程序，两日内给出方案", "客户同意"),
        _S(21, "调查", "服务经理", "售后服务部", "调取工单和短信记录", "增项未确认"),
        _S(44, "协议签署", "客户经理", "客户", "退费协议双方签字", "已签"),
        _S(46, "通知部门", "客户经理", "财务部", "按协议退费", "已办"),
        _S(72, "跟踪回访", "回访员", "客户", "确认退费到账", "满意"),
    )),
)  # fmt: skip
_AGAIN = ("三级处理", "三级处理", "厂家规范", "广汽丰田", "汽车销售公司", "维修企业", "汽车配件客诉", "企业投诉规范")
_AGAIN_DAYS_AGO = 34


def other_flows(rng: random.Random, now: dt.datetime, count: int) -> list[Case]:
    """The first ``count`` of the scripted tickets, not numbered yet."""
    return [_case(script, rng, now) for script in _SCRIPTS[:count]]


def further_cases(rng: random.Random, now: dt.datetime) -> list[Case]:
    """Older tickets of the same flows, all of them closed: enough that some can be spoiled and some stay as they are."""
    by_flow = {script.flow: script for script in _SCRIPTS}
    return [
        _case(replace(by_flow[flow], days_ago=_AGAIN_DAYS_AGO + 9 * place + rng.random()), rng, now)
        for place, flow in enumerate(_AGAIN)
    ]


def repeated_cases(rng: random.Random, now: dt.datetime, count: int, days: int) -> list[Case]:
    """``count`` more of them over the last ``days``, from times at which all of them have been closed."""
    closed = [script for script in _SCRIPTS if script.closed]
    return [
        _case(replace(closed[place % len(closed)], days_ago=rng.uniform(15, days)), rng, now) for place in range(count)
    ]


def _case(script: _Script, rng: random.Random, now: dt.datetime) -> Case:
    day = now - dt.timedelta(days=script.days_ago)
    received = day.replace(hour=rng.randint(9, 16), minute=rng.randint(0, 59), second=0, microsecond=0)
    story = rng.choice([story for story in STORIES if story.category == script.category])
    reported = received + dt.timedelta(minutes=rng.randint(6, 40))
    filled_in = reported + dt.timedelta(minutes=rng.randint(4, 22))
    steps = _records(script, filled_in, now)
    last = filled_in + dt.timedelta(hours=script.steps[-1].hours)
    archived = (last + dt.timedelta(days=1)).replace(hour=10, minute=rng.randint(0, 59), second=0, microsecond=0)
    row = _row(script, story, received, rng)
    manager = people.on_duty("客户经理", filled_in, now)
    row |= {"上报时间": reported, "填单人": manager, "填单时间": filled_in, "责任明确": "是", "经办人": manager}
    if script.completed is not None:
        row |= {"处理意见": script.solution, "执行完成时间": filled_in + dt.timedelta(hours=script.completed)}
    times: list[dt.datetime | None] = [received, reported, filled_in, *[None] * 8]
    if script.closed and archived <= now:
        row |= {"考核结果": "合格", "归档时间": archived}
        times[10] = archived
    owner = customer(rng, received.date())
    return Case(row | owner.row(), story, owner, times, flow=script.flow, steps=steps)


def _row(script: _Script, story: Story, received: dt.datetime, rng: random.Random) -> Row:
    told = tell(story, rng)
    return {
        "流程": script.flow,
        "接收时间": received,
        "接收人": people.holding("接收人")[0],
        "反馈渠道": script.channel,
        "级别": script.level,
        "内容概要": told.summary,
        "详细经过": told.details,
        "客户要求": told.wish,
        "反馈类别": story.category,
        "被反馈部门": story.department,
    }


def _records(script: _Script, begun: dt.datetime, now: dt.datetime) -> list[Row]:
    """The steps as 处理记录 has them, in their order."""
    rows: list[Row] = []
    last = begun
    for step in script.steps:
        last = max(last, _by_day(begun + dt.timedelta(hours=step.hours)))
        who = people.on_duty(step.role, last, now)
        row: Row = {"时间": last, "事项": step.event, "经手人": who, "对象": step.whom}
        rows.append(row | {"内容": step.what, "结果": step.result})
    return rows


def _by_day(at: dt.datetime) -> dt.datetime:
    """Nobody is rung up at night."""
    if 8 <= at.hour < 20:
        return at
    return (at + dt.timedelta(hours=(8 - at.hour) % 24)).replace(minute=30 + at.minute // 2)
