"""OpenID4VCI 1.0 as HAIP 1.0 profiles it: a wallet gets a credential by every flow, and what is broken in one way is refused."""

import secrets
from dataclasses import replace
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
import time_machine
from cryptography import x509
from sqlalchemy import func, select

from registry.core.clock import now
from registry.core.errors import NotFound
from registry.core.settings import Edge
from registry.proofs.wallets import grants, metadata, staff
from registry.proofs.wallets.models import WalletCredential, WalletGrant
from registry.proofs.wallets.requests import NonceUse, make_nonce
from tests import make
from tests.proofs.credentials import reading
from tests.proofs.wallets.making import WalletKey, agency_with_licence, call_of, order, value_of, with_wallets
from tests.proofs.wallets.wallet import BACK, CLIENT_ID, URL, Provider, Wallet, refused, stated_in

pytestmark = pytest.mark.one_database

LICENCE, CARD = "recruitment-licence", "recruiter-staff-card"


@pytest.fixture(scope="module")
def provider():
    return Provider()


@pytest.fixture
def settings(settings, provider, tmp_path):
    root = provider.write_root(tmp_path / "providers.pem")
    return replace(with_wallets(settings, providers=(root,)), edges=frozenset({Edge.API, Edge.PUBLIC, Edge.CONSOLE}))


@pytest.fixture
def agency(session, publish):
    agency = agency_with_licence(session)
    publish()
    return agency


@pytest.fixture
def wallet(client, provider, agency):
    return Wallet(client, provider)


@pytest.fixture
def offered(session, issuer, agency):
    """Makes an offer of the agency's licence, or of a card."""

    def make_offer(card: str | None = None, **facts) -> grants.Offer:
        return grants.offer(call_of(session, agency), issuer, agency.licences[0].licence_id, card, **facts)

    return make_offer


def tokens_of(answer) -> dict:
    assert answer.status_code == 200, answer.get_data(as_text=True)
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.json["token_type"] == "DPoP"
    return answer.json


@pytest.mark.parametrize("by_attestation", [False, True])
def test_a_wallet_gets_a_licence_by_a_pre_authorized_code(client, wallet, offered, by_attestation):
    tokens = tokens_of(wallet.by_offer(offered()))
    held = wallet.obtain(tokens["access_token"], LICENCE, by_attestation=by_attestation)
    assert held.claims["cnf"] == {"jwk": held.key.jwk}
    assert value_of(client, held) == 0


def allow(session, issuer, agency, answer) -> dict[str, str]:
    """The agency's representative allows what was pushed. Gives what the wallet reads in the address."""
    assert answer.status_code == 201, answer.get_data(as_text=True)
    request_uri = answer.json["request_uri"]
    address = grants.authorize(call_of(session, agency), issuer, CLIENT_ID, request_uri)
    session.commit()
    assert address.startswith(f"{BACK}?")
    return {name: value for name, [value] in parse_qs(urlsplit(address).query).items()}


def test_a_wallet_gets_a_staff_card_by_an_authorization_code(session, wallet, offered, issuer, agency):
    card, verifier = order(session, issuer, agency), secrets.token_urlsafe(32)
    pushed = wallet.push(CARD, verifier, issuer_state=state_of(offered(card.reference, with_sign_in=True)))
    assert 0 < pushed.json["expires_in"] < 600
    back = allow(session, issuer, agency, pushed)
    assert (back["iss"], back["state"]) == (URL, "st")
    form = {"grant_type": "authorization_code", "code": back["code"], "redirect_uri": BACK, "code_verifier": verifier}
    held = wallet.obtain(tokens_of(wallet.token(**form))["access_token"], CARD)
    assert held.disclosed["family_name"] == "Esempio"
    assert refused(wallet.token(**form)) == (400, "invalid_grant")


def state_of(offer: grants.Offer) -> str:
    return stated_in(offer)["grants"]["authorization_code"]["issuer_state"]


@pytest.fixture
def authorized(session, wallet, issuer, agency, offered):
    """Pushes a request for the licence, and has it allowed. Gives the form of the token request."""

    def make_code(verifier: str, **facts) -> dict[str, str]:
        pushed = wallet.push(LICENCE, verifier, issuer_state=state_of(offered(with_sign_in=True)), **facts)
        back = allow(session, issuer, agency, pushed)
        return {
            "grant_type": "authorization_code", "code": back["code"], "redirect_uri": BACK, "code_verifier": verifier,
        }  # fmt: skip

    return make_code


def test_a_wallet_does_not_begin_by_itself_nor_for_another_agency(session, wallet, issuer, offered):
    """Else a person is led to let a stranger's wallet in, which then has the licence of the agency."""
    assert refused(wallet.push(LICENCE, "v")) == (400, "invalid_request")
    offer = offered(with_sign_in=True)
    assert refused(wallet.push(CARD, "v", issuer_state=state_of(offer))) == (400, "invalid_request")
    request_uri = wallet.push(LICENCE, "v", issuer_state=state_of(offer)).json["request_uri"]
    assert refused(wallet.push(LICENCE, "v", issuer_state=state_of(offer))) == (400, "invalid_request")
    stranger = call_of(session, agency_with_licence(session))
    with pytest.raises(NotFound):
        grants.authorize(stranger, issuer, CLIENT_ID, request_uri)


def test_a_credential_is_renewed_with_another_key_and_place(wallet, offered):
    tokens = tokens_of(wallet.by_offer(offered()))
    first = wallet.obtain(tokens["access_token"], LICENCE)
    form = {"grant_type": "refresh_token", "refresh_token": tokens["refresh_token"]}
    second = wallet.obtain(tokens_of(wallet.token(**form))["access_token"], LICENCE)
    assert first.claims["status"]["index"] != second.claims["status"]["index"]
    assert first.claims["cnf"] != second.claims["cnf"]


def test_a_refresh_token_is_of_use_to_its_own_key_and_wallet_alone(wallet, offered):
    tokens = tokens_of(wallet.by_offer(offered()))
    form = {"grant_type": "refresh_token", "refresh_token": tokens["refresh_token"]}
    thief = Wallet(wallet.client, wallet.provider)
    assert refused(thief.token(**form)) == (400, "invalid_grant")
    another = wallet.headers(metadata.TOKEN, OAuth_Client_Attestation=wallet.attestation(sub="https://other.example"))
    assert refused(wallet.token(another, **form)) == (400, "invalid_grant")


def test_five_wrong_numbers_end_an_offer(wallet, offered):
    offer = offered()
    wrong = f"{(int(offer.tx_code) + 1) % 10**6:06}"
    for _ in range(5):
        assert refused(wallet.by_offer(offer, tx_code=wrong)) == (400, "invalid_grant")
    assert refused(wallet.by_offer(offer)) == (400, "invalid_grant")


def test_an_offer_is_over_after_ten_minutes_and_when_a_newer_one_is_made(wallet, offered):
    first = offered()
    second = offered()
    assert refused(wallet.by_offer(first)) == (400, "invalid_grant")
    with time_machine.travel(now() + timedelta(minutes=10, seconds=1), tick=False):
        later = Wallet(wallet.client, wallet.provider)
        assert refused(later.by_offer(second)) == (400, "invalid_grant")


def test_an_offer_works_once(wallet, offered):
    offer = offered()
    tokens_of(wallet.by_offer(offer))
    assert refused(wallet.by_offer(offer)) == (400, "invalid_grant")


def test_what_was_sent_before_is_refused(wallet, offered):
    """A DPoP proof, a proof of the attested key, a c_nonce: each is used once."""
    offer, headers = offered(), wallet.headers(metadata.TOKEN)
    tokens = tokens_of(wallet.by_offer(offer, headers=headers))
    again = wallet.headers(metadata.TOKEN, DPoP=headers["DPoP"])
    assert refused(wallet.by_offer(offer, headers=again)) == (400, "invalid_dpop_proof")
    again = wallet.headers(metadata.TOKEN, OAuth_Client_Attestation_PoP=headers["OAuth-Client-Attestation-PoP"])
    assert refused(wallet.by_offer(offer, headers=again)) == (401, "invalid_client")
    key, nonce = WalletKey.new(), wallet.c_nonce()
    access = tokens["access_token"]
    assert wallet.credential(access, LICENCE, wallet.jwt_proof(key, nonce=nonce)).status_code == 200
    answer = wallet.credential(access, LICENCE, wallet.jwt_proof(key, nonce=nonce))
    assert refused(answer) == (400, "invalid_nonce")


def test_a_code_is_bound_to_verifier_address_and_wallet(wallet, authorized):
    good = authorized(secrets.token_urlsafe(32))
    for broken in ({"code_verifier": "x" * 43}, {"redirect_uri": f"{BACK}/2"}, {"code_verifier": ""}):
        assert refused(wallet.token(**(good | broken))) == (400, "invalid_grant")
    headers = wallet.headers(metadata.TOKEN, OAuth_Client_Attestation=wallet.attestation(sub="https://other.example"))
    assert refused(wallet.token(headers, **good)) == (400, "invalid_grant")
    tokens_of(wallet.token(**good))


def test_a_code_pushed_with_a_dpop_proof_is_bound_to_its_key(wallet, authorized):
    good = authorized(secrets.token_urlsafe(32), headers=wallet.headers(metadata.PAR))
    other = wallet.headers(metadata.TOKEN, DPoP=wallet.proof_of(metadata.TOKEN, key=WalletKey.new()))
    assert refused(wallet.token(other, **good)) == (400, "invalid_grant")
    tokens_of(wallet.token(**good))


BROKEN_CLIENTS = {
    "of a provider that is not trusted": lambda w: {"OAuth_Client_Attestation": w.attestation(provider=Provider())},
    "that ran out": lambda w: {"OAuth_Client_Attestation": w.attestation(exp=1)},
    "of another key": lambda w: {"OAuth_Client_Attestation": w.attestation(cnf={"jwk": WalletKey.new().jwk})},
    "without key": lambda w: {"OAuth_Client_Attestation": w.attestation(cnf="x")},
    "that is none": lambda w: {"OAuth_Client_Attestation": "x"},
    "that is missing": lambda w: {"OAuth_Client_Attestation": None},
    "for another server": lambda w: {"OAuth_Client_Attestation_PoP": w.pop(aud="https://other.example")},
    "of another time": lambda w: {"OAuth_Client_Attestation_PoP": w.pop(iat=1)},
    "without time": lambda w: {"OAuth_Client_Attestation_PoP": w.pop(iat=None)},
    "without id": lambda w: {"OAuth_Client_Attestation_PoP": w.pop(jti=None)},
    "by another client": lambda w: {"OAuth_Client_Attestation_PoP": w.pop(iss="https://other.example")},
    "with a DPoP proof by another key in its place": lambda w: {"OAuth_Client_Attestation_PoP": None},
}


def test_a_wallet_that_is_not_attested_is_refused(wallet, offered):
    offer = offered()
    for name, broken in BROKEN_CLIENTS.items():
        headers = wallet.headers(metadata.TOKEN, **broken(wallet))
        assert refused(wallet.by_offer(offer, headers=headers)) == (401, "invalid_client"), name
    tokens_of(wallet.by_offer(offer))


def test_attestations_of_all_drafts_are_taken(wallet, offered, keyring):
    challenge = wallet.post(metadata.CHALLENGE).json["attestation_challenge"]
    headers = wallet.headers(metadata.TOKEN, OAuth_Client_Attestation_PoP=wallet.pop(challenge=challenge))
    tokens_of(wallet.by_offer(offered(), headers=headers))
    again = wallet.by_offer(offered(), headers=wallet.headers(
        metadata.TOKEN, OAuth_Client_Attestation_PoP=wallet.pop(challenge=challenge)
    ))  # fmt: skip
    assert refused(again) == (400, "use_attestation_challenge")
    assert again.headers["OAuth-Client-Attestation-Challenge"]
    # Draft 07: iss, and the challenge is called nonce.
    former = wallet.pop(iss=CLIENT_ID, nonce=wallet.post(metadata.CHALLENGE).json["attestation_challenge"])
    tokens_of(wallet.by_offer(offered(), headers=wallet.headers(metadata.TOKEN, OAuth_Client_Attestation_PoP=former)))
    # Draft 10: one proof for both.
    combined = wallet.headers(
        metadata.TOKEN,
        OAuth_Client_Attestation_PoP=None,
        DPoP=wallet.proof_of(metadata.TOKEN, key=wallet.instance),
    )
    tokens_of(wallet.by_offer(offered(), headers=combined))


BROKEN_DPOP = {
    "for another method": {"htm": "GET"},
    "for another address": {"htu": f"{URL}/wallets/credential"},
    "of another time": {"iat": 1},
    "without id": {"jti": None},
}


def test_a_dpop_proof_that_is_broken_is_refused(wallet, offered):
    offer = offered()
    for name, broken in BROKEN_DPOP.items():
        headers = wallet.headers(metadata.TOKEN, DPoP=wallet.proof_of(metadata.TOKEN, **broken))
        assert refused(wallet.by_offer(offer, headers=headers)) == (400, "invalid_dpop_proof"), name
    tokens_of(wallet.by_offer(offer))


def test_a_dpop_proof_bears_a_nonce_that_was_given_lately(wallet, offered, keyring):
    old = make_nonce(keyring, NonceUse.DPOP, now() - timedelta(minutes=6))
    for nonce in (None, "x", old, old[:-1] + "0"):
        headers = wallet.headers(metadata.TOKEN, DPoP=wallet.proof_of(metadata.TOKEN, nonce=nonce))
        answer = wallet.by_offer(offered(), headers=headers)
        assert refused(answer) == (400, "use_dpop_nonce")
        assert answer.headers["DPoP-Nonce"]
    headers = wallet.headers(metadata.TOKEN, DPoP=None)
    assert refused(wallet.by_offer(offered(), headers=headers)) == (400, "invalid_dpop_proof")


BROKEN_PROOFS = {
    "without key attestation": ("invalid_proof", lambda w, k: w.jwt_proof(k, header={"key_attestation": None})),
    "of another provider": (
        "invalid_proof",
        lambda w, k: w.jwt_proof(k, header={"key_attestation": w.key_attestation(k, provider=Provider())}),
    ),
    "by a key that is not attested": (
        "invalid_proof",
        lambda w, k: w.jwt_proof(k, header={"key_attestation": w.key_attestation(WalletKey.new())}),
    ),
    "for another issuer": ("invalid_proof", lambda w, k: w.jwt_proof(k, aud="https://other.example")),
    "of another type": ("invalid_proof", lambda w, k: w.jwt_proof(k, header={"typ": "jwt"})),
    "of another time": ("invalid_proof", lambda w, k: w.jwt_proof(k, iat=1)),
    "of two keys": ("invalid_proof", lambda w, k: {"jwt": w.jwt_proof(k)["jwt"] * 2}),
    "that is missing": ("invalid_proof", lambda w, k: None),
    "of a kind that is not known": ("invalid_proof", lambda w, k: {"ldp_vp": ["x"]}),
    "that is no text": ("invalid_proof", lambda w, k: {"jwt": [7]}),
    "with a nonce of ours for another use": ("invalid_nonce", lambda w, k: w.jwt_proof(k, nonce=w.dpop_nonce)),
    "without nonce": ("invalid_nonce", lambda w, k: {"attestation": [w.key_attestation(k)]}),
}


def test_a_proof_that_is_broken_is_refused_and_nothing_is_issued(session, wallet, offered):
    access = tokens_of(wallet.by_offer(offered()))["access_token"]
    for name, (error, broken) in BROKEN_PROOFS.items():
        answer = wallet.credential(access, LICENCE, broken(wallet, WalletKey.new()))
        assert refused(answer) == (400, error), name
    assert session.execute(select(func.count(WalletCredential.id))).scalar_one() == 0
    wallet.obtain(access, LICENCE)


def test_a_token_is_of_use_for_its_own_form_and_key_alone(wallet, offered):
    access = tokens_of(wallet.by_offer(offered()))["access_token"]
    proofs = wallet.jwt_proof(WalletKey.new())
    assert refused(wallet.credential(access, CARD, proofs)) == (400, "unknown_credential_configuration")
    stolen = wallet.proof_of(metadata.CREDENTIAL, access, key=WalletKey.new())
    answer = wallet.credential(access, LICENCE, proofs, dpop=stolen)
    assert refused(answer) == (401, "invalid_token")
    assert answer.headers["WWW-Authenticate"].startswith('DPoP error="invalid_token"')
    without_token = wallet.proof_of(metadata.CREDENTIAL)
    assert refused(wallet.credential(access, LICENCE, proofs, dpop=without_token)) == (401, "invalid_dpop_proof")
    assert refused(wallet.credential("x", LICENCE, proofs)) == (401, "invalid_token")
    with time_machine.travel(now() + timedelta(minutes=6), tick=False):
        later = Wallet(wallet.client, wallet.provider)
        assert refused(later.credential(access, LICENCE, proofs)) == (401, "invalid_token")
    other = wallet.credential(access, LICENCE, proofs, credential_response_encryption={})
    assert refused(other) == (400, "invalid_encryption_parameters")


def test_a_token_that_is_shown_again_is_worth_one_credential(client, wallet, offered):
    """The answer may have been lost: the wallet asks again, and the first copy ends."""
    access = tokens_of(wallet.by_offer(offered()))["access_token"]
    first, second = (wallet.obtain(access, LICENCE) for _ in range(2))
    assert (value_of(client, first), value_of(client, second)) == (1, 0)


def test_nothing_is_issued_once_the_licence_is_suspended_or_the_card_ended(
    session, wallet, offered, issuer, agency, publish
):
    card = order(session, issuer, agency)
    of_card = tokens_of(wallet.by_offer(offered(card.reference)))["access_token"]
    of_licence = tokens_of(wallet.by_offer(offered()))["access_token"]
    staff.end(call_of(session, agency), card.reference)
    make.suspend(session, agency.agency_id)
    publish()
    assert refused(wallet.credential(of_card, CARD, wallet.jwt_proof(WalletKey.new()))) == (401, "invalid_token")
    answer = wallet.credential(of_licence, LICENCE, wallet.jwt_proof(WalletKey.new()))
    assert refused(answer) == (400, "credential_request_denied")


BROKEN_REQUESTS = {
    "by another client": ({"client_id": "https://other.example"}, "invalid_request"),
    "without PKCE": ({"code_challenge": None}, "invalid_request"),
    "with plain PKCE": ({"code_challenge_method": "plain"}, "invalid_request"),
    "for a token": ({"response_type": "token"}, "unsupported_response_type"),
    "for another scope": ({"scope": "openid"}, "invalid_scope"),
    "for two scopes": ({"scope": f"{LICENCE} {CARD}"}, "invalid_scope"),
    "back to a script": ({"redirect_uri": "javascript:alert(1)"}, "invalid_request"),
    "back by http": ({"redirect_uri": "http://wallet.example/"}, "invalid_request"),
    "back to nowhere": ({"redirect_uri": None}, "invalid_request"),
    "of no offer": ({"issuer_state": "x"}, "invalid_request"),
    "that is pushed elsewhere": ({"request_uri": "urn:x"}, "invalid_request"),
    "of great length": ({"state": "x" * 2001}, "invalid_request"),
}


def test_a_pushed_request_that_is_broken_is_refused(wallet, offered):
    state = state_of(offered(with_sign_in=True))
    for name, (broken, error) in BROKEN_REQUESTS.items():
        answer = wallet.push(LICENCE, secrets.token_urlsafe(32), **({"issuer_state": state} | broken))
        assert refused(answer) == (400, error), name
    good = wallet.push(LICENCE, "v", issuer_state=state, redirect_uri="eudi-openid4ci://authorize")
    assert good.status_code == 201, "an app may be returned to by a scheme of its own"


BROKEN_FORMS = (
    ({}, "invalid_request"),
    ({"grant_type": "password"}, "unsupported_grant_type"),
    ({"grant_type": "authorization_code"}, "invalid_grant"),
    ({"grant_type": "refresh_token"}, "invalid_grant"),
    ({"grant_type": grants.PRE_AUTHORIZED, "pre-authorized_code": "x"}, "invalid_request"),
    ({"grant_type": grants.PRE_AUTHORIZED, "pre-authorized_code": "x", "tx_code": "1"}, "invalid_grant"),
    ({"grant_type": "refresh_token", "refresh_token": "x", "client_id": "y"}, "invalid_request"),
)


def test_a_token_request_that_is_broken_is_refused(wallet):
    for form, error in BROKEN_FORMS:
        assert refused(wallet.token(**form)) == (400, error), form


def test_metadata_says_what_is_served(client, wallet):
    issuer = client.get("/.well-known/openid-credential-issuer").json
    assert issuer["credential_issuer"] == URL
    assert issuer["nonce_endpoint"] == f"{URL}{metadata.NONCE}"
    # No batches: HAIP has the issuer say so by leaving this out.
    assert "batch_credential_issuance" not in issuer
    for form in (LICENCE, CARD):
        stated = issuer["credential_configurations_supported"][form]
        assert (stated["format"], stated["scope"]) == ("dc+sd-jwt", form)
        assert set(stated["proof_types_supported"]) == {"jwt", "attestation"}
        assert client.get(urlsplit(stated["vct"]).path).status_code == 200
    server = client.get("/.well-known/oauth-authorization-server").json
    assert server["issuer"] == URL
    assert server["authorization_response_iss_parameter_supported"] is True
    for name in ("token_endpoint", "pushed_authorization_request_endpoint", "challenge_endpoint"):
        assert client.get(urlsplit(server[name]).path).status_code == 405
    assert client.get(urlsplit(server["authorization_endpoint"]).path).status_code == 303


def test_metadata_is_signed_for_wallets_that_ask(client, wallet, keyring):
    answer = client.get("/.well-known/openid-credential-issuer", headers={"Accept": "application/jwt"})
    assert answer.mimetype == "application/jwt"
    header, payload = reading.parts(answer.get_data(as_text=True))
    assert header["typ"] == "openidvci-issuer-metadata+jwt"
    assert (payload["sub"], payload["credential_issuer"]) == (URL, URL)
    assert isinstance(reading.certificate(answer.get_data(as_text=True)), x509.Certificate)
    reading.verified(answer.get_data(as_text=True), client.get("/.well-known/jwks.json").get_json(force=True))


def test_what_wallets_left_is_forgotten(session, wallet, offered):
    offered()
    wallet.push(LICENCE, "v", issuer_state=state_of(offered(with_sign_in=True)))
    grants.forget(session, now() + timedelta(days=2))
    assert session.execute(select(func.count(WalletGrant.id))).scalar_one() == 0
    tokens_of(wallet.by_offer(offered()))
    grants.forget(session, now() + timedelta(days=2))
    assert session.execute(select(func.count(WalletGrant.id))).scalar_one() == 1
