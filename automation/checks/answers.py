"""What the customer is told: results resting on measures (OEM), appeals (GTOYOTA), reasons and refusals (REPAIR), mediation."""

from __future__ import annotations

from collections.abc import Iterator

from automation.checks.facts import Check, Facts, mark
from automation.checks.trail import MANUFACTURER, PARTS_SHOP, REPAIRER, TOYOTA, followed, preceded, saying
from automation.outcomes import refused
from automation.roster import names_in
from workbook.finding import Finding, Severity
from workbook.schema import EVENTS

RESULT, ANSWER, APPEAL, MEDIATION = "反馈结果", "答复客户", "申诉", "第三方调解"
MEASURES = ("措施", "纠正措施", "预防措施")


def result_without_measures(facts: Facts) -> Iterator[Finding]:
    """OEM: a result reported though neither 处理记录 nor 处理意见 says what was done."""
    trail = facts.trails[MANUFACTURER]
    first = trail.first(RESULT)
    decided = first["编号"].isin(trail.cases.loc[trail.cases["处理意见"] != "", "编号"])
    yield from mark(
        facts.ledger[EVENTS],
        first.index[~decided & ~preceded(first, trail.of(*MEASURES))],
        "事项",
        "OEM",
        Severity.WARNING,
        lambda row: "已反馈结果，但此前没有任何措施的记录",
        "按 调查、措施、协商、执行、反馈 的顺序办理；漏记的补记“措施”",
    )


def appeal_one_level_higher(facts: Facts) -> Iterator[Finding]:
    """GTOYOTA: an appeal answered by the one whose result it is against; it belongs one level higher."""
    trail = facts.trails[TOYOTA]
    appeals = trail.of(APPEAL)
    answers = trail.of(RESULT, ANSWER)
    answers = answers[answers["编号"].isin(appeals["编号"])]
    order = {row: place for place, row in enumerate(trail.entries.index)}
    own = dict(zip(trail.cases["编号"], trail.cases["经办人"], strict=True))
    same: dict[int, str] = {}
    for row, number in appeals["编号"].items():  # a handful: appeals are rare
        given = answers.index[answers["编号"] == number]
        before = [answer for answer in given if order[answer] < order[row]]
        after = [answer for answer in given if order[answer] > order[row]][:1]
        first = names_in(answers.at[before[-1], "经手人"] if before else own[number])
        for answer in after:
            if again := sorted(set(first) & set(names_in(answers.at[answer, "经手人"]))):
                same[answer] = "、".join(again)
    yield from mark(
        facts.ledger[EVENTS],
        sorted(same),
        "经手人",
        "GTOYOTA",
        Severity.WARNING,
        lambda row: f"客户申诉后仍由{same[row]}答复，与申诉前是同一人",
        "申诉由上一级处理：换上一级的人答复；实际由他人处理的，改正经手人",
    )


def reasons_given(facts: Facts) -> Iterator[Finding]:
    """REPAIR: an answer that does not say why."""
    answers = facts.trails[REPAIRER].of(ANSWER)
    yield from mark(
        facts.ledger[EVENTS],
        answers.index[answers["内容"] == ""],
        "内容",
        "REPAIR",
        Severity.WARNING,
        lambda row: "答复客户没有写明理由",
        "向顾客详细说明答复的理由，并填写在“内容”中",
    )


def refusal_mediated(facts: Facts) -> Iterator[Finding]:
    """REPAIR: the customer's last word was no, and the case was closed without arbitration, court or mediation."""
    trail = facts.trails[REPAIRER]
    answers = trail.of(ANSWER, RESULT)
    answers = answers[answers["编号"].isin(trail.closed["编号"])]
    last = answers[~answers["编号"].duplicated(keep="last")]
    turned_down = saying(last, "结果", refused)
    yield from mark(
        facts.ledger[EVENTS],
        turned_down.index[~followed(turned_down, trail.of(MEDIATION))],
        "结果",
        "REPAIR",
        Severity.WARNING,
        lambda row: f"客户没有接受答复（{turned_down.at[row, '结果']}），本单已归档，但没有第三方调解的记录",
        "告知客户可申请仲裁、向法院起诉或请道路运输管理机构调解，并记一条“第三方调解”",
    )


def mediator_named(facts: Facts) -> Iterator[Finding]:
    """PARTS: mediation by nobody in particular."""
    mediations = facts.trails[PARTS_SHOP].of(MEDIATION)
    yield from mark(
        facts.ledger[EVENTS],
        mediations.index[mediations["对象"] == ""],
        "对象",
        "PARTS",
        Severity.WARNING,
        lambda row: "第三方调解没有写明是哪个机构",
        "在“对象”中填写调解机构，例如 消费者协会、质监部门",
    )


CHECKS: tuple[Check, ...] = (
    result_without_measures,
    appeal_one_level_higher,
    reasons_given,
    refusal_mediated,
    mediator_named,
)
