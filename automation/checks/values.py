"""Values and how they are written: lists, plates, phones, VINs, mileage, names."""

from __future__ import annotations

import difflib
import re
from collections.abc import Collection, Iterator

import numpy as np
import pandas as pd

from automation.checks.facts import Check, Facts, mark
from automation.identifiers import NO_PLATE, PHONE, PLATE, VIN, vin_check_digits
from automation.roster import names_in
from workbook import distinct
from workbook.duties import INVOLVED
from workbook.finding import Finding, Severity
from workbook.ledger import Records
from workbook.names import contained
from workbook.schema import RULES, STAFF, TABLES, Kind
from workbook.vocabulary import Vocabulary

MILEAGE_LIMIT = 1_500_000
"""Kilometres: beyond this an odometer reading of a private car is a slip of the finger."""


def nearest(value: str, choices: Collection[str]) -> str:
    """The choice most like a value, or ``''``: containment first (``严重投诉`` → ``重大``'s kin by shared signs)."""
    close = difflib.get_close_matches(value, choices, n=1, cutoff=0.5)
    if close:
        return close[0]
    shared = [choice for choice in choices if choice and (choice in value or value in choice)]
    if shared:
        return max(shared, key=len)
    overlap = sorted(choices, key=lambda choice: -len(set(choice) & set(value)))
    return overlap[0] if overlap and set(overlap[0]) & set(value) else ""


def _like(name: str, names: Collection[str]) -> str:
    """A name that differs by a slip; sharing a sign is no likeness between names."""
    close = difflib.get_close_matches(name, names, n=3, cutoff=0.5)
    likely = [one for one in close if one[0] == name[0] or len(set(one) & set(name)) > 1]
    return f"；是不是“{likely[0]}”？" if likely else ""


def _meaning(name: str, names: Collection[str]) -> str:
    """What a name that nobody bears may be: those it is made of, else one it differs from by a slip."""
    inside = contained(name, names)
    if not inside:
        return _like(name, names)
    more = len(name) - sum(map(len, inside)) > 1
    return f"；{'其中有' if more else '是不是'}“{'、'.join(inside)}”{'' if more else '？'}"


def _proposal(value: str, choices: Collection[str]) -> str:
    found = nearest(value, choices)
    return f"；是不是“{found}”？" if found else ""


def outside_lists(facts: Facts) -> Iterator[Finding]:
    """LIST-01: a value that its list does not have, with the nearest one proposed."""
    for table in TABLES:
        records = facts.ledger[table]
        for column in table.columns:
            if column.list is None or column.ours or column.name not in records.columns or table is RULES:
                continue
            allowed = _allowed(column.list, facts)
            if not allowed:
                continue  # an open list that this dealership does not keep in 字典
            values = records.frame[column.name]
            rows = values.index[(values != "") & ~values.isin(allowed)]
            yield from mark(
                records,
                rows,
                column.name,
                "LIST-01",
                Severity.ERROR if column.list.closed else Severity.WARNING,
                lambda row, values=values, allowed=allowed, name=column.name: (  # type: ignore[misc]
                    f"“{name}”是“{values.at[row]}”，不在列表中{_proposal(values.at[row], sorted(allowed))}"
                ),
                _hint(column.list, allowed),
            )


def _hint(vocabulary: Vocabulary, allowed: Collection[str]) -> str:
    shown = [value for value in vocabulary.values if value in allowed] or sorted(allowed)
    some = "、".join(shown[:10]) + ("…" if len(shown) > 10 else "")
    return f"从下拉列表中选择：{some}" + ("" if vocabulary.closed else "；如确需新值，请加到“字典”表")


def _allowed(vocabulary: Vocabulary, facts: Facts) -> frozenset[str]:
    if vocabulary.closed:
        return frozenset(vocabulary.values)
    return facts.ledger.dictionary.get(vocabulary.name, frozenset())


def _each(facts: Facts, kind: Kind) -> Iterator[tuple[Records, str, pd.Series]]:
    for table in TABLES:
        records = facts.ledger[table]
        for column in table.columns:
            if column.kind is kind and not column.ours and column.name in records.columns:
                values = records.frame[column.name]
                yield records, column.name, values[values != ""]


def _has_form(pattern: str, values: pd.Series) -> pd.Series:
    form = re.compile(pattern)
    return distinct.spread(lambda text: form.fullmatch(text) is not None, values).astype(bool)


def plates(facts: Facts) -> Iterator[Finding]:
    """FORM-01: a plate that no Chinese plate looks like."""
    for records, column, values in _each(facts, Kind.PLATE):
        wrong = values[~_has_form(PLATE, values) & ~values.isin(NO_PLATE)]
        yield from mark(
            records,
            wrong.index,
            column,
            "FORM-01",
            Severity.WARNING,
            lambda row, wrong=wrong: f"车牌号“{wrong.at[row]}”不像车牌",  # type: ignore[misc]
            "例如 京A12345（燃油）、京AD12345（新能源）；未上牌请写“未上牌”",
        )


def phones(facts: Facts) -> Iterator[Finding]:
    """FORM-02: a telephone number that cannot be dialled."""
    for records, column, values in _each(facts, Kind.PHONE):
        wrong = values[~_has_form(PHONE, values)]
        wrong = wrong[~_has_form(PHONE, wrong.str.replace(r"[()\s]", "", regex=True))]
        yield from mark(
            records,
            wrong.index,
            column,
            "FORM-02",
            Severity.WARNING,
            lambda row, wrong=wrong: f"联系电话“{wrong.at[row]}”不是有效号码（{len(wrong.at[row])} 位）",  # type: ignore[misc]
            "手机 11 位（13800138000），座机带区号（010-12345678）",
        )


_BOUND = frozenset("L12345")
"""Check digits bind Chinese VINs (they begin with L) and North American ones; others may carry any sign."""


def vins(facts: Facts) -> Iterator[Finding]:
    """FORM-03: a VIN of wrong form, or (GB 16735, domestic cars) with a wrong check digit."""
    for records, column, values in _each(facts, Kind.VIN):
        formed = _has_form(VIN, values)
        wrong = values[~formed]
        yield from mark(
            records,
            wrong.index,
            column,
            "FORM-03",
            Severity.WARNING,
            lambda row, wrong=wrong: f"车架号“{wrong.at[row]}”{_vin_problem(wrong.at[row])}",  # type: ignore[misc]
            "对照行驶证或前挡风玻璃左下角重新填写 17 位车架号",
        )
        bound = values[formed & np.array([vin[:1] in _BOUND for vin in values], dtype=bool)]
        digits = pd.Series(vin_check_digits(bound), index=bound.index, dtype=object)
        failed = bound[[vin[8] != digit for vin, digit in zip(bound, digits, strict=True)]]
        yield from mark(
            records,
            failed.index,
            column,
            "FORM-03",
            Severity.WARNING,
            lambda row, failed=failed, digits=digits: (  # type: ignore[misc]
                f"车架号“{failed.at[row]}”第 9 位校验位是 {failed.at[row][8]}，按其余各位应为 {digits.at[row]}"
            ),
            "多半有一位抄错：对照行驶证逐位核对",
        )


def _vin_problem(vin: str) -> str:
    if len(vin) != 17:
        return f"是 {len(vin)} 位，应为 17 位"
    bad = "、".join(sorted({sign for sign in vin if sign in "IOQ" or not (sign.isascii() and sign.isalnum())}))
    return f"含有不允许的字符 {bad}"


def mileages(facts: Facts) -> Iterator[Finding]:
    """FORM-04: a mileage that is negative, broken or impossible."""
    records = facts.ledger.register
    values = facts.register["行驶里程"].dropna()
    wrong = values[(values < 0) | (values > MILEAGE_LIMIT) | (values % 1 != 0)]
    yield from mark(
        records,
        wrong.index,
        "行驶里程",
        "FORM-04",
        Severity.WARNING,
        lambda row: f"行驶里程“{wrong.at[row]:.10g}”不合理",
        f"填写公里整数，0 到 {MILEAGE_LIMIT:,}",
    )


def unknown_people(facts: Facts) -> Iterator[Finding]:
    """PERSON-01: a name that 人员 does not have: a slip would blind the check of STD-20 and send mail nowhere."""
    names = facts.roster.names
    if not names:
        return
    for table in TABLES:
        records = facts.ledger[table]
        for column in table.columns:
            if column.kind is not Kind.PERSON or table is STAFF or column.name not in records.columns:
                continue
            values = records.frame[column.name]
            strangers = distinct.spread(lambda text: tuple(n for n in names_in(text) if n not in names), values)
            strangers = strangers[strangers.astype(bool)]
            yield from mark(
                records,
                strangers.index,
                column.name,
                "PERSON-01",
                Severity.WARNING,
                lambda row, strangers=strangers, name=column.name: (  # type: ignore[misc]
                    f"“{name}”里的“{'、'.join(strangers.at[row])}”不在人员表中"
                    f"{_meaning(strangers.at[row][0], sorted(names))}"
                ),
                lambda row, strangers=strangers, name=column.name: (  # type: ignore[misc]
                    f"改正姓名，或在“人员”表中加上此人{_meanwhile(name, strangers.at[row], names)}"
                ),
            )


def _meanwhile(column: str, strangers: tuple[str, ...], names: Collection[str]) -> str:
    inside = contained("、".join(strangers), names) if column in INVOLVED else ()
    return f"；改正之前，“{'、'.join(inside)}”也按{column}对待（STD-20）" if inside else ""


CHECKS: tuple[Check, ...] = (outside_lists, plates, phones, vins, mileages, unknown_people)
