"""Publishes decisions about a licence in the public record, all within the caller's transaction."""

from collections.abc import Sequence
from datetime import date, datetime

import msgspec
from sqlalchemy.orm import Session

from registry.audit import actions as audit
from registry.log.actions import Appended, lock_log
from registry.register.agencies import models, record, storage
from registry.register.agencies.actions import amend
from registry.register.agencies.publishing import Event
from registry.register.authorities.actions import save_desk_reading
from registry.supervision.licensing.changes import with_licence, with_sanction, with_status
from registry.supervision.licensing.statements import Statement
from registry.vocabulary.register import LicenceStatus


def set_status(
    session: Session,
    licence: models.Licence,
    status: LicenceStatus,
    *,
    ground: str,
    ground_text: str | None = None,
    from_on: date,
    to_on: date | None = None,
    publish_until: date | None = None,
    until: date | None = None,
    is_stayed: bool = False,
    by: str,
    at: datetime,
    event: Event,
) -> Appended | None:
    """State another status of a licence: public record, log entry and status list at once, and the audit line.

    `from_on` and `to_on` are days where the authority sits, the last one inclusive. An open status ends whatever was
    stated before; one with `to_on` is laid over it and ends by itself. A day to come is published now and holds from
    that day. `publish_until` is the last day on which the law lets it be shown, `until` that of a wind-down. `by` is
    the officer's reference. The caller has checked that the act is allowed: nothing here does. Call it last in a
    transaction, for it locks the log and the audit trail until that ends. None when the record says so already.
    """
    stated = Statement(status, ground, from_on, to_on, ground_text, publish_until, until, is_stayed)
    detail = f"{status} from {from_on}"
    return state(session, licence, [stated], by=by, at=at, event=event, detail=detail)


def state(
    session: Session,
    licence: models.Licence,
    statements: Sequence[Statement],
    sanction: record.Sanction | None = None,
    *,
    by: str,
    at: datetime,
    event: Event,
    detail: str,
    agency: record.Agency | None = None,
) -> Appended | None:
    """Publish several statements, one after the other, and a sanction shown with them, at once. Else like `set_status`.

    A sanction replaces what was published under its reference; its source and instant are set here. `detail` is for the
    audit line. `agency` is the record of the licence's agency where the caller loaded it already, with the log locked.
    """
    # With the lock on the log we read what the last publication wrote, so two officers at once lose nothing.
    lock_log(session)
    source = save_desk_reading(session, licence.authority, at)
    before = agency or storage.loaded_records(session, [licence.agency_id])[licence.agency_id]
    known = next(one for one in before.licences if one.licence_id == licence.reference)
    for stated in statements:
        known = with_status(
            known,
            record.StatusPeriod(
                status=stated.status,
                from_=stated.from_on,
                to=stated.to_on,
                ground=stated.ground,
                ground_text=stated.ground_text,
                publish_until=stated.publish_until,
                until=stated.until,
                is_stayed=stated.is_stayed,
                source=source,
                retrieved_at=at,
            ),
        )
    new = with_licence(before, known)
    if sanction is not None:
        new = with_sanction(new, msgspec.structs.replace(sanction, source=source, retrieved_at=at))
    appended = amend(session, new, event, before=before)
    audit.record(session, event.type, licence.reference, on=at.date(), actor=by, detail=detail)
    return appended
