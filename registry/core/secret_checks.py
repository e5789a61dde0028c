"""Which secrets this database was used with: a check value for each, so that a home with others is noticed at once.

A check value is an HMAC under the secret itself: who reads a dump learns nothing of the secret.
"""

import hashlib
import hmac
from collections.abc import Iterable

from sqlalchemy import select
from sqlalchemy.orm import Mapped, Session, mapped_column

from registry.core.db.engine import Base, Text
from registry.core.errors import KeyTrouble
from registry.core.keyring import PURPOSES, Keyring


class SecretCheck(Base):
    """The secret of `purpose` that everything in this database was made with."""

    __tablename__ = "secret_checks"
    purpose: Mapped[str] = mapped_column(Text(64), primary_key=True)
    check: Mapped[str] = mapped_column(Text(64))


def settle_secrets(session: Session, keyring: Keyring) -> list[str]:
    """Hold the secrets in this folder to those that the database was used with. Gives the purposes of those made now.

    What neither knows is made, all of it at once; what the database does not know yet is noted. The caller holds
    `keyring.alone()` and the log's lock, so that of two fresh homes one is first, and commits. Raises KeyTrouble, and makes
    nothing, where a secret is missing here or another.
    """
    stored = {row.purpose: row.check for row in session.execute(select(SecretCheck)).scalars()}
    missing = [purpose for purpose in PURPOSES if not keyring.has_secret(purpose)]
    if lost := [purpose for purpose in missing if purpose in stored]:
        raise KeyTrouble(
            f"{_files(lost)} missing in {keyring.folder}, and this database was used with it: copy it from the REGISTRY_HOME "
            "that has it, or from a backup of the keys. Nothing is served without it, for what it opens would be lost"
        )
    differing = [
        purpose
        for purpose, check in stored.items()
        if purpose in PURPOSES and not hmac.compare_digest(check_of(keyring, purpose), check)
    ]
    if differing:
        raise KeyTrouble(
            f"{_files(differing)} in {keyring.folder} not the one that this database was used with: put there the file of the "
            "REGISTRY_HOME that serves it, or lead this home to its own database"
        )
    for purpose in missing:
        keyring.make_secret(purpose)
    session.add_all(
        SecretCheck(purpose=purpose, check=check_of(keyring, purpose)) for purpose in PURPOSES if purpose not in stored
    )
    session.flush()
    return missing


def check_of(keyring: Keyring, purpose: str) -> str:
    return hmac.new(
        keyring.secret(purpose), b"registry secret check v1 " + purpose.encode(), hashlib.sha256
    ).hexdigest()


def _files(purposes: Iterable[str]) -> str:
    names = [f"{purpose}.secret" for purpose in purposes]
    return f"{', '.join(names)} {'is' if len(names) == 1 else 'are'}"
