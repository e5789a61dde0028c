"""Deltas: a snapshot and what changed since is the full copy, byte for byte, and nothing unsigned leads on."""

import json
import random
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.orm import Session

from registry.core.clock import now
from registry.core.errors import DatasetRefused
from registry.dataset import actions, deltas
from registry.dataset.formats import digest_of, read_lines, write_lines
from registry.dataset.manifest import MANIFEST, NOTE, Head, Keys
from registry.dataset.tables import TABLES, line_of
from registry.register.agencies.actions import amend
from registry.register.agencies.models import Agency
from registry.register.agencies.publishing import Event
from registry.vocabulary.register import HolderKind
from tests import make
from tests.dataset.conftest import WriteDataset

licences = st.dictionaries(st.tuples(st.sampled_from("ABCDEF"), st.sampled_from("123")), st.integers(0, 2))
events = st.dictionaries(st.integers(0, 12), st.integers(0, 2))
states = st.tuples(licences, events)


def write_state(folder: Path, state: tuple[dict[Any, int], dict[int, int]]) -> dict[str, Any]:
    folder.mkdir()
    rows = {
        "licences": [{"agency_id": a, "licence_id": b, "x": x} for (a, b), x in sorted(state[0].items())],
        "events": [{"index": index, "x": x} for index, x in sorted(state[1].items())],
    }
    files = {name: write_lines(folder / f"{name}.jsonl", rows[name], table) for name, table in TABLES.items()}
    return {
        "name": folder.name,
        "registry": "https://registry.example",
        "day": "2026-11-28",
        "log": {},
        "tables": {name: {"sha256": file.sha256, "rows": file.rows} for name, file in files.items()},
    }


@settings(max_examples=40)
@given(states, states)
def test_a_snapshot_and_its_delta_are_the_full_copy(former: Any, later: Any):
    with TemporaryDirectory() as temporary:
        here = Path(temporary)
        ends = write_state(here / "former", former), write_state(here / "later", later)
        deltas.write_delta(here / "delta", here / "former", ends[0], here / "later", ends[1])
        opened = deltas.Delta(here / "delta", *ends, Head("", 0, b"", ""))
        (here / "made").mkdir()
        deltas.apply_delta(opened, here / "former", here / "made")
        for name in TABLES:
            file = f"{name}.jsonl"
            assert (here / "made" / file).read_bytes() == (here / "later" / file).read_bytes()


def _agencies(session: Session) -> list[str]:
    return list(session.execute(select(Agency.reference)).scalars())


def publish(session: Session, chance: random.Random) -> None:
    make.make_licence(session, valid_to=date(2099, 1, 1))


def suspend(session: Session, chance: random.Random) -> None:
    until = now().date() + timedelta(days=chance.choice([1, 400]))
    make.suspend(session, chance.choice(_agencies(session)), publish_until=until)


def rename(session: Session, chance: random.Random) -> None:
    stated = make.public_record_of(session, chance.choice(_agencies(session)))
    name = make.name_record(f"Přejmenovaná {chance.random()} s.r.o.")
    amend(session, make.changed(stated, names=(*stated.names, name)), Event("agency.amended"))


def become_a_person(session: Session, chance: random.Random) -> None:
    stated = make.public_record_of(session, chance.choice(_agencies(session)))
    amend(session, make.changed(stated, holder_kind=HolderKind.SOLE_TRADER), Event("agency.amended"))


@pytest.mark.one_database
def test_days_of_changes_lead_to_the_full_copy(
    some_licences: Session, write: WriteDataset, folder: Path, trust: Callable[[], Keys], tmp_path: Path
):
    chance = random.Random(18)
    copies = tmp_path / "copies"
    written = write(now() - timedelta(days=6))
    _copy(folder / written.name, copies / "0")
    for turn in range(1, 6):
        for _ in range(chance.randrange(0, 4)):
            chance.choice([publish, suspend, rename, become_a_person])(some_licences, chance)
        former, written = written, write(now() - timedelta(days=6 - turn))
        delta = deltas.open_delta(folder / "deltas" / f"{former.name}--{written.name}.jsonl", trust())
        later = actions.applied(copies / str(turn - 1), delta, copies / str(turn))
        stated = json.loads((folder / written.name / MANIFEST).read_bytes())
        assert later["tables"] == stated["tables"]
        described = ("catalog.jsonld", "licences.csv-metadata.json", "events.csv-metadata.json")
        for one in stated["files"]:
            if one["name"] not in described:
                assert digest_of(copies / str(turn) / one["name"]) == (one["sha256"], one["bytes"]), one["name"]


def _copy(source: Path, target: Path) -> None:
    target.mkdir(parents=True)
    for path in source.iterdir():
        if path.name not in (MANIFEST, NOTE):
            (target / path.name).write_bytes(path.read_bytes())


@pytest.fixture
def two(some_licences: Session, write: WriteDataset, folder: Path) -> tuple[Path, Path]:
    """A former snapshot and the delta that leads on from it."""
    former = write(now() - timedelta(days=1))
    make.make_licence(some_licences, number="INV-NEW")
    later = write()
    return folder / former.name, folder / "deltas" / f"{former.name}--{later.name}.jsonl"


def rewritten(path: Path, change: Callable[[dict[str, Any]], object]) -> Path:
    lines = path.read_bytes().splitlines(keepends=True)
    first = json.loads(lines[0])
    change(first)
    target = path.with_name(f"changed-{path.name}")
    target.write_bytes(line_of(first) + b"".join(lines[1:]))
    return target


@pytest.mark.one_database
def test_a_delta_whose_head_was_never_signed_is_refused(two: tuple[Path, Path], trust: Callable[[], Keys]):
    def grow(first: dict[str, Any]) -> None:
        first["to"]["log"]["size"] += 1

    def invent(first: dict[str, Any]) -> None:
        origin, size, root, *rest = first["to"]["log"]["head"].split("\n")
        first["to"]["log"]["head"] = "\n".join([origin, str(int(size) + 1), root, *rest])

    def forget(first: dict[str, Any]) -> None:
        del first["to"]["log"]["head"]

    keys = trust()
    deltas.open_delta(two[1], keys)
    for change in (grow, invent, forget):
        with pytest.raises(DatasetRefused, match="signed"):
            deltas.open_delta(rewritten(two[1], change), keys)


def _later_of(delta: Path) -> Path:
    with delta.open("rb") as file:
        return delta.parents[1] / json.loads(file.readline())["to"]["name"]


@pytest.mark.one_database
def test_a_delta_of_another_snapshot_or_one_that_was_cut_leaves_nothing(
    two: tuple[Path, Path], trust: Callable[[], Keys], tmp_path: Path
):
    former, path = two
    keys = trust()
    with pytest.raises(DatasetRefused, match="has other rows"):
        actions.applied(_later_of(path), deltas.open_delta(path, keys), tmp_path / "new")
    cut = path.with_name("cut.jsonl")
    cut.write_bytes(path.read_bytes()[:-30])
    with pytest.raises(DatasetRefused, match="cut short"):
        actions.applied(former, deltas.open_delta(cut, keys), tmp_path / "new")
    lines = path.read_bytes().splitlines(keepends=True)
    cut.write_bytes(b"".join(lines[:-1]))
    with pytest.raises(DatasetRefused, match="does not lead to the rows"):
        actions.applied(former, deltas.open_delta(cut, keys), tmp_path / "new")
    cut.write_bytes(b"\x00" * 100)
    with pytest.raises(DatasetRefused, match="no delta"):
        deltas.open_delta(cut, keys)
    assert not (tmp_path / "new").exists()
    assert not list(tmp_path.glob(".part-*"))
    (tmp_path / "new").mkdir()
    (tmp_path / "new" / "mine.txt").write_text("mine", encoding="utf-8")
    with pytest.raises(DatasetRefused, match="not empty"):
        actions.applied(former, deltas.open_delta(path, keys), tmp_path / "new")


@pytest.mark.one_database
def test_the_manifest_names_the_chain_of_deltas(two: tuple[Path, Path], write: WriteDataset, folder: Path):
    third = write(now() + timedelta(days=1))
    chain = json.loads((folder / third.name / MANIFEST).read_bytes())["deltas"]
    assert [one["to"] for one in chain] == [third.name, chain[0]["from"]]
    for one in chain:
        path = folder / "deltas" / one["file"]
        assert (digest_of(path)[0], len(list(read_lines(path))) - 1) == (one["sha256"], one["rows"])
