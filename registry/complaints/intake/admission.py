"""Admission: visitors may begin or come back after a little work or a short wait. No one is refused or tracked.

Work is an altcha challenge, which a script solves while the page is read. A ticket is for visitors without scripts: it
becomes valid after a wait. Either works once. Admissions are counted in a few buckets under a key that is destroyed the
next day: a dump of the database reveals nothing of an address. All machines have one key, which is
in no backup. What one network takes within minutes is counted in the memory of each process alone, and raises what it
costs that network: the n-th of its tickets waits n times as long.
"""

import hashlib
import hmac
import secrets
from base64 import b64decode
from binascii import Error as NotBase64
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import altcha
import msgspec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from sqlalchemy import Date, LargeBinary, String, bindparam, delete, func, select, text
from sqlalchemy.orm import Session

from registry.complaints.case.complaint_codes import RecentCounts
from registry.complaints.intake import rules
from registry.complaints.intake.models import DailyCount, DayKey, UsedChallenge
from registry.core.errors import NotAdmitted
from registry.core.keyring import Keyring
from registry.vocabulary.codes import Lack

GOOD_FOR = timedelta(minutes=20)
"""How long a challenge may be solved, and a ticket used after its wait: as long as reading the page before it takes."""

MAX_CHARACTERS = 4_000
_SECRET = "admission"
_NONCE = 12
_ALGORITHM = "PBKDF2/SHA-256"


_DETAILS = {
    Lack.NOTHING_GIVEN: "a solved challenge or a ticket that has waited is needed; ask for an offer first",
    Lack.TOO_EARLY: "the ticket is not good yet; wait until its time",
    Lack.EXPIRED: "the challenge or ticket has expired; ask for another offer",
    Lack.USED: "the challenge or ticket was used already; ask for another offer",
    Lack.WRONG: "the solution or ticket is not one that this registry gave for this purpose; ask for another offer",
}


@dataclass(frozen=True, slots=True)
class Offer:
    """Two ways in: `challenge` as altcha's solvers take it, or `ticket`, which is good after `wait` seconds."""

    challenge: dict[str, Any]
    ticket: str
    wait: int


class Admission:
    """Admission to one registry. Its key of the day is in the database, or on SQLite beside the others; in no backup."""

    def __init__(self, keyring: Keyring, home: Path) -> None:
        self._secret = keyring.secret(_SECRET)
        self._days = home / "days"
        self._known: tuple[date, bytes] | None = None
        self._offers = RecentCounts(rules.FADES_IN, rules.MAX_COUNTED)

    def offer(self, session: Session, purpose: rules.Purpose, network: str, at: datetime, ticket: str = "") -> Offer:
        """What admission costs now. `network` is the visitor's, as clients.network_of gives it; it is not stored.

        A `ticket` that the visitor has stays theirs for as long as it is or will be good.
        """
        pressure = self._pressure(session, purpose, network, at)
        cost = rules.cost_of(pressure, self._offers.add(f"{purpose} {network}", at.timestamp()))
        challenge = self._challenge(purpose, rules.tries_of(cost), at)
        left = self._wait_left(session, purpose, ticket, at) if ticket else None
        if left is not None:
            return Offer(challenge, ticket, left)
        wait = rules.wait_of(cost)
        return Offer(challenge, self._ticket(purpose, wait, at), wait)

    def waited(self, purpose: rules.Purpose, at: datetime) -> str:
        """A ticket that is good at once, for a visitor who was admitted and then could not be served."""
        return self._ticket(purpose, 0, at)

    def admit(self, session: Session, purpose: rules.Purpose, network: str, proof: str | None, at: datetime) -> bool:
        """Use up a proof, a solution or a ticket, and count. Commit before the admitted request costs anything.

        Gives whether it was a solution: who did work is served before who waited. Raises NotAdmitted. Of two requests
        with one proof at once the database admits one.
        """
        if not proof:
            raise _refusal(Lack.NOTHING_GIVEN)
        if len(proof) > MAX_CHARACTERS:
            raise _refusal(Lack.WRONG)
        is_ticket = proof.startswith("t1.")
        used, expires_at = self._read_ticket(purpose, proof, at) if is_ticket else self._read_work(purpose, proof, at)
        digest = hashlib.sha256(used.encode()).hexdigest()
        taken = session.execute(_TAKE, {"digest": digest, "expires_on": expires_at.astimezone(UTC).date()})
        if taken.rowcount != 1:  # type: ignore[attr-defined]
            raise _refusal(Lack.USED)
        day = at.astimezone(UTC).date()
        session.execute(
            _COUNT,
            {"day": day, "purpose": purpose.value, "bucket": self._bucket(network, self._made_key(session, day))},
        )
        return not is_ticket

    def wait_left(self, purpose: rules.Purpose, ticket: str, at: datetime) -> int:
        """Seconds until a ticket is good, 0 when it is. Raises NotAdmitted if it never will be."""
        try:
            self._read_ticket(purpose, ticket, at)
        except NotAdmitted as refusal:
            if refusal.lack is Lack.TOO_EARLY:
                return refusal.retry_after
            raise
        return 0

    def _wait_left(self, session: Session, purpose: rules.Purpose, ticket: str, at: datetime) -> int | None:
        """Seconds until a ticket is good; None for one that was used, and for one that never will be good."""
        try:
            left = self.wait_left(purpose, ticket, at)
        except NotAdmitted:
            return None
        body = ticket.rpartition(".")[0]
        digest = hashlib.sha256(body.encode("utf-8", "surrogatepass")).hexdigest()
        return left if session.get(UsedChallenge, digest) is None else None

    def forget(self, session: Session, at: datetime) -> None:
        """Drop what is over: used proofs, counts and keys of days before today. Safe at any time, and again."""
        today = at.astimezone(UTC).date()
        session.execute(delete(UsedChallenge).where(UsedChallenge.expires_on < today))
        session.execute(delete(DailyCount).where(DailyCount.day < today))
        session.execute(delete(DayKey).where(DayKey.day < today))
        self._destroy_keys_before(today)

    def _pressure(self, session: Session, purpose: rules.Purpose, network: str, at: datetime) -> int:
        day = at.astimezone(UTC).date()
        of_day = DailyCount.day == day, DailyCount.purpose == purpose
        from_all = session.execute(select(func.coalesce(func.sum(DailyCount.count), 0)).where(*of_day)).scalar_one()
        key = self._key_of(session, day)
        from_bucket = None
        if key is not None:
            own = DailyCount.bucket == self._bucket(network, key)
            from_bucket = session.execute(select(DailyCount.count).where(*of_day, own)).scalar_one_or_none()
        return rules.pressure_of(rules.CAPS[purpose], from_bucket or 0, int(from_all))

    def _challenge(self, purpose: rules.Purpose, tries: int, at: datetime) -> dict[str, Any]:
        # The counter is drawn here, so that the work has an end: without that one in a hundred would wait five times as long.
        return altcha.create_challenge(
            _ALGORITHM,
            rules.COST,
            counter=secrets.randbelow(tries),
            expires_at=at + GOOD_FOR,
            data={"for": purpose.value},
            hmac_secret=self._secret,
            hmac_key_secret=self._secret,
        ).to_dict()

    def _read_work(self, purpose: rules.Purpose, proof: str, at: datetime) -> tuple[str, datetime]:
        try:
            payload = altcha.Payload.from_dict(msgspec.json.decode(b64decode(proof, validate=True)))
        except (NotBase64, ValueError, KeyError, TypeError, AttributeError, RecursionError):
            raise _refusal(Lack.WRONG) from None
        result = altcha.verify_solution(payload, self._secret, hmac_key_secret=self._secret)
        if result.expired:
            raise _refusal(Lack.EXPIRED)
        parameters = payload.challenge.parameters
        # The library takes a challenge without a signed key as well: ours always has one.
        is_ours = result.verified and parameters.data == {"for": purpose.value} and parameters.key_signature
        if not is_ours or payload.challenge.signature is None or parameters.expires_at is None:
            raise _refusal(Lack.WRONG)
        expires_at = datetime.fromtimestamp(parameters.expires_at, UTC)
        if expires_at <= at:
            raise _refusal(Lack.EXPIRED)
        return payload.challenge.signature, expires_at

    def _ticket(self, purpose: rules.Purpose, wait: int, at: datetime) -> str:
        body = f"t1.{purpose}.{int(at.timestamp()) + wait}.{secrets.token_hex(16)}"
        return f"{body}.{self._mac(body)}"

    def _read_ticket(self, purpose: rules.Purpose, ticket: str, at: datetime) -> tuple[str, datetime]:
        body, _, mac = ticket.rpartition(".")
        if not hmac.compare_digest(self._mac(body).encode(), mac.encode("utf-8", "surrogatepass")):
            raise _refusal(Lack.WRONG)
        _, kind, good_from, _ = body.split(".")
        if kind != purpose:
            raise _refusal(Lack.WRONG)
        good_at = datetime.fromtimestamp(int(good_from), UTC)
        if at < good_at:
            raise _refusal(Lack.TOO_EARLY, int((good_at - at).total_seconds()) + 1)
        if at >= good_at + GOOD_FOR:
            raise _refusal(Lack.EXPIRED)
        return body, good_at + GOOD_FOR

    def _mac(self, body: str) -> str:
        return hmac.new(self._secret, b"ticket " + body.encode("utf-8", "surrogatepass"), hashlib.sha256).hexdigest()

    def _key_of(self, session: Session, day: date) -> bytes | None:
        """The key of a day; None while no one was counted on it."""
        if session.get_bind().dialect.name == "sqlite":
            self._destroy_keys_before(day)
            return Keyring(self._days).secret(day.isoformat())
        if self._known is None or self._known[0] != day:
            sealed = session.execute(select(DayKey.sealed).where(DayKey.day == day)).scalar_one_or_none()
            if sealed is None:
                return None
            self._known = day, self._decrypt(day, sealed)
        return self._known[1]

    def _made_key(self, session: Session, day: date) -> bytes:
        """The key of a day, made by the first who is counted on it. Of several at once all take the one that came in."""
        key = self._key_of(session, day)
        if key is None:
            nonce, made = secrets.token_bytes(_NONCE), secrets.token_bytes(32)
            sealed = nonce + self._cipher().encrypt(nonce, made, day.isoformat().encode())
            session.execute(_MAKE_KEY, {"day": day, "sealed": sealed})
            # Not remembered: this transaction may still be undone.
            key = self._decrypt(day, session.execute(select(DayKey.sealed).where(DayKey.day == day)).scalar_one())
        return key

    def _decrypt(self, day: date, sealed: bytes) -> bytes:
        return self._cipher().decrypt(sealed[:_NONCE], sealed[_NONCE:], day.isoformat().encode())

    def _cipher(self) -> AESGCM:
        return AESGCM(HKDF(SHA256(), 32, salt=None, info=b"day-keys").derive(self._secret))

    @staticmethod
    def _bucket(network: str, key: bytes) -> int:
        return hmac.new(key, network.encode("utf-8", "replace"), hashlib.sha256).digest()[0] % rules.BUCKETS

    def _destroy_keys_before(self, day: date) -> None:
        for path in self._days.glob("*.secret"):
            if path.stem < day.isoformat():
                path.unlink(missing_ok=True)


_TAKE = text(
    "INSERT INTO used_challenges (digest, expires_on) VALUES (:digest, :expires_on) ON CONFLICT DO NOTHING"
).bindparams(bindparam("expires_on", type_=Date))
_MAKE_KEY = text("INSERT INTO day_keys (day, sealed) VALUES (:day, :sealed) ON CONFLICT DO NOTHING").bindparams(
    bindparam("day", type_=Date), bindparam("sealed", type_=LargeBinary)
)
_COUNT = text(
    "INSERT INTO daily_counts (day, purpose, bucket, count) VALUES (:day, :purpose, :bucket, 1) "
    "ON CONFLICT (day, purpose, bucket) DO UPDATE SET count = daily_counts.count + 1"
).bindparams(bindparam("day", type_=Date), bindparam("purpose", type_=String))


def _refusal(lack: Lack, seconds: int = 0) -> NotAdmitted:
    return NotAdmitted(_DETAILS[lack], lack, seconds)
