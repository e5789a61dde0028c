"""The chain that tests add invented steps to."""

from pathlib import Path

import pytest
from alembic.config import Config
from alembic.script import ScriptDirectory

from registry.core.db import revisions
from tests.migrations.chain import Chain

FOLDER = revisions.FOLDER

_read: list[ScriptDirectory] = []
"""The real chain, once it was read."""


@pytest.fixture(autouse=True)
def _reads_the_real_chain_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each move of a database reads the files of all steps, which takes longer than most steps do."""
    read = ScriptDirectory.from_config

    def from_config(config: Config) -> ScriptDirectory:
        if revisions.FOLDER != FOLDER:
            return read(config)
        if not _read:
            _read.append(read(config))
        return _read[0]

    monkeypatch.setattr(ScriptDirectory, "from_config", from_config)


@pytest.fixture
def chain(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Chain:
    """Invented steps may be added to it; everything that migrates in this test uses it."""
    folder = tmp_path / "migrations"
    made = Chain(folder)
    monkeypatch.setattr(revisions, "FOLDER", folder)
    return made
