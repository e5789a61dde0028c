"""A registry that issues to wallets, wallets' keys, and credentials without the protocol. All invented."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Protocol
from urllib.parse import urlsplit

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256
from flask import Response
from sqlalchemy.orm import Session

from registry.core.calls import Call
from registry.core.clock import now
from registry.core.key_records import public_jwk
from registry.core.setting_texts import Operator, WalletSettings
from registry.core.settings import Settings
from registry.proofs.wallets import staff
from registry.proofs.wallets.issuing import Subject, WalletIssuer
from registry.proofs.wallets.models import StaffCard
from registry.register.agencies import record
from registry.register.agencies.actions import amend
from registry.register.agencies.publishing import Event
from registry.vocabulary.register import LicenceStatus
from registry.vocabulary.supervision import WalletForm
from tests import make
from tests.proofs.credentials import reading
from tests.proofs.credentials.reading import base64url, unbase64url

OPERATOR = Operator("Invented Ministry of Labour", "IT", "GOVIT-00000001")
USER = "REPREPREP222"


def with_wallets(settings: Settings, **facts: Any) -> Settings:
    """Settings of a public body that issues to wallets."""
    return replace(settings, operator=OPERATOR, wallets=WalletSettings(is_public_body=True, **facts))


@dataclass(frozen=True)
class WalletKey:
    """A key in a wallet."""

    secret: ec.EllipticCurvePrivateKey

    @classmethod
    def new(cls) -> "WalletKey":
        return cls(ec.generate_private_key(ec.SECP256R1()))

    @property
    def jwk(self) -> dict[str, str]:
        return public_jwk(self.secret.public_key())

    def sign(self, header: dict[str, Any], claims: dict[str, Any]) -> str:
        """A compact JWS by ES256."""
        parts = [base64url(json.dumps(part).encode()) for part in ({"alg": "ES256", **header}, claims)]
        signed = ".".join(parts)
        r, s = decode_dss_signature(self.secret.sign(signed.encode(), ec.ECDSA(SHA256())))
        return f"{signed}.{base64url(r.to_bytes(32, 'big') + s.to_bytes(32, 'big'))}"


@dataclass(frozen=True)
class Held:
    """A credential as a wallet holds it."""

    compact: str
    key: WalletKey

    @property
    def parts(self) -> tuple[dict[str, Any], dict[str, Any]]:
        """Header and claims of what the issuer signed, unverified."""
        header, claims, _ = self.compact.split("~")[0].split(".")
        return json.loads(unbase64url(header)), json.loads(unbase64url(claims))

    @property
    def claims(self) -> dict[str, Any]:
        return self.parts[1]

    @property
    def disclosed(self) -> dict[str, str]:
        """What is disclosed on demand, each checked against its digest."""
        found = {}
        for disclosure in self.compact.split("~")[1:-1]:
            assert base64url(hashlib.sha256(disclosure.encode()).digest()) in self.claims["_sd"]
            _, name, value = json.loads(unbase64url(disclosure))
            found[name] = value
        return found


def agency_with_licence(session: Session, status: LicenceStatus = LicenceStatus.ACTIVE, **facts: Any) -> record.Agency:
    """A published agency with one licence; `facts` are the licence's."""
    licence = make.licence_record(status=status, **facts)
    return make.make_agency(session, country=licence.country, licences=(licence,))


def state_status(session: Session, agency: record.Agency, status: LicenceStatus = LicenceStatus.ACTIVE) -> None:
    """Let the licence have that status, and never have had another."""
    stated = make.public_record_of(session, agency.agency_id)
    licence = make.changed(stated.licences[0], status_history=(make.status_record(status),))
    amend(session, make.changed(stated, licences=(licence,)), Event("licence.corrected", is_correction=True))


def call_of(session: Session, agency: record.Agency) -> Call[staff.AgencyUser]:
    return Call(session, staff.AgencyUser(USER, agency.agency_id), now())


def order(
    session: Session,
    issuer: WalletIssuer,
    agency: record.Agency,
    given: str = "Ada",
    family: str = "Esempio",
    portrait: bytes | None = None,
) -> StaffCard:
    """A staff card under the agency's first licence. `portrait` as it is sent."""
    licence, person = agency.licences[0].licence_id, staff.Person(given, family)
    clean = None if portrait is None else staff.clean_portrait(portrait)
    return staff.order(call_of(session, agency), issuer.keyring, licence, person, clean)


def licence_in_wallet(session: Session, issuer: WalletIssuer, agency: record.Agency) -> Held:
    """The agency's first licence, bound to a new key; committed."""
    return _issued(session, issuer, Subject(WalletForm.LICENCE, agency.licences[0].licence_id))


def card_in_wallet(session: Session, issuer: WalletIssuer, card: StaffCard) -> Held:
    """A staff card, bound to a new key; committed."""
    return _issued(session, issuer, Subject(WalletForm.STAFF_CARD, card.licence, card))


def _issued(session: Session, issuer: WalletIssuer, subject: Subject) -> Held:
    key = WalletKey.new()
    compact = issuer.issue(session, subject, key.jwk, now())
    session.commit()
    return Held(compact, key)


class Client(Protocol):
    """What a wallet needs of a client: the application's in a test, or one of a served registry."""

    def get(self, path: str) -> Response: ...

    def post(self, path: str, *, data: Mapping[str, str]) -> Response: ...


def path_of(address: str) -> str:
    return urlsplit(address).path


def value_of(client: Client, held: Held) -> int:
    """The value of a credential's place in its list, which is read as verifiers do."""
    return value_at(client, held.claims["status"]["status_list"])


def value_at(client: Client, listed: dict[str, Any]) -> int:
    response = client.get(path_of(listed["uri"]))
    assert response.status_code == 200, response.get_data(as_text=True)
    _, payload = reading.parts(response.get_data(as_text=True))
    return reading.status_at(payload["status_list"]["lst"], listed["idx"])
