"""The bytes of a held list, where each machine reaches them: in the database, encrypted under a secret of the registry.

What a version before held lies in REGISTRY_HOME/pending until it is decided.
"""

import secrets
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from sqlalchemy import delete
from sqlalchemy.orm import Session

from registry.core.errors import ImportRefused
from registry.core.keyring import Keyring
from registry.core.settings import Settings
from registry.register.imports.models import HeldList, PendingImport

_NONCE = 12


def hold(session: Session, settings: Settings, pending: PendingImport, body: bytes) -> None:
    """Keep the bytes of the list that waits, which is in the database already."""
    nonce, name = secrets.token_bytes(_NONCE), pending.reference.encode()
    sealed = nonce + AESGCM(_key(settings)).encrypt(nonce, body, name)
    session.add(HeldList(pending_id=pending.id, sealed=sealed))


def held_bytes(session: Session, settings: Settings, pending: PendingImport) -> bytes:
    """The list as it was fetched. Raises ImportRefused with what to do where it cannot be read."""
    held = session.get(HeldList, pending.id)
    former = _former_file(settings.home, pending)
    if held is None:
        if former is not None and former.is_file():
            return former.read_bytes()
        raise ImportRefused("the held list is gone: reject it and fetch the list again")
    try:
        return AESGCM(_key(settings)).decrypt(held.sealed[:_NONCE], held.sealed[_NONCE:], pending.reference.encode())
    except InvalidTag:
        raise ImportRefused(
            "the held list was encrypted under another secret than keys/bulk-files.secret: reject it and fetch the list again"
        ) from None


def let_go(session: Session, pending: PendingImport) -> None:
    """Destroy the bytes of a list that is decided, or that a newer one replaces."""
    session.execute(delete(HeldList).where(HeldList.pending_id == pending.id))


def remove_former(home: Path, pending: PendingImport) -> None:
    """Remove the file that a version before held, if it lies here."""
    former = _former_file(home, pending)
    if former is not None:
        former.unlink(missing_ok=True)


def _former_file(home: Path, pending: PendingImport) -> Path | None:
    return home / "pending" / pending.file if pending.file is not None else None


def _key(settings: Settings) -> bytes:
    return HKDF(SHA256(), 32, salt=None, info=b"held-lists").derive(Keyring(settings.keys).secret("bulk-files"))
