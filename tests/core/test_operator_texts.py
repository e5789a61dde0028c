"""What an operator states once counts on every machine; the file of one machine counts where nothing was stated."""

from pathlib import Path

import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from sqlalchemy.orm import Session

from registry.core.errors import SettingsError
from registry.core.keyring import Keyring
from registry.core.operator_texts import (
    MAX_LENGTH,
    HomeFile,
    names_in,
    read_text,
    state_text,
    take_over_files,
    withdraw_text,
)

POLICY = "witness-policy"


def test_what_was_stated_counts_before_a_file_and_the_file_counts_again_once_it_is_withdrawn(
    session: Session, tmp_path: Path
) -> None:
    assert read_text(session, tmp_path, POLICY) is None
    (tmp_path / POLICY).write_text("quorum file")
    assert read_text(session, tmp_path, POLICY) == "quorum file"
    state_text(session, POLICY, "quorum stated")
    state_text(session, POLICY, "quorum stated again")
    for home in (tmp_path, tmp_path / "another machine"):
        assert read_text(session, home, POLICY) == "quorum stated again"
    assert withdraw_text(session, POLICY)
    assert not withdraw_text(session, POLICY)
    assert read_text(session, tmp_path, POLICY) == "quorum file"


def test_a_folder_has_what_was_stated_and_what_lies_here(session: Session, tmp_path: Path) -> None:
    (tmp_path / "sources").mkdir()
    for name in ("here.toml", "both.toml", "notes.txt"):
        (tmp_path / "sources" / name).write_text("")
    for name in ("sources/stated.toml", "sources/both.toml", "sourcesx/other.toml", POLICY):
        state_text(session, name, "x")
    assert names_in(session, tmp_path, "sources") == ["both.toml", "here.toml", "stated.toml"]


def test_what_is_no_text_or_too_long_is_refused(session: Session, tmp_path: Path) -> None:
    (tmp_path / POLICY).write_bytes(b"\xff\xfe")
    with pytest.raises(SettingsError, match="cannot be read as text"):
        read_text(session, tmp_path, POLICY)
    with pytest.raises(SettingsError, match="too long"):
        state_text(session, POLICY, "x" * (MAX_LENGTH + 1))


def test_what_the_version_before_carried_is_taken_over_once(session: Session, keyring: Keyring, tmp_path: Path) -> None:
    key = HKDF(SHA256(), 32, salt=None, info=b"home-files").derive(keyring.secret("bulk-files"))
    carried = {
        "sources/xx.toml": "mapping",
        POLICY: "quorum carried",
        "pending/1.list": "rows",
        "providers.toml": "old",
    }
    for name, text in carried.items():
        sealed = b"n" * 12 + AESGCM(key).encrypt(b"n" * 12, text.encode(), name.encode())
        session.add(HomeFile(name=name, digest="0" * 64, sealed=sealed, changed_at=1))
    session.add(HomeFile(name="sources/gone.toml", digest="", sealed=b"", changed_at=1))
    state_text(session, "providers.toml", "stated since")
    session.flush()
    take_over_files(session, keyring)
    assert read_text(session, tmp_path, POLICY) == "quorum carried"
    assert read_text(session, tmp_path, "providers.toml") == "stated since"
    assert names_in(session, tmp_path, "sources") == ["xx.toml"]
    # What is withdrawn afterwards stays withdrawn.
    withdraw_text(session, POLICY)
    take_over_files(session, keyring)
    assert read_text(session, tmp_path, POLICY) is None
