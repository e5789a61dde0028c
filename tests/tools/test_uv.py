"""The program that puts packages in place: of one version, by hashes, unless a newer one is on the PATH."""

import os
import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PINNED = (ROOT / "tools" / "uv.txt").read_text(encoding="utf-8")


def run_uv(argument: str, path: str) -> str:
    done = subprocess.run(
        [ROOT / "tools" / "uv", argument], env={"PATH": path}, capture_output=True, text=True, timeout=30, check=True
    )
    return done.stdout.strip()


def test_it_is_pinned_by_version_and_hash_and_nothing_else_comes_with_it() -> None:
    (version,) = re.findall(r"^(?!#)(\S+)", PINNED, re.MULTILINE)
    assert version == f"uv=={run_uv('--pinned', os.environ['PATH'])}"
    assert len(re.findall(r"--hash=sha256:[0-9a-f]{64}\b", PINNED)) > 10
    installs = re.findall(r"-m pip install.*", (ROOT / "tools" / "environment").read_text(encoding="utf-8"))
    assert installs
    assert all("--require-hashes" in line and line.endswith("--requirement tools/uv.txt") for line in installs)


@pytest.mark.parametrize(
    ("version", "is_taken"),
    [("0.0.1", False), ("0.2.99", False), ("99.0.0", True), ("", False), ("same", True)],
)
def test_one_on_the_path_is_taken_unless_it_is_older(version: str, is_taken: bool, tmp_path: Path) -> None:
    version = version.replace("same", run_uv("--pinned", os.environ["PATH"]))
    other = tmp_path / "uv"
    other.write_text(f"#!/bin/sh\necho uv {version} x86_64-unknown-linux-gnu\n" if version else "#!/bin/sh\nexit 1\n")
    other.chmod(0o755)
    assert run_uv("--on-path", f"{tmp_path}:/usr/bin:/bin") == (str(other) if is_taken else "")


def test_no_script_takes_another_one() -> None:
    others = re.compile(r"""command -v uv\b|which\("uv"\)|with_name\("uv"\)""")
    for path in (ROOT / "tools").rglob("*"):
        if path.is_file() and path.suffix in ("", ".py") and path.name != "uv":
            assert not others.search(path.read_text(encoding="utf-8")), path
