"""The partner's portal of referrals: it sees what was referred to it, and nothing else, for as long as that is open.

What it may no longer read answers as if it had never existed. Every reading is audited, and answered only with its
audit line committed.
"""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any, NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from registry.audit.actions import record
from registry.complaints.attachments.actions import open_clean_by_key
from registry.complaints.attachments.models import Attachment
from registry.complaints.attachments.storage import FileStore
from registry.complaints.case.messages import read_text
from registry.complaints.case.models import Case
from registry.complaints.casework.actions import MAX_REASON
from registry.complaints.parties.opening import open_to_party
from registry.complaints.parties.referrals import content
from registry.complaints.parties.referrals.content import Handed
from registry.complaints.parties.referrals.models import Referral, ReferralReport
from registry.complaints.parties.referrals.moves import advance, close_access, lock_referral_by_id, why_over
from registry.complaints.parties.referrals.rules import ANSWER_WITHIN, HELD, By
from registry.complaints.sealing.envelopes import Place
from registry.complaints.sealing.models import EncryptedContainer
from registry.complaints.sealing.sealer import OpenContainer, Sealer
from registry.core.errors import NotFound
from registry.core.ids import new_reference
from registry.officers.models import NoticeKind, Unit
from registry.officers.notices import notify_named
from registry.vocabulary.cases import FileKind, ReferralState

MAX_REPORT = 20_000


class Listed(NamedTuple):
    """A referral in a partner's list, without any of its content. `unit`: the names of the unit that sent it."""

    reference: str
    state: ReferralState
    sent_on: date | None
    expires_on: date
    unit: dict[str, str]

    @property
    def answer_by(self) -> date | None:
        """The day by which the partner is to accept or decline; None once it did."""
        if self.state is not ReferralState.SENT or self.sent_on is None:
            return None
        return min(self.sent_on + ANSWER_WITHIN, self.expires_on)


class Report(NamedTuple):
    reference: str
    written_by: str
    written_on: date
    text: str


class Received(NamedTuple):
    """All that a partner reads of a referral. `identity` is empty unless the worker asked for it and the
    custodian approved, and until the partner accepted."""

    listed: Listed
    version: int
    handed: Handed
    identity: dict[str, Any]
    reports: Sequence[Report]


def received(session: Session, partner: str, today: date) -> list[Listed]:
    """The referrals that were sent to a partner and that it can read, latest first."""
    rows = session.execute(
        select(Referral, Case, Unit)
        .join(Case, Case.id == Referral.case_id)
        .join(Unit, Unit.id == Case.unit_id)
        .where(Referral.partner == partner, Referral.state.in_(sorted(HELD)))
        .order_by(Referral.id.desc())
    )
    return [
        _listed(referral, unit) for referral, case, unit in rows if why_over(session, case, referral, today) is None
    ]


def read(session: Session, sealer: Sealer, partner: str, who: str, reference: str, today: date) -> Received:
    """Read one referral. Raises NotFound for another partner's, an unknown, an ended or a recalled one."""
    case, referral = _open_to(session, partner, reference, today)
    opened = _opened(session, sealer, referral)
    unit = session.get_one(Unit, case.unit_id)
    is_accepted = referral.state is not ReferralState.SENT
    received = Received(
        _listed(referral, unit),
        referral.version,
        content.read(opened, case, referral),
        content.read_identity(opened, case, referral) if is_accepted else {},
        reports_of(session, opened, case, referral),
    )
    record(session, "referral.read", case.reference, on=today, actor=who, detail=referral.partner_kind)
    return received


def file(
    session: Session,
    sealer: Sealer,
    store: FileStore,
    partner: str,
    who: str,
    reference: str,
    attachment: str,
    today: date,
) -> tuple[FileKind, str, bytes]:
    """The clean copy of a file in a referral: kind, name, bytes. Raises NotFound, FilesUnavailable."""
    case, referral = _open_to(session, partner, reference, today)
    handed = content.read(_opened(session, sealer, referral), case, referral)
    one = next((file for file in handed.files if file.reference == attachment), None)
    row = session.execute(
        select(Attachment).where(Attachment.reference == attachment, Attachment.case_id == case.id)
    ).scalar_one_or_none()
    if one is None or row is None:
        raise NotFound("there is no such file")
    body = open_clean_by_key(store, bytes.fromhex(one.key), case, row)
    record(session, "referral.file_read", case.reference, on=today, actor=who, detail=referral.partner_kind)
    return one.kind, one.name, body


def accept(
    session: Session, partner: str, who: str, reference: str, at: datetime, *, version: int | None = None
) -> Referral:
    """Accept a referral. Raises NotFound, IllegalMove, StaleVersion."""
    case, referral = _lock_referral(session, partner, reference, at, version)
    referral.answered_by, referral.answered_on = who, at.date()
    notify_named(session, referral.sent_by or "", NoticeKind.DECIDED, at)
    advance(session, case, referral, ReferralState.ACCEPTED, By.PARTNER, at, actor=who)
    return referral


def decline(
    session: Session,
    sealer: Sealer,
    partner: str,
    who: str,
    reference: str,
    reason: str,
    at: datetime,
    *,
    version: int | None = None,
) -> Referral:
    """Decline a referral, with a reason; access to it ends at once. Raises as `accept`, and InvalidInput."""
    case, referral = _lock_referral(session, partner, reference, at, version)
    text = read_text("reason", reason, MAX_REASON)
    opened = _opened(session, sealer, referral)
    referral.reason_sealed = opened.seal(text, content.place(case, referral.reference, "reason_sealed"))
    referral.answered_by, referral.answered_on, referral.ended_on = who, at.date(), at.date()
    notify_named(session, referral.sent_by or "", NoticeKind.DECIDED, at)
    advance(session, case, referral, ReferralState.DECLINED, By.PARTNER, at, actor=who, has_reason=True)
    close_access(session, sealer, referral)
    return referral


def report(
    session: Session,
    sealer: Sealer,
    partner: str,
    who: str,
    reference: str,
    text: str,
    at: datetime,
    *,
    is_done: bool,
    version: int | None = None,
) -> Referral:
    """Report to the unit what was done, as often as needed; `is_done` says that nothing more follows.

    Raises NotFound, IllegalMove, StaleVersion, InvalidInput.
    """
    case, referral = _lock_referral(session, partner, reference, at, version)
    if referral.state is not ReferralState.ACCEPTED:
        # The table says it, for a report that ends nothing too.
        advance(session, case, referral, ReferralState.DONE, By.PARTNER, at, actor=who, has_reason=True)
    words = read_text("text", text, MAX_REPORT)
    written = ReferralReport(
        reference=new_reference(), referral_id=referral.id, written_by=who, written_on=at.date(), sealed=""
    )
    written.sealed = _opened(session, sealer, referral).seal(words, _report_place(case, written))
    session.add(written)
    referral.version += 1
    session.flush()
    notify_named(session, referral.sent_by or "", NoticeKind.DECIDED, at)
    if is_done:
        advance(session, case, referral, ReferralState.DONE, By.PARTNER, at, actor=who, has_reason=True)
    else:
        record(session, "referral.reported", case.reference, on=at.date(), actor=who, detail=referral.partner_kind)
    return referral


def reports_of(session: Session, opened: OpenContainer, case: Case, referral: Referral) -> list[Report]:
    """The partner's reports on a referral, oldest first. The caller has opened the box."""
    rows = session.execute(
        select(ReferralReport).where(ReferralReport.referral_id == referral.id).order_by(ReferralReport.id)
    ).scalars()
    return [
        Report(row.reference, row.written_by, row.written_on, opened.open(row.sealed, _report_place(case, row)))
        for row in rows
    ]


def _report_place(case: Case, row: ReferralReport) -> Place:
    return Place("referral_reports", "sealed", row.reference, case.reference)


def _lock_referral(
    session: Session, partner: str, reference: str, at: datetime, version: int | None
) -> tuple[Case, Referral]:
    _, referral = _open_to(session, partner, reference, at.date())
    return lock_referral_by_id(session, referral.id, version)


def _open_to(session: Session, partner: str, reference: str, today: date) -> tuple[Case, Referral]:
    """A referral that a partner may read today, its case locked. Raises NotFound."""
    return open_to_party(
        session, Referral, Referral.partner == partner, reference,
        lambda case, referral: referral.state in HELD and why_over(session, case, referral, today) is None,
        "there is no such referral",
    )  # fmt: skip


def _opened(session: Session, sealer: Sealer, referral: Referral) -> OpenContainer:
    box = session.get_one(EncryptedContainer, referral.box_id)
    if referral.identity_sealed is not None:
        return sealer.open_as_custodian(session, box, referral.partner)
    return sealer.open_as_unit(session, box, referral.partner)


def _listed(referral: Referral, unit: Unit) -> Listed:
    return Listed(referral.reference, referral.state, referral.sent_on, referral.expires_on, unit.names)
