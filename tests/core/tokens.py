"""A token of PKCS#11: SoftHSM, the real library, with a token of the tests' own."""

import atexit
import os
import shutil
import subprocess
import tempfile
from collections.abc import Callable
from functools import cache
from glob import glob
from pathlib import Path

from registry.core.token_keys import FILE

PIN = "4711-invented"

NameToken = Callable[..., None]


@cache
def prepared() -> str:
    """One for all tests of a process: the library reads its configuration once."""
    paths = [*glob("/usr/lib/*/softhsm/libsofthsm2.so"), *glob("/usr/lib/softhsm/libsofthsm2.so")]
    assert paths, "SoftHSM is needed: run `make setup-system`"
    folder = Path(tempfile.mkdtemp(prefix="softhsm-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    (folder / "tokens").mkdir()
    conf = folder / "softhsm2.conf"
    conf.write_text(f"directories.tokendir = {folder}/tokens\nobjectstore.backend = file\nlog.level = ERROR\n")
    os.environ["SOFTHSM2_CONF"] = str(conf)
    made = ["softhsm2-util", "--init-token", "--free", "--label", "registry", "--pin", PIN, "--so-pin", "invented"]
    subprocess.run(made, check=True, capture_output=True)
    return paths[0]


def token_namer(tmp_path: Path) -> NameToken:
    """What names the token in a folder of keys; its PIN lies in a file of the test's folder."""
    library = prepared()

    def name_token(
        folder: Path,
        *,
        pin: str = PIN,
        mode: int = 0o600,
        label: str = "registry",
        uses: str = '["log", "credential"]',
        seal: str | None = None,
    ) -> None:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        pin_file = tmp_path / f"pin-{pin}"
        pin_file.write_text(f"{pin}\n")
        pin_file.chmod(mode)
        named = "" if seal is None else f'seal = "{seal}"\n'
        (folder / FILE).write_text(
            f'module = "{library}"\ntoken = "{label}"\npin_file = "{pin_file}"\nuses = {uses}\n{named}',
            encoding="utf-8",
        )

    return name_token


def import_key(path: Path, label: str) -> None:
    """Put the private key of a PEM file into the token, as an operator does with one that was issued elsewhere."""
    into = [
        "--import",
        path,
        "--token",
        "registry",
        "--label",
        label,
        "--id",
        path.read_bytes()[40:48].hex(),
        "--pin",
        PIN,
    ]
    subprocess.run(["softhsm2-util", *into], check=True, capture_output=True)
