"""When a training topic is proposed (X-05): the rules as a table. Whoever disagrees with a topic finds its rule here.

The sources ask for lessons and training but name no numbers; these are ours, and low enough for a shop with fifty
complaints a month. A topic is a proposal for people to decide on, never a verdict on anybody.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class TopicRule:
    """One rule. ``id`` names it in mails and in the sheet 判定规则.

    ``figure``: what is counted (``topics.FIGURES``). ``least``: so many in the month, at least. ``over``: and so many
    times the average of the six months before, where there are such months; 0 asks for no comparison.
    ``alone``: so many in the month, where there is nothing to compare with. ``most``: a rate below this (0 for counts).
    ``words`` say the rule; ``topic`` and ``audience`` may hold ``{about}``.
    """

    id: str
    figure: str
    least: int
    words: str
    topic: str
    audience: str
    over: float = 0.0
    alone: int = 0
    most: float = 0.0


RULES: tuple[TopicRule, ...] = (
    TopicRule(
        "培训1", "类别", 3,
        "同一反馈类别当月至少3件，且比前6个月平均多一半；没有以前的月份可比时，至少5件",
        "“{about}”类投诉的原因复盘与培训", "{department}",
        over=1.5, alone=5,
    ),
    TopicRule(
        "培训2", "故障", 3,
        "同一故障当月至少3件，且比前6个月平均多一半；没有以前的月份可比时，至少5件",
        "“{about}”类故障的技术复盘与培训", "{department}",
        over=1.5, alone=5,
    ),
    TopicRule(
        "培训3", "人员", 2,
        "同一人当月有至少2件责任认定写明“属实”",
        "与{about}一起复盘所涉案例，针对性辅导", "{about}及其主管",
    ),
    TopicRule(
        "培训4", "环节", 3,
        "同一环节（编号除外）当月到期而超时至少3次",
        "“{about}”环节的时限与交接培训", "{role}",
    ),
    TopicRule(
        "培训5", "重复", 2,
        "同一部门当月有至少2件是同一辆车或同一电话办结后再次投诉",
        "“一次解决”：{about}办结前的确认与回访", "{about}",
    ),
    TopicRule(
        "培训6", "返修", 1,
        "维修后一个月内发生同类故障，有1件即提（守则：杜绝同一辆车维修后一个月内发生非人为同类故障）",
        "维修后一月内同类故障的技术复盘", "{department}",
    ),
    TopicRule(
        "培训7", "不满意", 2,
        "同一部门当月回访有至少2件不满意，且不满意占有评价的三成以上",
        "{about}的沟通与投诉处理技巧培训", "{about}",
        most=0.7,
    ),
    TopicRule(
        "培训8", "抽查", 5,
        "同一抽查项当月有至少5位客户作答，达标率低于八成",
        "“{about}”的执行标准培训", "售后服务部",
        most=0.8,
    ),
)  # fmt: skip
"""Every rule, in the order in which topics are told."""
