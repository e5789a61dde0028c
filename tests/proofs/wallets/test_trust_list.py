"""The registry's own keys as a list of trusted entities, read by a library of others: openvc-core."""

from base64 import b64decode
from collections.abc import Callable

import pytest
from cryptography import x509
from flask.testing import FlaskClient
from openvc.trustlist import TrustList, TrustListError, consume_lote
from sqlalchemy.orm import Session

from registry.core.clock import now
from registry.core.keyring import Use
from registry.log.keys import new_key, sync_keys
from registry.log.queries import logged_keys
from registry.proofs.wallets.issuing import WalletIssuer
from tests.proofs.wallets.making import OPERATOR, agency_with_licence

ADDRESS = "/.well-known/lote"


@pytest.fixture
def root(session: Session, publish: Callable[[], None]) -> x509.Certificate:
    agency_with_licence(session)
    publish()
    key = next(key for key in logged_keys(session).values() if key.use is Use.ROOT)
    return certificate(key.certificate)


def certificate(text: str | None) -> x509.Certificate:
    return x509.load_der_x509_certificate(b64decode(text or ""))


def read(client: FlaskClient, signer: x509.Certificate) -> TrustList:
    response = client.get(ADDRESS)
    assert response.status_code == 200
    return consume_lote(response.get_data(as_text=True), expected_signer_certs=[signer])


def test_a_reader_of_such_lists_finds_the_root_under_which_the_registry_signs(
    client: FlaskClient, root: x509.Certificate, issuer: WalletIssuer
) -> None:
    # Pinned is the root, as in a trust file; its signer is found by the chain.
    found = read(client, root)
    assert (found.scheme_operator, found.territory) == (OPERATOR.name, OPERATOR.country)
    (entity,) = found.providers
    assert [service.certificate for service in entity.services] == [root]
    assert found.next_update is not None
    assert found.next_update > now()


def test_the_list_is_believed_under_no_other_key_and_its_number_grows_with_the_keys(
    client: FlaskClient, session: Session, publish: Callable[[], None], root: x509.Certificate, issuer: WalletIssuer
) -> None:
    before = read(client, root).sequence_number
    stranger = certificate(issuer.keyring.active(Use.STATUS).certificate)
    with pytest.raises(TrustListError):
        read(client, stranger)
    issuer.keyring.keep(new_key(issuer.keyring, Use.STATUS, "http://127.0.0.1:8000", operator=OPERATOR).key)
    sync_keys(session, issuer.keyring)
    publish()
    assert read(client, root).sequence_number > before
