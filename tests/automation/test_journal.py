import datetime as dt
import sqlite3
import threading
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from automation.journal import Journal, JournalUnusable, NumberTaken
from automation.mail import Message
from automation.past import Issued, Past

NOW = dt.datetime(2026, 11, 21, 9, 30)
LATER = NOW + dt.timedelta(minutes=5)


def number(count: int, **changes: Any) -> Issued:
    made = Issued(f"FK20261121-{count:03}", f"print {count}", NOW - dt.timedelta(hours=1), 11 + count, NOW)
    return replace(made, **changes)


def mail(key: str = "alert|zhang", kind: str = "alert", raw: bytes = b"raw\r\n") -> Message:
    return Message(key, kind, ("zhang@example.com",), "【客诉提醒】", raw, f"<{key}@example.com>")


def test_a_new_journal_remembers_nothing(tmp_path: Path) -> None:
    with Journal.open(tmp_path / "状态 夹#1%20" / "journal.sqlite3") as journal:
        assert journal.past() == Past()
        assert journal.last_pass() is None
        assert journal.entries() == ()


def test_what_was_committed_is_there_after_the_next_start(tmp_path: Path) -> None:
    path = tmp_path / "journal.sqlite3"
    with Journal.open(path) as journal:
        journal.commit(
            now=NOW,
            issued=[number(1), number(2)],
            messages=[mail()],
            told=["t1"],
            occurrences=[("weekly", "2026-W47")],
            findings={"f1": NOW},
        )
        journal.mark_written(["FK20261121-001"])
        journal.record_pass(NOW, "abc", edits=3, findings=1, outcome="已写回")
    with Journal.open(path) as journal:
        past = journal.past()
        assert past.issued == (number(1, written=True), number(2))
        assert past.told == {"t1"} and past.told_at == {"t1": NOW}
        assert past.occurrences == {("weekly", "2026-W47")}
        assert past.first_seen == {"f1": NOW}
        last = journal.last_pass()
        assert last is not None and (last.at, last.edits, last.outcome) == (NOW, 3, "已写回")
        (entry,) = journal.entries()
        assert (entry.key, entry.state, entry.queued_at, entry.recipients) == (
            "alert|zhang",
            "queued",
            NOW,
            ("zhang@example.com",),
        )


def test_a_number_is_never_given_to_a_second_row_and_nothing_of_that_commit_stands(tmp_path: Path) -> None:
    with Journal.open(tmp_path / "j") as journal:
        journal.commit(now=NOW, issued=[number(1)])
        with pytest.raises(NumberTaken, match="FK20261121-001"):
            journal.commit(
                now=LATER,
                issued=[number(2), number(1, fingerprint="another row")],
                messages=[mail()],
                told=["t1"],
                findings={"f1": NOW},
            )
        assert journal.past() == Past(issued=(number(1),))
        assert journal.entries() == ()


def test_a_row_that_moved_keeps_its_number(tmp_path: Path) -> None:
    with Journal.open(tmp_path / "j") as journal:
        journal.commit(now=NOW, issued=[number(1)])
        journal.mark_written(["FK20261121-001"])
        journal.commit(now=LATER, issued=[number(1, row=99, at=LATER)])
        assert journal.past().issued == (number(1, row=99, written=True),)


def test_a_message_queued_again_keeps_its_first_bytes(tmp_path: Path) -> None:
    with Journal.open(tmp_path / "j") as journal:
        journal.commit(now=NOW, messages=[mail(raw=b"first")])
        journal.commit(now=LATER, messages=[mail(raw=b"second"), mail("other")])
        assert [entry.key for entry in journal.entries()] == ["alert|zhang", "other"]
        assert journal.raw("alert|zhang") == b"first"
        assert journal.raw("nobody") is None


def test_findings_that_vanished_are_forgotten_and_those_that_stay_keep_their_day(tmp_path: Path) -> None:
    with Journal.open(tmp_path / "j") as journal:
        journal.commit(now=NOW, findings={"stays": NOW, "vanishes": NOW})
        journal.commit(now=LATER, findings={"stays": NOW, "comes": LATER})
        assert journal.past().first_seen == {"stays": NOW, "comes": LATER}
        journal.commit(now=LATER, told=["t"])
        assert journal.past().first_seen == {"stays": NOW, "comes": LATER}


def test_looking_at_a_journal_that_is_not_there_makes_none(tmp_path: Path) -> None:
    path = tmp_path / "客诉.kesu" / "journal.sqlite3"
    with Journal.peek(path) as journal:
        assert journal.past() == Past()
        assert journal.due(NOW) == ()
    assert list(tmp_path.iterdir()) == []


def test_looking_changes_no_byte_and_cannot_write(tmp_path: Path) -> None:
    path = tmp_path / "状态 夹#1%20" / "journal.sqlite3"
    with Journal.open(path) as journal:
        journal.commit(now=NOW, told=["t1"])
    before = path.read_bytes()
    with Journal.peek(path) as journal:
        assert journal.past().told == {"t1"}
        with pytest.raises(JournalUnusable):
            journal.commit(now=NOW, told=["t2"])
    assert path.read_bytes() == before
    assert [file.name for file in path.parent.iterdir()] == ["journal.sqlite3"]


def test_looking_at_a_file_of_an_older_version_works_without_touching_it(tmp_path: Path) -> None:
    path = tmp_path / "journal.sqlite3"
    path.write_bytes(b"")  # version 0
    with Journal.peek(path) as journal:
        assert journal.past() == Past()
    assert path.read_bytes() == b""


def test_a_journal_of_a_newer_kesu_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "j"
    database = sqlite3.connect(path)
    database.execute("PRAGMA user_version = 999")
    database.close()
    for reach in (Journal.open, Journal.peek):
        with pytest.raises(JournalUnusable, match="更新版本"):
            reach(path)


def test_a_damaged_journal_is_told_in_a_sentence(tmp_path: Path) -> None:
    path = tmp_path / "journal.sqlite3"
    path.write_bytes(b"this is no database, whatever its name says " * 100)
    for reach in (Journal.open, Journal.peek):
        with pytest.raises(JournalUnusable, match="已损坏"):
            reach(path)


def test_a_folder_that_cannot_be_made_is_told_in_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(JournalUnusable, match="建不了"):
        Journal.open(tmp_path / "file" / "journal.sqlite3")


def test_two_passes_at_once_queue_every_message_once_and_give_every_number_once(tmp_path: Path) -> None:
    path = tmp_path / "j"
    Journal.open(path).close()
    trouble: list[Exception] = []

    def work(who: str) -> None:
        try:
            with Journal.open(path) as journal:
                for count in range(30):
                    journal.commit(now=NOW, issued=[number(count)], messages=[mail(f"m{count}", raw=who.encode())])
        except Exception as error:  # noqa: BLE001  (told by the main thread)
            trouble.append(error)

    threads = [threading.Thread(target=work, args=(who,)) for who in ("a", "b", "c")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert trouble == []
    with Journal.open(path) as journal:
        assert sorted(entry.key for entry in journal.entries()) == sorted(f"m{count}" for count in range(30))
        assert len(journal.past().issued) == 30


def test_only_one_process_may_start_a_message(tmp_path: Path) -> None:
    with Journal.open(tmp_path / "j") as one, Journal.open(tmp_path / "j") as other:
        one.commit(now=NOW, messages=[mail()])
        assert one.due(NOW) == other.due(NOW)
        assert one.start("alert|zhang", NOW)
        assert not other.start("alert|zhang", NOW)
        assert other.due(NOW) == ()
