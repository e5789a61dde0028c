"""What an operator states once for all machines: mappings of lists, officers' OpenID providers, the log's witnesses.

A command writes it into the database, where each machine reads it when it is needed. Of what the database has nothing under
a name, the file of that name in REGISTRY_HOME counts: on one machine it is as good.
"""

from datetime import datetime
from pathlib import Path

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from sqlalchemy import BigInteger, LargeBinary, delete, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from registry.core import clock, errors
from registry.core.db.engine import Base, Instant, Text
from registry.core.keyring import Keyring

MAX_LENGTH = 200_000


class OperatorText(Base):
    """One text. `name` is that of the file it stands for, such as `sources/cn-labour-35.toml`."""

    __tablename__ = "operator_texts"
    name: Mapped[str] = mapped_column(Text(200), primary_key=True)
    text: Mapped[str] = mapped_column(Text(MAX_LENGTH))
    stated_at: Mapped[datetime] = mapped_column(Instant)


class HomeFile(Base):
    """A file that versions before 0154 carried from machine to machine, encrypted; they may still be at work on it.

    `changed_at`: 0 once it was taken over.
    """

    __tablename__ = "home_files"
    name: Mapped[str] = mapped_column(Text(200), primary_key=True)
    digest: Mapped[str] = mapped_column(Text(64))
    sealed: Mapped[bytes] = mapped_column(LargeBinary)
    changed_at: Mapped[int] = mapped_column(BigInteger)


def take_over_files(session: Session, keyring: Keyring) -> None:
    """State what the version before carried, once: a machine that was made anew since has no file of it."""
    for file in session.execute(select(HomeFile).where(HomeFile.changed_at != 0, HomeFile.digest != "")).scalars():
        is_text = file.name in ("providers.toml", "witness-policy") or file.name.startswith("sources/")
        if is_text and session.get(OperatorText, file.name) is None:
            key = HKDF(SHA256(), 32, salt=None, info=b"home-files").derive(keyring.secret("bulk-files"))
            text = AESGCM(key).decrypt(file.sealed[:12], file.sealed[12:], file.name.encode())
            state_text(session, file.name, text.decode())
        file.changed_at = 0


def read_text(session: Session, home: Path, name: str) -> str | None:
    """What counts under a name, of the database or of the folder; None where neither has it. SettingsError if it is no text."""
    stated = session.get(OperatorText, name)
    if stated is not None:
        return stated.text
    try:
        return (home / name).read_text(encoding="utf-8")
    except FileNotFoundError:
        return None
    except (OSError, UnicodeDecodeError):
        raise errors.SettingsError(f"{home / name} cannot be read as text") from None


def names_in(session: Session, home: Path, folder: str) -> list[str]:
    """Names of the texts in a folder, without the folder and in order."""
    stated = select(OperatorText.name).where(OperatorText.name.startswith(f"{folder}/", autoescape=True))
    found = {name.removeprefix(f"{folder}/") for name in session.execute(stated).scalars()}
    return sorted(found | {path.name for path in (home / folder).glob("*.toml")})


def state_text(session: Session, name: str, text: str) -> None:
    """Have a text count on all machines from the commit on. Raises SettingsError where it is too long."""
    if len(text) > MAX_LENGTH or len(name) > 200:
        raise errors.SettingsError(f"{name[:60]} is too long: {MAX_LENGTH} characters at most")
    session.merge(OperatorText(name=name, text=text, stated_at=clock.now()))


def withdraw_text(session: Session, name: str) -> bool:
    """Remove a text from the database; whether it was there. A file in REGISTRY_HOME counts again."""
    return bool(session.execute(delete(OperatorText).where(OperatorText.name == name)).rowcount)  # type: ignore[attr-defined]
