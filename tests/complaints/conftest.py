"""What tests of complaints stand on: a folder of keys of their own."""

import pytest

from registry.complaints.sealing.sealer import Sealer
from registry.core.keyring import Keyring
from registry.core.settings import Settings


@pytest.fixture
def keyring(settings: Settings) -> Keyring:
    return Keyring(settings.keys)


@pytest.fixture
def sealer(keyring: Keyring) -> Sealer:
    return Sealer(keyring)
