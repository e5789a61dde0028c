"""Key rotation: re-encrypts under the newest keys what older keys hold; recovers by the escrow what lost keys held.

The key ids in the rows say what is left to do. So each batch is a transaction of its own, a killed run leaves every
value readable, and the next run continues with the rest.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.orm import Session, aliased, sessionmaker

from registry.complaints.case.models import Case
from registry.complaints.casework.drafts import place_of_draft
from registry.complaints.casework.models import CaseAgency, Employer, OfficerDraft
from registry.complaints.intake.idempotency import Repeat, place_of_answer
from registry.complaints.parties.models import Transfer
from registry.complaints.sealing import unit_keys
from registry.complaints.sealing.envelopes import Place, key_id, key_id_of, place_of, public_of, public_with
from registry.complaints.sealing.models import EncryptedContainer, UnitKey, UnitKeyState, WrappedKey
from registry.complaints.sealing.sealer import BARE_BYTES, RING, Sealer, Tier
from registry.core.errors import KeyTrouble, Unopenable
from registry.core.keyring import Keyring
from registry.officers.models import Unit
from registry.vocabulary.cases import KeyHolder

BATCH = 100

Sessions = sessionmaker[Session]


class RingSealed(NamedTuple):
    """Columns of one table that the ring seals. `place` of a row and column must be that under which it was sealed."""

    model: type[Any]
    columns: tuple[str, ...]
    place: Callable[[Any, str], Place]


RING_SEALED: Sequence[RingSealed] = (
    RingSealed(
        Case,
        ("agency_sealed", "employer_sealed", "region_sealed", "amounts_sealed"),
        lambda case, column: place_of(case, case, column),
    ),
    RingSealed(CaseAgency, ("sealed",), lambda agency, column: place_of(agency, agency, column)),
    RingSealed(Employer, ("sealed",), lambda employer, column: place_of(employer, employer, column)),
    RingSealed(Transfer, ("reason_sealed", "answer_sealed"), lambda row, column: place_of(row, row, column)),
    RingSealed(Repeat, ("answer_sealed",), lambda row, _column: place_of_answer(row.digest)),
    RingSealed(OfficerDraft, ("sealed",), lambda draft, _column: place_of_draft(draft)),
)
"""Every column of tier 1. What is not named here is lost when its key is retired: a test holds the tables to it."""


@dataclass
class Rewrapped:
    """How many values were sealed anew, how many are left, and what could not be: one line each, without content."""

    done: int = 0
    left: int = 0
    troubles: list[str] = field(default_factory=list)


Tell = Callable[[str, int, int], None]
"""Told after each batch: of what, how many are done, how many there were."""


def rewrap(sessions: Sessions, sealer: Sealer, tell: Tell) -> Rewrapped:
    """Seal everything anew that is held under an older key of ring, unit, custodian or escrow."""
    found = Rewrapped()
    for sealed in RING_SEALED:
        for column in sealed.columns:
            _batches(sessions, found, tell, _Fields(sealer, sealed, column))
    _batches(sessions, found, tell, _BareWraps(sealer))
    _batches(sessions, found, tell, _OldWraps(sealer))
    _batches(sessions, found, tell, _MissingEscrow(sealer))
    return found


def recover(
    sessions: Sessions, sealer: Sealer, secret: bytes, today: date, tell: Tell, *, is_bound: bool = True
) -> Rewrapped:
    """Restore access of units and custodians whose secrets are lost, with the secret key of the escrow.

    They get new keys where theirs are not in the folder; the log is not waited for. `is_bound`: False where the whole
    folder was lost, so that it can no longer be checked whether a wrap was made here.
    """
    with sessions.begin() as session:
        public = _public_of_escrow(session, secret)
        unit_keys.add_escrow_key(session, sealer.keyring, public, today)
        for unit in session.execute(select(Unit.reference).order_by(Unit.id)).scalars().all():
            for kind in unit_keys.OF_UNITS:
                if _is_lost(session, sealer.keyring, kind, unit):
                    unit_keys.rotate(session, sealer.keyring, kind, unit, today)
    found = Rewrapped()
    _batches(sessions, found, tell, _Unreadable(sealer, secret, public, is_bound))
    return found


def ring_uses(session: Session, kid: str) -> int:
    """How many values of tier 1 a key of the ring still holds."""
    return sum(
        session.execute(
            select(func.count()).select_from(sealed.model).where(getattr(sealed.model, column).like(f"v1.{kid}.%"))
        ).scalar_one()
        for sealed in RING_SEALED
        for column in sealed.columns
    )


def rotate_ring(keyring: Keyring) -> str:
    """A new key at the head of the ring; gives its id."""
    return keyring.add_to_ring(RING, key_id).kid


class _Work:
    """One kind of task: which rows are left, and how one is done."""

    name: str
    model: type[Any]

    def left(self, session: Session) -> ColumnElement[bool]:
        raise NotImplementedError

    def do(self, session: Session, row: Any) -> None:
        raise NotImplementedError

    def names(self, session: Session, row: Any) -> str:
        raise NotImplementedError


class _Fields(_Work):
    def __init__(self, sealer: Sealer, sealed: RingSealed, column: str) -> None:
        self.sealer, self.sealed, self.column = sealer, sealed, column
        self.name, self.model = f"{sealed.model.__tablename__}.{column}", sealed.model

    def left(self, session: Session) -> ColumnElement[bool]:
        value = getattr(self.model, self.column)
        newest = next(iter(self.sealer.keyring.ring(RING)), None)
        return and_(value.is_not(None), value.not_like(f"v1.{newest.kid if newest else ''}.%"))

    def do(self, session: Session, row: Any) -> None:
        place = self.sealed.place(row, self.column)
        value = self.sealer.open_field(getattr(row, self.column), place)
        setattr(row, self.column, self.sealer.seal_field(value, place))

    def names(self, session: Session, row: Any) -> str:
        return f"{self.name} of row {row.id}"


class _OldWraps(_Work):
    name, model = "keys of boxes", WrappedKey

    def __init__(self, sealer: Sealer) -> None:
        self.sealer = sealer

    def left(self, session: Session) -> ColumnElement[bool]:
        holders = session.execute(
            select(UnitKey.holder_kind, UnitKey.unit).where(UnitKey.state == UnitKeyState.ACTIVE).distinct()
        ).all()
        present = unit_keys.sealing_keys(session, [(kind, unit) for kind, unit in holders])
        return or_(
            False,
            *(
                and_(
                    WrappedKey.holder_kind == key.holder_kind, WrappedKey.holder == key.unit, WrappedKey.kid != key.kid
                )
                for key in present.values()
            ),
        )

    def do(self, session: Session, row: WrappedKey) -> None:
        self.sealer.rewrap(session, session.get_one(EncryptedContainer, row.box_id), row)

    def names(self, session: Session, row: WrappedKey) -> str:
        box = session.get_one(EncryptedContainer, row.box_id)
        return f"tier {row.tier} of box {box.reference} for the {row.holder_kind} {row.holder}"


class _BareWraps(_OldWraps):
    """Wraps to keys of X25519 alone. A mailbox's is made anew when its code is typed in, and until then it is enclosed."""

    name = "former keys of boxes"

    def left(self, session: Session) -> ColumnElement[bool]:
        return and_(WrappedKey.holder_kind != KeyHolder.ESCROW, func.length(WrappedKey.wrapped) == BARE_BYTES)

    def do(self, session: Session, row: WrappedKey) -> None:
        self.sealer.enclose(row)


class _MissingEscrow(_OldWraps):
    """Boxes that were handed over before there was an escrow."""

    name = "keys for the escrow"

    def left(self, session: Session) -> ColumnElement[bool]:
        if unit_keys.sealing_key(session, KeyHolder.ESCROW, unit_keys.ESCROW) is None:
            return or_(False)
        theirs = aliased(WrappedKey)
        has_escrow = select(theirs.id).where(
            theirs.box_id == WrappedKey.box_id, theirs.tier == WrappedKey.tier, theirs.holder_kind == KeyHolder.ESCROW
        )
        return and_(WrappedKey.holder_kind.in_(unit_keys.OF_UNITS), ~has_escrow.exists())

    def do(self, session: Session, row: WrappedKey) -> None:
        self.sealer.add_escrow(session, session.get_one(EncryptedContainer, row.box_id), Tier(row.tier))


class _Unreadable(_Work):
    """Boxes whose unit or custodian has another key than the one they are sealed to."""

    name, model = "boxes", EncryptedContainer

    def __init__(self, sealer: Sealer, secret: bytes, public: bytes, is_bound: bool) -> None:
        self.sealer, self.secret, self.public, self.is_bound = sealer, secret, public, is_bound
        self.kid = key_id_of(public)

    def left(self, session: Session) -> ColumnElement[bool]:
        by_escrow = select(WrappedKey.id).where(
            WrappedKey.box_id == EncryptedContainer.id,
            WrappedKey.holder_kind == KeyHolder.ESCROW,
            WrappedKey.kid == self.kid,
        )
        units = session.execute(select(Unit.id, Unit.reference)).all()
        lacking = []
        for unit_id, unit in units:
            keys = [
                key for kind in unit_keys.OF_UNITS if (key := unit_keys.newest_key(session, kind, unit)) is not None
            ]
            existing = [
                select(WrappedKey.id)
                .where(
                    WrappedKey.box_id == EncryptedContainer.id,
                    WrappedKey.holder_kind == key.holder_kind,
                    WrappedKey.kid == key.kid,
                )
                .exists()
                for key in keys
            ]
            of_unit = EncryptedContainer.case_id.in_(select(Case.id).where(Case.unit_id == unit_id))
            lacking.append(and_(of_unit, or_(*(~one for one in existing))))
        return and_(by_escrow.exists(), or_(False, *lacking))

    def do(self, session: Session, row: EncryptedContainer) -> None:
        unit = session.execute(
            select(Unit.reference).join(Case, Case.unit_id == Unit.id).where(Case.id == row.case_id)
        ).scalar_one()
        opened = self.sealer.open_as_escrow(session, row, self.secret, is_bound=self.is_bound)
        # To keys that the log may not show yet: what is here was lost, and who holds the escrow reads all of it.
        for kind in unit_keys.OF_UNITS:
            key = unit_keys.newest_key(session, kind, unit)
            if key is None or unit_keys.known_public(self.sealer.keyring, kind, unit, key.kid) != key.public_key:
                raise KeyTrouble(f"the {kind} key of {unit} in the database is not the one in the folder of keys")
            self.sealer.share(session, opened, kind, unit, key.public_key)
        # Bound anew, by the secret that is here now.
        self.sealer.share(session, opened, KeyHolder.ESCROW, unit_keys.ESCROW, self.public)

    def names(self, session: Session, row: EncryptedContainer) -> str:
        return f"box {row.reference}"


def _batches(sessions: Sessions, found: Rewrapped, tell: Tell, work: _Work) -> None:
    total, done, after = _count(sessions, work), 0, 0
    while True:
        with sessions() as session:
            left = select(work.model).where(work.left(session), work.model.id > after).order_by(work.model.id)
            # A row that another transaction has locked is left to the next run.
            rows = session.execute(left.limit(BATCH).with_for_update(skip_locked=True)).scalars().all()
            if not rows:
                break
            for row in rows:
                try:
                    with session.begin_nested():
                        work.do(session, row)
                except (Unopenable, KeyTrouble) as trouble:
                    found.troubles.append(f"{work.names(session, row)}: {trouble.text}")
                else:
                    done += 1
            after = rows[-1].id
            session.commit()
        tell(work.name, done, total)
    found.done += done
    found.left += _count(sessions, work)


def _count(sessions: Sessions, work: _Work) -> int:
    with sessions() as session:
        return session.execute(select(func.count()).select_from(work.model).where(work.left(session))).scalar_one()


def _public_of_escrow(session: Session, secret: bytes) -> bytes:
    """The escrow's public key, of the kind that the table has of this secret."""
    kids = session.execute(select(UnitKey.kid).where(UnitKey.holder_kind == KeyHolder.ESCROW)).scalars()
    return next((public for kid in kids if (public := public_with(secret, kid)) is not None), public_of(secret))


def _is_lost(session: Session, keyring: Keyring, kind: KeyHolder, unit: str) -> bool:
    key = unit_keys.newest_key(session, kind, unit)
    return key is None or unit_keys.known_public(keyring, kind, unit, key.kid) is None
