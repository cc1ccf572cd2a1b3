"""``kesu check``: every finding, read only."""

from __future__ import annotations

import datetime as dt
import json
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import click

from automation.terminal import CLEAN, COULD_NOT, FOUND, find_settings
from workbook import snapshot
from workbook.finding import Finding, Severity

_COLOURS = {Severity.ERROR: "red", Severity.WARNING: "yellow", Severity.INFO: "cyan"}


def report(workbook: Path, *, as_json: bool, now: dt.datetime) -> int:
    """Print the findings and give the exit code. An empty register is a finding and cannot be worked with (2)."""
    settings = find_settings(workbook, None)
    with ThreadPoolExecutor(max_workers=1) as aside:
        reading = aside.submit(snapshot.read, settings.workbook)
        from automation import cycle  # pandas loads while calamine parses, which needs no lock of Python's

        seen = cycle.inspect(settings, now, read=reading.result)
    findings = seen.findings
    if as_json:
        click.echo(json.dumps([finding.as_json() for finding in findings], ensure_ascii=False, indent=2))
    else:
        for finding in findings:
            click.echo(line(finding))
        click.echo(tally(findings))
    if seen.facts.nothing:
        return COULD_NOT
    return FOUND if findings else CLEAN


def line(finding: Finding) -> str:
    """One finding on one line: how grave, rule, what, and what to do."""
    gravity = click.style(finding.severity.chinese, fg=_COLOURS[finding.severity])
    ticket = f"({finding.ticket})" if finding.ticket else ""
    return f"{gravity} {finding.rule:<9} {finding.message}{ticket} → {finding.hint}"


def tally(findings: Sequence[Finding]) -> str:
    """How many of each severity, in words."""
    if not findings:
        return "✓ 没有发现问题"
    count = Counter(finding.severity for finding in findings)
    told = "，".join(f"{severity.chinese} {count[severity]}" for severity in Severity if count[severity])
    return f"共 {len(findings)} 处：{told}"
