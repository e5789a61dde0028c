"""`registry cases reconcile`: files of attachments and the rows that speak of them, held against each other."""

import click

from registry import cli
from registry.complaints.attachments.actions import discard
from registry.complaints.attachments.storage import compare, copy_again, store_of
from registry.core.clock import now
from registry.core.db import revisions
from registry.core.db.engine import engine_for, reading_sessions_for, sessions_for

NOT_WELL = 2


@click.command(epilog="\b\nExamples:\n  registry cases reconcile --dry-run\n  registry cases reconcile")
@click.option("--dry-run", is_flag=True, help="Say what would be done, and change nothing.")
def reconcile(dry_run: bool) -> None:
    """Remove files that no case speaks of, older than a day, and have clean copies that are missing made again.

    Exit code 2 when the original of an attachment is missing: put the store back from a backup.
    """
    settings = cli.settings()
    store, engine = store_of(settings), engine_for(settings.database_url)
    try:
        revisions.require_current(engine)
        with reading_sessions_for(engine)() as session:
            found = compare(session, store, now().date())
        if not dry_run:
            discard(store, found.orphans)
            if found.without_copy:
                with sessions_for(engine).begin() as session:
                    copy_again(session, found.without_copy)
    finally:
        engine.dispose()
    would = "would be " if dry_run else ""
    click.echo(f"files without a case: {len(found.orphans)} {would}removed, {found.young} too young to tell")
    click.echo(f"clean copies missing: {len(found.without_copy)} {would}made again")
    if found.without_original:
        click.echo(f"registry: the originals of {', '.join(found.without_original)} are not in the store", err=True)
        raise SystemExit(NOT_WELL)
