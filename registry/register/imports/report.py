"""What an import did, for people, programs and spreadsheets."""

import csv
import os
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

import msgspec

from registry.core.processes import owner_only
from registry.core.spreadsheets import harmless
from registry.register.imports.findings import Finding
from registry.register.imports.rows import Opened

KEPT = 10_000
"""Findings of each kind that a report lists; beyond that it only counts."""


class Counts(msgspec.Struct, kw_only=True):
    """`read` and `rejected` count rows; the others agencies, `delisted_licences` licences."""

    read: int = 0
    new: int = 0
    changed: int = 0
    unchanged: int = 0
    rejected: int = 0
    vanished: int = 0
    reinstated: int = 0
    delisted_licences: int = 0
    licences: int = 0


class Report(msgspec.Struct, kw_only=True):
    """The report of one import. `is_applied` is False for a dry run and for an import that was refused.

    `losses` are sentences on parts of the file that could not be read, beside the rows that were rejected.
    """

    source: str
    file: str
    digest: str = ""
    form: str = ""
    encoding: str | None = None
    retrieved_at: str = ""
    is_dry_run: bool = False
    is_applied: bool = False
    refused_because: str | None = None
    needs_approval: bool = False
    seconds: float = 0.0
    counts: Counts = msgspec.field(default_factory=Counts)
    notes: list[str] = msgspec.field(default_factory=list)
    rejects: list[Finding] = msgspec.field(default_factory=list)
    warnings: list[Finding] = msgspec.field(default_factory=list)
    warning_counts: dict[str, int] = msgspec.field(default_factory=dict)
    losses: list[str] = msgspec.field(default_factory=list)

    @property
    def is_whole(self) -> bool:
        """Whether every row of the list was read and taken. Of a full list that was not, silence proves nothing."""
        return not self.counts.rejected and not self.losses

    def describe(self, opened: Opened) -> None:
        self.form = opened.form
        self.encoding = f"{opened.encoding.shown} ({opened.encoding.how})" if opened.encoding else None
        self.notes += opened.notes

    def warn(self, findings: Iterable[Finding]) -> None:
        for finding in findings:
            self.warning_counts[finding.flaw] = self.warning_counts.get(finding.flaw, 0) + 1
            if len(self.warnings) < KEPT:
                self.warnings.append(finding)

    def locate(self, where: Callable[[int], str]) -> None:
        """Say of every finding in which part of the file its row stands."""
        self.rejects = [msgspec.structs.replace(one, place=where(one.line)) for one in self.rejects]
        self.warnings = [msgspec.structs.replace(one, place=where(one.line)) for one in self.warnings]

    def reject(self, findings: Iterable[Finding]) -> None:
        for finding in findings:
            self.counts.rejected += 1
            if len(self.rejects) < KEPT:
                self.rejects.append(finding)


def as_json(report: Report) -> bytes:
    """The report as JSON: counts, notes, and for each finding line, column, value, reason and what to do."""
    plain: dict[str, Any] = msgspec.to_builtins(report)
    plain["rejects"] = [_finding_text(finding) for finding in report.rejects]
    plain["warnings"] = [_finding_text(finding) for finding in report.warnings]
    return msgspec.json.format(msgspec.json.encode(plain), indent=2) + b"\n"


def _finding_text(finding: Finding) -> dict[str, Any]:
    given: dict[str, Any] = {"line": finding.line}
    if finding.place:
        given["place"] = finding.place
    if finding.part:
        given["part"] = finding.part
    given |= {"column": finding.column, "value": finding.value, "reason": finding.flaw, "what_to_do": finding.advice}
    if finding.detail:
        given["detail"] = finding.detail
    return given


def write_whole(path: Path, body: bytes) -> None:
    """The file appears as a whole or not at all, and is its owner's alone: lists name persons."""
    half = path.with_name(f".{path.name}.{os.getpid()}.part")
    with open(half, "wb", opener=owner_only) as file:
        file.write(body)
    half.replace(path)


def rejects_csv(findings: Sequence[Finding]) -> str:
    """Rejected rows for a spreadsheet. Values that one would run as a formula are defused."""
    import io

    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(["line", "part", "column", "value", "reason", "what to do", "detail", "place"])
    for finding in findings:
        writer.writerow(
            [
                finding.line,
                finding.part or "",
                harmless(finding.column),
                harmless(finding.value or ""),
                finding.flaw.value,
                finding.advice,
                harmless(finding.detail or ""),
                harmless(finding.place),
            ]
        )
    return out.getvalue()


def in_brief(findings: Iterable[Finding]) -> list[tuple[str, str, int, str]]:
    """Findings summed up by reason and column: (reason, column, how many, advice), the most frequent first."""
    counted = Counter((finding.flaw, finding.column) for finding in findings)
    return [
        (flaw.value, column, times, Finding(0, column, flaw).advice) for (flaw, column), times in counted.most_common()
    ]
