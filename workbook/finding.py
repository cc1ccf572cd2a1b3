"""A finding: something in the workbook (or around it) that a person should look at, and what to do about it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from workbook.edits import Cell


class Severity(StrEnum):
    """``error``: a verdict or a payment rests on it. ``warning``: likely wrong. ``info``: understood, worth tidying."""

    ERROR = "error"
    WARNING = "warning"
    INFO = "info"

    @property
    def chinese(self) -> str:
        return {"error": "错误", "warning": "警告", "info": "提示"}[self.value]


@dataclass(frozen=True, slots=True)
class Finding:
    """One finding.

    ``rule`` is an id of the process (``STD-20``) or of the checks (``FORM-01``); ``where`` is ``None`` when it concerns
    no single cell; ``message`` says what is wrong and ``hint`` what to do, both in Chinese; ``ticket`` is the 编号 of
    the row where it has one.
    """

    rule: str
    severity: Severity
    message: str
    hint: str
    where: Cell | None = None
    sheet: str = ""
    ticket: str = ""

    def as_json(self) -> dict[str, str]:
        """The object of ``kesu check --json``; its keys are a contract with other tools."""
        return {
            "rule": self.rule,
            "severity": self.severity.value,
            "sheet": self.where.sheet if self.where else self.sheet,
            "cell": self.where.a1 if self.where else "",
            "ticket": self.ticket,
            "message": self.message,
            "hint": self.hint,
        }
