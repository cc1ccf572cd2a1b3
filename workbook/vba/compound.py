"""Compound files, [MS-CFB] version 3: the container that a VBA project stands in, read as a tree and written anew."""

from __future__ import annotations

import struct
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TypeAlias, Union

Tree: TypeAlias = Mapping[str, Union[bytes, "Tree"]]
"""Names → contents of a stream, or a storage's own tree."""

_MAGIC = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_SECTOR, _SMALL_SECTOR, _SMALL_LIMIT, _ENTRY = 512, 64, 4096, 128
_FREE, _END, _FAT = 0xFFFFFFFF, 0xFFFFFFFE, 0xFFFFFFFD
_STORAGE, _STREAM, _ROOT = 1, 2, 5
_SECTOR_SHIFTS = ((9, 6), (12, 6))
"""Powers of two: sectors of 512 bytes, or of 4,096 in version 4, and small ones of 64."""
_FAT_SECTORS = 109
"""As many sectors of the allocation table have their place in the header: 7 MB, more than any project we write."""


class BadContainer(ValueError):
    """Bytes that are no compound file, or one that holds what we would not write as it was."""


def _pack(form: str, *values: int) -> bytes:
    return struct.pack("<" + form, *values)


# --- Writing ----------------------------------------------------------------------------------------------------------


@dataclass
class _Entry:
    name: str
    kind: int
    data: bytes = b""
    children: list[int] = field(default_factory=list)
    left: int = _FREE
    right: int = _FREE
    child: int = _FREE
    black: bool = True
    start: int = _END
    size: int = 0

    def record(self) -> bytes:
        name = (self.name + "\0").encode("utf-16-le")
        if len(name) > 64:
            raise BadContainer(f"a name of more than 31 signs: {self.name}")
        head = name.ljust(64, b"\0") + _pack("HBB", len(name), self.kind, int(self.black))
        return head + _pack("III", self.left, self.right, self.child) + bytes(36) + _pack("IQ", self.start, self.size)


def write(tree: Tree) -> bytes:
    """A compound file that holds the tree. Raises :class:`BadContainer` when it would be too large."""
    entries = [_Entry("Root Entry", _ROOT)]
    _flatten(tree, 0, entries)
    for entry in entries:
        ordered = sorted(entry.children, key=lambda place: (len(entries[place].name), entries[place].name.upper()))
        entry.child = _balanced(entries, ordered, 0, (len(ordered) + 1).bit_length() - 1)
    sectors, small = _Sectors(), bytearray()
    small_fat: list[int] = []
    for entry in entries[1:]:
        entry.size = len(entry.data)
        if entry.kind != _STREAM or not entry.data:
            entry.start = 0 if entry.kind == _STORAGE else _END
        elif entry.size < _SMALL_LIMIT:
            entry.start = len(small_fat)
            count = -(-entry.size // _SMALL_SECTOR)
            small_fat += [*range(entry.start + 1, entry.start + count), _END]
            small += entry.data.ljust(count * _SMALL_SECTOR, b"\0")
        else:
            entry.start = sectors.add(entry.data)
    entries[0].start, entries[0].size = sectors.add(bytes(small)), len(small)
    small_sectors = -(-len(small_fat) // (_SECTOR // 4))
    small_start = sectors.add(sectors.table(small_fat))
    directory = b"".join(entry.record() for entry in entries)
    empty = bytes(68) + _pack("III", _FREE, _FREE, _FREE) + bytes(48)
    first = sectors.add(directory + empty * (-len(entries) % (_SECTOR // _ENTRY)))
    return sectors.finish(first, small_start, small_sectors)


def _flatten(tree: Tree, parent: int, entries: list[_Entry]) -> None:
    for name, content in tree.items():
        place = len(entries)
        entries[parent].children.append(place)
        if isinstance(content, bytes):
            entries.append(_Entry(name, _STREAM, content))
        else:
            entries.append(_Entry(name, _STORAGE))
            _flatten(content, place, entries)


def _balanced(entries: list[_Entry], ordered: list[int], depth: int, full: int) -> int:
    """Make a red-black tree of siblings: all levels black but the last one, where it is not complete."""
    if not ordered:
        return _FREE
    middle = len(ordered) // 2
    root = entries[ordered[middle]]
    root.left = _balanced(entries, ordered[:middle], depth + 1, full)
    root.right = _balanced(entries, ordered[middle + 1 :], depth + 1, full)
    root.black = depth < full
    return ordered[middle]


class _Sectors:
    """The file's sectors and their allocation table, growing."""

    def __init__(self) -> None:
        self._body, self._fat = bytearray(), list[int]()

    def add(self, data: bytes) -> int:
        """Put data into sectors of its own; the first one's number, or the end mark for nothing."""
        if not data:
            return _END
        first = len(self._fat)
        count = -(-len(data) // _SECTOR)
        self._fat += [*range(first + 1, first + count), _END]
        self._body += data.ljust(count * _SECTOR, b"\0")
        return first

    @staticmethod
    def table(chain: list[int]) -> bytes:
        """An allocation table as whole sectors."""
        return b"".join(_pack("I", value) for value in chain + [_FREE] * (-len(chain) % (_SECTOR // 4)))

    def finish(self, directory: int, small_start: int, small_sectors: int) -> bytes:
        count, first = 1, len(self._fat)
        while count * (_SECTOR // 4) < first + count:
            count += 1
        if count > _FAT_SECTORS:
            raise BadContainer("too large")
        head = _MAGIC + bytes(16) + _pack("HHHHH", 0x3E, 3, 0xFFFE, 9, 6) + bytes(6)
        head += _pack("IIIIII", 0, count, directory, 0, _SMALL_LIMIT, small_start)
        head += _pack("III", small_sectors, _END, 0)
        places = [*range(first, first + count)] + [_FREE] * (_FAT_SECTORS - count)
        head += b"".join(_pack("I", place) for place in places)
        return head + bytes(self._body) + self.table(self._fat + [_FAT] * count)


# --- Reading ----------------------------------------------------------------------------------------------------------


def read(data: bytes) -> dict[str, bytes | Tree]:
    """The tree of a compound file. Raises :class:`BadContainer`, also for a class id, which we would not keep."""
    try:
        return _Reader(data).tree()
    except (struct.error, IndexError, UnicodeDecodeError, RecursionError) as error:
        raise BadContainer("damaged") from error


class _Reader:
    def __init__(self, data: bytes) -> None:
        if not data.startswith(_MAGIC):
            raise BadContainer("no compound file")
        self._data = data
        sizes = struct.unpack_from("<HH", data, 30)
        if sizes not in _SECTOR_SHIFTS:
            raise BadContainer("sectors of a size that the format does not know")
        self._sector, self._small_sector = 1 << sizes[0], 1 << sizes[1]
        fat_count, directory = struct.unpack_from("<II", data, 44)
        if fat_count * self._sector > len(data):
            raise BadContainer("an allocation table larger than the file")
        self._limit, small_start, _, more, _ = struct.unpack_from("<IIIII", data, 56)
        places = list(struct.unpack_from("<109I", data, 76))
        while more not in (_END, _FREE) and len(places) < fat_count + _SECTOR:
            *some, more = struct.unpack(f"<{self._sector // 4}I", self._at(more))
            places += some
        self._fat = [value for place in places[:fat_count] if place < _FAT for value in self._table(self._at(place))]
        self._small_fat = self._table(self._chain(small_start))
        self._directory = self._chain(directory)
        root = self._record(0)
        self._small = self._chain(root[3])
        self._seen = set[int]()

    def _table(self, data: bytes) -> list[int]:
        return list(struct.unpack(f"<{len(data) // 4}I", data))

    def _at(self, sector: int) -> bytes:
        start = (sector + 1) * self._sector
        if start >= len(self._data):
            raise BadContainer("a sector behind the end")
        return self._data[start : start + self._sector].ljust(self._sector, b"\0")

    def _chain(self, sector: int) -> bytes:
        out = []
        while sector < _FAT:
            out.append(self._at(sector))
            if len(out) > len(self._fat):
                raise BadContainer("a chain without an end")
            sector = self._fat[sector]
        return b"".join(out)

    def _small_chain(self, sector: int) -> bytes:
        out = []
        while sector < _FAT:
            out.append(self._small[sector * self._small_sector : (sector + 1) * self._small_sector])
            if len(out) > len(self._small_fat):
                raise BadContainer("a chain without an end")
            sector = self._small_fat[sector]
        return b"".join(out)

    def _record(self, place: int) -> tuple[str, int, tuple[int, int], int, int, int]:
        """Name, kind, siblings, first sector, size, first child."""
        record = self._directory[place * _ENTRY : (place + 1) * _ENTRY]
        length, kind, _, left, right, child = struct.unpack_from("<HBBIII", record, 64)
        start, size = struct.unpack_from("<IQ", record, 116)
        if kind == _STORAGE and any(record[80:96]):
            raise BadContainer("a storage with a class id")
        return record[: max(length - 2, 0)].decode("utf-16-le"), kind, (left, right), start, size & 0xFFFFFFFF, child

    def tree(self) -> dict[str, bytes | Tree]:
        return self._children(self._record(0)[5])

    def _children(self, place: int) -> dict[str, bytes | Tree]:
        if place == _FREE:
            return {}
        if place in self._seen:
            raise BadContainer("an entry in two places")
        self._seen.add(place)
        name, kind, (left, right), start, size, child = self._record(place)
        here: bytes | Tree
        if kind == _STORAGE:
            here = self._children(child)
        else:
            here = (self._small_chain(start) if size < self._limit else self._chain(start))[:size]
        return {**self._children(left), name: here, **self._children(right)}
