"""Which keys sign for the registry, and whether a signature may be believed, by what the log says of its key."""

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from sqlalchemy.orm import Session

from registry.core.keyring import KeyState, Use
from registry.log.queries import LoggedKey, logged_keys
from registry.proofs.credentials.reading import Flawed, Signed, is_signed_by
from registry.vocabulary.codes import ProofFlaw
from registry.vocabulary.register import Answer

USES = (Use.CREDENTIAL, Use.STATUS, Use.RECEIPT)
"""What the keys with certificates of the root sign."""


class Checked(NamedTuple):
    """What was found of something that says it is ours: `flaw` is why it is not `yes`.

    `claims` are what was signed; of what is not genuine nothing is repeated, and no key is named.
    """

    genuine: Answer
    flaw: ProofFlaw | None = None
    key: LoggedKey | None = None
    claims: Mapping[Any, Any] = {}


def believed_key(session: Session, signed: Signed, use: Use) -> LoggedKey:
    """The key of ours that signed, which is one for this use. Raises Flawed."""
    key = logged_keys(session).get(signed.kid)
    if key is None:
        raise Flawed(ProofFlaw.UNKNOWN_KEY)
    if key.use is not use:
        raise Flawed(ProofFlaw.WRONG_USE)
    if not is_signed_by(key.public, signed):
        raise Flawed(ProofFlaw.BAD_SIGNATURE)
    return key


def judged(key: LoggedKey, claims: Mapping[Any, Any], *, is_proven: bool) -> Checked:
    """Genuine; unknown where its key was compromised and the log does not prove the content, as no one can tell then."""
    if key.state is KeyState.COMPROMISED and not is_proven:
        return Checked(Answer.UNKNOWN, ProofFlaw.KEY_COMPROMISED, key, claims)
    return Checked(Answer.YES, None, key, claims)


def refused(flaw: ProofFlaw) -> Checked:
    return Checked(Answer.NO, flaw)


def jwks(keys: Iterable[LoggedKey]) -> dict[str, Any]:
    """RFC 7517 of the keys whose signatures may still be believed."""
    return {
        "keys": [
            {**key.public, "kid": key.kid, "use": "sig", "alg": "ES256", "x5c": [key.certificate]}
            for key in keys
            if key.use in USES and key.state is not KeyState.COMPROMISED and key.certificate is not None
        ]
    }
