"""A process that is killed right after it committed an act: nothing that follows from it is lost, and nothing comes twice."""

import os
import signal
from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import event, func, select
from sqlalchemy.orm import Session, sessionmaker

from registry.complaints.case.models import Case
from registry.complaints.casework import queries as case_reading
from registry.complaints.casework.decisions import actions as decisions
from registry.complaints.intake import mailbox
from registry.complaints.intake.models import Message
from registry.complaints.parties.hearings import actions as hearings
from registry.complaints.parties.models import Transfer
from registry.complaints.parties.referrals import actions as referrals
from registry.complaints.parties.transfers import actions as transfers
from registry.complaints.sealing.models import EncryptedContainer, WrappedKey
from registry.complaints.sealing.sealer import Sealer
from registry.core.calls import Call
from registry.core.clock import now
from registry.core.db.engine import engine_for, sessions_for
from registry.core.errors import NotFound
from registry.core.keyring import Keyring
from registry.log.models import Entry
from registry.officers import notices
from registry.officers.models import Notice
from registry.officers.rights import Role
from registry.supervision.licensing import proposals
from registry.vocabulary.cases import (
    CaseRole,
    CaseState,
    DecisionOutcome,
    KeyHolder,
    PartnerKind,
    Priority,
    TransferState,
)
from registry.vocabulary.supervision import LicenceAct
from registry.watches import fan_out
from tests.calling import call_by
from tests.complaints.casework.decisions.making import BRUNO, drafted, looked_into, words
from tests.complaints.filing import AT, ORDINARY, come_back, file, make_units
from tests.complaints.parties.hearings.making import ANNA, ANSWER_BY, approved, heard_case
from tests.complaints.parties.referrals.making import CARLA, UNION, file_with_name, make_partner
from tests.complaints.parties.referrals.making import propose as referral_of
from tests.complaints.parties.transfers.making import ITALY, REGION, as_officer, asked, make_staff
from tests.make import licence_record, make_agency
from tests.officers.making import make_officer
from tests.supervision.licensing.making import BORIS, proposed
from tests.supervision.sanctions.making import make_desk
from tests.thorough import POSTGRESQL_IS_THOROUGH
from tests.watches.making import make_watch, types_of

pytestmark = pytest.mark.slow

Act = Callable[[Session], object]
Run = Callable[[sessionmaker[Session]], object]


def killed(url: str, run: Run, at: str = "", after: int = 0) -> None:
    """Run it in a process of its own that no signal handler saves: at the moment `at` of a transaction, by its own hand, or
    `after` so many statements."""
    child = os.fork()
    if child == 0:
        try:
            engine = engine_for(url)
            sessions, left = sessions_for(engine), iter(range(after))
            if after:
                event.listen(
                    engine, "after_cursor_execute", lambda *_: die() if next(left, None) == after - 1 else None
                )
            if at:
                event.listen(sessions, at, lambda *_: die())
            run(sessions)
        finally:
            os._exit(0)
    _, status = os.waitpid(child, 0)
    assert os.WIFSIGNALED(status)
    assert os.WTERMSIG(status) == signal.SIGKILL


def die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def once(act: Act) -> Run:
    """An act as an edge does it: in one transaction."""

    def run(sessions: sessionmaker[Session]) -> None:
        with sessions.begin() as session:
            act(session)

    return run


@POSTGRESQL_IS_THOROUGH
def test_what_follows_an_act_comes_once_although_its_process_and_the_worker_are_killed(
    session: Session, sealer: Sealer, keyring: Keyring
) -> None:
    make_desk(session, sealer)
    url = session.get_bind().engine.url.render_as_string(hide_password=False)
    make_partner(session, sealer, UNION, PartnerKind.UNION)
    make_officer(session, keyring, Role.PARTNER, unit=UNION, email="p@union.example")
    heard, filed, handed = (
        heard_case(session, sealer, keyring),
        looked_into(session, sealer),
        file_with_name(session, sealer),
    )
    decision, hearing = drafted(session, sealer, filed).reference, approved(session, sealer, heard).reference
    referral = referral_of(session, sealer, handed).reference
    referrals.override(Call(session, CARLA, AT), sealer, referral, "Act 1, section 2")
    agency = make_agency(session, licences=(licence_record(),))
    proposal = proposed(session, LicenceAct.SUSPEND, agency.licences[0]).reference
    session.commit()
    sessions, entries = sessionmaker(session.get_bind()), select(func.count(Entry.index))
    fan_out.fan_out_log_entries(sessions, keyring, now())
    make_watch(session, agency.agency_id)
    before = session.scalars(entries).one()
    session.commit()
    acts: tuple[Act, ...] = (
        lambda own: decisions.make(Call(own, BRUNO, AT), sealer, decision, words=words),
        lambda own: referrals.send(Call(own, ANNA, AT), sealer, referral),
        lambda own: hearings.serve(Call(own, ANNA, AT), sealer, hearing, ANSWER_BY),
        lambda own: proposals.approve(call_by(own, BORIS), proposal),
    )
    for act in acts:
        killed(url, once(act), "before_commit")
    assert (session.scalars(entries).one(), types_of(session)) == (before, [])
    session.commit()
    for act in acts:
        killed(url, once(act), "after_commit")

    # The worker dies with a mail in its hand, and in the middle of telling who watches.
    mails: list[str] = []

    def tell(address: str, *_: str) -> bool:
        mails.append(address)
        return True

    def in_hand(*_: str) -> bool:
        die()
        return True

    say = lambda *_: ("There is something for you", "Look at it.")  # noqa: E731
    killed(url, lambda own: notices.send_due_notices(own, say, in_hand, AT))
    killed(url, lambda own: fan_out.fan_out_log_entries(own, keyring, now()), "before_commit")
    for minutes in (30, 60, 90):
        notices.send_due_notices(sessions, say, tell, AT + timedelta(minutes=minutes))
        fan_out.fan_out_log_entries(sessions, keyring, now())
    assert sorted(mails) == sorted(["p@union.example", f"rep@{heard.desk}.example"])
    assert types_of(session) == ["licence.suspended"]
    assert session.scalars(entries).one() == before + 1
    view = mailbox.mailbox(session, sealer, come_back(session, sealer, filed.code, AT), AT)
    assert [DecisionOutcome.UPHELD in message.text for message in view.messages] == [True]
    assert session.get_one(Case, heard.filed.case.id, populate_existing=True).state is CaseState.AGENCY_HEARING


def test_a_message_its_notice_and_the_priority_stand_together_or_not_at_all(
    session: Session, sealer: Sealer, keyring: Keyring
) -> None:
    make_units(session, sealer)
    make_officer(session, keyring, Role.TRIAGE, unit="it-labour")
    filed = file(session, sealer, at=now())
    session.commit()
    url = session.get_bind().engine.url.render_as_string(hide_password=False)

    def found() -> tuple[int, int, Priority | None]:
        session.rollback()
        case = session.get_one(Case, filed.case.id, populate_existing=True)
        counts = [session.scalars(select(func.count(one.id))).one() for one in (Message, Notice)]
        priority = case.priority
        # SQLite has one writer: what was read must not stand in the way of the process that is killed.
        session.commit()
        return counts[0], counts[1], priority

    def act(own: Session) -> object:
        return mailbox.write(own, sealer, come_back(own, sealer, filed.code, now()), "他们打我，门锁了，救命", now())

    before = found()
    killed(url, once(act), "before_commit")
    assert found() == before == (0, 0, Priority.P3)
    killed(url, once(act), "after_commit")
    assert found() == (1, 1, Priority.P0)


@POSTGRESQL_IS_THOROUGH
@pytest.mark.both_databases
def test_a_case_is_with_the_one_unit_or_the_other_however_its_acceptance_is_killed(
    session: Session, sealer: Sealer, keyring: Keyring
) -> None:
    """Killed after each tenth statement, before the commit, and after it: accepted again it is the new unit's, whole."""
    make_units(session, sealer)
    staff = make_staff(session, sealer, keyring)
    filed = file(session, sealer)
    transfer = asked(session, sealer, staff, filed).reference
    former, case = filed.case.unit_id, filed.case.id
    session.commit()
    url = session.get_bind().engine.url.render_as_string(hide_password=False)
    taker = as_officer(staff.rosa, CaseRole.TRIAGE)
    session.commit()

    def act(own: Session) -> object:
        return transfers.accept(Call(own, taker, AT), sealer, transfer)

    def stands() -> tuple[bool, TransferState, set[str], int]:
        """Whether the case is where it was, how its request stands, who can open it, and how many notices there are."""
        session.rollback()
        moved = session.get_one(Case, case, populate_existing=True)
        state = session.scalars(select(Transfer.state)).one()
        boxes = select(EncryptedContainer.id).where(EncryptedContainer.case_id == case)
        of_units = WrappedKey.box_id.in_(boxes), WrappedKey.holder_kind == KeyHolder.UNIT
        found = moved.unit_id == former, state, set(session.scalars(select(WrappedKey.holder).where(*of_units)))
        notices_made = session.scalars(select(func.count(Notice.id))).one()
        session.commit()
        return *found, notices_made

    before = stands()
    assert before[:3] == (True, TransferState.ASKED, {ITALY})
    statements: list[object] = []
    with sessionmaker(session.get_bind())() as rehearsal:
        count = lambda *args: statements.append(args[2])  # noqa: E731
        event.listen(session.get_bind(), "after_cursor_execute", count)
        act(rehearsal)
        rehearsal.flush()
        event.remove(session.get_bind(), "after_cursor_execute", count)
        rehearsal.rollback()
    assert len(statements) > 20
    for number in range(1, len(statements), 10):
        killed(url, once(act), after=number)
        assert stands() == before, statements[number - 1]
    killed(url, once(act), "before_commit")
    assert stands() == before
    killed(url, once(act), "after_commit")
    is_former, state, holders, notices_made = stands()
    assert (is_former, state, holders) == (False, TransferState.ACCEPTED, {REGION})
    assert notices_made > before[3]
    with pytest.raises(NotFound):
        act(session)
    view = case_reading.case_view(Call(session, taker, AT), sealer, filed.case.reference)
    assert view.boxes[0].answers["account"] == ORDINARY["account"]
