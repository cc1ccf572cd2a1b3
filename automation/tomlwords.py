"""What Python's reader of TOML complains about, in Chinese, with its place."""

from __future__ import annotations

import re
import tomllib

_WORDS = (
    ("Unescaped '\\'", "引号里的反斜杠要写两个，或者改用单引号"),
    ("Expected '=' after a key", "名称后面要有等号；中文的“＝”不行"),
    ("Invalid initial character for a key", "名称写得不对；每一行写成 名称 = 值"),
    ("Invalid statement", "这一行不是 名称 = 值；文字和引号要用英文的"),
    ("Unterminated string", "少了右边的引号"),
    ("Expected newline or end of document", "一行只能写一项；值的后面多了东西，或者引号没有成对"),
    ("Illegal character", "有不能用的字符；引号里不能换行"),
    ("Unclosed array", "方括号没有写完"),
    ("Unclosed inline table", "花括号没有写完"),
    ("Expected ']'", "少了右边的方括号"),
    ("Cannot overwrite a value", "同一项写了两次"),
    ("twice", "同一节写了两次，请合在一起"),
    ("Duplicate", "同一项写了两次"),
    ("Cannot mutate", "同一节写了两次，请合在一起"),
    ("Invalid value", "等号后面的值写得不对；文字要放在英文引号里，是否写 true 或 false"),
    ("Invalid character", "有不能用的字符"),
    ("Invalid hex", "引号里的反斜杠要写两个，或者改用单引号"),
    ("Found invalid character", "有不能用的字符；引号要用英文的"),
    ("Reserved escape", "引号里的反斜杠要写两个，或者改用单引号"),
)
"""What Python's reader says, and what that is in Chinese."""


def told(error: tomllib.TOMLDecodeError) -> tuple[str, str]:
    """Where it is, and what is wrong there."""
    line = re.search(r"line (\d+), column (\d+)", str(error))
    where = f"第 {line[1]} 行第 {line[2]} 列" if line else "末尾"
    return where, next((words for sign, words in _WORDS if sign in str(error)), "这里看不懂")
