"""The forms of one ticket as a dealership prints and signs them, described as plain values. Pure."""

from __future__ import annotations

from dataclasses import dataclass, replace

from automation.checks.trail import ACCIDENT
from automation.forms.accident import accidents
from automation.forms.case import Case, Source, gather
from automation.forms.evidence import TITLE, evidence
from automation.forms.fault import fault
from automation.forms.fault import title as fault_title
from automation.forms.handling import handling
from workbook.errors import KesuError
from workbook.formbook.model import Form, FormBook
from workbook.schema import ACCIDENTS

__all__ = ["ALL", "KINDS", "Case", "Made", "NotYet", "Source", "gather", "make"]

HANDLING, FAULT, MAJOR, EVIDENCE, ALL = "处理单", "过失", "重大", "证据", "全部"
KINDS = (HANDLING, FAULT, MAJOR, EVIDENCE, ALL)


class NotYet(KesuError):
    """The case has not come to where this form is made."""


@dataclass(frozen=True)
class Made:
    """A workbook to be: its file's ``name`` without an ending. ``leaves``: it is made to be given away."""

    name: str
    book: FormBook
    leaves: bool = False


def make(case: Case, kind: str, *, findings: bool = False) -> tuple[Made, ...]:
    """The workbooks of a ``kind``. What leaves the house never shares a file with what does not.

    ``findings``: what kesu found amiss leaves with it.

    With :data:`ALL` those the case has come to. Raises :class:`NotYet` for 过失 before the review has a result.
    """
    if kind == FAULT and not fault_title(case):
        raise NotYet(
            f"{case.number} 的复核结论还是空的：认可的出过失处理意见，异议的出协商意见（STD-05）。请先填写复核结论。"
        )
    inside: list[Form] = []
    if kind in (HANDLING, ALL):
        inside.append(handling(case))
    if kind == FAULT or (kind == ALL and fault_title(case)):
        inside.append(fault(case))
    if kind == MAJOR or (kind == ALL and (case.of(ACCIDENTS) or case.told.flow == ACCIDENT)):
        inside += accidents(case)
    masked = "-打码" if case.masked else ""
    made: list[Made] = []
    if inside:
        name = "表单" if kind == ALL else inside[0].title
        made.append(Made(f"{case.number}-{name}{masked}", _book(case, name, inside)))
    if kind in (EVIDENCE, ALL):
        made.append(
            Made(f"{case.number}-{TITLE}{masked}", _book(case, TITLE, evidence(case, findings=findings)), leaves=True)
        )
    return tuple(made)


def _book(case: Case, name: str, forms: tuple[Form, ...] | list[Form]) -> FormBook:
    house = case.source.dealership
    named = (replace(form, remark="".join((house, form.remark))) for form in forms)
    return FormBook(f"{case.number} {name}", case.now, tuple(named), f"{case.now:%Y-%m-%d %H:%M}")
