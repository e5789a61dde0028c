"""A release is tagged once version, changelog, chart and tree agree; what does not is named."""

import shutil
import subprocess
from pathlib import Path

import pytest

from tools import release

FILES = (
    "pyproject.toml", "client/pyproject.toml", "client/typescript/package.json", "publiccode.yml", "CHANGELOG.md",
    "deploy/helm/registry/Chart.yaml",
)  # fmt: skip


def git(root: Path, *arguments: str) -> str:
    given = ["-c", "user.name=Test", "-c", "user.email=test@registry.example", "-c", "tag.gpgSign=false"]
    return subprocess.run(["git", *given, *arguments], cwd=root, check=True, capture_output=True, text=True).stdout


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in ("AUTHOR", "COMMITTER"):
        monkeypatch.setenv(f"GIT_{name}_NAME", "Test")
        monkeypatch.setenv(f"GIT_{name}_EMAIL", "test@registry.example")
    for name in FILES:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(release.ROOT / name, tmp_path / name)
    version, day = release.versions(tmp_path)["pyproject.toml"], release._public_code(tmp_path)["releaseDate"]
    (tmp_path / "CHANGELOG.md").write_text(
        f"# Changelog\n\n## {version} - {day}\n\n- Invented.\n\n## 0.0.1 - 2020-01-01\n"
    )
    git(tmp_path, "init", "--quiet")
    commit(tmp_path)
    return tmp_path


def commit(root: Path) -> None:
    git(root, "add", "--all")
    git(root, "commit", "--quiet", "--message", "release: invented")


def test_a_commit_on_which_all_agrees_is_tagged_once(root: Path) -> None:
    assert list(release.problems(root)) == []
    name = release.make_tag(root)
    assert "- Invented." in git(root, "tag", "--list", "--format=%(contents)", name)
    assert [one for one in release.problems(root) if "is there already" in one]


@pytest.mark.parametrize("name", FILES[1:])
def test_a_file_of_another_version_is_named(root: Path, name: str) -> None:
    version = release.versions(root)["pyproject.toml"]
    path = root / name
    path.write_text(path.read_text("utf-8").replace(version, "9.9.9"), "utf-8")
    commit(root)
    found = list(release.problems(root))
    assert len(found) == 1
    assert name in found[0]


def test_what_is_unreleased_or_not_committed_is_no_release(root: Path) -> None:
    path = root / "CHANGELOG.md"
    path.write_text(
        path.read_text("utf-8").replace("# Changelog\n", "# Changelog\n\n## Unreleased\n\n- More.\n"), "utf-8"
    )
    found = list(release.problems(root))
    assert [one for one in found if "'Unreleased'" in one]
    assert [one for one in found if "not everything is committed" in one]
