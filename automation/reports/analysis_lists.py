"""The sheets behind the monthly analysis: topics, repeats, measures, late stages, names, tickets, and the rules themselves."""

from __future__ import annotations

import pandas as pd

from automation.checks.tiers import VERIFIED
from automation.reports import instants
from automation.reports.lessons.faults import PLAIN, VAGUE, Family
from automation.reports.lessons.measures import KINDS, PATIENCE
from automation.reports.lessons.pareto import ENOUGH, VITAL
from automation.reports.lessons.repeats import LOOK_BACK, SAME_CAR
from automation.reports.lessons.topic_rules import RULES
from automation.reports.lessons.whole import Analysis
from automation.reports.masked import Masked
from automation.reports.standing import BLANK, DISSATISFIED, SATISFIED
from automation.reports.words import hours
from automation.wording import span
from workbook.build.formats import AMBER, GREEN, RED, WORD_COLOURS
from workbook.reportbook.model import Field, Listing, Look, Value
from workbook.vocabulary import LEVEL

SAID_WELL, SAID_BADLY, SAID_ELSE = "满意", "不满意", "一般"
REPEATED, LATE, SAID = "办结后\n再投诉", "有环节\n超时", "当月\n评价"
"""The columns of 反馈明细 that are counted beside the words of the register."""
NO_TICKET = "（未填编号）"
_BAD: dict[str, dict[str, object]] = {"是": {"bold": True, "font_color": RED}}
_SAID: dict[str, dict[str, object]] = {SAID_BADLY: {"bold": True, "font_color": RED}, SAID_WELL: {"font_color": GREEN}}
_STATES: dict[str, dict[str, object]] = {
    "逾期未验证": {"bold": True, "font_color": RED},
    "结果无效": {"bold": True, "font_color": RED},
    "待验证": {"font_color": AMBER},
    "已验证": {"font_color": GREEN},
}


def tickets(found: Analysis, masked: Masked) -> Listing:
    """Every ticket that a figure of the analysis counts, in the register's order."""
    here = found.here.tickets
    repeated, late = {one.row for one in found.repeats}, {case.row for case in found.late}
    rated = {row for line in found.satisfaction["反馈类别"] for row in line.rated.rows}
    words = found.listed.to_dict("index")
    rows: list[tuple[Value, ...]] = [
        (
            found.ticket(row),
            instants.moment(here.at[row, "received"]),
            *(
                str(words[row][column])
                for column in ("级别", "流程", "反馈渠道", "反馈类别", "故障", "车型", "被反馈部门")
            ),
            "是" if row in repeated else "",
            "是" if row in late else "",
            said(str(here.at[row, "满意度"])) if row in rated else "",
            masked.customer(row),
            masked.plate(row),
            masked.summary(row),
            instants.moment(here.at[row, "closed_at"]),
        )
        for row in (int(row) for row in found.listed.index)
    ]
    return Listing(
        "反馈明细",
        f"反馈明细：{found.months.shown[0].words}至{found.period.words}收到的，和当月回访、超时、再投诉所涉及的",
        "各页的件数都从这里数出来，按列筛选就是对应的单。客户姓名和车牌号已做遮挡，完整内容按编号在登记表中查。",
        (
            Field("编号", width=16),
            Field("接收时间", Look.TIME, 15),
            Field("级别", Look.WORD, 6, colours=WORD_COLOURS[LEVEL]),
            Field("流程", Look.WORD, 11),
            Field("反馈渠道", Look.WORD, 9),
            Field("反馈类别", Look.WORD, 10),
            Field("故障", Look.WORD, 18),
            Field("车型", Look.WORD, 15),
            Field("被反馈部门", Look.WORD, 13),
            Field(REPEATED, Look.WORD, 8, colours=_BAD),
            Field(LATE, Look.WORD, 8, colours=_BAD),
            Field(SAID, Look.WORD, 8, colours=_SAID),
            Field("客户", Look.WORD, 9),
            Field("车牌", Look.WORD, 10),
            Field("内容概要", Look.LONG, 34),
            Field("办结时间", Look.TIME, 15),
        ),
        rows,
        "这些月份没有收到反馈。",
    )


def said(word: str) -> str:
    """A word of 满意度 as satisfied, dissatisfied or neither."""
    return SAID_WELL if word in SATISFIED else SAID_BADLY if word in DISSATISFIED else SAID_ELSE


def topics(found: Analysis) -> Listing:
    """Every topic with the rule's words, the figures that met it and the tickets behind."""
    return Listing(
        "培训建议",
        f"经验教训与培训建议：{found.period.words}，{len(found.topics)} 项",
        "由《判定规则》逐条得出，供管理人员参考和取舍；涉及人员的只说明单据怎么写，不代表评价。",
        (
            Field("规则", Look.WORD, 8),
            Field("培训或复盘的题目", Look.LONG, 34),
            Field("建议参加", Look.LONG, 18),
            Field("对象", Look.LONG, 16),
            Field("件数", Look.COUNT, 7),
            Field("为什么", Look.LONG, 30),
            Field("规则怎么说", Look.LONG, 40),
            Field("所依据的单", Look.LONG, 52),
        ),
        [
            (
                t.rule.id,
                t.topic,
                t.audience,
                t.about,
                t.count,
                t.why,
                t.rule.words,
                found.tickets(t.cases) or "见“抽查”表",
            )
            for t in found.topics
        ],
        "当月没有达到判定规则的情况，没有培训建议。",
    )


def repeats(found: Analysis, masked: Masked) -> Listing:
    """Tickets that followed a closed one of the same car or telephone, and faults back within a month of a repair."""
    rows: list[tuple[Value, ...]] = [
        (
            one.group,
            found.ticket(one.row),
            found.ticket(one.earlier),
            "同一辆车" if one.key in SAME_CAR else "同一电话",
            one.alike,
            one.days,
            found.departments[one.row],
            str(found.listed.at[one.row, "反馈类别"]),
            masked.customer(one.row),
            masked.plate(one.row),
            masked.summary(one.row),
            masked.summary(one.earlier),
        )
        for one in found.repeats
    ]
    rows += [
        (
            None,
            one.ticket or NO_TICKET,
            "",
            "维修后返修",
            "一月内同类故障",
            (one.back - one.repaired).days,
            found.departments[one.row] if one.row is not None else "",
            str(found.here.tickets.at[one.row, "反馈类别"]) if one.row is not None else "",
            masked.customer(one.row),
            masked.plate(one.row),
            masked.summary(one.row),
            masked.free(one.fault, one.row),
        )
        for one in found.came_back
    ]
    return Listing(
        "重复投诉",
        f"重复投诉：{found.period.words}收到、此前已有一单办结的，和维修后一个月内同类故障",
        f"同一辆车（车架号或车牌）或同一电话，前一单办结后{LOOK_BACK.days}天内再次反馈；组号相同的是同一位客户。",
        (
            Field("组", Look.COUNT, 6),
            Field("编号", width=18),
            Field("此前的单", width=18),
            Field("相同的是", Look.WORD, 11),
            Field("是否同因", Look.WORD, 14),
            Field("相隔", Look.DAYS, 8),
            Field("被反馈部门", Look.WORD, 13),
            Field("反馈类别", Look.WORD, 10),
            Field("客户", Look.WORD, 9),
            Field("车牌", Look.WORD, 10),
            Field("这次的内容", Look.LONG, 34),
            Field("此前的内容", Look.LONG, 34),
        ),
        rows,
        "当月没有办结后再次投诉的，也没有维修后一个月内同类故障。",
    )


def measures(found: Analysis) -> Listing:
    """Every open measure and those of the month."""
    return Listing(
        "措施",
        f"纠正、预防措施与改善计划：{found.facts.now:%Y-%m-%d} 还没有验证的，和{found.period.words}采取的",
        f"取自“处理记录”。之后没有“{VERIFIED}”的算未验证，超过{PATIENCE.days}天算逾期；最久的在前。",
        (
            Field("编号", width=18),
            Field("部门", Look.WORD, 13),
            Field("事项", Look.WORD, 10),
            Field("采取日期", Look.DATE, 12),
            Field("天数", Look.DAYS, 8, bar="#D9CCEB"),
            Field("状态", Look.WORD, 12, colours=_STATES),
            Field("当月采取", Look.WORD, 9),
            Field("经手人", Look.WORD, 10),
            Field("内容", Look.LONG, 44),
            Field("结果", Look.LONG, 28),
        ),
        [
            (
                *(one.ticket, one.department, one.kind, one.taken, one.age, one.state.value),
                *("是" if one.in_month else "", one.keeper, one.matter, one.result),
            )
            for one in found.measures
        ],
        f"没有待验证的措施，当月也没有记录{'、'.join(KINDS)}。",
    )


def debts(found: Analysis) -> Listing:
    """Closed cases without a paper that their flow asks for."""
    return Listing(
        "缺少报告",
        "已归档而缺少《客户投诉分析报告》、预防措施或改善计划的单",
        "厂家规范每案要有分析报告和预防措施，汽车销售公司要有改善计划，汽车配件客诉要有改进措施。最久的在前。",
        (
            Field("编号", width=18),
            Field("流程", Look.WORD, 14),
            Field("部门", Look.WORD, 13),
            Field("缺什么", Look.LONG, 34, tone=RED),
            Field("归档日期", Look.DATE, 12),
            Field("已过", Look.DAYS, 8),
        ),
        [(one.ticket, one.flow, one.department, one.lacks, one.closed, one.age) for one in found.debts],
        "没有缺少报告的单。",
    )


def late_stages(found: Analysis, masked: Masked) -> Listing:
    """Every stage that was due in the month and late."""
    labels = {one.rule: one.label for one in found.late_stages}
    return Listing(
        "超时环节",
        f"超时环节：{found.period.words}到期而超时的，最久的在前",
        "一个单的每个超时环节一行。",
        (
            Field("编号", width=18),
            Field("环节", Look.WORD, 18),
            Field("规则号", Look.WORD, 10),
            Field("责任角色", Look.WORD, 13),
            Field("被反馈部门", Look.WORD, 13),
            Field("截止时间", Look.TIME, 16),
            Field("完成时间", Look.TIME, 16),
            Field("超时", Look.WORD, 14),
            Field("超时小时", Look.HOURS, 11, bar="#F3C6C2"),
            Field("内容概要", Look.LONG, 36),
        ),
        [
            (
                *(found.ticket(case.row), labels.get(case.rule, case.stage), case.rule, case.role or BLANK),
                *(found.departments[case.row], case.due, case.actual, span(case.late), hours(case.late)),
                masked.summary(case.row),
            )
            for case in found.late
        ],
        "当月到期的环节没有超时。",
    )


def people(found: Analysis) -> Listing:
    """Every ticket of the months shown with each person it names."""
    mine = found.mentions
    start, end = pd.Timestamp(found.months.first), pd.Timestamp(found.period.end)
    mine = mine[(mine["received"] >= start) & (mine["received"] < end)].sort_values(["received", "name"])
    departments = {person.name: person.department for person in reversed(found.facts.roster.people)}
    return Listing(
        "涉及人员",
        "涉及人员：登记的责任人和当事人，一单一人一行",
        "被提到不等于有责任；“属实”按“责任认定”的文字，写了责任人的算责任人，没有写的算当事人。",
        (
            Field("编号", width=18),
            Field("接收时间", Look.TIME, 16),
            Field("姓名", Look.WORD, 12),
            Field("部门", Look.WORD, 14),
            Field("登记为", Look.WORD, 10),
            Field("属实", Look.WORD, 8),
        ),
        [
            (
                found.ticket(int(row)),
                instants.moment(received),
                name,
                departments.get(name, ""),
                part,
                "属实" if upheld else "",
            )
            for row, name, part, upheld, received in zip(
                mine.index, mine["name"], mine["part"], mine["upheld"], mine["received"], strict=True
            )
        ],
        "没有登记责任人或当事人。",
    )


def rules() -> Listing:
    """What the topics are proposed by, and what the analysis means by its words."""
    meant = (
        ("帕累托", f"从件数最多的数起，合计占到{VITAL:.0%}的为“少数关键”；要一半以上的类别才凑够时，不作标记"),
        ("件数少", f"不足{ENOUGH}件的不写百分比：多一件少一件就大不一样"),
        ("平均", "前6个月每月件数的平均，从登记表第一个有单的月份算起；没有以前的月份就不比较"),
        ("办结后再投诉", f"同一车架号、车牌号或联系电话，前一单办结后{LOOK_BACK.days}天内又有新的反馈"),
        ("故障", "按《故障词表》，取内容概要里最先提到的；概要没有提到的看详细经过；只看故障类的反馈类别"),
        ("属实", "责任认定写有“属实”，前面没有“不、未、非、无”"),
        ("按时率", "截止时间落在当月的环节中按时完成的；无法判定的不算"),
        ("满意率", "当月回访、有评价的单中满意和非常满意的"),
        ("逾期未验证", f"措施采取{PATIENCE.days}天后仍没有措施验证；规定没有写天数，按下一次月报为限"),
    )
    return Listing(
        "判定规则",
        "判定规则：培训建议怎么得出，各个词是什么意思",
        "规定只要求找出反复出现的原因、提出培训题目，没有规定数目；这里的数目是软件的约定。",
        (Field("规则", Look.WORD, 14), Field("内容", Look.LONG, 84), Field("提出的题目", Look.LONG, 40)),
        [
            *((rule.id, rule.words, _filled(rule.topic)) for rule in RULES),
            *((word, meaning, "") for word, meaning in meant),
        ],
        "",
    )


def _filled(topic: str) -> str:
    return topic.replace("{about}", "某某")


def vocabulary() -> Listing:
    """The words by which a fault is recognised."""

    def line(family: Family, when: str) -> tuple[Value, ...]:
        return family.name, when, "、".join(family.words)

    return Listing(
        "故障词表",
        "故障词表：内容里有哪些词，算哪一种故障",
        "“甲…乙”指同一句里先后提到、相隔不远；几种都有的，取最先提到的。不合适的请告诉维护人员。",
        (Field("故障", Look.WORD, 26), Field("何时用", Look.WORD, 18), Field("词", Look.LONG, 110)),
        [*(line(one, "总是") for one in PLAIN), *(line(one, "没有提到部位时") for one in VAGUE)],
        "",
    )
