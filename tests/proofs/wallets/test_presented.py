"""What is read of a presentation: sixty of them get one verdict from this registry and from verifiers of others."""

import dataclasses
import io
from base64 import b64decode
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from flask.testing import FlaskClient
from openvc.errors import OpenvcError
from openvc.openid4vp import verify_vp_token
from openvc.status import verify_status_list_token
from PIL import Image
from polaris_oid4vp import sdjwt, status
from sqlalchemy.orm import Session

from registry.core.clock import now
from registry.core.key_records import p256_of, public_jwk
from registry.core.keyring import Keyring, Use
from registry.core.settings import Settings
from registry.log.keys import new_key
from registry.log.queries import logged_keys
from registry.proofs.wallets.issuing import WalletIssuer
from registry.proofs.wallets.presented import Refused, Wanted, read_presentation
from registry.proofs.wallets.rules import type_address, type_of
from registry.proofs.wallets.status import require_in_force
from registry.vocabulary.supervision import WalletForm
from tests.proofs.credentials.reading import parts as jwt_parts
from tests.proofs.wallets import corpus
from tests.proofs.wallets.corpus import AUDIENCE, NONCE, Parts, parts_of
from tests.proofs.wallets.making import agency_with_licence, card_in_wallet, licence_in_wallet, order

URL = "http://127.0.0.1:8000"
NAMES = ("given_name", "family_name")
FORMS = {type_address(URL, form): form for form in WalletForm}


@dataclasses.dataclass(frozen=True)
class Held:
    """What wallets of two agencies hold, in parts, and who issued it."""

    licence: Parts
    card: Parts
    portrait: Parts
    other: Parts
    at: int


@pytest.fixture
def held(session: Session, publish: Callable[[], None], issuer: WalletIssuer) -> Held:
    agency, other = agency_with_licence(session), agency_with_licence(session)
    publish()
    picture = io.BytesIO()
    Image.new("RGB", (60, 80), "#445566").save(picture, format="JPEG")
    card = card_in_wallet(session, issuer, order(session, issuer, agency, portrait=picture.getvalue()))
    at = int(now().timestamp())
    return Held(
        parts_of(licence_in_wallet(session, issuer, agency), at),
        parts_of(card, at, *NAMES),
        parts_of(card, at, *NAMES, "portrait_digest"),
        parts_of(licence_in_wallet(session, issuer, other), at),
        at,
    )


@pytest.fixture
def cases(held: Held, issuer: WalletIssuer, settings: Settings) -> list[tuple[str, str, bool]]:
    """Name, presentation, and whether it is good."""
    signer = issuer.signer()
    public = p256_of(signer.key.public)
    assert public is not None
    pem = public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    stranger = Keyring(settings.home / "stranger")
    root = new_key(stranger, Use.ROOT, URL)
    own = new_key(stranger, Use.CREDENTIAL, URL, root=root).key.certificate  # type: ignore[arg-type]
    assert own is not None
    made = [
        (name, text, True) for name, text in corpus.good(held.licence, held.card, held.other, held.portrait, signer)
    ]
    made += [(name, text, False) for name, text in corpus.broken(held.licence, held.card, held.other, signer, pem, own)]
    return made


def is_taken_here(session: Session, text: str, at: int) -> bool:
    """The verdict of this registry."""
    stated = next((vct for vct in FORMS if vct == stated_type(text)), type_address(URL, WalletForm.LICENCE))
    vct, integrity = type_of(URL, FORMS[stated])
    disclosed = NAMES if FORMS[vct] is WalletForm.STAFF_CARD else ()
    wanted = Wanted(URL, vct, integrity, disclosed, NONCE, AUDIENCE)
    try:
        shown = read_presentation(text, wanted, logged_keys(session), at)
        require_in_force(session, FORMS[vct], shown, URL, datetime.fromtimestamp(at, UTC))
    except Refused:
        return False
    return True


def stated_type(text: str) -> object:
    try:
        return jwt_parts(text.partition("~")[0])[1].get("vct")
    except ValueError:
        return None


@pytest.fixture
def root(session: Session) -> x509.Certificate:
    key = next(key for key in logged_keys(session).values() if key.use is Use.ROOT)
    assert key.certificate is not None
    return x509.load_der_x509_certificate(b64decode(key.certificate))


class Polaris:
    """A verifier of others, certified for HAIP by the OpenID Foundation: polaris-oid4vp."""

    def __init__(self, client: FlaskClient, root: x509.Certificate, lists: set[str]) -> None:
        self._client, self._root = client, root
        self._authority = status.StatedAuthority()
        for uri in lists:
            self._authority.state(
                credential_issuer=URL, status_uri=uri, verify=self._is_signed, why="the registry's own"
            )

    def is_taken(self, text: str, at: int) -> bool:
        verdict = sdjwt.verify_presentation(
            text,
            expected_nonce=NONCE,
            expected_audience=AUDIENCE,
            trust_anchors=[self._root],
            now=at,
            expected_vct=list(FORMS),
            status_resolver=self._status,
        )
        return bool(verdict.authentic and verdict.revocation.get("checked") and verdict.revocation.get("status") == 0)

    def _status(self, uri: str, idx: int, issuer: str | None) -> object:
        return status.decide_by_fetching(
            index=idx, expected_uri=uri, authority=self._authority, fetch=self._fetch, credential_issuer=issuer
        )

    def _fetch(self, uri: str) -> bytes:
        return self._client.get(uri.removeprefix(URL)).get_data()

    def _is_signed(self, text: bytes, signature: bytes, header: Mapping[str, Any]) -> bool:
        """By a key with a certificate of the root, which the token bears."""
        leaf = x509.load_der_x509_certificate(b64decode(header["x5c"][0]))
        leaf.verify_directly_issued_by(self._root)
        key = leaf.public_key()
        assert isinstance(key, ec.EllipticCurvePublicKey)
        r, s = (int.from_bytes(half) for half in (signature[:32], signature[32:]))
        key.verify(encode_dss_signature(r, s), text, ec.ECDSA(hashes.SHA256()))
        return True


OPENVC_TAKES = {"no status", "bound to a key on another curve"}
"""What openvc-core 1.37.0 lets pass, and HAIP 1.0 does not: known, so that another difference is seen."""


class Openvc:
    """A library of others, by another author: openvc-core."""

    def __init__(self, client: FlaskClient, root: x509.Certificate) -> None:
        self._client, self._root = client, root

    def is_taken(self, text: str, at: int) -> bool:
        asked = {"id": "one", "format": "dc+sd-jwt", "meta": {"vct_values": list(FORMS)}}
        try:
            verify_vp_token(
                {"one": [text]},
                dcql_query={"credentials": [asked]},
                nonce=NONCE,
                client_id=AUDIENCE,
                now=datetime.fromtimestamp(at, UTC),
                require_holder_binding=True,
                require_status=True,
                x5c_trust_anchors=[self._root],
                resolve_status_list_token=self._status,
            )
        except OpenvcError:
            return False
        return True

    def _status(self, uri: str) -> Any:
        """Its own resolver fetches; here the list is read from the registry under test, and of no other."""
        if not uri.startswith(URL):
            raise OpenvcError("a list of another registry")
        token = self._client.get(uri.removeprefix(URL)).get_data(as_text=True)
        leaf = x509.load_der_x509_certificate(b64decode(jwt_parts(token)[0]["x5c"][0]))
        leaf.verify_directly_issued_by(self._root)
        key = leaf.public_key()
        assert isinstance(key, ec.EllipticCurvePublicKey)
        return verify_status_list_token(token, public_key_jwk=public_jwk(key), expected_uri=uri)


def test_sixty_presentations_get_one_verdict_here_and_from_a_verifier_of_others(
    session: Session, client: FlaskClient, cases: list[tuple[str, str, bool]], held: Held, root: x509.Certificate
) -> None:
    assert (len(cases), sum(is_good for _, _, is_good in cases), len({name for name, _, _ in cases})) == (60, 10, 60)
    lists = {parts.claims["status"]["status_list"]["uri"] for parts in (held.licence, held.card)}
    polaris = Polaris(client, root, lists)
    here = {name: is_taken_here(session, text, held.at) for name, text, _ in cases}
    there = {name: polaris.is_taken(text, held.at) for name, text, _ in cases}
    expected = {name: is_good for name, _, is_good in cases}
    assert {name: found for name, found in here.items() if found != expected[name]} == {}
    assert {name: found for name, found in there.items() if found != expected[name]} == {}
    openvc = Openvc(client, root)
    third = {name: openvc.is_taken(text, held.at) for name, text, _ in cases}
    assert {name for name, found in third.items() if found != expected[name]} == OPENVC_TAKES


def test_a_credential_under_other_words_of_its_type_is_refused(
    session: Session, held: Held, issuer: WalletIssuer
) -> None:
    """Neither of the verifiers of others looks at it."""
    signer = issuer.signer()
    assert is_taken_here(session, corpus.presented(held.licence, signer), held.at)
    for other in ("sha256-AAAA", None):
        text = corpus.presented(held.licence, signer, claims={"vct#integrity": other})
        assert not is_taken_here(session, text, held.at)
