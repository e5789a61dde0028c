"""Referrals in the console: chosen, previewed, sent, answered; each party sees its own part, and nothing goes twice."""

import re
from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from registry.complaints.intake import mailbox
from registry.complaints.parties.models import Referral
from registry.complaints.sealing.sealer import Sealer
from registry.core.clock import now
from registry.officers import accounts
from registry.officers.rights import Role
from registry.vocabulary.cases import ConsentKind, Priority
from tests.audit.lines import lines_about
from tests.complaints.filing import AT, come_back, file
from tests.complaints.parties.referrals.making import (
    HIDDEN,
    SPOKEN,
    TOLD,
    UNION,
    FiledWithName,
    file_with_name,
    make_partner,
)
from tests.make import make_agency
from tests.pages.officers.signed_in import OfficerClient, OfficerClientFor, words_of

SCRIPT = "<script>alert(1)</script>"
EVIL = "<img src=x onerror=alert(1)>"


@pytest.fixture
def case(session: Session, sealer: Sealer) -> FiledWithName:
    return file_with_name(session, sealer, consents=(ConsentKind.UNION,))


def at_of(case: FiledWithName) -> str:
    return f"/console/cases/{case.reference}/referrals"


def proposed(desk: OfficerClient, session: Session, case: FiledWithName, **fields: object) -> str:
    """By the form; gives the reference."""
    form: dict[str, object] = {
        "partner": UNION,
        "answer": case.piece("account"),
        "expires_on": (now() + timedelta(days=30)).date().isoformat(),
        "version": case.filed.case.version,
    }
    response = desk.post(f"{at_of(case)}/new", **(form | fields))
    assert response.status_code == 303, words_of(response)
    return str(response.location.rpartition("/")[2])


def version_on(desk: OfficerClient, path: str) -> str:
    found = re.search(r'name="version" value="(\d+)"', desk.get(path).get_data(as_text=True))
    assert found is not None
    return found[1]


def test_a_case_is_referred_and_comes_back_with_a_report(
    session: Session, case: FiledWithName, desk_for: OfficerClientFor
) -> None:
    officer = desk_for(Role.INVESTIGATOR, name="A Investigator")
    partner = desk_for(Role.PARTNER, name="P Partner", unit=UNION)
    form = words_of(officer.get(f"{at_of(case)}/new"))
    assert SPOKEN in form
    assert "Invented union" in form
    reference = proposed(officer, session, case, note="Please look at the dormitory.")
    displayed = words_of(officer.get(f"{at_of(case)}/{reference}"))
    assert SPOKEN in displayed
    assert HIDDEN not in displayed
    assert partner.get(f"/console/referrals/{reference}").status_code == 404
    path = f"{at_of(case)}/{reference}"
    assert officer.post(f"{path}/send", version=version_on(officer, path)).status_code == 303
    got = words_of(partner.get(f"/console/referrals/{reference}"))
    assert SPOKEN in got
    assert "Please look at the dormitory." in got
    for word in (HIDDEN, "wx-her", case.reference, "Invented Officer"):
        assert word not in got
    theirs = f"/console/referrals/{reference}"
    assert partner.post(f"{theirs}/accept", version=version_on(partner, theirs)).status_code == 303
    done = partner.post(f"{theirs}/report", version=version_on(partner, theirs), text=EVIL, done="yes")
    assert done.status_code == 303
    page = officer.get(path).get_data(as_text=True)
    assert EVIL not in page
    assert "&lt;img src=x" in page
    assert ("referral.read", partner.officer.reference) in [
        (line.act, line.actor) for line in lines_about(session, case.reference)
    ]


def test_a_form_that_is_refused_keeps_what_was_typed(
    session: Session, case: FiledWithName, desk_for: OfficerClientFor
) -> None:
    desk = desk_for(Role.INVESTIGATOR)
    fields = {"partner": UNION, "answer": case.piece("account"), "note": f"Kept {SCRIPT}", "version": 1}
    stale = desk.post(f"{at_of(case)}/new", expires_on="2999-01-01", **fields)
    assert stale.status_code == 409
    page = stale.get_data(as_text=True)
    assert "Kept &lt;script&gt;" in page
    assert SCRIPT not in page
    assert re.search(rf'value="{case.piece("account")}" checked', page)
    wrong = desk.post(f"{at_of(case)}/new", **(fields | {"version": case.filed.case.version, "expires_on": "soon"}))
    assert wrong.status_code == 400
    assert "must be a day like" in words_of(wrong)
    assert session.scalars(select(Referral)).all() == []


def test_sent_twice_is_sent_once(session: Session, case: FiledWithName, desk_for: OfficerClientFor) -> None:
    desk = desk_for(Role.INVESTIGATOR)
    reference = proposed(desk, session, case)
    path = f"{at_of(case)}/{reference}"
    version = version_on(desk, path)
    assert desk.post(f"{path}/send", version=version).status_code == 303
    assert desk.post(f"{path}/send", version=version).status_code == 409
    sent = [line for line in lines_about(session, case.reference) if line.act == "referral.sent"]
    assert len(sent) == 1


def test_no_officer_overrides_an_own_proposal_at_any_endpoint(
    session: Session, sealer: Sealer, desk_for: OfficerClientFor
) -> None:
    case = file_with_name(session, sealer)
    both = desk_for(Role.SUPERVISOR, Role.INVESTIGATOR, name="Both Roles")
    second = desk_for(Role.SUPERVISOR, name="Second Person")
    reference = proposed(both, session, case)
    path = f"{at_of(case)}/{reference}"
    version = version_on(both, path)
    assert both.post(f"{path}/override", version=version, legal_basis="Article 18").status_code == 409
    assert second.post(f"{path}/override", version=version, legal_basis=" ").status_code == 409
    case.filed.case.priority = Priority.P2
    assert second.post(f"{path}/override", version=version, legal_basis="Article 18").status_code == 409
    case.filed.case.priority = Priority.P0
    assert second.post(f"{path}/override", version=version, legal_basis="Article 18").status_code == 303
    assert "Article 18" in words_of(second.get(path))
    investigator = desk_for(Role.INVESTIGATOR, name="I Investigator")
    assert investigator.post(f"{path}/override", version=version, legal_basis="x").status_code == 403


def test_a_consent_taken_back_closes_the_partners_page(
    session: Session, sealer: Sealer, case: FiledWithName, desk_for: OfficerClientFor
) -> None:
    desk, partner = desk_for(Role.INVESTIGATOR), desk_for(Role.PARTNER, name="P Partner", unit=UNION)
    reference = proposed(desk, session, case)
    path = f"{at_of(case)}/{reference}"
    desk.post(f"{path}/send", version=version_on(desk, path))
    theirs = f"/console/referrals/{reference}"
    version = version_on(partner, theirs)
    visit = come_back(session, sealer, case.filed.code)
    mailbox.consent(session, sealer, visit, ConsentKind.UNION, AT, is_given=False)
    for response in (
        partner.get(theirs),
        partner.post(f"{theirs}/accept", version=version),
        partner.post(f"{theirs}/decline", version=version, reason="no"),
        partner.post(f"{theirs}/report", version=version, text="x"),
        partner.get(f"{theirs}/files/23456789ABCD"),
    ):
        assert response.status_code == 404
    assert reference not in words_of(partner.get("/console/referrals"))
    assert "consent was taken back" in words_of(desk.get(path))


def test_another_partner_and_another_unit_find_nothing(
    session: Session, sealer: Sealer, case: FiledWithName, desk_for: OfficerClientFor
) -> None:
    make_partner(session, sealer, "it-ngo")
    desk = desk_for(Role.INVESTIGATOR)
    reference = proposed(desk, session, case)
    path = f"{at_of(case)}/{reference}"
    desk.post(f"{path}/send", version=version_on(desk, path))
    other = desk_for(Role.PARTNER, name="O Other", unit="it-ngo")
    assert other.get(f"/console/referrals/{reference}").status_code == 404
    assert other.post(f"/console/referrals/{reference}/accept", version=3).status_code == 404
    foreign = desk_for(Role.SUPERVISOR, Role.INVESTIGATOR, name="F Foreign", unit="cz-labour")
    own = file(session, sealer, TOLD | {"country": "CZ"}).case
    for base in (at_of(case), f"/console/cases/{own.reference}/referrals"):
        assert foreign.get(f"{base}/{reference}").status_code == 404
        for act in ("consent", "send", "override", "take-back"):
            assert foreign.post(f"{base}/{reference}/{act}", version=3, legal_basis="x").status_code == 404, (base, act)
    assert foreign.get(f"{at_of(case)}/new").status_code == 404


def test_a_partner_has_no_page_beside_the_own_ones(case: FiledWithName, desk_for: OfficerClientFor) -> None:
    partner = desk_for(Role.PARTNER, name="P Partner", unit=UNION)
    for path in ("/console/cases", f"/console/cases/{case.reference}", at_of(case), "/console/identities"):
        assert partner.get(path).status_code == 403


def test_the_workers_name_waits_for_the_custodian(
    session: Session, case: FiledWithName, desk_for: OfficerClientFor
) -> None:
    desk, custodian = desk_for(Role.INVESTIGATOR), desk_for(Role.CUSTODIAN, name="K Keeper")
    partner = desk_for(Role.PARTNER, name="P Partner", unit=UNION)
    reference = proposed(desk, session, case, identity_said_in=case.said)
    path = f"{at_of(case)}/{reference}"
    assert desk.post(f"{path}/send", version=version_on(desk, path)).status_code == 409
    page = custodian.get("/console/identities")
    assert "Tell them my name." in words_of(page)
    assert SPOKEN not in words_of(page)
    version = version_on(custodian, "/console/identities")
    assert custodian.post(f"/console/identities/{reference}", version=version, decision="approve").status_code == 303
    assert desk.post(f"{path}/send", version=version_on(desk, path)).status_code == 303
    received = f"/console/referrals/{reference}"
    # Not before the partner has accepted: who declines never knew.
    assert "wx-her" not in words_of(partner.get(received))
    assert partner.post(f"{received}/accept", version=version_on(partner, received)).status_code == 303
    assert "wx-her" in words_of(partner.get(received))
    assert "wx-her" not in words_of(desk.get(path))


def test_an_officer_with_an_interest_in_the_agency_refers_nothing(
    session: Session, sealer: Sealer, desk_for: OfficerClientFor
) -> None:
    agency = make_agency(session)
    filed = file(session, sealer, TOLD | {"agency": {"agency_id": agency.agency_id}})
    case = FiledWithName(filed, "")
    desk, keeper = desk_for(Role.SUPERVISOR), desk_for(Role.CUSTODIAN, name="K Keeper")
    reference = proposed(desk, session, case)
    for one in (desk, keeper):
        accounts.declare_conflict(session, one.officer, agency.agency_id, now().date())
    for path in (at_of(case), f"{at_of(case)}/new", f"{at_of(case)}/{reference}"):
        assert desk.get(path).status_code == 403
    for act in ("send", "override", "consent", "take-back"):
        assert desk.post(f"{at_of(case)}/{reference}/{act}", version=1).status_code == 403
    assert keeper.post(f"/console/identities/{reference}", version=1, decision="approve").status_code == 403
