"""The sample dealership looks real, is the same for the same seed, and is wrong only where a mistake was planted."""

from __future__ import annotations

import datetime as dt
import io
import re
from collections import Counter
from pathlib import Path

import pytest

from automation import plan
from automation.identifiers import PLATE, TICKET, vin_check_digit
from automation.past import Past
from automation.sample import Sample, dealership
from automation.settings import load as load_settings
from automation.sla.defaults import DEFAULT_RULES
from workbook import build, ledger, schema, snapshot
from workbook.build import FIRST_DATA_ROW
from workbook.schema import REGISTER, STAFF, TABLES, Kind
from workbook.vocabulary import STANDARD_FLOW

NOW = dt.datetime(2026, 11, 21, 9, 30)
ASKED_FOR = {
    *("READ-01", "READ-02", "READ-03", "READ-04", "LIST-01", "REQ-01", "TIME-01", "TIME-02", "TIME-03"),
    *("FORM-01", "FORM-02", "FORM-03", "FORM-04", "NUM-01", "NUM-02", "NUM-04", "NUM-06"),
    *("STD-04", "STD-09", "STD-12", "STD-13", "STD-15", "STD-16", "STD-20", "STD-21"),
    *("PAY-01", "PAY-02", "PAY-03", "PAY-04", "PAY-05", "PAY-06", "PAY-07", "DUP-01", "PERSON-01"),
    *("X-07", "STD-14", "MAIL-07"),
    *("TIER", "OEM", "GTOYOTA", "SALES", "REPAIR", "PARTS", "GENERIC"),
    *("EVQ", "X-03", "X-04", "LAW-43"),
}


def as_bytes(sample: Sample) -> bytes:
    target = io.BytesIO()
    build.write(target, sample.contents, created=NOW)
    return target.getvalue()


@pytest.fixture(scope="module")
def sample() -> Sample:
    return dealership(120, 7, NOW)


def planted_in(sample: Sample, sheet: str) -> set[tuple[str, int]]:
    return {(planted.column, planted.row_index) for planted in sample.planted if planted.sheet == sheet}


def test_the_same_seed_gives_the_same_bytes_and_another_seed_others() -> None:
    first, again, other = (as_bytes(dealership(30, seed, NOW)) for seed in (4, 4, 5))
    assert first == again
    assert first != other


@pytest.mark.parametrize("tickets", [0, 1, 2, 5, 10, 23, 24, 40, 300])
def test_any_number_of_tickets_can_be_had(tickets: int) -> None:
    made = dealership(tickets, 1, NOW)
    assert len(made.contents[REGISTER.sheet]) == tickets
    for planted in made.planted:
        assert planted.column in made.contents[planted.sheet][planted.row_index]


def test_no_tickets_still_come_with_staff_rules_and_hours() -> None:
    contents = dealership(0, 1, NOW).contents
    assert len(contents[STAFF.sheet]) > 20
    assert contents[schema.RULES.sheet] == [dict(rule) for rule in DEFAULT_RULES]
    assert len(contents[schema.HOURS.sheet]) == 7
    with pytest.raises(ValueError):
        dealership(-1, 1, NOW)


def test_a_mistake_is_planted_for_every_check(sample: Sample) -> None:
    assert {planted.rule for planted in sample.planted} >= ASKED_FOR


@pytest.mark.parametrize(
    ("tickets", "seed", "now"),
    [
        (120, 7, NOW),
        (300, 3, dt.datetime(2026, 12, 2, 8, 5)),
        (60, 4, dt.datetime(2027, 3, 1, 23, 10)),
        (200, 9, dt.datetime(2026, 7, 4, 17, 0)),
    ],
)
def test_the_checks_find_what_was_planted_where_it_was_planted_and_nothing_else(
    tmp_path: Path, tickets: int, seed: int, now: dt.datetime
) -> None:
    made = dealership(tickets, seed, now)
    path = tmp_path / "sample.xlsx"
    build.write(path, made.contents, created=now)
    settings, errors = load_settings(None, workbook=path)
    assert not errors
    found = plan.decide(ledger.load(snapshot.read(path)), Past(), settings, now).findings
    headers = {table.sheet: table.headers for table in TABLES}
    places = {
        (f.rule, f.where.sheet, headers[f.where.sheet][f.where.column - 1], f.where.row - FIRST_DATA_ROW)
        for f in found
        if f.where
    }
    missed = [p for p in made.planted if (p.rule, p.sheet, p.column, p.row_index) not in places]
    assert not missed
    rows = {(p.sheet, p.row_index) for p in made.planted}
    unruled = {i for i, row in enumerate(made.contents[REGISTER.sheet]) if row.get("流程") not in (None, STANDARD_FLOW)}
    strange = [
        str(f)
        for f in found
        if f.where
        and (f.where.sheet, f.where.row - FIRST_DATA_ROW) not in rows
        and not (f.where.sheet == REGISTER.sheet and f.where.row - FIRST_DATA_ROW in unruled)
    ]
    assert not strange


@pytest.mark.parametrize(("tickets", "seed", "now"), [(120, 7, NOW), (300, 3, dt.datetime(2026, 12, 2, 8, 5))])
def test_every_department_answered_its_notices_but_for_one_case(
    tmp_path: Path, tickets: int, seed: int, now: dt.datetime
) -> None:
    made = dealership(tickets, seed, now)
    path = tmp_path / "sample.xlsx"
    build.write(path, made.contents, created=now)
    settings, _ = load_settings(None, workbook=path)
    found = plan.decide(ledger.load(snapshot.read(path)), Past(mailed=made.mailed), settings, now).findings
    assert len(made.unanswered) == 1 and len(made.mailed) > 10
    (forgotten,) = made.unanswered
    at = [(f.where.sheet, f.where.row - FIRST_DATA_ROW) for f in found if f.rule == "X-02" and f.where]
    assert at == [(forgotten.sheet, forgotten.row_index)]


def test_every_person_named_is_on_the_staff_but_for_the_planted_typo(sample: Sample) -> None:
    staff = {str(row["姓名"]) for row in sample.contents[STAFF.sheet]}
    for table in TABLES:
        spoiled = planted_in(sample, table.sheet)
        for index, row in enumerate(sample.contents.get(table.sheet, ())):
            for column in table.columns:
                name = row.get(column.name)
                if column.kind is Kind.PERSON and name and (column.name, index) not in spoiled:
                    assert name in staff, (table.sheet, column.name, index)


def test_vins_plates_and_numbers_have_the_right_form_but_for_the_planted_ones(sample: Sample) -> None:
    spoiled = planted_in(sample, REGISTER.sheet)
    for index, row in enumerate(sample.contents[REGISTER.sheet]):
        vin, plate, number = str(row["车架号"]), str(row["车牌号"]), row.get("编号")
        if ("车架号", index) not in spoiled:
            assert vin[8] == vin_check_digit(vin)
        if ("车牌号", index) not in spoiled:
            assert plate == "未上牌" or re.fullmatch(PLATE, plate)
        if number is not None and ("编号", index) not in spoiled:
            received = row["接收时间"]
            assert isinstance(received, dt.datetime)
            form = re.fullmatch(TICKET, str(number))
            assert form and form[1] == f"{received:%Y%m%d}"


def test_the_newest_tickets_wait_for_their_number_and_our_other_columns_for_the_first_pass(sample: Sample) -> None:
    rows = sample.contents[REGISTER.sheet]
    waiting = [index for index, row in enumerate(rows) if not row.get("编号")]
    assert 5 <= len(waiting) <= 12
    assert min(waiting) >= len(rows) - 20
    for row in rows:
        assert bool(row.get("编号")) == bool(row.get("编号时间"))
        assert not {"当前环节", "截止时间", "状态", "提示"} & row.keys()


def test_tickets_stand_in_order_of_receipt_over_five_months_and_most_are_closed(sample: Sample) -> None:
    rows = sample.contents[REGISTER.sheet]
    received = [row["接收时间"] for row in rows]
    assert received == sorted(received, key=str)
    assert isinstance(received[0], dt.datetime) and NOW - received[0] > dt.timedelta(days=120)
    assert 0.5 < sum("归档时间" in row for row in rows) / len(rows) < 0.9


def test_every_stage_and_both_tracks_have_tickets(sample: Sample, tmp_path: Path) -> None:
    path = tmp_path / "sample.xlsx"
    path.write_bytes(as_bytes(sample))
    settings, _ = load_settings(None, workbook=path)
    at = plan.decide(ledger.load(snapshot.read(path)), Past(), settings, NOW).facts.clocks.now_at
    standard = [rule for rule in DEFAULT_RULES if rule["流程"] == STANDARD_FLOW]
    stages = {str(rule["环节"]) for rule in standard} - {"编号"}  # the pass has just numbered those
    assert set(at["stage"]) >= stages
    assert set(at["state"]) >= {"正常", "临近", "超时", "未了事宜", "已办结"}
    states = Counter(row["状态"] for row in sample.contents[schema.PENDING_MANAGER.sheet])
    assert states["未了"] >= 5 and states["已了"] >= 2
    assert any(row["上门日期"] for row in sample.contents[schema.PENDING_MANAGER.sheet])


def test_stories_are_many_and_differ(sample: Sample) -> None:
    summaries = {row["内容概要"] for row in sample.contents[REGISTER.sheet]}
    assert len(summaries) > 50


def test_every_role_has_a_primary_and_a_backup_but_for_the_planted_one(sample: Sample) -> None:
    ranks: dict[object, set[object]] = {}
    for row in sample.contents[STAFF.sheet]:
        ranks.setdefault(row["角色"], set()).add(row["主次"])
        assert str(row["邮箱"]).endswith(".example")
    assert [role for role, held in ranks.items() if held != {"主", "次"}] == ["技术总监"]
