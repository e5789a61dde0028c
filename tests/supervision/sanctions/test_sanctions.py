"""Sanctions: by two persons, in the next answer, and gone from it the moment they hold no more."""

from collections.abc import Sequence
from datetime import date, timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select, text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from registry.audit.queries import verify
from registry.complaints.case.states import reads_of_measure
from registry.complaints.intake import mailbox
from registry.complaints.sealing.sealer import Sealer
from registry.core.clock import now
from registry.core.db.engine import sessions_for
from registry.core.errors import IllegalMove, InvalidInput, NotFound, NotNow, StaleVersion
from registry.log.models import Entry
from registry.register.agencies import record, storage
from registry.supervision.licensing import proposals
from registry.supervision.licensing.drafting import ActRequest, LicensingOfficial
from registry.supervision.sanctions import actions, effect
from registry.supervision.sanctions.models import Sanction, SanctionMove
from registry.supervision.sanctions.moves import SanctionOfficial
from registry.vocabulary.cases import CaseRole, CaseState
from registry.vocabulary.register import LicenceStatus, SanctionEnd, SanctionKind
from registry.vocabulary.supervision import LicenceAct, SanctionState, Timing
from tests.audit.lines import lines_about
from tests.calling import call_by
from tests.complaints.filing import come_back, file
from tests.make import CZECH_AT_HOME, public_record_of
from tests.supervision.sanctions.making import (
    AUTHORITY,
    DANA,
    LAW,
    LENA,
    LOOK,
    SARA,
    UNIT,
    Licensed,
    decided_case,
    ended,
    in_days,
    in_force,
    make_held,
    proposed,
    reviewed,
    today,
)


def verdict(client: FlaskClient, existing: Licensed) -> str:
    response = client.get("/api/v1/verify", query_string={"licence_number": existing.number} | CZECH_AT_HOME)
    assert response.json is not None
    return str(response.json["verdict"])


def status_of(session: Session, existing: Licensed) -> list[tuple[LicenceStatus | None, bool]]:
    """What is stated of the licence for today, and whether it has a last day."""
    history = public_record_of(session, existing.agency).licences[0].status_history
    return [
        (one.status, one.to is not None)
        for one in history
        if (one.from_ is None or one.from_ <= today()) and (one.to is None or one.to >= today())
    ]


def ground_of(session: Session, existing: Licensed) -> str | None:
    """The ground of the one status that is stated for today."""
    history = public_record_of(session, existing.agency).licences[0].status_history
    [ground] = [one.ground for one in history if one.from_ == today() and (one.to is None or one.to >= today())]
    return ground


def moves_of(session: Session, sanction: Sanction) -> list[SanctionMove]:
    query = select(SanctionMove).where(SanctionMove.sanction_id == sanction.id).order_by(SanctionMove.id)
    return list(session.execute(query).scalars())


def do_due(session: Session, days: int = 0) -> int:
    session.commit()
    done = effect.do_due(sessions_for(session.get_bind()), in_days(days))  # type: ignore[arg-type]
    session.expire_all()
    return done


def test_what_two_persons_approved_is_in_the_next_answer_and_in_the_log(
    client: FlaskClient, session: Session, sealer: Sealer, licensed: Licensed
) -> None:
    sanction = reviewed(session, sealer, licensed)
    assert verdict(client, licensed) == "yes"
    actions.approve(call_by(session, SARA), sanction.reference)
    assert verdict(client, licensed) == "no"
    last = session.execute(select(Entry).order_by(Entry.index.desc()).limit(1)).scalar_one()
    assert (last.type, last.key) == ("licence.suspended", f"licence/{licensed.licence}")
    assert moves_of(session, sanction)[-1].entry == last.index
    displayed = public_record_of(session, licensed.agency).sanctions
    assert [(one.kind, one.legal_ground, one.licence_id, one.from_) for one in displayed] == [
        (SanctionKind.SUSPENSION, LAW, licensed.licence, today())
    ]
    acts = [line.act for line in lines_about(session, sanction.reference)]
    assert acts == [
        "sanction.proposed", "sanction.workers_looked_at", "sanction.legal_review", "sanction.approved",
        "sanction.in_force",
    ]  # fmt: skip
    assert verify(session).troubles == []


def test_an_approval_reads_the_facts_of_an_agency_once(
    session: Session, sealer: Sealer, licensed: Licensed, monkeypatch: pytest.MonkeyPatch
) -> None:
    sanction = reviewed(session, sealer, licensed)
    read: list[Sequence[int]] = []
    load = storage.load_records

    def counted(session: Session, agency_ids: Sequence[int]) -> dict[int, record.Agency]:
        read.append(agency_ids)
        return load(session, agency_ids)

    monkeypatch.setattr(storage, "load_records", counted)
    actions.approve(call_by(session, SARA), sanction.reference)
    assert len(read) == 1


def test_a_sanction_that_leaves_the_status_alone_is_published_beside_it(
    client: FlaskClient, session: Session, sealer: Sealer, licensed: Licensed
) -> None:
    fine = proposed(session, sealer, licensed, SanctionKind.FINE)
    actions.hand_to_review(call_by(session, LENA), fine.reference)
    actions.approve(call_by(session, SARA), fine.reference)
    assert verdict(client, licensed) == "yes"
    assert [one.kind for one in public_record_of(session, licensed.agency).sanctions] == [SanctionKind.FINE]
    assert status_of(session, licensed) == [(LicenceStatus.ACTIVE, False)]


def test_no_agency_is_called_guilty_before_a_court_said_so(
    session: Session, sealer: Sealer, licensed: Licensed
) -> None:
    entries = session.execute(select(func.count()).select_from(Entry)).scalar_one()
    sanction = proposed(session, sealer, licensed, SanctionKind.REFERRAL_TO_PROSECUTOR)
    actions.hand_to_review(call_by(session, LENA), sanction.reference)
    actions.approve(call_by(session, SARA), sanction.reference)
    assert sanction.state is SanctionState.IN_FORCE
    assert public_record_of(session, licensed.agency).sanctions == ()
    assert session.execute(select(func.count()).select_from(Entry)).scalar_one() == entries


def test_no_officer_approves_an_own_proposal_or_one_they_looked_at(
    session: Session, sealer: Sealer, licensed: Licensed
) -> None:
    sanction = proposed(session, sealer, licensed, by=DANA)
    actions.look_at_workers(call_by(session, SARA), sanction.reference, LOOK)
    actions.hand_to_review(call_by(session, LENA), sanction.reference)
    with pytest.raises(IllegalMove, match="who proposed it"):
        actions.approve(call_by(session, DANA), sanction.reference)
    with pytest.raises(IllegalMove, match="who looked at"):
        actions.approve(call_by(session, SARA), sanction.reference)
    other = SanctionOfficial("T. Tina", CaseRole.SUPERVISOR, UNIT, AUTHORITY)
    actions.approve(call_by(session, other), sanction.reference)
    with pytest.raises(IllegalMove):
        actions.approve(call_by(session, other), sanction.reference)
    session.commit()
    with pytest.raises(IntegrityError):
        session.execute(text("UPDATE sanctions SET approved_by = proposed_by"))
    session.rollback()


def test_a_licence_is_not_taken_away_before_somebody_looked_at_the_workers(
    session: Session, sealer: Sealer, licensed: Licensed
) -> None:
    filed, decision = decided_case(session, sealer, licensed)
    sanction = proposed(session, sealer, licensed, SanctionKind.REVOCATION, DANA, decision=decision.reference)
    assert filed.case.state is CaseState.SANCTION_PENDING
    for look, words in (
        (None, "no officer has looked"),
        (LOOK, "timing could point"),
        (LOOK._replace(timing=Timing.COULD_POINT), "choose another day"),
        (LOOK._replace(timing=Timing.POINTS_TO_NOBODY, teller=" "), "who tells the workers"),
    ):
        if look is not None:
            actions.look_at_workers(call_by(session, LENA), sanction.reference, look)
        with pytest.raises(IllegalMove, match=words):
            actions.hand_to_review(call_by(session, LENA), sanction.reference)
    later = today() + timedelta(days=20)
    look = LOOK._replace(timing=Timing.POINTS_TO_NOBODY, waits_until=later)
    actions.look_at_workers(call_by(session, LENA), sanction.reference, look)
    assert sanction.effective_from == later
    actions.hand_to_review(call_by(session, LENA), sanction.reference)
    actions.approve(call_by(session, SARA), sanction.reference)
    assert sanction.state is SanctionState.APPROVED


def test_where_somebody_is_in_danger_nothing_waits(session: Session, sealer: Sealer, licensed: Licensed) -> None:
    _, decision = decided_case(session, sealer, licensed, in_danger="yes")
    with pytest.raises(InvalidInput, match="nothing waits"):
        proposed(
            session, sealer, licensed, by=DANA, decision=decision.reference, effective_from=today() + timedelta(days=1)
        )
    sanction = proposed(session, sealer, licensed, by=DANA, decision=decision.reference)
    look = LOOK._replace(timing=Timing.COULD_POINT, waits_until=today() + timedelta(days=9))
    with pytest.raises(InvalidInput, match="nothing waits"):
        actions.look_at_workers(call_by(session, LENA), sanction.reference, look)
    look = LOOK._replace(workers=None, permits_at_risk=None, teller="", timing=Timing.COULD_POINT)
    actions.look_at_workers(call_by(session, LENA), sanction.reference, look)
    actions.hand_to_review(call_by(session, LENA), sanction.reference)
    assert actions.approve(call_by(session, SARA), sanction.reference).state is SanctionState.IN_FORCE


def test_a_day_to_come_is_kept_by_the_worker_once(
    client: FlaskClient, session: Session, sealer: Sealer, licensed: Licensed
) -> None:
    sanction = in_force(session, sealer, licensed, effective_from=today() + timedelta(days=5))
    assert sanction.state is SanctionState.APPROVED
    assert (do_due(session, 4), verdict(client, licensed)) == (0, "yes")
    assert [do_due(session, 5), do_due(session, 5)] == [1, 0]
    assert sanction.state is SanctionState.IN_FORCE
    history = public_record_of(session, licensed.agency).licences[0].status_history
    assert [(one.status, one.from_) for one in history][-1] == (LicenceStatus.SUSPENDED, today() + timedelta(days=5))


def test_a_suspension_with_a_last_day_is_over_after_it(session: Session, sealer: Sealer, licensed: Licensed) -> None:
    sanction = in_force(session, sealer, licensed, until=today() + timedelta(days=10))
    assert do_due(session, 10) == 0
    assert [do_due(session, 11), do_due(session, 11)] == [1, 0]
    assert sanction.state is SanctionState.EXPIRED
    assert public_record_of(session, licensed.agency).sanctions[0].to == today() + timedelta(days=10)


@pytest.mark.parametrize("target", [SanctionState.STAYED_BY_APPEAL, SanctionState.LIFTED, SanctionState.OVERTURNED])
def test_a_sanction_that_holds_no_more_gives_the_licence_back_and_stays_visible(
    client: FlaskClient, session: Session, sealer: Sealer, licensed: Licensed, target: SanctionState
) -> None:
    sanction = in_force(session, sealer, licensed, SanctionKind.REVOCATION)
    assert verdict(client, licensed) == "no"
    actions.ask_for_end(call_by(session, SARA), sanction.reference, target, "Court, 4 C 1")
    with pytest.raises(NotNow, match="already"):
        actions.ask_for_end(call_by(session, DANA), sanction.reference, target, "Court")
    with pytest.raises(IllegalMove, match="second person"):
        actions.confirm_end(call_by(session, SARA), sanction.reference)
    assert verdict(client, licensed) == "no"
    actions.confirm_end(call_by(session, DANA), sanction.reference)
    assert verdict(client, licensed) == "yes"
    with pytest.raises(NotNow):
        actions.confirm_end(call_by(session, DANA), sanction.reference)
    displayed = public_record_of(session, licensed.agency).sanctions[0]
    assert displayed.is_stayed_by_appeal is (target is SanctionState.STAYED_BY_APPEAL)
    assert displayed.ended_as == (SanctionEnd(target) if target in set(SanctionEnd) else None)
    page = client.get(f"/en/agencies/{licensed.agency}").get_data(as_text=True)
    words = {"stayed_by_appeal": "stayed by an appeal", "lifted": "lifted", "overturned": "overturned: it was wrong"}
    assert f"<b>{words[target]}</b>" in page
    last = session.execute(select(Entry).order_by(Entry.index.desc()).limit(1)).scalar_one()
    assert last.type == "licence.reinstated"
    if target is SanctionState.STAYED_BY_APPEAL:
        ended(session, sanction, SanctionState.IN_FORCE, "Appeal dismissed")
        assert verdict(client, licensed) == "no"


@pytest.mark.parametrize("target", [SanctionState.LIFTED, SanctionState.OVERTURNED])
def test_the_licence_stands_on_the_ground_of_what_ended_the_sanction_last(
    client: FlaskClient, session: Session, sealer: Sealer, licensed: Licensed, target: SanctionState
) -> None:
    sanction = in_force(session, sealer, licensed, SanctionKind.SUSPENSION)
    ended(session, sanction, SanctionState.STAYED_BY_APPEAL, "Court, order 123/2026")
    assert ground_of(session, licensed) == "Court, order 123/2026"
    ended(session, sanction, target, "Decision 55/2026")
    assert ground_of(session, licensed) == "Decision 55/2026"
    assert verdict(client, licensed) == "yes"


def test_of_two_that_hold_the_graver_stays_when_the_other_ends(
    session: Session, sealer: Sealer, licensed: Licensed
) -> None:
    suspension = in_force(session, sealer, licensed, until=today() + timedelta(days=30))
    revocation = in_force(session, sealer, licensed, SanctionKind.REVOCATION)
    assert (LicenceStatus.REVOKED, False) in status_of(session, licensed)
    ended(session, revocation, SanctionState.LIFTED)
    assert status_of(session, licensed) == [(LicenceStatus.ACTIVE, False), (LicenceStatus.SUSPENDED, True)]
    ended(session, suspension, SanctionState.OVERTURNED)
    assert status_of(session, licensed) == [(LicenceStatus.ACTIVE, False)]
    lasting = in_force(session, sealer, licensed, SanctionKind.BLACKLISTING)
    lighter = in_force(session, sealer, licensed)
    assert status_of(session, licensed) == [(LicenceStatus.BANNED, False)]
    ended(session, lasting, SanctionState.LIFTED)
    assert status_of(session, licensed) == [(LicenceStatus.SUSPENDED, False)]
    ended(session, lighter, SanctionState.LIFTED)
    assert status_of(session, licensed) == [(LicenceStatus.ACTIVE, False)]


def test_what_the_desk_stated_since_is_not_undone(session: Session, sealer: Sealer, licensed: Licensed) -> None:
    sanction = in_force(session, sealer, licensed)
    call = call_by(session, LicensingOfficial("DESK", AUTHORITY))
    given_up: dict[str, object] = {}
    proposals.propose(call, ActRequest(LicenceAct.SURRENDER, licensed.licence, given_up, LAW, today()))
    ended(session, sanction, SanctionState.LIFTED)
    assert status_of(session, licensed) == [(LicenceStatus.SURRENDERED, False)]
    assert public_record_of(session, licensed.agency).sanctions[0].ended_as is SanctionEnd.LIFTED


def test_nothing_of_it_is_there_when_it_is_not_committed(
    client: FlaskClient, session: Session, sealer: Sealer, licensed: Licensed
) -> None:
    sanction = reviewed(session, sealer, licensed)
    session.commit()
    before = [len(session.execute(select(table)).all()) for table in (Entry, SanctionMove)]
    actions.approve(call_by(session, SARA), sanction.reference)
    session.rollback()
    session.expire_all()
    assert sanction.state is SanctionState.LEGAL_REVIEW
    assert [len(session.execute(select(table)).all()) for table in (Entry, SanctionMove)] == before
    assert verdict(client, licensed) == "yes"


def test_unit_scoping_separates_authorities(session: Session, sealer: Sealer, licensed: Licensed) -> None:
    foreign = SanctionOfficial("F. Fang", CaseRole.LICENSING, "cn-licensing", "cn-authority")
    with pytest.raises(InvalidInput, match="your own authority"):
        proposed(session, sealer, licensed, by=foreign)
    sanction = reviewed(session, sealer, licensed)
    with pytest.raises(NotFound):
        actions.approve(call_by(session, foreign._replace(role=CaseRole.SUPERVISOR)), sanction.reference)
    with pytest.raises(StaleVersion):
        actions.approve(call_by(session, SARA, sanction.version - 1), sanction.reference)


def test_a_sanction_rests_on_a_decision_about_the_same_agency(
    session: Session, sealer: Sealer, licensed: Licensed
) -> None:
    other = make_held(session)
    _, decision = decided_case(session, sealer, other)
    with pytest.raises(InvalidInput, match="not of the agency"):
        proposed(session, sealer, licensed, by=DANA, decision=decision.reference)
    undecided = file(session, sealer, {"country": "CZ", "deception": "yes"}, at=now())
    with pytest.raises(NotFound):
        proposed(session, sealer, licensed, by=DANA, decision=undecided.case.reference)


def test_what_cannot_be_is_said_where_it_stands(session: Session, sealer: Sealer, licensed: Licensed) -> None:
    for kind, facts, field in (
        (SanctionKind.REVOCATION, {"until": today()}, "until"),
        (SanctionKind.SUSPENSION, {"until": today() - timedelta(days=1)}, "until"),
        (SanctionKind.SUSPENSION, {"effective_from": today() - timedelta(days=1)}, "effective_from"),
        (SanctionKind.SUSPENSION, {"effective_from": today() + timedelta(days=400)}, "effective_from"),
        (SanctionKind.FINE, {"appeal_deadline": today() - timedelta(days=1)}, "appeal_deadline"),
        (SanctionKind.FINE, {"publish_until": today() - timedelta(days=1)}, "publish_until"),
        (SanctionKind.FINE, {"legal_ground": "  "}, "legal_ground"),
        (SanctionKind.FINE, {"legal_ground": "x" * 401}, "legal_ground"),
    ):
        with pytest.raises(InvalidInput) as refused:
            proposed(session, sealer, licensed, kind, **facts)  # type: ignore[arg-type]
        assert [fault.parameter for fault in refused.value.faults] == [field]


def test_the_worker_reads_the_outcome_once_however_often_a_process_is_killed(
    session: Session, sealer: Sealer, licensed: Licensed
) -> None:
    filed, decision = decided_case(session, sealer, licensed)
    look = LOOK._replace(timing=Timing.POINTS_TO_NOBODY)
    in_force(session, sealer, licensed, by=DANA, decision=decision.reference, look=look)
    session.commit()
    sessions = sessions_for(session.get_bind())  # type: ignore[arg-type]

    def killed(*_: object) -> str:
        raise KeyboardInterrupt

    def words(language: object, event: str, kind: object) -> str:
        return f"{language} {event} {kind}"

    with pytest.raises(KeyboardInterrupt):
        effect.notify_complainants(sessions, sealer, killed, now())
    assert [
        effect.notify_complainants(sessions, sealer, words, now()),
        effect.notify_complainants(sessions, sealer, words, now()),
    ] == [1, 0]
    visit = come_back(session, sealer, filed.code, now())
    read = [message.text for message in mailbox.mailbox(session, sealer, visit, now()).messages]
    assert read[1:] == ["zh-Hans sanction.in_force suspension"]


def test_the_mailbox_says_where_the_measure_stands_and_no_longer_that_it_is_prepared(
    session: Session, sealer: Sealer, licensed: Licensed
) -> None:
    filed, decision = decided_case(session, sealer, licensed)
    look = LOOK._replace(timing=Timing.POINTS_TO_NOBODY)
    sanction = in_force(session, sealer, licensed, by=DANA, decision=decision.reference, look=look)
    visit = come_back(session, sealer, filed.code, now())
    read = [mailbox.mailbox(session, sealer, visit, now()).reads]
    for end in (None, SanctionState.STAYED_BY_APPEAL, SanctionState.LIFTED):
        if end is not None:
            ended(session, sanction, end)
        session.commit()
        effect.notify_complainants(sessions_for(session.get_bind()), sealer, lambda *_: "So.", now())  # type: ignore[arg-type]
        session.expire_all()
        visit = come_back(session, sealer, filed.code, now())
        read.append(mailbox.mailbox(session, sealer, visit, now()).reads)
    assert read == ["sanction_follows", "measure_in_force", "measure_stayed", "measure_over"]


def test_a_measure_that_ends_by_itself_is_over_after_its_last_day() -> None:
    today = date(2026, 11, 27)
    words = [reads_of_measure("in_force", until, today) for until in (None, today, date(2026, 11, 26))]
    assert words == ["measure_in_force", "measure_in_force", "measure_over"]
