from collections.abc import Iterator
from pathlib import Path

import pytest

from registry.core.db.engine import engine_for, sessions_for
from registry.core.settings import Settings
from tests.register.imports.lists import Desk


@pytest.fixture
def desk(settings: Settings, tmp_path: Path) -> Iterator[Desk]:
    settings.prepare_home()
    engine = engine_for(settings.database_url)
    folder = tmp_path / "lists"
    folder.mkdir()
    yield Desk(settings, sessions_for(engine), folder)
    engine.dispose()
