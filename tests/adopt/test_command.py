"""The command line of taking up a register: it shows, asks, writes only when told to, and says what it cannot do."""

from __future__ import annotations

import datetime as dt
import os
import tomllib
from pathlib import Path

import openpyxl
import pytest
from click.testing import CliRunner, Result

from automation.cli import main
from tests.acceptance import foreign
from tests.adopt import registers
from tests.tables import plain

NOW = ["--now", "2026-12-03T09:30"]


def kesu(*args: str | Path, typed: str | None = None) -> Result:
    return CliRunner().invoke(main, [str(arg) for arg in args], input=typed)


@pytest.fixture
def register(tmp_path: Path) -> Path:
    path = tmp_path / "客诉.xlsx"
    registers.by_pandas(path)
    return path


def adopted(path: Path) -> dict[str, object]:
    found: dict[str, object] = tomllib.loads((path.parent / "kesu.toml").read_text(encoding="utf-8"))["adopt"]
    return found


def test_without_yes_nothing_is_written(register):
    before = register.read_bytes()
    result = kesu("adopt", register, *NOW)
    assert result.exit_code == 0 and "什么也没有改" in plain(result.output) and "--yes" in result.output
    assert register.read_bytes() == before and [entry.name for entry in register.parent.iterdir()] == [register.name]


def test_it_says_what_it_would_add_and_how_many_cases_are_history(register):
    said = plain(kesu("adopt", register, "--since", "2026-11-15", *NOW).output)
    assert "12 单" in said and "之前接收的 7 单是历史记录" in said and "之后的 5 单计时" in said
    assert "右侧加" in said and "kesu" not in said.split("加表")[0].split("加列")[1] and "人员、规则" in said


def test_what_is_written_to_the_settings_can_be_read_and_edited(register):
    kesu("adopt", register, "--yes", "--since", "2026-11-15", *NOW)
    found = adopted(register)
    assert str(found["since"]) == "2026-11-15"
    assert found["数据"]["受理时间"] == "接收时间" and found["数据"]["底盘号"] == "车架号"
    config = register.parent / "kesu.toml"
    config.write_text(
        config.read_text(encoding="utf-8").replace('"负责人" = "经办人"', '"负责人" = "接收人"'), encoding="utf-8"
    )
    kesu("adopt", register, "--yes", *NOW)
    assert adopted(register)["数据"]["负责人"] == "接收人"


def test_settings_that_were_there_keep_every_line(register):
    config = register.parent / "kesu.toml"
    mine = 'workbook = "客诉.xlsx"   # 我们的\n\n[mail]\nsender_name = "客服"   # 改过\n'
    config.write_text(mine, encoding="utf-8")
    assert kesu("adopt", register, "--yes", *NOW).exit_code == 0
    assert config.read_text(encoding="utf-8").startswith(mine)
    (kept,) = register.parent.glob("kesu.toml.*.bak")
    assert kept.read_text(encoding="utf-8") == mine


def test_a_later_since_is_taken_and_the_mapping_stays(register):
    kesu("adopt", register, "--yes", "--since", "2026-11-15", *NOW)
    before = register.read_bytes()
    assert kesu("adopt", register, "--yes", "--since", "2026-11-20", *NOW).exit_code == 0
    assert str(adopted(register)["since"]) == "2026-11-20" and register.read_bytes() == before


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ('"受理时间" = "接收时辰"', "adopt.数据.受理时间"),
        ('"受理时间" = "接收时间"\n"登记" = "接收时间"', "已经是另一个表头了"),
        ('table = "反馈表"', "adopt.数据.table"),
        ("year = 26", "adopt.数据.year"),
    ],
)
def test_a_mistake_made_by_hand_is_told_by_its_path(register, line, said):
    (register.parent / "kesu.toml").write_text(f'workbook = "客诉.xlsx"\n[adopt."数据"]\n{line}\n', encoding="utf-8")
    for command in ("adopt", "check", "run"):
        result = kesu(command, register, *NOW)
        assert result.exit_code == 2 and said in plain(result.output), result.output


def test_a_wrong_since_is_told(register):
    (register.parent / "kesu.toml").write_text('workbook = "客诉.xlsx"\n[adopt]\nsince = "去年"\n', encoding="utf-8")
    result = kesu("run", register, *NOW)
    assert result.exit_code == 2 and "adopt.since" in result.output


def test_what_is_no_register_is_said_so_with_what_was_looked_for(tmp_path):
    path = tmp_path / "别的.xlsx"
    book = openpyxl.Workbook()
    book.active.append(["姓名", "部门", "工资"])
    book.save(path)
    result = kesu("adopt", path, "--yes", *NOW)
    assert result.exit_code == 2 and "认不出" in result.output and "受理时间" in result.output
    wrong = kesu("adopt", path, "--sheet", "没有", "--yes", *NOW)
    assert wrong.exit_code == 2 and "没有叫“没有”的工作表" in wrong.output


def test_a_workbook_of_kesu_itself_needs_nothing(tmp_path):
    path = tmp_path / "新.xlsx"
    kesu("new", path, "--sample", "20", *NOW)
    before = path.read_bytes()
    result = kesu("adopt", path, "--yes", "--since", "2026-01-01", *NOW)
    assert result.exit_code == 0 and path.read_bytes() == before, result.output


def test_a_register_with_our_headers_in_an_order_of_its_own_gets_the_sheets_that_it_lacks(tmp_path):
    path = tmp_path / "台账.xlsx"
    foreign.make(path, tickets=30)
    assert kesu("adopt", path, "--yes", "--since", "2021-01-01", *NOW).exit_code == 0
    assert "检查结果" in openpyxl.load_workbook(path).sheetnames
    assert kesu("run", path, *NOW).exit_code == 0
    assert "没有要改的" in plain(kesu("adopt", path, "--yes", *NOW).output)


def test_the_dealerships_own_words_are_in_its_lists(register):
    kesu("adopt", register, "--yes", *NOW)
    sheet = openpyxl.load_workbook(register)["字典"]
    heads = {cell.value: cell.column for cell in sheet[2]}
    words = [row[heads["部门"] - 1].value for row in sheet.iter_rows(min_row=3)]
    assert {"售后部", "财务部"} <= set(words)


def test_all_columns_of_the_contract_are_added_when_asked_for(register):
    kesu("adopt", register, "--yes", "--all-columns", *NOW)
    heads = {cell.value for cell in openpyxl.load_workbook(register)["数据"][1]}
    assert {"详细经过", "当事人", "责任人", "满意度"} <= heads


def test_what_is_open_elsewhere_is_left_alone(register):
    before = register.read_bytes()
    lock = register.with_name(f"~${register.name}")
    lock.write_bytes(b"\x04\x00test" + bytes(160))
    just_now = dt.datetime(2026, 12, 3, 9, 0).astimezone().timestamp()
    os.utime(lock, (just_now, just_now))
    result = kesu("adopt", register, "--yes", *NOW)
    assert result.exit_code == 2 and register.read_bytes() == before
    assert not (register.parent / "kesu.toml").exists()


def test_an_old_case_can_be_asked_about(register):
    kesu("adopt", register, "--yes", "--since", "2026-11-15", *NOW)
    kesu("run", register, *NOW)
    result = kesu("explain", register, "FK20261018-001", *NOW)
    assert result.exit_code == 2 and "历史记录" in result.output and "2026-11-15" in result.output
    assert kesu("explain", register, "FK20261127-001", *NOW).exit_code == 0


def test_every_other_command_understands_it_by_the_same_mapping(register, tmp_path):
    kesu("adopt", register, "--yes", "--since", "2026-11-15", *NOW)
    kesu("run", register, *NOW)
    looked = plain(kesu("doctor", register, *NOW).output)
    assert "能读,反馈 12 单" in looked and "找不到“反馈登记”" not in looked
    assert kesu("status", register, *NOW).exit_code in (0, 1)
    assert kesu("replay", register, *NOW).exit_code == 0
    made = kesu("report", "weekly", register, "--period", "2026-W47", "-o", tmp_path / "汇总", *NOW)
    assert made.exit_code == 0, made.output
