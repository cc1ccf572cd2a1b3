"""The zip container: read as records, written back with every unchanged record copied byte for byte."""

from __future__ import annotations

import struct
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import pairwise

from workbook import unfit
from workbook.errors import CannotPatch
from workbook.package import deflate
from workbook.package.deflate import Piece

_CENTRAL = struct.Struct("<4s6H3L5H2L")
_LOCAL = struct.Struct("<4s5H3L2H")
_END = struct.Struct("<4s4H2LH")
_FULL16 = 0xFFFF
_FULL32 = 0xFFFFFFFF
_ENCRYPTED = 0x0001
_DESCRIPTOR = 0x0008
_UTF8 = 0x0800

PART_LIMIT = 1 << 30
"""No part of a workbook people type into unpacks to more than 1 GiB."""
_BOMB_SIZE = 16 << 20
_BOMB_RATIO = 250
"""Sheets of nothing but empty styled cells reach about 60:1; deflate's own ceiling is 1032:1."""


@dataclass(frozen=True, slots=True)
class Member:
    """One zip entry. ``name`` has forward slashes; ``offset``…``end`` spans everything stored for it, gaps included."""

    name: str
    record: bytes
    offset: int
    start: int
    end: int
    method: int
    crc: int
    packed: int
    size: int


@dataclass(frozen=True, slots=True)
class Archive:
    """A zip file in memory: ``members`` in the order of the central directory."""

    data: bytes
    members: tuple[Member, ...]
    directory: int
    directory_end: int
    end_record: int

    def read(self, member: Member) -> bytes:
        """The unpacked bytes; raises NotAWorkbook when they do not match the size and checksum the zip states."""
        body = memoryview(self.data)[member.start : member.start + member.packed]
        try:
            plain = bytes(body) if member.method == 0 else deflate.inflate(body, member.size)
        except (ValueError, deflate.BadStream) as error:
            raise unfit.damaged(f"压缩包中的“{member.name}”解不开") from error
        if len(plain) != member.size or deflate.crc32(plain) != member.crc:
            raise unfit.damaged(f"压缩包中的“{member.name}”校验不符")
        return plain

    def rewrite(
        self,
        changed: Mapping[str, Iterable[Piece]],
        removed: frozenset[str] = frozenset(),
        added: Mapping[str, bytes] | None = None,
    ) -> bytes:
        """The whole file again: ``changed`` (by member name, content in pieces) packed anew, ``removed`` left out.

        ``added``: new members behind all others, by name and content, dated as the first one is.
        """
        view = memoryview(self.data)
        ordered = sorted(self.members, key=lambda member: member.offset)
        out: list[Piece] = [view[: ordered[0].offset]]
        position = ordered[0].offset
        records: dict[str, bytes] = {}
        for member in ordered:
            if member.name in removed:
                continue
            if member.name in changed:
                block, records[member.name] = _pack(view, member, changed[member.name], position)
            else:
                block = [view[member.offset : member.end]]
                records[member.name] = _moved(member.record, position)
            out.extend(block)
            position += sum(len(piece) for piece in block)
        directory = b"".join(records[member.name] for member in self.members if member.name in records)
        for name, content in (added or {}).items():
            block, record = _new_member(name, content, ordered[0].record, position)
            out.extend(block)
            position += sum(len(piece) for piece in block)
            records[name] = record
            directory += record
        out += [directory, self._tail(position, len(directory), len(records))]
        return b"".join(out)

    def _tail(self, offset: int, size: int, count: int) -> bytes:
        """Everything after the central directory, its counters and offsets set anew; sentinels of Zip64 stay."""
        tail = bytearray(self.data[self.directory_end :])
        end = self.end_record - self.directory_end
        if self.data[self.end_record - 20 : self.end_record - 16] == b"PK\6\7":
            record = struct.unpack_from("<Q", self.data, self.end_record - 12)[0] - self.directory_end
            struct.pack_into("<QQQQ", tail, record + 24, count, count, size, offset)
            struct.pack_into("<Q", tail, end - 12, record + offset + size)
        old = _END.unpack_from(tail, end)
        here, total = (value if value == _FULL16 else count for value in old[3:5])
        sizes = [value if value == _FULL32 else new for value, new in zip(old[5:7], (size, offset), strict=True)]
        if max(sizes) > _FULL32 or max(here, total) > _FULL16:
            raise CannotPatch("文件超过 4 GB，不能写回；请把旧数据归档到另一个文件。")
        _END.pack_into(tail, end, *old[:3], here, total, *sizes, old[7])
        return bytes(tail)


def _pack(view: memoryview, member: Member, pieces: Iterable[Piece], position: int) -> tuple[list[Piece], bytes]:
    packed, crc, size = deflate.pack(pieces, stored=member.method == 0)
    length = sum(len(piece) for piece in packed)
    if max(size, length, position) >= _FULL32:
        raise CannotPatch("文件超过 4 GB，不能写回；请把旧数据归档到另一个文件。")
    local = list(_LOCAL.unpack_from(view, member.offset))
    name_end = member.offset + _LOCAL.size + local[9]
    extra = _without_zip64(bytes(view[name_end : name_end + local[10]]))
    local[2] &= ~_DESCRIPTOR  # the sizes are known before the body now
    local[6:9], local[10] = (crc, length, size), len(extra)
    header = _LOCAL.pack(*local) + bytes(view[member.offset + _LOCAL.size : name_end]) + extra

    central = list(_CENTRAL.unpack_from(member.record))
    name_end = _CENTRAL.size + central[10]
    extra = _without_zip64(member.record[name_end : name_end + central[11]])
    rest = member.record[name_end + central[11] :]
    central[3] &= ~_DESCRIPTOR
    central[7:10], central[11], central[16] = (crc, length, size), len(extra), position
    return [header, *packed], _CENTRAL.pack(*central) + member.record[_CENTRAL.size : name_end] + extra + rest


def _new_member(name: str, content: bytes, like: bytes, position: int) -> tuple[list[Piece], bytes]:
    """A member that the file did not have; its date is that of the central record ``like``."""
    packed, crc, size = deflate.pack([content], stored=False)
    length = sum(len(piece) for piece in packed)
    if max(size, length, position) >= _FULL32:
        raise CannotPatch("文件超过 4 GB，不能写回；请把旧数据归档到另一个文件。")
    spelled, (time, date) = name.encode("utf-8"), _CENTRAL.unpack_from(like)[5:7]
    flags = 0 if name.isascii() else _UTF8
    header = _LOCAL.pack(b"PK\3\4", 20, flags, 8, time, date, crc, length, size, len(spelled), 0) + spelled
    record = _CENTRAL.pack(
        b"PK\1\2", 20, 20, flags, 8, time, date, crc, length, size, len(spelled), 0, 0, 0, 0, 0, position
    )
    return [header, *packed], record + spelled


def _moved(record: bytes, position: int) -> bytes:
    """The central record with its local header's new place; in Zip64 records the place stands in the extra field."""
    moved = bytearray(record)
    fields = _CENTRAL.unpack_from(record)
    if fields[16] != _FULL32:
        if position >= _FULL32:
            raise CannotPatch("文件超过 4 GB，不能写回；请把旧数据归档到另一个文件。")
        struct.pack_into("<L", moved, 42, position)
        return bytes(moved)
    for kind, start, _ in _extras(record, _CENTRAL.size + fields[10], fields[11]):
        if kind == 1:
            struct.pack_into("<Q", moved, start + 8 * sum(value == _FULL32 for value in fields[8:10]), position)
    return bytes(moved)


def _extras(data: bytes, start: int, length: int) -> list[tuple[int, int, int]]:
    """The extra fields as ``(id, start of content, length)``; a broken tail ends the list."""
    found = []
    end = start + length
    while start + 4 <= end:
        kind, size = struct.unpack_from("<HH", data, start)
        if start + 4 + size > end:
            break
        found.append((kind, start + 4, size))
        start += 4 + size
    return found


def _without_zip64(extra: bytes) -> bytes:
    for kind, start, size in _extras(extra, 0, len(extra)):
        if kind == 1:
            return extra[: start - 4] + extra[start + size :]
    return extra


def open_archive(data: bytes) -> Archive:
    """Read the directory of a zip file and refuse what cannot be copied safely.

    Raises NotAWorkbook (no zip, cut short) or CannotPatch (encrypted entries, odd compression, colliding names, bomb).
    """
    end = _end_record(data)
    _, disk, _, _, count, size, start, _ = _END.unpack_from(data, end)
    limit = end
    if data[end - 20 : end - 16] == b"PK\6\7" and end >= 20:
        limit = struct.unpack_from("<Q", data, end - 12)[0]
        if limit + 56 > end - 20 or data[limit : limit + 4] != b"PK\6\6":
            raise unfit.damaged("压缩包目录对不上")
        count, size, start = struct.unpack_from("<QQQ", data, limit + 32)
    if disk not in (0, _FULL16):
        raise unfit.not_excel("分卷压缩包")
    if start + size > limit:
        raise unfit.damaged("压缩包目录对不上")
    members = _members(data, start, start + size, count)
    _check(members)
    return Archive(data, members, start, start + size, end)


def _end_record(data: bytes) -> int:
    """Where the end record stands: the last one whose comment fits, for a comment may hold the signature too."""
    place = len(data)
    while (place := data.rfind(b"PK\5\6", max(0, len(data) - _END.size - _FULL16), place)) >= 0:
        if place + _END.size <= len(data):
            fields = _END.unpack_from(data, place)
            if place + _END.size + fields[7] <= len(data) and (fields[6] == _FULL32 or fields[5] + fields[6] <= place):
                return place
    raise unfit.damaged("压缩包没有结尾")


def _members(data: bytes, place: int, end: int, count: int) -> tuple[Member, ...]:
    rows: list[tuple[str, bytes, int, int, int, int, int, int]] = []
    directory = place
    while place < end:
        if place + _CENTRAL.size > end or data[place : place + 4] != b"PK\1\2":
            raise unfit.damaged("压缩包目录断了")
        fields = _CENTRAL.unpack_from(data, place)
        length = _CENTRAL.size + fields[10] + fields[11] + fields[12]
        record = data[place : place + length]
        place += length
        if fields[3] & _ENCRYPTED:
            raise CannotPatch("文件里有加密的内容，不能写入；请去掉密码后再用。")
        size, packed, offset = _sizes(record, fields)
        if offset + _LOCAL.size > directory or data[offset : offset + 4] != b"PK\3\4":
            raise unfit.damaged("压缩包目录对不上")
        name = record[_CENTRAL.size : _CENTRAL.size + fields[10]].decode(
            "utf-8" if fields[3] & _UTF8 else "cp437", "replace"
        )
        rows.append(
            (name.replace("\\", "/").lstrip("/"), record, offset, fields[4], fields[7], packed, size, fields[3])
        )
    if len(rows) != count or not rows:
        raise unfit.damaged("压缩包目录对不上")
    starts = [*sorted(row[2] for row in rows), directory]
    following = dict(pairwise(starts))
    members = []
    for name, record, offset, method, crc, packed, size, _ in rows:
        local = _LOCAL.unpack_from(data, offset)
        start = offset + _LOCAL.size + local[9] + local[10]
        if start + packed > following[offset]:
            raise unfit.damaged("压缩包内容重叠")
        members.append(Member(name, record, offset, start, following[offset], method, crc, packed, size))
    return tuple(members)


def _sizes(record: bytes, fields: tuple[int, ...]) -> tuple[int, int, int]:
    """Unpacked size, packed size and local offset, from the Zip64 extra field where the record says so."""
    values = [fields[9], fields[8], fields[16]]
    if _FULL32 in values:
        for kind, start, length in _extras(record, _CENTRAL.size + fields[10], fields[11]):
            if kind == 1:
                wide = list(struct.unpack_from(f"<{length // 8}Q", record, start))
                values = [wide.pop(0) if value == _FULL32 and wide else value for value in values]
    return values[0], values[1], values[2]


def _check(members: tuple[Member, ...]) -> None:
    seen: set[str] = set()
    for member in members:
        folded = member.name.casefold()
        if folded in seen:
            raise CannotPatch(f"文件里有两个同名的部分“{member.name}”，不知道哪个是真的；请用 Excel 打开后另存一份。")
        seen.add(folded)
        if member.method not in (0, 8):
            raise CannotPatch(f"文件用了少见的压缩方式（“{member.name}”）；请用 Excel 打开后另存一份。")
        if member.size > PART_LIMIT or (member.size > _BOMB_SIZE and member.size > _BOMB_RATIO * max(member.packed, 1)):
            raise CannotPatch(
                f"文件里的“{member.name}”解压后大得不正常（{member.size >> 20} MB），像是恶意文件，没有打开。"
            )
