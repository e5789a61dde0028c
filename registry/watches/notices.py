"""Mail to an organisation's owners when a webhook fails for an hour, and when the registry gave up on it; words of such mails.

It says how many, and where to look; never where they led.

It is noted down before it is sent, so that two workers do not send the same; where nothing went it is taken back and tried again.
A worker that is killed between the two leaves it to the page and the API, which say so too.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime

from sqlalchemy import ColumnElement, select, update
from sqlalchemy.orm import InstrumentedAttribute, Session, sessionmaker

from registry.core.db.engine import reading_session
from registry.i18n.languages import text
from registry.organisations.letters import Words
from registry.organisations.models import Member, Organisation
from registry.vocabulary.organisations import MemberRole, MemberState
from registry.vocabulary.register import Language
from registry.vocabulary.watches import EventType, WebhookState
from registry.watches.digests import Wording as DigestWording
from registry.watches.models import Webhook
from registry.watches.rules import TOLD_AFTER

Wording = Callable[[Language, int], tuple[str, str]]
"""Subject and text of the mail, from how many webhooks it is about."""
Tell = Callable[[str, str, str], bool]


def notify_disabled_webhooks(sessions: sessionmaker[Session], wording: Wording, tell: Tell, at: datetime) -> int:
    """Tell owners what was switched off since the last round. Gives the mails sent."""
    untold = Webhook.state == WebhookState.DISABLED, Webhook.disabled_at.is_not(None), Webhook.told_at.is_(None)
    return _notify(sessions, wording, tell, at, Webhook.told_at, untold)


def notify_failing_webhooks(sessions: sessionmaker[Session], wording: Wording, tell: Tell, at: datetime) -> int:
    """Tell owners once which webhooks have taken nothing for an hour. Gives the mails sent."""
    untold = (
        Webhook.state == WebhookState.ENABLED,
        Webhook.failing_since <= at - TOLD_AFTER,
        Webhook.failing_told_at.is_(None),
    )
    return _notify(sessions, wording, tell, at, Webhook.failing_told_at, untold)


def _notify(
    sessions: sessionmaker[Session],
    wording: Wording,
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
            webhooks, owners = _claim(session, organisation_id, at, told_at, untold)
        if not webhooks:
            continue
        went = [tell(email, *wording(language, len(webhooks))) for email, language in owners]
        sent += sum(went)
        if went and not any(went):
            with sessions.begin() as session:
                session.execute(update(Webhook).where(Webhook.id.in_(webhooks), told_at == at).values({told_at: None}))
    return sent


def _claim(
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


def webhook_words(address: str, what: str = "webhook_off") -> Wording:
    """A `Wording` with the address of the registry; `what` names the mail: "webhook_off" or "webhook_failing"."""

    def wording(language: Language, count: int) -> tuple[str, str]:
        body = text(language, f"account.mail.{what}", count=str(count), link=f"{address}/account/webhooks")
        return text(language, f"account.mail.{what}.subject"), body + "\n"

    return wording


def digest_words(address: str) -> DigestWording:
    """`registry.watches.digests.Wording`, with the address of the registry."""

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
