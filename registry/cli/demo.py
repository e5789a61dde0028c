"""`registry demo`: invented data to look at, in a home of its own."""

import click
from sqlalchemy.orm import Session

from registry import cli
from registry.cli.opening import open_registry
from registry.complaints.case.complaint_codes import grouped
from registry.complaints.sealing.sealer import Sealer
from registry.core.clock import now
from registry.core.db import revisions
from registry.core.db.engine import open_engine, sessions_for
from registry.core.errors import ImportRefused
from registry.demo.complaints import add_officers, load_complaints
from registry.demo.load import Counts, counts, demo_data, demo_reference, statuses
from registry.demo.load import load as load_demo
from registry.demo.officers_work import add_work
from registry.log.actions import lock_log


@click.group()
def demo() -> None:
    """Load invented data to look at and to try with.

    Demo data has a home and a log origin of its own. It refuses to stand beside real data, and real imports refuse to
    stand beside it: set REGISTRY_HOME to another folder for either.
    """


@demo.command()
def load() -> None:
    """Load the demo data into REGISTRY_HOME. When it is there already there is nothing to do.

    The database must be at the newest revision (`registry db upgrade`).
    """
    with open_registry() as (settings, sessions, keyring):
        with sessions() as session:
            found = load_demo(session)
            codes = [] if found is None else _complaints(session, Sealer(keyring))
            session.commit()
        cli.sign_published(settings, sessions)
    if found is None:
        click.echo("The demo data is there already: nothing to do.")
        return
    click.echo(f"Loaded {_summary(found)}.")
    click.echo(f"{len(codes)} invented complaints; come back to the third by the receipt {grouped(codes[2])}.")


@demo.command()
def officers() -> None:
    """Add one invented officer for each role, with a case in each state, and print the codes to join with at /console/join.

    The demo data must be loaded. Codes are good for three days and shown once; who was added before is listed without.
    """
    with open_registry() as (settings, sessions, keyring), sessions.begin() as session:
        if not lock_log(session).is_demo:
            raise ImportRefused(
                "invented officers stand beside demo data alone: run `registry demo load` in a demo home"
            )
        sealer, at = Sealer(keyring), now()
        found = add_officers(session, sealer, at)
        filled = add_work(session, sealer, at, settings)
    click.echo("One officer for each role. Join with the code, then sign in with the e-mail address:")
    for one in found:
        click.echo(f"  {one.role:<13} {one.unit:<22} {one.email:<44} {one.code or '(added before)'}")
    if filled:
        click.echo(
            f"{filled} invented cases, one in each state, a hearing, a sanction, a renewal, a held list and a likely clone "
            "are on the Italian desk."
        )
    click.echo("The console is served where REGISTRY_EDGES names it, as `make run` does; open /console/join.")


@demo.command()
def check() -> None:
    """Say what this home holds. Exit code 0 when it is a demo home, 2 otherwise."""
    with open_engine(cli.database_url()) as engine:
        revisions.require_current(engine)
        with sessions_for(engine)() as session:
            state = lock_log(session)
            if not state.is_demo:
                what = "real data" if state.size else "nothing yet"
                raise ImportRefused(f"this is no demo home: it holds {what}")
            click.echo(f"Demo home with log origin {state.origin or '(none yet)'}: {_summary(counts(session))}.")
            for status, count in sorted(statuses(session).items()):
                click.echo(f"  {count:>3}  {status}")


def _complaints(session: Session, sealer: Sealer) -> list[str]:
    at = now()
    data = demo_data(at.date())
    agencies = {entry["tag"]: demo_reference("agency", entry["tag"]) for entry in data["agency"]}
    return load_complaints(session, sealer, data["unit"], data["complaint"], agencies, at)


def _summary(found: Counts) -> str:
    return (
        f"{found.agencies} invented agencies, {found.licences} licences, {found.agreements} agreements "
        f"in {found.entries} entries"
    )
