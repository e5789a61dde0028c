"""Lists that wait for an official: their bytes, and the order to apply them or not. The worker applies (ordered.py).

The bytes lie where each machine reaches them: in the database, encrypted under a secret of the registry. What a version
before held lies in REGISTRY_HOME/pending until it is decided. No request waits for a list that is applied, which may take
minutes, and nothing here reaches out to any other server.
"""

import secrets
from datetime import datetime
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from registry.core.errors import ImportRefused, NotFound, NotNow
from registry.core.ids import read_reference
from registry.core.keyring import Keyring
from registry.core.settings import Settings
from registry.register.authorities.models import Authority, Source
from registry.register.imports.models import HeldList, PendingImport
from registry.register.imports.queries import mapping_of

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


def lock_held_list(session: Session, authority: str, reference: str) -> tuple[PendingImport, Source]:
    """A held list of an authority, locked. Raises NotFound for any other, NotNow where it was decided."""
    query = (
        select(PendingImport, Source)
        .join(Source, Source.id == PendingImport.source_id)
        .join(Authority, Authority.id == Source.authority_id)
        .where(PendingImport.reference == read_reference(reference), Authority.reference == authority)
        .with_for_update(of=PendingImport)
    )
    found = session.execute(query).one_or_none()
    if found is None:
        raise NotFound(f"no list of this authority waits under {reference}: a newer one may have taken its place")
    pending, source = found
    if pending.decided_at is not None or pending.ordered_at is not None:
        raise NotNow("this list waits no more: somebody has decided it", "imports.decided")
    return pending, source


def order(session: Session, authority: str, reference: str, by: str, at: datetime, home: Path) -> Source:
    """Have a held list applied: its good rows, and whatever it delists.

    Raises as `lock_held_list`, and NotNow where no list can be read by the mapping that its source has in `home`.
    """
    pending, source = lock_held_list(session, authority, reference)
    try:
        mapping_of(session, source.reference, source.mapping, home)
    except ImportRefused as refusal:
        text = f"no list can be read by its mapping, so it was not approved; an operator has to mend it: {refusal.text}"
        raise NotNow(text, "imports.mapping", reason=refusal.text) from None
    pending.ordered_by, pending.ordered_at, pending.trouble = by, at, None
    session.flush()
    return source


def reject(session: Session, authority: str, reference: str, by: str, at: datetime) -> Source:
    """Do not apply a held list, and destroy it. Raises as `lock_held_list`."""
    pending, source = lock_held_list(session, authority, reference)
    pending.ordered_by, pending.decided_at, pending.is_approved, pending.overview = by, at, False, None
    let_go(session, pending)
    session.flush()
    return source
