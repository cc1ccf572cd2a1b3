"""Cases as a report shows them: personal data masked, texts on one line and of bounded length."""

from __future__ import annotations

import re

from automation.checks.facts import Facts
from automation.privacy import mask_name, mask_phone, mask_plate, mask_text, mask_vin
from workbook.finding import Finding
from workbook.schema import REGISTER, TABLES

_MASKS = {"客户姓名": mask_name, "客户": mask_name, "联系电话": mask_phone, "车牌号": mask_plate, "车架号": mask_vin}
_PERSONAL = tuple(column for column in _MASKS if column in REGISTER.headers)
_HEADERS = frozenset(column.name for table in TABLES for column in table.columns)
_QUOTED = re.compile(r"“([^”]*)”")


class Masked:
    """The register of a pass, one case at a time, without anything that tells who the customer is."""

    def __init__(self, facts: Facts) -> None:
        self._facts = facts
        register = facts.register
        self._rows = {str(number): int(row) for row, number in register["编号"].items() if number}
        self._columns = {
            (records.sheet, place): name
            for records in facts.ledger.tables.values()
            for name, place in records.columns.items()
        }

    def customer(self, row: int | None) -> str:
        return "" if row is None else mask_name(self._text(row, "客户姓名"))

    def plate(self, row: int | None) -> str:
        return "" if row is None else mask_plate(self._text(row, "车牌号"))

    def summary(self, row: int | None, longest: int = 0) -> str:
        """内容概要 on one line; cut to ``longest`` signs when that is given."""
        if row is None:
            return ""
        text = mask_text(" ".join(self._text(row, "内容概要").split()), [self._text(row, "客户姓名")])
        return text if not longest or len(text) <= longest else f"{text[: longest - 1]}…"

    def free(self, text: str, row: int | None) -> str:
        """Any text about a ticket, on one line."""
        return mask_text(" ".join(text.split()), [] if row is None else [self._text(row, "客户姓名")])

    def plain(self, row: int | None, column: str) -> str:
        """A column that should hold nothing personal."""
        return "" if row is None else mask_text(self._text(row, column))

    def told(self, finding: Finding, text: str, *, examples: bool = False) -> str:
        """A finding's message: what it quotes from a personal column, the customer of its ticket, any number masked.

        ``examples``: a hint, whose well-formed numbers are made up and are there to be seen.
        """
        where = finding.where
        mask = _MASKS.get(self._columns.get((where.sheet, where.column), "")) if where else None
        if mask:
            text = _QUOTED.sub(lambda found: found[0] if found[1] in _HEADERS else f"“{mask(found[1])}”", text)
        row = self._rows.get(finding.ticket)
        if row is not None:
            for column in _PERSONAL:
                value = self._text(row, column)
                text = text.replace(value, _MASKS[column](value)) if len(value) > 1 else text
        return text if examples else mask_text(text)

    def _text(self, row: int, column: str) -> str:
        return str(self._facts.register.at[row, column])
