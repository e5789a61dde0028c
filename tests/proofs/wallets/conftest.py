"""A registry of a public body that issues to wallets."""

import pytest

from registry.core.settings import Settings
from registry.proofs.wallets.issuing import WalletIssuer
from tests.proofs.wallets.making import with_wallets


@pytest.fixture
def settings(settings: Settings) -> Settings:
    return with_wallets(settings)


@pytest.fixture
def issuer(settings: Settings) -> WalletIssuer:
    return WalletIssuer.of(settings)
