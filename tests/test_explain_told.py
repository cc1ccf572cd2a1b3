"""Who was told of a ticket, as `kesu explain` reads it back from the mails."""

from __future__ import annotations

import json
from pathlib import Path

from click.testing import CliRunner

from automation.cli import main
from tests.tables import moment, rows_of
from workbook import build

NOW = ("--now", "2026-11-07T09:30")
BOOK = """
反馈登记
流程     | 接收时间    | 接收人   | 上报时间    | 填单人     | 填单时间    | 客户姓名 | 车牌号   | 内容概要 | 转管理部时间
         | 11-03 09:05 | 接收人甲 | 11-03 09:55 | 客户经理甲 | 11-03 10:20 | 张三     | 京A12345 | 异响     | 11-05 10:00
厂家规范 | 11-06 16:00 | 接收人甲 |             |            |             | 李四     | 京A12346 | 漏油     |

人员
姓名         | 角色         | 主次 | 邮箱          | 在岗
接收人甲     | 接收人       | 主   | a@example.cn  | 是
客户经理甲   | 客户经理     | 主   | b@example.cn  | 是
客户服务甲   | 客户服务中心 | 主   | c@example.cn  | 是
管理甲       | 管理部       | 主   | d@example.cn  | 是
总经理甲     | 主管总经理   | 主   | e@example.cn  | 是
"""


def told(folder: Path, ticket: str, rule: str) -> dict[str, list[str]]:
    """Level → who, of one stage, after a pass."""
    path = folder / "登记.xlsx"
    build.write(path, rows_of(BOOK), created=moment("11-03 12:00"))
    assert CliRunner().invoke(main, ["run", str(path), *NOW]).exit_code == 0
    output = CliRunner().invoke(main, ["explain", str(path), ticket, "--json", *NOW]).output
    (stage,) = (stage for stage in json.loads(output)["stages"] if stage["rule"] == rule)
    return {alert["level"]: alert["to"] for alert in stage["told"]}


def test_who_got_the_graver_line_of_the_same_mail_was_told(tmp_path: Path) -> None:
    """The general manager, above management and last of all, has one line of the two in his mail."""
    assert told(tmp_path, "FK20261103-001", "STD-05") == {
        "超时上报": ["总经理甲"],
        "超时": ["管理甲"],
        "仍未处理": ["总经理甲"],
    }


def test_a_graver_line_to_somebody_of_another_role_tells_nobody_of_this_one(tmp_path: Path) -> None:
    """Nobody is 服务经理, so the line for the role above never went out."""
    found = told(tmp_path, "FK20261106-001", "OEM-01")
    assert found["超时"] == ["客户经理甲"] and found["仍未处理"] == ["总经理甲"]
    assert found.get("超时上报", []) == []
