import pytest

from registry.core.keyring import Keyring
from registry.core.settings import Settings


@pytest.fixture
def keyring(settings: Settings) -> Keyring:
    settings.prepare_home()
    return Keyring(settings.keys)
