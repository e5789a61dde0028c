"""Codes that work once: of authenticator apps (TOTP, RFC 6238) and for recovery. For officers and members alike.

Officers and members each have their own tables, and their secrets are sealed under different purposes: nothing of one
opens the other.
"""

import hashlib
import hmac
import secrets
from base64 import b32encode, urlsafe_b64decode, urlsafe_b64encode
from datetime import datetime

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.twofactor.totp import TOTP

from registry.core.errors import KeyTrouble
from registry.core.ids import new_reference
from registry.core.keyring import Keyring

STEP = 30
"""Seconds a code stands on the screen of an app."""
DRIFT = 1
"""Steps by which a telephone's clock may be off, before and after."""
RECOVERY_CODES = 10
ISSUER = "Recruitment registry"
"""What the app calls us."""


def new_secret() -> bytes:
    return secrets.token_bytes(20)


def typed_form(secret: bytes) -> str:
    """The secret as people type it: Base32 in groups of four."""
    text = b32encode(secret).decode().rstrip("=")
    return " ".join(text[place : place + 4] for place in range(0, len(text), 4))


def address_for_app(secret: bytes, email: str, issuer: str = ISSUER) -> str:
    """The otpauth URL that an app reads from a QR code."""
    made: str = TOTP(secret, 6, SHA1(), STEP, enforce_key_length=False).get_provisioning_uri(email, issuer)
    return made


def step_of(secret: bytes, code: str, at: datetime) -> int | None:
    """The time step near `at` to which this code belongs, or None. The caller marks it as used."""
    digits = "".join(code.split())
    if len(digits) != 6 or not (digits.isascii() and digits.isdigit()):
        return None
    totp = TOTP(secret, 6, SHA1(), STEP, enforce_key_length=False)
    now_step = int(at.timestamp()) // STEP
    for step in range(now_step - DRIFT, now_step + DRIFT + 1):
        if hmac.compare_digest(totp.generate(step * STEP), digits.encode()):
            return step
    return None


def new_recovery_codes() -> list[str]:
    """Ten recovery codes, to be shown once."""
    return [f"{new_reference()[:5]}-{new_reference()[:5]}" for _ in range(RECOVERY_CODES)]


def recovery_digest(owner: str, typed: str) -> str:
    """The digest by which a recovery code is found; `owner` is the reference of its officer or member."""
    code = typed.strip().upper().replace(" ", "")
    # Fifty random bits behind a digest: too many to try against a table of ten, and a dump alone reveals none.
    return hashlib.sha256(f"{owner}/{code}".encode("utf-8", "surrogatepass")).hexdigest()


def sealed(keyring: Keyring, purpose: str, reference: str, secret: bytes) -> str:
    nonce = secrets.token_bytes(12)
    body = AESGCM(keyring.secret(purpose)).encrypt(nonce, secret, reference.encode())
    return urlsafe_b64encode(nonce + body).decode()


def opened(keyring: Keyring, purpose: str, reference: str, text: str) -> bytes:
    """Decrypt a secret of a second factor. Raises KeyTrouble where it was sealed under another secret."""
    raw = urlsafe_b64decode(text)
    try:
        return AESGCM(keyring.secret(purpose)).decrypt(raw[:12], raw[12:], reference.encode())
    except InvalidTag:
        raise KeyTrouble(
            f"second steps were sealed under another secret than {keyring.folder}/{purpose}.secret: "
            "put that file back from a backup, or reset them one by one"
        ) from None
