"""An officer's day begins and ends where the unit's authority sits: deadlines, overdue, loans, letters, the sheet of a day."""

import re
from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine
from sqlalchemy import select

from registry.complaints.case import clocks
from registry.complaints.case.units import zone_of_case
from registry.complaints.casework.models import CaseEvent, CaseMove, CaseTask, ReplyTemplate
from registry.complaints.intake import mailbox
from registry.core.calls import Call
from registry.core.clock import now
from registry.officer_acts.inbox.queries import inbox
from registry.officers import accounts, loans, sessions
from registry.officers.models import Unit
from registry.officers.rights import Role
from registry.register.authorities.actions import save_authority
from registry.vocabulary.cases import ClockKind, PartnerKind
from registry.vocabulary.register import EU_STATES, SENDING_COUNTRIES
from registry.vocabulary.supervision import ZONES
from tests.complaints.filing import ORDINARY, come_back, file
from tests.officers.making import make_unit
from tests.pages.officers.signed_in import version_on, words_of

IN_ROME = datetime(2026, 7, 3, 22, 30, tzinfo=UTC)
"""Saturday 4 July, half past midnight, in Italy."""
IN_CHINA = datetime(2026, 11, 30, 16, 10, tzinfo=UTC)
"""Tuesday 1 December, ten past midnight, in China."""


@pytest.fixture
def authorities(session, sealer):
    for reference, country, zone in (("it-authority", "IT", "Europe/Rome"), ("cn-authority", "CN", "Asia/Shanghai")):
        save_authority(session, reference, country=country, time_zone=zone, names={"en": country})
    session.commit()


def day_sent(session, units_case):
    return session.scalars(select(CaseMove.on_day).where(CaseMove.case_id == units_case.id)).all()


@pytest.mark.usefixtures("authorities")
def test_what_an_italian_unit_does_after_midnight_is_of_the_new_day(session, sealer, desk_for):
    with time_machine.travel(IN_ROME, tick=False):
        filed = file(session, sealer, ORDINARY, at=now())
        desk = desk_for(Role.TRIAGE, Role.INVESTIGATOR)
        case, at = filed.case, f"/console/cases/{filed.case.reference}"
        assert case.filed_on == date(2026, 7, 4)
        assert set(day_sent(session, case)) == {date(2026, 7, 4)}
        zone, rows = zone_of_case(session, case), clocks.clocks_of(session, case)
        deadlines = {kind: clocks.end_of(row.due_at, zone) for kind, row in rows.items()}
        assert deadlines[ClockKind.ACKNOWLEDGE] == date(2026, 7, 11)
        assert deadlines[ClockKind.ANSWER] == date(2026, 10, 4)
        seen = mailbox.mailbox(session, sealer, come_back(session, sealer, filed.code, now()), now())
        assert (seen.acknowledge_by, seen.answer_by) == (date(2026, 7, 11), date(2026, 10, 4))
        session.commit()
        page = words_of(desk.get(at))
        assert "11 Jul 2026" in page
        assert "4 Oct 2026" in page
        # Today is the first day that a task can have.
        task = {"task": "Call.", "owner": desk.officer.reference, "version": version_on(desk, f"{at}/notes")}
        assert desk.post(f"{at}/tasks", due_on="2026-07-03", **task).status_code == 400
        assert desk.post(f"{at}/tasks", due_on="2026-07-04", **task).status_code == 303
        assert session.scalars(select(CaseTask.made_on)).one() == date(2026, 7, 4)
        assert "A task" in words_of(desk.get("/console/day")), "the sheet is that of today"


@pytest.mark.usefixtures("authorities")
def test_an_italian_unit_is_late_from_its_own_midnight(session, sealer, desk_for):
    case = file(session, sealer, ORDINARY, at=datetime(2026, 6, 26, 9, tzinfo=UTC)).case
    first_reply = clocks.clocks_of(session, case)[ClockKind.ACKNOWLEDGE]
    assert clocks.end_of(first_reply.due_at, "Europe/Rome") == date(2026, 7, 3)
    session.commit()
    for minutes, is_late in ((-31, False), (1, True)):
        with time_machine.travel(IN_ROME + timedelta(minutes=minutes), tick=False):
            desk = desk_for(Role.TRIAGE, name=f"Officer {is_late}")
            todo = desk.get("/console/").get_data(as_text=True)
            assert "3 Jul 2026" in todo
            assert ('<b class="badge bad">' in todo) is is_late
            assert (case.reference in words_of(desk.get("/console/cases?late=yes"))) is is_late


@pytest.mark.usefixtures("authorities")
def test_a_pause_over_a_change_of_clocks_moves_days_and_no_hour(session, sealer):
    case = file(session, sealer, ORDINARY, at=datetime(2026, 10, 1, 9, tzinfo=UTC)).case
    answer = clocks.clocks_of(session, case)[ClockKind.ANSWER]
    zone = zone_of_case(session, case)
    clocks.apply_clock(session, case, clocks.Clock.PAUSE, datetime(2026, 10, 20, 9, tzinfo=UTC))
    clocks.apply_clock(session, case, clocks.Clock.RESUME, datetime(2026, 10, 30, 9, tzinfo=UTC))
    assert clocks.end_of(answer.due_at, zone) == date(2027, 1, 11)


@pytest.mark.usefixtures("authorities")
def test_a_letter_from_a_template_says_the_units_day(session, sealer, desk_for):
    with time_machine.travel(IN_ROME, tick=False):
        case = file(session, sealer, ORDINARY, at=now()).case
        writer, approver = desk_for(Role.SUPERVISOR), desk_for(Role.SUPERVISOR, name="Second")
        writer.post("/console/templates", name="Proof", **{"text_zh-Hans": "{today}; {in_14_days}"})
        template = session.scalars(select(ReplyTemplate)).one()
        approver.post(f"/console/templates/{template.reference}/approve", version=1)
        page = writer.get(f"/console/cases/{case.reference}?template={template.reference}").get_data(as_text=True)
        (inserted,) = re.findall(r'<textarea id="text".*?>(.*?)</textarea>', page, re.DOTALL)
        assert inserted == "2026年7月4日; 2026年7月18日"


@pytest.mark.usefixtures("authorities")
def test_a_day_of_a_chinese_unit_ends_at_its_own_midnight(session, desk_for):
    officer = desk_for(Role.LICENSING, unit="cn-licensing").officer
    deputy = desk_for(Role.ANALYST, unit="cn-licensing", name="Deputy").officer
    keeper = desk_for(Role.SYSADMIN, unit="cn-licensing", name="Keeper").officer
    before = IN_CHINA - timedelta(minutes=11)
    day = date(2026, 12, 1)
    loans.lend(Call(session, officer, before), deputy, Role.LICENSING, day, day)
    new = accounts.Invitation("cn-licensing", "New", "new@cn.example", [Role.LICENSING], "en")
    accounts.propose_invitation(session, new, by=officer.reference, at=before)
    for at, has_it in (
        (before, False),
        (IN_CHINA, True),
        (before + timedelta(days=1), True),
        (IN_CHINA + timedelta(days=1), False),
    ):
        assert (Role.LICENSING in sessions.authenticated_as(session, deputy, None, at).standing.roles) is has_it, at
        me = sessions.authenticated_as(session, keeper, None, at)
        (row,) = [one for one in inbox(session, me, at) if one.kind == "officer.change"]
        # Two working days from Monday 30 November, which was still the day when it was proposed.
        assert (row.since, row.due_at) == (date(2026, 11, 30), datetime(2026, 12, 2, 16, tzinfo=UTC))


def test_a_unit_of_an_unknown_authority_has_the_days_of_its_countrys_capital(session, sealer, desk_for):
    for unit in session.scalars(select(Unit)):
        unit.authority_zone = None
    with time_machine.travel(IN_ROME, tick=False):
        desk = desk_for(Role.TRIAGE)
        case = file(session, sealer, ORDINARY, at=now()).case
        assert (case.filed_on, desk_day(session, desk)) == (date(2026, 7, 4), date(2026, 7, 4))
        assert set(day_sent(session, case)) == {date(2026, 7, 4)}
        answer = clocks.clocks_of(session, case)[ClockKind.ANSWER]
        assert clocks.end_of(answer.due_at, "Europe/Rome") == date(2026, 10, 4)
    with time_machine.travel(IN_CHINA, tick=False):
        officer = desk_for(Role.LICENSING, unit="cn-licensing", name="Zhang")
        assert desk_day(session, officer) == date(2026, 12, 1)


def desk_day(session, desk):
    return sessions.authenticated_as(session, desk.officer, None, now()).day(now())


def test_each_country_of_a_unit_has_a_zone_and_what_stands_for_others_has_none(session):
    assert set(ZONES) == EU_STATES | SENDING_COUNTRIES
    partner = make_unit(session, "it-union", partner_kind=PartnerKind.UNION, authority_zone=None)
    agency = make_unit(session, "cn-agency", "CN", agency="7KQ2ABCD3EFG", authority_zone=None)
    assert (partner.time_zone, agency.time_zone) == (None, None), "their days are those of the unit with the case"


@pytest.mark.usefixtures("authorities")
def test_a_unit_added_after_its_authority_has_its_days_and_follows_it(session):
    unit = session.scalars(select(Unit).where(Unit.reference == "it-labour")).one()
    assert unit.time_zone == "Europe/Rome"
    save_authority(session, "it-authority", country="IT", time_zone="Atlantic/Canary", names={"en": "Moved"})
    assert unit.time_zone == "Atlantic/Canary"


@pytest.mark.usefixtures("authorities")
def test_an_entry_that_was_written_after_midnight_can_be_taken_back_on_that_day(session, sealer, desk_for):
    with time_machine.travel(IN_ROME, tick=False):
        filed = file(session, sealer, ORDINARY, at=now())
        at = f"/console/cases/{filed.case.reference}"
        session.commit()
        desk = desk_for(Role.INVESTIGATOR)
        sent = {"kind": "evidence", "on_day": "2026-07-03", "place": "Workshop", "record": "Nine pay slips."}
        assert desk.post(f"{at}/events", **sent, version=version_on(desk, at)).status_code == 303
        (event,) = session.scalars(select(CaseEvent)).all()
        assert event.written_on == date(2026, 7, 4)
        assert "It was saved." in words_of(desk.get(f"{at}/events")), "the first page offers to undo it above all"
        assert f"{event.reference}/take-back" in desk.get(f"{at}/events").get_data(as_text=True)


@pytest.mark.usefixtures("authorities")
def test_what_was_proposed_or_printed_after_midnight_has_the_new_day(session, sealer, desk_for):
    with time_machine.travel(IN_ROME, tick=False):
        case = file(session, sealer, ORDINARY, at=now()).case
        desk = desk_for(Role.SUPERVISOR)
        new = accounts.Invitation("it-labour", "New", "new@it.example", [Role.TRIAGE], "en")
        accounts.propose_invitation(session, new, by=desk.officer.reference, at=now())
        session.commit()
        assert "proposed by Invented Officer, 4 July 2026" in words_of(desk.get("/console/officers"))
        assert re.search(r"Printed by [^.]* 4 July 2026", words_of(desk.get(f"/console/cases/{case.reference}")))
