"""Reads of access grants: those of a case, those of a unit for approvers and auditors, and what a grant opens.

Looks are audited.
"""

from collections.abc import Collection, Mapping
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from registry.audit.actions import record
from registry.complaints.attachments.actions import facts_of, one_of_them, open_original, safe_name
from registry.complaints.attachments.file_store import FileStore
from registry.complaints.case import access, answers, questions
from registry.complaints.case.models import Case
from registry.complaints.casework.access_grants.actions import files_of_case, grant_facts, lock_grant
from registry.complaints.casework.access_grants.rules import LIVE, end_of_look, is_open_to, standing
from registry.complaints.casework.actions import Officer, in_unit, opened_boxes, record_reading
from registry.complaints.casework.models import AccessGrant
from registry.complaints.casework.queries import CaseView, case_view
from registry.complaints.sealing.models import EncryptedContainer
from registry.complaints.sealing.sealer import Sealer, Tier, read_sealed
from registry.core.calls import Call
from registry.core.errors import KeyTrouble, NotFound, NotNow
from registry.officers.days import day_in
from registry.vocabulary.cases import AccessKind, AccessState, CaseState

KEPT_IN_LIST = timedelta(days=30)
"""How long what is over stands in a unit's list; the audit has it for good."""


class AccessGrantView(NamedTuple):
    """`state` as of now. `reason` and `answer` None for who may not read what is written in a case."""

    grant: AccessGrant
    case: str
    state: AccessState
    reason: str | None
    answer: str | None


class Opened(NamedTuple):
    """What a look shows: `view` for break-glass alone; the complainants' identities and contacts, by mailbox.

    `identities` is None for break-glass on a server that lacks the custodian's secret.
    """

    shown: AccessGrantView
    view: CaseView | None
    identities: Mapping[str, Mapping[str, Any]] | None


def in_case(
    session: Session, sealer: Sealer, officer: Officer, case: Case, at: datetime, *, is_all: bool
) -> list[AccessGrantView]:
    """The access grants of a case, latest first: an officer's own, or everyone's with `is_all`."""
    wanted = select(AccessGrant).where(AccessGrant.case_id == case.id).order_by(AccessGrant.id.desc())
    if not is_all:
        wanted = wanted.where(AccessGrant.asked_by == officer.name)
    rows = session.execute(wanted).scalars().all()
    return [_view(session, sealer, officer.unit, case, one, at) for one in rows]


def of_unit(
    session: Session, sealer: Sealer, unit: str, who: str, at: datetime, *, decides: Collection[AccessKind]
) -> list[AccessGrantView]:
    """Access grants of a unit's cases: pending ones first, then those open now or lately, latest first.

    Reasons are shown only for the kinds about which the reader decides, and that is audited.
    """
    lately = or_(AccessGrant.state.in_(sorted(LIVE)), AccessGrant.ends_at > at - KEPT_IN_LIST)
    rows = session.execute(
        select(AccessGrant, Case)
        .join(Case, Case.id == AccessGrant.case_id)
        .where(in_unit(unit), lately, Case.state != CaseState.PURGED)
        .order_by(AccessGrant.state != AccessState.ASKED, AccessGrant.id.desc())
    ).all()
    found, read = [], []
    for grant, case in rows:
        is_asked = standing(grant_facts(grant), at) is AccessState.ASKED
        if is_asked and grant.kind in decides and grant.asked_by != who:
            found.append(_view(session, sealer, unit, case, grant, at))
            read.append(case.reference)
        else:
            found.append(AccessGrantView(grant, case.reference, standing(grant_facts(grant), at), None, None))
    session.flush()
    for reference in dict.fromkeys(read):
        record(session, "opening.considered", reference, on=day_in(session, unit, at), actor=who, unit=unit)
    return found


def count_break_glass(session: Session, unit: str, at: datetime) -> int:
    """How many break-glass grants a unit had in the last seven days: for the home page of officers who oversee them."""
    is_granted = (AccessGrant.kind == AccessKind.BREAK_GLASS, AccessGrant.decided_at > at - timedelta(days=7))
    was_granted = AccessGrant.state.in_([AccessState.GRANTED, AccessState.ENDED])
    query = select(func.count(AccessGrant.id)).join(Case, Case.id == AccessGrant.case_id)
    return session.execute(query.where(in_unit(unit), *is_granted, was_granted)).scalar_one()


def grant_view(session: Session, sealer: Sealer, unit: str, reference: str, at: datetime) -> AccessGrantView:
    """One access grant with its reason, for the officer who asked or has just decided. Raises NotFound."""
    case, grant = lock_grant(session, unit, reference)
    return _view(session, sealer, unit, case, grant, at)


def require_of_case(session: Session, unit: str, case: str, reference: str) -> AccessGrant:
    """The access grant with this reference, if it is of this very case. Raises NotFound."""
    found, grant = lock_grant(session, unit, reference)
    if found.reference != case:
        raise NotFound("there is no such opening in this case")
    return grant


def look(call: Call[Officer], sealer: Sealer, reference: str, *, into: str = "") -> Opened:
    """What is open to this officer now: a break-glass view or an identity. Raises NotFound without a grant, NotNow."""
    session, officer, at = call.session, call.actor, call.at
    case, grant = _open_to(session, officer, reference, at)
    if grant.kind is AccessKind.ORIGINAL:
        raise NotFound("this opens a file")
    _looked(grant, at)
    view = None
    if grant.kind is AccessKind.BREAK_GLASS:
        view = case_view(call, sealer, case.reference, act="break_glass.read", into=into, is_opened=True)
    identities: Mapping[str, Mapping[str, Any]] | None
    try:
        identities = identity_in(session, sealer, officer.unit, case)
    except KeyTrouble:
        # Someone is in danger: what the unit's own key opens is shown all the same.
        if view is None:
            raise _keyless() from None
        identities = None
    shown = _view(session, sealer, officer.unit, case, grant, at)
    session.flush()
    if identities is not None:
        record_reading(call, case, "break_glass.identity_read" if view else "case.identity_read")
    return Opened(shown, view, identities)


def original(call: Call[Officer], sealer: Sealer, reference: str, store: FileStore) -> tuple[str, bytes]:
    """Name and content of a file as it was sent. Raises NotFound without a grant, NotNow, FilesUnavailable."""
    session, officer, at = call.session, call.actor, call.at
    case, grant = _open_to(session, officer, reference, at)
    if grant.kind is not AccessKind.ORIGINAL:
        raise NotFound("this opens no file")
    _looked(grant, at)
    try:
        name, body = original_in(session, sealer, officer.unit, case, grant.attachment, store)
    except KeyTrouble:
        raise _keyless() from None
    session.flush()
    record_reading(call, case, "case.original_read")
    return name, body


def identity_in(session: Session, sealer: Sealer, unit: str, case: Case) -> dict[str, dict[str, Any]]:
    """Identity and safe contact of the complainants, by mailbox."""
    found = {}
    for box in opened_boxes(session, case):
        opened = sealer.open_as_custodian(session, box, unit)
        given = questions.of_tier(answers.read_sheet(session, opened, case).answers, Tier.IDENTITY)
        if given:
            found[box.reference] = given
    return found


def original_in(
    session: Session, sealer: Sealer, unit: str, case: Case, attachment: str, store: FileStore
) -> tuple[str, bytes]:
    """Name and content of a file as it was sent, with all that it may tell of place and person.

    Raises NotFound, FilesUnavailable.
    """
    row = one_of_them(files_of_case(session, case), attachment)
    opened = sealer.open_as_custodian(session, session.get_one(EncryptedContainer, row.box_id), unit)
    return safe_name(facts_of(opened, case, row).name, row.kind), open_original(store, opened, case, row)


def _keyless() -> NotNow:
    """The refusal in words for an officer. Which file is missing where is in the log, for the server's operator."""
    return NotNow(
        "the custodian's key is not on this server: ask the person who keeps it, and look then; your time has not begun",
        "opening.no_key_here",
    )


def _open_to(session: Session, officer: Officer, reference: str, at: datetime) -> tuple[Case, AccessGrant]:
    case, grant = lock_grant(session, officer.unit, reference)
    if not is_open_to(grant_facts(grant), officer.name, at):
        raise NotFound("nothing is open to you here: it was not granted, or its time is over")
    return case, grant


def _looked(grant: AccessGrant, at: datetime) -> None:
    """Record the first look, from which its quarter of an hour runs."""
    if grant.looked_at is None:
        grant.looked_at = at
        grant.ends_at = end_of_look(grant.kind, grant.ends_at, at)


def _view(session: Session, sealer: Sealer, unit: str, case: Case, grant: AccessGrant, at: datetime) -> AccessGrantView:
    box = access.open_case_box(session, sealer, unit, case)
    reason, answer = (read_sealed(box, case, grant, column) for column in ("reason_sealed", "answer_sealed"))
    return AccessGrantView(grant, case.reference, standing(grant_facts(grant), at), reason, answer)
