from collections.abc import Iterator
from pathlib import Path

import pytest

from registry.config import Settings
from registry.db import engine_for, sessions_for
from tests.imports.lists import Desk


@pytest.fixture
def desk(settings: Settings, tmp_path: Path) -> Iterator[Desk]:
    settings.prepare_home()
    engine = engine_for(settings.database_url)
    folder = tmp_path / "lists"
    folder.mkdir()
    yield Desk(settings, sessions_for(engine), folder)
    engine.dispose()
