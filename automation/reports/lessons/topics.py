"""Training topics (X-05): what the month's figures propose by the rules of ``topic_rules``, with the tickets behind."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from automation.reports.figures import Cases
from automation.reports.lessons.faults import UNNAMED
from automation.reports.lessons.history import Count
from automation.reports.lessons.topic_rules import RULES, TopicRule
from automation.reports.standing import BLANK, cases
from automation.sla.judgement import NUMBERING
from workbook.vocabulary import CATEGORY

if TYPE_CHECKING:
    from automation.reports.lessons.whole import Analysis


_NO_TOPIC = frozenset({BLANK, UNNAMED, CATEGORY.values[-1]})
"""Words that say nothing one could train: not filled in, not recognised, 其他."""


@dataclass(frozen=True, slots=True)
class Topic:
    """One proposal. ``why``: the figures that met the rule's words; ``cases``: the tickets they are made of."""

    rule: TopicRule
    about: str
    count: int
    why: str
    topic: str
    audience: str
    cases: Cases


@dataclass(frozen=True, slots=True)
class _Met:
    """Something that a rule may be met by: ``good`` of ``count`` is a rate, where the rule asks for one."""

    about: str
    count: int
    why: str
    cases: Cases
    average: float | None = None
    good: int = 0
    rated: int = 0
    department: str = ""
    role: str = ""


def topics(found: Analysis) -> tuple[Topic, ...]:
    """Every topic proposed for the month, rule by rule, the most cases first."""
    return tuple(topic for rule in RULES for topic in _proposed(rule, found))


def _proposed(rule: TopicRule, found: Analysis) -> Iterator[Topic]:
    met = [one for one in FIGURES[rule.figure](found) if _meets(rule, one)]
    for one in sorted(met, key=lambda one: (-one.count, one.about)):
        slots = {"about": one.about, "department": one.department or "有关部门", "role": one.role or "有关角色"}
        topic, audience = rule.topic.format(**slots), rule.audience.format(**slots)
        yield Topic(rule, one.about, one.count, one.why, topic, audience, one.cases)


def _meets(rule: TopicRule, one: _Met) -> bool:
    if rule.most:
        enough = one.rated - one.good if rule.figure == "不满意" else one.rated
        return enough >= rule.least and one.good < rule.most * one.rated
    if rule.over and one.average is None:
        return one.count >= rule.alone
    return one.count >= rule.least and (not rule.over or one.count >= rule.over * (one.average or 0))


def _counted(lines: tuple[Count, ...], found: Analysis) -> Iterator[_Met]:
    for line in lines:
        if line.label in _NO_TOPIC:
            continue
        why = f"当月{line.count}件"
        if line.average is not None:
            why += f"，{found.months.average_words}{line.average:.1f}件"
        else:
            why += "，没有以前的月份可比"
        yield _Met(line.label, line.count, why, line.cases, line.average, department=found.department_of(line.cases))


def _people(found: Analysis) -> Iterator[_Met]:
    for one in found.people:
        why = f"当月涉及{one.cases.count}件，其中责任认定属实{one.upheld.count}件"
        yield _Met(one.name, one.upheld.count, why, one.upheld)


def _stages(found: Analysis) -> Iterator[_Met]:
    for line in found.late_stages:
        if line.rule == NUMBERING:  # the software's: there is nobody to train
            continue
        why = f"当月到期{line.judged}次，超时{line.count}次"
        yield _Met(line.label, line.count, why, line.cases, role=line.role)


def _repeats(found: Analysis) -> Iterator[_Met]:
    by_department: dict[str, list[int]] = {}
    for one in found.repeats:
        by_department.setdefault(found.departments[one.row], []).append(one.row)
    for department, rows in by_department.items():
        if department != BLANK:
            yield _Met(department, len(rows), f"当月{len(rows)}件是办结后再次投诉", cases(rows))


def _came_back(found: Analysis) -> Iterator[_Met]:
    if found.came_back:
        rows = cases([one.row for one in found.came_back if one.row is not None])
        count = len(found.came_back)
        yield _Met("维修后一月内同类故障", count, f"当月{count}件", rows, department=found.department_of(rows))


def _dissatisfied(found: Analysis) -> Iterator[_Met]:
    for line in found.satisfaction["被反馈部门"]:
        if line.label != BLANK:
            rated, bad = line.rated.count, line.dissatisfied.count
            why = f"当月有评价{rated}件，不满意{bad}件"
            yield _Met(line.label, bad, why, line.dissatisfied, good=rated - bad, rated=rated)


def _checked(found: Analysis) -> Iterator[_Met]:
    for line in found.spot_checks:
        why = f"当月{line.checked}位客户作答，达标{line.met}位"
        yield _Met(line.item, line.checked - line.met, why, Cases(), good=line.met, rated=line.checked)


FIGURES: Mapping[str, Callable[[Analysis], Iterator[_Met]]] = {
    "类别": lambda found: _counted(found.by["反馈类别"], found),
    "故障": lambda found: _counted(found.faults, found),
    "人员": _people,
    "环节": _stages,
    "重复": _repeats,
    "返修": _came_back,
    "不满意": _dissatisfied,
    "抽查": _checked,
}
"""What the rules count, by ``TopicRule.figure``."""
