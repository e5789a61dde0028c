"""Many at once: a code is worth one token, and a card that ends while it is issued leaves no copy that lives."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from sqlalchemy import select

from registry.core.clock import now
from registry.proofs.wallets import grants, staff
from registry.proofs.wallets.models import WalletCredential
from registry.proofs.wallets.requests import Holder, OAuthError, Wallet
from tests.proofs.wallets.making import WalletKey, agency_with_licence, call_of, order
from tests.proofs.wallets.wallet import code_of

pytestmark = pytest.mark.both_databases

WALLET = Wallet("https://wallet.example", "k" * 43)
AT_ONCE = 6


def redeem(sessions, issuer, offer) -> grants.Tokens | None:
    form = {"grant_type": grants.PRE_AUTHORIZED, "pre-authorized_code": code_of(offer), "tx_code": offer.tx_code}
    with sessions.begin() as session:
        try:
            return grants.redeem(session, issuer.keyring, WALLET, "k" * 43, form, now())
        except OAuthError:
            return None


def test_a_code_shown_by_many_at_once_is_worth_one_token(session, sessions, publish, issuer):
    agency = agency_with_licence(session)
    publish()
    offer = grants.offer(call_of(session, agency), issuer, agency.licences[0].licence_id)
    session.commit()
    together = Barrier(AT_ONCE)

    def ask(_: int) -> grants.Tokens | None:
        together.wait()
        return redeem(sessions, issuer, offer)

    with ThreadPoolExecutor(AT_ONCE) as pool:
        assert sum(found is not None for found in pool.map(ask, range(AT_ONCE))) == 1


def test_a_card_that_ends_while_it_is_issued_leaves_no_copy_that_lives(session, sessions, publish, issuer):
    agency = agency_with_licence(session)
    publish()
    for _ in range(AT_ONCE):
        card = order(session, issuer, agency)
        offer = grants.offer(call_of(session, agency), issuer, card.licence, card.reference)
        session.commit()
        tokens = redeem(sessions, issuer, offer)
        assert tokens is not None
        together = Barrier(2)

        def issue(access: str = tokens.access, together: Barrier = together) -> None:
            together.wait()
            with sessions.begin() as own:
                try:
                    grant = grants.grant_of(own, access, now())
                except OAuthError:
                    return
                grants.issue(own, issuer, grant, Holder(WalletKey.new().jwk), now())

        with ThreadPoolExecutor(1) as pool:
            issued = pool.submit(issue)
            together.wait()
            with sessions.begin() as own:
                staff.end(call_of(own, agency), card.reference)
            issued.result()
    session.rollback()
    living = select(WalletCredential.id).where(WalletCredential.ended_at.is_(None))
    assert session.execute(living).all() == []
