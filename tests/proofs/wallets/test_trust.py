"""Whom the operator trusts and as whom the registry speaks: PEM files, lists of trusted entities, access certificates."""

from base64 import b64encode
from datetime import timedelta

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from registry.core.clock import instant_text, now
from registry.core.errors import KeyTrouble, SettingsError
from registry.core.setting_texts import WalletSettings
from registry.core.settings import Settings
from registry.proofs.wallets.tokens import BadToken, chain_under
from registry.proofs.wallets.trust import read_trust
from tests.api.organisations.conftest import program_of
from tests.proofs.credentials import reading
from tests.proofs.credentials.reading import base64url
from tests.proofs.wallets import answering
from tests.proofs.wallets.making import WalletKey, agency_with_licence, with_wallets
from tests.proofs.wallets.wallet import Provider, certificate

SERVICE = "http://uri.etsi.org/19602/SvcType/WalletSolution/Issuance"


def der(one) -> str:
    return b64encode(one.public_bytes(Encoding.DER)).decode()


@pytest.fixture(scope="module")
def signer():
    """Who signs lists of wallet providers."""
    return Provider()


@pytest.fixture
def signers(signer, tmp_path):
    return signer.write_root(tmp_path / "signers.pem")


def listed(signer: Provider, provider: Provider, *, ends_in=timedelta(days=1), service: str = SERVICE) -> str:
    """A list of trusted entities with one provider, signed."""
    stated = {
        "ServiceTypeIdentifier": service,
        "ServiceDigitalIdentity": {"X509Certificates": [{"val": der(provider.root)}]},
    }
    body = {
        "ListAndSchemeInformation": {"NextUpdate": instant_text(now() + ends_in)},
        "TrustedEntitiesList": [{"TrustedEntityServices": [{"ServiceInformation": stated}]}],
    }
    return signer.key.sign({"typ": "JOSE", "x5c": signer.x5c}, {"LoTE": body})


def read(text: str, tmp_path, signers):
    path = tmp_path / "list.jwt"
    path.write_text(text)
    return read_trust(WalletSettings(providers=(path,), list_signers=signers), now()).providers


def test_a_list_of_trusted_entities_names_providers_of_wallets(signer, signers, tmp_path):
    provider = Provider()
    assert read(listed(signer, provider), tmp_path, signers) == (provider.root,)
    other = "http://uri.etsi.org/19602/SvcType/PID/Issuance"
    assert read(listed(signer, provider, service=other), tmp_path, signers) == ()


def test_a_list_that_ran_out_trusts_no_one(signer, signers, tmp_path, capfd):
    assert read(listed(signer, Provider(), ends_in=timedelta(hours=-1)), tmp_path, signers) == ()
    assert "wallet_provider_list_ran_out" in capfd.readouterr().out


def test_a_list_that_another_signed_or_that_was_changed_is_refused(signer, signers, tmp_path):
    head, body, signature = listed(signer, Provider()).split(".")
    _, another, _ = listed(signer, Provider()).split(".")
    for text in (listed(Provider(), Provider()), f"{head}.{another}.{signature}", "no list", f"{head}.{body}"):
        with pytest.raises(SettingsError, match="is neither PEM nor a list"):
            read(text, tmp_path, signers)


def access_file(tmp_path, *, mode: int = 0o600):
    """Key and chain of an access certificate, its authority's among them, and that authority."""
    authority, key = (ec.generate_private_key(ec.SECP256R1()) for _ in range(2))
    top = certificate("access authority", authority.public_key(), "access authority", authority, is_authority=True)
    leaf = certificate("registry", key.public_key(), "access authority", authority)
    path = tmp_path / "access.pem"
    secret = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    path.write_bytes(secret + leaf.public_bytes(Encoding.PEM) + top.public_bytes(Encoding.PEM))
    path.chmod(mode)
    return path, leaf


@pytest.mark.one_database
def test_metadata_is_signed_by_the_access_certificate_without_its_root(settings, make_app, tmp_path):
    path, leaf = access_file(tmp_path)
    registration = tmp_path / "registration.jwt"
    registration.write_text("a.b.c\n")
    app = make_app(with_wallets(settings, access=path, registration=registration))
    answer = app.test_client().get("/.well-known/openid-credential-issuer", headers={"Accept": "application/jwt"})
    header, payload = reading.parts(answer.get_data(as_text=True))
    assert header["x5c"] == [der(leaf)]
    assert payload["issuer_info"] == [{"format": "registration_cert", "data": "a.b.c"}]
    assert chain_under(header["x5c"], [leaf], now())


@pytest.mark.one_database
def test_requests_to_wallets_are_signed_by_the_access_certificate_and_bear_the_registration(
    settings, make_app, session, publish, tmp_path
):
    path, leaf = access_file(tmp_path)
    registration = tmp_path / "registration.jwt"
    registration.write_text("a.b.c")
    client = make_app(with_wallets(settings, access=path, registration=registration)).test_client()
    program = program_of(client, session)
    agency_with_licence(session)
    publish()
    asked = program.post("/api/v1/presentations", {"ask": "card", "purpose": "To see who recruits"})
    request = answering.fetch(client, asked.json["link"])
    assert request.client_id == f"x509_hash:{base64url(leaf.fingerprint(SHA256()))}"
    assert request.claims["verifier_info"] == [{"format": "registration_cert", "data": "a.b.c"}]


@pytest.mark.one_database
def test_a_file_that_others_may_read_or_that_is_broken_is_told_to_the_operator(settings, make_app, tmp_path, capfd):
    path, _ = access_file(tmp_path, mode=0o644)
    with pytest.raises(KeyTrouble, match="chmod 600"):
        read_trust(WalletSettings(access=path), now())
    client = make_app(with_wallets(settings, access=path)).test_client()
    answer = client.get("/.well-known/openid-credential-issuer")
    assert answer.status_code == 503
    assert str(path) not in answer.get_data(as_text=True)
    assert "wallet_trust_unreadable" in capfd.readouterr().out
    path.write_text("nothing")
    path.chmod(0o600)
    with pytest.raises(SettingsError, match="must hold a private key"):
        read_trust(WalletSettings(access=path), now())


def test_a_chain_leads_to_an_anchor_by_authorities_alone():
    top, middle, key = (WalletKey.new().secret for _ in range(3))
    root = certificate("root", top.public_key(), "root", top, is_authority=True)
    between = certificate("between", middle.public_key(), "root", top, is_authority=True)
    impostor = certificate("between", middle.public_key(), "root", top)
    leaf = certificate("leaf", key.public_key(), "between", middle)
    assert chain_under([der(leaf), der(between)], [root], now())
    assert chain_under([der(leaf)], [leaf], now())
    for chain in ([leaf], [leaf, impostor], [between, leaf], [leaf, between, root], [root], []):
        with pytest.raises(BadToken):
            chain_under([der(one) for one in chain], [root], now())
    with pytest.raises(BadToken):
        chain_under([der(leaf)], [impostor], now())


def test_wrong_settings_say_what_to_write(tmp_path):
    operator = "Invented Ministry; IT; GOVIT-1"
    for given, what in (
        ({"REGISTRY_WALLETS": "on"}, "REGISTRY_OPERATOR"),
        ({"REGISTRY_OPERATOR": "Invented Ministry"}, "GOVIT-12345678"),
        ({"REGISTRY_OPERATOR": "Invented Ministry; it; GOVIT-1"}, "GOVIT-12345678"),
        ({"REGISTRY_OPERATOR": f"{'x' * 65}; IT; GOVIT-1"}, "64 characters"),
        (
            {"REGISTRY_WALLETS": "on", "REGISTRY_OPERATOR": operator, "REGISTRY_WALLET_ACCESS": str(tmp_path / "no")},
            "REGISTRY_WALLET_ACCESS",
        ),
    ):
        with pytest.raises(SettingsError, match=what):
            Settings.from_environment(given)
    assert Settings.from_environment({"REGISTRY_OPERATOR": operator}).wallets is None
    settings = Settings.from_environment({"REGISTRY_WALLETS": "on", "REGISTRY_OPERATOR": operator})
    assert settings.wallets == WalletSettings()
