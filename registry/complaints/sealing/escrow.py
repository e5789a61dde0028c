"""The escrow: a key whose secret is kept offline, for the day on which every other one is lost.

Its file is three lines that can be printed and typed: what it is, the key's id, and the 32 bytes of the secret in
base64url.
"""

import os
import secrets
from base64 import urlsafe_b64decode, urlsafe_b64encode
from datetime import date
from pathlib import Path

from sqlalchemy.orm import Session

from registry.complaints.sealing.envelopes import KEY_BYTES, key_id_of, public_of
from registry.complaints.sealing.models import UnitKey
from registry.complaints.sealing.unit_keys import add_escrow_key
from registry.core.errors import KeyTrouble
from registry.core.keyring import Keyring, read_private

FIRST_LINE = "registry escrow secret v1"


def make_escrow(session: Session, keyring: Keyring, path: Path, home: Path, today: date) -> UnitKey:
    """A new escrow, its secret in `path` and nowhere else.

    Raises KeyTrouble for a place within the home, and for a file that is there already.
    """
    if path.resolve().is_relative_to(home.resolve()):
        raise KeyTrouble(f"{path} lies in {home}: the secret belongs on a medium that is kept off line")
    secret = secrets.token_bytes(KEY_BYTES)
    public = public_of(secret)
    _write(path, f"{FIRST_LINE}\n{key_id_of(public)}\n{urlsafe_b64encode(secret).decode()}\n")
    return add_escrow_key(session, keyring, public, today)


def read_escrow(path: Path) -> bytes:
    """The secret of a file. Raises KeyTrouble when it is none, damaged, or open to others."""
    lines = read_private(path).decode("utf-8", "replace").split()
    try:
        secret = urlsafe_b64decode(lines[-1])
        is_whole = " ".join(lines[:-2]) == FIRST_LINE and key_id_of(public_of(secret)) == lines[-2]
    except (ValueError, TypeError, IndexError):
        is_whole = False
    if not is_whole:
        raise KeyTrouble(f"{path} holds no escrow secret, or one that was mistyped: take the other copy")
    return secret


def _write(path: Path, text: str) -> None:
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except OSError as error:
        raise KeyTrouble(f"{path} cannot be made ({error.strerror}): name a new file on the medium") from None
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
