"""What tests of complaints stand on: a folder of keys of their own."""

import pytest

from registry.complaints.sealing import Sealer
from registry.config import Settings
from registry.keyring import Keyring


@pytest.fixture
def keyring(settings: Settings) -> Keyring:
    return Keyring(settings.keys)


@pytest.fixture
def sealer(keyring: Keyring) -> Sealer:
    return Sealer(keyring)
