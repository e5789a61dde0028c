"""Invented complaints and officers for a demonstration: filed, worked on and joined by the same functions as real ones.

There is an officer for each role, a second supervisor, and two in a region's unit, to which cases can be transferred.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime, time
from typing import Any, NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session
from stdnum.iso7064 import mod_97_10

from registry.complaints.case import complaint_codes, models, units, visits
from registry.complaints.casework import actions as casework
from registry.complaints.intake import filing
from registry.complaints.sealing.sealer import Sealer
from registry.core.calls import Call
from registry.core.db.locking import find
from registry.officers import accounts, rights
from registry.officers.models import Officer, Unit
from registry.register.agencies.models import Agency, Licence
from registry.vocabulary.cases import CaseRole, CaseState, MailboxRole, PartnerKind
from registry.vocabulary.register import Language


def load_complaints(
    session: Session,
    sealer: Sealer,
    offices: Iterable[Mapping[str, Any]],
    complaints: Sequence[Mapping[str, Any]],
    agencies: Mapping[str, str],
    at: datetime,
) -> list[str]:
    """Write down units and complaints. Gives the receipts, to come back by. `agencies`: references by their tags."""
    for office in offices:
        facts = dict(office)
        is_default = facts.pop("is_default", False)
        units.add(session, sealer, units.UnitDetails(**facts), at.date(), is_default=is_default)
    codes = [demo_code(number) for number in range(1, len(complaints) + 1)]
    for code, entry in zip(codes, complaints, strict=True):
        _file(session, sealer, code, entry, agencies, at)
    return codes


def demo_code(number: int) -> str:
    """A complaint code that cannot be mistaken for one drawn at random."""
    body = f"{number:0{complaint_codes.RANDOM_DIGITS}d}"
    return body + str(mod_97_10.calc_check_digits(body))


def _file(
    session: Session, sealer: Sealer, code: str, entry: Mapping[str, Any], agencies: Mapping[str, str], at: datetime
) -> None:
    filed_at = _within(entry["filed"], at)
    role = MailboxRole(entry.get("role", MailboxRole.WORKER))
    visit = begin_case(session, sealer, code, filed_at, Language(entry["language"]), role)
    given = dict(entry["answers"])
    if "agency" in entry:
        given["agency"] = {"agency_id": agencies[entry["agency"]]}
    filing.answer(session, sealer, visit, given)
    filing.submit(session, sealer, visit, filed_at)
    visits.end(session, visit)
    _work(session, sealer, session.get_one(models.Case, visit.box.case_id), entry, at)


def begin_case(
    session: Session,
    sealer: Sealer,
    code: str,
    at: datetime,
    language: Language,
    role: MailboxRole = MailboxRole.WORKER,
) -> visits.Visit:
    """Begin a case with a complaint code, as its holder would; gives the visit in which it is filled in."""
    root = complaint_codes.derive(sealer.keyring, code)
    started = filing.start(session, sealer, code, root, language=language, role=role, at=at)
    visit = visits.visit(session, sealer, started.token, at)
    filing.confirm(session, sealer, visit, complaint_codes.last_six(code), at)
    return visit


def _work(session: Session, sealer: Sealer, case: models.Case, entry: Mapping[str, Any], at: datetime) -> None:
    unit = session.get_one(Unit, case.unit_id).reference
    for step in entry.get("steps", ()):
        officer = casework.Officer(f"Demo {step['role']}", CaseRole(step["role"]), unit)
        target, on = CaseState(step["state"]), _within(step["on"], at)
        casework.move(Call(session, officer, on), sealer, case.reference, target, reason="An invented case.")
    for reply in entry.get("replies", ()):
        officer = casework.Officer("Demo investigator", CaseRole.INVESTIGATOR, unit)
        casework.reply(Call(session, officer, _within(reply["on"], at)), sealer, case.reference, reply["text"])


def _within(day: date, at: datetime) -> datetime:
    """Now, if the day is today; else its noon."""
    return at if day == at.date() else datetime.combine(day, time(12), UTC)


UNIT = "it-demo-labour"
REGION = "it-demo-region"
PARTNER = "it-demo-union"


class Joining(NamedTuple):
    """An officer and the code to join with; None for one that was added before."""

    role: rights.Role
    unit: str
    email: str
    code: str | None


def add_officers(session: Session, sealer: Sealer, at: datetime) -> list[Joining]:
    """One officer for each role in the demonstration's Italian unit, two in its region's, outsiders in units of their own.

    Raises NotFound.
    """
    missing = "the demonstration is not loaded: run `registry demo load` first"
    unit = find(session, Unit, Unit.reference == UNIT, missing=missing)
    wanted = [(role, UNIT, f"{role}@{UNIT}.example") for role in rights.Role if role not in rights.OUTSIDERS]
    wanted.insert(3, (rights.Role.SUPERVISOR, UNIT, f"supervisor-2@{UNIT}.example"))
    if session.scalars(select(Unit.id).where(Unit.reference == REGION)).first() is not None:
        wanted += [(role, REGION, f"{role}@{REGION}.example") for role in (rights.Role.TRIAGE, rights.Role.SUPERVISOR)]
    wanted.append((rights.Role.PARTNER, _partner(session, sealer, at), f"partner@{PARTNER}.example"))
    agency = _agency(session, unit.authority)
    if agency is not None:
        desk = units.agency_unit(session, sealer, agency, at.date()).reference
        wanted.append((rights.Role.AGENCY_REP, desk, f"agency@{desk}.example"))
    return [_added(session, role, of, email, at) for role, of, email in wanted]


def _added(session: Session, role: rights.Role, unit: str, email: str, at: datetime) -> Joining:
    there = session.scalars(select(Officer.id).where(Officer.email == email)).first()
    if there is not None:
        return Joining(role, unit, email, None)
    name = f"Demo {email.partition('@')[0].replace('_', ' ').replace('-', ' ')}"
    _, code = accounts.add_first(session, accounts.Invitation(unit, name, email, [role], "en"), at, at.date())
    return Joining(role, unit, email, code)


def _partner(session: Session, sealer: Sealer, at: datetime) -> str:
    there = session.scalars(select(Unit.reference).where(Unit.reference == PARTNER)).first()
    if there is None:
        names = {"en": "Union of workers (fictitious)"}
        partner = units.NewPartner(PARTNER, PartnerKind.UNION, "IT", names)
        units.add_partner(session, sealer, partner, at.date())
    return PARTNER


def _agency(session: Session, authority: str) -> str | None:
    licensed = select(Licence.agency_id).where(Licence.authority == authority)
    query = select(Agency.reference).where(Agency.id.in_(licensed)).order_by(Agency.id).limit(1)
    return session.execute(query).scalar_one_or_none()
