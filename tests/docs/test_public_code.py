"""The papers that a public body looks for before it adopts software: they are there, and they agree with one another."""

import tomllib
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def described() -> dict[str, Any]:
    described: dict[str, Any] = yaml.safe_load((ROOT / "publiccode.yml").read_text(encoding="utf-8"))
    return described


def test_publiccode_yml_has_what_the_standard_asks_for(described: dict[str, Any]) -> None:
    # https://yml.publiccode.tools/schema.core.html: the keys whose presence is mandatory.
    top = {"publiccodeYmlVersion", "name", "url", "platforms", "categories", "developmentStatus", "softwareType"}
    assert top | {"description", "legal", "maintenance", "localisation"} <= set(described)
    assert described["maintenance"]["type"] == "community"
    assert described["maintenance"]["contacts"]
    english = described["description"]["en"]
    assert len(english["shortDescription"]) <= 150
    assert 150 <= len(english["longDescription"]) <= 10_000
    assert english["features"]


def test_version_and_licence_are_the_same_everywhere(described: dict[str, Any]) -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    client = tomllib.loads((ROOT / "client" / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert described["softwareVersion"] == project["version"] == client["version"]
    assert described["legal"]["license"] == project["license"] == client["license"] == "EUPL-1.2"
    assert f"## {project['version']} - {described['releaseDate']}" in (ROOT / "CHANGELOG.md").read_text(
        encoding="utf-8"
    )
    texts = {path.read_bytes() for path in (ROOT / "LICENSE", ROOT / "client/LICENSE", ROOT / "LICENSES/EUPL-1.2.txt")}
    assert len(texts) == 1


def test_every_file_has_a_licence_whose_text_is_here() -> None:
    annotations = tomllib.loads((ROOT / "REUSE.toml").read_text(encoding="utf-8"))["annotations"]
    assert annotations[0]["path"] == "**"
    named = {annotation["SPDX-License-Identifier"] for annotation in annotations}
    assert {path.stem for path in (ROOT / "LICENSES").iterdir()} == named
