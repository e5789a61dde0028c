"""A server that is killed while a wallet gets its credential: no code is worth two, and what was acknowledged is there."""

import os
import signal
import threading
import time
from contextlib import suppress
from types import SimpleNamespace
from typing import Any

import pytest
import requests
from sqlalchemy import select

from registry.accounts.sessions import digest_of
from registry.proofs.wallets import grants
from registry.proofs.wallets.models import WalletCredential, WalletGrant
from registry.vocabulary.supervision import GrantStep
from tests.proofs.wallets.making import OPERATOR, agency_with_licence, call_of
from tests.proofs.wallets.wallet import URL, Provider, Wallet
from tests.serving import serve

pytestmark = [pytest.mark.slow, pytest.mark.in_test_all, pytest.mark.real_clock, pytest.mark.one_database]

LICENCE = "recruitment-licence"
POINTS = 20


class Remote:
    """A server on a socket, asked as Flask's client is."""

    def __init__(self, base_url: str) -> None:
        self.base_url = base_url

    def post(self, path: str, **request: Any) -> Any:
        headers = {"Host": URL.partition("//")[2], **request.pop("headers", {})}
        found = requests.post(self.base_url + path, headers=headers, timeout=30, **request)
        return SimpleNamespace(
            status_code=found.status_code,
            headers=found.headers,
            json=found.json(),
            get_data=lambda as_text: found.text,
        )


def test_no_code_is_worth_two_and_what_was_acknowledged_is_there(session, publish, issuer, settings, tmp_path):
    provider = Provider()
    root = provider.write_root(tmp_path / "providers.pem")
    extra = {
        "REGISTRY_URL": URL,
        "REGISTRY_WALLETS": "on",
        "REGISTRY_PUBLIC_BODY": "on",
        "REGISTRY_OPERATOR": "; ".join((OPERATOR.name, OPERATOR.country, OPERATOR.identifier)),
        "REGISTRY_WALLET_PROVIDERS": str(root),
    }
    agency = agency_with_licence(session)
    publish()
    seen = {"token": 0, "credential": 0}
    with serve(settings, extra=extra) as served:
        offer = grants.offer(call_of(session, agency), issuer, agency.licences[0].licence_id)
        session.commit()
        wallet, began = Wallet(Remote(served.base_url), provider), time.monotonic()
        ask(wallet, offer, {})
        # As long as it takes on this machine, where nothing is killed.
        spread = time.monotonic() - began
    for point in range(POINTS):
        offer = grants.offer(call_of(session, agency), issuer, agency.licences[0].licence_id)
        session.commit()
        acknowledged: dict[str, Any] = {}
        with serve(settings, extra=extra) as served:
            wallet = Wallet(Remote(served.base_url), provider)
            asking = threading.Thread(target=ask, args=(wallet, offer, acknowledged))
            asking.start()
            if point == POINTS - 1:
                asking.join()
            else:
                time.sleep(spread * point / POINTS)
            os.killpg(served.process.pid, signal.SIGKILL)
            asking.join()
        seen = {name: count + (name in acknowledged) for name, count in seen.items()}
        with serve(settings, extra=extra) as served:
            wallet.client = Remote(served.base_url)
            wallet.dpop_nonce = wallet.post("/wallets/nonce").headers["DPoP-Nonce"]
            again = wallet.by_offer(offer)
            if "token" in acknowledged:
                assert again.json["error"] == "invalid_grant", point
                access = acknowledged["token"]
            elif again.status_code == 200:
                access = again.json["access_token"]
            else:
                # It was spent, and the answer got lost: the agency makes a new offer.
                assert again.json["error"] == "invalid_grant", point
                continue
            if "credential" in acknowledged:
                status = acknowledged["credential"].claims["status"]["status_list"]
                assert living(session, place=status["idx"]) == 1, point
            else:
                wallet.obtain(access, LICENCE)
            assert living(session, access=digest_of(access)) == 1, point
    session.rollback()
    opened = session.execute(select(WalletGrant).where(WalletGrant.step == GrantStep.OPEN)).scalars().all()
    assert len({grant.access for grant in opened}) == len(opened) <= POINTS + 1
    # Kills came before the tokens, between tokens and credential, and after both.
    assert 0 < seen["credential"] <= seen["token"] < POINTS


def ask(wallet: Wallet, offer: grants.Offer, acknowledged: dict[str, Any]) -> None:
    with suppress(requests.RequestException):
        answer = wallet.by_offer(offer)
        assert answer.status_code == 200
        acknowledged["token"] = answer.json["access_token"]
        acknowledged["credential"] = wallet.obtain(answer.json["access_token"], LICENCE)


def living(session, **facts: Any) -> int:
    session.rollback()
    its = [getattr(WalletCredential, name) == value for name, value in facts.items()]
    return len(session.execute(select(WalletCredential).where(*its, WalletCredential.ended_at.is_(None))).all())
