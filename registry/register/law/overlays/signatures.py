"""The signature beside an overlay: one line of text, the kid of a `law` key and the Ed25519 signature of the file's bytes.

What is signed begins with PREFIX, so that no signature made for another purpose can be taken for one of these.
"""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Mapping
from typing import NamedTuple

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from registry.core.keyring import KeyState, Signer, Use
from registry.log.queries import LoggedKey
from registry.register.law.loading import BadLaw

PREFIX = b"recruitment registry law overlay v1\n"
MAX_LINE = 200


class Signature(NamedTuple):
    """Who signed, and 64 bytes."""

    kid: str
    body: bytes

    @property
    def text(self) -> str:
        return urlsafe_b64encode(self.body).rstrip(b"=").decode()


def signed(text: bytes, signer: Signer) -> str:
    """The line to be kept beside the file."""
    return f"{signer.key.kid} {Signature(signer.key.kid, signer.sign(PREFIX + text)).text}\n"


def read_signature(name: str, line: str) -> Signature:
    """Raises BadLaw where it is missing or no such line."""
    parts = line.split()
    if not parts:
        raise BadLaw(name, None, "signature", "missing: sign the file with `registry law overlay sign`")
    try:
        if len(parts) != 2 or len(line) > MAX_LINE or len(parts[1]) != 86:
            raise ValueError
        return Signature(parts[0], urlsafe_b64decode(parts[1] + "=="))
    except ValueError:
        detail = "is no signature of an overlay: one line, the kid of a key and 86 characters"
        raise BadLaw(name, None, "signature", detail) from None


def require_signed(
    name: str, text: bytes, signature: Signature, keys: Mapping[str, LoggedKey], *, index: int | None = None
) -> None:
    """Raise BadLaw unless a `law` key of this registry's log signed the file and is still believed.

    A new overlay needs an active key. One that entered the log at `index` needs a key that was not compromised before.
    """
    key = keys.get(signature.kid)
    if key is None or key.use is not Use.LAW:
        raise BadLaw(name, None, "signature", f"{signature.kid} is no law key in this registry's log")
    if index is None and key.state is not KeyState.ACTIVE:
        raise BadLaw(name, None, "signature", f"the law key {key.kid} is {key.state}: sign with an active one")
    if index is not None and key.last_good_index is not None and index > key.last_good_index:
        raise BadLaw(name, None, "signature", f"the law key {key.kid} was compromised before")
    public = Ed25519PublicKey.from_public_bytes(urlsafe_b64decode(key.public["x"] + "="))
    try:
        public.verify(signature.body, PREFIX + text)
    except InvalidSignature:
        raise BadLaw(name, None, "signature", "does not fit: the file was changed, or another one was signed") from None
