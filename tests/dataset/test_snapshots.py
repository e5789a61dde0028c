"""A snapshot of the dataset: what stands in it, what does not, and that it is signed, logged and whole."""

import csv
import hashlib
import json
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
from jsonschema import Draft202012Validator
from sqlalchemy import select
from sqlalchemy.orm import Session

from registry.core.clock import now
from registry.core.errors import DatasetRefused, NotFound
from registry.core.settings import Settings
from registry.dataset import actions
from registry.dataset.formats import read_lines
from registry.dataset.manifest import MANIFEST, NOTE, Keys, checked
from registry.dataset.tables import EVENTS, LICENCES
from registry.http.transaction import Services
from registry.log import queries as log
from registry.log.models import Entry
from registry.register.agencies.actions import amend, erase
from registry.register.agencies.models import Agency
from registry.register.agencies.publishing import Event
from registry.vocabulary.register import HolderKind, IdentifierScheme, LicenceStatus, NameKind
from tests import make
from tests.dataset.conftest import WriteDataset
from tests.log.entry_schema import SCHEMA

ALL = "licences.jsonl licences.csv licences.parquet events.jsonl events.csv events.parquet entities.ftm.json".split()


def rows_of(folder: Path, written: actions.Written, table: str = LICENCES) -> list[dict[str, Any]]:
    return list(read_lines(folder / written.name / f"{table}.jsonl"))


def test_every_form_has_the_same_rows(some_licences: Session, write: WriteDataset, folder: Path):
    written = write()
    here = folder / written.name
    assert (written.licences, written.has_parquet) == (3, True)
    rows = rows_of(folder, written)
    assert [row["number"] for row in sorted(rows, key=lambda row: row["number"])] == ["INV-0", "INV-1", "INV-2"]
    with (here / "licences.csv").open(newline="", encoding="utf-8") as file:
        cells = list(csv.DictReader(file))
    parquet = pq.read_table(here / "licences.parquet").to_pylist()
    for row, cell, typed in zip(rows, cells, parquet, strict=True):
        assert cell["licence_id"] == typed["licence_id"] == row["licence_id"]
        assert cell["agency_names"] == " | ".join(typed["agency_names"]) == row["agency_name"]
        assert (typed["valid_to"], cell["valid_to"], row["valid_to"]) == (date(2099, 1, 1), "2099-01-01", "2099-01-01")
    events = rows_of(folder, written, EVENTS)
    assert [event["type"] for event in events].count("licence.issued") == 3
    assert [event["index"] for event in events] == [
        one["index"] for one in pq.read_table(here / "events.parquet").to_pylist()
    ]


def test_the_manifest_is_signed_as_heads_are_and_stands_in_the_log(
    some_licences: Session, write: WriteDataset, folder: Path, trust: Callable[[], Keys], reading: Session
):
    written = write()
    stated = checked(folder / written.name, trust())
    assert {one["name"] for one in stated["files"]} >= set(ALL)
    entry = log.entry_at(reading, written.log_index)
    Draft202012Validator(SCHEMA).validate(json.loads(entry.leaf))
    statement = json.loads(entry.leaf)["record"]
    manifest = (folder / written.name / MANIFEST).read_bytes()
    assert (entry.key, entry.type) == ("dataset/snapshot", "dataset.published")
    assert statement["manifest"] == hashlib.sha256(manifest).hexdigest()
    assert (statement["log_size"], statement["root"]) == (stated["log"]["size"], stated["log"]["root"])
    assert log.proof(reading, written.log_index).index == written.log_index
    assert stated["is_demo"] is False
    assert (stated["licence"], stated["left_out"]) == ("CC-BY-4.0", {"natural_persons": 0, "erased": 0})


@pytest.mark.one_database
def test_nothing_is_written_of_what_was_not_signed(
    session: Session, held_services: Services, settings: Settings, folder: Path
):
    make.make_licence(session)
    session.commit()
    with pytest.raises(NotFound):
        actions.write(settings, held_services.sessions, folder, lambda: None)
    assert not [path for path in folder.iterdir() if path.is_dir()]


@pytest.mark.one_database
def test_no_cell_of_the_table_is_a_formula(session: Session, write: WriteDataset, folder: Path):
    name = '=HYPERLINK("http://invented.example";"pay here")'
    make.make_licence(session, number="@SUM(1)", agency={"name": name})
    written = write()
    with (folder / written.name / "licences.csv").open(newline="", encoding="utf-8") as file:
        cells = next(csv.DictReader(file))
    assert (cells["agency_name"], cells["number"]) == (f"'{name}", "'@SUM(1)")
    assert rows_of(folder, written)[0]["agency_name"] == name


def test_natural_persons_are_counted_and_not_named(session: Session, write: WriteDataset, folder: Path):
    make.make_licence(session, number="OPEN-1")
    for kind in (HolderKind.SOLE_TRADER, HolderKind.UNKNOWN):
        agency = {"holder_kind": kind, "name": f"Vymyšlená Osoba {kind}"}
        make.make_licence(session, number=f"SECRET-{kind}", agency=agency)
    written = write()
    assert (written.licences, written.left_out["natural_persons"]) == (1, 2)
    whole = b"".join(path.read_bytes() for path in sorted((folder / written.name).iterdir()))
    assert b"OPEN-1" in whole
    assert b"SECRET" not in whole
    assert "Vymyšlená Osoba".encode() not in whole


def test_what_was_erased_is_gone_from_the_next_file_and_its_former_ones(
    session: Session, write: WriteDataset, folder: Path
):
    make.make_licence(session, number="OPEN-1")
    licence = make.make_licence(session, number="WAS-OPEN-2", agency={"name": "Vymyšlený Podnikatel"})
    agency = session.execute(select(Agency).order_by(Agency.id.desc())).scalars().first()
    assert agency is not None
    first = write(now() - timedelta(days=2))
    second = write(now() - timedelta(days=1))
    assert (first.licences, second.licences) == (2, 2)
    stated = make.public_record_of(session, agency.reference)
    amend(
        session, make.changed(stated, holder_kind=HolderKind.SOLE_TRADER), Event("agency.corrected", is_correction=True)
    )
    session.flush()
    erase(session, agency)
    third = write()
    assert (third.licences, third.left_out) == (1, {"natural_persons": 0, "erased": 1})
    left = b"".join(path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file())
    assert b"OPEN-1" in left
    assert b"WAS-OPEN-2" not in left
    assert b"Podnikatel" not in left
    # Who has the former snapshot is still led on, by its reference alone.
    delta = folder / "deltas" / f"{second.name}--{third.name}.jsonl"
    assert licence.licence_id in delta.read_text(encoding="utf-8")


def test_a_status_whose_publicity_has_ended_is_withheld(session: Session, write: WriteDataset, folder: Path):
    licence = make.make_licence(session)
    agency = session.execute(select(Agency.reference)).scalar_one()
    make.suspend(session, agency, ground="§ 66 invented", publish_until=now().date() + timedelta(days=3))
    public = rows_of(folder, write())
    assert public[0]["status"] == "suspended"
    later = write(now() + timedelta(days=5))
    row = rows_of(folder, later)[0]
    assert (row["licence_id"], row["status"]) == (licence.licence_id, None)
    assert "invented" not in json.dumps(row["status_history"])
    assert "event.withheld" in [event["type"] for event in rows_of(folder, later, EVENTS)]


@pytest.mark.one_database
def test_screening_tools_read_the_agency_and_what_an_authority_did(session: Session, write: WriteDataset, folder: Path):
    make.make_licence(
        session,
        number="INV-9",
        agency={
            "name": "Neviditelná Agentura s.r.o.",
            "identifiers": (make.identifier_record(IdentifierScheme.LEI, "5493001KJTIIGC8Y1R12"),),
        },
    )
    agency = session.execute(select(Agency.reference)).scalar_one()
    make.suspend(session, agency, LicenceStatus.BANNED)
    written = write()
    company, act = list(read_lines(folder / written.name / "entities.ftm.json"))
    assert (company["schema"], act["schema"]) == ("Organization", "Sanction")
    assert company["properties"]["name"] == ["Neviditelná Agentura s.r.o."]
    assert company["properties"]["leiCode"] == ["5493001KJTIIGC8Y1R12"]
    assert company["properties"]["topics"] == ["debarment", "reg.action"]
    assert act["properties"]["entity"] == [company["id"]]
    assert act["properties"]["status"] == ["banned"]


@pytest.mark.one_database
def test_a_former_name_is_an_alias_and_never_the_name(session: Session, write: WriteDataset, folder: Path):
    names = (
        make.name_record("Nová Smyšlená a.s."),
        make.name_record("Stará Smyšlená a.s.", kind=NameKind.FORMER, to=date(2020, 1, 1)),
    )
    make.make_licence(session, agency={"names": names})
    written = write()
    assert rows_of(folder, written)[0]["agency_name"] == "Nová Smyšlená a.s."
    company = next(read_lines(folder / written.name / "entities.ftm.json"))
    assert company["properties"]["previousName"] == ["Stará Smyšlená a.s."]


@pytest.mark.one_database
def test_a_folder_of_something_else_is_refused_and_left_alone(
    some_licences: Session, write: WriteDataset, tmp_path: Path
):
    (tmp_path / "photos").mkdir()
    (tmp_path / "photos" / "one.jpg").write_bytes(b"jpeg")
    with pytest.raises(DatasetRefused, match="holds other files"):
        write(into=tmp_path / "photos")
    assert [path.name for path in (tmp_path / "photos").iterdir()] == ["one.jpg"]


@pytest.mark.one_database
def test_a_half_written_snapshot_is_named_and_nothing_is_built_on_it(
    some_licences: Session, write: WriteDataset, folder: Path, trust: Callable[[], Keys]
):
    first = write(now() - timedelta(days=1))
    path = folder / first.name / "licences.jsonl"
    path.write_bytes(path.read_bytes()[:-20])
    with pytest.raises(DatasetRefused, match=r"half written: licences.jsonl has \d+ bytes of \d+"):
        checked(folder / first.name, trust())
    second = write()
    assert second.damaged is not None
    assert "half written" in second.damaged
    assert second.changed is None
    checked(folder / second.name, trust())
    (folder / second.name / NOTE).unlink()
    with pytest.raises(DatasetRefused, match=r"half written: manifest\.note is missing"):
        checked(folder / second.name, trust())


@pytest.mark.one_database
def test_a_manifest_that_others_wrote_is_refused(
    some_licences: Session, write: WriteDataset, folder: Path, trust: Callable[[], Keys]
):
    written = write()
    here = folder / written.name
    stated = json.loads((here / MANIFEST).read_bytes())
    (here / MANIFEST).write_text(json.dumps(stated | {"notice": "all of them are licensed"}), encoding="utf-8")
    with pytest.raises(DatasetRefused, match="not signed by the keys"):
        checked(here, trust())


FULL = """
import resource, sys
sys.dont_write_bytecode = True
from registry.cli import main
sys.argv = ["registry", "dataset", "write", {folder!r}]
resource.setrlimit(resource.RLIMIT_FSIZE, ({limit}, {limit}))
main()
"""


@pytest.mark.slow
@pytest.mark.one_database
def test_on_a_full_disk_the_former_snapshot_stays(
    some_licences: Session,
    write: WriteDataset,
    folder: Path,
    settings: Settings,
    trust: Callable[[], Keys],
    tmp_path: Path,
):
    into = tmp_path / "small"
    first = write(now() - timedelta(days=1), into=into)
    program = FULL.format(limit=2048, folder=str(into))
    environment = {
        "REGISTRY_HOME": str(settings.home),
        "REGISTRY_DATABASE_URL": settings.database_url,
        "PATH": "/usr/bin",
    }
    done = subprocess.run(
        [sys.executable, "-c", program], env=environment, capture_output=True, text=True, timeout=120, check=False
    )
    assert done.returncode == 2
    assert "nothing more can be written" in done.stderr
    assert "Traceback" not in done.stderr
    checked(into / first.name, trust())
    assert not list(into.glob(".part-*"))
    assert write(into=into).changed is not None


def test_it_is_due_once_a_day_and_after_an_erasure(
    some_licences: Session, write: WriteDataset, reading: Session, settings: Settings
):
    assert not actions.is_due(reading, settings, now())
    write()
    reading.rollback()
    assert not actions.is_due(reading, settings, now())
    assert actions.is_due(reading, settings, now() + timedelta(days=1))
    written_at = reading.execute(select(Entry.at).where(Entry.key == actions.KEY)).scalar_one()
    three = replace(settings, datasets_a_day=3)
    begins = written_at.replace(hour=written_at.hour // 8 * 8, minute=0, second=0, microsecond=0)
    assert not actions.is_due(reading, three, begins + timedelta(hours=7, minutes=59))
    assert actions.is_due(reading, three, begins + timedelta(hours=8))
    make.make_licence(some_licences, agency={"holder_kind": HolderKind.SOLE_TRADER})
    agency = some_licences.execute(select(Agency).order_by(Agency.id.desc())).scalars().first()
    assert agency is not None
    erase(some_licences, agency)
    some_licences.commit()
    reading.rollback()
    assert actions.is_due(reading, settings, datetime.now(UTC))
