"""The keys of units, their custodians and the escrow: made, followed by newer ones, retired.

The secret is on the disk before its row is committed: if we crash between the two there is a secret that nothing is sealed to.
"""

import re
from datetime import date

from sqlalchemy.orm import Session

from registry.complaints.boxes import KeyHolder, UnitKey, UnitKeyState
from registry.complaints.envelopes import key_id_of, public_of
from registry.complaints.sealing import newest_key, ring_of
from registry.errors import KeyTrouble
from registry.keyring import Keyring

_IN_FILE_NAMES = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,38}[a-z0-9])?")
OF_UNITS = (KeyHolder.UNIT, KeyHolder.CUSTODIAN)


def make_unit_keys(session: Session, keyring: Keyring, unit: str, today: date) -> list[UnitKey]:
    """The keys that a unit and its custodian lack, made; nothing where they have some. `unit` is the unit's reference."""
    return [rotate(session, keyring, kind, unit, today) for kind in OF_UNITS if newest_key(session, kind, unit) is None]


def rotate(session: Session, keyring: Keyring, kind: KeyHolder, unit: str, today: date) -> UnitKey:
    """A new key of a unit or its custodian: what is sealed from now on is sealed to it, the former still opens the rest."""
    if not _IN_FILE_NAMES.fullmatch(unit):
        raise KeyTrouble(
            "a unit's reference is up to 40 small letters, digits and hyphens: its secrets are files of that name"
        )
    made = keyring.add_to_ring(ring_of(kind, unit), lambda secret: key_id_of(public_of(secret)))
    row = UnitKey(
        holder_kind=kind,
        unit=unit,
        kid=made.kid,
        public_key=public_of(made.body),
        state=UnitKeyState.ACTIVE,
        made_on=today,
    )
    session.add(row)
    session.flush()
    return row
