"""An authority's unit, a licence of it that answers yes, and sanctions on it. All invented."""

from datetime import date, datetime, timedelta
from typing import NamedTuple

from sqlalchemy.orm import Session

from registry.complaints.casework import actions as casework
from registry.complaints.casework.actions import Officer
from registry.complaints.casework.decisions import actions as decisions
from registry.complaints.casework.models import Decision
from registry.complaints.sealing.sealer import Sealer
from registry.core.calls import Call
from registry.core.clock import day_at, now
from registry.supervision.sanctions import actions
from registry.supervision.sanctions.actions import Look, Terms
from registry.supervision.sanctions.models import Sanction
from registry.supervision.sanctions.moves import SanctionOfficial
from registry.vocabulary.cases import CaseRole, CaseState, DecisionOutcome
from registry.vocabulary.register import SanctionKind
from registry.vocabulary.supervision import SanctionState, Timing, ToldFirst
from tests.calling import call_by
from tests.complaints.casework.decisions.making import words
from tests.complaints.filing import Filed, file, make_units
from tests.make import ZONES, authority_of, licence_record, make_agency

UNIT, AUTHORITY = "cz-labour", authority_of("CZ")
ANNA = Officer("A. Anna", CaseRole.INVESTIGATOR, UNIT)
LENA = SanctionOfficial("L. Lena", CaseRole.LICENSING, UNIT, AUTHORITY)
DANA = SanctionOfficial("D. Dana", CaseRole.DECIDER, UNIT, AUTHORITY)
SARA = SanctionOfficial("S. Sara", CaseRole.SUPERVISOR, UNIT, AUTHORITY)
LAW = "Act 435/2004, section 63"
LOOK = Look(Timing.NO_COMPLAINT, frozenset({ToldFirst.UNION}), 40, 12, teller="The union's interpreter")


def today() -> date:
    """Where the authority sits. Asked for each time: tests that began before midnight go on after it."""
    return day_at(now(), ZONES["CZ"])


class Licensed(NamedTuple):
    """An agency and its licence."""

    agency: str
    licence: str
    number: str


def make_desk(session: Session, sealer: Sealer) -> None:
    """A unit of the licence's own authority."""
    make_units(session, sealer)["CZ"].authority = AUTHORITY


def make_held(session: Session) -> Licensed:
    agency = make_agency(session, licences=(licence_record(),))
    licence = agency.licences[0]
    assert licence.number is not None
    return Licensed(agency.agency_id, licence.licence_id, licence.number)


def looked_into(session: Session, sealer: Sealer, existing: Licensed, **answers: object) -> Filed:
    """A complaint about the agency that Anna took up."""
    given = {"country": "CZ", "deception": "yes", "agency": {"agency_id": existing.agency}, "account": "Another job."}
    filed = file(session, sealer, given | answers, at=now())
    for state in (CaseState.IN_TRIAGE, CaseState.INVESTIGATING):
        casework.move(Call(session, ANNA, now()), sealer, filed.case.reference, state)
    return filed


def drafted(
    session: Session, sealer: Sealer, filed: Filed, reasons: str = "It is so.", summary: str = "Papers were kept."
) -> Decision:
    draft = decisions.DecisionDraft(DecisionOutcome.UPHELD, reasons, summary)
    return decisions.write(Call(session, ANNA, now()), sealer, filed.case.reference, draft)


def decided_case(session: Session, sealer: Sealer, existing: Licensed, **answers: object) -> tuple[Filed, Decision]:
    """A complaint about the agency, upheld by Dana."""
    filed = looked_into(session, sealer, existing, **answers)
    draft = drafted(session, sealer, filed)
    decider = Officer(DANA.name, CaseRole.DECIDER, UNIT)
    return filed, decisions.make(Call(session, decider, now()), sealer, draft.reference, words=words)


def proposed(
    session: Session,
    sealer: Sealer,
    existing: Licensed,
    kind: SanctionKind = SanctionKind.SUSPENSION,
    by: SanctionOfficial = LENA,
    **facts: object,
) -> Sanction:
    decision = facts.pop("decision", None)
    stated: dict[str, object] = {"legal_ground": LAW, "effective_from": today()} | facts
    terms = Terms(kind, **stated)  # type: ignore[arg-type]
    return actions.propose(call_by(session, by), sealer, existing.licence, terms, decision=decision)  # type: ignore[arg-type]


def reviewed(session: Session, sealer: Sealer, existing: Licensed, *args: object, **facts: object) -> Sanction:
    """Proposed, looked at, and handed to review by Lena."""
    look = facts.pop("look", LOOK)
    sanction = proposed(session, sealer, existing, *args, **facts)  # type: ignore[arg-type]
    actions.look_at_workers(call_by(session, LENA), sanction.reference, look)  # type: ignore[arg-type]
    return actions.hand_to_review(call_by(session, LENA), sanction.reference)


def in_force(session: Session, sealer: Sealer, existing: Licensed, *args: object, **facts: object) -> Sanction:
    sanction = reviewed(session, sealer, existing, *args, **facts)
    return actions.approve(call_by(session, SARA), sanction.reference)


def ended(session: Session, sanction: Sanction, target: SanctionState, ground: str = "Court, 4 C 1") -> Sanction:
    """Asked for by Sara, confirmed by Dana."""
    actions.ask_for_end(call_by(session, SARA), sanction.reference, target, ground)
    return actions.confirm_end(call_by(session, DANA), sanction.reference)


def in_days(days: int) -> datetime:
    return now() + timedelta(days=days)
