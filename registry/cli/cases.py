"""`registry cases`: what an operator does about stored complaints, without reading any."""

import click

from registry.cli.opening import open_registry
from registry.complaints.attachments.actions import discard, files_remover
from registry.complaints.attachments.storage import compare, copy_again, store_of
from registry.complaints.retention import purging
from registry.complaints.sealing.sealer import Sealer
from registry.core.clock import day_at, now
from registry.core.db.engine import reading_session
from registry.log.clock_check import require_right_clock

EXAMPLES = """\b
Examples:
  registry cases purge --dry-run
  registry cases reconcile --dry-run
"""


@click.group(epilog=EXAMPLES)
def cases() -> None:
    """Stored complaints: destroy what is kept long enough, and compare their files with the database.

    Officers read and decide them in the console.
    """


@cases.command()
@click.option("--dry-run", "is_dry", is_flag=True, help="Say what would be destroyed, and destroy nothing.")
def purge(is_dry: bool) -> None:
    """Destroy what is kept long enough: keys first, then words and files.

    `registry worker` does it by itself, of one more day each hour, unless it was away for more than a week.
    """
    with open_registry() as (settings, sessions, keyring):
        if is_dry:
            with sessions() as session:
                doomed, existing = (
                    purging.doomed(session, day_at(now(), None)),
                    purging.cases_on_hold(session, day_at(now(), None)),
                )
            for one in doomed:
                click.echo(f"{one.reference}  {one.state:<12}  {one.unit or '-':<20}  since {one.purge_on}")
            for reference in existing:
                click.echo(f"{reference}  kept by a legal hold")
            click.echo(f"{len(doomed)} would be destroyed.")
            return
        with sessions() as session:
            require_right_clock(session)
        done = purging.purge(sessions, Sealer(keyring), now(), files_remover(store_of(settings)))
    click.echo(f"Keys of {done.closed} destroyed, {done.emptied} emptied, {done.removed} removed altogether.")


NOT_WELL = 2


@cases.command(epilog="\b\nExamples:\n  registry cases reconcile --dry-run\n  registry cases reconcile")
@click.option("--dry-run", is_flag=True, help="Say what would be done, and change nothing.")
def reconcile(dry_run: bool) -> None:
    """Remove files that no case speaks of, older than a day, and have clean copies that are missing made again.

    Exit code 2 when the original of an attachment is missing: put the store back from a backup.
    """
    with open_registry() as (settings, sessions, _):
        store = store_of(settings)
        with reading_session(sessions) as session:
            found = compare(session, store, now().date())
        if not dry_run:
            discard(store, found.orphans)
            if found.without_copy:
                with sessions.begin() as session:
                    copy_again(session, found.without_copy)
    would = "would be " if dry_run else ""
    click.echo(f"files without a case: {len(found.orphans)} {would}removed, {found.young} too young to tell")
    click.echo(f"clean copies missing: {len(found.without_copy)} {would}made again")
    if found.without_original:
        click.echo(f"registry: the originals of {', '.join(found.without_original)} are not in the store", err=True)
        raise SystemExit(NOT_WELL)
