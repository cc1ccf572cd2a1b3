"""What the operating system answers reaches staff in Chinese; only what nobody has words for keeps its own."""

from __future__ import annotations

import errno
import os
import re
import socket
from pathlib import Path

import pytest

from tests.tables import plain
from workbook import oserrors

EVERYDAY = ("EACCES", "EPERM", "ENOENT", "ENOSPC", "EROFS", "EIO", "EBUSY", "ENAMETOOLONG", "EISDIR", "ECONNREFUSED")
HERE = Path(__file__).parents[2]


@pytest.mark.parametrize("name", EVERYDAY)
def test_everyday_answers_of_the_system_have_words_and_no_english(name: str) -> None:
    number = getattr(errno, name)
    told = oserrors.told(OSError(number, os.strerror(number)))
    assert told and not re.search("[A-Za-z]", told)


@pytest.mark.parametrize(
    ("number", "says"),
    [
        (5, "没有权限"),
        (32, "正被别的程序使用"),
        (33, "正被别的程序使用"),
        (53, "找不到网络路径"),
        (64, "网络断开"),
        (67, "共享名"),
    ],
)
def test_windows_has_numbers_of_its_own(number: int, says: str) -> None:
    error = OSError(errno.EINVAL, "The process cannot access the file")
    error.winerror = number  # type: ignore[attr-defined]
    assert says in plain(oserrors.told(error)) and "process" not in oserrors.told(error)


def test_a_server_that_is_not_found_and_one_that_is_silent_have_words() -> None:
    assert oserrors.told(socket.gaierror(-2, "Name or service not known")) == "找不到这台服务器，请检查网络和地址"
    assert "没有回应" in oserrors.told(TimeoutError("timed out"))


def test_what_nobody_has_words_for_keeps_the_system_s_own_in_brackets() -> None:
    assert plain(oserrors.told(OSError(errno.EDEADLK, "Resource deadlock avoided"))) == (
        "原因不明(Resource deadlock avoided)"
    )
    assert plain(oserrors.told(OSError("odd"))) == "原因不明(odd)"


def test_no_sentence_for_staff_takes_the_system_s_words_itself() -> None:
    files = [*HERE.glob("automation/**/*.py"), *HERE.glob("workbook/**/*.py")]
    assert [file.name for file in files if "strerror" in file.read_text(encoding="utf-8")] == ["oserrors.py"]
