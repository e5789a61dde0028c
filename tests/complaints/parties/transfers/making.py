"""Units of a federation and of another country, with officers, and cases that one of them has. All invented."""

from typing import NamedTuple

from sqlalchemy.orm import Session

from registry.complaints.case import units
from registry.complaints.casework.actions import Officer
from registry.complaints.parties.models import Transfer
from registry.complaints.parties.transfers import actions
from registry.complaints.sealing.sealer import Sealer
from registry.core.calls import Call
from registry.core.keyring import Keyring
from registry.officers.models import Officer as Account
from registry.officers.rights import Role
from registry.vocabulary.cases import CaseRole
from tests.complaints.filing import AT, Filed
from tests.officers.making import make_officer

ITALY, REGION, CZECHIA = "it-labour", "it-region", "cz-labour"
REASON = "The workshop is in your region."


class Staff(NamedTuple):
    """Accounts: of the unit of Italy an investigator and a supervisor, of its region and of Czechia a triage officer."""

    anna: Account
    carla: Account
    rosa: Account
    dana: Account


def make_staff(session: Session, sealer: Sealer, keyring: Keyring) -> Staff:
    details = units.UnitDetails(
        REGION, "IT", "it-authority", {"en": "Labour office of a region"}, "desk@region.example"
    )
    units.add(session, sealer, details, AT.date()).authority_zone = "UTC"

    def hired(role: Role, unit: str, name: str) -> Account:
        return make_officer(session, keyring, role, unit=unit, name=name, email=f"{name}@{unit}.example").officer

    return Staff(
        hired(Role.INVESTIGATOR, ITALY, "anna"),
        hired(Role.SUPERVISOR, ITALY, "carla"),
        hired(Role.TRIAGE, REGION, "rosa"),
        hired(Role.SUPERVISOR, CZECHIA, "dana"),
    )


def as_officer(account: Account, role: CaseRole = CaseRole.INVESTIGATOR) -> Officer:
    return Officer(account.reference, role, account.unit)


def asked(session: Session, sealer: Sealer, staff: Staff, filed: Filed, unit: str = REGION) -> Transfer:
    call = Call(session, as_officer(staff.anna), AT)
    return actions.request(call, sealer, filed.case.reference, unit, REASON)


def accepted(session: Session, sealer: Sealer, staff: Staff, filed: Filed, unit: str = REGION) -> Transfer:
    transfer = asked(session, sealer, staff, filed, unit)
    taker = as_officer(staff.rosa if unit == REGION else staff.dana, CaseRole.TRIAGE)
    return actions.accept(Call(session, taker, AT), sealer, transfer.reference)
