"""Signing with the log's keys: one signature for each that is active."""

from sqlalchemy.orm import Session

from registry.core.errors import KeyTrouble
from registry.core.keyring import Keyring, KeyState, Signer, Use
from registry.log import note
from registry.log.queries import LoggedKey, logged_keys, raw_public


def signed_text(session: Session, keyring: Keyring, origin: str, text: str) -> str:
    """The note of a text, signed with the log's active keys as heads are. It must not have the form of a checkpoint.

    Raises KeyTrouble where no active key of the log lies here.
    """
    return note.signed(
        text,
        [
            (note.VerifierKey(origin, note.ED25519, raw_public(one.key.public)), one.sign)
            for one in signers_of(logged_keys(session), keyring)
        ],
    )


def signers_of(logged: dict[str, LoggedKey], keyring: Keyring) -> list[Signer]:
    """One for each active key of the log: while one is rotated, both sign."""
    active = [key.kid for key in reversed(logged.values()) if key.use is Use.LOG and key.state is KeyState.ACTIVE]
    here = {key.kid: key for key in keyring.keys(Use.LOG)}
    signers = [keyring.signer_of(kid) for kid in active if kid in here and keyring.holds_secret(here[kid])]
    if not signers:
        raise KeyTrouble(f"no active key of the log is in {keyring.folder}; make one with `registry keys rotate log`")
    return signers
