"""A name in a docstring that names nothing is found, and every other is left."""

import json
from pathlib import Path

import pytest

from tools.docstrings import findings


@pytest.fixture
def root(tmp_path: Path) -> Path:
    for folder in ("registry/vocabulary", "registry/core", "schemas", "client/registry_client", "openapi"):
        (tmp_path / folder).mkdir(parents=True)
    described = {
        "paths": {"/jobs": {"post": {"operationId": "startJob", "responses": {"202": {"headers": {"Location": {}}}}}}},
        "components": {"schemas": {"Agency": {"properties": {"agency_id": {"enum": ["a_value"]}}}}},
    }
    (tmp_path / "openapi/openapi.json").write_text(json.dumps(described))
    (tmp_path / "registry/vocabulary/register.py").write_text("LIST = 'a_word'\n")
    (tmp_path / "registry/core/settings.toml").write_text('[[setting]]\nname = "REGISTRY_RATE"\n')
    (tmp_path / "registry/neighbour.py").touch()
    return tmp_path


def names_found(root: Path, text: str) -> list[tuple[int, str]]:
    (root / "registry/module.py").write_text(text)
    return [(line, name) for _, line, name in findings(root)]


def test_a_parameter_that_was_renamed_is_found_with_its_line(root: Path) -> None:
    text = 'def load(max_bytes):\n    """Read at most `most` bytes."""\n'
    assert names_found(root, text) == [(2, "most")]


def test_a_field_that_is_gone_is_found_below_its_class(root: Path) -> None:
    assert names_found(root, 'class Row:\n    """`once` and `key`."""\n\n    key: str\n') == [(2, "once")]


@pytest.mark.parametrize(("name", "code"), [("MOST", "MAX = 3"), ("Shown", "class Displayed: ...")])
def test_a_constant_or_class_that_was_renamed_is_found(root: Path, name: str, code: str) -> None:
    assert names_found(root, f'"""At most `{name}`."""\n{code}\n') == [(1, name)]


@pytest.mark.parametrize(
    "name",
    ["agency_id", "a_value", "a_word", "neighbour", "limit", "stored_text", "startJob", "Location", "REGISTRY_RATE"],
)
def test_names_of_the_module_its_neighbours_the_vocabulary_settings_and_the_api_are_left(root: Path, name: str) -> None:
    assert names_found(root, f'"""What `{name}` is."""\nTEXT = "stored_text"\ndef load(limit): ...\n') == []


@pytest.mark.parametrize(
    ("name", "is_found"), [("gone.py", True), ("registry/neighbour.py", False), ("neighbour.py", False)]
)
def test_a_file_that_is_gone_is_found(root: Path, name: str, is_found: bool) -> None:
    assert names_found(root, f'"""The rules stand in {name}."""\n') == ([(1, name)] if is_found else [])
