"""Lists that are kept whole: their statements under one signature, in the same file as the receipts."""

import zlib
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from registry.bulk import actions, files
from registry.bulk.archive.receipts import EVERY, Filter, days_of, on_days
from registry.bulk.manifest import lines_in
from registry.bulk.models import ArchivedList, BulkJob
from registry.core.calls import Call
from registry.core.clock import day_at
from registry.core.db.locking import find
from registry.core.errors import NotFound
from registry.core.ids import read_reference
from registry.core.settings import Settings
from registry.organisations.models import OrganisationActor
from registry.vocabulary.organisations import JobKind


class SignedStatements(NamedTuple):
    """Statements, one a line, with the manifest that signs them all. `reference` is that of the list, archived or not."""

    reference: str
    statements: Sequence[bytes]
    counts: Mapping[str, int]
    manifest: str


def archive_list(call: Call[OrganisationActor], kind: JobKind, signed: SignedStatements) -> ArchivedList:
    """Keep a list that was answered in one go."""
    stored = ArchivedList(
        reference=signed.reference,
        organisation_id=call.actor.id,
        kind=kind,
        name="",
        counts=dict(signed.counts),
        issued_at=call.at,
        manifest=signed.manifest,
        statements=zlib.compress(b"".join(signed.statements)),
        ends_on=day_at(call.at, None) + timedelta(days=days_of(call.session, call.actor.id)),
    )
    call.session.add(stored)
    call.session.flush()
    return stored


def archive_job(session: Session, job: BulkJob, manifest: str, at: datetime) -> None:
    """Keep a job that is being written: its folder stays as long as a receipt. Done twice it is done once."""
    if session.scalars(select(ArchivedList.id).where(ArchivedList.job_id == job.id)).first() is not None:
        return
    ends_on = day_at(at, None) + timedelta(days=days_of(session, job.organisation_id))
    session.add(
        ArchivedList(
            reference=job.reference,
            organisation_id=job.organisation_id,
            job_id=job.id,
            kind=job.kind,
            name=job.name,
            counts=job.counts,
            issued_at=at,
            manifest=manifest,
            ends_on=ends_on,
        )
    )
    session.get_one(BulkJob, job.id).purge_on = ends_on
    session.flush()


def lists_of(
    session: Session, organisation_id: int, limit: int, before: int | None = None, which: Filter = EVERY
) -> Sequence[ArchivedList]:
    """Up to `limit` archived lists older than the row `before`, newest first.

    `which` filters by days and part of the name.
    """
    query = select(ArchivedList).where(
        ArchivedList.organisation_id == organisation_id, *on_days(ArchivedList.issued_at, which)
    )
    if which.text is not None:
        is_named = ArchivedList.name.icontains(which.text, autoescape=True)
        query = query.where(is_named | (ArchivedList.reference == read_reference(which.text)))
    if before is not None:
        query = query.where(ArchivedList.id < before)
    return session.scalars(query.order_by(ArchivedList.id.desc()).limit(limit)).all()


def list_named(session: Session, organisation_id: int, reference: str) -> ArchivedList:
    """An archived list of the organisation. Raises NotFound, also for one of another organisation."""
    its = (ArchivedList.reference == read_reference(reference), ArchivedList.organisation_id == organisation_id)
    return find(session, ArchivedList, *its, missing="your organisation has kept no such list")


def statements_of(settings: Settings, stored: ArchivedList) -> Iterator[bytes]:
    """Its statements, line by line; those of a job are fetched where another machine has them. Raises NotFound."""
    if stored.statements is not None:
        return iter(zlib.decompress(stored.statements).splitlines(keepends=True))
    files.bring_file(settings, stored.reference)
    path = files.folder_of(settings.home, stored.reference) / "statements.jsonl"
    if not path.is_file():
        raise NotFound("the statements of this list do not lie on this machine")
    return lines_in(path)


def let_list_go(session: Session, organisation_id: int, reference: str) -> None:
    """Delete an archived list for good. A job that was archived stays as long as any other. Raises NotFound."""
    stored = list_named(session, organisation_id, reference)
    if stored.job_id is not None:
        job = session.get_one(BulkJob, stored.job_id)
        job.is_kept, job.purge_on = False, day_at(job.made_at, None) + timedelta(days=actions.KEPT_DAYS)
    session.delete(stored)
    session.flush()
