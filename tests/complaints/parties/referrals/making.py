"""Cases with something to refer, and partners to refer it to. All invented."""

from datetime import date, timedelta
from typing import NamedTuple

from sqlalchemy.orm import Session

from registry.complaints.case import units
from registry.complaints.casework.actions import Officer, UnitOfficer
from registry.complaints.intake import mailbox
from registry.complaints.parties.models import Referral
from registry.complaints.parties.referrals import actions
from registry.complaints.parties.referrals.content import Choice
from registry.complaints.sealing.sealer import Sealer
from registry.core.calls import Call
from registry.officers.models import Unit
from registry.vocabulary.cases import CaseRole, ConsentKind, PartnerKind
from tests.complaints.filing import AT, Filed, come_back, file

ANNA = Officer("A. Anna", CaseRole.INVESTIGATOR, "it-labour")
CARLA = Officer("C. Carla", CaseRole.SUPERVISOR, "it-labour")
FOREIGN = Officer("D. Dana", CaseRole.SUPERVISOR, "cz-labour")
KEEPER = UnitOfficer("K. Keeper", "it-labour")
"""The unit's custodian."""
UNION = "it-union"
PERSON = "P. Person"
SPOKEN = "They lock the door at night."
HIDDEN = "The foreman is called Invented."
EXPIRES = AT.date() + timedelta(days=30)

TOLD = {
    "country": "IT",
    "in_danger": "yes",
    "account": SPOKEN,
    "introducer": HIDDEN,
    "contact": {"how": "wechat", "address": "wx-her"},
}


class FiledWithName(NamedTuple):
    filed: Filed
    said: str

    @property
    def reference(self) -> str:
        return self.filed.case.reference

    def piece(self, question: str) -> str:
        return f"{self.filed.box.reference}.{question}"


def make_partner(
    session: Session, sealer: Sealer, reference: str = UNION, kind: PartnerKind = PartnerKind.UNION, country: str = "IT"
) -> Unit:
    partner = units.NewPartner(reference, kind, country, {"en": f"Invented {kind}"})
    return units.add_partner(session, sealer, partner, AT.date())


def file_with_name(session: Session, sealer: Sealer, *, consents: tuple[ConsentKind, ...] = ()) -> FiledWithName:
    """A case of P0 with an account, a name not yet shared, and a message that asks for the name to be told."""
    filed = file(session, sealer, TOLD)
    visit = come_back(session, sealer, filed.code)
    for kind in consents:
        mailbox.consent(session, sealer, visit, kind, AT, is_given=True)
    stated = mailbox.write(session, sealer, visit, "Tell them my name.", AT).message.reference
    return FiledWithName(filed, stated)


def propose(
    session: Session, sealer: Sealer, content: FiledWithName, officer: Officer = ANNA, **facts: object
) -> Referral:
    given: dict[str, object] = {
        "partner": UNION,
        "choice": Choice(answers=[content.piece("account")]),
        "expires_on": EXPIRES,
    }
    given |= facts
    at = given.pop("at", AT)
    call = Call(session, officer, at, given.pop("version", None))  # type: ignore[arg-type]
    return actions.propose(call, sealer, content.reference, actions.Proposal(**given))  # type: ignore[arg-type]


def sent(session: Session, sealer: Sealer, given: FiledWithName, **facts: object) -> Referral:
    referral = propose(session, sealer, given, **facts)
    return actions.send(Call(session, ANNA, facts.get("at", AT)), sealer, referral.reference)  # type: ignore[arg-type]


def day(days: int) -> date:
    return AT.date() + timedelta(days=days)
