from collections.abc import Iterator
from pathlib import Path

import pytest

from registry.core.db.engine import engine_for, sessions_for
from registry.core.settings import Settings
from tests.register.imports.lists import ListImporter


@pytest.fixture
def importer(settings: Settings, tmp_path: Path) -> Iterator[ListImporter]:
    settings.prepare_home()
    engine = engine_for(settings.database_url)
    folder = tmp_path / "lists"
    folder.mkdir()
    yield ListImporter(settings, sessions_for(engine), folder)
    engine.dispose()
