"""《投诉处理证据材料》 for the manufacturer or 12315: what happened, when, by which rules, and how it is known.

It leaves the house, so 奖罚明细 is not in it: whom the dealership fined or rewarded is between it and its staff. Nor are
kesu's findings, unless they are asked for: what is amiss in the register is no account of the case, and helps the house
to put it right, not an outside body to judge.
"""

from __future__ import annotations

from collections.abc import Iterator

from automation.forms.case import Case
from automation.forms.timeline import UNDATED, timeline
from automation.forms.words import at, judged, labelled, moment, pairs, stacked, to_sign
from automation.sla.explain import StageExplained
from workbook.finding import Finding
from workbook.formbook.model import (
    Block,
    Form,
    Head,
    Heading,
    Line,
    Long,
    Remark,
    Section,
    Table,
)
from workbook.schema import REWARDS
from workbook.vocabulary import STANDARD_FLOW

TITLE = "投诉处理证据材料"
_SHORT = 6


def evidence(case: Case, *, findings: bool = False) -> tuple[Form, ...]:
    """The sheets, the cover with its contents first; ``findings``: with what kesu found amiss."""
    parts = (_facts(case), _timeline(case), _limits(case), _changes(case), *([_findings(case)] if findings else []))
    return (_cover(case, parts), *(form for form, _ in parts))


_Part = tuple[Form, str]
"""A sheet and how much stands in it."""


def _form(case: Case, name: str, *blocks: Block) -> Form:
    return Form(name[2:], f"{TITLE}　{name}", f"编号：{case.number}", blocks, flowing=True)


def _cover(case: Case, parts: tuple[_Part, ...]) -> Form:
    register = case.register
    about = Section(
        "投诉",
        (
            pairs(register, ("客户姓名", 4, 7), ("联系电话", 4, 8)),
            pairs(register, ("车牌号", 4, 7), ("车架号", 4, 8)),
            pairs(register, ("车型", 4, 7), ("接收时间", 4, 8)),
            Long("内容概要", register["内容概要"]),
            Long("客户要求", register["客户要求"]),
            Line((*labelled("处理流程", case.told.flow, 4, 7), *labelled("现在", _state(case), 4, 8))),
        ),
    )
    contents = Table(
        (Head("序号", 3, centred=True), Head("材料", 13), Head("内容", 8)),
        [(str(number), form.sheet, much) for number, (form, much) in enumerate(parts, 1)],
    )
    made = Section(
        "来源",
        (
            Long("工作簿", case.source.name),
            Long("SHA-256", _grouped(case.source.sha256), 2),
            Line(labelled("制作时间", f"{case.now:%Y-%m-%d %H:%M:%S}（北京时间）", 4, 19)),
        ),
    )
    submitted = Section(
        "提交", (Long("提交给", "", 2, keen=True), Long("提交单位\n（盖章）", "", 4, keen=True), to_sign("经办人"))
    )
    remark = "本材料由登记工作簿逐项列出，每一条都注明所在单元格；工作簿的文件未经改动时，其 SHA-256 与上面一致。"
    if case.masked:
        remark += "客户姓名、电话、车牌号、车架号已遮挡。"
    return Form(
        "封面", TITLE, f"编号：{case.number}", (about, Heading("目录"), contents, made, submitted, Remark(remark))
    )


def _grouped(digest: str) -> str:
    return " ".join(digest[at : at + 8] for at in range(0, len(digest), 8))


def _state(case: Case) -> str:
    return "　".join(part for part in (case.told.state, case.told.current) if part)


def _facts(case: Case) -> _Part:
    register = case.register
    kind = "　".join(part for part in (register["流程"] or STANDARD_FLOW, register["级别"]) if part)
    blocks: tuple[Block, ...] = (
        Section(
            "接收",
            (
                pairs(register, ("接收时间", 4, 7), ("接收人", 4, 8)),
                Line((*labelled("反馈渠道", register["反馈渠道"], 4, 7), *labelled("流程和级别", kind, 4, 8))),
            ),
        ),
        Section(
            "客户",
            (
                pairs(register, ("客户姓名", 4, 7), ("联系电话", 4, 8)),
                pairs(register, ("车牌号", 4, 7), ("车架号", 4, 8)),
                pairs(register, ("车型", 4, 7), ("行驶里程", 4, 8)),
            ),
        ),
        *(Long(name, register[name]) for name in ("反馈类别", "被反馈部门")),
        *(Long(name, register[name]) for name in ("内容概要", "详细经过", "客户要求")),
        *(
            Long(name, register[name])
            for name in (
                "责任明确",
                "未明原因",
                "联系结果",
                "责任认定",
                "处理意见",
                "复核结论",
                "协商意见",
                "总经理意见",
            )
            if register[name]
        ),
        *(Long(name, register[name]) for name in ("满意度", "备注") if register[name]),
        *(Long("未了事宜", line) for line in case.told.pending),
    )
    return _form(case, "一、案件事实", *blocks), f"反馈登记第 {register.row} 行"


def _timeline(case: Case) -> _Part:
    entries = timeline(case)
    heads = (
        Head("时间", 4, centred=True),
        Head("事项", 3, centred=True),
        Head("人员", 3, centred=True),
        Head("内容", 10),
        Head("出处", 4),
    )
    rows = [(stacked(one.when), one.what.replace("：", "\n"), one.who, one.told, one.cell) for one in entries]
    undated = sum(one.when == UNDATED for one in entries)
    much = f"{len(entries)} 条" + (f"（{undated} 条没有时间，在最后）" if undated else "")
    return _form(case, "二、经过时间线", Table(heads, rows, "没有记录")), much


def _limits(case: Case) -> _Part:
    heads = (
        Head("规则", 3),
        Head("环节", 3),
        Head("时限", 3, centred=True),
        Head("起点", 4, centred=True),
        Head("截止", 4, centred=True),
        Head("实际", 4, centred=True),
        Head("结论", 3),
    )
    rows: list[tuple[str, ...] | str] = []
    stages = tuple(case.stages)
    for stage in stages:
        number = f"（第 {stage.round} 轮）" if stage.round > 1 or stage.earlier else ""
        rows.append(
            (
                stage.rule,
                f"{stage.stage}{number}",
                _limit(stage),
                stacked(moment(stage.start)),
                stacked(at(stage.due)),
                stacked(moment(stage.actual)),
                judged(stage) or stage.verdict,
            )
        )
        rows.append("\n".join(_grounds(stage)))
    return _form(case, "三、时限核对", Table(heads, rows, "没有环节")), f"{len(stages)} 个环节"


def _limit(stage: StageExplained) -> str:
    """The limit where it is short; else it stands with its grounds."""
    plain = stage.limit.partition("（")[0]
    return plain if len(plain) <= _SHORT else "见下"


def _grounds(stage: StageExplained) -> Iterator[str]:
    if stage.limit != _limit(stage):
        yield f"时限：{stage.limit}"
    yield f"依据：{stage.source}"
    if stage.steps:
        yield f"计算：{'；'.join(stage.steps)}"
    if stage.cells:
        yield f"单元格：{'、'.join(stage.cells)}"


def outside(finding: Finding) -> bool:
    """Whether a finding may be told outside: not what is said of 奖罚明细."""
    sheet = finding.where.sheet if finding.where else finding.sheet
    return sheet != REWARDS.sheet and "奖罚" not in finding.message


def _findings(case: Case) -> _Part:
    heads = (Head("级别", 2, centred=True), Head("规则", 4, centred=True), Head("位置", 5), Head("问题", 13))
    found = [one for one in case.findings if outside(one)]
    rows = [(one.severity.chinese, one.rule, str(one.where) if one.where else one.sheet, _said(one)) for one in found]
    remark = Remark("kesu 对本单逐格检查的结果，与登记一并提供；是事实核对，不是责任认定。")
    return _form(case, "五、检查发现", Table(heads, rows, "没有发现问题"), remark), f"{len(found)} 项"


def _said(finding: Finding) -> str:
    return finding.message.removeprefix(f"{finding.where} ") if finding.where else finding.message


def _changes(case: Case) -> _Part:
    heads = (
        Head("内容", 4),
        Head("原来", 5),
        Head("改为", 5),
        Head("最后见到原值", 5, centred=True),
        Head("首次见到改动", 5, centred=True),
    )
    rows = [
        (one.field, one.old or "空", one.new or "空", at(one.before)[:16], at(one.seen)[:16])
        if one.old or one.new
        else (one.field, "—", "换成了另一件", at(one.before)[:16], at(one.seen)[:16])
        for one in case.told.changes
    ]
    if case.since:
        kept = f"从 {case.since} 起，kesu 每次处理都记下本单的时间和标记；此前的改动无从知道。"
    else:
        kept = "kesu 还没有处理过本单，没有改动记录。"
    empty = "没有改动" if case.since else "没有记录"
    part = _form(case, "四、事后改动", Table(heads, rows, empty), Remark(kept + "只说明事实，改动可能是更正。"))
    return part, f"{len(rows)} 处" if case.since else "没有记录"
