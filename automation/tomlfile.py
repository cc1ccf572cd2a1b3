"""Changing ``kesu.toml``: single keys of a section, every comment and every other key as it was."""

from __future__ import annotations

import contextlib
import datetime as dt
import os
import shutil
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from workbook.errors import BadConfig

if TYPE_CHECKING:
    from tomlkit import TOMLDocument

Value = str | int | bool | dt.date | None
Section = str | tuple[str, ...]
"""A section by its name, ``""`` is the file's top; one inside another by all their names."""


def change(path: Path, section: Section, values: Mapping[str, Value], now: dt.datetime, note: str = "") -> Path:
    """Set the keys of a section (``None`` removes one), whole or not at all; ``note`` stands behind a new one's name.

    Returns the copy of the file from before.

    A file in an old Windows encoding becomes UTF-8, without which TOML is none. Raises :class:`BadConfig` when it is no
    TOML or a key cannot be set in it without touching others.
    """
    octets = path.read_bytes()
    changed = _changed(octets, _path(section), values, note)
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


def _path(section: Section) -> tuple[str, ...]:
    return section if isinstance(section, tuple) else (section,) if section else ()


def _changed(octets: bytes, section: tuple[str, ...], values: Mapping[str, Value], note: str) -> bytes:
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
        _set(document, section, values, note)
        made = document.as_string()
        after = tomllib.loads(made)
    except (tomllib.TOMLDecodeError, TOMLKitError, TypeError, AttributeError) as error:
        raise BadConfig(f"kesu.toml 写法有误，没有改动它，请先改正（TOML：{error}）") from error
    if after != _with(before, section, values):
        name = ".".join(section)
        raise BadConfig(f"kesu.toml 里 [{name}] 的写法不能自动修改，没有改动它；请把它写成单独的一节")
    return mark + (made.replace("\n", "\r\n") if windows else made).encode()


def _set(document: TOMLDocument, section: tuple[str, ...], values: Mapping[str, Value], note: str) -> None:
    import tomlkit

    table: Any = document
    for depth, name in enumerate(section):
        if name not in table:
            made = tomlkit.table()
            if note and depth == len(section) - 1:
                made.comment(note)
            if depth == 0:
                document.add(tomlkit.nl())
            table.add(name, made)
        table = table[name]
        if not isinstance(table, dict):
            raise TypeError(name)
    for name, value in values.items():
        if value is None:
            table.pop(name, None)
        else:
            table[name] = value


def _with(table: Mapping[str, object], section: tuple[str, ...], values: Mapping[str, Value]) -> Mapping[str, object]:
    if section:
        part = table.get(section[0], {})
        return {**table, section[0]: _with(part if isinstance(part, dict) else {}, section[1:], values)}
    return {name: value for name, value in {**table, **values}.items() if value is not None}
