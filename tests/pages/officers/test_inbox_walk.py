"""Each reason for a row of To do, with the one it waits for away, without the role, or gone, and with the role given to no one:
the row then waits for somebody else who can act today."""

import re
from collections.abc import Callable, Iterable
from datetime import timedelta

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from registry.core.clock import day_at, now
from registry.core.ids import new_reference
from registry.core.keyring import Keyring
from registry.i18n.languages import catalogue_folders
from registry.officer_acts.inbox.queries import SOURCES, inbox, values_for
from registry.officer_acts.inbox.rows import Row
from registry.officers import sessions
from registry.officers.models import Conflict, Officer, OfficerState, RoleHeld, RoleLent
from registry.officers.rights import Role
from registry.register.agencies.models import Agency
from registry.register.law.loading import country_law, law_of
from registry.supervision.licensing.models import DepositLine, Proposal
from registry.vocabulary.supervision import ProposalState
from tests.pages.officers.staffed_unit import UNIT, UnitStaff, make_staffed_unit
from tests.register.law.make import HEAD as LAW_HEAD
from tests.register.law.make import LIMIT
from tests.thorough import thorough

OF_ONE_PERSON = ("unsent", "grant.granted", "officer.second_supervisor", "entry.decided")
"""What is one person's by nature: a text not sent, access granted to no one else, what only that supervisor can mend, and the
answer to what an agency asked, which no one else waits for."""
OF_OUTSIDERS = {"agency.served": "hearing.lapsed", "partner.sent": "referral.silent"}
"""What an agency or a partner is asked. No officer can act for them: it is the officers' again when the time is over."""
LAST_IN_LINE = ("unit.", "law.")
"""For administrators. Where there is none at all, a row has no one to wait for: `registry officer` is left."""
NO_KINDS = {
    "act", "column", "count", "group", "hidden", "in_danger", "more", "next", "previous", "title", "vacant", "whoever", "you",
}  # fmt: skip
"""Texts of the list that are no row's."""

CATALOGUE = catalogue_folders()["console"] / "en.po"

Waiting = tuple[str, str]
"""A kind of row and what it is about."""


@pytest.fixture
def staff(session: Session, keyring: Keyring, monkeypatch: pytest.MonkeyPatch) -> UnitStaff:
    law = law_of([country_law("ZZ.toml", (LAW_HEAD + LIMIT).replace("2027-11-27", "2026-01-01").encode())])
    monkeypatch.setattr("registry.officer_acts.inbox.other_sources.law_at", lambda session: law)
    return make_staffed_unit(session, keyring)


def rows_of(session: Session, officer: Officer) -> list[Row]:
    session.flush()
    return inbox(session, sessions.authenticated_as(session, officer, None, now()), now())


def waiting(session: Session, officers: Iterable[Officer]) -> set[Waiting]:
    return {(row.kind, row.about or row.reference) for one in officers for row in rows_of(session, one)}


def unseen(session: Session, wanted: set[Waiting], officers: Iterable[Officer]) -> set[Waiting]:
    """What waits for none of them."""
    left = set(wanted)
    for one in officers:
        if not left:
            break
        left -= waiting(session, [one])
    return left


def of_many(found: set[Waiting], *more: str) -> set[Waiting]:
    apart = (*OF_ONE_PERSON, *OF_OUTSIDERS, *more)
    return {one for one in found if not one[0].startswith(apart)}


def test_the_walk_has_each_source_of_rows_and_each_kind(session: Session, staff: UnitStaff) -> None:
    at = now()
    people = [sessions.authenticated_as(session, one, None, at) for one in staff.everybody]
    missing = [
        number
        for number, source in enumerate(SOURCES)
        if not any(session.execute(source.query().limit(1), values_for(one, at)).first() for one in people)
    ]
    assert [SOURCES[number].query for number in missing] == []
    texts = set(re.findall(r'^msgid "inbox\.(.+)"$', CATALOGUE.read_text("utf-8"), re.M))
    kinds = {key for key in texts if key.partition(".")[0] not in NO_KINDS}
    assert {kind for kind, _ in waiting(session, staff.everybody)} == kinds


def goes(session: Session, officer: Officer) -> None:
    officer.state = OfficerState.CLOSED


def loses_the_role(session: Session, officer: Officer) -> None:
    session.execute(update(RoleHeld).where(RoleHeld.officer_id == officer.id).values(ended_on=day_at(now(), None)))


def is_away(session: Session, officer: Officer) -> None:
    """Lends the one role to a deputy who has left since."""
    today = day_at(now(), None)
    deputy = session.scalars(select(Officer).where(Officer.unit == UNIT, Officer.state == OfficerState.CLOSED)).first()
    assert deputy is not None
    role = session.scalars(select(RoleHeld.role).where(RoleHeld.officer_id == officer.id)).one()
    days = {"from_on": today, "to_on": today + timedelta(days=9)}
    session.add(RoleLent(reference=new_reference(), officer_id=officer.id, deputy_id=deputy.id, role=role, **days))


HOW = [goes, *thorough(loses_the_role, is_away)]


@pytest.mark.parametrize("leaves", HOW)
def test_where_one_officer_cannot_act_each_row_waits_for_another(
    session: Session, staff: UnitStaff, leaves: Callable[[Session, Officer], None]
) -> None:
    everything = of_many(waiting(session, staff.everybody))
    for name, officer in staff.officers.items():
        with session.begin_nested() as undone:
            leaves(session, officer)
            others = [one for one in staff.everybody if one is not officer]
            assert unseen(session, everything, others) == set(), name
            undone.rollback()


@pytest.mark.parametrize("leave", HOW)
def test_where_no_one_has_a_role_each_row_waits_for_those_who_give_it(
    session: Session, staff: UnitStaff, leave: Callable[[Session, Officer], None]
) -> None:
    everything = of_many(waiting(session, staff.everybody))
    for role in Role:
        of_role = [one for name, one in staff.officers.items() if name.removeprefix("second ") == role]
        with session.begin_nested() as undone:
            for one in of_role:
                leave(session, one)
            there = [one for one in staff.everybody if one not in of_role]
            wanted = everything if role is not Role.SYSADMIN else of_many(everything, *LAST_IN_LINE)
            assert unseen(session, wanted, there) == set(), role
            undone.rollback()


def test_where_only_administrators_are_left_all_waits_for_them(session: Session, staff: UnitStaff) -> None:
    everything = of_many(waiting(session, staff.everybody))
    last = [staff.officers["sysadmin"], staff.officers["second sysadmin"], *staff.outsiders.values()]
    for one in staff.officers.values():
        if one not in last:
            goes(session, one)
    left = unseen(session, everything, last)
    # That a case is worked on is no row where something in it waits.
    told = {row.reference for row in rows_of(session, last[0])}
    assert {one for one in left if one[1] not in told} == set()


def test_what_an_outsider_does_not_answer_has_a_row_of_the_officers_own(session: Session, staff: UnitStaff) -> None:
    kinds = {kind for kind, _ in waiting(session, staff.officers.values())}
    assert set(OF_OUTSIDERS.values()) <= kinds


SECOND = {number: source for number, source in enumerate(SOURCES) if source.not_by is not None}


@pytest.mark.parametrize("number", [*list(SECOND)[:4], *thorough(*list(SECOND)[4:])])
def test_what_only_its_author_could_approve_waits_for_those_who_give_roles(
    session: Session, staff: UnitStaff, number: int
) -> None:
    source = SECOND[number]
    at, author = now(), next(one for one in staff.officers.values() if roles_of(session, one) & source.roles)
    me = sessions.authenticated_as(session, author, None, at)
    model, first = source.not_by.class_, source.not_by
    waiting_rows = update(model).where(first.is_not(None))
    wanted = {
        (row.kind, row.about or row.reference) for row in session.execute(source.query(), values_for(me, at)).all()
    }
    assert wanted
    assert unseen(session, wanted, [author]) == set()
    if "decided_by" in model.__mapper__.column_attrs:
        waiting_rows = waiting_rows.where(model.decided_by.is_(None))
    session.execute(waiting_rows.values({first.key: author.reference}))
    session.expire_all()
    assert unseen(session, wanted, [author]) == wanted
    for one in staff.everybody:
        if one is not author and roles_of(session, one) & source.roles:
            goes(session, one)
    told = [one for one in staff.everybody if roles_of(session, one) & {Role.SUPERVISOR, Role.SYSADMIN}]
    vacant = {(row.kind, row.about or row.reference) for one in told for row in rows_of(session, one) if row.is_vacant}
    assert wanted <= vacant


def test_an_interest_in_the_agency_leaves_no_second_person_either(session: Session, staff: UnitStaff) -> None:
    proposal = session.scalars(select(Proposal).where(Proposal.state == ProposalState.OPEN)).one()
    agency = session.get_one(Agency, proposal.agency_id).reference
    proposal.proposed_by = staff.officers["licensing"].reference
    admin = staff.officers["sysadmin"]
    row = ("licence.proposal", proposal.reference)
    assert row not in waiting(session, [admin])
    for name in ("supervisor", "second supervisor", "lone supervisor"):
        officer = {**staff.officers, **staff.outsiders}[name]
        session.add(Conflict(officer_id=officer.id, agency=agency, since_on=day_at(now(), None)))
    session.expire_all()
    assert row in waiting(session, [admin])


def test_an_interest_in_another_agency_leaves_the_second_person(session: Session, staff: UnitStaff) -> None:
    line = session.scalars(select(DepositLine).where(DepositLine.state == ProposalState.OPEN)).one()
    agency = session.get_one(Agency, line.agency_id).reference
    other = session.scalars(select(Agency.reference).where(Agency.id != line.agency_id)).first()
    assert ("deposit", agency) in waiting(session, [staff.officers["licensing"]])
    for officer in staff.everybody:
        session.add(Conflict(officer_id=officer.id, agency=other, since_on=day_at(now(), None)))
    session.expire_all()
    assert ("deposit", agency) not in waiting(session, [staff.officers["sysadmin"]])


def roles_of(session: Session, officer: Officer) -> set[Role]:
    held = RoleHeld.officer_id == officer.id, RoleHeld.ended_on.is_(None)
    return set(session.scalars(select(RoleHeld.role).where(*held))) if officer.state is OfficerState.ACTIVE else set()
