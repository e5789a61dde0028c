"""What an import did, for people, programs and spreadsheets: what it found wrong with rows, and what to do about it."""

import csv
import os
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

import msgspec

from registry.core import errors, processes, spreadsheets
from registry.register.imports.rows import ListFile, TableSeen
from registry.vocabulary.codes import Flaw

ADVICE: dict[Flaw, str] = {
    Flaw.NAME_MISSING: "a row must name its agency: ask the publisher, or leave the row out",
    Flaw.KEY_MISSING: "without the source's key a row cannot be told from others: add it, or choose another `key` in the mapping",
    Flaw.TOO_LONG: "shorten the value; a cell this long is often several columns run together",
    Flaw.CUT_SHORT: "longer than the registry keeps: its beginning was taken; see whether several columns ran together",
    Flaw.TOO_FEW_CELLS: "the row ends early: the file may be cut off, or a quotation mark may be missing",
    Flaw.TOO_MANY_CELLS: "the row has more cells than the header: a separator inside a value needs quotation marks around it",
    Flaw.SWALLOWED_ROWS: "a quotation mark that is opened and closed rows later makes several rows one cell: take it out",
    Flaw.SPARE_CELLS: "something stands beside the table, under no header: see whether the row is shifted",
    Flaw.UNREADABLE_TEXT: "the file shows letters without saying which they are: ask the publisher for a spreadsheet",
    Flaw.NOT_A_DATE: "write the day as YYYY-MM-DD, or add the list's form to `dates` in the mapping",
    Flaw.DATES_REVERSED: "the last day lies before the first: see whether two columns are swapped in the mapping",
    Flaw.UNKNOWN_WORD: "add the word to the value table [words] of the mapping",
    Flaw.NO_KIND: "no rule [[kind]] of the mapping fits this row's flags: add one, or ask the publisher what the row permits",
    Flaw.NOT_A_SECTOR: "give NACE codes like 78.10, or a value table [words.sectors]",
    Flaw.NOT_A_COUNTRY: "give ISO 3166-1 codes like CZ, or a value table [words.country]",
    Flaw.ROUNDED_NUMBER: "a spreadsheet has rounded the number: format the column as text and export again",
    Flaw.PERSONAL_DATA: "the value looks like a number of a natural person, which is never stored: drop the column",
    Flaw.RECORD_TOO_LARGE: "what is said of an agency must fit into 16 KiB: see whether rows of different agencies share a key",
    Flaw.IMPOSSIBLE_USCC: "no unified social credit code can look like this; the value was left out",
    Flaw.IMPOSSIBLE_LEI: "no LEI can look like this; the value was left out",
    Flaw.IMPOSSIBLE_VAT: "no VAT number can look like this; the value was left out",
    Flaw.IMPOSSIBLE_EUID: "an EUID is country, register, a full stop and the number; the value was left out",
    Flaw.IMPOSSIBLE_NUMBER: "the number has another length or other characters than the mapping says; the value was left out",
    Flaw.CHECK_FAILED: "the check digit does not fit: kept as the list has it; ask the publisher",
    Flaw.LOST_ZEROS: "leading zeros were lost, as spreadsheets do, and were put back",
    Flaw.MERGED_NAMES: "rows with the same key name the agency differently: later names are kept as trade names",
    Flaw.DOUBLED_LICENCE: "the same licence stands on the list twice with different facts: the last one counts",
    Flaw.SHARED_IDENTIFIER: "another row has this identifier under another key: both are taken for one agency; ask the publisher",
    Flaw.SEVERAL_AGENCIES: "its identifiers belong to different agencies of the registry: joined to the one that its key names",
    Flaw.CHANNEL_OF_A_PERSON: "phones and addresses of natural persons are not stored; the value was left out",
    Flaw.HIDDEN_ROW: "the file hides this row: ask the publisher whether it counts; `reads_hidden = true` takes such rows",
    Flaw.UNREAD_STATUS: "a word that is not mapped says that the licence may have ended: map its column (as `status` or "
    "`remark`), or list the column under `drop` if it says nothing of the licence",
    Flaw.BRANCH: "a branch holds no licence of its own: `branches` in [holder] leaves such rows out, or takes them where the "
    "law licenses branches",
    Flaw.FOOTNOTE_MARK: 'read in the file what the mark stands for, and say it in [marks]: a status, or ""',
    Flaw.FORMER_NAME: "the name in brackets was taken for a former name",
    Flaw.TWO_NAMES: "another row has this key under another name, so none of them was taken: ask the publisher whose it is; "
    "`joins_names = true` where the list itself writes one agency's name in several ways",
    Flaw.ROW_IN_PARTS: "the next row names no agency and may go on with this one, so neither was taken: put both into one row",
    Flaw.MONTH_ONLY: "the list names a month without a day: it counts as begun on its last day and as ended on its first",
}
"""What to do about each flaw, for a report's reader."""


class Finding(msgspec.Struct, frozen=True, omit_defaults=True):
    """One thing found in a row. `value` is left out wherever it might be about a natural person.

    `line` is the line of a text file, the row of a sheet, or the number of a JSON record, all from 1; `part` counts the
    licences within a JSON record. `place` is the part of the file, like `page 2`, where rows are counted through parts.
    """

    line: int
    column: str
    flaw: Flaw
    value: str | None = None
    part: int = 0
    detail: str = ""
    place: str = ""

    @property
    def advice(self) -> str:
        return ADVICE[self.flaw]


class NeedsApproval(errors.ImportRefused):
    """The list can be read, but needs a decision: rows were rejected, or too much would be delisted."""


class Refused(Exception):
    """A row cannot be imported. Raised by the rules of a row; the reader of rows turns it into a Finding."""

    def __init__(self, column: str, flaw: Flaw, value: str | None = None, detail: str = "") -> None:
        super().__init__(flaw)
        self.column, self.flaw, self.value, self.detail = column, flaw, value, detail


class LeftOut(Refused):
    """A row that the mapping leaves out on purpose."""


KEPT = 10_000
"""Findings of each kind that a report lists; beyond that it only counts."""


class Counts(msgspec.Struct, kw_only=True):
    """`read`, `left_out` and `rejected` count rows; the others agencies, `delisted_licences` licences."""

    read: int = 0
    left_out: int = 0
    new: int = 0
    changed: int = 0
    unchanged: int = 0
    rejected: int = 0
    vanished: int = 0
    reinstated: int = 0
    delisted_licences: int = 0
    licences: int = 0


SAMPLES = 5
"""Rows of each kind and status that a report shows."""


class SampleRow(msgspec.Struct, frozen=True):
    """A row as it was understood, to be compared with the file."""

    place: str
    name: str
    key: str
    number: str
    valid_from: str
    valid_to: str


class Group(msgspec.Struct, kw_only=True):
    """The licences of one kind and one status, and the first rows of them."""

    kind: str
    status: str
    licences: int = 0
    samples: list[SampleRow] = []


class Overview(msgspec.Struct, kw_only=True):
    """What a reader compares with the file before it is approved: its tables and headings, and what would be published."""

    tables: list[TableSeen] = []
    groups: list[Group] = []
    headings: list[str] = []


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
    overview: Overview = msgspec.field(default_factory=Overview)

    @property
    def is_whole(self) -> bool:
        """Whether every row of the list was read and taken. Of a full list that was not, silence proves nothing."""
        return not self.counts.rejected and not self.losses

    def describe(self, opened: ListFile) -> None:
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


SHOWN = 20
"""Headings and rejected rows that an overview shows."""


def to_sign(report: Report) -> dict[str, Any]:
    """What a reader needs to sign a list, to be kept beside it until it is decided: the overview, and what is not taken."""
    overview: dict[str, Any] = msgspec.to_builtins(report.overview)
    overview["headings"] = overview["headings"][:SHOWN]
    overview["losses"] = report.losses[:SHOWN]
    overview["rejects"] = [_finding_text(finding) for finding in report.rejects[:SHOWN]]
    return overview


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
    with open(half, "wb", opener=processes.owner_only) as file:
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
                spreadsheets.harmless(finding.column),
                spreadsheets.harmless(finding.value or ""),
                finding.flaw.value,
                finding.advice,
                spreadsheets.harmless(finding.detail or ""),
                spreadsheets.harmless(finding.place),
            ]
        )
    return out.getvalue()


def in_brief(findings: Iterable[Finding]) -> list[tuple[str, str, int, str]]:
    """Findings summed up by reason and column: (reason, column, how many, advice), the most frequent first."""
    counted = Counter((finding.flaw, finding.column) for finding in findings)
    return [
        (flaw.value, column, times, Finding(0, column, flaw).advice) for (flaw, column), times in counted.most_common()
    ]
