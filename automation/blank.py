"""What a new, empty workbook holds before anybody has typed: the rules in force and the opening hours."""

from __future__ import annotations

import datetime as dt

from automation.sla.defaults import DEFAULT_RULES
from workbook.schema import HOURS, RULES
from workbook.vocabulary import WEEKDAY

MORNING = (dt.time(8, 30), dt.time(12, 0))
AFTERNOON = (dt.time(13, 30), dt.time(18, 0))


def blank() -> dict[str, list[dict[str, object]]]:
    """The contents of an empty workbook, by sheet and header, as ``workbook.build.write`` takes them."""
    hours = (*MORNING, *AFTERNOON)
    return {
        RULES.sheet: [dict(rule) for rule in DEFAULT_RULES],
        HOURS.sheet: [dict(zip(HOURS.headers, (day, *hours), strict=True)) for day in WEEKDAY.values],
    }
