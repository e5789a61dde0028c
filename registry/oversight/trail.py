"""The audit trail as a unit's auditor sees it, and that of one case as its supervisor does.

A line is a unit's when one of its people did it, or when it is about the unit's own: its cases, purged ones too, its
people, its keys. What concerns the keys of all, like decryption with the escrow, is every unit's. Nothing else is
there.
"""

import json
from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import NamedTuple

import msgspec
from sqlalchemy import ColumnElement, and_, exists, func, not_, or_, select
from sqlalchemy.orm import Session, aliased

from registry.audit import queries as chain
from registry.audit.actions import record
from registry.audit.models import BEFORE_THE_FIRST, AuditEntry, AuditSubject
from registry.complaints.case.models import Case
from registry.complaints.casework.models import Decision
from registry.complaints.sealing import sealer, unit_keys
from registry.log import queries as log
from registry.log.actions import Draft, append
from registry.log.models import Entry, LogState
from registry.officers.models import Officer, OfficerChange
from registry.supervision.sanctions.models import Sanction
from registry.vocabulary.supervision import EntryType

ALSO_READ = ("hearing.previewed", "referral.previewed", "referral.identity_considered", "opening.considered")
"""Acts that open what is sealed, and whose names do not end with `read`."""

READ = "read"
OWN_LINES = ("audit.read", "case.trail_read")
"""Reading the audit trail itself: nothing sealed is opened by it."""
UNSAID = ("hearing.answer_kept", "hearing.file_added", "hearing.file_removed", "hearing.file_saved")
"""Acts of the agency that only it may see until it has answered or objected: no case's timeline shows them."""

OF_ALL = (unit_keys.ESCROW, sealer.RING)
"""Subjects that concern every unit's cases."""

AT_ONCE = 1000


class Wanted(NamedTuple):
    """Filters of audit lines; None asks for all. `act` is one act, or the first part of several, before the dot."""

    from_on: date | None = None
    to_on: date | None = None
    actor: str | None = None
    act: str | None = None
    subject: str | None = None
    is_reading: bool = False


class Line(NamedTuple):
    """A line. `subject` is a reference, None once it was purged: then the pseudonym alone holds its lines together."""

    number: int
    on_day: date
    actor: str
    act: str
    subject: str | None
    pseudonym: str
    detail: str


_LINE = (
    AuditEntry.index, AuditEntry.on_day, AuditEntry.actor, AuditEntry.act, AuditSubject.subject, AuditEntry.subject,
    AuditEntry.detail,
)  # fmt: skip
"""The columns of a Line."""


class Acted(NamedTuple):
    """How often one actor did one thing to a case."""

    actor: str
    act: str
    times: int
    first_on: date
    last_on: date


def lines_of(session: Session, unit: str, wanted: Wanted, *, before: int | None = None, limit: int = 50) -> list[Line]:
    """A unit's lines, latest first; `before` is the number of a line, and gives those that precede it."""
    found = select(*_LINE).outerjoin(AuditSubject, AuditSubject.pseudonym == AuditEntry.subject)
    found = found.where(_is_of(unit), *_matching(wanted))
    if before is not None:
        found = found.where(AuditEntry.index < before)
    return [Line(*row) for row in session.execute(found.order_by(AuditEntry.index.desc()).limit(limit))]


def acts_on(session: Session, reference: str) -> list[Acted]:
    """Who did what to a subject and how often, latest first."""
    last = func.max(AuditEntry.index)
    counted = (
        select(AuditEntry.actor, AuditEntry.act, func.count(), func.min(AuditEntry.on_day), func.max(AuditEntry.on_day))
        .join(AuditSubject, AuditSubject.pseudonym == AuditEntry.subject)
        .where(AuditSubject.subject == reference)
        .group_by(AuditEntry.actor, AuditEntry.act)
        .order_by(last.desc())
    )
    return [Acted(*row) for row in session.execute(counted)]


def readers_of(session: Session, reference: str, day: date, *, but: str) -> list[str]:
    """The names of the officers who opened a case on a day, the latest first; the trail holds days and no hours."""
    last = func.max(AuditEntry.index)
    read = select(Officer.name).join(AuditEntry, AuditEntry.actor == Officer.reference)
    read = read.join(AuditSubject, AuditSubject.pseudonym == AuditEntry.subject)
    of_day = AuditSubject.subject == reference, AuditEntry.act == "case.read", AuditEntry.on_day == day
    query = read.where(*of_day, AuditEntry.actor != but).group_by(Officer.id, Officer.name).order_by(last.desc())
    return list(session.scalars(query.limit(5)))


def done_in(session: Session, reference: str, limit: int) -> list[tuple[Line, str | None]]:
    """The acts on a case and on the sanctions that rest on its decisions, latest first, each with its officer's name.

    Readings are left out.
    """
    decisions = select(Decision.reference).join(Case, Case.id == Decision.case_id).where(Case.reference == reference)
    sanctions = select(Sanction.reference).where(Sanction.decision.in_(decisions))
    is_of_case = or_(AuditSubject.subject == reference, AuditSubject.subject.in_(sanctions))
    found = (
        select(*_LINE, Officer.name)
        .join(AuditSubject, AuditSubject.pseudonym == AuditEntry.subject)
        .outerjoin(Officer, Officer.reference == AuditEntry.actor)
        .where(is_of_case, not_(_is_reading()), AuditEntry.act.not_in([*OWN_LINES, *UNSAID]))
        .order_by(AuditEntry.index.desc())
        .limit(limit)
    )
    return [(Line(*row[:-1]), row[-1]) for row in session.execute(found)]


def exported(session: Session, unit: str, wanted: Wanted) -> Iterator[bytes]:
    """A unit's lines as JSON lines, the oldest first: exact bytes, the hash before and the hash after; the last is the head.

    The lines between are others', so each of these is proved on its own (SHA-256 of `before` and the bytes of `line` is `hash`)
    and against the whole chain that `registry audit export` writes. No reference is added: a copy must not outlive a purge.
    """
    earlier = aliased(AuditEntry)
    found = (
        select(AuditEntry.index, earlier.hash, AuditEntry.hash, AuditEntry.body)
        .outerjoin(earlier, earlier.index == AuditEntry.index - 1)
        .where(_is_of(unit), *_matching(wanted))
        .order_by(AuditEntry.index)
        .limit(AT_ONCE)
    )
    after = -1
    while True:
        rows = session.execute(found.where(AuditEntry.index > after)).all()
        for number, before, own, body in rows:
            head = (before or BEFORE_THE_FIRST).hex().encode()
            yield b'{"before":"%s","hash":"%s","line":%s}\n' % (head, own.hex().encode(), body)
            after = number
        if len(rows) < AT_ONCE:
            break
    yield msgspec.json.encode({"head": str(chain.head(session))}) + b"\n"


def note_reading(session: Session, act: str, subject: str, *, on: date, actor: str, unit: str) -> None:
    """Record that an officer read audit lines, once a day: reading them leaves one line, not one for each page."""
    today = (
        select(AuditEntry.index)
        .join(AuditSubject, AuditSubject.pseudonym == AuditEntry.subject)
        .where(
            AuditSubject.subject == subject, AuditEntry.act == act, AuditEntry.actor == actor, AuditEntry.on_day == on
        )
    )
    if session.execute(today.limit(1)).first() is None:
        record(session, act, subject, on=on, actor=actor, unit=unit)


def names_of(session: Session, actors: Sequence[str]) -> dict[str, str]:
    """The names of those actors that are officers or partners' people."""
    named = select(Officer.reference, Officer.name).where(Officer.reference.in_(sorted(set(actors))))
    return {one.reference: one.name for one in session.execute(named)}


def _is_of(unit: str) -> ColumnElement[bool]:
    people = select(Officer.reference).where(Officer.unit == unit)
    changes = select(OfficerChange.reference).where(OfficerChange.unit == unit)
    own = aliased(AuditSubject)
    is_about = or_(
        own.unit == unit, own.subject.in_([unit, *OF_ALL]), own.subject.in_(people), own.subject.in_(changes)
    )
    return or_(AuditEntry.actor.in_(people), exists().where(own.pseudonym == AuditEntry.subject, is_about))


def _matching(wanted: Wanted) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    if wanted.from_on is not None:
        found.append(AuditEntry.on_day >= wanted.from_on)
    if wanted.to_on is not None:
        found.append(AuditEntry.on_day <= wanted.to_on)
    if wanted.actor is not None:
        found.append(AuditEntry.actor == wanted.actor)
    if wanted.act is not None:
        begins = AuditEntry.act.startswith(f"{wanted.act}.", autoescape=True)
        found.append(or_(AuditEntry.act == wanted.act, begins))
    if wanted.subject is not None:
        about = select(AuditSubject.pseudonym).where(AuditSubject.subject == wanted.subject)
        found.append(or_(AuditEntry.subject == wanted.subject, AuditEntry.subject.in_(about)))
    if wanted.is_reading:
        found.append(_is_reading())
    return found


def _is_reading() -> ColumnElement[bool]:
    ends = and_(AuditEntry.act.endswith(READ), not_(AuditEntry.act.in_(OWN_LINES)))
    return or_(ends, AuditEntry.act.in_(ALSO_READ))


def is_reading(act: str) -> bool:
    """Whether an act opened something of tier 2 or 3: `case.read`, `case.file_read`, `case.identity_read` and their like."""
    return act in ALSO_READ or (act.endswith(READ) and act not in OWN_LINES)


HEAD_KEY = "audit/head"
"""The key of the log's entries that state the trail's last line."""

HEAD_EACH = timedelta(days=7)


def append_head(session: Session, at: datetime) -> bool:
    """Append the hash of the trail's last line to the log, once in a week that had lines. Gives whether it was appended.

    The number of lines is not stated: it would say how much officers did. The caller commits.
    """
    state, newest = session.execute(select(LogState)).scalar_one(), chain.head(session)
    if not state.size or state.closed_at is not None or not newest.size:
        return False
    last = log.latest_entry(session, HEAD_KEY)
    first_on = session.execute(select(AuditEntry.on_day).order_by(AuditEntry.index).limit(1)).scalar_one()
    since = datetime.combine(first_on, time(), UTC) if last is None else last.at
    if at - since < HEAD_EACH or (last is not None and _stated_hash(last) == newest.hash):
        return False
    append(session, [Draft(HEAD_KEY, EntryType.AUDIT_STATED, {"sha256": newest.hash})])
    return True


def logged_heads(session: Session) -> dict[str, str]:
    """The hashes of last lines that the log states, each with the place of its entry in words."""
    entries = log.entries_of(session, HEAD_KEY)
    return {_stated_hash(one): f"entry {one.index} of the log of {one.at:%Y-%m-%d}" for one in entries}


def _stated_hash(entry: Entry) -> str:
    return str(json.loads(entry.leaf)["record"]["sha256"])
