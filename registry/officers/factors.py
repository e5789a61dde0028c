"""Second factors: authenticator apps (TOTP, RFC 6238), security keys (WebAuthn), recovery codes. A code works once."""

from collections.abc import Sequence
from datetime import date, datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from registry.audit.actions import record
from registry.core.errors import ActRefused, NotFound
from registry.core.ids import new_reference
from registry.core.keyring import Keyring
from registry.officers import one_time_codes, security_mails
from registry.officers.models import FactorKind, Officer, RecoveryCode, SecondFactor, SecurityEvent
from registry.officers.one_time_codes import recovery_digest

PURPOSE = "officer-factors"


def new_totp(
    session: Session, keyring: Keyring, officer: Officer, name: str, today: date
) -> tuple[SecondFactor, bytes]:
    """A secret for an app. It counts once a first code from it was typed (`confirm`). Replaces an unconfirmed one."""
    for stale in _factors(session, officer, FactorKind.TOTP):
        if not stale.is_confirmed:
            session.delete(stale)
    secret = one_time_codes.new_secret()
    factor = SecondFactor(
        reference=new_reference(), officer_id=officer.id, kind=FactorKind.TOTP, name=name, since_on=today
    )
    factor.sealed = one_time_codes.sealed(keyring, PURPOSE, factor.reference, secret)
    session.add(factor)
    session.flush()
    return factor, secret


def secret_of(keyring: Keyring, factor: SecondFactor) -> bytes:
    """The secret of an app, to be shown again as long as it is not confirmed. Raises KeyTrouble."""
    return one_time_codes.opened(keyring, PURPOSE, factor.reference, factor.sealed or "")


def is_code_right(session: Session, keyring: Keyring, factor: SecondFactor, code: str, at: datetime) -> bool:
    """Whether the code is the app's now and unused. It is used up at once, so that two requests cannot both pass."""
    step = one_time_codes.step_of(secret_of(keyring, factor), code, at)
    return step is not None and _use(session, factor, step, at.date())


def _use(session: Session, factor: SecondFactor, step: int, today: date) -> bool:
    """Use up a time step, if neither it nor a later one was used before."""
    used = session.execute(
        update(SecondFactor)
        .where(SecondFactor.id == factor.id, SecondFactor.last_step < step)
        .values(last_step=step, last_used_on=today)
        .execution_options(synchronize_session=False)
    )
    session.expire(factor)
    return bool(used.rowcount)  # type: ignore[attr-defined]


def confirm(factor: SecondFactor) -> None:
    factor.is_confirmed = True


def add_app(session: Session, officer: Officer, app: SecondFactor, at: datetime) -> None:
    """Confirm a further app of an officer who is signed in."""
    confirm(app)
    security_mails.queue(session, officer, SecurityEvent.FACTOR_ADDED, at)
    record(session, "officer.app_added", app.reference, on=at.date(), actor=officer.reference)


def factors_of(session: Session, officer: Officer) -> list[SecondFactor]:
    """The officer's confirmed second factors."""
    return [factor for factor in _factors(session, officer) if factor.is_confirmed]


def unconfirmed_app(session: Session, officer: Officer) -> SecondFactor | None:
    return next((one for one in _factors(session, officer, FactorKind.TOTP) if not one.is_confirmed), None)


def drop_unconfirmed(session: Session, officer: Officer) -> None:
    """Forget apps that were begun and never shown to work."""
    for one in _factors(session, officer, FactorKind.TOTP):
        if not one.is_confirmed:
            session.delete(one)
    session.flush()


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
    for code in session.scalars(select(RecoveryCode).where(RecoveryCode.officer_id == officer.id)):
        session.delete(code)
    session.flush()


def new_recovery_codes(session: Session, officer: Officer) -> list[str]:
    """Ten new recovery codes, shown once; earlier ones stop working."""
    for code in session.scalars(select(RecoveryCode).where(RecoveryCode.officer_id == officer.id)):
        session.delete(code)
    made = one_time_codes.new_recovery_codes()
    session.add_all(
        [RecoveryCode(officer_id=officer.id, digest=recovery_digest(officer.reference, code)) for code in made]
    )
    session.flush()
    return made


def renew_recovery_codes(session: Session, officer: Officer, at: datetime) -> list[str]:
    """Ten new recovery codes for an officer who is signed in, in place of those from before."""
    made = new_recovery_codes(session, officer)
    security_mails.queue(session, officer, SecurityEvent.RECOVERY_CODES_MADE, at)
    record(session, "officer.recovery_codes_made", officer.reference, on=at.date(), actor=officer.reference)
    return made


def take_recovery_code(session: Session, officer: Officer, typed: str, today: date) -> bool:
    """Use up a recovery code; False when it is none of the officer's, or was used."""
    used = session.execute(
        update(RecoveryCode)
        .where(
            RecoveryCode.officer_id == officer.id,
            RecoveryCode.digest == recovery_digest(officer.reference, typed),
            RecoveryCode.used_on.is_(None),
        )
        .values(used_on=today)
        .execution_options(synchronize_session=False)
    )
    return bool(used.rowcount)  # type: ignore[attr-defined]


def recovery_codes_left(session: Session, officer: Officer) -> int:
    found = session.scalars(
        select(RecoveryCode.id).where(RecoveryCode.officer_id == officer.id, RecoveryCode.used_on.is_(None))
    )
    return len(found.all())


def _factors(session: Session, officer: Officer, kind: FactorKind | None = None) -> Sequence[SecondFactor]:
    query = select(SecondFactor).where(SecondFactor.officer_id == officer.id).order_by(SecondFactor.id)
    return session.scalars(query if kind is None else query.where(SecondFactor.kind == kind)).all()
