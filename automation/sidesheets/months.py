"""Days counted by months, as the Civil Code does (articles 201 and 202)."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Days = npt.NDArray[np.datetime64]


def after(days: Days, months: int | npt.NDArray[np.int64]) -> Days:
    """The same day of the month ``months`` later, or that month's last day where it has no such day.

    ``months`` may be one number or one a day, and negative. ``days`` is ``datetime64``, cut to whole days; what is missing stays missing.
    """
    whole = days.astype("M8[D]")
    begun = whole.astype("M8[M]")
    target = begun + np.asarray(months) * np.timedelta64(1, "M")
    last = (target + np.timedelta64(1, "M")).astype("M8[D]") - np.timedelta64(1, "D")
    day: Days = np.minimum(target.astype("M8[D]") + (whole - begun.astype("M8[D]")), last)
    return day
