"""What a dealership sets about rewards and penalties."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Terms:
    """``penalty_limit``: fen that one month's report may take from one person; 0: nobody checks.

    ``archived_until``: the last month (``2025-12``) whose rows were taken out of the workbook; empty: none.
    """

    penalty_limit: int = 0
    archived_until: str = ""
