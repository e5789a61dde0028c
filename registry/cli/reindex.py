"""`registry reindex`: build the lookup keys anew from the public records."""

import click
from rich.progress import Progress
from sqlalchemy import func, select

from registry.agencies.models import PublicRecord
from registry.agencies.publishing import reindex as renew
from registry.cli import settings
from registry.db import engine_for, sessions_for
from registry.revisions import require_current

BATCH = 1000


@click.command(
    epilog="""\b
Examples:
  registry reindex
May be stopped and started again at any time; the registry goes on serving meanwhile."""
)
def reindex() -> None:
    """Build the keys that numbers and names are looked up by anew.

    Needed after an upgrade that changes how names are compared; harmless at any other time.
    """
    engine = engine_for(settings().database_url)
    require_current(engine)
    sessions = sessions_for(engine)
    with sessions() as session:
        total = session.execute(select(func.count()).select_from(PublicRecord)).scalar_one()
    done = 0
    with Progress() as progress:
        task = progress.add_task("agencies", total=total)
        last: int | None = 0
        while last is not None:
            with sessions.begin() as session:
                last = renew(session, last, BATCH)
            if last is not None:
                done = min(done + BATCH, total)
                progress.update(task, completed=done)
    click.echo(f"Keys of {total} agencies are up to date.")
