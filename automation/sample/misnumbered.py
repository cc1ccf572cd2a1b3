"""Mistakes in 编号 itself, planted before other sheets refer to the numbers."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

from automation.sample.tickets import Case
from workbook.vocabulary import STANDARD_FLOW


def misnumber(made: list[Case]) -> Iterator[tuple[str, Case, str]]:
    """Spoil one number a rule, each on a day of its own; yields rule, ticket and what was done.

    Only the last number of a day is touched, so that no other gap opens by it.
    """
    days: dict[dt.date, list[Case]] = {}
    for case in made:
        if case.number:
            days.setdefault(case.received.date(), []).append(case)
    free = [day for day, cases in days.items() if _plain(cases[-1])]
    crowded = [day for day in free if len(days[day]) > 1 and _plain(days[day][-2])]
    if crowded:
        day = crowded[len(crowded) // 2]
        free.remove(day)
        yield _spoil("NUM-01", days[day][-1], days[day][-2].number, "与前一单编号重复")
    if len(free) < 6:
        return
    day = free[len(free) // 4]
    case = days[day][-1]
    yield _spoil("NUM-02", case, f"FK{day:%Y%m%d}-{len(days[day])}", "流水号少写了前面的零")
    day = free[len(free) // 2]
    yield _spoil("NUM-04", days[day][-1], f"FK{day:%Y%m%d}-{len(days[day]) + 1:03d}", "当天的流水号跳了一个")
    day = free[len(free) * 3 // 4]
    other = next(d for d in free if d != day and d not in (free[len(free) // 4], free[len(free) // 2]))
    wrong = f"FK{other:%Y%m%d}-{len(days[other]) + 1:03d}"
    yield _spoil("NUM-06", days[day][-1], wrong, "编号里的日期不是接收日期")


def _plain(case: Case) -> bool:
    done = case.at(10) is not None and case.flow == STANDARD_FLOW
    return done and case.resolved is None and not case.pending


def _spoil(rule: str, case: Case, number: str, what: str) -> tuple[str, Case, str]:
    case.row["编号"] = number
    case.plain_number = False
    return rule, case, what
