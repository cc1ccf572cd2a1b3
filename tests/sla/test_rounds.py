"""Rounds of a stage, against a plain loop: one ticket at a time, one entry at a time."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from automation.sla import days
from automation.sla.events import STARTS_FIRST, STOPS_LAST, Occurrences
from automation.sla.rounds import Rounds, pair

Entry = tuple[int, int, int]
"""Ticket, hour, Excel row."""
Known = tuple[int, int, int, int | None]
"""Ticket, number of the round, start, end."""

# Few tickets, few hours: entries of one instant are what it is about. No two entries stand in one row. Hours 0 and 24 are
# dates without a time.
ENTRIES = st.lists(
    st.tuples(st.integers(0, 2), st.sampled_from([*range(6), 22, 23, *range(24, 28)]), st.integers(2, 40)),
    max_size=14,
    unique_by=lambda entry: entry[2],
)


def occurrences(entries: list[Entry], order: int | None = None) -> Occurrences:
    orders = [row * 2 if order is None else order for *_, row in entries]
    return Occurrences(
        np.array([ticket for ticket, *_ in entries], dtype=np.int64),
        np.array([hour * 3600 for _, hour, _ in entries], dtype="M8[s]"),
        np.array(orders, dtype=np.int64),
    )


def known(rounds: Rounds) -> list[Known]:
    ends = [None if np.isnat(end) else int(end.astype(int)) // 3600 for end in rounds.actual]
    starts = (rounds.start.astype(np.int64) // 3600).tolist()
    return list(zip(rounds.at.tolist(), rounds.number.tolist(), starts, ends, strict=True))


def walked(starts: list[Entry], stops: list[Entry]) -> list[Known]:
    """Each start with the first stop after it; an entry that is both ends one round and then opens the next. A date stops
    what began on it, but no date that stands below it.
    """

    def until(stop: Entry) -> float:
        ticket, hour, row = stop
        below = any(one == ticket and other == hour and row <= place < 10**6 for one, other, place in starts)
        return hour + 23.99 if hour % 24 == 0 and not (below and row < 10**6) else hour

    found: list[Known] = []
    for ticket in range(3):
        line = sorted(
            [(hour, row, 1, hour) for one, hour, row in starts if one == ticket]
            + [(until((one, hour, row)), row, 0, hour) for one, hour, row in stops if one == ticket]
        )
        begun, number = None, 0
        for _, _, starting, hour in line:
            if starting and begun is None:
                begun, number = hour, number + 1
            elif not starting and begun is not None:
                found.append((ticket, number, begun, hour))
                begun = None
        if begun is not None:
            found.append((ticket, number, begun, None))
    return found


@given(ENTRIES, st.data())
def test_rounds_are_those_of_somebody_who_reads_the_entries_in_order(entries: list[Entry], data: st.DataObject) -> None:
    roles = data.draw(st.lists(st.sampled_from("abx"), min_size=len(entries), max_size=len(entries)))
    starts = [entry for entry, role in zip(entries, roles, strict=True) if role in "ax"]
    stops = [entry for entry, role in zip(entries, roles, strict=True) if role in "bx"]
    assert known(pair(occurrences(starts), occurrences(stops))) == walked(starts, stops)


@given(ENTRIES, st.randoms(use_true_random=False))
def test_the_order_in_which_entries_are_found_does_not_matter(entries: list[Entry], dice: object) -> None:
    starts, stops = entries[::2], entries[1::2]
    before = known(pair(occurrences(starts), occurrences(stops)))
    dice.shuffle(starts)  # type: ignore[attr-defined]
    dice.shuffle(stops)  # type: ignore[attr-defined]
    assert known(pair(occurrences(starts), occurrences(stops))) == before


@given(ENTRIES, ENTRIES)
def test_of_one_instant_the_register_starts_before_and_stops_after_every_entry(
    columns: list[Entry], entries: list[Entry]
) -> None:
    first = known(pair(occurrences(columns, STARTS_FIRST), occurrences(entries)))
    assert first == walked([(ticket, hour, -1) for ticket, hour, _ in columns], entries)
    last = known(pair(occurrences(entries), occurrences(columns, STOPS_LAST)))
    assert last == walked(entries, [(ticket, hour, 10**6) for ticket, hour, _ in columns])


@given(ENTRIES, ENTRIES)
def test_rounds_follow_each_other_and_only_the_last_is_open(starts: list[Entry], stops: list[Entry]) -> None:
    rounds = pair(occurrences(starts), occurrences(stops))
    last = rounds.last
    assert not np.isnat(rounds.actual[~last]).any()
    ended = ~np.isnat(rounds.actual)
    assert (days.last(rounds.actual[ended]) >= rounds.start[ended]).all()
    follows = np.flatnonzero(~last)
    assert (days.last(rounds.start[follows + 1]) >= rounds.actual[follows]).all()
    assert (rounds.number[follows + 1] == rounds.number[follows] + 1).all()
    assert set(rounds.at.tolist()) == {ticket for ticket, *_ in starts}
