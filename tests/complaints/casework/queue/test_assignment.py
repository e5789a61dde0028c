"""An officer takes a case in one act, unless another has it who can act today."""

from datetime import timedelta

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from registry.complaints.casework.actions import Officer
from registry.complaints.casework.queue import assignment
from registry.complaints.sealing.sealer import Sealer
from registry.core.calls import Call
from registry.core.errors import IllegalMove
from registry.core.keyring import Keyring
from registry.officers import loans
from registry.officers.models import Officer as Account
from registry.officers.models import RoleHeld
from registry.officers.rights import Role
from registry.vocabulary.cases import CaseRole, CaseState
from tests.audit.lines import lines_about
from tests.complaints.filing import AT, ORDINARY, Filed, file, make_units
from tests.officers.making import make_officer

UNIT = "it-labour"


@pytest.fixture
def filed(session: Session, sealer: Sealer) -> Filed:
    make_units(session, sealer)
    return file(session, sealer, ORDINARY)


@pytest.fixture
def officers(session: Session, keyring: Keyring, filed: Filed) -> list[Account]:
    return [
        make_officer(session, keyring, role, unit=UNIT, name=name, email=f"{name}@it.example").officer
        for name, role in (("one", Role.INVESTIGATOR), ("two", Role.INVESTIGATOR), ("deputy", Role.ANALYST))
    ]


def take(session: Session, sealer: Sealer, filed: Filed, account: Account, **more: bool):
    officer = Officer(account.reference, CaseRole.INVESTIGATOR, UNIT)
    return assignment.take(Call(session, officer, AT), sealer, filed.case.reference, **({"investigates": True} | more))


def test_one_press_makes_a_new_case_the_officers_own_and_begins_to_look_into_it(session, sealer, filed, officers):
    take(session, sealer, filed, officers[0])
    assert (filed.case.assignee, filed.case.state) == (officers[0].reference, CaseState.INVESTIGATING)
    acts = [line.act for line in lines_about(session, filed.case.reference)]
    assert acts[-3:] == ["case.assigned", "case.moved", "case.moved"]


def test_who_does_not_investigate_takes_it_into_triage(session, sealer, filed, officers):
    take(session, sealer, filed, officers[0], investigates=False)
    assert filed.case.state is CaseState.IN_TRIAGE


def test_no_one_takes_a_case_from_a_colleague_who_is_there(session, sealer, filed, officers):
    filed.case.assignee = officers[0].reference
    session.flush()
    with pytest.raises(IllegalMove, match="another officer has this case"):
        take(session, sealer, filed, officers[1])


@pytest.mark.parametrize("is_lent", [True, False], ids=["on leave", "without a role"])
def test_a_case_of_a_colleague_who_cannot_act_today_is_free(session, sealer, filed, officers, is_lent):
    absent, other, deputy = officers
    filed.case.assignee = absent.reference
    if is_lent:
        last = AT.date() + timedelta(days=4)
        loans.lend(Call(session, absent, AT), deputy, Role.INVESTIGATOR, AT.date(), last)
        away = {one.name: one.away_until for one in assignment.workers(session, UNIT, AT.date())}
        assert away == {"one": last, "two": None, "deputy": None}
    else:
        session.execute(update(RoleHeld).where(RoleHeld.officer_id == absent.id).values(ended_on=AT.date()))
    take(session, sealer, filed, other)
    assert filed.case.assignee == other.reference


def test_what_is_not_waiting_is_not_taken(session, sealer, filed, officers):
    take(session, sealer, filed, officers[0])
    with pytest.raises(IllegalMove, match="investigating is not taken up"):
        take(session, sealer, filed, officers[0])


def test_the_load_is_counted_once_however_many_roles_are_lent(session, sealer, filed, officers):
    take(session, sealer, filed, officers[0])
    for days in (1, 2):
        loans.lend(
            Call(session, officers[0], AT), officers[2], Role.INVESTIGATOR, AT.date(), AT.date() + timedelta(days=days)
        )
    (found,) = [one for one in assignment.workers(session, UNIT, AT.date()) if one.name == "one"]
    assert (found.load, found.away_until) == (1, AT.date() + timedelta(days=2))
    assert session.scalars(select(Account.name).where(Account.reference == filed.case.assignee)).one() == "one"
