"""The line at the foot of the managers' mails: all is well, or what is not, and which mail must come next."""

from __future__ import annotations

import datetime as dt
import email
from email import policy
from pathlib import Path

from automation import cycle, settings
from automation.journal import Journal
from automation.mail import Message
from automation.sample import dealership
from tests.tables import plain
from workbook import build

NOW = dt.datetime(2026, 11, 21, 9, 30)


def mails(folder: Path) -> dict[str, list[str]]:
    """Text and page of each mail, by the name of its reader."""
    found = {}
    for path in folder.glob("*.eml"):
        mail = email.message_from_bytes(path.read_bytes(), policy=policy.default)
        bodies = [mail.get_body((kind,)) for kind in ("plain", "html")]
        found[path.name.split("_")[1]] = [plain(body.get_content()) for body in bodies if body]
    return found


def test_managers_are_told_at_the_foot_that_all_is_well_and_what_comes_next_and_others_are_not(tmp_path):
    build.write(tmp_path / "登记.xlsx", dealership(60, 11, NOW).contents, created=NOW)
    found = settings.load(None, workbook=tmp_path / "登记.xlsx")[0]
    cycle.run(found, NOW)
    told = mails(found.outbox)
    gm, others = (
        told["顾明远"],
        [words for name, words in told.items() if name in ("方致远", "罗静怡", "蒋立群", "韩予安")],
    )
    assert all("kesu:一切正常。下一份周报 11-24 08:00 发出" in words for words in gm)
    assert gm[0].rstrip().endswith("到时没有收到就是出了故障。")
    assert others and not any("kesu:" in words for pair in others for words in pair)


def test_mail_that_was_lost_is_counted_there(tmp_path):
    build.write(tmp_path / "登记.xlsx", dealership(60, 11, NOW).contents, created=NOW)
    found = settings.load(None, workbook=tmp_path / "登记.xlsx")[0]
    with Journal.open(found.journal) as journal:
        yesterday = NOW - dt.timedelta(days=1)
        journal.commit(now=yesterday, messages=[Message("k", "report", ("a@b.cn",), "周报", b"x", "<k@b>")])
        assert journal.start("k", yesterday)
        journal.settle("k", "failed", yesterday, note="550")
    cycle.run(found, NOW)
    assert all("kesu:有 1 封邮件没有发出,请让维护人员" in words for words in mails(found.outbox)["顾明远"])
