"""Access to a case's mailboxes: a new complaint code, a mailbox for the worker, and the end of a helper's access.

A new complaint code replaces the old one only once its digits were typed back, so a lost answer locks no one out.
"""

from datetime import date, datetime
from typing import NamedTuple

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from registry.complaints.case import moves, units, visits
from registry.complaints.case.complaint_codes import Root
from registry.complaints.case.models import Case
from registry.complaints.case.visits import Visit
from registry.complaints.sealing.models import EncryptedContainer, WrappedKey
from registry.complaints.sealing.sealer import OpenContainer, Sealer
from registry.complaints.sealing.unit_keys import entries_of_keys
from registry.core.errors import NotFound, NotNow, NoVisit
from registry.core.ids import new_reference
from registry.log.queries import published_size
from registry.officers.models import Unit
from registry.vocabulary.cases import CaseRole, CaseState, KeyHolder, KeyStanding, MailboxRole, MailboxState


def new_box(
    session: Session,
    case: Case,
    role: MailboxRole,
    root: Root,
    today: date,
    *,
    replaces: EncryptedContainer | None = None,
) -> EncryptedContainer:
    """A new mailbox, not confirmed yet. It has no keys: `Sealer.new_box` makes them."""
    box = EncryptedContainer(
        reference=new_reference(),
        case_id=case.id,
        role=role,
        tag=root.tag,
        public_key=root.public,
        state=MailboxState.UNCONFIRMED,
        made_on=today,
        answers_allowed=False,
        replaces_id=None if replaces is None else replaces.id,
    )
    session.add(box)
    session.flush()
    return box


def boxes_of(session: Session, case: Case) -> list[EncryptedContainer]:
    """The mailboxes of a case, oldest first, without offered replacements and without copies for other parties."""
    return list(session.execute(mailboxes(case)).scalars())


def mailboxes(case: Case) -> Select[EncryptedContainer]:
    are_mailboxes = (
        EncryptedContainer.case_id == case.id,
        EncryptedContainer.replaces_id.is_(None),
        EncryptedContainer.is_copy.is_(False),
    )
    return select(EncryptedContainer).where(*are_mailboxes).order_by(EncryptedContainer.id)


def open_case_box(session: Session, sealer: Sealer, unit: str, case: Case) -> OpenContainer:
    """The mailbox of who filed a case, opened by its unit: officers' own texts about the case are sealed to it."""
    return sealer.open_as_unit(session, boxes_of(session, case)[0], unit)


class SealedTo(NamedTuple):
    """A key besides complaint codes that opens a mailbox, for its owner to compare with the public log.

    Whose it is (the office, its custodian, the escrow), its id, and the log's entry that added it.
    """

    holder: KeyHolder
    kid: str
    standing: KeyStanding
    entry: int | None


def sealed_to(session: Session, box: EncryptedContainer) -> list[SealedTo]:
    """Which keys of others than its owner open a mailbox; none while it is a draft."""
    wraps = select(WrappedKey.holder_kind, WrappedKey.holder, WrappedKey.kid).distinct()
    of_box = (WrappedKey.box_id == box.id, WrappedKey.holder_kind != KeyHolder.MAILBOX)
    rows = session.execute(wraps.where(*of_box)).all()
    known, size = entries_of_keys(session, [row.kid for row in rows]), published_size(session)
    found = []
    for kind, holder, kid in sorted(rows, key=lambda row: list(KeyHolder).index(row.holder_kind)):
        logged = known.get(kid)
        if logged is None or logged.added_index >= size or logged.key[:2] != (kind, holder):
            found.append(SealedTo(kind, kid, KeyStanding.NOT_LOGGED, None))
        else:
            standing = KeyStanding.LOGGED if logged.is_active else KeyStanding.TAKEN_BACK
            found.append(SealedTo(kind, kid, standing, logged.added_index))
    return found


def readable_boxes(session: Session, box: EncryptedContainer) -> list[EncryptedContainer]:
    """The boxes that a mailbox can read: itself, and the helpers' if it is the worker's."""
    if box.role is MailboxRole.HELPER:
        return [box]
    case = session.get_one(Case, box.case_id)
    return [other for other in boxes_of(session, case) if other.id == box.id or other.role is MailboxRole.HELPER]


def is_shared(session: Session, box: EncryptedContainer, reader: EncryptedContainer) -> bool:
    """Whether one mailbox is sealed to another, or to itself."""
    wrap = select(WrappedKey.id).where(
        WrappedKey.box_id == box.id, WrappedKey.holder_kind == KeyHolder.MAILBOX, WrappedKey.holder == reader.reference
    )
    return session.execute(wrap.limit(1)).first() is not None


def require_confirmed(visit: Visit) -> None:
    """Raise NotNow until the complaint code was typed back."""
    if not visit.is_confirmed:
        raise NotNow("type the last six digits of the number first: without it no one comes back here")


def require_writable(visit: Visit) -> None:
    """Raise NotNow until the complaint code was typed back, or stands beside a new draft (`Visit.is_code_beside`)."""
    if visit.code is None or not visit.is_code_beside or is_replacement(visit.box):
        require_confirmed(visit)


def lock_case_for_visit(session: Session, visit: Visit, *, is_draft: bool = False) -> Case:
    """The locked case of a visit that is about to change something. Raises NotNow, NoVisit.

    `is_draft`: what is changed is a draft's own content, for which the code need not be typed back yet (`require_writable`).

    A visit whose mailbox was cut off or got a new complaint code between the start of the request and the lock is over.
    """
    if is_draft:
        require_writable(visit)
    else:
        require_confirmed(visit)
    case = moves.lock_case_by_id(session, visit.box.case_id)
    if not visits.is_there(session, visit):
        raise NoVisit("this visit is over: type the number again")
    return case


def lock_case_for_owner(session: Session, visit: Visit) -> Case:
    """The locked case, if the visitor may decide about it: the worker, or the helper until the worker has a mailbox.

    Raises NotNow, NoVisit.
    """
    case = lock_case_for_visit(session, visit)
    if visit.box.role is MailboxRole.HELPER and worker_box(session, case) is not None:
        raise NotNow("the worker has a mailbox of their own and decides about this alone")
    return case


def worker_box(session: Session, case: Case) -> EncryptedContainer | None:
    """The worker's own mailbox, once it has been opened; None before."""
    found = (
        box for box in boxes_of(session, case) if box.role is MailboxRole.WORKER and box.state is MailboxState.OPEN
    )
    return next(found, None)


def change_receipt(session: Session, sealer: Sealer, visit: Visit, code: str, root: Root, at: datetime) -> str:
    """Offer a new complaint code for a mailbox. Gives the token of a visit that shows it.

    The code is confirmed by its last six digits. The old one works until then, and for good if that never happens.
    `code` and `root` as for `filing.start`.
    """
    case = lock_case_for_visit(session, visit)
    _forget_offers(session, sealer, visit.box)
    offered = new_box(session, case, visit.box.role, root, at.date(), replaces=visit.box)
    for box in readable_boxes(session, visit.box):
        opened = sealer.open_as_mailbox(session, visit.box, visit.seed, of=box)
        sealer.share(session, opened, KeyHolder.MAILBOX, offered.reference, root.public)
    return visits.begin(session, sealer, offered, root.seed, at, code=code)


def renew_key(session: Session, sealer: Sealer, box: EncryptedContainer, root: Root, at: datetime) -> None:
    """Give a mailbox from before there were X-Wing keys one of those, now that its code was typed in. Its case is locked.

    Not while another visit is open: that one knows the former secret alone.
    """
    if root.seed_of(box) == root.seed or visits.is_visited(session, box, at):
        return
    sealed = select(EncryptedContainer).join(WrappedKey, WrappedKey.box_id == EncryptedContainer.id)
    theirs = (WrappedKey.holder_kind == KeyHolder.MAILBOX, WrappedKey.holder == box.reference)
    for other in session.execute(sealed.where(*theirs).distinct()).scalars().all():
        opened = sealer.open_as_mailbox(session, box, root.former_seed, of=other)
        sealer.share(session, opened, KeyHolder.MAILBOX, box.reference, root.public)
    box.public_key = root.public
    session.flush()


def is_replacement(box: EncryptedContainer) -> bool:
    """Whether this box only offers a new complaint code for another."""
    return box.replaces_id is not None


def adopt(session: Session, sealer: Sealer, offered: EncryptedContainer, seed: bytes) -> EncryptedContainer:
    """Put an offered complaint code in place of the old one, and end every visit of the old one. Gives its mailbox.

    The case must be locked. Where another request did it a moment ago, nothing is left to do.
    """
    adopted = session.execute(
        select(EncryptedContainer)
        .where(EncryptedContainer.tag == offered.tag)
        .execution_options(populate_existing=True)
    ).scalar_one_or_none()
    if adopted is None:
        raise NoVisit("this number was changed again, or is none any more")
    if adopted.id != offered.id:
        return adopted
    box = session.get_one(EncryptedContainer, offered.replaces_id)
    if box.state not in (MailboxState.OPEN, MailboxState.UNCONFIRMED):
        raise NotNow("the mailbox that this number was for is closed")
    # What was shared with the offered code: the worker still reads a helper's box after a cut-off.
    shared = [other for other in readable_boxes(session, box) if is_shared(session, other, offered)]
    open_now = [sealer.open_as_mailbox(session, offered, seed, of=other) for other in shared]
    tag, public = offered.tag, offered.public_key
    for opened in open_now:
        sealer.revoke(session, opened.box, KeyHolder.MAILBOX, offered.reference)
        sealer.share(session, opened, KeyHolder.MAILBOX, box.reference, public)
    visits.end_all(session, box)
    visits.end_all(session, offered)
    session.delete(offered)
    session.flush()
    box.tag, box.public_key, box.state = tag, public, MailboxState.OPEN
    session.flush()
    return box


def _forget_offers(session: Session, sealer: Sealer, box: EncryptedContainer) -> None:
    for offered in session.scalars(select(EncryptedContainer).where(EncryptedContainer.replaces_id == box.id)).all():
        forget_offer(session, sealer, offered)


def forget_offer(session: Session, sealer: Sealer, offered: EncryptedContainer) -> None:
    """Delete an offered complaint code that was never confirmed, with its keys and visits."""
    case = session.get_one(Case, offered.case_id)
    for box in boxes_of(session, case):
        sealer.revoke(session, box, KeyHolder.MAILBOX, offered.reference)
    visits.end_all(session, offered)
    session.delete(offered)
    session.flush()


def invite_worker(session: Session, sealer: Sealer, visit: Visit, root: Root, at: datetime) -> EncryptedContainer:
    """Make a mailbox for the worker on whose behalf a helper filed; the helper passes on its code, shown once.

    The worker then reads all of the case, and the helper no more than before. A mailbox that was never opened is
    replaced by the next one. Raises NotNow.
    """
    if visit.box.role is not MailboxRole.HELPER:
        raise NotNow("only a helper who filed for a worker can make a number for the worker")
    case = lock_case_for_visit(session, visit)
    unit = session.get(Unit, case.unit_id) if case.unit_id is not None else None
    if unit is None or case.state is CaseState.WITHDRAWN:
        raise NotNow("send it first: then there is something that the worker can open")
    for box in boxes_of(session, case):
        if box.role is MailboxRole.WORKER and box.state is MailboxState.OPEN:
            raise NotNow("the worker has a number already")
        if box.role is MailboxRole.WORKER and box.state is MailboxState.UNCONFIRMED:
            box.state = MailboxState.CUT_OFF
            sealer.destroy(session, [box.id])
    box = new_box(session, case, MailboxRole.WORKER, root, at.date())
    sealer.hand_over(session, sealer.new_box(session, box, root.public), unit.reference)
    own = sealer.open_as_mailbox(session, visit.box, visit.seed)
    sealer.share(session, own, KeyHolder.MAILBOX, box.reference, root.public)
    moves.changed(session, case, "case.worker_invited", units.day_of_case(session, case, at), role=CaseRole.COMPLAINANT)
    return box


def cut_off(session: Session, sealer: Sealer, visit: Visit, helper: str, today: date) -> None:
    """End a helper's access at once: the complaint code is unknown from now on, open visits end. Idempotent."""
    case, box = _helper_box(session, visit, helper)
    if box.state is MailboxState.CUT_OFF:
        return
    box.state, box.answers_allowed = MailboxState.CUT_OFF, False
    sealer.revoke(session, box, KeyHolder.MAILBOX, box.reference)
    visits.end_all(session, box)
    _forget_offers(session, sealer, box)
    moves.changed(session, case, "case.helper_cut_off", today, role=CaseRole.COMPLAINANT)


def allow_answers(session: Session, visit: Visit, helper: str, today: date, *, is_allowed: bool) -> None:
    """Set whether the officers' answers go to a helper too."""
    case, box = _helper_box(session, visit, helper)
    if box.state is MailboxState.CUT_OFF and is_allowed:
        raise NotNow("this helper was cut off")
    if box.answers_allowed is not is_allowed:
        box.answers_allowed = is_allowed
        moves.changed(session, case, "case.helper_answers", today, role=CaseRole.COMPLAINANT)


def _helper_box(session: Session, visit: Visit, reference: str) -> tuple[Case, EncryptedContainer]:
    if visit.box.role is not MailboxRole.WORKER:
        raise NotNow("only the worker decides about helpers")
    case = lock_case_for_visit(session, visit)
    for box in boxes_of(session, case):
        if box.role is MailboxRole.HELPER and box.reference == reference:
            return case, box
    raise NotFound("there is no such helper here")
