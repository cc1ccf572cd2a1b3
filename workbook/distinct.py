"""Work on each different value once: columns of a register repeat themselves, and a hundred thousand rows are many."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd


def each(work: Callable[..., Any], *columns: pd.Series) -> npt.NDArray[np.object_]:
    """``work`` of the columns' values row by row, asked once for each different combination of them."""
    codes = np.zeros(len(columns[0]), dtype=np.int64)
    for column in columns:
        # Distinct pairs are numbered anew after every column, so that the product of the counts never overflows.
        own, values = pd.factorize(column.to_numpy(dtype=object), use_na_sentinel=False)
        codes, _ = pd.factorize(codes * len(values) + own)
    first = np.flatnonzero(~pd.Series(codes).duplicated().to_numpy())
    answers = np.empty(len(first), dtype=object)
    for place, row in enumerate(zip(*(column.to_numpy(dtype=object)[first] for column in columns), strict=True)):
        answers[place] = work(*row)
    return answers[codes]


def spread(work: Callable[..., Any], *columns: pd.Series) -> pd.Series:
    """The same as a column of objects, aligned to the first one."""
    return pd.Series(each(work, *columns), index=columns[0].index, dtype=object)
