"""`registry cases`: what an operator does about stored complaints, without reading any."""

import click

from registry.cli.reconcile import reconcile
from registry.cli.sealing_keys import opened
from registry.complaints.attachments.actions import files_remover
from registry.complaints.attachments.storage import store_of
from registry.complaints.retention import purging
from registry.complaints.sealing.sealer import Sealer
from registry.core.clock import day_at, now
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
    with opened() as (settings, sessions, keyring):
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


cases.add_command(reconcile)
