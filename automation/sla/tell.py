"""An explanation as ``kesu explain`` prints it."""

from __future__ import annotations

from collections.abc import Iterator

from automation.sla.explain import ChangeExplained, StageExplained, TicketExplained, Told

_MOST_CHANGES = 30


def in_words(told: TicketExplained) -> str:
    """The whole explanation of a ticket."""
    return "\n".join(_lines(told))


def _lines(told: TicketExplained) -> Iterator[str]:
    yield f"{told.ticket}（{told.cell}，{told.flow}）"
    yield (
        f"  现在：{told.state}"
        + (f" · {told.current}" if told.current else "")
        + (f" · 截止 {_moment(told.due)}" if told.due else "")
    )
    if told.todo:
        yield f"  该做：{told.todo}"
    for line in told.pending:
        yield f"  未了：{line}"
    if told.pending_cells:
        yield f"  台帐：{'、'.join(told.pending_cells)}"
    yield from (f"  提醒：{_alert(one)}" for one in told.told)
    for stage in told.stages:
        yield ""
        yield from _stage(stage)
    beside = [stage for stage in told.beside if stage.start or stage.actual]
    if beside:
        yield ""
        yield "  流程之外的时限"
    for stage in beside:
        yield ""
        yield from _stage(stage)
    if told.changes:
        yield ""
        yield "  时间和标记改过（只说明事实）"
        yield from (f"      {_change(one)}" for one in told.changes[-_MOST_CHANGES:])
        if len(told.changes) > _MOST_CHANGES:
            yield f"      更早还有 {len(told.changes) - _MOST_CHANGES} 次，用 --json 看全部"


def _stage(stage: StageExplained) -> Iterator[str]:
    for past in stage.earlier:
        yield f"  {past.rule} {past.stage}（第 {past.round} 轮）—— {past.verdict}"
        yield from (f"      {step}" for step in past.steps)
        yield from _information(past)
        yield from (f"      提醒：{_alert(one)}" for one in past.told)
        yield from _cells(past)
    number = f"（第 {stage.round} 轮）" if stage.round > 1 else ""
    yield f"  {stage.rule} {stage.stage}{number} —— {stage.verdict}"
    yield from (f"      {step}" for step in stage.steps)
    yield from _information(stage)
    yield from (f"      提醒：{_alert(one)}" for one in stage.told)
    if stage.due:
        yield f"      计法：{stage.counting}"
    roles = f"；责任：{stage.responsible}" if stage.responsible else ""
    above = f"，上报：{stage.escalates_to}" if stage.escalates_to else ""
    yield f"      依据：{stage.source}{roles}{above}"
    yield from _cells(stage)


def _information(stage: StageExplained) -> Iterator[str]:
    for other in stage.otherwise:
        yield f"      供参考：如果按{other.unit}计（{other.limit}），截止 {_moment(other.due)}，结论会是“{other.verdict}”"


def _cells(stage: StageExplained) -> Iterator[str]:
    if stage.cells:
        yield f"      单元格：{'、'.join(stage.cells)}"


def _alert(told: Told) -> str:
    at = f"{_moment(told.at)} " if told.at else ""
    whom = f"，告知{'、'.join(told.to)}" if told.to else ""
    return f"{at}“{told.level}”（截止 {_moment(told.due)}）{whom}"


def _change(one: ChangeExplained) -> str:
    seen = f"{_moment(one.seen)} 处理时看到"
    if not one.old and not one.new:
        return f"{seen}：{one.field}换成了另一件"
    before = f"（{_moment(one.before)} 还是原来的）" if one.before else ""
    return f"{seen}：{one.field} 从 {one.old or '空'} 改为 {one.new or '空'}{before}"


def _moment(iso: str) -> str:
    return iso.replace("T", " ")[:16]
