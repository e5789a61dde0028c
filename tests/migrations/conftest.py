"""The chain that tests add invented steps to."""

from pathlib import Path

import pytest

from registry.core.db import revisions
from tests.migrations.chain import Chain


@pytest.fixture
def chain(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Chain:
    """Invented steps may be added to it; everything that migrates in this test uses it."""
    folder = tmp_path / "migrations"
    made = Chain(folder)
    monkeypatch.setattr(revisions, "FOLDER", folder)
    return made
