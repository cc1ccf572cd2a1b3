"""Work on each different value once: columns of a register repeat themselves, and a hundred thousand rows are many."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

Objects = npt.NDArray[np.object_]
Codes = npt.NDArray[np.intp]


def factorize(column: pd.Series) -> tuple[Codes, Objects]:
    """The different values of a column of objects, and for each row which of them it has.

    What Python calls equal though staff would not, ``TRUE`` and ``1``, stays apart.
    """
    cells = column.to_numpy(dtype=object)
    codes, values = pd.factorize(cells)
    if (codes < 0).any():  # a missing value; asking for it from the start costs a second look at every cell
        codes, values = pd.factorize(cells, use_na_sentinel=False)
    if not {bool, int, float}.isdisjoint(map(type, values)) and bool in set(map(type, cells)):
        codes, kinds = pd.factorize(pd.Series(list(zip(map(type, cells), cells, strict=True)), dtype=object))
        values = objects([value for _, value in kinds])
    return codes, values


def each(work: Callable[..., Any], *columns: pd.Series) -> Objects:
    """``work`` of the columns' values row by row, asked once for each different combination of them."""
    codes, values = factorize(columns[0])
    rows = [(value,) for value in values]
    for column in columns[1:]:
        own, more = factorize(column)
        codes, pairs = pd.factorize(codes * len(more) + own)
        rows = [(*rows[pair // len(more)], more[pair % len(more)]) for pair in pairs.tolist()]
    return objects([work(*row) for row in rows])[codes]


def spread(work: Callable[..., Any], *columns: pd.Series) -> pd.Series:
    """The same as a column of objects, aligned to the first one."""
    return pd.Series(each(work, *columns), index=columns[0].index, dtype=object)


def objects(values: list[Any]) -> Objects:
    """The values as a column of objects, whatever they are."""
    made = np.empty(len(values), dtype=object)
    made[:] = values
    return made
