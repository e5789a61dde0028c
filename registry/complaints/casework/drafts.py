"""Keeping, finding and dropping what an officer typed and has not sent: read by that officer alone, and listed nowhere."""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from sqlalchemy import Delete, delete, select
from sqlalchemy.orm import Session

from registry.complaints.casework.models import OfficerDraft
from registry.complaints.sealing.envelopes import Place
from registry.complaints.sealing.sealer import Sealer
from registry.core.errors import Unopenable

KEPT_FOR = timedelta(days=7)
MAX_TYPED = 100_000
"""Characters of all fields of a form together; longer forms are not kept."""
MAX_ADDRESS = 200
MAX_KEPT = 40
"""Unsent texts of one officer; beyond that the oldest goes."""

Fields = Mapping[str, Sequence[str]]


class Unsent(NamedTuple):
    """What was typed into a form of a page, and when it was kept."""

    action: str
    saved_at: datetime
    fields: Fields


class TypedForm(NamedTuple):
    """What was typed into a form of a page. `about`: reference and version of the case that the form acts on."""

    page: str
    action: str
    fields: Fields
    about: tuple[str, int] | None = None


def keep(session: Session, sealer: Sealer, officer_id: int, form: TypedForm, at: datetime) -> bool:
    """Keep what was typed in place of what was kept of the same form before. False where it is too long to be kept."""
    page, action = form.page, form.action
    typed = json.dumps({name: list(values) for name, values in form.fields.items()}, ensure_ascii=False)
    if len(typed) > MAX_TYPED or max(len(page), len(action)) > MAX_ADDRESS:
        return False
    session.execute(_of(officer_id).where(OfficerDraft.page == page, OfficerDraft.action == action))
    row = OfficerDraft(officer_id=officer_id, page=page, action=action, saved_at=at, sealed="")
    row.about, row.version = form.about or (None, None)
    row.sealed = sealer.seal_field(typed, place_of_draft(row))
    session.add(row)
    session.flush()
    newest = select(OfficerDraft.id).where(OfficerDraft.officer_id == officer_id)
    beyond = newest.order_by(OfficerDraft.saved_at.desc(), OfficerDraft.id.desc()).offset(MAX_KEPT)
    if oldest := session.execute(beyond).scalars().all():
        session.execute(delete(OfficerDraft).where(OfficerDraft.id.in_(oldest)))
    return True


def unsent_on(session: Session, sealer: Sealer, officer_id: int, page: str, at: datetime) -> list[Unsent]:
    """What the officer typed on a page and has not sent, the oldest first. What can no longer be opened is left out."""
    rows = select(OfficerDraft).where(
        OfficerDraft.officer_id == officer_id, OfficerDraft.page == page, OfficerDraft.saved_at > at - KEPT_FOR
    )
    found = []
    for row in session.execute(rows.order_by(OfficerDraft.saved_at, OfficerDraft.id)).scalars():
        try:
            fields = json.loads(sealer.open_field(row.sealed, place_of_draft(row)))
        except Unopenable:
            continue
        found.append(Unsent(row.action, row.saved_at, fields))
    return found


def drop(session: Session, officer_id: int, *, action: str | None = None, page: str | None = None) -> None:
    """Drop what was kept of a form that is sent now, or all of a page."""
    gone = _of(officer_id)
    if action is not None:
        gone = gone.where(OfficerDraft.action == action)
    if page is not None:
        gone = gone.where(OfficerDraft.page == page)
    session.execute(gone.execution_options(synchronize_session=False))


def forget_unsent(session: Session, at: datetime) -> None:
    """Destroy what was not sent in time."""
    session.execute(
        delete(OfficerDraft).where(OfficerDraft.saved_at <= at - KEPT_FOR).execution_options(synchronize_session=False)
    )


def place_of_draft(row: OfficerDraft) -> Place:
    """The place of a sealed text: moved to another officer, page or form it does not open."""
    return Place("officer_drafts", row.action.replace("/", "|"), str(row.officer_id), row.page.replace("/", "|"))


def _of(officer_id: int) -> Delete:
    return delete(OfficerDraft).where(OfficerDraft.officer_id == officer_id)
