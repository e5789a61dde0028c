"""What tests of watches stand on."""

import pytest

from registry.config import Settings
from registry.keyring import Keyring


@pytest.fixture
def keyring(settings: Settings) -> Keyring:
    return Keyring(settings.keys)
