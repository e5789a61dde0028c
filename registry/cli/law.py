"""`registry law`: the law the registry stands on: its rows, what is to be read again, and whether files are sound."""

import sys
from collections.abc import Iterator
from datetime import date, datetime
from importlib.resources import files
from pathlib import Path

import click

from registry.cli.law_overlays import overlay
from registry.cli.sealing_keys import opened
from registry.core.clock import day_at, now
from registry.register.law.loading import TABLES, BadLaw, Law, OverlaidRow, country_law, law_of, rows_of, shipped_law
from registry.register.law.overlays.queries import law_at
from registry.register.law.rows import CountryLaw, Row
from registry.register.law.rules import due_rows
from registry.register.law.weights import may_decide
from registry.vocabulary.law import Mark

EXAMPLES = """\b
Examples:
  registry law list --country NL
  registry law list --table limit --mark s2
  registry law stale --within 60
  registry law verify
  registry law verify my-files/

\b
The law is one file a country in the release; `overlay` corrects it without one.
Format, marks and what a row may decide: docs/maintainers/law.md.
"""

_DAY = click.DateTime(["%Y-%m-%d"])
_AS_IT_STANDS = click.option(
    "--with-overlays", "is_overlaid", is_flag=True, help="As it stands in this registry, not only as it was released."
)


def _law(is_overlaid: bool) -> Law:
    if not is_overlaid:
        return shipped_law()
    with opened() as (_, sessions, _keyring), sessions() as session:
        return law_at(session)


@click.group(epilog=EXAMPLES)
def law() -> None:
    """The law the registry stands on: its rows, what is to be read again, and whether files are sound."""


law.add_command(overlay)


@law.command("list")
@click.option("--country", help="Only this country, ISO 3166-1 alpha-2.")
@click.option("--table", type=click.Choice(TABLES), help="Only these rows.")
@click.option("--mark", type=click.Choice(["s", "s2", "k"]), help="Only rows of this mark.")
@click.option("--on", type=_DAY, help="What rows may decide about this day. Without it: today.")
@_AS_IT_STANDS
def list_rows(country: str | None, table: str | None, mark: str | None, on: datetime | None, is_overlaid: bool) -> None:
    """Every row with its mark, the day of its text, when to read it again, and what it may do to an answer."""
    today = day_at(now(), None)
    day = on.date() if on else today
    law = _law(is_overlaid)
    known = law.countries
    if country is not None and country.upper() not in known:
        raise click.BadParameter(f"no file is about {country}; there are {', '.join(known)}", param_hint="--country")
    for one in known.values():
        if country is None or one.country == country.upper():
            for line in _lines(law, one, table, mark, day, today):
                click.echo(line)


def _lines(law: Law, one: CountryLaw, table: str | None, mark: str | None, day: date, today: date) -> Iterator[str]:
    rows = [
        (name, row) for name, row in rows_of(one) if table in (None, name) and (mark is None or row.mark is Mark(mark))
    ]
    if rows:
        yield f"{one.country}  {one.name}  ({one.role})"
    for name, row in rows:
        weight = may_decide(row, day, today=today)
        more = f"{' · disputed' if row.disputed else ''}{_overlay(law.overlaid.get(row.id))}"
        yield f"  {row.id}\n    {name} · {_days(row)} · {weight}{more}"
        yield f"    {row.article or row.source.title}"


def _overlay(mark: OverlaidRow | None) -> str:
    return "" if mark is None else f" · overlay {mark.version}"


def _days(row: Row) -> str:
    return f"mark {row.mark} · text of {row.as_of} ({row.as_of_kind}) · check by {row.check_by}"


@law.command()
@click.option("--within", type=click.IntRange(0, 3650), default=0, help="Also what is due within so many days.")
@click.option("--on", type=_DAY, help="As of this day. Without it: today.")
@_AS_IT_STANDS
def stale(within: int, on: datetime | None, is_overlaid: bool) -> None:
    """Rows whose source is to be read again, the most urgent first. Exit code 1 where there is any."""
    today = on.date() if on else day_at(now(), None)
    due = due_rows(_law(is_overlaid), today, within_days=within)
    for table, row in due:
        state = "late" if row.check_by < today else "due"
        click.echo(f"{row.check_by}  {state:4}  {row.id}  ({table}, {row.url or row.source.title})")
    if due:
        sys.exit(1)
    click.echo("No row is due.")


@law.command()
@click.argument("folder", type=click.Path(exists=True, file_okay=False, path_type=Path), required=False)
def verify(folder: Path | None) -> None:
    """Read every file as the server does, the shipped ones or those of FOLDER. Exit code 1 where one is wrong."""
    laws, faults = [], []
    place = folder or files("registry.register.law") / "data"
    named = sorted(((file.name, file) for file in place.iterdir()), key=lambda pair: pair[0])
    for name, file in named:
        if name.endswith(".toml"):
            try:
                laws.append(country_law(name, file.read_bytes()))
            except BadLaw as error:
                faults.append(str(error))
    try:
        whole = law_of(laws)
    except BadLaw as error:
        faults.append(str(error))
    for fault in faults:
        click.echo(fault, err=True)
    if faults:
        sys.exit(1)
    click.echo(f"{len(whole.countries)} files, {len(whole.rows)} rows: sound.")
