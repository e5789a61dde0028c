"""Second factors: authenticator apps (TOTP, RFC 6238), security keys (WebAuthn level 2), recovery codes. A code works once.

A key proves that it is there, not who holds it: the password comes first, so a key's own PIN is asked where it has one and
demanded of none. What it signs is kept here, for one session and one answer; where it signs is the console's own address, so a
page that looks like ours gets nothing that opens ours. Makers are not asked after: no attestation is wanted, and none is kept.
"""

import hmac
import ipaddress
import secrets
import struct
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TypeVar
from urllib.parse import urlsplit

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from registry.accounts.second_factors import Authenticators, RecoveryCodes
from registry.audit.actions import record
from registry.core import clock, errors, ids
from registry.core.calls import Call
from registry.officers import models, security_mails

APPS = Authenticators(
    models.SecondFactor, models.SecondFactor.officer_id, "officer-factors", {"kind": models.FactorKind.TOTP}
)
RECOVERY_CODES = RecoveryCodes(models.RecoveryCode, models.RecoveryCode.officer_id)


def add_app(session: Session, officer: models.Officer, app: models.SecondFactor, at: datetime) -> None:
    """Confirm a further app of an officer who is signed in."""
    app.is_confirmed = True
    security_mails.queue(session, officer, models.SecurityEvent.FACTOR_ADDED, at)
    record(session, "officer.app_added", app.reference, on=at.date(), actor=officer.reference)


def factors_of(session: Session, officer: models.Officer) -> list[models.SecondFactor]:
    """The officer's confirmed second factors."""
    return [factor for factor in _factors(session, officer) if factor.is_confirmed]


def remove(session: Session, officer: models.Officer, reference: str, at: datetime) -> None:
    """Remove one of an officer's second factors, lost or no longer needed.

    Raises NotFound, ActRefused for the last one.

    Unconfirmed factors do not count: they cannot be used to sign in.
    """
    # Of two at once the second waits here, or both would find the other's still there.
    session.scalars(
        select(models.Officer.id).where(models.Officer.id == officer.id).with_for_update(key_share=True)
    ).one()
    stored = factors_of(session, officer)
    factor = next((one for one in stored if one.reference == reference), None)
    if factor is None:
        raise errors.NotFound("there is no such second factor")
    if len(stored) == 1:
        raise errors.ActRefused("last_factor", "this is your only second factor: add another one first")
    session.delete(factor)
    session.flush()
    security_mails.queue(session, officer, models.SecurityEvent.FACTOR_REMOVED, at)
    record(session, "officer.factor_removed", reference, on=at.date(), actor=officer.reference, detail=factor.kind)


def remove_all(session: Session, officer: models.Officer) -> None:
    for factor in _factors(session, officer):
        session.delete(factor)
    RECOVERY_CODES.forget(session, officer)
    session.flush()


def renew_recovery_codes(session: Session, officer: models.Officer, at: datetime) -> list[str]:
    """Ten new recovery codes for an officer who is signed in, in place of those from before."""
    made = RECOVERY_CODES.renew(session, officer)
    security_mails.queue(session, officer, models.SecurityEvent.RECOVERY_CODES_MADE, at)
    record(session, "officer.recovery_codes_made", officer.reference, on=at.date(), actor=officer.reference)
    return made


def _factors(session: Session, officer: models.Officer) -> Sequence[models.SecondFactor]:
    query = (
        select(models.SecondFactor).where(models.SecondFactor.officer_id == officer.id).order_by(models.SecondFactor.id)
    )
    return session.scalars(query).all()


ANSWER_WITHIN = timedelta(minutes=5)
MAX_KEYS = 10
"""Keys of one officer."""
Made = TypeVar("Made")


@dataclass(frozen=True, slots=True)
class RelyingParty:
    """The console's origin, where keys are asked, and its host, by which keys know it."""

    host: str
    origin: str
    name: str = "Recruitment registry"


def relying_party_at(address: str) -> RelyingParty | None:
    """The console at this address; None where browsers offer no keys: an IP address, or no TLS except on localhost."""
    parts = urlsplit(address)
    host = parts.hostname or ""
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return RelyingParty(host, address) if parts.scheme == "https" or host == "localhost" else None
    return None


def keys_of(session: Session, officer: models.Officer) -> list[models.SecondFactor]:
    return [one for one in factors_of(session, officer) if one.kind is models.FactorKind.WEBAUTHN]


def registration_options(call: Call[models.Officer], signed_in: models.SignedIn, party: RelyingParty) -> str:
    """The options for registering a new key, as JSON for the browser. Raises ActRefused."""
    from webauthn import generate_registration_options, options_to_json
    from webauthn.helpers import structs

    officer, stored = call.actor, keys_of(call.session, call.actor)
    if len(stored) >= MAX_KEYS:
        raise errors.ActRefused("too_many_keys", f"there are {MAX_KEYS} keys already: remove one that is not needed")
    options = generate_registration_options(
        rp_id=party.host,
        rp_name=party.name,
        user_id=officer.reference.encode(),
        user_name=officer.email,
        user_display_name=officer.name,
        challenge=_new_challenge(call.session, signed_in, models.ChallengePurpose.REGISTER, call.at),
        timeout=_milliseconds(),
        authenticator_selection=structs.AuthenticatorSelectionCriteria(
            resident_key=structs.ResidentKeyRequirement.DISCOURAGED,
            user_verification=structs.UserVerificationRequirement.PREFERRED,
        ),
        exclude_credentials=[structs.PublicKeyCredentialDescriptor(id=one.credential or b"") for one in stored],
    )
    return options_to_json(options)


def add_key(
    call: Call[models.Officer], signed_in: models.SignedIn, party: RelyingParty, name: str, answer: str
) -> models.SecondFactor:
    """Add a new key under a name. Raises ActRefused: `bad_key` for any wrong answer, `known_key` if it is not new."""
    from webauthn import verify_registration_response

    session, officer, today = call.session, call.actor, clock.day_at(call.at, None)
    tidy = " ".join(name.split())
    if not tidy or len(tidy) > 60 or not tidy.isprintable():
        raise errors.ActRefused("bad_key_name", "say in 1 to 60 visible characters which key it is")
    challenge = _take_challenge(session, signed_in, models.ChallengePurpose.REGISTER, call.at)
    verified = _checked(
        lambda: verify_registration_response(
            credential=answer,
            expected_challenge=challenge,
            expected_rp_id=party.host,
            expected_origin=party.origin,
            require_user_verification=False,
        )
    )
    if verified is None:
        raise errors.ActRefused("bad_key", "the key was not taken: begin again, and touch it within five minutes")
    if session.scalars(
        select(models.SecondFactor.id).where(models.SecondFactor.credential == verified.credential_id)
    ).first():
        raise errors.ActRefused("known_key", "this key is known already: take another")
    key = models.SecondFactor(
        reference=ids.new_reference(),
        officer_id=officer.id,
        kind=models.FactorKind.WEBAUTHN,
        name=tidy,
        credential=verified.credential_id,
        public_key=verified.credential_public_key,
        last_step=verified.sign_count,
        since_on=today,
        is_confirmed=True,
    )
    session.add(key)
    session.flush()
    if officer.state is models.OfficerState.ACTIVE:
        # An officer who joins with a key is told of joining.
        security_mails.queue(session, officer, models.SecurityEvent.FACTOR_ADDED, call.at)
    record(session, "officer.key_added", key.reference, on=today, actor=officer.reference)
    return key


def authentication_options(call: Call[models.Officer], signed_in: models.SignedIn, party: RelyingParty) -> str | None:
    """The options for a sign-in with one of the officer's keys, as JSON for the browser; None if there are no keys."""
    from webauthn import generate_authentication_options, options_to_json
    from webauthn.helpers import structs

    stored = keys_of(call.session, call.actor)
    if not stored:
        return None
    options = generate_authentication_options(
        rp_id=party.host,
        challenge=_new_challenge(call.session, signed_in, models.ChallengePurpose.SIGN_IN, call.at),
        timeout=_milliseconds(),
        allow_credentials=[structs.PublicKeyCredentialDescriptor(id=one.credential or b"") for one in stored],
        user_verification=structs.UserVerificationRequirement.PREFERRED,
    )
    return options_to_json(options)


def is_key_right(call: Call[models.Officer], signed_in: models.SignedIn, party: RelyingParty, answer: str) -> bool:
    """Whether one of the officer's keys signed what this session was asked, here. The challenge is used up either way.

    A key counts what it signs. One that counts no further than it did is there twice: it opens nothing, and the audit says so.
    """
    from webauthn import verify_authentication_response
    from webauthn.authentication.verify_authentication_response import VerifiedAuthentication
    from webauthn.helpers import parse_authentication_credential_json, parse_authenticator_data

    session, officer, today = call.session, call.actor, clock.day_at(call.at, None)
    challenge = _take_challenge(session, signed_in, models.ChallengePurpose.SIGN_IN, call.at)
    given = _checked(lambda: parse_authentication_credential_json(answer))
    if given is None:
        return False
    key = next((one for one in keys_of(session, officer) if one.credential == given.raw_id), None)
    handle = given.response.user_handle
    if key is None or (handle and not hmac.compare_digest(handle, officer.reference.encode())):
        return False

    def verify_signature() -> VerifiedAuthentication:
        # The count is asked below, once the signature is known to be good: a stranger must not make a key look copied.
        count = parse_authenticator_data(given.response.authenticator_data).sign_count
        return verify_authentication_response(
            credential=given,
            expected_challenge=challenge,
            expected_rp_id=party.host,
            expected_origin=party.origin,
            credential_public_key=key.public_key or b"",
            credential_current_sign_count=count - 1,
            require_user_verification=False,
        )

    verified = _checked(verify_signature)
    if verified is None:
        return False
    if not _count(session, key, verified.new_sign_count, today):
        record(session, "officer.key_copied", key.reference, on=today, actor="nobody")
        return False
    return True


def _count(session: Session, key: models.SecondFactor, count: int, today: date) -> bool:
    """Take a key's count, if it went on. Those that count nothing say nought for ever."""
    counted = session.execute(
        update(models.SecondFactor)
        .where(
            models.SecondFactor.id == key.id,
            models.SecondFactor.last_step < count if count else models.SecondFactor.last_step == 0,
        )
        .values(last_step=count, last_used_on=today)
        .execution_options(synchronize_session=False)
    )
    session.expire(key)
    return bool(counted.rowcount)  # type: ignore[attr-defined]


def forget_challenges(session: Session, at: datetime) -> None:
    session.execute(delete(models.KeyChallenge).where(models.KeyChallenge.ends_at < at))


def _new_challenge(
    session: Session, signed_in: models.SignedIn, purpose: models.ChallengePurpose, at: datetime
) -> bytes:
    """A new challenge for this session; the one before stops working."""
    session.execute(delete(models.KeyChallenge).where(models.KeyChallenge.session_id == signed_in.id))
    challenge = secrets.token_bytes(32)
    session.add(
        models.KeyChallenge(session_id=signed_in.id, purpose=purpose, challenge=challenge, ends_at=at + ANSWER_WITHIN)
    )
    session.flush()
    return challenge


def _take_challenge(
    session: Session, signed_in: models.SignedIn, purpose: models.ChallengePurpose, at: datetime
) -> bytes:
    """The session's pending challenge, usable once: of two answers at once the second finds none."""
    taken = session.execute(
        delete(models.KeyChallenge)
        .where(models.KeyChallenge.session_id == signed_in.id)
        .returning(models.KeyChallenge.purpose, models.KeyChallenge.challenge, models.KeyChallenge.ends_at)
        .execution_options(synchronize_session=False)
    ).one_or_none()
    is_good = taken is not None and taken.purpose is purpose and taken.ends_at > at
    # Where nothing was asked nothing is an answer to it, either.
    return taken.challenge if taken is not None and is_good else secrets.token_bytes(32)


def _checked(read: Callable[[], Made]) -> Made | None:
    """The result of the library's check; None for an invalid answer, which breaks it in more ways than it documents."""
    from cryptography.exceptions import UnsupportedAlgorithm
    from webauthn.helpers.exceptions import WebAuthnException

    try:
        return read()
    except (
        WebAuthnException,
        ValueError,
        TypeError,
        LookupError,
        AttributeError,
        RecursionError,
        struct.error,
        UnsupportedAlgorithm,
    ):
        return None


def _milliseconds() -> int:
    return int(ANSWER_WITHIN.total_seconds() * 1000)
