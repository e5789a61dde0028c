"""Files of the data folder that every machine needs alike, carried by the database.

An operator writes a source's description, the policy of witnesses or the settings of a provider on one machine; a worker stores
a list there that waits for an officer; a name is erased there. On PostgreSQL each machine puts what changed in its folder into
the database, encrypted under a secret of the registry, and takes out what others changed. On SQLite one folder has it all, and
nothing is carried.

Each folder remembers what it was at the last round (`locks/shared-home.json`), so a change here and a change there are told
apart. Both at once is for the operator to settle: neither is touched, and the log names the file.
"""

import hashlib
import json
import secrets
import shutil
from collections.abc import Mapping
from datetime import datetime
from fnmatch import fnmatchcase
from pathlib import Path

import structlog
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from sqlalchemy import LargeBinary, insert, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Mapped, Session, mapped_column, sessionmaker

from registry.core.clock import now
from registry.core.db.engine import Base, Instant, Text, reading_session
from registry.core.files import write_atomically
from registry.core.keyring import Keyring
from registry.core.settings import Settings

log = structlog.get_logger()

PATTERNS = ("witness-policy", "providers.toml", "stolen-passwords.txt", "erased", "sources/*.toml", "pending/*")
ERASED = "erased"
"""Only ever grows: of two the lines of both count."""

MAX_BYTES = 32 * 1024 * 1024
ROUND_SECONDS = 5.0

_NONCE = 12
_GONE = ""
"""As digest: the file was removed."""


class HomeFile(Base):
    """One file as all machines shall have it. `digest`: SHA-256 of its content, empty where it was removed."""

    __tablename__ = "home_files"
    name: Mapped[str] = mapped_column(Text(200), primary_key=True)
    digest: Mapped[str] = mapped_column(Text(64))
    sealed: Mapped[bytes] = mapped_column(LargeBinary)
    changed_at: Mapped[datetime] = mapped_column(Instant)


def share(settings: Settings, sessions: sessionmaker[Session]) -> None:
    """One round: put into the database what changed here, take out what changed there."""
    if settings.is_sqlite:
        return
    _Round(settings, sessions).run()


class _Round:
    def __init__(self, settings: Settings, sessions: sessionmaker[Session]) -> None:
        self._home = settings.home
        self._sessions = sessions
        self._keys = Keyring(settings.keys)
        self._note = settings.home / "locks" / "shared-home.json"

    def run(self) -> None:
        with self._keys.alone():
            base = self._read_note()
            here = {name: _digest(path.read_bytes()) for name, path in self._files().items()}
            with reading_session(self._sessions) as session:
                there = {row.name: row.digest for row in session.execute(select(HomeFile.name, HomeFile.digest))}
            noted = {}
            for name in sorted({*base, *here, *there}):
                noted[name] = self._reconcile(name, base.get(name), here.get(name, _GONE), there.get(name))
            if noted != base:
                write_atomically(self._note, json.dumps(noted, indent=0).encode())

    def _reconcile(self, name: str, base: str | None, here: str, there: str | None) -> str:
        """Make both sides alike. Gives what they are now, or the former note where the operator must settle it."""
        known = base if base is not None else _GONE
        if here == (there or _GONE):
            return here
        if not any(fnmatchcase(name, pattern) for pattern in PATTERNS) or ".." in name:
            log.error("home_file_unknown", name=name)
            return known
        if name == ERASED:
            return self._merge(there)
        if here == known:
            return self._take(name)
        if (there if there is not None else _GONE) == known:
            return here if self._put(name, there, here) else known
        log.error("home_file_differs", name=name)
        return known

    def _merge(self, there: str | None) -> str:
        path = self._home / ERASED
        own = path.read_bytes() if path.exists() else b""
        lines = dict.fromkeys([*own.splitlines(), *self._decrypt(ERASED).splitlines()])
        body = b"".join(line + b"\n" for line in lines)
        if body != own:
            write_atomically(path, body)
            # A paper made here a moment ago may name the person.
            shutil.rmtree(self._home / "papers", ignore_errors=True)
        digest = _digest(body)
        if digest != there:
            self._put(ERASED, there, digest)
        return digest

    def _take(self, name: str) -> str:
        body, path = self._decrypt_if_there(name), self._home / name
        if body is None:
            path.unlink(missing_ok=True)
            return _GONE
        write_atomically(path, body)
        return _digest(body)

    def _put(self, name: str, there: str | None, here: str) -> bool:
        """Whether it stands there now: another machine may have been quicker."""
        body = b"" if here == _GONE else (self._home / name).read_bytes()
        values = {"digest": here, "sealed": self._sealed(name, body) if here else b"", "changed_at": now()}
        try:
            with self._sessions.begin() as session:
                if there is None:
                    session.execute(insert(HomeFile).values(name=name, **values))
                    return True
                changed = session.execute(
                    update(HomeFile).where(HomeFile.name == name, HomeFile.digest == there).values(**values)
                )
                return bool(changed.rowcount)  # type: ignore[attr-defined]
        except IntegrityError:
            return False

    def _decrypt(self, name: str) -> bytes:
        return self._decrypt_if_there(name) or b""

    def _decrypt_if_there(self, name: str) -> bytes | None:
        with reading_session(self._sessions) as session:
            row = session.execute(select(HomeFile.digest, HomeFile.sealed).where(HomeFile.name == name)).one_or_none()
        if row is None or row.digest == _GONE:
            return None
        try:
            return AESGCM(self._key()).decrypt(row.sealed[:_NONCE], row.sealed[_NONCE:], name.encode())
        except InvalidTag:
            log.error("home_file_unreadable", name=name)
            raise OSError(None, "encrypted under another secret than bulk-files.secret", name) from None

    def _sealed(self, name: str, body: bytes) -> bytes:
        nonce = secrets.token_bytes(_NONCE)
        return nonce + AESGCM(self._key()).encrypt(nonce, body, name.encode())

    def _key(self) -> bytes:
        return HKDF(SHA256(), 32, salt=None, info=b"home-files").derive(self._keys.secret("bulk-files"))

    def _files(self) -> Mapping[str, Path]:
        found = {}
        for pattern in PATTERNS:
            for path in self._home.glob(pattern):
                if path.name.startswith(".") or not path.is_file():
                    continue
                name = path.relative_to(self._home).as_posix()
                if path.stat().st_size > MAX_BYTES or len(name) > 200:
                    log.error("home_file_too_large", name=name)
                    continue
                found[name] = path
        return found

    def _read_note(self) -> dict[str, str]:
        try:
            return dict(json.loads(self._note.read_bytes()))
        except FileNotFoundError:
            return {}


def _digest(body: bytes) -> str:
    return hashlib.sha256(body).hexdigest()


__all__ = ["ROUND_SECONDS", "HomeFile", "share"]
