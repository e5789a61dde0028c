"""Invented complaints for a demonstration, filed and worked on by the same functions as real ones."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime, time
from typing import Any

from sqlalchemy.orm import Session
from stdnum.iso7064 import mod_97_10

from registry.complaints.case import units, visits
from registry.complaints.case.complaint_codes import RANDOM_DIGITS, derive, last_six
from registry.complaints.case.models import Case
from registry.complaints.casework import actions as casework
from registry.complaints.casework.actions import Officer
from registry.complaints.intake import filing
from registry.complaints.sealing.sealer import Sealer
from registry.core.calls import Call
from registry.officers.models import Unit
from registry.vocabulary.cases import CaseRole, CaseState, MailboxRole
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
    body = f"{number:0{RANDOM_DIGITS}d}"
    return body + str(mod_97_10.calc_check_digits(body))


def _file(
    session: Session, sealer: Sealer, code: str, entry: Mapping[str, Any], agencies: Mapping[str, str], at: datetime
) -> None:
    filed_at = _within(entry["filed"], at)
    role = MailboxRole(entry.get("role", MailboxRole.WORKER))
    started = filing.start(
        session,
        sealer,
        code,
        derive(sealer.keyring, code),
        language=Language(entry["language"]),
        role=role,
        at=filed_at,
    )
    visit = visits.visit(session, sealer, started.token, filed_at)
    filing.confirm(session, sealer, visit, last_six(code), filed_at)
    given = dict(entry["answers"])
    if "agency" in entry:
        given["agency"] = {"agency_id": agencies[entry["agency"]]}
    filing.answer(session, sealer, visit, given)
    filing.submit(session, sealer, visit, filed_at)
    visits.end(session, visit)
    _work(session, sealer, started.case, entry, at)


def _work(session: Session, sealer: Sealer, case: Case, entry: Mapping[str, Any], at: datetime) -> None:
    unit = session.get_one(Unit, case.unit_id).reference
    for step in entry.get("steps", ()):
        officer = Officer(f"Demo {step['role']}", CaseRole(step["role"]), unit)
        target, on = CaseState(step["state"]), _within(step["on"], at)
        casework.move(Call(session, officer, on), sealer, case.reference, target, reason="An invented case.")
    for reply in entry.get("replies", ()):
        officer = Officer("Demo investigator", CaseRole.INVESTIGATOR, unit)
        casework.reply(Call(session, officer, _within(reply["on"], at)), sealer, case.reference, reply["text"])


def _within(day: date, at: datetime) -> datetime:
    """Now, if the day is today; else its noon."""
    return at if day == at.date() else datetime.combine(day, time(12), UTC)
