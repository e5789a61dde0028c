"""Second factors: authenticator apps (TOTP, RFC 6238), security keys (WebAuthn), recovery codes. A code works once."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from registry.accounts.second_factors import Authenticators, RecoveryCodes
from registry.audit.actions import record
from registry.core.errors import ActRefused, NotFound
from registry.officers import security_mails
from registry.officers.models import FactorKind, Officer, RecoveryCode, SecondFactor, SecurityEvent

APPS = Authenticators(SecondFactor, SecondFactor.officer_id, "officer-factors", {"kind": FactorKind.TOTP})
RECOVERY_CODES = RecoveryCodes(RecoveryCode, RecoveryCode.officer_id)


def add_app(session: Session, officer: Officer, app: SecondFactor, at: datetime) -> None:
    """Confirm a further app of an officer who is signed in."""
    app.is_confirmed = True
    security_mails.queue(session, officer, SecurityEvent.FACTOR_ADDED, at)
    record(session, "officer.app_added", app.reference, on=at.date(), actor=officer.reference)


def factors_of(session: Session, officer: Officer) -> list[SecondFactor]:
    """The officer's confirmed second factors."""
    return [factor for factor in _factors(session, officer) if factor.is_confirmed]


def remove(session: Session, officer: Officer, reference: str, at: datetime) -> None:
    """Remove one of an officer's second factors, lost or no longer needed.

    Raises NotFound, ActRefused for the last one.

    Unconfirmed factors do not count: they cannot be used to sign in.
    """
    # Of two at once the second waits here, or both would find the other's still there.
    session.scalars(select(Officer.id).where(Officer.id == officer.id).with_for_update(key_share=True)).one()
    stored = factors_of(session, officer)
    factor = next((one for one in stored if one.reference == reference), None)
    if factor is None:
        raise NotFound("there is no such second factor")
    if len(stored) == 1:
        raise ActRefused("last_factor", "this is your only second factor: add another one first")
    session.delete(factor)
    session.flush()
    security_mails.queue(session, officer, SecurityEvent.FACTOR_REMOVED, at)
    record(session, "officer.factor_removed", reference, on=at.date(), actor=officer.reference, detail=factor.kind)


def remove_all(session: Session, officer: Officer) -> None:
    for factor in _factors(session, officer):
        session.delete(factor)
    RECOVERY_CODES.forget(session, officer)
    session.flush()


def renew_recovery_codes(session: Session, officer: Officer, at: datetime) -> list[str]:
    """Ten new recovery codes for an officer who is signed in, in place of those from before."""
    made = RECOVERY_CODES.renew(session, officer)
    security_mails.queue(session, officer, SecurityEvent.RECOVERY_CODES_MADE, at)
    record(session, "officer.recovery_codes_made", officer.reference, on=at.date(), actor=officer.reference)
    return made


def _factors(session: Session, officer: Officer) -> Sequence[SecondFactor]:
    query = select(SecondFactor).where(SecondFactor.officer_id == officer.id).order_by(SecondFactor.id)
    return session.scalars(query).all()
