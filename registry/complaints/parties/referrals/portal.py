"""The partner's portal of referrals: it sees what was referred to it, and nothing else, for as long as that is open.

What it may no longer read answers as if it had never existed. Every reading is audited, and answered only with its
audit line committed.
"""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any, NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from registry.audit.actions import record
from registry.complaints.attachments.actions import open_clean_by_key
from registry.complaints.attachments.file_store import FileStore
from registry.complaints.attachments.models import Attachment
from registry.complaints.case import messages, units
from registry.complaints.case.models import Case
from registry.complaints.casework import unread
from registry.complaints.casework.actions import MAX_REASON
from registry.complaints.parties.models import Referral, ReferralReport
from registry.complaints.parties.referrals import content, rules
from registry.complaints.parties.referrals.actions import advance_referral, close_access, is_open_to_partner
from registry.complaints.parties.steps import PartyMember, fetch_open, find_open, lock_open, open_box
from registry.complaints.sealing.envelopes import place_of
from registry.complaints.sealing.models import EncryptedContainer
from registry.complaints.sealing.sealer import OpenContainer, Sealer
from registry.core import errors, ids
from registry.core.calls import Call
from registry.officers.models import NoticeKind, Officer, Unit
from registry.officers.notices import notify, notify_unit
from registry.officers.rights import Act, Resource
from registry.vocabulary.cases import FileKind, ReferralState, UnreadKind

MAX_REPORT = 20_000


class Listed(NamedTuple):
    """A referral in a partner's list, without any of its content. `unit`: the names of the unit that sent it."""

    reference: str
    state: ReferralState
    sent_on: date | None
    expires_on: date
    unit: Mapping[str, str]

    @property
    def answer_by(self) -> date | None:
        """The day by which the partner is to accept or decline; None once it did."""
        if self.state is not ReferralState.SENT or self.sent_on is None:
            return None
        return min(self.sent_on + rules.ANSWER_WITHIN, self.expires_on)


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
    handed: content.Handed
    identity: dict[str, Any]
    reports: Sequence[Report]


def fetch_received(session: Session, partner: str, at: datetime) -> list[Listed]:
    """The referrals that were sent to a partner and that it can read, latest first."""
    open_ = fetch_open(session, Referral, partner, at, is_open_to_partner)
    return [_list(referral, names) for referral, names in open_]


def read(call: Call[PartyMember], sealer: Sealer, reference: str) -> Received:
    """Read one referral. Raises NotFound for another partner's, an unknown, an ended or a recalled one."""
    session = call.session
    case, referral = _find_open(call, reference)
    opened = _open_box(session, sealer, referral)
    is_accepted = referral.state is not ReferralState.SENT
    received = Received(
        _list(referral, session.get_one(Unit, case.unit_id).names),
        referral.version,
        content.read_copy(opened, case, referral),
        content.read_identity(opened, case, referral) if is_accepted else {},
        reports_of(session, opened, case, referral),
    )
    _record(call, case, referral, "referral.read")
    return received


def read_file(
    call: Call[PartyMember], sealer: Sealer, store: FileStore, reference: str, attachment: str
) -> tuple[FileKind, str, bytes]:
    """The clean copy of a file in a referral: kind, name, bytes. Raises NotFound, FilesUnavailable."""
    case, referral = _find_open(call, reference)
    handed = content.read_copy(_open_box(call.session, sealer, referral), case, referral)
    one = next((file for file in handed.files if file.reference == attachment), None)
    row = call.session.execute(
        select(Attachment).where(Attachment.reference == attachment, Attachment.case_id == case.id)
    ).scalar_one_or_none()
    if one is None or row is None:
        raise errors.NotFound("there is no such file")
    body = open_clean_by_key(store, bytes.fromhex(one.key), case, row)
    _record(call, case, referral, "referral.file_read")
    return one.kind, one.name, body


def accept(call: Call[PartyMember], reference: str) -> Referral:
    """Accept a referral. Raises NotFound, IllegalMove, StaleVersion."""
    case, referral = lock_open(call, Referral, reference, is_open_to_partner)
    referral.answered_by, referral.answered_on = call.actor.name, units.day_of_case(call.session, case, call.at)
    tell_sender(call, case, referral)
    advance_referral(call, case, referral, ReferralState.ACCEPTED, rules.By.PARTNER)
    return referral


def decline(call: Call[PartyMember], sealer: Sealer, reference: str, reason: str) -> Referral:
    """Decline a referral, with a reason; access to it ends at once. Raises as `accept`, and InvalidInput."""
    case, referral = lock_open(call, Referral, reference, is_open_to_partner)
    text, today = messages.read_text("reason", reason, MAX_REASON), units.day_of_case(call.session, case, call.at)
    opened = _open_box(call.session, sealer, referral)
    referral.reason_sealed = opened.seal(text, place_of(case, referral, "reason_sealed"))
    referral.answered_by, referral.answered_on, referral.ended_on = call.actor.name, today, today
    tell_sender(call, case, referral)
    advance_referral(call, case, referral, ReferralState.DECLINED, rules.By.PARTNER, has_reason=True)
    close_access(call.session, sealer, referral)
    return referral


def report(call: Call[PartyMember], sealer: Sealer, reference: str, text: str, *, is_done: bool) -> Referral:
    """Report to the unit what was done, as often as needed; `is_done` says that nothing more follows.

    Raises NotFound, IllegalMove, StaleVersion, InvalidInput.
    """
    session, who = call.session, call.actor.name
    case, referral = lock_open(call, Referral, reference, is_open_to_partner)
    if referral.state is not ReferralState.ACCEPTED:
        # The table says it, for a report that ends nothing too.
        advance_referral(call, case, referral, ReferralState.DONE, rules.By.PARTNER, has_reason=True)
    words = messages.read_text("text", text, MAX_REPORT)
    today = units.day_of_case(session, case, call.at)
    written = ReferralReport(
        reference=ids.new_reference(), referral_id=referral.id, written_by=who, written_on=today, sealed=""
    )
    written.sealed = _open_box(session, sealer, referral).seal(words, place_of(case, written))
    session.add(written)
    referral.version += 1
    unread.note(session, case, UnreadKind.REPORT, call.at)
    if is_done:
        advance_referral(call, case, referral, ReferralState.DONE, rules.By.PARTNER, has_reason=True)
    else:
        _record(call, case, referral, "referral.reported")
    return referral


def reports_of(session: Session, opened: OpenContainer, case: Case, referral: Referral) -> list[Report]:
    """The partner's reports on a referral, oldest first. The caller has opened the box."""
    rows = session.execute(
        select(ReferralReport).where(ReferralReport.referral_id == referral.id).order_by(ReferralReport.id)
    ).scalars()
    return [
        Report(row.reference, row.written_by, row.written_on, opened.open(row.sealed, place_of(case, row)))
        for row in rows
    ]


def tell_sender(call: Call[PartyMember], case: Case, referral: Referral) -> None:
    """Tell the officer who sent it or, where another unit has the case since, those there who give cases to officers."""
    session, unit = call.session, call.session.get_one(Unit, case.unit_id).reference
    sender = session.scalars(select(Officer).where(Officer.reference == referral.sent_by)).one_or_none()
    if sender is not None and sender.unit == unit:
        notify(session, sender, NoticeKind.DECIDED, call.at)
    else:
        notify_unit(session, unit, Resource.CASE, Act.ASSIGN, NoticeKind.DECIDED, call.at)


def _find_open(call: Call[PartyMember], reference: str) -> tuple[Case, Referral]:
    return find_open(call.session, Referral, call.actor.unit, reference, call.at, is_open_to_partner)


def _open_box(session: Session, sealer: Sealer, referral: Referral) -> OpenContainer:
    if referral.identity_sealed is None:
        return open_box(session, sealer, referral.party, referral)
    box = session.get_one(EncryptedContainer, referral.box_id)
    return sealer.open_as_custodian(session, box, referral.party)


def _record(call: Call[PartyMember], case: Case, referral: Referral, what: str) -> None:
    today, who = units.day_of_case(call.session, case, call.at), call.actor.name
    record(call.session, what, case.reference, on=today, actor=who, detail=referral.partner_kind)


def _list(referral: Referral, unit: Mapping[str, str]) -> Listed:
    return Listed(referral.reference, referral.state, referral.sent_on, referral.expires_on, unit)
