"""`registry reindex`: build the lookup keys and the name index anew from the public records."""

import click
from rich.progress import Progress
from sqlalchemy import Engine, func, select

from registry.cli import database_url
from registry.core.db.engine import engine_for, reading_sessions_for, sessions_for
from registry.core.db.revisions import require_current
from registry.register.agencies.models import PublicRecord
from registry.register.agencies.publishing import reindex as renew_keys
from registry.register.names import actions as names

BATCH = 1000


@click.command(
    epilog="""\b
Examples:
  registry reindex
May be stopped and started again at any time; the registry goes on serving meanwhile."""
)
def reindex() -> None:
    """Build the keys that numbers and names are looked up by anew, and what answers to lists copy of each record.

    Needed after an upgrade that changes how names are compared. After one that changes what is copied, lists are answered
    alike without it, and three times as slowly. Harmless at any other time.
    """
    engine = engine_for(database_url())
    require_current(engine)
    total = build_anew(engine)
    click.echo(f"Keys of {total} agencies are up to date.")


def build_anew(engine: Engine) -> int:
    """Lookup keys and indexed names by batches of agencies, then the name index by slices; tells how far it is.

    Each step is a transaction of its own that may be done again, so no publisher waits for long. Gives the agencies.
    """
    sessions = sessions_for(engine)
    with sessions() as session:
        total: int = session.execute(select(func.count()).select_from(PublicRecord)).scalar_one()
    with Progress() as progress:
        task = progress.add_task("agencies", total=total)
        done = 0
        last: int | None = 0
        while last is not None:
            with sessions.begin() as session:
                last = renew_keys(session, last, BATCH)
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
