"""Mails of watching: the digest of a day or week, notices of webhooks that fail or were switched off, and the words of both.

The digest says how much happened to what an organisation watches, by kind and number; a notice says how many webhooks it
is about. Both give a link: neither an agency, nor a licence, nor an address stands in a mail. Where nothing happened
nothing is sent. What was told is noted down before it is sent, so that two workers do not send the same; where it did
not go, it is taken back and tried again. A worker that is killed between the two leaves it to the pages and the API.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from typing import NamedTuple

from sqlalchemy import ColumnElement, func, select, update
from sqlalchemy.orm import InstrumentedAttribute, Session, sessionmaker

from registry.core.clock import day_at
from registry.core.db.engine import reading_session
from registry.i18n.languages import text
from registry.organisations.letters import Words
from registry.organisations.models import Member, Organisation
from registry.vocabulary.organisations import MemberRole, MemberState
from registry.vocabulary.register import Language
from registry.vocabulary.watches import DigestPace, EventType, WebhookState
from registry.watches import feed, rules
from registry.watches.models import Digest, FeedRow, WatchEvent, Webhook

DIGESTS_FROM = time(6)
"""In UTC: it lies in the mailbox when Europe begins to work."""

EVERY: Mapping[DigestPace, timedelta] = {DigestPace.DAILY: timedelta(days=1), DigestPace.WEEKLY: timedelta(days=7)}

DigestWording = Callable[[Language, date, Mapping[EventType, int]], tuple[str, str]]
"""Subject and text of a digest, from the day of the last one and how many events of each kind there were since."""

NoticeWording = Callable[[Language, int], tuple[str, str]]
"""Subject and text of a notice, from how many webhooks it is about."""

Tell = Callable[[str, str, str], bool]


class _ClaimedDigest(NamedTuple):
    """A claimed mail digest: the member, and the day and place in the feed of the digest before."""

    email: str
    language: Language
    since: date
    position: int
    counts: Mapping[EventType, int]


def digest_pace_of(session: Session, member: Member) -> DigestPace:
    digest = session.get(Digest, member.id)
    return DigestPace.NONE if digest is None else digest.pace


def choose_digest(session: Session, member: Member, pace: DigestPace, at: datetime) -> None:
    """Set how often a member gets the digest, from now on."""
    digest = session.get(Digest, member.id)
    if digest is None:
        digest = Digest(member_id=member.id)
        session.add(digest)
    if digest.pace is not pace:
        digest.pace, digest.told_on = pace, day_at(at, None)
        digest.position = feed.last_position(session, member.organisation_id)
    session.flush()


def send_due_digests(sessions: sessionmaker[Session], wording: DigestWording, tell: Tell, at: datetime) -> int:
    """Send the digests that are due. Gives the mails sent."""
    today, sent = day_at(at, None), 0
    if at.time() < DIGESTS_FROM:
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
            claimed = _claim_digest(session, member_id, today)
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


def _claim_digest(session: Session, member_id: int, today: date) -> _ClaimedDigest | None:
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
    digest.told_on, digest.position = today, feed.last_position(session, member.organisation_id)
    counts = _counts(session, member.organisation_id, before, digest.position, today)
    return _ClaimedDigest(member.email, Language(member.language), since, before, counts) if counts else None


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


def notify_disabled_webhooks(sessions: sessionmaker[Session], wording: NoticeWording, tell: Tell, at: datetime) -> int:
    """Tell owners what was switched off since the last round. Gives the mails sent."""
    untold = Webhook.state == WebhookState.DISABLED, Webhook.disabled_at.is_not(None), Webhook.told_at.is_(None)
    return _notify(sessions, wording, tell, at, Webhook.told_at, untold)


def notify_failing_webhooks(sessions: sessionmaker[Session], wording: NoticeWording, tell: Tell, at: datetime) -> int:
    """Tell owners once which webhooks have taken nothing for an hour. Gives the mails sent."""
    untold = (
        Webhook.state == WebhookState.ENABLED,
        Webhook.failing_since <= at - rules.TOLD_AFTER,
        Webhook.failing_told_at.is_(None),
    )
    return _notify(sessions, wording, tell, at, Webhook.failing_told_at, untold)


def _notify(
    sessions: sessionmaker[Session],
    wording: NoticeWording,
    tell: Tell,
    at: datetime,
    told_at: InstrumentedAttribute[datetime | None],
    untold: Sequence[ColumnElement[bool]],
) -> int:
    """Tell owners of the webhooks that are `untold`, noting it down in the column `told_at`. Gives the mails sent."""
    with reading_session(sessions) as session:
        waiting = session.scalars(
            select(Webhook.organisation_id).where(*untold).distinct().order_by(Webhook.organisation_id)
        ).all()
    sent = 0
    for organisation_id in waiting:
        with sessions.begin() as session:
            webhooks, owners = _claim_webhooks(session, organisation_id, at, told_at, untold)
        if not webhooks:
            continue
        went = [tell(email, *wording(language, len(webhooks))) for email, language in owners]
        sent += sum(went)
        if went and not any(went):
            with sessions.begin() as session:
                session.execute(update(Webhook).where(Webhook.id.in_(webhooks), told_at == at).values({told_at: None}))
    return sent


def _claim_webhooks(
    session: Session,
    organisation_id: int,
    at: datetime,
    told_at: InstrumentedAttribute[datetime | None],
    untold: Sequence[ColumnElement[bool]],
) -> tuple[list[int], list[tuple[str, Language]]]:
    """Note down that the owners of an organisation are told. Gives the ids of its webhooks, and the owners."""
    query = select(Webhook).where(Webhook.organisation_id == organisation_id, *untold).order_by(Webhook.id)
    webhooks = session.scalars(query.with_for_update()).all()
    for webhook in webhooks:
        setattr(webhook, told_at.key, at)
    owners = session.execute(
        select(Member.email, Member.language)
        .join(Organisation, Organisation.id == Member.organisation_id)
        .where(
            Member.organisation_id == organisation_id,
            Member.role == MemberRole.OWNER,
            Member.state == MemberState.ACTIVE,
            Organisation.closed_on.is_(None),
        )
        .order_by(Member.id)
    )
    return [webhook.id for webhook in webhooks], [(row.email, Language(row.language)) for row in owners]


def account_words(language: Language, words: Words, values: Mapping[str, str]) -> tuple[str, str]:
    """`registry.organisations.letters.Wording`."""
    return text(language, f"account.mail.{words}.subject"), text(language, f"account.mail.{words}", **values) + "\n"


def webhook_words(address: str, what: str = "webhook_off") -> NoticeWording:
    """A `NoticeWording` with the address of the registry; `what` names the mail: "webhook_off" or "webhook_failing"."""

    def wording(language: Language, count: int) -> tuple[str, str]:
        body = text(language, f"account.mail.{what}", count=str(count), link=f"{address}/account/webhooks")
        return text(language, f"account.mail.{what}.subject"), body + "\n"

    return wording


def digest_words(address: str) -> DigestWording:
    """A `DigestWording` with the address of the registry."""

    def wording(language: Language, since: date, counts: Mapping[EventType, int]) -> tuple[str, str]:
        lines = "\n".join(f"{count} × {text(language, f'account.event.{kind}')}" for kind, count in counts.items())
        body = text(
            language,
            "account.mail.digest",
            since=since.isoformat(),
            events=lines,
            link=f"{address}/account/watches",
            choice=f"{address}/account/own",
        )
        return text(language, "account.mail.digest.subject"), body + "\n"

    return wording
