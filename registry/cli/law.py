"""`registry law`: the law the registry stands on: its rows, what is to be read again, and whether files are sound."""

from collections.abc import Iterator, Sequence
from datetime import date, datetime
from importlib.resources import files
from pathlib import Path
from typing import Any

import click

from registry.cli.opening import EXISTING, JSON, echo_json, open_registry
from registry.core.clock import day_at, now
from registry.core.keyring import FileSigner, Keyring, Signer, Use
from registry.register.law import rules, weights
from registry.register.law.loading import TABLES, BadLaw, Law, OverlaidRow, country_law, law_of, rows_of, shipped_law
from registry.register.law.overlays import actions, models, queries, signatures
from registry.register.law.overlays.rules import Overlay, overlay_of
from registry.register.law.rows import CountryLaw, Row
from registry.vocabulary.law import Mark

_DAY = click.DateTime(["%Y-%m-%d"])
_AS_IT_STANDS = click.option(
    "--with-overlays", "is_overlaid", is_flag=True, help="As it stands in this registry, not only as it was released."
)


def _law(is_overlaid: bool) -> Law:
    if not is_overlaid:
        return shipped_law()
    with open_registry() as (_, sessions, _keyring), sessions() as session:
        return queries.law_at(session)


@click.group()
def law() -> None:
    """The law the registry stands on: its rows, what is to be read again, and whether files are sound."""


@law.command("list")
@click.option("--country", help="Only this country, ISO 3166-1 alpha-2.")
@click.option("--table", type=click.Choice(TABLES), help="Only these rows.")
@click.option("--mark", type=click.Choice(["s", "s2", "k"]), help="Only rows of this mark.")
@click.option("--on", type=_DAY, help="What rows may decide about this day. Without it: today.")
@_AS_IT_STANDS
@JSON
def list_rows(
    country: str | None, table: str | None, mark: str | None, on: datetime | None, is_overlaid: bool, as_json: bool
) -> None:
    """Every row with its mark, the day of its text, when to read it again, and what it may do to an answer."""
    today = day_at(now(), None)
    day = on.date() if on else today
    law = _law(is_overlaid)
    known = law.countries
    country = country and country.upper()
    if country is not None and country not in known:
        raise click.BadParameter(f"no file is about {country}; there are {', '.join(known)}", param_hint="--country")
    chosen = [(one, _rows(one, table, mark)) for one in known.values() if country in (None, one.country)]
    if as_json:
        echo_json([_row_as_json(law, one, *named, day, today) for one, rows in chosen for named in rows])
        return
    for one, rows in chosen:
        for line in _lines(law, one, rows, day, today):
            click.echo(line)


def _rows(one: CountryLaw, table: str | None, mark: str | None) -> list[tuple[str, Row]]:
    return [
        (name, row) for name, row in rows_of(one) if table in (None, name) and (mark is None or row.mark is Mark(mark))
    ]


def _row_as_json(law: Law, one: CountryLaw, name: str, row: Row, day: date, today: date) -> dict[str, Any]:
    """What a program reads of a row."""
    shown = ("id", "mark", "as_of", "as_of_kind", "in_force_on", "check_by", "disputed", "article")
    weight, overlaid = weights.may_decide(row, day, today=today), law.overlaid.get(row.id)
    facts = {"country": one.country, "table": name} | {field: getattr(row, field) for field in shown}
    return facts | {"source": row.source.title, "may_decide": weight, "overlay": overlaid and overlaid.version}


def _lines(law: Law, one: CountryLaw, rows: Sequence[tuple[str, Row]], day: date, today: date) -> Iterator[str]:
    if rows:
        yield f"{one.country}  {one.name}  ({one.role})"
    for name, row in rows:
        weight = weights.may_decide(row, day, today=today)
        more = f"{' · disputed' if row.disputed else ''}{_overlay(law.overlaid.get(row.id))}"
        yield f"  {row.id}\n    {name} · {_days(row)} · {weight}{more}"
        yield f"    {row.article or row.source.title}"


def _overlay(mark: OverlaidRow | None) -> str:
    return "" if mark is None else f" · overlay {mark.version}"


def _days(row: Row) -> str:
    seen = f" · in force on {row.in_force_on}" if row.in_force_on else ""
    return f"mark {row.mark} · text of {row.as_of} ({row.as_of_kind}){seen} · check by {row.check_by}"


@law.command()
@click.option("--within", type=click.IntRange(0, 3650), default=0, help="Also what is due within so many days.")
@click.option("--on", type=_DAY, help="As of this day. Without it: today.")
@click.option("--too-old", "is_too_old_listed", is_flag=True, help="Also rows that are too old to decide already.")
@_AS_IT_STANDS
def stale(within: int, on: datetime | None, is_too_old_listed: bool, is_overlaid: bool) -> None:
    """Rows to be read again at their source, the most urgent first. Exit code 1 where there is any.

    `due` and `late`: by their own `check_by`. `votes`: on the day named a row that bars is 24 months old, and from the next
    day on what it bars is `unknown`; these are listed 60 days before.
    """
    today = on.date() if on else day_at(now(), None)
    known = _law(is_overlaid)
    due = rules.due_rows(known, today, within_days=within)
    ending = rules.votes_ending(known, today, within_days=max(within, rules.VOTE_WARNING_DAYS))
    for table, row in due:
        click.echo(_to_read(row.check_by, "late" if row.check_by < today else "due", table, row))
    for table, row, last in ending:
        click.echo(_to_read(last, "votes", table, row))
    for table, row in rules.too_old_rows(known, today) if is_too_old_listed else ():
        click.echo(_to_read(weights.last_fresh_day(row) or "no day    ", "old", table, row))
    if due or ending:
        raise SystemExit(1)
    click.echo("No row is due, and none loses its vote.")


def _to_read(day: date | str, state: str, table: str, row: Row) -> str:
    """One line: until when, the row, and what must be read again."""
    where = row.url or row.copy_url or "no address"
    return f"{day}  {state:5}  {row.id}  ({table}; {row.article or row.source.title}; {where})"


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
        raise SystemExit(1)
    click.echo(f"{len(whole.countries)} files, {len(whole.rows)} rows: sound.")


@law.group()
def overlay() -> None:
    """Correct law, fees and help lines without a release: sign a file here that two officers put into force in the console."""


@overlay.command()
@click.argument("file", type=EXISTING)
@click.option("--key", "key_file", type=EXISTING, help="File with the key's secret, when it does not lie in the home.")
def sign(file: Path, key_file: Path | None) -> None:
    """Check FILE on the law as it is now, and write its signature to FILE.sig."""
    text = file.read_bytes()
    with open_registry() as (_, sessions, keyring):
        signer = _signer(keyring, key_file)
        with sessions() as session:
            law, last = queries.law_at(session), queries.last_version(session)
        try:
            read = overlay_of(file.name, text, law, after=last, today=day_at(now(), None))
        except BadLaw as wrong:
            raise actions.refused(wrong) from None
    beside = file.with_name(f"{file.name}.sig")
    beside.write_text(signatures.signed(text, signer), encoding="utf-8")
    click.echo(f"{beside}: signed by {signer.key.kid}. Version {read.version}:")
    click.echo("\n".join(_stated(read)))


def _signer(keyring: Keyring, file: Path | None) -> Signer:
    return keyring.signer(Use.LAW) if file is None else FileSigner.read(keyring.active(Use.LAW), file)


@overlay.command("list")
def list_overlays() -> None:
    """Every overlay, the newest first: who proposed and approved it, and what it states."""
    with open_registry() as (_, sessions, _keyring), sessions() as session:
        rows = queries.all_overlays(session)
        for row in rows:
            click.echo("\n".join(_overlay_lines(row)))
        if not rows:
            click.echo("There are no overlays: the law is the released one.")


@overlay.command()
@click.argument("reference")
def show(reference: str) -> None:
    """Print the file of the overlay REFERENCE, byte for byte."""
    with open_registry() as (_, sessions, _keyring), sessions() as session:
        click.echo(queries.overlay_named(session, reference).body, nl=False)


def _overlay_lines(row: models.LawOverlay) -> list[str]:
    lines = [
        f"{row.reference}  version {row.number}  {row.state}",
        f"  proposed {row.proposed_at:%Y-%m-%d %H:%M} UTC by {row.proposed_by}, signed by {row.kid}",
    ]
    if row.decided_at is not None:
        word = "refused" if row.state is models.OverlayState.REFUSED else "approved"
        entry = "" if row.log_index is None else f", entry {row.log_index} of the log"
        lines.append(f"  {word} {row.decided_at:%Y-%m-%d %H:%M} UTC by {row.decided_by}{entry}")
    if row.withdrawal_asked_at is not None:
        lines.append(f"  withdrawal asked {row.withdrawal_asked_at:%Y-%m-%d %H:%M} UTC by {row.withdrawal_asked_by}")
    if row.withdrawn_at is not None:
        lines.append(f"  withdrawn {row.withdrawn_at:%Y-%m-%d %H:%M} UTC by {row.withdrawn_by}")
    if row.reason is not None:
        lines.append(f"  reason: {row.reason}")
    try:
        return [*lines, *_stated(queries.stated_in(row))]
    except BadLaw as wrong:
        return [*lines, f"  NOT READ by this release, and not in force: {wrong}"]


def _stated(read: Overlay) -> list[str]:
    lines = [f"  {read.reason}"]
    for put in read.rows:
        lines.append(f"  {put.row.id} ({put.table})" + (f" instead of {put.replaces}" if put.replaces else ", new"))
    lines += [f"  {one.row}: called on {one.on}" for one in read.called]
    lines += [f"  {one.row}: confirmed on {one.on} by {one.by}" for one in read.confirmed]
    return [*lines, *(f"  {one.row}: withdrawn, {one.reason}" for one in read.withdrawn)]
