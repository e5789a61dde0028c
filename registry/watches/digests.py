"""The mail digest: how much happened to what an organisation watches, for members who want it each day or week.

By kind and number, with a link: neither an agency nor a licence stands in a mail. Where nothing happened nothing is
sent. What was told is noted down before it is sent, so that two workers do not send the same; where it did not go, it
is taken back and tried again. A worker that is killed between the two leaves it to the pages and the API.
"""

from collections.abc import Callable, Mapping
from datetime import date, datetime, time, timedelta
from typing import NamedTuple

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session, sessionmaker

from registry.core.clock import day_at
from registry.organisations.models import Member, Organisation
from registry.vocabulary.organisations import MemberState
from registry.vocabulary.register import Language
from registry.vocabulary.watches import DigestPace, EventType
from registry.watches.feed import last_position
from registry.watches.models import Digest, FeedRow, WatchEvent

SENT_FROM = time(6)
"""In UTC: it lies in the mailbox when Europe begins to work."""

EVERY: Mapping[DigestPace, timedelta] = {DigestPace.DAILY: timedelta(days=1), DigestPace.WEEKLY: timedelta(days=7)}

Wording = Callable[[Language, date, Mapping[EventType, int]], tuple[str, str]]
"""Subject and text of the mail, from the day of the last one and how many events of each kind there were since."""
Tell = Callable[[str, str, str], bool]


class _Claimed(NamedTuple):
    """A claimed mail digest: the member, and the day and place in the feed of the digest before."""

    email: str
    language: Language
    since: date
    position: int
    counts: Mapping[EventType, int]


def pace_of(session: Session, member: Member) -> DigestPace:
    digest = session.get(Digest, member.id)
    return DigestPace.NONE if digest is None else digest.pace


def choose(session: Session, member: Member, pace: DigestPace, at: datetime) -> None:
    """Set how often a member gets the digest, from now on."""
    digest = session.get(Digest, member.id)
    if digest is None:
        digest = Digest(member_id=member.id)
        session.add(digest)
    if digest.pace is not pace:
        digest.pace, digest.told_on = pace, day_at(at, None)
        digest.position = last_position(session, member.organisation_id)
    session.flush()


def send_due_digests(sessions: sessionmaker[Session], wording: Wording, tell: Tell, at: datetime) -> int:
    """Send what is due. Gives the mails sent."""
    today, sent = day_at(at, None), 0
    if at.time() < SENT_FROM:
        return 0
    with sessions() as session:
        due = [
            member_id
            for pace, every in EVERY.items()
            for member_id in session.scalars(
                select(Digest.member_id).where(Digest.pace == pace, Digest.told_on <= today - every)
            )
        ]
    for member_id in sorted(due):
        with sessions.begin() as session:
            claimed = _claim(session, member_id, today)
        if claimed is None:
            continue
        if tell(claimed.email, *wording(claimed.language, claimed.since, claimed.counts)):
            sent += 1
            continue
        with sessions.begin() as session:
            session.execute(
                update(Digest)
                .where(Digest.member_id == member_id, Digest.told_on == today)
                .values(told_on=claimed.since, position=claimed.position)
            )
    return sent


def _claim(session: Session, member_id: int, today: date) -> _Claimed | None:
    """Record that a member is notified now; None if nothing is due, the member is gone, or another worker was first."""
    query = (
        select(Digest, Member)
        .join(Member, Member.id == Digest.member_id)
        .join(Organisation, Organisation.id == Member.organisation_id)
        .where(Digest.member_id == member_id, Member.state == MemberState.ACTIVE, Organisation.closed_on.is_(None))
        .with_for_update(of=Digest)
    )
    found = session.execute(query).one_or_none()
    if found is None:
        return None
    digest, member = found
    every = EVERY.get(digest.pace)
    if every is None or digest.told_on > today - every:
        return None
    since, before = digest.told_on, digest.position
    digest.told_on, digest.position = today, last_position(session, member.organisation_id)
    counts = _counts(session, member.organisation_id, before, digest.position, today)
    return _Claimed(member.email, Language(member.language), since, before, counts) if counts else None


def _counts(session: Session, organisation_id: int, after: int, through: int, today: date) -> dict[EventType, int]:
    is_over = func.coalesce(WatchEvent.publish_until, today) < today
    query = (
        select(WatchEvent.type, is_over, func.count())
        .join(FeedRow, FeedRow.event_id == WatchEvent.id)
        .where(FeedRow.organisation_id == organisation_id, FeedRow.position > after, FeedRow.position <= through)
        # It is read within minutes or never, and no watch led to it.
        .where(WatchEvent.type != EventType.PRESENTATION_FINISHED)
        .group_by(WatchEvent.type, is_over)
    )
    counts: dict[EventType, int] = {}
    for type_, withheld, count in session.execute(query):
        pending = EventType.WITHHELD if withheld else type_
        counts[pending] = counts.get(pending, 0) + count
    return dict(sorted(counts.items()))
