"""`registry import`: load a list that an authority publishes."""

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import click
from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn
from rich.table import Table
from sqlalchemy.orm import Session, sessionmaker

from registry import cli
from registry.cli.opening import ANY_FILE, EXISTING, NOT_WELL, open_sessions
from registry.core.db.engine import reading_session
from registry.core.errors import ImportRefused
from registry.register.imports import actions, jobs, queries
from registry.register.imports.mapping import SourceMapping, read_mapping_file
from registry.register.imports.report import SHOWN, Report, as_json, in_brief, rejects_csv, write_whole

TELL_EVERY = 5.0
"""Seconds between two lines about progress where there is no terminal."""


@click.command(name="import")
@click.argument("file", type=EXISTING)
@click.option("--source", "name", help="Name of the source, as in `registry sources list`.")
@click.option("--mapping", "mapping_file", type=EXISTING, help="A mapping file, instead of one found by name.")
@click.option("--dry-run", is_flag=True, help="Read, check and compare everything, and change nothing.")
@click.option(
    "--check",
    "is_check",
    is_flag=True,
    help="As --dry-run, and print what a reader compares with the file: its tables and headings, kinds, statuses, rows.",
)
@click.option("--report", "report_file", type=ANY_FILE, help="Write the report here as JSON.")
@click.option("--rejects", "rejects_file", type=ANY_FILE, help="Write the rejected rows here as CSV.")
@click.option("--encoding", help="Encoding of a text file, when it is found out wrongly, like gb18030.")
@click.option("--skip-rejects", is_flag=True, help="Take all good rows although others were rejected.")
@click.option("--accept-shrink", is_flag=True, help="Go on although more than 10 % of the list would be delisted.")
def import_command(
    file: Path,
    name: str | None,
    mapping_file: Path | None,
    dry_run: bool,
    is_check: bool,
    report_file: Path | None,
    rejects_file: Path | None,
    encoding: str | None,
    skip_rejects: bool,
    accept_shrink: bool,
) -> None:
    """Load FILE, a list of licences as its authority publishes it: CSV, JSON, XLSX, XLS, ODS, HTML, DOCX or PDF.

    The list is read and checked first; then all of it is applied at once, or nothing. The same file again changes nothing
    and renews the freshness. A row that vanished from a full list is delisted: it stays visible and answers `unknown`.
    """
    settings = cli.settings()
    try:
        with open_sessions(settings) as sessions:
            mapping = chosen_mapping(sessions, name, mapping_file, settings.home)
            with progress_reporter() as progress:
                changes_nothing = dry_run or is_check
                request = actions.ImportRequest(
                    file, mapping, encoding, changes_nothing, skip_rejects, accept_shrink, progress=progress
                )
                report = jobs.import_list(settings, sessions, request)
            cli.sign_published(settings, sessions)
    except KeyboardInterrupt:
        click.echo("\nInterrupted: nothing was changed.", err=True)
        sys.exit(130)
    if report_file is not None:
        write_whole(report_file, as_json(report))
    if rejects_file is not None:
        write_whole(rejects_file, ("\ufeff" + rejects_csv(report.rejects)).encode())
    show(report)
    if is_check:
        show_overview(report)
    if report.refused_because is not None:
        click.echo(f"registry: {report.refused_because}. Nothing was changed.", err=True)
        sys.exit(NOT_WELL)


def chosen_mapping(
    sessions: sessionmaker[Session], name: str | None, mapping_file: Path | None, home: Path
) -> SourceMapping:
    """The mapping asked for. ImportRefused when neither name nor file is given, or when they disagree."""
    if mapping_file is None:
        if name is None:
            raise ImportRefused("say which list it is: --source NAME or --mapping FILE.toml")
        with reading_session(sessions) as session:
            return queries.mapping_named(session, name, home)
    mapping = read_mapping_file(mapping_file)
    if name is not None and name != mapping.source.reference:
        raise ImportRefused(f"{mapping_file} is the mapping of {mapping.source.reference}, not of {name}")
    return mapping


@contextmanager
def progress_reporter() -> Iterator[actions.Progress]:
    """A bar with rows per second and time left on a terminal, a line now and then elsewhere."""
    if not sys.stderr.isatty():
        yield plain_progress()
        return

    columns = (
        TextColumn("{task.description:>10}"),
        BarColumn(),
        TaskProgressColumn(),
        TextColumn("{task.fields[rows]:,} rows, {task.fields[speed]:,.0f}/s"),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        tasks: dict[str, tuple[Any, float]] = {}

        def tell(stage: str, share: float, rows: int) -> None:
            if stage not in tasks:
                tasks[stage] = (bar.add_task(stage, total=1.0, rows=0, speed=0.0), time.monotonic())
            task, began = tasks[stage]
            bar.update(task, completed=share, rows=rows, speed=rows / max(time.monotonic() - began, 1e-6))

        yield tell


def plain_progress() -> Callable[[str, float, int], None]:
    given = [time.monotonic()]
    began: dict[str, float] = {}

    def tell(stage: str, share: float, rows: int) -> None:
        at = time.monotonic()
        since = at - began.setdefault(stage, at)
        if at - given[0] < TELL_EVERY or not since:
            return
        given[0] = at
        left = since * (1 - share) / share if share else 0.0
        click.echo(f"{stage}: {share:.0%}, {rows} rows, {rows / since:.0f} rows/s, about {left:.0f} s left", err=True)

    return tell


def show(report: Report) -> None:
    """The report for people: a table of counts, then what was found, summed up."""

    console = Console(highlight=False)
    title = "dry run, nothing was changed" if report.is_dry_run else ("applied" if report.is_applied else "refused")
    console.print(f"{escape(report.file)} as {escape(report.source)}: {title}, {report.seconds:.1f} s")
    if report.form:
        console.print(f"  {report.form.upper()}" + (f", {escape(report.encoding)}" if report.encoding else ""))
    for note in report.notes:
        console.print(f"  {escape(note)}")
    counts = report.counts
    table = Table()
    for word in ("read", "new", "changed", "unchanged", "rejected", "vanished"):
        table.add_column(word, justify="right")
    table.add_row(
        *(str(getattr(counts, word)) for word in ("read", "new", "changed", "unchanged", "rejected", "vanished"))
    )
    console.print(table)
    console.print("  read and rejected count rows, the others agencies")
    if counts.left_out:
        console.print(f"  {counts.left_out} rows were left out, as the mapping says of branches")
    if counts.reinstated or counts.delisted_licences:
        console.print(
            f"  {counts.reinstated} agencies are on the list again, {counts.delisted_licences} licences left it"
        )
    _print_findings(console, "Rejected", report.rejects)
    _print_findings(console, "Taken, but see", report.warnings)


def show_overview(report: Report) -> None:
    """What a reader compares with the file: each table, the headings, and of each kind and status some rows."""

    console = Console(highlight=False)
    tables = Table("table of the file", "heading", "rows", "taken", "left out", "rejected", "not read, because")
    for one in report.overview.tables:
        counted = (str(number) for number in (one.rows, one.taken, one.left_out, one.rejected))
        tables.add_row(escape(one.place), escape(one.heading[:60]), *counted, escape(one.left_because))
    console.print(tables)
    if report.overview.headings:
        console.print("Headings, and lines of one cell:")
    for heading in report.overview.headings[:SHOWN]:
        console.print(f"  {escape(heading)}")
    for group in report.overview.groups:
        console.print(f"{group.licences} licences {escape(group.kind)}, {escape(group.status)}; the first of them:")
        for row in group.samples:
            days = f"{row.valid_from or '...'} to {row.valid_to or '...'}"
            console.print(
                f"  {escape(row.place)}: {escape(row.name)} | {escape(row.key)} | {escape(row.number)} | {days}"
            )


def _print_findings(console: Any, title: str, findings: Any) -> None:

    if not findings:
        return
    console.print(f"{title}:")
    for reason, column, times, advice in in_brief(findings):
        console.print(f"  {times} x {reason}" + (f" in {escape(column)}" if column else "") + f": {escape(advice)}")
    for finding in findings[:10]:
        place = (finding.place or f"line {finding.line}") + (f", part {finding.part}" if finding.part else "")
        value = f" {escape(repr(finding.value))}" if finding.value is not None else ""
        detail = f" ({escape(finding.detail)})" if finding.detail else ""
        console.print(f"    {place}: {finding.flaw}{value}{detail}")
    if len(findings) > 10:
        console.print(f"    and {len(findings) - 10} more: see --report or --rejects")
