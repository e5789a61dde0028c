"""A provider withdraws a wallet, or a key of it, in its status list: what was issued to it ends."""

import threading
import zlib
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
import requests
import time_machine

from registry.core.clock import now
from registry.core.settings import Edge
from registry.proofs.wallets import grants, metadata
from registry.proofs.wallets.tokens import BadToken, ProviderList, listed_in, read_provider_list
from registry.worker import wallets as worker
from tests.proofs.credentials.reading import base64url
from tests.proofs.wallets.making import WalletKey, agency_with_licence, call_of, value_of, with_wallets
from tests.proofs.wallets.wallet import Provider, Wallet, refused, seconds

pytestmark = pytest.mark.one_database

LICENCE = "recruitment-licence"
URI = "https://provider.example/status/7"
PLACE = 5
STATUS = {"status_list": {"uri": URI, "idx": PLACE}}


@pytest.fixture(scope="module")
def provider():
    return Provider()


@pytest.fixture
def settings(settings, provider, tmp_path):
    root = provider.write_root(tmp_path / "providers.pem")
    return replace(with_wallets(settings, providers=(root,)), edges=frozenset({Edge.API}))


@pytest.fixture
def offered(session, publish, issuer):
    """Makes an offer of a licence."""
    agency = agency_with_licence(session)
    publish()
    return lambda: grants.offer(call_of(session, agency), issuer, agency.licences[0].licence_id)


@pytest.fixture
def wallet(client, provider, offered):
    return Wallet(client, provider)


def signed(provider: Provider, value: int, **facts) -> str:
    """A list of one bit a place, in which one has that value."""
    lst = base64url(zlib.compress(bytes([value << PLACE])))
    claims = {"sub": URI, "iat": seconds(), "status_list": {"bits": 1, "lst": lst}} | facts
    return provider.key.sign({"typ": "statuslist+jwt", "x5c": provider.x5c}, claims)


@pytest.fixture
def answers(monkeypatch):
    """What the provider's server answers, and how often it was asked."""
    served: dict[str, str] = {}
    asked: list[str] = []

    def fetch(uri: str) -> str:
        asked.append(uri)
        if uri not in served:
            raise requests.ConnectionError
        return served[uri]

    monkeypatch.setattr(worker, "_fetched", fetch)
    return served, asked


def obtain(wallet: Wallet, offer: grants.Offer, of_wallet: dict, of_key: dict):
    """A licence, with what the attestations of the wallet and of its key say besides; and the refresh token."""
    headers = wallet.headers(metadata.TOKEN, OAuth_Client_Attestation=wallet.attestation(**of_wallet))
    tokens = wallet.by_offer(offer, headers=headers).json
    key = WalletKey.new()
    proof = wallet.jwt_proof(key, header={"key_attestation": wallet.key_attestation(key, **of_key)})
    return wallet.held(wallet.credential(tokens["access_token"], LICENCE, proof), key), tokens["refresh_token"]


@pytest.mark.parametrize(
    ("of_wallet", "of_key"),
    [
        ({"status": STATUS}, {}),
        ({"client_status": {"status": STATUS}}, {}),
        ({}, {"status": STATUS}),
        ({}, {"key_storage_status": {"status": STATUS, "exp": 4_000_000_000}}),
    ],
)
def test_what_is_withdrawn_ends_and_is_not_renewed(
    client, settings, sessions, wallet, provider, offered, answers, of_wallet, of_key
):
    served, asked = answers
    held, refresh = obtain(wallet, offered(), of_wallet, of_key)
    served[URI] = signed(provider, 0)
    for _ in range(2):
        worker.read_provider_lists(settings, sessions)
    assert (value_of(client, held), asked) == (0, [URI]), "a list is read once an hour"
    served[URI] = signed(provider, 1)
    with time_machine.travel(now() + timedelta(hours=1), tick=False):
        worker.read_provider_lists(settings, sessions)
        assert value_of(client, held) == 1
        wallet.dpop_nonce = wallet.post(metadata.NONCE).headers["DPoP-Nonce"]
        form = {"grant_type": "refresh_token", "refresh_token": refresh}
        assert refused(wallet.token(**form)) == (400, "invalid_grant")


def test_a_list_that_cannot_be_read_ends_nothing(client, settings, sessions, wallet, provider, offered, answers, capfd):
    served, _ = answers
    held, _ = obtain(wallet, offered(), {"status": STATUS}, {})
    broken = (
        None,
        "no list",
        signed(Provider(), 1),
        signed(provider, 1, sub="https://provider.example/status/8"),
        signed(provider, 1, exp=seconds() - 3600),
        signed(provider, 1, status_list={"bits": 3, "lst": ""}),
        signed(provider, 1, status_list={"bits": 1, "lst": "AAAA"}),
        provider.key.sign({"typ": "jwt", "x5c": provider.x5c}, {"sub": URI}),
    )
    for hour, answer in enumerate(broken):
        served.clear()
        if answer is not None:
            served[URI] = answer
        with time_machine.travel(now() + timedelta(hours=hour, seconds=1), tick=False):
            worker.read_provider_lists(settings, sessions)
        assert value_of(client, held) == 0, hour
    assert capfd.readouterr().out.count("wallet_provider_list_unread") == len(broken)


def test_a_status_that_makes_no_sense_is_refused(wallet, offered):
    offer = offered()
    for listed in (
        {"uri": "http://provider.example/1", "idx": 1},
        {"uri": URI, "idx": -1},
        {"uri": URI, "idx": True},
        {"uri": URI},
        "x",
    ):
        facts = {"status": {"status_list": listed}}
        headers = wallet.headers(metadata.TOKEN, OAuth_Client_Attestation=wallet.attestation(**facts))
        assert refused(wallet.by_offer(offer, headers=headers)) == (401, "invalid_client")
    access = wallet.by_offer(offer).json["access_token"]
    key = WalletKey.new()
    header = {"key_attestation": wallet.key_attestation(key, status={"status_list": "x"})}
    answer = wallet.credential(access, LICENCE, wallet.jwt_proof(key, header=header))
    assert refused(answer) == (400, "invalid_proof")
    # Another way to tell the status is not understood, and ignored as the specification has it.
    assert listed_in({"status": {"identifier_list": {}}}) == []


@pytest.mark.parametrize("bits", [1, 2, 4, 8])
def test_places_are_read_from_the_lowest_bits_on(provider, bits):
    body = sum(1 << place * bits for place in (1, 6)).to_bytes(bits, "little")
    lst = {"bits": bits, "lst": base64url(zlib.compress(body))}
    found = read_provider_list(signed(provider, 0, status_list=lst), URI, [provider.root], now())
    assert [place for place in range(8) if not found.vouches_for(place)] == [1, 6]
    assert not found.vouches_for(8), "a place that the list does not have"
    with pytest.raises(BadToken, match="another address"):
        read_provider_list(signed(provider, 0), f"{URI}/", [provider.root], now())
    assert ProviderList(8, b"\0").vouches_for(0)


@pytest.fixture
def address() -> Iterator[str]:
    """A provider's server: it has a list, leads elsewhere, or sends without an end."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(302 if self.path == "/elsewhere" else 200 if self.path != "/none" else 404)
            self.send_header("Location", "/list")
            self.end_headers()
            for _ in range(40 if self.path == "/endless" else 1):
                self.wfile.write(b"a" * 65_536)

        def log_message(self, *_: object) -> None:
            """Nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


def test_a_provider_leads_nowhere_and_sends_no_more_than_a_list_may_have(address):
    assert worker._fetched(f"{address}/list") == "a" * 65_536
    for path, trouble in (
        ("elsewhere", BadToken),
        ("endless", BadToken),
        ("none", requests.HTTPError),
    ):
        with pytest.raises(trouble):
            worker._fetched(f"{address}/{path}")
