"""Cases that an agency can be heard about, and a person at the agency who reads them. All invented."""

from datetime import date, datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy.orm import Session

from registry.complaints.case import units
from registry.complaints.casework import actions as casework
from registry.complaints.casework.actions import Officer
from registry.complaints.intake import mailbox
from registry.complaints.parties.hearings import actions, portal
from registry.complaints.parties.hearings.content import Allegation
from registry.complaints.parties.models import Hearing
from registry.complaints.parties.steps import PartyMember
from registry.complaints.sealing.sealer import Sealer
from registry.core.calls import Call
from registry.core.keyring import Keyring
from registry.officers.rights import Role
from registry.vocabulary.cases import CaseRole, CaseState, ConsentKind
from tests.complaints.filing import AT, Filed, come_back, file
from tests.make import make_agency
from tests.officers.making import make_officer

ANNA = Officer("A. Anna", CaseRole.INVESTIGATOR, "it-labour")
CARLA = Officer("C. Carla", CaseRole.SUPERVISOR, "it-labour")
FOREIGN = Officer("D. Dana", CaseRole.SUPERVISOR, "cz-labour")
REP = "R. Rep"
SPOKEN = "They took my passport on the first evening and keep it in the drawer of the green office."
WRITTEN = "My cousin Mei saw where the passports are kept by the manager."
ALLEGATION = "Workers say that your staff keep identity documents and return them only against payment."
TODAY = AT.date()
ANSWER_BY = TODAY + timedelta(days=14)


class Heard(NamedTuple):
    """A case, the agency it is about, and the agency's own unit."""

    filed: Filed
    agency: str

    @property
    def reference(self) -> str:
        return self.filed.case.reference

    @property
    def desk(self) -> str:
        return f"agency-{self.agency.lower()}"


def heard_case(session: Session, sealer: Sealer, keyring: Keyring | None = None, **given: object) -> Heard:
    """A case under investigation with consent to ask the agency; with `keyring` a person there has an account."""
    agency = make_agency(session, country="CN").agency_id
    answers: dict[str, object] = {
        "country": "IT",
        "account": SPOKEN,
        "agency": {"agency_id": agency},
        "coworkers": 40,
        "retention_of_identity_documents": "yes",
        "consent_agency": "yes",
    }
    filed = file(session, sealer, {code: value for code, value in (answers | given).items() if value is not None})
    mailbox.write(session, sealer, come_back(session, sealer, filed.code), WRITTEN, AT)
    for step in (CaseState.IN_TRIAGE, CaseState.INVESTIGATING):
        casework.move(Call(session, ANNA, AT), sealer, filed.case.reference, step)
    if keyring is not None:
        desk = units.agency_unit(session, sealer, agency, AT.date()).reference
        make_officer(session, keyring, Role.AGENCY_REP, unit=desk, name=REP, email=f"rep@{desk}.example")
    return Heard(filed, agency)


def consent(session: Session, sealer: Sealer, case: Heard, *, is_given: bool) -> None:
    visit = come_back(session, sealer, case.filed.code)
    mailbox.consent(session, sealer, visit, ConsentKind.AGENCY, AT, is_given=is_given)


def draft(session: Session, sealer: Sealer, case: Heard, text: str = ALLEGATION, **facts: Any) -> Hearing:
    officer, version, agency = facts.pop("officer", ANNA), facts.pop("version", None), facts.pop("agency", None)
    call = Call(session, officer, AT, version)
    return actions.draft(call, sealer, case.reference, Allegation(text, **facts), agency)


def checked(session: Session, sealer: Sealer, case: Heard, **facts: Any) -> Hearing:
    """Drafted and handed in."""
    return actions.hand_in(Call(session, ANNA, AT), sealer, draft(session, sealer, case, **facts).reference)


def approved(session: Session, sealer: Sealer, case: Heard, **facts: Any) -> Hearing:
    return actions.approve(Call(session, CARLA, AT), sealer, checked(session, sealer, case, **facts).reference)


def served(session: Session, sealer: Sealer, case: Heard, **facts: Any) -> Hearing:
    return actions.serve(Call(session, ANNA, AT), sealer, approved(session, sealer, case, **facts).reference, ANSWER_BY)


def read(session: Session, sealer: Sealer, case: Heard, hearing: Hearing, today: date = TODAY) -> portal.Served:
    """A hearing as the agency reads it on a day."""
    call = Call(session, PartyMember(REP, case.desk), datetime.combine(today, AT.timetz()))
    return portal.read(call, sealer, hearing.reference)
