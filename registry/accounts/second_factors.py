"""Second factors of officers and members alike: authenticator apps (TOTP, RFC 6238) and recovery codes. A code works once.

Officers and members each have their own tables, and their secrets are sealed under different purposes: nothing of one
opens the other.
"""

import hmac
import secrets
from base64 import b32encode
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Generic, TypeVar

from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.twofactor.totp import TOTP
from sqlalchemy import Select, delete, func, select, update
from sqlalchemy.orm import InstrumentedAttribute, Session

from registry.accounts.models import Account, AuthenticatorRow, RecoveryCodeRow
from registry.accounts.sessions import digest_of
from registry.core.ids import new_reference
from registry.core.keyring import Keyring

STEP = 30
"""Seconds a code stands on the screen of an app."""
DRIFT = 1
"""Steps by which a telephone's clock may be off, before and after."""
RECOVERY_CODES = 10
ISSUER = "Recruitment registry"
"""What the app calls us."""

App = TypeVar("App", bound=AuthenticatorRow)
Code = TypeVar("Code", bound=RecoveryCodeRow)


def typed_form(secret: bytes) -> str:
    """The secret as people type it: Base32 in groups of four."""
    text = b32encode(secret).decode().rstrip("=")
    return " ".join(text[place : place + 4] for place in range(0, len(text), 4))


def address_for_app(secret: bytes, email: str) -> str:
    """The otpauth URL that an app reads from a QR code."""
    made: str = TOTP(secret, 6, SHA1(), STEP, enforce_key_length=False).get_provisioning_uri(email, ISSUER)
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


@dataclass(frozen=True, slots=True)
class Authenticators(Generic[App]):
    """The authenticator apps of one kind of account: their table, the column of whose they are, and what seals them.

    `kind` are further columns of a row that is an app, where the table has other second factors too.
    """

    table: type[App]
    account_id: InstrumentedAttribute[int]
    purpose: str
    kind: Mapping[str, object] = field(default_factory=dict)

    def begin(self, session: Session, keyring: Keyring, account: Account, name: str, today: date) -> tuple[App, bytes]:
        """Begin adding an app, in place of one that was begun before; gives it and its secret. The first code confirms it."""
        self.forget_begun(session, account)
        secret, reference = secrets.token_bytes(20), new_reference()
        sealed = keyring.seal(self.purpose, reference, secret)
        owner = {self.account_id.key: account.id, **self.kind}
        app = self.table(reference=reference, name=name, sealed=sealed, since_on=today, **owner)
        session.add(app)
        session.flush()
        return app, secret

    def find_begun(self, session: Session, account: Account) -> App | None:
        """The app that was begun and is not yet confirmed."""
        return session.scalars(self._select(account).where(self.table.is_confirmed.is_(False))).first()

    def forget_begun(self, session: Session, account: Account) -> None:
        """Forget an app that was begun and never shown to work."""
        for app in session.scalars(self._select(account).where(self.table.is_confirmed.is_(False))):
            session.delete(app)
        session.flush()

    def list_confirmed(self, session: Session, account: Account) -> Sequence[App]:
        """The apps with which the account signs in."""
        return session.scalars(self._select(account).where(self.table.is_confirmed.is_(True))).all()

    def secret_of(self, keyring: Keyring, app: App) -> bytes:
        """The secret of an app, to be shown as long as it is not confirmed. Raises KeyTrouble."""
        return keyring.unseal(self.purpose, app.reference, app.sealed or "")

    def is_code_right(self, session: Session, keyring: Keyring, app: App, code: str, at: datetime) -> bool:
        """Whether the code is the app's now and unused. It is used up at once, so that two requests cannot both pass."""
        step = step_of(self.secret_of(keyring, app), code, at)
        if step is None:
            return False
        used = session.execute(
            update(self.table)
            .where(self.table.id == app.id, self.table.last_step < step)
            .values(last_step=step, last_used_on=at.date())
            .execution_options(synchronize_session=False)
        )
        session.expire(app)
        return bool(used.rowcount)  # type: ignore[attr-defined]

    def _select(self, account: Account) -> Select[App]:
        return select(self.table).where(self.account_id == account.id).filter_by(**self.kind).order_by(self.table.id)


@dataclass(frozen=True, slots=True)
class RecoveryCodes(Generic[Code]):
    """The recovery codes of one kind of account: their table, and the column of whose they are."""

    table: type[Code]
    account_id: InstrumentedAttribute[int]

    def renew(self, session: Session, account: Account) -> list[str]:
        """Ten new recovery codes, shown once; earlier ones stop working."""
        self.forget(session, account)
        codes = [f"{new_reference()[:5]}-{new_reference()[:5]}" for _ in range(RECOVERY_CODES)]
        owner = {self.account_id.key: account.id}
        session.add_all([self.table(digest=_recovery_digest(account, code), **owner) for code in codes])
        session.flush()
        return codes

    def use(self, session: Session, account: Account, typed: str, today: date) -> bool:
        """Use up a recovery code; False when it is none of the account's, or was used."""
        used = session.execute(
            update(self.table)
            .where(
                self.account_id == account.id,
                self.table.digest == _recovery_digest(account, typed),
                self.table.used_on.is_(None),
            )
            .values(used_on=today)
            .execution_options(synchronize_session=False)
        )
        return bool(used.rowcount)  # type: ignore[attr-defined]

    def count_left(self, session: Session, account: Account) -> int:
        left = select(func.count(self.table.id)).where(self.account_id == account.id, self.table.used_on.is_(None))
        return session.scalars(left).one()

    def forget(self, session: Session, account: Account) -> None:
        """Remove every recovery code of the account."""
        gone = delete(self.table).where(self.account_id == account.id)
        session.execute(gone.execution_options(synchronize_session="fetch"))


def _recovery_digest(account: Account, typed: str) -> str:
    code = typed.strip().upper().replace(" ", "")
    # Fifty random bits behind a digest: too many to try against a table of ten, and a dump alone reveals none.
    return digest_of(f"{account.reference}/{code}")
