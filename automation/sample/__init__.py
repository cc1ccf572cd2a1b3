"""A dealership that looks real, the same for the same seed: staff, months of tickets, and planted mistakes."""

from __future__ import annotations

import datetime as dt
import random
from dataclasses import dataclass

from automation.blank import blank
from automation.sample import people
from automation.sample.answers import answers, forgotten, mailed, unanswered
from automation.sample.besides import beside
from automation.sample.misnumbered import misnumber
from automation.sample.mistakes import plant
from automation.sample.otherflows import further_cases, other_flows, repeated_cases
from automation.sample.planted import Planted
from automation.sample.records import callbacks, events, moment_of, pending
from automation.sample.rewards import rewards
from automation.sample.sideledgers import accidents, care, closing_days, spot_checks, warranty
from automation.sample.tickets import SPREAD_DAYS, cases, number
from workbook import schema

__all__ = ["Planted", "Sample", "dealership"]

_ENOUGH_FOR_ALL_FLOWS = 24
_ENOUGH_FOR_THEIR_MISTAKES = 100


@dataclass(frozen=True)
class Sample:
    """``contents`` is what ``workbook.build.write`` takes; ``planted`` lists every mistake put in on purpose.

    ``mailed``: the notices that departments were sent (``Past.mailed``); ``unanswered``: what a journal that knows them
    finds besides.
    """

    contents: dict[str, list[dict[str, object]]]
    planted: tuple[Planted, ...]
    mailed: dict[str, dt.datetime]
    unanswered: tuple[Planted, ...]


def dealership(tickets: int, seed: int, now: dt.datetime, *, days: int = SPREAD_DAYS) -> Sample:
    """A dealership with ``tickets`` rows in its register, as it stands at ``now``; the same arguments, the same sample.

    The newest tickets have no 编号 yet, and 当前环节, 截止时间, 状态, 提示 are empty: the first pass fills them in. A small
    sample holds fewer mistakes; one without tickets holds staff, rules and opening hours and no mistake but those of
    the roster. Raises ``ValueError`` for a negative number of tickets.

    ``days``: over how many days before ``now`` the tickets are spread. Where they are more than usual, one ticket in ten
    follows another flow, and what is old has been settled.
    """
    if tickets < 0:
        raise ValueError("tickets must not be negative")
    rng = random.Random(f"kesu-{seed}")  # a string is hashed the same in every process
    now = now.replace(second=0, microsecond=0)
    others = other_flows(rng, now, 8 if tickets >= _ENOUGH_FOR_ALL_FLOWS else 0)
    if tickets >= _ENOUGH_FOR_THEIR_MISTAKES:
        others += further_cases(rng, now)
    if days > SPREAD_DAYS:
        others += repeated_cases(rng, now, max(0, tickets // 10 - len(others)), days)
    made = sorted([*cases(tickets - len(others), rng, now, days), *others], key=lambda case: case.received)
    number(made, rng, now)
    misnumbered = list(misnumber(made))
    ledgers = pending(made, rng, now)
    contents: dict[str, list[dict[str, object]]] = {
        **blank(),
        schema.REGISTER.sheet: [case.row for case in made],
        schema.PENDING_MANAGER.sheet: ledgers[0],
        schema.PENDING_CENTRE.sheet: ledgers[1],
        schema.EVENTS.sheet: sorted([*events(made, rng, now), *answers(made, now)], key=moment_of),
        schema.CALLBACKS.sheet: callbacks(made, rng),
        schema.WARRANTY.sheet: warranty(made),
        schema.ACCIDENTS.sheet: accidents(made, now),
        schema.SPOT_CHECKS.sheet: spot_checks(made, rng, now),
        schema.CARE.sheet: care(rng, now, min(tickets, 16)),
        schema.REWARDS.sheet: rewards(made, rng, now),
        schema.STAFF.sheet: people.roster(now),
        schema.HOLIDAYS.sheet: closing_days(now) if tickets else [],
    }
    rows = contents[schema.REGISTER.sheet]
    places = {id(row): index for index, row in enumerate(rows)}
    in_numbers = [
        Planted(rule, schema.REGISTER.sheet, "编号", places[id(case.row)], what) for rule, case, what in misnumbered
    ]
    left_out, sent = forgotten(made, now), mailed(made, now)
    department = left_out.row["被反馈部门"] if left_out else None
    planted = (*in_numbers, *plant(contents, made, rng, now), *beside(contents, now))
    return Sample(contents, planted, sent, unanswered(rows, left_out, department))
