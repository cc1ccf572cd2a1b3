"""``kesu mail templates``: ours, to be edited, and never over what somebody has edited."""

from __future__ import annotations

from pathlib import Path

from click.testing import CliRunner

from automation.cli import main
from automation.stationery import Stationery
from tests.tables import plain


def copied(folder: Path) -> str:
    result = CliRunner().invoke(main, ["mail", "templates", str(folder)])
    assert result.exit_code == 0, result.output
    return plain(result.output)


def test_our_templates_are_copied_and_can_be_used_as_they_are(tmp_path):
    folder = tmp_path / "邮件模板"
    told = copied(folder)
    assert {"digest.html.j2", "digest.txt.j2", "base.html.j2"} <= {path.name for path in folder.iterdir()}
    assert f"复制了 {len(list(folder.iterdir()))} 个模板" in told and "templates = " in told
    assert Stationery(folder).findings == ()


def test_what_was_edited_stays_and_what_was_taken_away_comes_back(tmp_path):
    copied(tmp_path)
    (tmp_path / "digest.txt.j2").write_text("{{ person }}，请看", encoding="utf-8")
    (tmp_path / "base.html.j2").unlink()
    count = len(list(tmp_path.iterdir()))
    assert f"复制了 1 个模板到 {plain(str(tmp_path))};已有的 {count} 个没有动" in copied(tmp_path)
    assert (tmp_path / "digest.txt.j2").read_text(encoding="utf-8") == "{{ person }}，请看"
