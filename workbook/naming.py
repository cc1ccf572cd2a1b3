"""What a dealership calls its own sheets and columns, as kesu.toml says."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

OVER = "/"
"""Between the two rows of a header that has two: ``客户信息/电话``."""


@dataclass(frozen=True, slots=True)
class Alias:
    """How one sheet of theirs is understood. ``headers``: their header → the contract's column, ``""``: left alone.

    ``table`` is the contract's name of the sheet; ``year`` the one that dates written without a year are of.
    """

    sheet: str
    table: str
    headers: Mapping[str, str] = field(default_factory=dict)
    year: int | None = None
