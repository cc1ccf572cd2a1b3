"""Whom to ring up next, for what, by which day (X-04)."""

import numpy as np
import pandas as pd
import pytest

from automation.sidesheets.care import plan
from automation.sidesheets.months import after
from tests import tables
from workbook.schema import CARE


def next_contact(row: str, now: str = "11-21 09:30") -> tuple[str, str]:
    heads = "客户关怀\n客户姓名 | 交车日期 | 生日 | 保险到期 | 下次保养 | 实际联系日期\n周明 | "
    due = plan(tables.load(heads + row)[CARE].frame, tables.moment(now)).iloc[0]
    day = "" if pd.isna(due["应联系日期"]) else f"{due['应联系日期']:%Y-%m-%d}"
    return due["事项"], day


@pytest.mark.parametrize(
    ("row", "now", "what", "day"),
    [
        # days, weeks, months after delivery
        ("11-20 | | | | ", "11-21 09:30", "交车后3天回访", "2026-11-23"),
        ("11-20 | | | | 11-23", "11-23 09:30", "交车后1周回访", "2026-11-27"),
        ("11-20 | | | | ", "11-26 23:59", "交车后3天回访", "2026-11-23"),
        ("11-20 | | | | ", "11-27 00:00", "交车后1周回访", "2026-11-27"),
        ("11-20 | | | | 11-27", "11-27 09:00", "交车后1个月回访", "2026-12-20"),
        ("10-31 | | | | 11-08", "11-21 09:30", "交车后1个月回访", "2026-11-30"),
        ("10-20 | | | | 11-20", "11-21 09:30", "交车后3个月回访", "2027-01-20"),
        ("10-20 | | | | 2027-01-20", "2027-01-21 09:30", "", ""),
        # a call nobody made is dropped a month later, a reminder is not
        ("07-20 | | | | ", "11-19 23:59", "交车后3个月回访", "2026-10-20"),
        ("07-20 | | | | ", "11-20 00:00", "", ""),
        (" | | 11-01 | | ", "11-21 09:30", "保险续保提醒", "2026-10-02"),
        (" | | 11-01 | | 10-02", "11-21 09:30", "", ""),
        (" | | 11-01 | | 10-01", "11-21 09:30", "保险续保提醒", "2026-10-02"),
        (" | | 2027-03-01 | | ", "11-21 09:30", "保险续保提醒", "2027-01-30"),
        (" | | | 12-05 | 11-20", "11-21 09:30", "保养提醒", "2026-11-28"),
        # birthdays; 29 February falls on the 28th in other years
        (" | 1990-11-22 | | | ", "11-21 09:30", "生日问候", "2026-11-22"),
        (" | 1990-11-22 | | | 11-21", "11-21 09:30", "生日问候", "2027-11-22"),
        (" | 1990-12-31 | | | ", "2027-01-02 09:30", "生日问候", "2026-12-31"),
        (" | 1992-02-29 | | | ", "2027-02-01 09:30", "生日问候", "2027-02-28"),
        (" | 1992-02-29 | | | ", "2028-02-01 09:30", "生日问候", "2028-02-29"),
        (" | 1990-10-22 | | | ", "11-21 09:30", "生日问候", "2026-10-22"),
        (" | 1990-10-21 | | | ", "11-21 09:30", "生日问候", "2027-10-21"),
        # the earliest of several; a contact that has not come yet has not been made
        ("11-20 | 1990-11-22 | 2027-03-01 | 12-05 | ", "11-21 09:30", "生日问候", "2026-11-22"),
        (" | | | 12-05 | 11-29", "11-28 09:30", "保养提醒", "2026-11-28"),
        (" | | | | ", "11-21 09:30", "", ""),
    ],
)
def test_the_next_contact_of_a_customer(row: str, now: str, what: str, day: str) -> None:
    assert next_contact(row, now) == (what, day)


def test_a_month_after_its_31st_is_the_last_day_of_a_shorter_month() -> None:
    days = np.array(["2027-01-31", "2028-01-31", "2026-11-03", "NaT"], dtype="M8[D]")
    assert after(days, 1).astype(str).tolist() == ["2027-02-28", "2028-02-29", "2026-12-03", "NaT"]


def test_a_sheet_without_customers_owes_nobody_anything() -> None:
    assert plan(tables.load({})[CARE].frame, tables.moment("11-21 09:30")).empty
