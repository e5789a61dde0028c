"""Break-glass access and the custodian's looks: two persons, an end, on record, and never across units."""

from datetime import timedelta

import pytest
from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError

from registry.complaints.case.models import Case
from registry.complaints.casework.access_grants import actions, queries
from registry.complaints.casework.actions import UnitOfficer
from registry.complaints.casework.models import AccessGrant
from registry.complaints.casework.queries import case_view
from registry.complaints.intake import mailbox
from registry.complaints.retention import purging
from registry.core.calls import Call
from registry.core.db.engine import sessions_for
from registry.core.errors import IllegalMove, InvalidInput, NotFound, NotNow, StaleVersion
from registry.officers.models import Notice, Officer, Unit
from registry.officers.rights import Role
from registry.vocabulary.cases import AccessKind, AccessState, CaseState
from tests.audit.lines import lines_about
from tests.complaints.casework.access_grants.making import IDA, REASON, granted, request_grant
from tests.complaints.filing import AT, come_back, file, make_units
from tests.officers.making import make_officer

ACCOUNT = "They took my passport."
TOLD = {"country": "IT", "account": ACCOUNT, "contact": {"how": "wechat", "address": "wx-her-canary"}}
CATE = "C. Cate"


@pytest.fixture(autouse=True)
def offices(session, sealer):
    make_units(session, sealer)


@pytest.fixture
def case(session, sealer):
    return file(session, sealer, TOLD)


def acts(session, case):
    return [line.act for line in lines_about(session, case.case.reference)]


def test_a_broken_glass_shows_who_wrote_and_what_was_withdrawn_until_its_hours_are_over(session, sealer, case):
    reference = case.case.reference
    mailbox.withdraw(session, sealer, come_back(session, sealer, case.code), AT)
    with pytest.raises(NotNow):
        case_view(Call(session, IDA, AT), sealer, reference)
    grant = request_grant(session, sealer, reference)
    with pytest.raises(NotFound, match="nothing is open to you"):
        queries.look(Call(session, IDA, AT), sealer, grant.reference)
    actions.decide(Call(session, UnitOfficer(CATE, IDA.unit), AT), sealer, grant.reference, is_granted=True)
    late = AT + timedelta(hours=2)
    seen = queries.look(Call(session, IDA, late - timedelta(seconds=1)), sealer, grant.reference)
    assert "wx-her-canary" in str(seen.identities)
    assert seen.view.boxes[0].answers["account"] == ACCOUNT
    assert acts(session, case)[-4:] == [
        "break_glass.asked", "break_glass.granted", "break_glass.read", "break_glass.identity_read",
    ]  # fmt: skip
    for officer, at in ((IDA, late), (IDA._replace(name="S. Somebody"), AT)):
        with pytest.raises(NotFound):
            queries.look(Call(session, officer, at), sealer, grant.reference)
    with pytest.raises(NotNow):
        case_view(Call(session, IDA, AT), sealer, reference)


def test_no_officer_grants_their_own_request_or_twice_and_the_database_refuses_it_too(session, sealer, case):
    grant = request_grant(session, sealer, case.case.reference)
    with pytest.raises(IllegalMove, match="a second person has to"):
        actions.decide(Call(session, UnitOfficer(IDA.name, IDA.unit), AT), sealer, grant.reference, is_granted=True)
    with pytest.raises(StaleVersion):
        actions.decide(Call(session, UnitOfficer(CATE, IDA.unit), AT, 9), sealer, grant.reference, is_granted=True)
    with pytest.raises(NotNow, match="asked for this already"):
        request_grant(session, sealer, case.case.reference)
    actions.decide(Call(session, UnitOfficer(CATE, IDA.unit), AT), sealer, grant.reference, is_granted=True)
    with pytest.raises(IllegalMove, match="granted already"):
        actions.decide(Call(session, UnitOfficer("S. Second", IDA.unit), AT), sealer, grant.reference, is_granted=False)
    with pytest.raises(IntegrityError), session.begin_nested():
        session.execute(update(AccessGrant).values(decided_by=IDA.name))


def test_refused_needs_words_and_what_lapsed_or_was_closed_opens_nothing(session, sealer, case):
    reference = case.case.reference
    first = request_grant(session, sealer, reference)
    with pytest.raises(InvalidInput):
        actions.decide(
            Call(session, UnitOfficer(CATE, IDA.unit), AT), sealer, first.reference, is_granted=False, answer=" "
        )
    actions.decide(
        Call(session, UnitOfficer(CATE, IDA.unit), AT),
        sealer,
        first.reference,
        is_granted=False,
        answer="Ask the custodian.",
    )
    (displayed,) = queries.in_case(session, sealer, IDA, case.case, AT, is_all=False)
    assert (displayed.state, displayed.reason, displayed.answer) == ("refused", REASON, "Ask the custodian.")
    second = granted(session, sealer, reference)
    actions.end(Call(session, UnitOfficer("S. Supervisor", IDA.unit), AT), second.reference, is_own=False)
    with pytest.raises(NotFound):
        queries.look(Call(session, IDA, AT), sealer, second.reference)
    with pytest.raises(IllegalMove, match="closed already"):
        actions.end(Call(session, UnitOfficer(IDA.name, IDA.unit), AT), second.reference, is_own=True)
    third = request_grant(session, sealer, reference)
    session.commit()
    tomorrow = AT + timedelta(hours=24)
    assert actions.end_due(sessions_for(session.get_bind()), tomorrow) == 1
    assert actions.end_due(sessions_for(session.get_bind()), tomorrow) == 0
    session.expire_all()
    assert third.state == AccessState.LAPSED
    assert acts(session, case)[-1] == "break_glass.lapsed"
    with pytest.raises(IllegalMove, match="lapsed already"):
        actions.decide(Call(session, UnitOfficer(CATE, IDA.unit), tomorrow), sealer, third.reference, is_granted=True)


def test_another_unit_finds_nothing_and_a_sending_country_is_never_shown_anything(session, sealer, case):
    grant = request_grant(session, sealer, case.case.reference)
    foreign = IDA._replace(unit="cz-labour")
    for act in (
        lambda: request_grant(session, sealer, case.case.reference, officer=foreign),
        lambda: actions.decide(
            Call(session, UnitOfficer(CATE, "cz-labour"), AT), sealer, grant.reference, is_granted=True
        ),
        lambda: actions.end(Call(session, UnitOfficer(CATE, "cz-labour"), AT), grant.reference, is_own=False),
        lambda: queries.look(Call(session, foreign, AT), sealer, grant.reference),
    ):
        with pytest.raises(NotFound):
            act()
    assert queries.of_unit(session, sealer, "cz-labour", CATE, AT, decides=tuple(AccessKind)) == []
    # Even a case that came to such a unit by a hand in the database.
    chinese = session.execute(select(Unit.id).where(Unit.reference == "cn-licensing")).scalar_one()
    session.execute(update(Case).values(unit_id=chinese))
    with pytest.raises(NotNow, match="sending country"):
        request_grant(session, sealer, case.case.reference, officer=IDA._replace(unit="cn-licensing"))


def test_auditors_and_supervisors_are_told_once_that_a_glass_was_broken(session, sealer, keyring, case):
    watching = {
        who: make_officer(session, keyring, role, unit=unit, name=who, email=f"{who}@a.example").officer.id
        for who, role, unit in (
            ("auditor", Role.AUDITOR, IDA.unit),
            ("supervisor", Role.SUPERVISOR, IDA.unit),
            ("custodian", Role.CUSTODIAN, IDA.unit),
            ("triage", Role.TRIAGE, IDA.unit),
            ("foreign", Role.AUDITOR, "cz-labour"),
        )
    }

    def given():
        found = session.execute(select(Notice.officer_id).order_by(Notice.officer_id)).scalars().all()
        session.execute(Notice.__table__.delete())
        return found

    given()
    grant = request_grant(session, sealer, case.case.reference)
    assert given() == sorted([watching["supervisor"], watching["custodian"]])
    granter = session.get_one(Officer, watching["custodian"]).reference
    actions.decide(Call(session, UnitOfficer(granter, IDA.unit), AT), sealer, grant.reference, is_granted=True)
    assert given() == sorted([watching["auditor"], watching["supervisor"]])
    queries.look(Call(session, IDA, AT), sealer, grant.reference)
    with pytest.raises(IllegalMove):
        actions.decide(Call(session, UnitOfficer(granter, IDA.unit), AT), sealer, grant.reference, is_granted=True)
    assert given() == []
    assert queries.count_break_glass(session, IDA.unit, AT) == 1
    assert queries.count_break_glass(session, "cz-labour", AT) == 0
    request_grant(session, sealer, case.case.reference, AccessKind.IDENTITY)
    assert given() == [watching["custodian"]]


def test_a_look_at_who_wrote_shows_nothing_else_and_is_short(session, sealer, case):
    grant = granted(session, sealer, case.case.reference, AccessKind.IDENTITY)
    tomorrow = AT + timedelta(hours=23)
    seen = queries.look(Call(session, IDA, tomorrow), sealer, grant.reference)
    assert (seen.view, "wx-her-canary" in str(seen.identities)) == (None, True)
    queries.look(Call(session, IDA, tomorrow + timedelta(minutes=14)), sealer, grant.reference)
    with pytest.raises(NotFound):
        queries.look(Call(session, IDA, tomorrow + timedelta(minutes=15)), sealer, grant.reference)
    assert acts(session, case).count("case.identity_read") == 2
    with pytest.raises(NotFound, match="opens no file"):
        queries.original(Call(session, IDA, AT), sealer, granted(session, sealer, case.case.reference).reference, None)
    with pytest.raises(NotFound, match="no such attachment"):
        request_grant(session, sealer, case.case.reference, AccessKind.ORIGINAL, attachment="ABCDEFGH2345")


def test_reasons_are_for_the_approver_and_a_purge_takes_them_along(session, sealer, case):
    request_grant(session, sealer, case.case.reference)
    of = {who: queries.of_unit(session, sealer, IDA.unit, CATE, AT, decides=kinds) for who, kinds in (
        ("custodian", tuple(AccessKind)), ("auditor", ()),
    )}  # fmt: skip
    assert [one.reason for one in of["custodian"] + of["auditor"]] == [REASON, None]
    assert acts(session, case).count("opening.considered") == 1
    session.execute(update(Case).values(state=CaseState.CLOSED, closed_on=AT.date(), purge_on=AT.date()))
    session.commit()
    purging.purge(sessions_for(session.get_bind()), sealer, AT + timedelta(days=1))
    session.expire_all()
    assert session.execute(select(AccessGrant)).all() == []
