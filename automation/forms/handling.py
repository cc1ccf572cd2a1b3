"""《客户信息反馈处理单》: the whole case on one page (STD-02), named as each flow's own source names its form."""

from __future__ import annotations

from automation.checks.trail import SELLER, TIERS
from automation.forms.case import Case
from automation.forms.words import BLANK_TIME, INSIDE, at, judged, labelled, moment, pairs, still_open, time_of, to_sign
from automation.sla.verdict import Verdict
from workbook.formbook.model import Block, Cell, Form, Head, Line, Long, Remark, Section, Table
from workbook.vocabulary import STANDARD_FLOW

TITLES = {TIERS: "客户反馈及抱怨单", SELLER: "顾客投诉处理表"}
"""What the written process of a flow calls the form; the others have the standard flow's."""

_REVIEW = (
    *("复核人", "复核结论", "协商意见", "复核完成时间"),
    *("总经理意见", "总经理意见时间"),
)
_HALF = (4, 7), (4, 8)


def title(case: Case) -> str:
    """The form's name in the case's flow."""
    return TITLES.get(case.told.flow, "客户信息反馈处理单")


def handling(case: Case) -> Form:
    """The form of a case, in whatever state it is."""
    standard = case.told.flow == STANDARD_FLOW
    blocks: list[Block] = [_received(case), _customer(case), _content(case), _liability(case, standard=standard)]
    if standard or case.register.any(*_REVIEW):
        blocks.append(_review(case, standard=standard))
    if standard or case.register.any("执行完成时间", "转客服时间") or "执行完成时间" in case.stops:
        blocks.append(_execution(case, standard=standard))
    if not standard:
        blocks.append(_stages(case))
    blocks += [_closing(case), _standing(case), Remark(_note(case))]
    return Form(
        "处理单", title(case), f"编号：{case.number}", tuple(blocks), "（客户信息已遮挡）" if case.masked else ""
    )


def _note(case: Case) -> str:
    made = f"本单按《{case.source.name}》在 {case.now:%Y-%m-%d %H:%M} 的内容打印。"
    return f"{made}时间后的“按时”“超时”按规则表计算；空格由办理人手填，填后补录到反馈登记。"


def _times(case: Case, *columns: str) -> Line:
    cells: list[Cell] = []
    for (label, value), column in zip(_HALF, columns, strict=True):
        cells += labelled(column, time_of(case, column), label, value)
    return Line(tuple(cells))


def _received(case: Case) -> Section:
    flow = case.register["流程"] or STANDARD_FLOW
    standard = case.told.flow == STANDARD_FLOW
    kind = "　".join(part for part in (flow, case.register["级别"]) if part)
    reported = (
        _times(case, "上报时间", "填单时间")
        if standard or "填单时间" in case.stops
        else Line((*labelled("上报时间", case.register["上报时间"], 4, 7), *_plain_time(case, "填单时间")))
    )
    return Section(
        "接收",
        (
            pairs(case.register, ("接收时间", 4, 7), ("接收人", 4, 8)),
            Line((*labelled("反馈渠道", case.register["反馈渠道"], 4, 7), *labelled("流程和级别", kind, 4, 8))),
            reported,
            Line((*labelled("填单人", case.register["填单人"], 4, 7), *labelled("编号时间", _number_time(case), 4, 8))),
        ),
    )


def _plain_time(case: Case, column: str) -> tuple[Cell, Cell]:
    return labelled(column, case.register[column], 4, 8)


def _number_time(case: Case) -> str:
    """编号时间 is ours: its lateness is nobody's, and is not told."""
    return case.register["编号时间"]


def _customer(case: Case) -> Section:
    return Section(
        "客户",
        (
            pairs(case.register, ("客户姓名", 4, 7), ("联系电话", 4, 8)),
            pairs(case.register, ("车牌号", 4, 7), ("车架号", 4, 8)),
            Line(
                (
                    *labelled("车型", case.register["车型"], 4, 7),
                    *labelled("行驶里程", _mileage(case.register["行驶里程"]), 4, 8),
                )
            ),
        ),
    )


def _mileage(text: str) -> str:
    return f"{text} 公里" if text.replace(".", "", 1).isdigit() else text


def _content(case: Case) -> Section:
    return Section(
        "反馈内容",
        (
            pairs(case.register, ("反馈类别", 4, 4), ("被反馈部门", 4, 5), ("当事人", 3, 3)),
            Long("内容概要", case.register["内容概要"]),
            Long("详细经过", case.register["详细经过"], 2, keen=True),
            Long("客户要求", case.register["客户要求"], keen=True),
        ),
    )


def _liability(case: Case, *, standard: bool) -> Section:
    by_hand = standard and still_open(case, "转管理部时间")
    room = 2 if by_hand else 1
    lines: list[Line | Long] = [
        pairs(case.register, ("责任明确", 4, 4), ("未明原因", 4, 5), ("经办人", 3, 3)),
        Line(
            (
                *labelled("客户联系时间", case.register["客户联系时间"], 4, 7),
                *labelled("联系结果", case.register["联系结果"], 4, 8),
            )
        ),
        Long("责任认定", case.register["责任认定"], room, keen=not case.register["责任认定"]),
        Long("责任人", case.register["责任人"]),
        Long("处理意见", case.register["处理意见"], room, keen=True),
    ]
    pending = "；".join(case.told.pending)
    if pending:
        lines.append(Long("未了事宜", pending))
    if standard or case.register["转管理部时间"]:
        lines.append(Line(labelled("转管理部时间", time_of(case, "转管理部时间"), 4, INSIDE - 4)))
    if by_hand:
        lines.append(to_sign("经办人", "被反馈部门"))
    return Section("责任认定", tuple(lines))


def _review(case: Case, *, standard: bool) -> Section:
    agreed = "（复核认可，不需要协商）" if case.register["复核结论"] == "认可" else ""
    open_review = standard and still_open(case, "复核完成时间")
    lines: list[Line | Long] = [
        pairs(case.register, ("复核人", 4, 7), ("复核结论", 4, 8)),
        Long("协商意见", case.register["协商意见"] or agreed, keen=open_review),
        Line(labelled("复核完成时间", time_of(case, "复核完成时间"), 4, INSIDE - 4)),
    ]
    if open_review:
        lines.append(to_sign("管理部复核人"))
    open_opinion = standard and still_open(case, "总经理意见时间")
    lines += [
        Long("总经理意见", case.register["总经理意见"], 2 if open_opinion else 1, keen=open_opinion),
        Line(labelled("意见时间", time_of(case, "总经理意见时间"), 4, INSIDE - 4)),
    ]
    if open_opinion:
        lines.append(to_sign("主管总经理"))
    return Section("复核审批", tuple(lines))


def _execution(case: Case, *, standard: bool) -> Section:
    lines: list[Line | Long] = [_times(case, "执行完成时间", "转客服时间")]
    if standard and still_open(case, "执行完成时间"):
        lines.append(to_sign("责任人", "管理部"))
    return Section("执行", tuple(lines))


def _closing(case: Case) -> Section:
    lines: list[Line | Long] = [
        pairs(case.register, ("需回访", 4, 3), ("回访人", 4, 5), ("满意度", 3, 4)),
        Line(
            (
                *labelled("回访时间", _callback_time(case), 4, 7),
                *labelled("归档时间", time_of(case, "归档时间"), 4, 8),
            )
        ),
        Line(
            (
                *labelled("考核结果", case.register["考核结果"], 4, 7),
                *labelled("下次答复时间", _promised(case), 4, 8),
            )
        ),
        Long("备注", case.register["备注"], keen=True),
    ]
    if still_open(case, "归档时间"):
        lines.append(to_sign("客户服务中心"))
    return Section("回访归档", tuple(lines))


def _callback_time(case: Case) -> str:
    undecided = not case.register.any("需回访", "回访时间", "归档时间")
    if "回访时间" in case.stops:
        return BLANK_TIME if undecided else time_of(case, "回访时间")
    return case.register["回访时间"]


def _promised(case: Case) -> str:
    stage = next((one for one in case.told.beside if one.rule == "X-07" and one.start), None)
    said = judged(stage) if stage and stage.verdict not in _UNTOLD else ""
    return f"{case.register['下次答复时间']}　{said}".strip("　")


def _stages(case: Case) -> Table:
    rows = [
        (
            f"{stage.stage}（第 {stage.round} 轮）" if stage.round > 1 else stage.stage,
            at(stage.due) or ("" if stage.verdict in _UNTOLD else "无时限"),
            moment(stage.actual),
            judged(stage) or stage.verdict,
        )
        for stage in (*(past for one in case.told.stages for past in (*one.earlier, one)),)
    ]
    return Table((Head("环节", 5), Head("截止", 6, centred=True), Head("完成", 6, centred=True), Head("结论", 7)), rows)


_UNTOLD = frozenset(one.chinese for one in (Verdict.NOT_REQUIRED, Verdict.NOT_YET, Verdict.UNKNOWN))


def _standing(case: Case) -> Section:
    return Section(
        "现在",
        (
            Line(
                (
                    *labelled("当前环节", case.told.current, 4, 3),
                    *labelled("截止时间", at(case.told.due), 4, 6),
                    *labelled("状态", case.told.state, 3, 3),
                )
            ),
            Long("提示", case.hint),
        ),
    )
