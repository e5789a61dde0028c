"""What a reader remembers of a log by itself: another head of one size, or an older one shown now, is said."""

import json
from pathlib import Path

import pytest
from registry_client.cli import main

from tests.client.registrar import LICENCE, Registrar
from tests.client.site import Site
from tests.client.watching import fill


class Reader:
    """The command, with what it printed. It keeps a trust file, and what it has seen where the environment says."""

    def __init__(self, folder: Path, registrar: Registrar, capsys: pytest.CaptureFixture[str]) -> None:
        self.folder, self.registrar, self.capsys = folder, registrar, capsys
        (folder / "trust.json").write_bytes(registrar.trust())

    def verify(self, data: bytes, *options: str) -> set[str]:
        (self.folder / "file").write_bytes(data)
        self.capsys.readouterr()
        command = ["verify-offline", str(self.folder / "file"), "--trust", str(self.folder / "trust.json"), "--json"]
        main([*command, *options])
        stated = json.loads(self.capsys.readouterr().out)
        return {one["code"] for name in ("issued", "logged") for one in stated[name]["reasons"]}


@pytest.fixture
def reader(site: Site, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Reader:
    return Reader(tmp_path, site.registrar, capsys)


def test_two_heads_of_one_size_are_a_fork_for_who_saw_the_first(site: Site, reader: Reader) -> None:
    registrar = site.registrar
    assert "head_forked" not in reader.verify(registrar.bundle_bytes())
    place = next(i for i, leaf in enumerate(registrar.leaves) if b"FICT-0001" in leaf)
    registrar.leaves[place] = registrar.leaves[place].replace(b"FICT-0001", b"FICT-0002")
    forged = registrar.bundle_bytes()
    assert "head_forked" in reader.verify(forged)
    assert "head_forked" in reader.verify(registrar.checkpoint().encode())
    assert "head_forked" not in reader.verify(forged, "--seen", "-")


def test_an_old_file_is_no_fork(site: Site, reader: Reader) -> None:
    old = site.registrar.bundle_bytes()
    fill(site, 5)
    for data in (old, site.registrar.bundle_bytes(), old):
        assert not reader.verify(data) & {"head_forked", "old_head"}


def test_what_is_shown_now_must_follow_from_what_was_seen(site: Site, reader: Reader) -> None:
    fill(site, 5)
    credential = site.registrar.credential().encode()
    assert not reader.verify(credential, "--online") & {"head_forked", "old_head"}
    fill(site, 3)
    assert not reader.verify(credential, "--online") & {"head_forked", "old_head"}
    site.lies[f"/api/v1/licences/{LICENCE}/bundle"] = _older(site, 3)
    assert "old_head" in reader.verify(credential, "--online")
    site.lies.clear()
    # A longer log that does not begin with what was seen.
    site.registrar.leaves[-1] = site.registrar.leaves[-1].replace(b"legal", b"other")
    fill(site, 2)
    assert "head_forked" in reader.verify(credential, "--online")


def _older(site: Site, less: int) -> bytes:
    """The bundle under a head that was published before."""
    leaves = list(site.registrar.leaves)
    del site.registrar.leaves[-less:]
    data = site.registrar.bundle_bytes()
    site.registrar.leaves[:] = leaves
    return data


def test_a_folder_that_takes_nothing_is_said_and_answers_go_on(
    site: Site, reader: Reader, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "a-file").write_text("")
    monkeypatch.setenv("REGISTRY_CLIENT_STATE", str(tmp_path / "a-file"))
    (reader.folder / "file").write_bytes(site.registrar.bundle_bytes())
    trust = str(reader.folder / "trust.json")
    assert main(["verify-offline", str(reader.folder / "file"), "--trust", trust]) in (0, 1, 3)
    assert "is not remembered" in reader.capsys.readouterr().err
