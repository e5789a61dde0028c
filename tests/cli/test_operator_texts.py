"""What an operator states by a command is checked first, counts for another machine's home, and can be withdrawn."""

from pathlib import Path

import pytest

from tests.cli.running import good, refused
from tests.conftest import Database
from tests.register.imports.fetched import mapping_text

pytestmark = pytest.mark.one_database

PROVIDERS = """[it]
name = "Ministry"
issuer = "https://id.example"
client_id = "registry"
secret_file = "it.secret"
authority = "it-labour"
"""


@pytest.fixture
def machines(database: Database, tmp_path: Path) -> list[dict[str, str]]:
    """The environments of two homes on one database."""
    homes = [{"REGISTRY_HOME": str(tmp_path / name), "REGISTRY_DATABASE_URL": database.url} for name in ("a", "b")]
    good("db", "upgrade", env=homes[0])
    return homes


def test_a_mapping_that_was_stated_counts_on_another_machine(machines: list[dict[str, str]], tmp_path: Path) -> None:
    one, other = machines
    file = tmp_path / "zz-fetched.toml"
    file.write_text("[source]\nnonsense = 1\n")
    assert "zz-fetched.toml" in refused("sources", "add", str(file), env=one)
    assert "no source is called 'zz-fetched'" in refused("sources", "show", "zz-fetched", env=other)
    file.write_text(mapping_text())
    assert "counts on every machine" in good("sources", "add", str(file), env=one)
    assert "zz-fetched\n  not imported yet; its mapping is your own" in good("sources", "list", env=other)
    assert "fresh for 20 days" in good("sources", "show", "zz-fetched", env=other)
    misnamed = tmp_path / "other.toml"
    misnamed.write_text(mapping_text())
    assert "call it zz-fetched.toml" in refused("sources", "add", str(misnamed), env=one)
    good("sources", "remove", "zz-fetched", env=other)
    assert "no mapping zz-fetched was stated" in refused("sources", "remove", "zz-fetched", env=one)


def test_providers_are_checked_with_the_secrets_of_this_machine(machines: list[dict[str, str]], tmp_path: Path) -> None:
    one, other = machines
    file = tmp_path / "providers.toml"
    file.write_text(PROVIDERS)
    assert "it.secret cannot be read" in refused("officers", "providers", "--set", str(file), env=one)
    assert good("officers", "providers", env=one) == ""
    for home in ("a", "b"):
        (tmp_path / home).mkdir(exist_ok=True)
        (tmp_path / home / "it.secret").write_text("hush")
    assert "Start the consoles again" in good("officers", "providers", "--set", str(file), env=one)
    shown = good("officers", "providers", env=other)
    assert shown == "it  Ministry, https://id.example, for officers of it-labour\n"
    good("officers", "providers", "--withdraw", env=other)
    assert good("officers", "providers", env=one) == ""


def test_witnesses_are_checked_before_they_count(machines: list[dict[str, str]], tmp_path: Path) -> None:
    one, other = machines
    file = tmp_path / "policy"
    file.write_text("quorum all of them\n")
    assert "line 1" in refused("log", "witnesses", "--set", str(file), env=one)
    file.write_bytes(b"\xff")
    assert "UTF-8" in refused("log", "witnesses", "--set", str(file), env=one)
    assert good("log", "witnesses", env=other) == "quorum none\n"
    file.write_text("# none yet\nquorum   none\n")
    assert good("log", "witnesses", "--set", str(file), env=one) == "quorum none\n"
    (tmp_path / "b").mkdir(exist_ok=True)
    (tmp_path / "b" / "witness-policy").write_text("quorum other\n")
    assert good("log", "witnesses", env=other) == "quorum none\n"
    assert good("log", "witnesses", "--withdraw", env=other) == "quorum other\n"
