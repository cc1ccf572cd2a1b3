"""Whole passes killed, hit by failing disks and raced by another: a few of what benchmarks/faults.py does by the hundred."""

from __future__ import annotations

import multiprocessing

import pytest

from benchmarks.faults import Blows, faults, hit, kills, races

pytestmark = pytest.mark.skipif(
    "fork" not in multiprocessing.get_all_start_methods(), reason="the blows fall on forked processes"
)


@pytest.mark.parametrize(("blows", "count"), [(kills, 12), (faults, 12), (races, 5)])
def test_the_workbook_opens_no_number_is_given_twice_and_no_mail_is_lost(blows: Blows, count: int) -> None:
    assert sum(hit(blows, count, tickets=24).values()) == count
