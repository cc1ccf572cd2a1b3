"""Two give numbers who cannot see each other: the macros in an open Excel and kesu's passes. Never one number twice."""

from __future__ import annotations

import datetime as dt
import random
import re
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest

from automation import cycle, macros, settings
from automation.blank import blank
from automation.checks.numbers import gaps, malformed
from tests import tables
from tests.excel import quick
from tests.macros.excel import Excel
from workbook import build
from workbook.schema import REGISTER

NOW = dt.datetime(2026, 11, 21, 9, 30)
COMPLETE = {"接收人": "李晓明", "反馈渠道": "电话", "级别": "一般", "联系电话": "13800138000", "内容概要": "漏油"}


def new(path: Path) -> Path:
    build.write(path, blank(), created=NOW, macros=macros.modules())
    return quick(path)


def first(excel: Excel, row: int = 3, **more: object) -> None:
    """Type a complete row."""
    excel.type(row, **{"接收时间": NOW - dt.timedelta(hours=1), **COMPLETE, "客户姓名": "陈静", **more})


@pytest.fixture
def book(tmp_path: Path) -> Path:
    return new(tmp_path / "登记.xlsm")


def test_a_row_gets_its_number_and_time_the_moment_it_is_complete(book: Path) -> None:
    excel = Excel(book)
    excel.type(3, 接收时间=NOW - dt.timedelta(hours=1), **COMPLETE)
    assert excel.numbers() == [""]
    excel.type(3, 客户姓名="陈静")
    assert excel.numbers() == ["FK20261121-501"]
    assert excel.read(3, "编号时间") == NOW
    first(excel, 4, 接收时间=NOW - dt.timedelta(days=1))
    first(excel, 5)
    assert excel.numbers() == ["FK20261121-501", "FK20261120-501", "FK20261121-502"]


def test_a_time_that_has_not_come_gets_no_number_and_none_is_given_twice_in_four_hundred(book: Path) -> None:
    excel = Excel(book)
    first(excel, 3, 接收时间=NOW + dt.timedelta(minutes=1))
    first(excel, 4, 编号="FK20261121-998")
    first(excel, 5)
    first(excel, 6)  # the block of the day is used up: kesu will number it
    assert excel.numbers() == ["", "FK20261121-998", "FK20261121-999", ""]


def test_deleting_the_row_closing_unsaved_or_an_old_backup_frees_no_number(book: Path) -> None:
    excel = Excel(book)
    first(excel)
    excel.app.evaluate(f'ThisWorkbook.Worksheets("{REGISTER.sheet}").Rows(3).Delete')
    first(excel)
    assert excel.numbers() == ["FK20261121-502"]
    excel.save()
    again = Excel(book)  # another PC: what is remembered in the workbook
    again.app.evaluate(f'ThisWorkbook.Worksheets("{REGISTER.sheet}").Rows(3).Delete')
    first(again)
    assert again.numbers() == ["FK20261121-503"]
    memory = again.app.run("memory")
    same = Excel(new(book), memory=str(memory))  # as it was before all that, on the same PC
    first(same)
    assert same.numbers() == ["FK20261121-504"]


def test_a_copy_that_cannot_be_saved_gives_no_numbers(book: Path) -> None:
    excel = Excel(book)
    excel.app.run("setReadOnly", True)
    first(excel)
    assert excel.numbers() == [""]


def test_what_was_on_the_disk_without_a_number_is_left_to_kesu(book: Path) -> None:
    excel = Excel(book)
    excel.type(3, 接收时间=NOW - dt.timedelta(hours=1))
    excel.save()  # kesu may promise it a number from now on
    first(excel)
    assert excel.numbers() == [""]
    again = Excel(book)
    first(again)
    assert again.numbers() == [""]


def test_a_number_wiped_out_is_put_back_unless_it_stands_on_another_row(book: Path) -> None:
    excel = Excel(book)
    first(excel)
    excel.type(3, 编号=None)
    assert excel.numbers() == ["FK20261121-501"]
    first(excel, 4, 编号="FK20261121-501")  # a copied row
    excel.type(4, 编号=None)
    excel.type(4, 车型="轩逸")
    assert excel.numbers() == ["FK20261121-501", ""]


def test_a_text_that_only_kesu_can_read_leaves_all_rows_to_kesu(book: Path) -> None:
    excel = Excel(book)
    first(excel, 接收时间="十一月二十一日上午")
    excel.save()
    first(excel, 4)
    assert excel.numbers() == ["", ""]


def test_the_counts_of_the_macros_are_no_gap_after_those_of_kesu_but_have_gaps_of_their_own() -> None:
    text = """
        反馈登记
        编号            | 接收时间
        FK20261121-001  | 11-21 08:00
        FK20261121-002  | 11-21 08:01
        FK20261121-501  | 11-21 08:02
        FK20261121-503  | 11-21 08:03
        FK20261121-1001 | 11-21 08:04
        """
    facts = tables.facts(text, now="11-21 09:30")
    missing = sorted(found[0] for finding in gaps(facts) if (found := re.search(r"FK\d+-\d+", finding.message)))
    assert [number for number in missing if number.endswith("502")] == ["FK20261121-502"]
    assert not [number for number in missing if 503 < int(number[11:]) < 1000]
    assert {"FK20261121-003", "FK20261121-500", "FK20261121-1000"} <= set(missing)
    assert not list(malformed(facts))


class Dealership:
    """One workbook, one PC that types into it, one kesu that makes passes; who was ever given which number."""

    def __init__(self, path: Path, chance: random.Random) -> None:
        self.path, self.chance = path, chance
        self.now = NOW
        self.excel: Excel | None = None
        self.memory = ""
        self.count = 0
        self.owner: dict[str, str] = {}
        self.number: dict[str, str] = {}
        self.log: list[str] = []

    def saw(self, case: str, number: str) -> None:
        """Somebody has seen this number on this case: a mail, the screen, the file."""
        if number:
            told = f"{number} on {case}; before: {self.owner.get(number)}, {self.number.get(case)}; {self.log}"
            assert self.owner.setdefault(number, case) == case, f"given twice: {told}"
            assert self.number.setdefault(case, number) == number, f"changed: {told}"

    def look(self) -> None:
        if self.excel is not None:
            for row in range(build.FIRST_DATA_ROW, self.excel.last_row() + 1):
                if case := self.excel.read(row, "备注"):
                    self.saw(str(case), str(self.excel.read(row, "编号")))

    # What people do

    def open(self) -> None:
        if self.excel is None:
            self.path.with_name(f"~${self.path.name}").write_bytes(bytes(165))
            self.excel = Excel(self.path, now=self.now, memory=self.memory)

    def close(self, *, saving: bool) -> None:
        if self.excel is not None:
            if saving:
                self.excel.save()
            self.memory = str(self.excel.app.run("memory"))
            self.excel = None
            self.path.with_name(f"~${self.path.name}").unlink()

    def save(self) -> None:
        if self.excel is not None:
            self.excel.save()

    def type(self, *, complete: bool, macros_on: bool = True) -> None:
        if self.excel is None:
            return
        self.count += 1
        case, row = f"第{self.count}件", self.free_row()
        received = self.now - dt.timedelta(minutes=self.chance.choice([0, 1, 61, 1440]) + self.count * 2)
        cells: dict[str, object] = {"备注": case, "客户姓名": case, "接收时间": received}
        if complete:
            cells |= COMPLETE
        self.excel.type(row, macros_on=macros_on, **cells)

    def finish(self) -> None:
        """Fill in what a row lacks."""
        if (row := self.some_row()) and self.excel is not None:
            self.excel.type(row, **dict(COMPLETE))

    def touch(self) -> None:
        if (row := self.some_row()) and self.excel is not None:
            self.excel.type(row, 车型="轩逸")

    def wipe(self) -> None:
        if (row := self.some_row()) and self.excel is not None:
            self.excel.type(row, 编号=None)

    def delete(self) -> None:
        if (row := self.some_row()) and self.excel is not None:
            self.excel.app.evaluate(f'ThisWorkbook.Worksheets("{REGISTER.sheet}").Rows({row}).Delete')

    def sort(self) -> None:
        if self.excel is not None and (last := self.excel.last_row()) > 3:
            area = f'ThisWorkbook.Worksheets("{REGISTER.sheet}").Range("A3:AY{last}")'
            key = f'ThisWorkbook.Worksheets("{REGISTER.sheet}").Range("{self.excel.cell(3, "接收时间")}")'
            self.excel.app.evaluate(f"{area}.Sort({key}, {self.chance.choice([1, 2])})")

    def free_row(self) -> int:
        assert self.excel is not None
        rows = range(self.excel.last_row(), build.FIRST_DATA_ROW - 1, -1)
        return next((row + 1 for row in rows if self.excel.read(row, "备注")), build.FIRST_DATA_ROW)

    def some_row(self) -> int:
        if self.excel is None:
            return 0
        rows = [row for row in range(build.FIRST_DATA_ROW, self.excel.last_row() + 1) if self.excel.read(row, "备注")]
        return self.chance.choice(rows) if rows else 0

    # What kesu does

    def make_pass(self) -> None:
        found, errors = settings.load(None, workbook=self.path)
        assert not errors
        outcome = cycle.run(found, self.now)
        assert bool(outcome.unwritten) <= (self.excel is not None)
        register = outcome.plan.facts.register
        for case, number in zip(register["备注"], register["编号"], strict=True):
            self.saw(case, number)

    def step(self) -> None:
        self.now += dt.timedelta(minutes=self.chance.randrange(1, 40))
        if self.excel is not None:
            self.excel.at(self.now)
        closed = [(self.open, 2), (self.make_pass, 1)]
        chances = closed if self.excel is None else turns(self)
        what = self.chance.choices([turn for turn, _ in chances], [weight for _, weight in chances])[0]
        self.log.append(getattr(what, "__name__", "") or str(what.func.__name__) + str(what.keywords))
        what()
        self.look()


def turns(both: Dealership) -> list[tuple[Callable[[], None], int]]:
    """What may happen next while Excel has the file, and how often."""
    return [
        *((both.save, 3), (both.make_pass, 4), (both.finish, 3), (both.touch, 1), (both.wipe, 1), (both.delete, 1)),
        *((both.sort, 1), (partial(both.close, saving=True), 2), (partial(both.close, saving=False), 1)),
        *((partial(both.type, complete=True), 6), (partial(both.type, complete=False), 3)),
        (partial(both.type, complete=True, macros_on=False), 1),
    ]


def test_no_number_is_given_twice_or_changed_however_excel_and_kesu_take_turns(book: Path) -> None:
    both = play(book, seed=1, steps=45)
    counts = [int(number[11:]) in range(501, 1000) for number in both.owner]
    assert any(counts) and not all(counts), "each of the two has given numbers"


def play(book: Path, *, seed: int, steps: int) -> Dealership:
    both = Dealership(book, random.Random(seed))
    both.open()
    for _ in range(steps):
        both.step()
    both.close(saving=True)
    both.make_pass()
    return both
