"""`registry db`: move the database between revisions, and say where it is; `registry reindex`: build its keys anew."""

import click
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from rich.console import Console
from rich.progress import Progress
from sqlalchemy import Connection, Engine, func, select

from registry import cli
from registry.cli.keys import prepare_keys
from registry.cli.opening import JSON, echo_json
from registry.core.db import revisions
from registry.core.db.engine import engine_for, open_engine, read_only, reading_sessions_for, sessions_for
from registry.core.errors import NotMigrated
from registry.register.agencies import models, publishing
from registry.register.names import actions as names
from registry.register.names.models import IndexedName


@click.group(name="db")
def database() -> None:
    """Move the database between revisions, and say where it is."""


@database.command()
@click.argument("revision", default="head")
def upgrade(revision: str) -> None:
    """Bring the database to REVISION, the newest one if none is named.

    Each step is a transaction of its own: when interrupted, the database is at the last step that was finished, and the same
    command goes on from there. On PostgreSQL a step that gets no lock for two seconds lets others by and tries again, so the
    registry may go on serving meanwhile. The keys that the registry signs with are made in REGISTRY_HOME/keys if there are
    none yet: keep a copy of that folder in a safe place.
    A database that holds agencies but no index of their names then gets one, as by `registry reindex`.
    """
    settings = cli.settings(needs_database=False, makes_home=True)
    settings.prepare_database_file()
    revisions.upgrade(settings.database_url, revision, say=_say)
    if revision in ("head", revisions.head()):
        prepare_keys(settings)
        _index_names(settings.database_url)
    click.echo(_where())


def _say(line: str) -> None:
    click.echo(f"registry: {line}", err=True)


def _index_names(address: str) -> None:
    with open_engine(address) as engine:
        if _lacks_name_index(engine):
            build_anew(engine)


def _lacks_name_index(engine: Engine) -> bool:
    with reading_sessions_for(engine)() as session:
        any_agency = session.execute(select(models.PublicRecord.agency_id).limit(1)).first()
        any_name = session.execute(select(IndexedName.agency_id).limit(1)).first()
    return any_agency is not None and any_name is None


@database.command()
@click.argument("revision")
@click.option("--yes", is_flag=True, help="Do not ask whether the data of the later revisions may go.")
def downgrade(revision: str, yes: bool) -> None:
    """Take the database back to REVISION. What only later revisions can hold is lost."""
    if not yes:
        click.confirm(f"Data that revision {revision} cannot hold will be lost. Go on?", abort=True)
    revisions.downgrade(cli.database_url(), revision, say=_say)
    click.echo(_where())


@database.command()
@JSON
def current(as_json: bool) -> None:
    """Print the revision the database is at, and the one this version needs."""
    if as_json:
        with open_engine(cli.database_url()) as engine, read_only(engine).connect() as connection:
            echo_json({"current": revisions.current(connection), "head": revisions.head()})
        return
    click.echo(_where())


@database.command()
def check() -> None:
    """Check that the database can be reached, is new enough, and has exactly the tables this version expects.

    Exit code 0 when all is well, 2 otherwise.
    """
    with open_engine(cli.database_url()) as engine:
        revisions.require_current(engine)
        with read_only(engine).connect() as connection:
            found = revisions.current(connection)
            differences = differences_of(connection)
    if revisions.is_later(found):
        raise NotMigrated(f"the database is at revision {found}, of a later version: check it with that version")
    if differences:
        raise NotMigrated(f"the tables differ from what this version expects: {'; '.join(differences)}")
    click.echo(f"The database is well, at revision {revisions.head()}.")


def differences_of(connection: Connection) -> list[str]:
    from registry.tables import METADATA

    context = MigrationContext.configure(connection, opts={"compare_type": True})
    return [str(difference) for difference in compare_metadata(context, METADATA)]


def _where() -> str:
    with open_engine(cli.database_url()) as engine, read_only(engine).connect() as connection:
        found = revisions.current(connection)
    revisions.require_known(found)
    wanted = revisions.head()
    if found == wanted:
        return f"The database is at revision {found}, the newest."
    if revisions.is_later(found):
        return f"The database is at revision {found}, of a later version; this one knows {wanted}."
    return f"The database is at revision {found or 'none'}; this version needs {wanted}: run `registry db upgrade`."


BATCH = 1000


@click.command()
def reindex() -> None:
    """Build the keys that numbers and names are looked up by anew, and what answers to lists copy of each record.

    Needed after an upgrade that changes how names are compared. After one that changes what is copied, lists are answered
    alike without it, and three times as slowly. Harmless at any other time.
    """
    engine = engine_for(cli.database_url())
    revisions.require_current(engine)
    total = build_anew(engine)
    click.echo(f"Keys of {total} agencies are up to date.")


def build_anew(engine: Engine) -> int:
    """Lookup keys and indexed names by batches of agencies, then the name index by slices; tells how far it is.

    Each step is a transaction of its own that may be done again, so no publisher waits for long. Gives the agencies.
    """
    sessions = sessions_for(engine)
    with sessions() as session:
        total: int = session.execute(select(func.count()).select_from(models.PublicRecord)).scalar_one()
    # The bar is for who watches: what is written to a file or pipe is the last line alone.
    console = Console(stderr=True)
    with Progress(console=console, disable=not console.is_terminal) as progress:
        task = progress.add_task("agencies", total=total)
        done = 0
        last: int | None = 0
        while last is not None:
            with sessions.begin() as session:
                last = publishing.reindex(session, last, BATCH)
            if last is not None:
                done = min(done + BATCH, total)
                progress.update(task, completed=done)
        task = progress.add_task("names", total=total)
        with reading_sessions_for(engine)() as session:
            collected = names.collect(session, lambda done: progress.update(task, completed=done))
        task = progress.add_task("index", total=names.SLICES)
        for number in range(names.SLICES):
            with sessions.begin() as session:
                names.renew(session, collected, number)
            progress.update(task, completed=number + 1)
    return total
