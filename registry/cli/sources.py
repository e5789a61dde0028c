"""`registry sources`: the lists we read, how fresh each is, and mappings for new ones."""

import csv
import io
import re
import sys
from datetime import timedelta
from pathlib import Path
from typing import Any

import click
from sqlalchemy import select
from sqlalchemy.orm import Session

from registry import cli
from registry.cli.opening import ANY_FILE, ANY_FOLDER, EXISTING, JSON, echo_json, open_session, open_sessions
from registry.core.clock import now
from registry.core.errors import ImportRefused, NotFound
from registry.core.operator_texts import state_text, withdraw_text
from registry.register.authorities.models import Source
from registry.register.authorities.sources import chinese_name
from registry.register.imports import columns, drafting, models, queries, worker
from registry.register.imports.mapping import FIELDS, FOLDER, SourceMapping, read_mapping_file, shipped_names
from registry.register.imports.report import write_whole
from registry.vocabulary.register import LicenceKind, LicenceStatus

LEAVE_OUT = "-"


@click.group()
def sources() -> None:
    """The lists we read: how fresh each is, what waits for approval, and mappings for new ones."""


@sources.command("list")
@JSON
def list_sources(as_json: bool) -> None:
    """Every source: when it was last read, when it goes stale, when it is fetched next, and what went wrong."""
    settings = cli.settings()
    with open_sessions(settings) as sessions, sessions() as session:
        known = session.execute(select(Source).order_by(Source.reference)).scalars().all()
        if as_json:
            echo_json([_facts(session, source) for source in known])
            return
        for source in known:
            click.echo("\n".join(_lines(session, source)))
        references = {source.reference for source in known}
        own = queries.own_names(session, settings.home)
    for name in sorted({*shipped_names(), *own} - references):
        click.echo(f"{name}\n  not imported yet; its mapping is {'your own' if name in own else 'shipped'}")


def _facts(session: Session, source: Source) -> dict[str, Any]:
    """A source that was imported, as a program reads it."""
    former, state = queries.last_retrieval(session, source), session.get(models.FetchState, source.id)
    lasts = source.fresh_for_days and former and timedelta(days=source.fresh_for_days)
    return {
        "reference": source.reference,
        "read_at": former and former.retrieved_at,
        "rows": former and former.counts.get("read", 0),
        "is_full": bool(former and former.is_full),
        "stale_at": former.retrieved_at + lasts if former and lasts else None,
        "next_fetch_at": source.next_fetch_at,
        "trouble": state and state.trouble,
        "failures": state.failures if state else 0,
    }


def _lines(session: Session, source: Source) -> list[str]:
    lines = [source.reference]
    former = queries.last_retrieval(session, source)
    if former is None:
        lines.append("  never read")
    else:
        lines.append(f"  read {former.retrieved_at:%Y-%m-%d %H:%M} UTC, {former.counts.get('read', 0)} rows")
        if source.is_full and not former.is_full:
            lines.append("  rows were LOST in that reading: not found answers unknown until it is read as a whole")
        if source.fresh_for_days:
            stale_at = former.retrieved_at + timedelta(days=source.fresh_for_days)
            word = "STALE since" if stale_at <= now() else "fresh until"
            lines.append(f"  {word} {stale_at:%Y-%m-%d %H:%M} UTC")
    if source.address is not None:
        when = f"{source.next_fetch_at:%Y-%m-%d %H:%M} UTC" if source.next_fetch_at else "as soon as a worker runs"
        lines.append(f"  next fetch {when}")
    state = session.get(models.FetchState, source.id)
    if state is not None and state.trouble:
        times = f", {state.failures} times in a row" if state.failures > 1 else ""
        lines.append(f"  trouble{times}: {state.trouble}")
    return lines


@sources.command()
@click.argument("name")
def show(name: str) -> None:
    """What the mapping NAME says, and how the list fares."""
    settings = cli.settings()
    with open_sessions(settings) as sessions, sessions() as session:
        try:
            source = queries.source_named(session, name)
        except NotFound:
            source = None
        mapping = (
            queries.mapping_of(session, source.reference, source.mapping, settings.home)
            if source is not None
            else queries.mapping_named(session, name, settings.home)
        )
        if source is not None:
            click.echo("\n".join(_lines(session, source)))
    click.echo("\n".join(_mapping_lines(mapping)))


def _mapping_lines(mapping: SourceMapping) -> list[str]:
    source, authority = mapping.source, mapping.authority
    lines = [
        f"  authority {authority.reference} ({authority.names.get('en', '')}), {authority.country}, {authority.time_zone}",
        f"  kinds {', '.join(source.kinds)}",
        f"  {'full' if source.is_full else 'partial'} list, "
        + ("of the whole country" if source.is_national else "one of several in the country"),
        f"  fresh for {source.fresh_for_days} days, key {source.key}",
    ]
    if source.territory:
        lines.append(f"  holds all licensed in {', '.join(chinese_name(code) or code for code in source.territory)}")
    if source.form_mark:
        lines.append(f"  its form is known by mark {source.form_mark} alone: no one has compared it with a copy")
    if source.address:
        lines.append(f"  fetched from {source.address}")
    for title, layout in (("tables", mapping.table), ("JSON", mapping.json)):
        if layout is not None:
            lines.append(f"  {title}:")
            lines += [f"    {field} = {column}" for field, column in {**layout.columns, **layout.flags}.items()]
    return lines


@sources.command()
@click.argument("sample", type=EXISTING)
@click.option("--to", "to", type=ANY_FILE, help="File to write the draft to, instead of standard output.")
@click.option("--encoding", help="Encoding of a text file, when it is found out wrongly.")
@click.option(
    "--ask/--no-ask", default=None, help="Ask what cannot be guessed (on a terminal), or leave questions in the draft."
)
def new(sample: Path, to: Path | None, encoding: str | None, ask: bool | None) -> None:
    """Draft a mapping from SAMPLE, a file of an official list that was never read here.

    Columns are guessed by their headers and values. What cannot be guessed is asked, or left as `# ?` in the draft.
    State it with `registry sources add` to import by its name on every machine.
    """
    if to is not None and to.exists():
        raise ImportRefused(f"{to} is there already: name another file")
    draft = drafting.draft_mapping(sample, encoding)
    answers = drafting.Answers(reference=sample.stem[:40].lower().replace(" ", "-"))
    if sys.stdin.isatty() if ask is None else ask:
        _ask(answers, draft)
    text = drafting.as_toml(draft, answers)
    if to is None:
        click.echo(text, nl=False)
        return
    to.parent.mkdir(parents=True, exist_ok=True)
    write_whole(to, text.encode())
    left = text.count("# ?")
    click.echo(f"{to}: {len(draft.columns)} columns were guessed, {left} questions are left (marked # ?).")
    click.echo(f"Then try: registry import {sample} --mapping {to} --dry-run")


@sources.command()
@click.argument("file", type=EXISTING)
@click.option("--to", "folder", required=True, type=ANY_FOLDER, help="Folder to write to.")
@click.option("--encoding", help="Encoding of a web page or text file, when it is found out wrongly.")
@click.option("--sheet", help="Of an XLSX workbook: the sheet to split, where several hold tables.")
def split(file: Path, folder: Path, encoding: str | None, sheet: str | None) -> None:
    """Write each list of FILE, which holds several under headings, as a CSV file of its own.

    Draft a mapping for each, or say what the headings mean in [[table.headings]] of one mapping and import FILE itself.
    """
    parts = columns.parts_of(file, encoding, sheet)
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    number = 0
    for part in parts:
        if not part.rows:
            click.echo(f"no rows below {part.heading[:100]!r}")
            continue
        number += 1
        words = "-".join(re.findall(r"\w+", part.heading.casefold()))[:40].strip("-")
        to = folder / (f"{number:02d}-{words}.csv" if words else f"{number:02d}.csv")
        if to.exists():
            raise ImportRefused(f"{to} is there already: name another folder")
        out = io.StringIO()
        csv.writer(out).writerows([part.header, *part.rows])
        write_whole(to, out.getvalue().encode())
        click.echo(f"{to}: {len(part.rows)} rows, {part.heading[:100]!r}")


@sources.command()
@click.argument("file", type=EXISTING)
def add(file: Path) -> None:
    """Have the mapping FILE count on every machine, in place of one of its name."""
    mapping, name = read_mapping_file(file), f"{FOLDER}/{file.stem}.toml"
    if mapping.source.reference != file.stem:
        raise ImportRefused(
            f"{file} is the mapping of {mapping.source.reference}: call it {mapping.source.reference}.toml"
        )
    with open_session() as session:
        state_text(session, name, file.read_text(encoding="utf-8"))
    click.echo(f"{file.stem} counts on every machine. Try: registry import LIST --source {file.stem} --dry-run")


@sources.command()
@click.argument("name")
def remove(name: str) -> None:
    """Withdraw the mapping NAME that was stated; what was imported by it stays."""
    with open_session() as session:
        if not withdraw_text(session, f"{FOLDER}/{name}.toml"):
            raise ImportRefused(f"no mapping {name} was stated: see `registry sources list`")
    click.echo(f"{name} was withdrawn.")


def _ask(answers: drafting.Answers, draft: Any) -> None:
    def ask(question: str, otherwise: str = "") -> str:
        return str(click.prompt(question, default=otherwise, show_default=bool(otherwise), err=True)).strip()

    for name, column in draft.columns.items():
        field = ask(f"{column!r} is taken for (another field, or - to leave it out)", name)
        while field not in (name, LEAVE_OUT, *FIELDS):
            field = ask(f"The fields are {', '.join(FIELDS)}. What is {column!r}?", name)
        if field != name:
            answers.columns[column] = "" if field == LEAVE_OUT else field
    for column in draft.unknown:
        samples = ", ".join(repr(value[:30]) for value in column.values[:3])
        field = ask(f"What is {column.name!r} ({samples})? A field, or nothing to leave it out")
        while field and field not in FIELDS:
            field = ask(f"The fields are {', '.join(FIELDS)}. What is {column.name!r}?")
        if field:
            answers.columns[column.name] = field
    answers.reference = ask("A short name for this list", answers.reference)
    answers.authority = ask("A short name for the body that licenses")
    answers.authority_name = ask("Its name in English")
    answers.country = ask("Its country (ISO 3166-1, like CZ)").upper()
    answers.time_zone = ask("Its time zone (like Europe/Prague)")
    answers.kind = ask("The licence kind, if all rows have one")
    while answers.kind and answers.kind not in list(LicenceKind):
        answers.kind = ask(f"The kinds are {', '.join(LicenceKind)}. Which")
    answers.status = ask("What does being on the list mean", "active")
    while answers.status and answers.status not in list(LicenceStatus):
        answers.status = ask(f"The statuses are {', '.join(LicenceStatus)}. Which", "active")
    answers.is_full = click.confirm("Does an agency that is not on it hold no such licence", default=False, err=True)
    answers.fresh_for_days = click.prompt(
        "For how many days may a copy be relied on", type=click.IntRange(0, 3650), default=30, err=True
    )


@sources.command()
@click.argument("code")
@click.option(
    "--authority", default="", help="The authority's name in Chinese; its place's commerce department if left out."
)
@click.option("--full", "is_full", is_flag=True, help="The list holds everybody whom the authority licensed.")
@click.option(
    "--whole-place",
    "holds_whole_place",
    is_flag=True,
    help="With --full: it holds everybody licensed in the place, whichever authority there did.",
)
def province(code: str, authority: str, is_full: bool, holds_whole_place: bool) -> None:
    """Write the mapping for the list of one province or city of China into REGISTRY_HOME/sources, for this machine.

    CODE is that of GB/T 2260: 35 for Fujian, 3502 for Xiamen. Characters 3 to 8 of a company's code begin with it.
    """
    if holds_whole_place and not is_full:
        raise ImportRefused("--whole-place says that the list is full: give --full too, or neither")
    text = drafting.province_mapping(code, authority=authority, is_full=is_full, holds_whole_place=holds_whole_place)
    to = cli.settings().home / "sources" / f"cn-labour-{code}.toml"
    if to.exists():
        raise ImportRefused(f"{to} is there already: correct it, or remove it first")
    to.parent.mkdir(mode=0o700, exist_ok=True)
    write_whole(to, text.encode())
    click.echo(f"{to}: compare it with the list, then try: registry import LIST --source cn-labour-{code} --dry-run")
    click.echo(f"With several machines have it count on each: registry sources add {to}")


@sources.command()
@click.argument("name")
def fetch(name: str) -> None:
    """Fetch the list NAME from its address now, and apply it or hold it for approval."""
    settings = cli.settings()
    with open_sessions(settings) as sessions:
        outcome = worker.fetch_source(settings, sessions, name)
        cli.sign_published(settings, sessions)
    click.echo(f"{name}: {outcome}")
    if not outcome.startswith(("applied", "unchanged")):
        sys.exit(2)


@sources.command()
def pending() -> None:
    """Lists that were fetched and wait for a decision."""
    with open_sessions(cli.settings()) as sessions, sessions() as session:
        waiting = queries.pending_imports(session)
    for one, reference in waiting:
        click.echo(f"{one.reference}  {reference}, fetched {one.fetched_at:%Y-%m-%d %H:%M} UTC\n  {one.reason}")
    if not waiting:
        click.echo("Nothing waits.")


@sources.command()
@click.argument("reference")
def approve(reference: str) -> None:
    """Apply the held list REFERENCE: its good rows, and whatever it delists."""
    from registry.cli.imports import show as show_report

    settings = cli.settings()
    with open_sessions(settings) as sessions:
        report = worker.approve(settings, sessions, reference)
        cli.sign_published(settings, sessions)
    show_report(report)
    if report.refused_because is not None:
        raise ImportRefused(report.refused_because)


@sources.command()
@click.argument("reference")
def reject(reference: str) -> None:
    """Do not apply the held list REFERENCE."""
    settings = cli.settings()
    with open_sessions(settings) as sessions:
        worker.reject(settings, sessions, reference)
    click.echo(f"{reference} was rejected; its source is fetched again as usual.")
