"""`registry law overlay`: a file is signed at a terminal, and what officers put into force is listed there."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
import time_machine
from sqlalchemy.orm import Session

from registry.core.settings import Settings
from registry.register.law.overlays import actions
from tests import make
from tests.calling import call_by
from tests.cli.running import good, refused
from tests.register.law.overlays.files import BAR, overlay
from tests.register.law.overlays.making import ONE, OTHER
from tests.serving import environment


@pytest.fixture(autouse=True)
def _on_the_day_of_the_file() -> Iterator[None]:
    with time_machine.travel(datetime(2026, 11, 27, 12, tzinfo=UTC), tick=True):
        yield


@pytest.fixture
def env(settings: Settings, session: Session) -> dict[str, str]:
    """A registry with entries in its log, and a law key."""
    make.make_licence(session)
    session.commit()
    stated = environment(settings, 8000, {"COLUMNS": "100"})
    good("keys", "init", env=stated)
    good("keys", "rotate", "law", env=stated)
    return stated


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "decree.toml"
    path.write_text(overlay(BAR))
    return path


def test_a_file_that_was_signed_is_put_into_force_by_two_and_listed(
    session: Session, env: dict[str, str], file: Path
) -> None:
    assert good("law", "overlay", "list", env=env) == "There are no overlays: the law is the released one.\n"
    signed = good("law", "overlay", "sign", str(file), env=env)
    assert "cz-limit-invented-decree (limit), new" in signed
    signature = file.with_name("decree.toml.sig").read_text()
    reference = actions.propose(call_by(session, ONE), file.read_bytes(), signature).reference
    actions.approve(call_by(session, OTHER), reference)
    session.commit()
    listed = good("law", "overlay", "list", env=env)
    assert f"{reference}  version 1  approved" in listed
    assert "cz-limit-invented-decree (limit), new" in listed
    assert good("law", "overlay", "show", reference, env=env) == file.read_text()
    law = good("law", "list", "--country", "CZ", "--table", "limit", "--with-overlays", env=env)
    assert "cz-limit-invented-decree" in law
    assert "overlay 1" in law


def test_a_file_with_a_mistake_is_not_signed(env: dict[str, str], file: Path) -> None:
    file.write_text(file.read_text().replace('article = "Invented Decree 1/2026, art. 1"\n', ""))
    assert "cz-limit-invented-decree, article: missing" in refused("law", "overlay", "sign", str(file), env=env)
    assert not file.with_name("decree.toml.sig").exists()
