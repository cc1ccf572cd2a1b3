"""The quality warranty after a repair (REPAIR): by kilometres or days, whichever comes first."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

LIMITS: dict[str, tuple[int, int]] = {
    "一级维护": (10, 2_000),
    "小修": (10, 2_000),
    "零件修理": (10, 2_000),
    "二级维护": (30, 5_000),
    "整车修理": (100, 20_000),
    "总成修理": (100, 20_000),
}
"""Days and kilometres by 维修类型, from the day the car left the workshop; the last day and kilometre still count."""

SOURCE = "《机动车维修管理规定》"

_NEEDED = ("维修类型", "出厂日期", "出厂里程", "再修日期", "再修里程")


def days_between(frame: pd.DataFrame) -> pd.Series:
    """Days from 出厂日期 to 再修日期, the first not counted (《民法典》第二百零一条); missing where either is."""
    return (frame["再修日期"].dt.normalize() - frame["出厂日期"].dt.normalize()).dt.days


def verdicts(frame: pd.DataFrame) -> pd.Series:
    """结论 of every row of 维修质保.

    Past either limit is out, whatever the other says; within one with the other unknown cannot be judged; nor can a row
    whose second day or mileage lies before its first.
    """
    days, driven = days_between(frame), frame["再修里程"] - frame["出厂里程"]
    most_days = frame["维修类型"].map({kind: limit[0] for kind, limit in LIMITS.items()}).astype(float)
    most_driven = frame["维修类型"].map({kind: limit[1] for kind, limit in LIMITS.items()}).astype(float)
    out = (days > most_days) | (driven > most_driven)
    within = (days <= most_days) & (driven <= most_driven)
    backwards = (days < 0) | (driven < 0)
    verdict = np.select([backwards, out, within], ["?", "超出质保期", "质保期内"], default="?")
    lines = zip(verdict, days, driven, most_days, most_driven, strict=True)
    told = [_told(*line) if line[0] != "?" else "" for line in lines]
    unknown = {row: f"无法判定：{why}" for row, why in _obstacles(frame[verdict == "?"], days, driven)}
    return pd.Series(
        [unknown.get(row, text) for row, text in zip(frame.index, told, strict=True)], index=frame.index, dtype=object
    )


def _told(verdict: str, days: float, driven: float, most_days: float, most_driven: float) -> str:
    day = "日期不详" if np.isnan(days) else "当天" if days == 0 else f"第{days:.0f}天"
    way = "里程不详" if np.isnan(driven) else f"{_number(driven)}公里"
    return f"{verdict}（{day}、{way}；限{most_days:.0f}天/{most_driven:.0f}公里）"


def _number(value: float) -> str:
    return f"{value:.1f}".removesuffix(".0")


def _obstacles(frame: pd.DataFrame, days: pd.Series, driven: pd.Series) -> Iterator[tuple[int, str]]:
    for row in frame.index:
        kind = frame.at[row, "维修类型"]
        wrong = [f"“{kind}”不是规定的维修类型"] if kind and kind not in LIMITS else []
        if days.at[row] < 0:
            wrong.append("再修日期早于出厂日期")
        if driven.at[row] < 0:
            wrong.append("再修里程小于出厂里程")
        missing = [name for name in _NEEDED if frame.at[row, name] == "" or pd.isna(frame.at[row, name])]
        if missing:
            wrong.append(f"缺{'、'.join(missing)}")
        yield int(row), "；".join(wrong)
