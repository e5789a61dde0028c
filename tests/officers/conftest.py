from pathlib import Path

import pytest

from registry.config import Settings
from registry.keyring import Keyring


@pytest.fixture
def keyring(settings: Settings) -> Keyring:
    settings.prepare_home()
    return Keyring(settings.keys)


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path
