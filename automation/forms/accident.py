"""《重大质量事故处理申请表》 (EVQ): exchange, return or compensation, approved before it is carried out."""

from __future__ import annotations

import re

from automation.forms.case import Case, Record
from automation.forms.fault import in_full
from automation.forms.words import BLANK_DAY, INSIDE, labelled, pairs, ticked, to_sign
from workbook.formbook.model import Form, Line, Long, Remark, Section
from workbook.schema import ACCIDENTS
from workbook.vocabulary import ACCIDENT_REQUEST

_PARTS = re.compile(r"[、；;\n]+")
_BLANKS = {column.name: "" for column in ACCIDENTS.columns}
_NOTES = (
    "1. 经公司领导批准后方可更换、退车或赔偿；附带赔偿的，赔偿申请随本表一并提交。"
    "2. 更换下来的故障件保管到收到公司核销单为止。3. 换车时电池仍使用原有电池（电池质量问题除外）。"
)


def accidents(case: Case) -> tuple[Form, ...]:
    """A form an application of the case; one to fill in by hand where there is none yet."""
    blank = Record(ACCIDENTS, ACCIDENTS.sheet, 0, _BLANKS, {}, {})
    applications = case.of(ACCIDENTS) or (blank,)
    names = ["重大质量事故申请表"]
    names += [f"{names[0]}{number}" for number in range(2, len(applications) + 1)]
    return tuple(_form(case, one, name) for one, name in zip(applications, names, strict=False))


def _form(case: Case, one: Record, sheet: str) -> Form:
    number = f"申请号：{one['申请号'] or '＿＿＿＿＿＿＿＿＿'}"
    return Form(
        sheet,
        "重大质量事故处理申请表",
        number,
        (_applied(case, one), _asked(case, one), _approved(one), _done(one), Remark(_NOTES)),
        "（客户信息已遮挡）" if case.masked else "",
    )


def _applied(case: Case, one: Record) -> Section:
    return Section(
        "申请",
        (
            Line(
                (*labelled("处理单编号", case.number, 4, 7), *labelled("申请日期", one["申请日期"] or BLANK_DAY, 4, 8))
            ),
            Line((*labelled("申请人", one["申请人"], 4, 7), *labelled("接收时间", case.register["接收时间"], 4, 8))),
            pairs(case.register, ("客户姓名", 4, 7), ("联系电话", 4, 8)),
            pairs(case.register, ("车牌号", 4, 7), ("车架号", 4, 8)),
            pairs(case.register, ("车型", 4, 7), ("行驶里程", 4, 8)),
        ),
    )


def _asked(case: Case, one: Record) -> Section:
    fen = case.amounts.get((ACCIDENTS.sheet, one.row))
    amount = (
        in_full(fen)
        if fen is not None
        else one["赔偿金额"] or "人民币　　　　　　　元（大写：　　　　　　　　　　　　　）"
    )
    if fen is None and not one["赔偿金额"] and one["申请类型"] in ACCIDENT_REQUEST.values[:2]:
        amount = "—（没有附带赔偿）"
    facts = one["事实"] or "\n".join(part for part in (case.register["内容概要"], case.register["详细经过"]) if part)
    lines: list[Line | Long] = [
        Line(labelled("申请类型", ticked(ACCIDENT_REQUEST.values, one["申请类型"]), 4, INSIDE - 4)),
        Long("客户要求", case.register["客户要求"]),
        Long("事实", facts, 4, keen=True),
        Long("证据清单", _evidence(one["证据"]), 4, keen=True),
        Line(labelled("赔偿金额", amount, 4, INSIDE - 4)),
    ]
    if not one["申请日期"]:
        lines.append(to_sign("申请人"))
    return Section("事实和要求", tuple(lines))


def _evidence(text: str) -> str:
    parts = [part.strip() for part in _PARTS.split(text) if part.strip()]
    return "\n".join(f"{number}. {part}" for number, part in enumerate(parts, 1)) or "1.\n2.\n3."


def _approved(one: Record) -> Section:
    lines: list[Line | Long] = [
        Long("批准意见", one["批准意见"], 3, keen=True),
        Line((*labelled("批准人", one["批准人"], 4, 7), *labelled("批准日期", one["批准日期"] or BLANK_DAY, 4, 8))),
    ]
    if not one["批准日期"]:
        lines.append(to_sign("公司领导"))
    return Section("批准", tuple(lines))


def _done(one: Record) -> Section:
    kept = one["核销单号"] or "（还没有核销单：故障件继续保管）"
    lines: list[Line | Long] = [
        Line((*labelled("执行日期", one["执行日期"] or BLANK_DAY, 4, 7), *labelled("核销单号", kept, 4, 8))),
        Long("故障件保管", one["故障件保管"]),
        Long("跟踪结果", one["跟踪结果"], 2, keen=True),
    ]
    if not one["执行日期"]:
        lines.append(to_sign("办理人", "客户"))
    return Section("执行跟踪", tuple(lines))
