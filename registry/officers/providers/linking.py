"""Sign-in visits to a provider, and which provider account belongs to which officer.

An account is linked by its officer, who has signed in with password and second factor; never by an e-mail address,
which a provider may give to another person. A visit works once, for one browser, for ten minutes.
"""

import hmac
import secrets
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from registry.accounts.sessions import digest_of
from registry.audit.actions import record
from registry.core import clock, errors, operator_texts
from registry.core.calls import Call
from registry.core.keyring import Keyring
from registry.officers import security_mails, sessions, signing_in
from registry.officers.models import Officer, OfficerState, ProviderLink, ProviderVisit, SecurityEvent, Unit
from registry.officers.providers.rules import Known
from registry.officers.providers.settings import FILE, Provider, read_providers

BACK_WITHIN = timedelta(minutes=10)


def providers_of(session: Session, home: Path) -> Mapping[str, Provider]:
    """The providers by key, as the operator stated them. Raises SettingsError with what to do."""
    return read_providers(operator_texts.read_text(session, home, FILE) or "", home)


@dataclass(frozen=True, slots=True)
class Sent:
    """The secrets of one sign-in visit: `state`, `nonce` and `verifier` go into the URL (the last as its digest),
    `browser` into a cookie."""

    state: str
    browser: str
    nonce: str
    verifier: str


@dataclass(frozen=True, slots=True)
class Returned:
    """A visit that is over."""

    provider: str
    nonce: str
    verifier: str
    officer_id: int | None


def send(session: Session, provider: Provider, at: datetime, officer: Officer | None = None) -> Sent:
    sent = Sent(*(secrets.token_urlsafe(36) for _ in range(4)))
    session.add(
        ProviderVisit(
            state=digest_of(sent.state),
            browser=digest_of(sent.browser),
            provider=provider.key,
            nonce=sent.nonce,
            verifier=sent.verifier,
            officer_id=officer.id if officer else None,
            ends_at=at + BACK_WITHIN,
        )
    )
    session.flush()
    return sent


def take_back(session: Session, state: str, browser: str, at: datetime) -> Returned | None:
    """End a visit and return it, for the browser that was sent on it. Works once, and for no other browser."""
    found = session.execute(
        delete(ProviderVisit)
        .where(ProviderVisit.state == digest_of(state))
        .returning(
            ProviderVisit.browser,
            ProviderVisit.provider,
            ProviderVisit.nonce,
            ProviderVisit.verifier,
            ProviderVisit.officer_id,
            ProviderVisit.ends_at,
        )
        .execution_options(synchronize_session=False)
    ).one_or_none()
    if found is None or found.ends_at <= at or not hmac.compare_digest(found.browser, digest_of(browser)):
        return None
    return Returned(found.provider, found.nonce, found.verifier, found.officer_id)


def enter(call: Call[signing_in.Browser], keyring: Keyring, provider: Provider, known: Known) -> signing_in.Attempt:
    """Sign in the officer of a linked account, if active and of that authority.

    Our second factor is required where the provider asked for none.
    """
    officer = call.session.scalars(
        select(Officer)
        .join(ProviderLink, ProviderLink.officer_id == Officer.id)
        .join(Unit, Unit.reference == Officer.unit)
        .where(
            ProviderLink.issuer == known.issuer,
            ProviderLink.subject == known.subject,
            Officer.state == OfficerState.ACTIVE,
            Unit.authority == provider.authority,
        )
    ).one_or_none()
    if officer is None:
        return signing_in.Attempt(signing_in.Step.REFUSED)
    if known.has_second:
        return signing_in.enter(call, keyring, officer, provider.key)
    half = sessions.OFFICER_SESSIONS.begin(call.session, officer, call.at, is_full=False, provider=provider.key)
    return signing_in.Attempt(signing_in.Step.SECOND_FACTOR, half)


def link(session: Session, officer: Officer, provider: Provider, known: Known, at: datetime) -> None:
    """Link a provider's account to an officer, in place of an earlier one of the same issuer.

    Raises ActRefused where the account is linked to another officer, the officer is not of the provider's authority, or
    the officer is not active.
    """
    unit = session.scalars(select(Unit).where(Unit.reference == officer.unit)).one()
    if officer.state is not OfficerState.ACTIVE or unit.authority != provider.authority:
        raise errors.ActRefused("provider_foreign", "this provider is for another authority's officers")
    stored = session.scalars(
        select(ProviderLink).where(ProviderLink.issuer == known.issuer, ProviderLink.subject == known.subject)
    ).one_or_none()
    if stored is not None and stored.officer_id != officer.id:
        raise errors.ActRefused("provider_taken", "this account there is another officer's here")
    session.execute(
        delete(ProviderLink).where(ProviderLink.officer_id == officer.id, ProviderLink.issuer == known.issuer)
    )
    today = clock.day_at(at, None)
    session.add(ProviderLink(officer_id=officer.id, issuer=known.issuer, subject=known.subject, since_on=today))
    session.flush()
    security_mails.queue(session, officer, SecurityEvent.PROVIDER_LINKED, at)
    record(session, "officer.provider_linked", officer.reference, on=today, actor=officer.reference)


def links_of(session: Session, officer: Officer) -> Sequence[ProviderLink]:
    return session.scalars(
        select(ProviderLink).where(ProviderLink.officer_id == officer.id).order_by(ProviderLink.id)
    ).all()


def is_linked(session: Session, officer: Officer, issuer: str) -> bool:
    """Whether the officer has linked an account at this issuer."""
    query = select(ProviderLink.id).where(ProviderLink.officer_id == officer.id, ProviderLink.issuer == issuer)
    return session.execute(query).first() is not None


def may_by_password(session: Session, officer: Officer, providers: Collection[Provider]) -> bool:
    """Whether the officer may sign in with a password: not where a linked provider is the only way in for the unit."""
    unit = session.scalars(select(Unit).where(Unit.reference == officer.unit)).one()
    sole = [one for one in providers if one.is_only_way(unit.authority, unit.reference)]
    return not any(is_linked(session, officer, one.issuer) for one in sole)


def require_there(session: Session, officer: Officer, provider: Provider, at: datetime) -> None:
    """Require a recent sign-in at the provider from an officer for whom it is the only way in, before tokens work.

    An officer whom the ministry shuts out loses their programs here too, within `token_hours`. Raises NotSignedIn.
    """
    if not sessions.has_signed_in_with(session, officer, provider.key, at - timedelta(hours=provider.token_hours)):
        raise errors.NotSignedIn(
            f"sign in at the console with {provider.name}: your tokens go on for {provider.token_hours} hours after you "
            "did, and this one goes on once you do",
            "sign_in_at_provider",
        )


def unlink(session: Session, officer: Officer, issuer: str, today: date) -> None:
    session.execute(delete(ProviderLink).where(ProviderLink.officer_id == officer.id, ProviderLink.issuer == issuer))
    record(session, "officer.provider_unlinked", officer.reference, on=today, actor=officer.reference)


def unlink_all(session: Session, officer: Officer) -> None:
    """Remove all links and visits of an officer whose account ends or has to be proved anew."""
    session.execute(delete(ProviderLink).where(ProviderLink.officer_id == officer.id))
    session.execute(delete(ProviderVisit).where(ProviderVisit.officer_id == officer.id))


def forget_visits(session: Session, at: datetime) -> None:
    session.execute(delete(ProviderVisit).where(ProviderVisit.ends_at < at))
