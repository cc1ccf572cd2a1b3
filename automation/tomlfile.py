"""Changing ``kesu.toml``: single keys of a section, every comment and every other key as it was."""

from __future__ import annotations

import contextlib
import datetime as dt
import os
import shutil
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from workbook.errors import BadConfig

if TYPE_CHECKING:
    from tomlkit import TOMLDocument

Value = str | int | bool | None


def change(path: Path, section: str, values: Mapping[str, Value], now: dt.datetime) -> Path:
    """Set the keys of a section (``None`` removes one; the section "" is the file's top), whole or not at all.

    Returns the copy of the file from before.

    A file in an old Windows encoding becomes UTF-8, without which TOML is none. Raises :class:`BadConfig` when it is no
    TOML or a key cannot be set in it without touching others.
    """
    octets = path.read_bytes()
    changed = _changed(octets, section, values)
    backup = path.with_name(f"{path.name}.{now:%Y%m%d-%H%M%S}.bak")
    shutil.copy2(path, backup)
    replace(path, changed)
    return backup


def replace(path: Path, octets: bytes) -> None:
    """The file with these bytes; its mode stays."""
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        part.write_bytes(octets)
        if path.exists():
            shutil.copymode(path, part)
        os.replace(part, path)  # noqa: PTH105  (its atomic replace is the point)
    finally:
        with contextlib.suppress(OSError):
            part.unlink(missing_ok=True)


def _changed(octets: bytes, section: str, values: Mapping[str, Value]) -> bytes:
    import tomlkit
    from tomlkit.exceptions import TOMLKitError

    mark = b"\xef\xbb\xbf" if octets.startswith(b"\xef\xbb\xbf") else b""
    try:
        text = octets.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = octets.decode("gb18030", errors="replace")
    windows = "\r\n" in text
    text = text.replace("\r\n", "\n")
    try:
        before = tomllib.loads(text)
        document = tomlkit.parse(text)
        _set(document, section, values)
        made = document.as_string()
        after = tomllib.loads(made)
    except (tomllib.TOMLDecodeError, TOMLKitError, TypeError, AttributeError) as error:
        raise BadConfig(f"kesu.toml 写法有误，没有改动它，请先改正（TOML：{error}）") from error
    if after != _with(before, section, values):
        raise BadConfig(f"kesu.toml 里 [{section}] 的写法不能自动修改，没有改动它；请把它写成单独的一节")
    return mark + (made.replace("\n", "\r\n") if windows else made).encode()


def _set(document: TOMLDocument, section: str, values: Mapping[str, Value]) -> None:
    import tomlkit

    if section and section not in document:
        document.add(tomlkit.nl())
        document.add(section, tomlkit.table())
    table = document[section] if section else document
    if not isinstance(table, dict):
        raise TypeError(section)
    for name, value in values.items():
        if value is None:
            table.pop(name, None)
        else:
            table[name] = value


def _part(table: Mapping[str, object], section: str) -> Mapping[str, object]:
    part = table.get(section, {}) if section else table
    return part if isinstance(part, dict) else {}


def _with(table: Mapping[str, object], section: str, values: Mapping[str, Value]) -> Mapping[str, object]:
    part = {name: value for name, value in {**_part(table, section), **values}.items() if value is not None}
    return {**table, section: part} if section else part
