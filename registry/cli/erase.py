"""`registry erase`: destroy what names a natural person."""

import shutil

import click
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from registry import cli
from registry.core.clock import day_at, now
from registry.core.db import revisions
from registry.core.db.engine import Base, drop_deleted, open_engine, reading_session, sessions_for
from registry.core.errors import ErasedAgency, NotFound
from registry.core.ids import read_reference
from registry.core.settings import Settings
from registry.proofs.papers import making as papers
from registry.ranges import key_rows, models
from registry.register.agencies import erasures, queries
from registry.register.agencies import models as agency_models
from registry.register.names import models as name_models
from registry.supervision.licensing.models import Proposal
from registry.supervision.licensing.proposals import forget_proposals
from registry.vocabulary.register import HolderKind


@click.command()
@click.argument("reference")
@click.option("--yes", is_flag=True, help="Do not ask.")
def erase(reference: str, yes: bool) -> None:
    """Destroy name, numbers, place and contacts of the natural person behind the agency REFERENCE, for ever.

    The log's entries remain: they hold digests, whose values are destroyed too. Lists that name the person again are not
    written down.
    """
    settings = cli.settings()
    with open_engine(settings.database_url) as engine:
        revisions.require_current(engine)
        sessions = sessions_for(engine)
        with reading_session(sessions) as session:
            # No other process must wait while the operator thinks.
            known = erasable(session, reference)
        if not yes:
            click.confirm(f"This cannot be undone. Erase who stands behind {known}?", abort=True)
        erasures.remember(settings.home, known)
        with sessions.begin() as session:
            erase_remembered(session, settings)
            papers.forget_shared(session)
        # A paper made a moment ago may name the person.
        shutil.rmtree(settings.home / "papers", ignore_errors=True)
        cli.sign_published(settings, sessions)
        click.echo(f"Erased. {known} is remembered in {settings.home / 'erased'}.")
        click.echo(drop_erased(engine))


def erase_remembered(session: Session, settings: Settings) -> list[str]:
    """Erase who is remembered and not erased, wherever they are named. Gives the references of those."""
    again = erasures.erase_again(session, settings.home)
    erasures.remember_all(session, settings.home)
    forget_proposals(session, again)
    key_rows.forget_numbers(session, again)
    return again


def drop_erased(engine: Engine) -> str:
    """Let erased values leave the database's files too. Gives what was done, and what is left to do."""
    rooms = (agency_models.__name__, name_models.__name__)
    mapped = {mapper.class_ for mapper in Base.registry.mappers if mapper.class_.__module__ in rooms}
    tables = sorted(one.__tablename__ for one in mapped | {Proposal, models.RangeKey, papers.MadePaper})
    is_done = drop_deleted(engine, tables)
    if engine.dialect.name == "sqlite":
        return (
            "Its bytes are overwritten in the database, and the write-ahead log is empty."
            if is_done
            else "Its bytes are overwritten in the database. The write-ahead log still holds them, for somebody reads from it: "
            "the worker empties it with its next purge, a stop of `serve` and `worker` at once."
        )
    return (
        "PostgreSQL may use their place again, and writes over it in time. To have the bytes leave the tables now, run "
        f"VACUUM FULL {', '.join(tables)}; it locks each of them meanwhile. Archived write-ahead logs keep them."
    )


def erasable(session: Session, written: str) -> str:
    """The reference of a natural person's agency as it is stored. Raises NotFound and ErasedAgency."""
    reference = read_reference(written)
    agency = queries.agency_row(session, reference) if reference else None
    stated = queries.public_record(session, reference, day_at(now(), None)) if reference else None
    if agency is None or stated is None:
        raise NotFound(f"there is no agency {written}: see its page for the reference")
    if agency.erased_at is not None:
        raise ErasedAgency(f"{agency.reference} was erased on {agency.erased_at:%Y-%m-%d} already")
    if stated.holder_kind is HolderKind.LEGAL_PERSON:
        raise ErasedAgency(f"{agency.reference} is a legal person: its name stands in the log and is not erased")
    return agency.reference


def repeat_erasures(settings: Settings) -> None:
    """Erase again what a restored backup brought back. Called before anything is served."""
    with open_engine(settings.database_url) as engine:
        sessions = sessions_for(engine)
        with sessions.begin() as session:
            again = erase_remembered(session, settings)
        if again:
            cli.sign_published(settings, sessions)
            drop_erased(engine)
            click.echo(f"Erased again, for a restored backup brought them back: {' '.join(again)}", err=True)
