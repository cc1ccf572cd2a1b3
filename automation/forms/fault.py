"""《过失处理意见》 of a reviewed case, 《协商意见》 where the review disagreed (STD-05): facts, clause, amount, signatures.

What is signed is what may be paid: a row of 奖罚明细 that finance would not get as it stands is shown and not counted.
"""

from __future__ import annotations

from automation.forms.case import Case, Record
from automation.forms.uncounted import UNAPPROVED
from automation.forms.words import INSIDE, labelled, money, pairs, time_of, to_sign
from automation.payroll.capitals import LARGEST, capitals
from workbook.formbook.model import Block, Form, Head, Line, Long, Remark, Section, Table
from workbook.schema import REWARDS

AGREED, DISPUTED = "认可", "异议"
_HEADS = (
    Head("姓名", 3, centred=True),
    Head("部门", 3, centred=True),
    Head("类型", 2, centred=True),
    Head("依据条款", 4),
    Head("事由", 5),
    Head("金额（元）", 3, centred=True),
    Head("认定／审批", 4, centred=True),
)


def title(case: Case) -> str:
    """Which of the two it is; ``''`` while the review has no result."""
    return {AGREED: "过失处理意见", DISPUTED: "协商意见"}.get(case.register["复核结论"], "")


def fault(case: Case) -> Form:
    """The form of a case whose 复核结论 is 认可 or 异议."""
    disputed = case.register["复核结论"] == DISPUTED
    blocks: tuple[Block, ...] = (
        _facts(case),
        _opinion(case, disputed=disputed),
        *_amounts(case),
        _signatures(case, disputed=disputed),
        Remark(
            "当事人不得参与处理（STD-20）：当事人和责任人只陈述本人意见并签字。"
            "本单属内部人事材料，不随投诉处理证据材料对外提供。"
        ),
    )
    remark = "（客户信息已遮挡）" if case.masked else ""
    return Form(title(case), title(case), f"处理单编号：{case.number}", blocks, remark)


def _facts(case: Case) -> Section:
    told = "\n".join(part for part in (case.register["内容概要"], case.register["详细经过"]) if part)
    return Section(
        "事实",
        (
            pairs(case.register, ("接收时间", 4, 7), ("反馈类别", 4, 8)),
            pairs(case.register, ("客户姓名", 4, 7), ("车牌号", 4, 8)),
            pairs(case.register, ("被反馈部门", 4, 7), ("当事人", 4, 8)),
            Long("反馈事实", told, 3),
            Long("客户要求", case.register["客户要求"]),
        ),
    )


def _opinion(case: Case, *, disputed: bool) -> Section:
    lines: list[Line | Long] = [
        pairs(case.register, ("责任人", 4, 7), ("经办人", 4, 8)),
        Long("责任认定", case.register["责任认定"], 2),
        Long("处理意见", case.register["处理意见"], 2),
        pairs(case.register, ("复核人", 4, 7), ("复核结论", 4, 8)),
        Line(labelled("复核完成时间", time_of(case, "复核完成时间"), 4, INSIDE - 4)),
    ]
    if disputed or case.register["协商意见"]:
        lines.append(Long("协商意见", case.register["协商意见"], 3))
    return Section("责任认定", tuple(lines))


def _amounts(case: Case) -> tuple[Block, ...]:
    rewards = case.of(REWARDS)
    rows = [
        (
            one["姓名"],
            one["部门"],
            one["类型"],
            one["依据条款"],
            "\n".join(part for part in (one["事由"], one["备注"], _uncounted(case, one)) if part),
            one["金额"],
            "\n".join(
                part for part in ("／".join(filter(None, (one["认定人"], one["审批人"]))), one["审批日期"]) if part
            ),
        )
        for one in rewards
    ]
    empty = "奖罚明细中没有本单的记录：　依据条款：　　　　　　　　　　　　　金额（元）："
    counted = tuple(one for one in rewards if one.row not in case.uncounted)
    waiting = tuple(one for one in rewards if case.uncounted.get(one.row) == UNAPPROVED)
    blank = "" if len(counted) < len(rewards) else "人民币（大写）"
    lines = [Line((*labelled("合计", _total(case, counted) or blank or "没有可计入的", 4, 20),))]
    if sum_ := _total(case, waiting):
        lines.append(Line((*labelled("待批准", f"{sum_}　批准后计入", 4, 20),)))
    return Table(_HEADS, rows, empty), *lines


def _uncounted(case: Case, one: Record) -> str:
    why = case.uncounted.get(one.row)
    return f"〔{why}，不计入合计〕" if why else ""


def _total(case: Case, rewards: tuple[Record, ...]) -> str:
    parts = []
    for kind in ("处罚", "奖励"):
        fen = sum(case.amounts.get((REWARDS.sheet, one.row), 0) for one in rewards if one["类型"] == kind)
        if fen:
            parts.append(f"{kind}{in_full(fen)}")
    return "；".join(parts)


def in_full(fen: int) -> str:
    """An amount in digits and in capitals: ``人民币 3,600.00 元（大写：叁仟陆佰元整）``."""
    return f"{money(fen)}（大写：{capitals(fen)}）" if abs(fen) <= LARGEST else money(fen)


def _signatures(case: Case, *, disputed: bool) -> Section:
    general = case.register["总经理意见"]
    lines: list[Line | Long] = [
        Long("本人意见", "", 2, keen=True),
        to_sign(_who("责任人", case.register["责任人"] or case.register["当事人"])),
        Long("部门意见", "", 2, keen=True),
        to_sign(_who("被反馈部门负责人", "")),
        Long("管理部意见", f"复核{case.register['复核结论']}。" if not disputed else "", 2, keen=True),
        to_sign(*(("客户经理", "管理部") if disputed else (_who("管理部", ""),))),
        Long("总经理意见", general, 2, keen=not general),
        Line(labelled("意见时间", case.register["总经理意见时间"], 4, INSIDE - 4)),
        to_sign("主管总经理"),
    ]
    return Section("意见签署", tuple(lines))


def _who(role: str, name: str) -> str:
    return f"{role} {name}" if name else role
