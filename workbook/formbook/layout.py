"""From a form to rows with heights: what fits on its page, what continues on another, nothing cut off. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

from workbook.formbook.measure import LINE_HEIGHT, count, cut, height, pieces
from workbook.formbook.model import (
    COLUMNS,
    Block,
    Cell,
    Form,
    Head,
    Heading,
    Line,
    Long,
    Look,
    Remark,
    Section,
    Table,
)

FULL = 735.0
"""Points of rows on one A4 page between its margins."""
PAGE = 790.0
"""As many as are put on it where there is more: it is then printed a little smaller."""
MOST = 880.0
"""As many as are put on it where that spares a second page."""
TITLE, NUMBER = 34.0, 18.0
"""Points of the two rows on top."""

_SIGN = 25.0
_HEADING, _REMARK = 22.0, 13.5
_MOST = 24
"""Lines in one row: Excel has none higher than 409 points."""
_CHUNK = 10
"""Lines in one row of a text that runs over pages: pages break between rows only."""
_SHORT = 6
"""Lines a value among others may take before it continues elsewhere."""
_SPARE = 3
"""Empty lines from which on a text stands at the top of its box."""
_CONTINUED = "……（续见续页）"


@dataclass(slots=True)
class Row:
    """A row of cells from column ``left`` on. ``open_above``, ``open_below``: no line there, the box goes on."""

    cells: tuple[Cell, ...]
    height: float
    left: int = 0
    open_above: bool = False
    open_below: bool = False
    at_top: bool = False
    kind: str = "box"
    """``box``, ``head`` (of a table), ``heading``, ``remark``."""


@dataclass(slots=True)
class Laid:
    """A form as rows. ``sections``: name, first and last row. ``head``: the row of the first table's head."""

    rows: list[Row] = field(default_factory=list)
    sections: list[tuple[str, int, int]] = field(default_factory=list)
    head: int | None = None

    @property
    def height(self) -> float:
        return TITLE + NUMBER + sum(row.height for row in self.rows)


@dataclass(frozen=True, slots=True)
class Rest:
    """What of a label's text, or of a table, did not fit."""

    label: str
    text: str = ""
    table: Table | None = None


def flowing(blocks: Sequence[Block]) -> Laid:
    """Every block in full, on as many pages as it takes."""
    return _laid(blocks, {})


def one_page(form: Form) -> tuple[Laid, tuple[Block, ...]]:
    """The form on one page, filled up; and what continues elsewhere, as blocks of their own."""
    blocks, rests = _shortened(form.blocks)
    blocks, cut = _tables_fitted(blocks)
    given = _shared_out(blocks, _laid(blocks, _least(blocks)).height)
    fitted, more = _cut(blocks, given)
    left = (*rests, *more, *cut)
    return _laid(fitted, given), tuple(block for rest in left for block in _continued(rest))


def _continued(rest: Rest) -> Iterator[Block]:
    yield Heading(f"{rest.label}（续）")
    if rest.table:
        yield rest.table
    else:
        yield Long("", rest.text, label_wide=0)


def _longs(blocks: Sequence[Block]) -> Iterator[tuple[tuple[int, int], Long, int]]:
    """Each long text with its place and the columns it has."""
    for at, block in enumerate(blocks):
        if isinstance(block, Long):
            yield (at, 0), block, COLUMNS - block.label_wide
        elif isinstance(block, Section):
            for below, line in enumerate(block.lines):
                if isinstance(line, Long):
                    yield (at, below), line, COLUMNS - 1 - line.label_wide


_Given = dict[tuple[int, int], int]
"""Place of a long text → lines of its box."""


def _least(blocks: Sequence[Block]) -> _Given:
    return {place: long.least for place, long, _ in _longs(blocks)}


def _shared_out(blocks: Sequence[Block], taken: float) -> _Given:
    """Lines for each long text: what it needs, evenly, as far as the page goes; a page that is not full is filled by
    the keen ones. ``taken``: points with the least of each.
    """
    given = _least(blocks)
    needs = {place: count(long.text, wide) for place, long, wide in _longs(blocks)}
    wanted = sum(max(needs[place] - given[place], 0) for place in given) * LINE_HEIGHT
    limit = MOST if taken + wanted <= MOST else PAGE
    while taken + LINE_HEIGHT <= limit and (wanting := [place for place in given if given[place] < needs[place]]):
        given[min(wanting, key=given.__getitem__)] += 1
        taken += LINE_HEIGHT
    keen = [place for place, long, _ in _longs(blocks) if long.keen]
    for turn in range(int((FULL - taken) // LINE_HEIGHT) if keen else 0):
        given[keen[turn % len(keen)]] += 1
    return given


def _cut(blocks: Sequence[Block], given: _Given) -> tuple[list[Block], list[Rest]]:
    """The blocks with their long texts cut to their boxes, and what was cut off."""
    out, rests = list(blocks), []
    for place, long, wide in _longs(blocks):
        if count(long.text, wide) <= given[place]:
            continue
        kept, rest = "", long.text  # with one line, the word that it goes on takes it
        if given[place] > 1:
            kept, rest = cut(long.text, wide, given[place] - 1)
        shown = replace(long, text=f"{kept.rstrip()}\n{_CONTINUED}".lstrip("\n"))
        rests.append(Rest(long.label, rest))
        at, below = place
        block = out[at]
        if isinstance(block, Section):
            lines_of = list(block.lines)
            lines_of[below] = shown
            out[at] = replace(block, lines=tuple(lines_of))
        else:
            out[at] = shown
    return out, rests


def _shortened(blocks: Sequence[Block]) -> tuple[list[Block], list[Rest]]:
    """Values among others that are far too long for their box, cut to some lines."""
    rests: list[Rest] = []

    def short(line: Line | Long) -> Line | Long:
        if isinstance(line, Long):
            return line
        cells, label = [], ""
        for cell in line.cells:
            label = cell.text if cell.look is Look.LABEL else label
            if count(cell.text, cell.wide) > _SHORT:
                kept, rest = cut(cell.text, cell.wide, _SHORT - 2)
                rests.append(Rest(label, rest))
                cell = replace(cell, text=f"{kept.rstrip()}\n{_CONTINUED}")
            cells.append(cell)
        return replace(line, cells=tuple(cells))

    out: list[Block] = []
    for block in blocks:
        if isinstance(block, Section):
            out.append(replace(block, lines=tuple(map(short, block.lines))))
        else:
            out.append(short(block) if isinstance(block, Line) else block)
    return out, rests


def _tables_fitted(blocks: Sequence[Block]) -> tuple[list[Block], list[Rest]]:
    """Tables with as many entries as leave room for all else; the others continue."""
    out, rests = list(blocks), []
    for at, block in enumerate(blocks):
        if not isinstance(block, Table):
            continue
        over = _laid(out, _least(out)).height - MOST
        over += height(1) if over > 0 else 0.0  # the row that says so
        kept = list(block.rows)
        while over > 0 and kept:
            over -= sum(row.height for row in _table_rows(block.heads, [kept.pop()]))
        if len(kept) < len(block.rows):
            cut = replace(block, rows=block.rows[len(kept) :])
            out[at] = replace(block, rows=(*kept, f"其余 {len(block.rows) - len(kept)} 项见续页"))
            rests.append(Rest(block.heads[0].title, table=cut))
    return out, rests


def _laid(blocks: Sequence[Block], given: _Given) -> Laid:
    laid = Laid()
    for at, block in enumerate(blocks):
        if isinstance(block, Section):
            first = len(laid.rows)
            for below, line in enumerate(block.lines):
                laid.rows += _rows(line, 1, given.get((at, below)))
            _stretch(laid.rows[first:], block.name)
            laid.sections.append((block.name, first, len(laid.rows) - 1))
        elif isinstance(block, Line | Long):
            laid.rows += _rows(block, 0, given.get((at, 0)))
        elif isinstance(block, Table):
            laid.head = len(laid.rows) if laid.head is None else laid.head
            laid.rows.append(_head(block.heads))
            laid.rows += _table_rows(block.heads, block.rows or [block.empty])
        elif isinstance(block, Heading):
            laid.rows.append(Row((Cell(block.text, COLUMNS),), _HEADING, kind="heading"))
        elif isinstance(block, Remark):
            lines = count(block.text, COLUMNS)
            laid.rows.append(Row((Cell(block.text, COLUMNS),), 3 + _REMARK * lines, kind="remark"))
    return laid


def _stretch(rows: Sequence[Row], name: str) -> None:
    """Make the rows of a section high enough for its upright name."""
    lacking = height(len(name)) - sum(row.height for row in rows)
    for row in rows if lacking > 0 else ():
        row.height = round(row.height + lacking / len(rows), 2)


def _rows(line: Line | Long, left: int, given: int | None) -> Iterator[Row]:
    if isinstance(line, Line):
        lines = max(line.least, *(count(cell.text, cell.wide) for cell in line.cells))
        signed = any(cell.look is Look.SIGN for cell in line.cells)
        yield Row(line.cells, max(height(lines), _SIGN if signed else 0.0), left)
        return
    wide = COLUMNS - left - line.label_wide
    if given is not None and given <= _MOST:
        spare = given - count(line.text, wide)
        yield Row(_pair(line, line.text, wide), height(given), left, at_top=spare >= _SPARE)
        return
    rows = list(_chunks(line, wide, left, line.least))
    lacking = height(given or 0) - sum(row.height for row in rows)
    while lacking > LINE_HEIGHT:
        rows[-1].open_below = True
        rows.append(Row(_pair(line, "", wide, goes_on=True), min(lacking, height(_MOST)), left, open_above=True))
        lacking -= rows[-1].height
    yield from rows


def _pair(line: Long, text: str, wide: int, *, goes_on: bool = False) -> tuple[Cell, ...]:
    label = (Cell("" if goes_on else line.label, line.label_wide, Look.LABEL),) if line.label_wide else ()
    return (*label, Cell(text, wide))


def _chunks(line: Long, wide: int, left: int, least: int) -> Iterator[Row]:
    parts = pieces(line.text, wide, _CHUNK)
    for at, part in enumerate(parts):
        high = max(count(part, wide), least if len(parts) == 1 else 1)
        cells = _pair(line, part, wide, goes_on=at > 0)
        yield Row(cells, height(high), left, open_above=at > 0, open_below=at < len(parts) - 1)


def _head(heads: Sequence[Head]) -> Row:
    cells = tuple(Cell(head.title, head.wide, Look.LABEL) for head in heads)
    return Row(cells, height(max(count(cell.text, cell.wide) for cell in cells)), kind="head")


def _table_rows(heads: Sequence[Head], rows: Sequence[tuple[str, ...] | str]) -> Iterator[Row]:
    for row in rows:
        if isinstance(row, str):
            yield from _chunks(Long("", row, label_wide=0), COLUMNS, 0, 1)
            continue
        columns = [pieces(text, head.wide, _CHUNK) for head, text in zip(heads, row, strict=True)]
        most = max(map(len, columns))
        for at in range(most):
            cells = tuple(
                Cell(parts[at] if at < len(parts) else "", head.wide, Look.CENTRED if head.centred else Look.VALUE)
                for head, parts in zip(heads, columns, strict=True)
            )
            high = height(max(count(cell.text, cell.wide) for cell in cells))
            yield Row(cells, high, open_above=at > 0, open_below=at < most - 1)
