"""Keys to which complaints are sealed, as the client reads them: changes are told, and what was taken back stays so."""

import json
from pathlib import Path

import pytest
from registry_client.cli import main

from tests.client.registrar import b64url
from tests.client.site import Site
from tests.client.watching import KID, bad, codes, fill, key_event, watch


def ask(site: Site, folder: Path, *options: str) -> int:
    (folder / "trust.json").write_bytes(site.registrar.trust())
    return main(["unit-key", KID, "--trust", str(folder / "trust.json"), "--json", *options])


def test_a_monitor_tells_of_keys_that_are_added_and_taken_back(site: Site, state: Path) -> None:
    assert not codes(watch(site, state)) & {"unit_keys_known", "unit_key_added"}
    key_event(site.registrar)
    assert "unit_key_added" in codes(watch(site, state))
    assert "unit_key_added" not in codes(watch(site, state))
    key_event(site.registrar, "retired")
    found = watch(site, state)
    assert ("unit_key_retired" in codes(found), bad(found)) == (True, set())


def test_a_key_that_was_taken_back_does_not_come_back(site: Site, state: Path) -> None:
    for stated in ("active", "retired", "active"):
        key_event(site.registrar, stated)
    assert bad(watch(site, state)) == {"unit_key_returned"}
    fill(site, 1)
    assert bad(watch(site, state)) == {"unit_key_returned"}


@pytest.mark.parametrize(
    ("events", "code"),
    [
        ([("retired", {})], "unit_key_contradicts"),
        ([("active", {}), ("active", {})], "unit_key_contradicts"),
        ([("active", {}), ("retired", {"holder": "cz-labour"})], "unit_key_contradicts"),
        ([("active", {"kid": "0" * 16})], "entry_malformed"),
        ([("active", {"public": b64url(bytes(31))})], "entry_malformed"),
        ([("active", {"use": "log"})], "entry_malformed"),
        ([("active", {"alg": "RSA"})], "entry_malformed"),
    ],
)
def test_an_entry_that_contradicts_is_found(
    site: Site, state: Path, events: list[tuple[str, dict[str, str]]], code: str
) -> None:
    for stated, changes in events:
        key_event(site.registrar, stated, **changes)
    assert bad(watch(site, state)) == {code}


def test_the_client_says_whether_the_log_knows_a_key(
    site: Site, state: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    watch(site, state)
    copy = ("--state", str(state))
    assert ask(site, tmp_path, *copy) == 1
    assert "unit_key_not_logged" in capsys.readouterr().out
    assert ask(site, tmp_path) == 2
    index = key_event(site.registrar)
    # By its entry alone: proven, and whether it was taken back since is not known.
    assert ask(site, tmp_path, "--entry", str(index)) == 3
    found = json.loads(capsys.readouterr().out)
    assert [one["value"] for one in found["signed"]] == [KID, "unit", "it-labour"]
    assert (found["logged"]["verdict"], found["in_force"]["verdict"]) == ("good", "unknown")
    watch(site, state)
    assert ask(site, tmp_path, "--entry", str(index), *copy) == 0
    assert ask(site, tmp_path, "--entry", "0", *copy) == 1
    assert "unit_key_another" in capsys.readouterr().out
    gone = key_event(site.registrar, "retired")
    assert ask(site, tmp_path, "--entry", str(gone)) == 1
    assert "unit_key_taken_back" in capsys.readouterr().out
    watch(site, state)
    assert ask(site, tmp_path, "--entry", str(index), *copy) == 1
    assert "unit_key_taken_back" in capsys.readouterr().out
