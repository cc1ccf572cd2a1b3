"""What the clocks rest on, compared pass by pass: exactly the edits that were made, each with when it was first seen."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from pathlib import Path
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from automation.history import WATCHED, Change, History, another_case, compare
from automation.journal import Journal
from automation.past import CASE, PRESENCE, TWICE
from tests import tables
from tests.tables import moment
from workbook.ledger import Ledger
from workbook.schema import PENDING, REGISTER, TEMPORAL

NINE, TEN, NOON = moment("11-20 09:00"), moment("11-20 10:00"), moment("11-20 12:00")

ONE = """
反馈登记
编号           | 接收时间       | 级别 | 客户姓名 | 车牌号   | 内容概要
FK20261103-001 | 11-03 09:05    | 一般 | 陈静     | 京A12345 | 异响
FK20261103-002 | 11-03 10:05:30 | 重大 | 周杰     | 京B12345 | 漏油

未了事宜台帐-客户经理
编号           | 转入日期 | 状态
FK20261103-002 | 11-05    | 未了
"""


def recorded(*texts: str) -> History:
    """The history after a pass over each of the workbooks, an hour apart, the first at nine."""
    history, now = History(), NINE
    for text in texts:
        history = then(history, tables.load(text), now)
        now += dt.timedelta(hours=1)
    return history


def then(history: History, book: Ledger, now: dt.datetime) -> History:
    changes, seen = compare(book, history, now)
    after = replace(history.after(changes, seen, now), last=now)
    assert compare(book, after, now) == ((), {}), "the same workbook again is no change"
    return after


def told(history: History) -> list[tuple[str, ...]]:
    return [(c.ticket[-3:], c.field, c.old, c.new, f"{c.at:%H:%M}") for c in history.changes]


def test_every_time_that_staff_type_is_watched() -> None:
    typed = {c.name for c in REGISTER.columns if c.kind in TEMPORAL and not c.ours}
    ledgers = {f"{t.sheet}:{name}" for t in PENDING for name in ("转入日期", "最近沟通日期", "状态", "完成日期")}
    assert typed | ledgers <= set(WATCHED)
    assert {"流程", "级别", "责任明确", "联系结果", "需回访", "考核结果", "满意度"} <= set(WATCHED)
    assert len(WATCHED) == len(set(WATCHED))


def test_the_first_pass_records_and_states_nothing() -> None:
    history = recorded(ONE)
    assert history.changes == () and set(history.since.values()) == {NINE}
    assert history.values("FK20261103-002", "接收时间") == (("2026-11-03 10:05:30", NINE),)
    assert history.values("FK20261103-002", "未了事宜台帐-客户经理:转入日期") == (("2026-11-05", NINE),)
    assert history.held_since("级别")["FK20261103-001"] == ("一般", NINE)
    assert history.values("FK20261103-009", "级别") == ()


def test_a_change_has_old_and_new_value_and_the_pass_that_saw_it_first() -> None:
    history = recorded(
        ONE, ONE.replace("09:05 ", "09:15 "), ONE.replace("09:05 ", "09:15 ").replace("未了\n", "已了\n")
    )
    assert told(history) == [
        ("001", "接收时间", "2026-11-03 09:05", "2026-11-03 09:15", "10:00"),
        ("002", "未了事宜台帐-客户经理:状态", "未了", "已了", "11:00"),
    ]
    assert history.changes[0].before == NINE
    assert history.held_since("接收时间")["FK20261103-001"] == ("2026-11-03 09:15", TEN)
    assert history.changed == {"FK20261103-001", "FK20261103-002"}


def test_rows_sorted_anew_are_no_change() -> None:
    lines = ONE.strip().splitlines()
    mixed = "\n".join((*lines[:2], lines[3], lines[2], *lines[4:]))
    assert told(recorded(ONE, mixed)) == []


def test_a_row_deleted_and_brought_back_keeps_its_history() -> None:
    gone = "\n".join(line for line in ONE.strip().splitlines() if "-001" not in line)
    history = recorded(ONE, gone, gone, ONE.replace("一般", "重大"))
    assert told(history) == [
        ("001", PRESENCE, "FK20261103-001", "", "10:00"),
        ("001", PRESENCE, "", "FK20261103-001", "12:00"),
        ("001", "级别", "一般", "重大", "12:00"),
    ]
    assert history.changes[-1].before is None, "the pass before did not see the row"
    assert history.since["FK20261103-001"] == NINE


def test_a_number_on_two_rows_is_not_compared_until_it_is_one_s_again() -> None:
    twice = ONE.replace("漏油\n", "漏油\nFK20261103-001 | 11-07 09:05 | 重大 | 何勇 | 京C12345 | 异味\n")
    history = recorded(ONE, twice, twice, ONE)
    assert told(history) == [
        ("001", PRESENCE, "FK20261103-001", TWICE, "10:00"),
        ("001", PRESENCE, TWICE, "FK20261103-001", "12:00"),
    ]
    assert recorded(twice).seen.keys() == {"FK20261103-002"}


def test_several_entries_of_one_ledger_are_the_same_in_any_order() -> None:
    two = ONE.rstrip() + "\nFK20261103-002 | 11-09 | 已了\n"
    swapped = ONE.replace("11-05    | 未了", "11-09    | 已了").rstrip() + "\nFK20261103-002 | 11-05 | 未了\n"
    assert told(recorded(two, swapped)) == []
    assert recorded(two).present("FK20261103-002", "未了事宜台帐-客户经理:转入日期") == "2026-11-05、2026-11-09"


def test_what_the_workbook_has_no_column_for_stays_as_it_was() -> None:
    history, book = recorded(ONE), tables.load(ONE)
    register = book.register
    columns = {name: place for name, place in register.columns.items() if name != "级别"}
    frame = register.frame.assign(级别="")
    narrow = book.having(replace(register, columns=columns, frame=frame))
    later = then(history, narrow, TEN)
    assert later.changes == () and later.present("FK20261103-001", "级别") == "一般"
    assert then(later, book, NOON).changes == ()
    without = book.having(replace(register, columns={n: p for n, p in columns.items() if n != "编号"}))
    assert compare(without, history, TEN) == ((), {})


def test_another_case_under_the_same_number_is_noted_without_anybody_s_name() -> None:
    other = ONE.replace(
        "11-03 09:05    | 一般 | 陈静     | 京A12345 | 异响", "11-09 08:00 | 一般 | 何勇 | 京C99999 | 掉漆"
    )
    history = recorded(ONE, other)
    (change,) = (c for c in history.changes if c.field == CASE)
    assert another_case(change.old, change.new) == ("接收时间", "客户姓名", "车牌号", "内容概要")
    assert "陈静" not in str(history) and "京A12345" not in str(history)
    corrected = ONE.replace("陈静", "陈婧").replace("异响", "刹车异响")
    assert told(recorded(ONE, corrected)) == []


def test_a_field_that_was_not_watched_yet_is_recorded_not_compared() -> None:
    history = recorded(ONE)
    older = {t: s._replace(mark=1, held=s.held.rsplit("\x1f", 5)[0]) for t, s in history.seen.items()}
    assert compare(tables.load(ONE), replace(history, seen=older), TEN)[0] == ()


def test_the_journal_keeps_all_of_it(tmp_path: Path) -> None:
    history = History()
    for now, text in ((NINE, ONE), (TEN, ONE.replace("一般", "重大")), (NOON, ONE.replace("FK20261103-001 |", " |"))):
        with Journal.open(tmp_path / "j") as journal:
            assert journal.past().history == history
            changes, seen = compare(tables.load(text), history, now)
            journal.commit(now=now, changes=changes, seen=seen)
            journal.commit(now=now, changes=changes, seen=seen)  # as another pass that saw the same
            journal.record_pass(now, "", edits=0, findings=0, outcome="")
        history = replace(history.after(changes, seen, now), last=now)
    assert [c.field for c in history.changes] == ["级别", PRESENCE, "级别"][:2]
    with Journal.peek(tmp_path / "j") as journal:
        assert journal.past().history == history


VALUES = {
    **{name: (None, moment("11-03 09:05"), moment("11-03 09:06"), moment("11-03 09:05:01")) for name in WATCHED[:12]},
    **dict.fromkeys(WATCHED[12:19], ("", "是", "否")),
}
SHOWN = {None: "", **{value: f"{value:%Y-%m-%d %H:%M}" for value in VALUES["接收时间"][1:3] if value}}
SHOWN[moment("11-03 09:05:01")] = "2026-11-03 09:05:01"
NUMBERS = [f"FK20261103-{count:03d}" for count in range(1, 5)]

Rows = dict[str, dict[str, Any]]
EDITS = st.one_of(
    st.tuples(
        st.sampled_from(NUMBERS),
        st.sampled_from(sorted(VALUES)).flatmap(lambda name: st.tuples(st.just(name), st.sampled_from(VALUES[name]))),
    ),
    st.tuples(st.sampled_from(NUMBERS), st.none()),
)


def book_of(rows: Rows, order: list[str]) -> Ledger:
    """The rows in some order as a workbook that has every column."""
    sheet = [{"编号": number, **rows[number]} for number in order if number in rows]
    book = tables.typed({"反馈登记": sheet})
    for table in (REGISTER, *PENDING):
        records = book[table]
        book = book.having(replace(records, columns={name: at for at, name in enumerate(table.headers, start=1)}))
    return book


@settings(max_examples=60)
@given(st.lists(st.tuples(st.lists(EDITS, max_size=4), st.permutations(NUMBERS)), max_size=6))
def test_any_sequence_of_edits_gives_exactly_the_changes_made(passes: list[Any]) -> None:
    rows: Rows = {number: {"接收时间": moment("11-03 09:05")} for number in NUMBERS}
    held = {number: {name: _shown(rows[number].get(name)) for name in WATCHED} for number in NUMBERS}
    there = dict.fromkeys(NUMBERS, True)
    history, now = then(History(), book_of(rows, NUMBERS), NINE), NINE
    for edits, order in passes:
        before, now = now, now + dt.timedelta(minutes=15)
        for number, edit in edits:
            if edit is None:  # the row is deleted, or brought back as it was last seen
                rows[number] = rows.get(number) or {}
                there[number] = not there[number]
            else:
                rows[number][edit[0]] = edit[1]
        known = len(history.changes)
        history = then(history, book_of({n: rows[n] for n in NUMBERS if there[n]}, order), now)
        wanted = set()
        for number in NUMBERS:
            was_there = held[number].get(PRESENCE, number) == number
            if was_there != there[number]:
                new = number if there[number] else ""
                wanted.add(Change(number, PRESENCE, number if was_there else "", new, now, before))
                held[number][PRESENCE] = new
            for name in WATCHED if there[number] else ():
                value = _shown(rows[number].get(name))
                if value != held[number][name]:
                    old, held[number][name] = held[number][name], value
                    wanted.add(Change(number, name, old, value, now, before if was_there else None))
        assert set(history.changes[known:]) == wanted
        assert len(history.changes) == known + len(wanted)
    for number in NUMBERS:
        for name in WATCHED:
            assert history.present(number, name) == held[number][name] == history.held_since(name)[number][0]


def _shown(value: Any) -> str:
    return SHOWN[value] if value in SHOWN else str(value or "")
