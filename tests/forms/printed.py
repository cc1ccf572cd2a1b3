"""Workbooks of forms as LibreOffice prints them: the text of each page, and words that a line of a box runs through."""

from __future__ import annotations

import re
import subprocess
import unicodedata
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image

from tests import libreoffice

_DPI = 144
_WORD = re.compile(r'<word xMin="([\d.]+)" yMin="([\d.]+)" xMax="([\d.]+)" yMax="([\d.]+)">(.*?)</word>')
_PAGE = re.compile(r"<page .*?</page>", re.DOTALL)
_BORDER = 40
"""Dark pixels in a row that are a line of a box and no stroke of a sign."""


@dataclass(frozen=True)
class Printed:
    """A PDF: its pages' text without white space, and what is not wholly inside its box, by page."""

    pages: tuple[str, ...]
    crossed: tuple[str, ...]

    @property
    def text(self) -> str:
        return "".join(self.pages)

    def lacks(self, text: str) -> str:
        """The signs of a text that are printed less often than they stand in it."""
        return "".join((Counter(signs(text)) - Counter(self.text)).elements())


def signs(text: str) -> str:
    """A text without what differs between a cell and a page: white space, and forms of the same sign."""
    return "".join(unicodedata.normalize("NFKC", text).split())


def printed(books: Mapping[str, bytes], folder: Path) -> dict[str, Printed]:
    """Every workbook printed by one LibreOffice, by its name."""
    for name, book in books.items():
        (folder / f"{name}.xlsx").write_bytes(book)
    libreoffice.convert(*(folder / f"{name}.xlsx" for name in books), to="pdf", into=folder)
    return {name: _read(folder / f"{name}.pdf") for name in books}


def _read(path: Path) -> Printed:
    boxes = subprocess.run(["pdftotext", "-bbox", str(path), "-"], check=True, capture_output=True).stdout.decode()
    subprocess.run(["pdftoppm", "-r", str(_DPI), "-gray", str(path), str(path.with_suffix(""))], check=True)
    pictures = sorted(path.parent.glob(f"{path.stem}-*.pgm"))
    pages = _PAGE.findall(boxes)
    assert len(pages) == len(pictures)
    crossed = [
        f"{path.stem}, page {number}: {word}"
        for number, (page, picture) in enumerate(zip(pages, pictures, strict=True), 1)
        for word in _crossed(page, np.asarray(Image.open(picture)) < 128)
    ]
    texts = tuple(signs("".join(match[5] for match in _WORD.finditer(page))) for page in pages)
    return Printed(tuple(map(_plain, texts)), tuple(crossed))


def _plain(text: str) -> str:
    return text.replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", '"').replace("&amp;", "&")


def _crossed(page: str, dark: np.ndarray) -> Iterator[str]:
    """Words whose middle a long level line runs through: the box ends where they do not."""
    lines = _level_lines(dark)
    for match in _WORD.finditer(page):
        left, top, right, bottom = (float(match[at]) * _DPI / 72 for at in range(1, 5))
        inset = (bottom - top) * 0.3
        inside = lines[int(top + inset) : int(bottom - inset), max(int(left), 0) : int(right)]
        if inside.size and inside.any(axis=0).mean() > 0.5:
            yield match[5]


def _level_lines(dark: np.ndarray) -> np.ndarray:
    """Where dark pixels stand in level runs of some length."""
    padded = np.pad(dark.astype(np.int32), ((0, 0), (1, 1)))
    change = np.diff(padded, axis=1)
    out = np.zeros_like(dark)
    for row, (starts, ends) in enumerate((np.flatnonzero(line == 1), np.flatnonzero(line == -1)) for line in change):
        for start, end in zip(starts, ends, strict=True):
            if end - start >= _BORDER:
                out[row, start:end] = True
    return out
