"""The command line as staff meet it: bad input gets one Chinese sentence and exit 2, never a traceback."""

from __future__ import annotations

import datetime as dt
import json
import re
from pathlib import Path

import openpyxl
import pytest
from click.testing import CliRunner, Result
from python_calamine import CalamineWorkbook

from automation.cli import main
from workbook.schema import REGISTER

NOW = ["--now", "2026-11-21T09:30"]


def kesu(*args: str | Path) -> Result:
    return CliRunner().invoke(main, [str(arg) for arg in args])


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("cli") / "样例.xlsx"
    assert kesu("new", path, "--sample", "60", "--seed", "5", *NOW).exit_code == 0
    return path


def no_zip(path: Path) -> None:
    path.write_bytes(b"MZ\x90\x00\x03" + bytes(200))


def csv(path: Path) -> None:
    path.write_text("编号,接收时间\n1,2026-11-03\n", encoding="utf-8")


def encrypted(path: Path) -> None:
    path.write_bytes(
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600) + "EncryptedPackage".encode("utf-16-le") + bytes(600)
    )


def old_xls(path: Path) -> None:
    path.write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(1200))


def empty_file(path: Path) -> None:
    path.write_bytes(b"")


def cut_short(path: Path) -> None:
    openpyxl.Workbook().save(path)
    path.write_bytes(path.read_bytes()[:-400])


def no_register(path: Path) -> None:
    book = openpyxl.Workbook()
    book.active["A1"] = "随便写点什么"
    book.save(path)


def empty_register(path: Path) -> None:
    book = openpyxl.Workbook()
    book.active.title = "反馈登记"
    book.active.append(list(REGISTER.headers))
    book.save(path)


def fifty_columns_missing(path: Path) -> None:
    book = openpyxl.Workbook()
    book.active.title = "反馈登记"
    book.active.append(["接收时间"])
    book.active.append(["2026-11-03 09:05"])
    book.save(path)


def missing(path: Path) -> None:
    return None


def folder(path: Path) -> None:
    path.mkdir()


BAD = {
    no_zip: "不是 Excel 工作簿",
    csv: "CSV",
    encrypted: "密码",
    old_xls: ".xls",
    empty_file: "空文件",
    cut_short: "损坏",
    no_register: "找不到“反馈登记”",
    empty_register: "没有任何一行反馈",
    fifty_columns_missing: "缺少 50 列",
    missing: "找不到文件",
    folder: "是文件夹",
}


@pytest.mark.parametrize("command", ["check", "run"])
@pytest.mark.parametrize("make", BAD, ids=lambda make: make.__name__)
def test_bad_input_gets_a_clear_chinese_sentence_and_exit_2(command, make, tmp_path):
    path = tmp_path / "坏.xlsx"
    make(path)
    before = path.read_bytes() if path.is_file() else None
    result = kesu(command, path, *NOW)
    assert result.exit_code == 2, result.output
    assert BAD[make] in result.output
    assert len(re.findall("[\u4e00-\u9fff]", result.output)) > 10 and "Traceback" not in result.output
    if make is not empty_register and before is not None:
        assert path.read_bytes() == before


def test_an_empty_register_is_also_a_finding_for_other_tools(tmp_path):
    path = tmp_path / "空.xlsx"
    empty_register(path)
    result = kesu("check", path, "--json", *NOW)
    assert result.exit_code == 2
    rules = {finding["rule"] for finding in json.loads(result.output)}
    assert "READ-11" in rules and "CHECK-00" not in rules


def test_a_new_empty_workbook_passes_through_run_and_asks_for_a_first_row(tmp_path):
    path = tmp_path / "新.xlsx"
    assert kesu("new", path, *NOW).exit_code == 0
    result = kesu("run", path, *NOW)
    assert result.exit_code == 2 and "没有任何一行反馈" in result.output
    assert kesu("new", path, *NOW).exit_code == 2, "a workbook is never overwritten"


def test_check_lists_findings_as_json_with_the_agreed_keys_and_exit_1(sample):
    before = sample.read_bytes()
    result = kesu("check", sample, "--json", *NOW)
    assert result.exit_code == 1
    findings = json.loads(result.output)
    assert findings and "CHECK-00" not in {finding["rule"] for finding in findings}
    for finding in findings:
        assert set(finding) == {"rule", "severity", "sheet", "cell", "ticket", "message", "hint"}
        assert finding["severity"] in {"error", "warning", "info"}
        assert finding["message"] and finding["hint"]
        if finding["cell"]:
            assert finding["message"].startswith(f"{finding['sheet']}!{finding['cell']} ")
    assert sample.read_bytes() == before, "check is read only"
    assert not sample.with_suffix(".kesu").exists()


def test_check_says_0_when_all_is_well(tmp_path):
    from automation.blank import blank
    from workbook import build
    from workbook.schema import STAFF

    contents = blank()
    contents[REGISTER.sheet] = [
        {
            "接收时间": dt.datetime(2026, 11, 21, 9, 0),
            "接收人": "张伟",
            "反馈渠道": "电话",
            "级别": "一般",
            "客户姓名": "王芳",
            "联系电话": "13800138000",
            "车牌号": "京A12345",
            "内容概要": "空调不凉",
            "编号": "FK20261121-001",
            "编号时间": dt.datetime(2026, 11, 21, 9, 5),
        }
    ]
    roles = ("客户经理", "客户服务中心", "管理部", "主管总经理", "接收人")
    contents[STAFF.sheet] = [
        {"姓名": name, "角色": role, "主次": rank, "邮箱": f"a{role_at}@example.com", "在岗": "是"}
        for role_at, role in enumerate(roles)
        for name, rank in zip(("张伟", "李娜") if role == "接收人" else (f"{role}甲", f"{role}乙"), "主次", strict=True)
    ]
    path = tmp_path / "净.xlsx"
    build.write(path, contents, created=dt.datetime(2026, 11, 21))
    result = kesu("check", path, *NOW)
    assert result.exit_code == 0, result.output
    assert result.output == "✓ 没有发现问题\n"
    assert kesu("check", path, "--json", *NOW).output == "[]\n"


def test_dry_run_says_what_it_would_do_and_touches_nothing(sample):
    before = sample.read_bytes()
    result = kesu("run", sample, "--dry-run", *NOW)
    assert result.exit_code == 0
    assert "只演算" in result.output and "将写" in result.output and "将提醒" in result.output
    assert sample.read_bytes() == before
    assert not sample.with_suffix(".kesu").exists()


def test_a_time_with_an_offset_means_the_same_instant_in_shanghai(sample):
    here = kesu("check", sample, "--json", "--now", "2026-11-21T09:30").output
    assert kesu("check", sample, "--json", "--now", "2026-11-21T01:30+00:00").output == here
    assert kesu("check", sample, "--json", "--now", "2026-11-21T01:30Z").output == here


def test_explain_names_near_numbers_when_there_is_no_such_ticket(sample, tmp_path):
    path = tmp_path / "样例.xlsx"
    path.write_bytes(sample.read_bytes())
    assert kesu("run", path, *NOW).exit_code == 0
    number = CalamineWorkbook.from_path(path).get_sheet_by_name("反馈登记").to_python()[4][0]
    told = kesu("explain", path, number, "--json", *NOW)
    assert told.exit_code == 0 and json.loads(told.output)["ticket"] == number
    stages = json.loads(told.output)["stages"]
    assert [stage["rule"] for stage in stages] == [f"STD-{n:02}" for n in range(1, 11)]
    wrong = kesu("explain", path, number[:-1] + "9", *NOW)
    assert wrong.exit_code == 2 and "没有编号" in wrong.output


def test_explain_says_who_was_told_when(sample, tmp_path):
    path = tmp_path / "样例.xlsx"
    path.write_bytes(sample.read_bytes())
    assert kesu("run", path, *NOW).exit_code == 0
    late = [row for row in CalamineWorkbook.from_path(path).get_sheet_by_name("反馈登记").to_python() if "超时" in row]
    data = json.loads(kesu("explain", path, late[0][0], "--json", *NOW).output)
    told = [alert for stage in data["stages"] for alert in stage["told"] if alert["level"] == "超时"]
    assert told and told[0]["at"] == "2026-11-21T09:30:00" and told[0]["to"]


def with_other_limit(path: Path, rule: str, limit: float) -> None:
    book = openpyxl.load_workbook(path)
    for row in book["规则"].iter_rows():
        if row[0].value == rule:
            row[5].value = limit
    book.save(path)


def test_replay_tells_what_other_rules_would_change_and_changes_nothing(sample, tmp_path):
    other = tmp_path / "新规则.xlsx"
    other.write_bytes(sample.read_bytes())
    with_other_limit(other, "STD-05", 0.5)
    before = sample.read_bytes()
    told = kesu("replay", sample, "--rules", other, *NOW)
    assert told.exit_code == 0 and "STD-05 复核 时限" in told.output and "变为超时" in told.output
    assert "按责任人" in told.output and sample.read_bytes() == before
    assert not (sample.with_suffix(".kesu")).exists()
    data = json.loads(kesu("replay", sample, "--rules", other, "--json", *NOW).output)
    assert data["total"]["to_late"] == len([one for one in data["changed"] if one["turn"] == "变为超时"]) > 0
    book = openpyxl.load_workbook(other)
    for name in set(book.sheetnames) - {"规则"}:
        del book[name]
    book.save(other)  # the rules alone are enough
    assert json.loads(kesu("replay", sample, "--rules", other, "--json", *NOW).output)["changed"] == data["changed"]


def test_replay_without_other_rules_compares_with_the_defaults(sample, tmp_path):
    path = tmp_path / "样例.xlsx"
    path.write_bytes(sample.read_bytes())
    assert "两套规则没有不同" in kesu("replay", path, *NOW).output
    with_other_limit(path, "STD-05", 0.5)
    told = kesu("replay", path, *NOW)
    assert "STD-05 复核 时限" in told.output and "变为按时" in told.output


def test_replay_says_plainly_why_it_cannot_run(sample, tmp_path):
    empty = tmp_path / "空.xlsx"
    openpyxl.Workbook().save(empty)
    told = kesu("replay", sample, "--rules", empty, *NOW)
    assert told.exit_code == 2 and "没有“规则”" in told.output
    assert kesu("replay", sample, "--rules", tmp_path / "没有.xlsx", *NOW).exit_code == 2


def test_a_mistake_in_kesu_toml_is_told_by_its_path(sample, tmp_path):
    config = tmp_path / "kesu.toml"
    config.write_text('[mail]\nhost = "smtp.example.com"\nport = "abc"\npassword = "x"\n', encoding="utf-8")
    result = kesu("run", sample, "--config", config, *NOW)
    assert result.exit_code == 2
    assert "mail.port" in result.output and "mail.password" in result.output and '"x"' not in result.output


def test_a_workbook_that_is_open_somewhere_is_no_failure_of_the_scheduled_run(sample, tmp_path):
    path = tmp_path / "样例.xlsx"
    path.write_bytes(sample.read_bytes())
    lock = path.with_name(f".~lock.{path.name}#")
    lock.write_text(",zhang,pc-7,21.11.2026 09:29,file:///home/zhang/.config;")
    result = kesu("run", path, *NOW)
    assert result.exit_code == 0 and "没有写回" in result.output and "zhang" in result.output
    assert path.read_bytes() == sample.read_bytes()
    lock.unlink()
    assert "写回" in kesu("run", path, *NOW).output and path.read_bytes() != sample.read_bytes()


def test_usage_errors_and_help_are_chinese(sample):
    assert "缺少 工作簿" in kesu("check").output
    assert "没有命令 chekc" in kesu("chekc").output
    wrong = kesu("run", sample, "--now", "明天")
    assert wrong.exit_code == 2 and "不是时间" in wrong.output
    assert "用法" in kesu("run", "--help").output and "Usage" not in kesu("run", "--help").output


def test_a_reader_that_has_seen_enough_is_no_accident(sample):
    import subprocess
    import sys

    code = "from automation.cli import main; main(prog_name='kesu')"
    with subprocess.Popen(
        [sys.executable, "-c", code, "check", str(sample), *NOW], stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as running:
        assert running.stdout is not None and running.stderr is not None
        running.stdout.close()
        told = running.stderr.read().decode()
    assert "意外" not in told and "Broken" not in told, told


def test_the_outbox_of_the_only_workbook_in_the_folder_needs_no_name(sample, tmp_path, monkeypatch):
    path = tmp_path / "样例.xlsx"
    path.write_bytes(sample.read_bytes())
    assert kesu("run", path, *NOW).exit_code == 0
    monkeypatch.chdir(tmp_path)
    listed = kesu("outbox", "list")
    assert listed.exit_code == 0 and "已发" in listed.output
    assert kesu("outbox", "list", path).output == listed.output
    assert "件客诉请您" in kesu("outbox", "show", "1", path).output
    assert kesu("outbox", "retry", "1").exit_code == 2, "a mail that was sent is not sent again"
