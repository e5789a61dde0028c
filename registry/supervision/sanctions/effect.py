"""The effect of a sanction on what the public reads: begun on its day or at its approval, ended, or over by itself.

The complainants behind it are told by a message in their mailboxes, once, after the commit: the outbox says what is still to
be told. A killed worker leaves the event where it was; message and deletion of the event are one transaction, so that it is
told once however often it is tried.

Locks are always taken in one order: the sanction, the log, the audit trail. So there is no deadlock.
"""

from collections.abc import Callable
from contextlib import suppress
from datetime import date, datetime, timedelta
from functools import cache
from typing import NamedTuple

from sqlalchemy import or_, select
from sqlalchemy.orm import Session, sessionmaker

from registry.audit import actions as audit
from registry.complaints.case.moves import lock_case_by_id
from registry.complaints.case.units import day_of_case
from registry.complaints.casework import actions as casework
from registry.complaints.casework.decisions.actions import language_of
from registry.complaints.casework.decisions.queries import behind
from registry.complaints.sealing.sealer import Sealer
from registry.core import errors, outbox
from registry.core.calls import Call
from registry.log.actions import Appended, lock_log
from registry.officers.models import Unit
from registry.register.agencies import publishing, record, storage
from registry.register.agencies.actions import amend
from registry.register.agencies.models import Licence
from registry.register.agencies.queries import licence_row
from registry.register.authorities.actions import save_desk_reading
from registry.supervision.licensing.changes import with_licence, with_sanction, with_status
from registry.supervision.sanctions import rules
from registry.supervision.sanctions.models import Sanction, SanctionMove
from registry.supervision.sanctions.moves import TOLD, SanctionOfficial, advance, today_at
from registry.verification.verdicts.licence_rules import standing_on
from registry.vocabulary.cases import CaseRole, CaseState
from registry.vocabulary.register import Language, LicenceStatus, SanctionEnd, SanctionKind
from registry.vocabulary.supervision import SanctionState

_RUNNING = (SanctionState.IN_FORCE, SanctionState.STAYED_BY_APPEAL)

_REGISTRY = SanctionOfficial("", CaseRole.REGISTRY, "", "")
"""Who moves a sanction when its day has come."""


def lock_public(session: Session, sanction: Sanction) -> None:
    """Lock the log, if something will be published: before the first line of the audit trail."""
    if sanction.kind not in rules.UNPUBLISHED:
        lock_log(session)


def put_in_force(
    call: Call[SanctionOfficial], sanction: Sanction, by: rules.By, *, ground: str | None = None
) -> SanctionMove:
    """Put a sanction in force today: licence, log, status list, public record and outbox. Raises IllegalMove."""
    lock_public(call.session, sanction)
    agency = _agency_of(call.session, sanction)

    def publish(today: date) -> Appended | None:
        sanction.in_force_on = sanction.in_force_on or today
        others = _others_in_force(call.session, sanction)
        if sanction.kind in rules.STATUS_OF and sanction.own_status is None:
            known = [other.own_status for other in others if other.own_status is not None]
            sanction.own_status = known[0] if known else _stated(sanction, agency(), today)
        statements = rules.begun(_as_rule(sanction), [_as_rule(other) for other in others], today)
        return _publish(call, sanction, statements, today, agency)

    return advance(call, sanction, SanctionState.IN_FORCE, by, ground=ground, publish=publish)


def end(call: Call[SanctionOfficial], sanction: Sanction, target: SanctionState, ground: str) -> SanctionMove:
    """Stay, lift or overturn a sanction: the licence is as without it, and the public reads why. Raises IllegalMove."""
    lock_public(call.session, sanction)
    agency = _agency_of(call.session, sanction)
    held_before = sanction.state is SanctionState.IN_FORCE

    def publish(today: date) -> Appended | None:
        statements = (_without if held_before else _with_ground)(call.session, sanction, agency, ground, today)
        return _publish(call, sanction, statements, today, agency)

    return advance(call, sanction, target, rules.By.APPROVER, ground=ground, publish=publish)


def _without(
    session: Session, sanction: Sanction, agency: Callable[[], record.Agency], ground: str, today: date
) -> list[rules.Statement]:
    """The statements once a sanction no longer holds; none where licensing has stated something else since."""
    if sanction.kind not in rules.STATUS_OF:
        return []
    others = _others_in_force(session, sanction)
    stated = _stated(sanction, agency(), today)
    if stated not in {rules.STATUS_OF[one.kind] for one in (sanction, *others) if one.kind in rules.STATUS_OF}:
        return []
    if sanction.own_status is None:
        raise errors.IllegalMove(
            "what the licence was before is not known: its status has to be stated at the licensing desk",
            "sanction.status_unknown",
        )
    return rules.ended(sanction.own_status, ground, [_as_rule(other) for other in others], today)


def _with_ground(
    session: Session, sanction: Sanction, agency: Callable[[], record.Agency], ground: str, today: date
) -> list[rules.Statement]:
    """The status that a stay left, stated anew on the ground of what ended the sanction.

    Nothing where other sanctions still hold, or where licensing has stated something else since.
    """
    if sanction.kind not in rules.STATUS_OF or sanction.own_status is None:
        return []
    if sanction.own_status is not _stated(sanction, agency(), today) or _others_in_force(session, sanction):
        return []
    return rules.ended(sanction.own_status, ground, [], today)


def _publish(
    call: Call[SanctionOfficial],
    sanction: Sanction,
    statements: list[rules.Statement],
    today: date,
    agency: Callable[[], record.Agency],
) -> Appended | None:
    """Publish the statements, one after the other, and the sanction beside them: one entry of the log, and its audit line."""
    if sanction.kind in rules.UNPUBLISHED:
        return None
    before = agency()
    event = publishing.Event(f"licence.{statements[-1].status}" if statements else "agency.sanctioned")
    source = save_desk_reading(call.session, sanction.authority, call.at)
    licence = _with_statements(before, sanction.licence, statements, source, call.at)
    ended_as = _ENDED_AS.get(sanction.state)
    shown = record.Sanction(
        sanction_id=sanction.reference,
        kind=sanction.kind,
        legal_ground=sanction.legal_ground,
        published_on=sanction.in_force_on,
        from_=sanction.in_force_on,
        to=sanction.until if ended_as is None else today,
        licence_id=sanction.licence,
        is_stayed_by_appeal=sanction.state is SanctionState.STAYED_BY_APPEAL,
        appeal_deadline=sanction.appeal_deadline,
        publish_until=sanction.publish_until,
        ended_as=ended_as,
        source=source,
        retrieved_at=call.at,
    )
    appended = amend(call.session, with_sanction(with_licence(before, licence), shown), event, before=before)
    detail, actor = f"{sanction.kind} {sanction.reference}", call.actor.name or rules.By.REGISTRY
    audit.record(call.session, event.type, sanction.licence, on=today, actor=actor, detail=detail)
    return appended


def _with_statements(
    agency: record.Agency, licence_id: str, statements: list[rules.Statement], source: str, at: datetime
) -> record.Licence:
    licence = next(one for one in agency.licences if one.licence_id == licence_id)
    for stated in statements:
        period = record.StatusPeriod(
            status=stated.status,
            from_=stated.from_on,
            to=stated.to_on,
            ground=stated.ground,
            ground_text=stated.ground_text,
            publish_until=stated.publish_until,
            source=source,
            retrieved_at=at,
        )
        licence = with_status(licence, period)
    return licence


class Effect(NamedTuple):
    """The record of an agency on `day`, before and after what waits for a second person."""

    day: date
    before: record.Agency
    after: record.Agency


def foresee(session: Session, sanction: Sanction, at: datetime) -> Effect | None:
    """What the approval of a sanction, or the confirmation of its end, makes of its licence; None where neither waits.

    Raises IllegalMove where what the licence was before is not known.
    """
    day, agency = today_at(session, sanction.authority, at), _agency_of(session, sanction)
    if sanction.state is SanctionState.LEGAL_REVIEW or sanction.ending_to is SanctionState.IN_FORCE:
        day = max(day, sanction.effective_from)
        others = [_as_rule(other) for other in _others_in_force(session, sanction)]
        statements = rules.begun(_as_rule(sanction), others, day)
    elif sanction.ending_to is not None:
        ended = _without if sanction.state is SanctionState.IN_FORCE else _with_ground
        statements = ended(session, sanction, agency, sanction.ending_ground or "", day)
    else:
        return None
    after = _with_statements(agency(), sanction.licence, statements, "", at)
    return Effect(day, agency(), with_licence(agency(), after))


_ENDED_AS = {SanctionState.LIFTED: SanctionEnd.LIFTED, SanctionState.OVERTURNED: SanctionEnd.OVERTURNED}


def _others_in_force(session: Session, sanction: Sanction) -> list[Sanction]:
    """The other sanctions in force on this licence. With the log locked, none of them changes meanwhile."""
    beside = select(Sanction).where(
        Sanction.licence == sanction.licence, Sanction.state == SanctionState.IN_FORCE, Sanction.id != sanction.id
    )
    return list(session.execute(beside.order_by(Sanction.id).execution_options(populate_existing=True)).scalars())


def _agency_of(session: Session, sanction: Sanction) -> Callable[[], record.Agency]:
    """A function that loads the agency's record at its first call, once. With the log locked it does not change."""

    @cache
    def load() -> record.Agency:
        row = _licence(session, sanction)
        return storage.load_records(session, [row.agency_id])[row.agency_id]

    return load


def _stated(sanction: Sanction, agency: record.Agency, today: date) -> LicenceStatus | None:
    """The status stated for the licence today, whatever its term makes of it."""
    licence = next(one for one in agency.licences if one.licence_id == sanction.licence)
    period = standing_on(licence, agency, today).period
    return None if period is None else period.status


def _licence(session: Session, sanction: Sanction) -> Licence:
    found = licence_row(session, sanction.licence)
    if found is None:
        raise errors.NotFound(f"there is no licence {sanction.licence}")
    return found


def _as_rule(sanction: Sanction) -> rules.InForce:
    return rules.InForce(
        sanction.kind, sanction.legal_ground, sanction.until, sanction.public_text, sanction.publish_until
    )


def do_due(sessions: sessionmaker[Session], at: datetime) -> int:
    """Make all moves that are due where each authority sits; gives how many. Safe to repeat, and to run in parallel."""
    # Somewhere it may be tomorrow already; the exact day is asked of each in its own transaction.
    soon = at.date() + timedelta(days=1)
    with sessions() as session:
        found = session.execute(
            select(Sanction.id)
            .where(
                or_(
                    (Sanction.state == SanctionState.APPROVED) & (Sanction.effective_from <= soon),
                    Sanction.state.in_(_RUNNING) & (Sanction.until < soon),
                )
            )
            .order_by(Sanction.effective_from, Sanction.id)
        ).scalars()
        due = list(found)
    return sum(_do_if_due(sessions, sanction_id, at) for sanction_id in due)


def _do_if_due(sessions: sessionmaker[Session], sanction_id: int, at: datetime) -> int:
    with sessions.begin() as session:
        sanction = session.execute(
            select(Sanction).where(Sanction.id == sanction_id).with_for_update(skip_locked=True)
        ).scalar_one_or_none()
        if sanction is None:
            return 0
        call = Call(session, _REGISTRY, at)
        today = today_at(session, sanction.authority, at)
        if sanction.state is SanctionState.APPROVED and sanction.effective_from <= today:
            put_in_force(call, sanction, rules.By.REGISTRY)
            return 1
        if sanction.state in _RUNNING and sanction.until is not None and sanction.until < today:
            sanction.ending_to = sanction.ending_by = sanction.ending_ground = None
            # The public record has had its last day from the first: nothing new is said.
            advance(call, sanction, SanctionState.EXPIRED, rules.By.REGISTRY)
            return 1
        return 0


_STANDS = {event: state for state, event in TOLD.items()}

_SILENT = frozenset({CaseState.WITHDRAWN, CaseState.PURGED, CaseState.DRAFT})

Words = Callable[[Language, str, SanctionKind], str]
"""The text for the complainant, in their language: by type of event (such as `sanction.in_force`) and sanction kind."""


def notify_complainants(sessions: sessionmaker[Session], sealer: Sealer, words: Words, at: datetime) -> int:
    """Tell the complainants behind each sanction that the outbox names; gives the number of events processed."""

    def tell_all(session: Session, event: outbox.OutboxEvent) -> None:
        sanction = session.execute(select(Sanction).where(Sanction.reference == event.subject)).scalar_one()
        found = None if sanction.decision is None else behind(session, sanction.decision)
        # All are locked before the first line of the audit, and in one order.
        ids = sorted(case.id for case in found.cases) if found is not None else []
        for case in [lock_case_by_id(session, case_id) for case_id in ids]:
            if case.state in _SILENT or case.unit_id is None:
                continue
            # What the mailbox says of the case agrees with the message from the moment that it is there.
            case.measure, case.measure_on = _STANDS[event.type], day_of_case(session, case, at)
            case.measure_until = sanction.until
            officer = casework.Officer("", CaseRole.REGISTRY, session.get_one(Unit, case.unit_id).reference)
            text = words(language_of(case), event.type, sanction.kind)
            # Refused where the complainant has no mailbox any more.
            with suppress(errors.NotNow):
                casework.reply(Call(session, officer, at), sealer, case.reference, text, to_helper=True)

    return outbox.consume(sessions, TOLD.values(), tell_all)
