"""Secrets: made once and together, and a home that lacks one or has another does not serve, and says which."""

import os
import shutil
import stat
from dataclasses import replace
from pathlib import Path

import pytest

from registry.core.errors import KeyTrouble
from registry.core.keyring import PURPOSES, Keyring
from registry.core.settings import Settings
from tests.serving import command, environment, serve

pytestmark = pytest.mark.slow


def run(settings: Settings, *arguments: str) -> tuple[int, str]:
    settings.prepare_home()
    done = command(*arguments, env=environment(settings, 8000))
    return done.returncode, done.stdout + done.stderr


def test_all_secrets_are_made_at_the_start_and_another_home_does_not_serve_with_its_own(
    settings: Settings, tmp_path: Path
) -> None:
    with serve(settings):
        assert all(map(Keyring(settings.keys).has_secret, PURPOSES))
    other = replace(settings, home=tmp_path / "other")
    for arguments in (("serve", "--port", "18765"), ("worker", "--once"), ("stream",), ("keys", "init")):
        code, printed = run(other, *arguments)
        assert code == 2
        assert "receipt-salt.secret" in printed
        assert "Nothing is served without it" in printed
        assert "Traceback" not in printed
    assert not [*other.keys.glob("*.secret")]

    shutil.copytree(settings.keys, other.keys)
    (other.keys / "officer-factors.secret").write_bytes(os.urandom(32))
    code, printed = run(other, "worker", "--once")
    assert code == 2
    assert "officer-factors.secret is in" in printed
    assert "not the one that this database was used with" in printed
    shutil.copyfile(settings.keys / "officer-factors.secret", other.keys / "officer-factors.secret")
    assert run(other, "worker", "--once")[0] == 0


def test_a_mounted_secret_may_be_read_only(settings: Settings) -> None:
    assert run(settings, "keys", "init")[0] == 0
    before = sorted(settings.keys.iterdir())
    for path in before:
        path.chmod(0o400)
    settings.keys.chmod(0o500)
    with serve(settings, "--with-worker") as served:
        assert "Traceback" not in served.printed()
    assert sorted(settings.keys.iterdir()) == before
    assert not [path for path in before if stat.S_IMODE(path.stat().st_mode) & 0o077]
    settings.keys.chmod(0o700)


def test_a_secret_that_is_missing_among_others_is_not_made_anew(tmp_path: Path) -> None:
    first = Keyring(tmp_path / "keys").secret("visits")
    assert {path.stem for path in (tmp_path / "keys").iterdir()} == set(PURPOSES)
    (tmp_path / "keys" / "receipt-salt.secret").unlink()
    keyring = Keyring(tmp_path / "keys")
    assert keyring.secret("visits") == first
    with pytest.raises(KeyTrouble, match=r"receipt-salt\.secret is missing"):
        keyring.secret("receipt-salt")
