"""Two data folders on one database: what is written on one machine is there on the other."""

import shutil
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from registry.core.db.engine import engine_for, sessions_for
from registry.core.keyring import Keyring
from registry.core.settings import Settings
from registry.core.shared_home import HomeFile, share
from tests.conftest import Database


@pytest.fixture
def database_kind() -> str:
    """On SQLite nothing is carried."""
    return "postgresql"


@pytest.fixture
def sessions(database: Database) -> sessionmaker[Session]:
    return sessions_for(engine_for(database.url))


@pytest.fixture
def homes(settings: Settings, tmp_path: Path) -> tuple[Settings, Settings]:
    settings.prepare_home()
    Keyring(settings.keys).secret("bulk-files")
    other = replace(settings, home=tmp_path / "other")
    other.prepare_home()
    shutil.copytree(settings.keys, other.keys)
    return settings, other


def test_what_one_machine_has_the_other_has_too(
    homes: tuple[Settings, Settings], sessions: sessionmaker[Session]
) -> None:
    one, other = homes
    (one.home / "sources").mkdir()
    (one.home / "sources" / "xx-list.toml").write_text("invented")
    (one.home / "providers.toml").write_text("client_secret = 'planted'")
    (one.home / "audit-head").write_text("of this machine")
    for home in homes:
        share(home, sessions)
    assert (other.home / "sources" / "xx-list.toml").read_text() == "invented"
    assert (other.home / "providers.toml").stat().st_mode & 0o777 == 0o600
    assert not (other.home / "audit-head").exists()
    with sessions() as session:
        assert not any(b"planted" in sealed for sealed in session.execute(select(HomeFile.sealed)).scalars())
    # Changed and removed on the other one.
    (other.home / "providers.toml").write_text("changed")
    (other.home / "sources" / "xx-list.toml").unlink()
    for home in (other, one, other):
        share(home, sessions)
    assert (one.home / "providers.toml").read_text() == "changed"
    assert not (one.home / "sources" / "xx-list.toml").exists()


def test_what_both_changed_is_left_to_the_operator(
    homes: tuple[Settings, Settings], sessions: sessionmaker[Session]
) -> None:
    for home, words in zip(homes, ("quorum none", "quorum both"), strict=True):
        (home.home / "witness-policy").write_text(words)
    for home in (*homes, *homes):
        share(home, sessions)
    one, other = homes
    assert [(home.home / "witness-policy").read_text() for home in homes] == ["quorum none", "quorum both"]
    # Removing the one that shall not count settles it.
    (other.home / "witness-policy").unlink()
    share(other, sessions)
    assert (other.home / "witness-policy").read_text() == "quorum none"
    assert (one.home / "witness-policy").read_text() == "quorum none"


def test_what_was_erased_anywhere_is_remembered_everywhere(
    homes: tuple[Settings, Settings], sessions: sessionmaker[Session]
) -> None:
    one, other = homes
    (one.home / "erased").write_text("7Q9ZEXWXKGDG\n")
    (other.home / "erased").write_text("8R0ZEXWXKGDH\n")
    (one.home / "papers").mkdir()
    for home in (one, other, one):
        share(home, sessions)
    for home in homes:
        assert set((home.home / "erased").read_text().split()) == {"7Q9ZEXWXKGDG", "8R0ZEXWXKGDH"}
    assert not (one.home / "papers").exists()
