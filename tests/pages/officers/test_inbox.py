"""The inbox: every state that waits for an officer makes a row, one statement reads them all, and no one's row is missing."""

import re
from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from typing import Any

import pytest
from sqlalchemy import delete, event, select, update
from sqlalchemy.orm import Session, sessionmaker

from registry.complaints.case.models import Case
from registry.complaints.casework.models import AccessGrant, CaseEvent, CaseTask, Decision
from registry.complaints.intake import mailbox
from registry.complaints.parties.models import Referral
from registry.complaints.retention.reminding import remind_partners
from registry.complaints.sealing.sealer import Sealer
from registry.core.calls import Call
from registry.core.clock import day_at, now
from registry.core.ids import new_reference
from registry.core.keyring import Keyring
from registry.core.working_days import end_of_day, working_days_after
from registry.i18n.languages import has_text
from registry.officer_acts.inbox.branches import MAX_ROWS_OF_PART
from registry.officer_acts.inbox.other_sources import rows_to_read_again
from registry.officer_acts.inbox.queries import inbox
from registry.officer_acts.inbox.rows import Alike, Row
from registry.officers import loans, sessions
from registry.officers.models import Notice, NoticeKind, Officer, OfficerState, RoleHeld, Unit
from registry.officers.rights import Role
from registry.register.authorities.models import Source
from registry.register.imports.models import PendingImport
from registry.register.law.loading import country_law, law_of
from registry.register.law.overlays.models import LawOverlay, OverlayState
from registry.supervision.licensing import proposals
from registry.supervision.licensing.drafting import LicensingOfficial
from registry.supervision.sanctions.models import Sanction
from registry.vocabulary.cases import (
    AccessState,
    CaseState,
    DecisionState,
    EventKind,
    EventState,
    Priority,
    ReferralState,
    UnreadKind,
)
from registry.vocabulary.supervision import LicenceAct, SanctionState
from tests.calling import call_by
from tests.complaints.filing import come_back, file
from tests.make import authority_of, make_agency, make_licence, make_source, source_of
from tests.officers.making import make_officer, make_unit
from tests.pages.officers.inbox_states import WALK, WORKERS, begin_walk, inbox_of, is_about, kinds_of, rows_of, walk_to
from tests.pages.officers.walking import People
from tests.register.law.make import HEAD as LAW_HEAD
from tests.register.law.make import LIMIT
from tests.supervision.licensing.making import proposed


@pytest.fixture
def walker(session: Session, keyring: Keyring, things: dict[str, str], people: People) -> Officer:
    """An officer with every role of case work, of the unit whose things are walked, who wrote none of them."""
    unit = session.scalars(select(Case)).first()
    assert unit is not None
    return people("cz-labour", *WORKERS, email="second@authority.example").officer


@pytest.mark.parametrize(("words", "table", "model", "family"), WALK, ids=[one[0].__name__ for one in WALK])
def test_each_state_that_waits_for_an_officer_makes_a_row(
    session: Session,
    walker: Officer,
    words: type[StrEnum],
    table: Mapping[Any, str | None],
    model: type[Any],
    family: str,
) -> None:
    assert set(table) == set(words), "a state without a word on whom it waits for"
    row = begin_walk(session, model, walker, "cz-labour")
    for state, kind in table.items():
        walk_to(session, row, state, walker)
        mine = {
            found.kind for found in rows_of(session, walker) if is_about(found, row) and found.kind.startswith(family)
        }
        assert mine == ({kind} if kind else set()), state


def held_reading(session: Session, source: Source) -> PendingImport:
    """A reading of a list that waits for an official."""
    pending = PendingImport(
        reference=new_reference(),
        source_id=source.id,
        file="x",
        digest="0" * 64,
        fetched_at=now(),
        reason="odd",
        counts={},
    )
    session.add(pending)
    return pending


def test_a_list_that_is_held_and_one_that_is_out_of_date_make_a_row(session: Session, walker: Officer) -> None:
    make_source(session, "CZ")
    source = session.execute(select(Source).where(Source.reference == source_of("CZ"))).scalar_one()
    pending = held_reading(session, source)
    assert "list.held" in kinds_of(session, walker)
    assert "list.out_of_date" not in kinds_of(session, walker)
    pending.decided_at = now()
    found = kinds_of(session, walker, now() + timedelta(days=source.fresh_for_days + 1))
    assert ("list.held" in found, "list.out_of_date" in found) == (False, True)


def test_a_measure_in_force_makes_the_case_ready_to_close(session: Session, walker: Officer) -> None:
    case = session.scalars(select(Case).where(Case.country == "CZ")).first()
    case.state, case.is_open = CaseState.SANCTION_PENDING, True
    case.measure, case.measure_on = "in_force", day_at(now(), None)
    assert "case.ready_to_close" in kinds_of(session, walker)


def test_a_message_is_read_by_its_assignee_and_late_it_is_the_supervisors_too(
    session: Session, keyring: Keyring, things: dict[str, str], people: People
) -> None:
    assignee = people("cz-labour", Role.INVESTIGATOR, email="assignee@authority.example").officer
    supervisor = people("cz-labour", Role.SUPERVISOR, email="supervisor@authority.example").officer
    case = session.scalars(select(Case).where(Case.country == "CZ")).first()
    case.assignee, case.has_unread, case.due_at = assignee.reference, True, now() + timedelta(hours=1)
    seen = [
        [one.kind for one in rows_of(session, who) if one.kind.startswith("unread")] for who in (assignee, supervisor)
    ]
    assert seen == [["unread"], []]
    case.due_at = now() - timedelta(minutes=1)
    (late,) = [one for one in rows_of(session, supervisor) if one.kind == "unread_late"]
    assert (late.reference, late.owner, late.is_late(now())) == (case.reference, assignee.reference, True)
    assignee.state = OfficerState.CLOSED
    assert "unread" in kinds_of(session, supervisor)


def test_a_free_case_is_taken_from_the_list_in_one_press(
    session: Session, keyring: Keyring, things: dict[str, str], people: People
) -> None:
    person = people("cz-labour", Role.INVESTIGATOR, email="taker@authority.example")
    filed = file(session, Sealer(keyring), {"country": "CZ", "deception": "yes"}, at=now())
    session.commit()
    body = person.desk.get("/console/").get_data(as_text=True)
    address = f"/console/cases/{filed.case.reference}/take"
    assert address in body
    assert person.desk.post(address).status_code == 303
    session.expire_all()
    assert (filed.case.assignee, filed.case.state) == (person.officer.reference, CaseState.INVESTIGATING)
    assert address not in person.desk.get("/console/").get_data(as_text=True)


def test_danger_waits_for_triage_supervisor_and_assignee_at_once(
    session: Session, things: dict[str, str], people: People
) -> None:
    triage, supervisor, assignee, other = (
        people("cz-labour", role, email=f"{number}@authority.example").officer
        for number, role in enumerate((Role.TRIAGE, Role.SUPERVISOR, Role.INVESTIGATOR, Role.INVESTIGATOR))
    )
    case = session.scalars(select(Case).where(Case.country == "CZ")).first()
    case.assignee, case.state, case.in_danger_since = assignee.reference, CaseState.INVESTIGATING, now()

    def told(kind: str) -> list[bool]:
        return [kind in kinds_of(session, who) for who in (triage, supervisor, assignee, other)]

    assert told("danger") == [True, True, True, False]
    case.assignee = None
    (found,) = [row for row in rows_of(session, supervisor) if row.kind == "danger"]
    assert not found.is_vacant
    case.assignee = assignee.reference
    case.state, case.is_open = CaseState.WITHDRAWN, False
    assert told("danger_withdrawn") == [True, True, True, False]
    case.in_danger_since = None
    assert told("danger") == told("danger_withdrawn") == [False] * 4


def test_what_else_came_than_a_message_has_words_of_its_own(
    session: Session, things: dict[str, str], people: People
) -> None:
    officer = people("cz-labour", Role.INVESTIGATOR, email="reader@authority.example").officer
    case = session.scalars(select(Case).where(Case.country == "CZ")).first()
    case.has_unread = True
    for kind in UnreadKind:
        case.unread_kind = kind
        (row,) = [one for one in rows_of(session, officer) if one.kind.startswith("unread")]
        assert row.kind == ("unread" if kind is UnreadKind.MESSAGE else f"unread_{kind}")
        assert has_text(f"inbox.{row.kind}")
        assert row.group == "new"


@pytest.mark.parametrize("how", ["closed", "without a role", "on leave"])
def test_what_lies_with_an_officer_who_cannot_act_today_is_in_the_lists_of_the_others(
    session: Session, things: dict[str, str], people: People, how: str
) -> None:
    assignee, other = (
        people("cz-labour", Role.INVESTIGATOR, email=f"{name}@authority.example").officer for name in ("gone", "here")
    )
    deputy = people("cz-labour", Role.ANALYST, email="deputy@authority.example").officer
    case = session.scalars(select(Case).where(Case.country == "CZ")).first()
    case.assignee, case.state, case.is_open = assignee.reference, CaseState.IN_TRIAGE, True
    case.has_unread = True
    assert case.reference not in {row.reference for row in rows_of(session, other)}
    today = day_at(now(), None)
    if how == "closed":
        assignee.state = OfficerState.CLOSED
    elif how == "without a role":
        session.execute(update(RoleHeld).where(RoleHeld.officer_id == assignee.id).values(ended_on=today))
    else:
        loans.lend(Call(session, assignee, now()), deputy, Role.INVESTIGATOR, today, today + timedelta(days=2))
        assert case.reference in {row.reference for row in rows_of(session, deputy)}
        later = now() + timedelta(days=4)
        assert case.reference not in {row.reference for row in rows_of(session, other, later)}
    assert "unread" in {row.kind for row in rows_of(session, other) if row.reference == case.reference}


def test_what_lies_with_an_officer_of_another_role_who_is_there_is_in_no_other_list(
    session: Session, things: dict[str, str], people: People
) -> None:
    decider = people("cz-labour", Role.DECIDER, email="decider@authority.example").officer
    other = people("cz-labour", Role.INVESTIGATOR, email="other@authority.example").officer
    case = session.scalars(select(Case).where(Case.country == "CZ")).first()
    case.assignee, case.state, case.is_open, case.has_unread = decider.reference, CaseState.INVESTIGATING, True, True
    assert case.reference not in {row.reference for row in rows_of(session, other)}
    sanction = session.scalars(select(Sanction)).first()
    unit = session.scalars(select(Unit.reference).where(Unit.authority == sanction.authority)).first()
    author, colleague = (
        people(unit, Role.LICENSING, email=f"{name}@authority.example").officer for name in ("author", "colleague")
    )
    sanction.state, sanction.proposed_by = SanctionState.PROPOSED, author.reference
    drafts = ["sanction.proposed" in kinds_of(session, who) for who in (author, colleague)]
    assert drafts == [True, False]
    session.execute(update(RoleHeld).where(RoleHeld.officer_id == author.id).values(ended_on=day_at(now(), None)))
    assert "sanction.proposed" in kinds_of(session, colleague)


def test_what_needs_a_role_that_nobody_has_waits_for_the_supervisor_and_then_the_administrator(
    session: Session, things: dict[str, str], people: People
) -> None:
    unit = "cz-labour"
    session.execute(update(RoleHeld).values(ended_on=day_at(now(), None)))
    supervisor = people(unit, Role.SUPERVISOR, email="super@authority.example").officer
    admin = people(unit, Role.SYSADMIN, email="admin@authority.example").officer
    decision = session.scalars(select(Decision)).first()
    decision.state, decision.drafted_by = DecisionState.DRAFTED, "somebody"
    case = session.get_one(Case, decision.case_id)
    in_unit = select(Unit.id).where(Unit.reference == unit).scalar_subquery()
    session.execute(update(Case).values(unit_id=in_unit))
    session.refresh(case)

    def vacant(who: Officer) -> bool:
        return any(row.kind == "decision.drafted" and row.is_vacant for row in rows_of(session, who))

    assert (vacant(supervisor), vacant(admin)) == (True, False)
    session.execute(update(RoleHeld).where(RoleHeld.officer_id == supervisor.id).values(ended_on=day_at(now(), None)))
    assert vacant(admin)
    people(unit, Role.DECIDER, email="decider@authority.example")
    assert not vacant(admin)


def test_a_task_without_a_day_or_from_a_colleague_waits_at_once(
    session: Session, things: dict[str, str], people: People
) -> None:
    officer = people("cz-labour", Role.INVESTIGATOR, email="busy@authority.example").officer
    case = session.scalars(select(Case).where(Case.country == "CZ")).first()
    case.assignee = officer.reference
    session.execute(delete(CaseTask))
    far = day_at(now(), None) + timedelta(days=60)

    def waits(**facts: Any) -> bool:
        task = CaseTask(reference=new_reference(), case_id=case.id, made_on=day_at(now(), None), sealed="", **facts)
        session.add(task)
        found = "task" in kinds_of(session, officer)
        session.delete(task)
        return found

    assert waits(made_by=officer.reference)
    assert waits(made_by="a colleague", owner=officer.reference, due_on=far)
    assert not waits(made_by=officer.reference, owner=officer.reference, due_on=far)


def test_a_visit_waits_for_all_who_take_part_before_its_day_and_until_it_is_written_down(
    session: Session, things: dict[str, str], people: People
) -> None:
    owner, other, absent = (
        people("cz-labour", Role.INVESTIGATOR, email=f"{name}@authority.example").officer
        for name in ("own", "oth", "abs")
    )
    case = session.scalars(select(Case).where(Case.country == "CZ")).first()
    today = day_at(now(), None)

    def waits(officer: Officer, days: int, state: EventState = EventState.PLANNED, by: Officer = owner) -> set[str]:
        event = CaseEvent(
            reference=new_reference(), case_id=case.id, kind=EventKind.VISIT, state=state,
            on_day=today + timedelta(days=days), owner=owner.reference, officers=[owner.reference, other.reference],
            written_by=by.reference, written_on=today, sealed="",
        )  # fmt: skip
        session.add(event)
        found = {kind for kind in kinds_of(session, officer) if kind.startswith("event")}
        session.delete(event)
        return found

    assert [waits(officer, 1) for officer in (owner, other, absent)] == [{"event.visit"}, {"event.visit"}, set()]
    assert waits(owner, 60) == set(), "far away"
    assert waits(owner, 60, by=other) == {"event.visit"}, "a colleague planned it"
    assert waits(owner, -1) == {"event_past.visit"}
    assert waits(owner, -1, EventState.HELD) == set()
    session.execute(update(RoleHeld).where(RoleHeld.officer_id == owner.id).values(ended_on=today))
    assert waits(absent, -1) == {"event_past.visit"}, "who was to write it down cannot"


def test_an_application_and_a_refusal_wait_for_whom_they_concern(session: Session, people: People) -> None:
    make_unit(session, "cz-licensing", "CZ", authority=authority_of("CZ"))
    proposer, other = (
        people("cz-licensing", Role.LICENSING, email=f"{name}@authority.example").officer for name in ("one", "two")
    )
    licence = make_licence(session)
    proposal = proposed(session, LicenceAct.REVOKE, licence, LicensingOfficial(proposer.reference, authority_of("CZ")))
    assert "licence.refused" not in kinds_of(session, proposer)
    second = LicensingOfficial(other.reference, authority_of("CZ"))
    proposals.refuse(call_by(session, second), proposal.reference, "Not enough.")
    assert ("licence.refused" in kinds_of(session, proposer), "licence.refused" in kinds_of(session, other)) == (
        True, False,
    )  # fmt: skip
    assert "licence.refused" not in kinds_of(session, proposer, now() + timedelta(days=15))


def test_what_waits_for_a_second_person_is_late_after_two_working_days(session: Session, people: People) -> None:
    make_unit(session, "cz-licensing", "CZ", authority=authority_of("CZ"))
    officer = people("cz-licensing", Role.LICENSING, email="second@authority.example").officer
    proposed(session, LicenceAct.REVOKE, make_licence(session), on=day_at(now(), None) + timedelta(days=60))
    (row,) = [one for one in rows_of(session, officer) if one.kind == "licence.proposal"]
    assert not row.is_late(now())
    assert row.is_late(now() + timedelta(days=5))


@pytest.mark.parametrize(("kind", "days"), [("case.decided", 10), ("sanction.proposed", 5)])
def test_what_has_no_day_of_its_own_is_late_some_day(session: Session, walker: Officer, kind: str, days: int) -> None:
    row = next(one for one in rows_of(session, walker) if one.kind == kind)
    assert row.since is not None
    assert row.due_at is not None
    assert row.due_at <= end_of_day(working_days_after(row.since, days))


def test_a_held_list_of_an_authority_without_a_unit_is_told_to_administrators(
    session: Session, things: dict[str, str], people: People
) -> None:
    admin = people("cz-labour", Role.SYSADMIN, email="admin@authority.example").officer
    make_source(session, "PT")
    source = session.execute(select(Source).where(Source.reference == source_of("PT"))).scalar_one()
    held_reading(session, source)
    late = now() + timedelta(days=source.fresh_for_days + 1)

    def told() -> set[str]:
        return {row.kind for row in rows_of(session, admin, late) if row.reference == source.reference}

    assert told() == {"unit.list_held", "unit.list_out_of_date"}
    make_unit(session, "pt-licensing", "PT", authority=authority_of("PT"))
    assert told() == set()


def test_a_unit_in_which_nobody_works_is_told_to_administrators(
    session: Session, things: dict[str, str], people: People
) -> None:
    admin = people("cz-labour", Role.SYSADMIN, email="admin@authority.example").officer
    make_unit(session, "de-empty", "DE")

    def told() -> set[str]:
        return {row.kind for row in rows_of(session, admin) if row.reference == "de-empty"}

    assert told() == {"unit.unstaffed"}
    people("de-empty", Role.INVESTIGATOR, email="first@authority.example")
    assert told() == {"unit.unled"}, "no one there can give a role"
    people("de-empty", Role.SUPERVISOR, email="super@authority.example")
    assert told() == set()


def test_what_was_granted_and_what_is_due_wait_for_the_one_who_asked(
    session: Session, keyring: Keyring, things: dict[str, str], people: People
) -> None:
    asker = people("it-labour", Role.INVESTIGATOR, email="asker@authority.example").officer
    other = people("it-labour", Role.INVESTIGATOR, email="other@authority.example").officer
    grant = session.scalars(select(AccessGrant)).one()
    grant.state, grant.asked_by, grant.decided_by = AccessState.GRANTED, asker.reference, "somebody"
    grant.decided_at, grant.ends_at = now(), now() + timedelta(hours=3)
    task = CaseTask(
        reference=new_reference(), case_id=grant.case_id, made_by=asker.reference, made_on=day_at(now(), None),
        due_on=day_at(now(), None), sealed="sealed",
    )  # fmt: skip
    session.add(task)
    assert {"grant.granted", "task"} <= kinds_of(session, asker)
    assert not {"grant.granted", "task"} & kinds_of(session, other)
    grant.looked_at, task.done_on = now(), day_at(now(), None)
    assert not {"grant.granted", "task"} & kinds_of(session, asker)


def test_the_only_supervisor_is_told_that_a_second_is_missing(
    session: Session, keyring: Keyring, people: People
) -> None:
    make_unit(session, "cz-licensing", "CZ")
    first = people("cz-licensing", Role.SUPERVISOR, email="first@authority.example").officer
    assert "officer.second_supervisor" in kinds_of(session, first)
    make_officer(
        session, keyring, Role.SUPERVISOR, unit="cz-licensing", email="second@authority.example", name="Second"
    )
    assert "officer.second_supervisor" not in kinds_of(session, first)


def test_each_kind_has_words_and_a_link_that_opens(session: Session, walker: Officer, people: People) -> None:
    person = people("cz-labour", *WORKERS, email="third@authority.example")
    found = rows_of(session, person.officer)
    session.commit()
    assert len({row.kind for row in found}) >= 3
    for row in found:
        assert has_text(f"inbox.{row.kind}")
        assert person.desk.get(row.href).status_code == 200, row
    words = {kind for _, table, _, _ in WALK for kind in table.values() if kind}
    assert [kind for kind in words if not has_text(f"inbox.{kind}")] == []


@pytest.mark.both_databases
def test_the_inbox_is_one_statement_and_the_first_page_counts_it(
    session: Session, walker: Officer, people: People
) -> None:
    me = sessions.authenticated_as(session, walker, None, now())
    session.flush()
    seen: list[str] = []
    bind = session.get_bind()
    event.listen(bind, "before_cursor_execute", lambda *args: seen.append(args[2]))
    inbox(session, me, now())
    # The others say which roles are held in the unit and under its authority, and which deposits were drawn on.
    assert len(seen) == 3
    person = people("cz-labour", *WORKERS, email="fourth@authority.example")
    session.commit()
    number = len(rows_of(session, person.officer))
    body = person.desk.get("/console/cases").get_data(as_text=True)
    assert re.search(rf'href="/console/"[^>]*>[^<]*<span class="count"[^>]*>{number}</span>', body)


# PostgreSQL plans by itself when a bound word matters.
@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
def test_words_that_an_index_is_made_of_are_not_bound(session: Session, walker: Officer) -> None:
    """SQLite would plan the whole statement anew at each page."""
    seen: list[str] = []
    event.listen(session.get_bind(), "before_cursor_execute", lambda *args: seen.append(args[2]))
    inbox_of(session, walker)
    (statement,) = [one for one in seen if "transfers.state" in one]
    assert len(set(re.findall(r"(decisions|transfers|entry_requests)\.state = '\w+'", statement))) == 3
    assert re.findall(r"(?:decisions|transfers|entry_requests)\.state = \?|hearings\.state != \?", statement) == []


def test_an_overlay_of_the_law_waits_for_a_second_operator(session: Session, keyring: Keyring, people: People) -> None:
    make_unit(session, "operators", "CZ")
    first, second = (
        people("operators", Role.SYSADMIN, email=f"{name}@authority.example").officer for name in ("first", "second")
    )
    overlay = LawOverlay(
        reference=new_reference(), number=1, body=b"", digest="0" * 64, kid="k", signature="s",
        state=OverlayState.PROPOSED, proposed_by=first.reference, proposed_at=now(),
    )  # fmt: skip
    session.add(overlay)
    assert ("law.proposed" in kinds_of(session, first), "law.proposed" in kinds_of(session, second)) == (False, True)
    overlay.decided_by, overlay.decided_at = second.reference, now()
    overlay.withdrawal_asked_by, overlay.withdrawal_asked_at = second.reference, now()
    walked: dict[OverlayState, set[str]] = {}
    for state in OverlayState:
        overlay.state = state
        overlay.withdrawn_by, overlay.withdrawn_at = (first.reference, now()) if state == "withdrawn" else (None, None)
        walked[state] = {kind for kind in kinds_of(session, first) if kind.startswith("law.")} - {"law.out_of_date"}
    assert walked == {
        OverlayState.PROPOSED: set(),
        OverlayState.APPROVED: {"law.withdrawal"},
        OverlayState.REFUSED: set(),
        OverlayState.WITHDRAWN: set(),
    }


def test_law_whose_source_is_to_be_read_again_makes_a_row_for_operators(
    session: Session, keyring: Keyring, people: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    law = law_of([country_law("ZZ.toml", (LAW_HEAD + LIMIT).encode())])
    monkeypatch.setattr("registry.officer_acts.inbox.other_sources.law_at", lambda session: law)
    make_unit(session, "operators", "CZ")
    operator = people("operators", Role.SYSADMIN, email="operator@authority.example")
    last, after = datetime(2027, 11, 27, 12, tzinfo=UTC), datetime(2027, 11, 28, 12, tzinfo=UTC)
    assert "law.out_of_date" not in kinds_of(session, operator.officer, last)
    (found,) = [row for row in rows_of(session, operator.officer, after) if row.kind == "law.out_of_date"]
    assert (found.reference, found.since) == ("ZZ", date(2027, 11, 27))


def test_law_that_is_soon_too_old_to_decide_makes_a_row_for_operators(
    session: Session, keyring: Keyring, people: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    law = law_of([country_law("ZZ.toml", (LAW_HEAD + LIMIT).encode())])
    monkeypatch.setattr("registry.officer_acts.inbox.other_sources.law_at", lambda session: law)
    make_unit(session, "operators", "CZ")
    operator = people("operators", Role.SYSADMIN, email="operator@authority.example")
    early, warned = datetime(2026, 11, 20, 12, tzinfo=UTC), datetime(2026, 11, 21, 12, tzinfo=UTC)
    assert "law.out_of_date" not in kinds_of(session, operator.officer, early)
    (found,) = [row for row in rows_of(session, operator.officer, warned) if row.kind == "law.out_of_date"]
    assert (found.reference, found.since) == ("ZZ", date(2026, 11, 21))
    row = law.rows["zz-limit-lending"]
    assert rows_to_read_again(session, warned.date()) == [(row, date(2026, 11, 21), date(2027, 1, 20))]


def test_the_console_says_until_when_a_row_of_law_decides(
    session: Session, people: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = LIMIT.replace("2025-01-20", str(day_at(now(), None) - timedelta(days=700)))
    law = law_of([country_law("ZZ.toml", (LAW_HEAD + text).encode())])
    monkeypatch.setattr("registry.officer_acts.inbox.other_sources.law_at", lambda session: law)
    make_unit(session, "operators", "CZ")
    operator = people("operators", Role.SYSADMIN, email="operator@authority.example")
    page = operator.desk.get("/console/law").get_data(as_text=True)
    assert "zz-limit-lending" in page
    assert "Decides until" in page


def test_a_text_that_was_not_sent_says_when_its_case_changed(
    session: Session, keyring: Keyring, things: dict[str, str], people: People
) -> None:
    person = people("it-labour", Role.INVESTIGATOR, email="writer@authority.example")
    case = session.scalars(select(Case).where(Case.country == "IT")).first()
    session.commit()
    fields = {
        "text": "half a reply", "version": case.version,
        "draft_page": f"/console/cases/{case.reference}", "draft_action": f"/console/cases/{case.reference}/reply",
    }  # fmt: skip
    assert person.desk.post("/console/drafts", **fields).status_code == 204
    assert "unsent" in kinds_of(session, person.officer)
    session.refresh(case)
    case.version += 1
    assert {"unsent_stale"} == {kind for kind in kinds_of(session, person.officer) if kind.startswith("unsent")}


def test_a_partner_is_to_answer_within_two_weeks_and_is_reminded_before(
    session: Session, keyring: Keyring, things: dict[str, str], people: People
) -> None:
    referral = session.scalars(select(Referral)).first()
    partner = make_officer(session, keyring, Role.PARTNER, unit=referral.party, email="partner@union.example").officer
    sent_on = day_at(now(), None) - timedelta(days=11)
    referral.state, referral.sent_on, referral.expires_on = ReferralState.SENT, sent_on, sent_on + timedelta(days=90)
    (row,) = [row for row in rows_of(session, partner) if row.kind == "partner.sent"]
    assert row.due_at == datetime.combine(sent_on + timedelta(days=15), time(), UTC)
    session.commit()
    made = sessionmaker(session.get_bind())
    assert [remind_partners(made, now() - timedelta(days=1)), remind_partners(made, now())] == [0, 1]
    assert remind_partners(made, now()) == 0
    assert session.scalars(select(Notice).where(Notice.officer_id == partner.id)).one().kind is NoticeKind.ASSIGNED


def test_a_task_waits_for_its_owner(session: Session, keyring: Keyring, things: dict[str, str], people: People) -> None:
    assignee = people("it-labour", Role.INVESTIGATOR, email="assignee@authority.example")
    owner = people("it-labour", Role.INVESTIGATOR, email="task.owner@authority.example")
    case = session.scalars(select(Case).where(Case.country == "IT")).first()
    case.assignee = assignee.officer.reference
    session.commit()
    sent = {"task": "Call them", "owner": owner.officer.reference, "due_on": str(day_at(now(), None))}
    answer = assignee.desk.post(f"/console/cases/{case.reference}/tasks", **sent, version=case.version)
    assert answer.status_code == 303
    session.expire_all()
    assert "task" in kinds_of(session, owner.officer)
    assert "task" not in kinds_of(session, assignee.officer)


def test_much_of_one_kind_hides_nothing_of_another_and_is_counted(
    session: Session, sealer: Sealer, people: People
) -> None:
    mine = people("it-labour", Role.INVESTIGATOR, email="mine@authority.example")
    filed = [
        file(session, sealer, {"country": "IT", "deception": "yes"}, at=now()).case for _ in range(MAX_ROWS_OF_PART + 7)
    ]
    for case in filed[:-2]:
        case.priority = Priority.P0
    filed[-1].state = CaseState.REOPENED
    session.commit()
    found = inbox_of(session, mine.officer)
    listed = {row.reference for row in found}
    assert {filed[-1].reference, filed[-2].reference} <= listed
    assert len(found) == MAX_ROWS_OF_PART + 2
    assert found.number == len(filed)
    assert found.hidden == {Alike("case.submitted", "p0", is_mine=False): 5}
    body = mine.desk.get("/console/").get_data(as_text=True)
    assert re.search(rf'class="count"[^>]*>{len(filed)}<', body)
    assert 'href="/console/cases?state=submitted&amp;priority=p0"' in body


def test_one_order_by_deadline_whatever_it_is_with_what_is_mine_first_of_a_day(
    session: Session, things: dict[str, str], people: People
) -> None:
    officer = people("cz-labour", *WORKERS, email="orders@authority.example").officer
    today = now().replace(hour=9)

    def row(kind: str, owner: str | None, due_at: datetime | None, priority: str | None = None) -> Row:
        return Row(kind, kind, None, owner, None, due_at, priority)

    me = officer.reference
    danger = row("danger", None, today + timedelta(days=40), "p0")
    approval = row("sanction.legal_review", None, today)
    own = row("task", me, today + timedelta(hours=2))
    late = row("lowering", None, today - timedelta(days=3))
    february = row("case.investigating", me, today + timedelta(days=70), "p2")
    never = row("template", None, None)
    rows = [never, february, own, approval, late, danger]
    assert sorted(rows, key=lambda one: one.order(me)) == [danger, late, own, approval, february, never]


def test_a_row_says_agency_language_country_and_danger_and_its_links_have_names_of_their_own(
    session: Session, sealer: Sealer, people: People
) -> None:
    person = people("it-labour", Role.INVESTIGATOR, email="reader@authority.example")
    agency = make_agency(session)
    said = {"country": "IT", "deception": "yes", "agency": {"agency_id": agency.agency_id}}
    cases = [file(session, sealer, said, at=now()).case for _ in range(3)]
    cases[0].state, cases[0].in_danger_since, cases[0].assignee = (
        CaseState.INVESTIGATING,
        now(),
        person.officer.reference,
    )
    session.commit()
    body = person.desk.get("/console/").get_data(as_text=True)
    lines = [" ".join(re.sub("<[^>]+>", " ", line).split()) for line in re.findall(r"<tr.*?</tr>", body, re.S)[1:]]
    for case in cases:
        (line,) = [one for one in lines if case.reference in one]
        assert agency.names[0].name in line
        assert "简体" in line
        assert " IT " in line
        assert ("In danger" in line) == (case is cases[0])
    names = re.findall(r'<th scope="row"><a[^>]*>(.*?)</a>', body, re.S)
    assert len(set(names)) == len(names) == 3
    assert re.search(r'href="/console/\?of=mine"[^>]*>Mine <span class="count">1<', body)
    assert len(re.findall(r'<th scope="row">', person.desk.get("/console/?of=mine").get_data(as_text=True))) == 1


def test_nothing_of_another_unit_makes_a_row(session: Session, things: dict[str, str], people: People) -> None:
    stranger = people("cn-licensing", *WORKERS, email="stranger@authority.example").officer
    found = [row for row in rows_of(session, stranger) if not row.kind.startswith("officer.")]
    assert found == []


def test_a_message_of_danger_is_told_to_the_assignee_at_once_and_stands_first(
    session: Session, sealer: Sealer, people: People
) -> None:
    mine = people("it-labour", Role.INVESTIGATOR, email="mine@authority.example").officer
    calm = file(session, sealer, {"country": "IT", "deception": "yes"}, at=now())
    urgent = file(session, sealer, {"country": "IT", "deception": "yes"}, at=now())
    for filed in (calm, urgent):
        filed.case.assignee = mine.reference
    mailbox.write(session, sealer, come_back(session, sealer, urgent.code, now()), "他们打我，门锁了，救命", now())
    first = rows_of(session, mine)[0]
    assert (first.kind, first.reference, first.priority) == ("unread", urgent.case.reference, "p0")
