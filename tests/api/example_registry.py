"""The invented registry that the documentation's examples are about. Everything in it is fixed, references and instants too."""

import json
from datetime import UTC, date, datetime
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from sqlalchemy.orm import Session, sessionmaker

from registry.core.keyring import Key, Keyring, KeyState, Use
from registry.core.settings import Settings
from registry.log.signing import sign_committed
from registry.oversight.open_statistics import Snapshot, SnapshotCell
from registry.register.agencies.actions import amend
from registry.register.agencies.publishing import Event
from registry.vocabulary.cases import Dimension
from registry.vocabulary.register import IdentifierScheme, LicenceKind, LicenceStatus, NameKind, Script
from tests import make

KEYS = Path(__file__).parents[1] / "data" / "example_keys.json"
"""What is known of the examples' keys; their secrets follow from their place."""

SENDING, RECEIVING, SUSPENDED = "DEGQTSQUSDTU", "HW2F88778XM9", "A9WZ2BCY3W37"
SENDING_LICENCE, RECEIVING_LICENCE, SUSPENDED_LICENCE = "M2A6BPT9YQE9", "E4WXPCQFGHQS", "JVXHYMJED8QC"
AGREEMENT = "3MU38U3NM4GB"
USCC, SUSPENDED_USCC, VAT = "91990001MADEM00112", "91990001MADEM00705", "IT99999019997"

NOW = datetime(2026, 11, 24, 10, tzinfo=UTC)


def build(session: Session) -> None:
    """A sending agency, a receiving one, an agreement of theirs and one with an employer, and a suspended agency."""
    sending = make.make_agency(
        session,
        agency_id=SENDING,
        country="CN",
        names=(
            make.name_record("虚构对外劳务合作示例有限公司", country="CN", script=Script.HANS),
            make.name_record("Fictitious Labour Cooperation Example Co., Ltd.", country="CN", kind=NameKind.TRADE),
        ),
        identifiers=(make.identifier_record(IdentifierScheme.USCC, USCC, country="CN"),),
        licences=(
            make.licence_record(
                LicenceKind.CN_FOREIGN_LABOUR_SERVICE_COOPERATION,
                licence_id=SENDING_LICENCE,
                number="FICT-CN-001",
                valid_to=date(2027, 12, 31),
            ),
        ),
    )
    receiving = make.make_agency(
        session,
        agency_id=RECEIVING,
        country="IT",
        names=(make.name_record("Agenzia Inventata S.r.l.", country="IT"),),
        identifiers=(make.identifier_record(IdentifierScheme.VAT, VAT, country="IT"),),
        licences=(
            make.licence_record(
                LicenceKind.IT_SOMMINISTRAZIONE_GENERALISTA,
                licence_id=RECEIVING_LICENCE,
                number="FICT-IT-002",
            ),
        ),
    )
    make.make_agreement(session, sending, receiving, agreement_id=AGREEMENT, number="FICT-AGR-1", to=date(2027, 6, 30))
    _suspended(session)
    _statistics(session)


def publish(settings: Settings, sessions: sessionmaker[Session]) -> None:
    """A head of the log over all of it, signed by keys that are the same each time, known to all, and of no other use."""
    keyring = Keyring(settings.keys)
    settings.keys.mkdir(mode=0o700, parents=True, exist_ok=True)
    for number, facts in enumerate(json.loads(KEYS.read_text(encoding="utf-8")), start=1001):
        key = Key(**{**facts, "use": Use(facts["use"]), "state": KeyState(facts["state"])})
        path = settings.keys / f"{key.name}.pem"
        path.touch(mode=0o600)
        path.write_bytes(_pem(key.use, number))
        keyring.keep(key)
    sign_committed(settings, sessions)


def _pem(use: Use, number: int) -> bytes:
    secret = (
        ed25519.Ed25519PrivateKey.from_private_bytes(number.to_bytes(32, "big"))
        if use is Use.LOG
        else ec.derive_private_key(number, ec.SECP256R1())
    )
    return secret.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


def _suspended(session: Session) -> None:
    agency = make.make_agency(
        session,
        agency_id=SUSPENDED,
        country="CN",
        names=(make.name_record("虚构停业示例有限公司", country="CN", script=Script.HANS),),
        identifiers=(make.identifier_record(IdentifierScheme.USCC, SUSPENDED_USCC, country="CN"),),
        licences=(make.licence_record(country="CN", licence_id=SUSPENDED_LICENCE, number="FICT-CN-003"),),
    )
    licence = agency.licences[0]
    suspended = make.changed(
        licence,
        status_history=(
            make.changed(licence.status_history[0], to=date(2026, 10, 31)),
            make.status_record(LicenceStatus.SUSPENDED, from_=date(2026, 11, 1)),
        ),
    )
    amend(session, make.changed(agency, licences=(suspended,)), Event("licence.suspended"))


def _statistics(session: Session) -> None:
    """A closed quarter, as it would be written down."""
    counts = {
        Dimension.COUNTRY: {"IT": 25, "CZ": 10},
        Dimension.SECTOR: {"14.10": 20, "56.11": 10, "not_stated": 5},
        Dimension.INDICATOR: {"withholding_of_wages": 20, "retention_of_identity_documents": 15, "deception": 5},
        Dimension.OUTCOME: {"decided_upheld": 5},
    }
    cells = [
        SnapshotCell(dimension=dimension, value=value, count=count)
        for dimension, table in counts.items()
        for value, count in table.items()
    ]
    session.add(Snapshot(quarter="2026-Q3", closed_on=date(2026, 10, 14), rules="1", cells=cells))
    session.flush()
