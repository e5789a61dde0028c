"""The worker writes the dataset of each day, and the command writes one for a mirror, checks and applies it."""

import json
import threading
from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest
from click.testing import CliRunner, Result
from sqlalchemy.orm import Session

from registry.cli import main
from registry.core.settings import Settings
from registry.dataset import actions
from registry.dataset.manifest import MANIFEST, Keys, checked
from registry.http.transaction import Services
from registry.log.queries import trust_file
from registry.log.signing import sign_committed
from registry.worker.scheduler import work
from tests import make

pytestmark = pytest.mark.one_database


def test_a_round_of_the_worker_writes_signs_and_logs_todays_dataset(
    some_licences: Session, held_services: Services, settings: Settings, folder: Path, trust: Callable[[], Keys]
):
    some_licences.commit()
    for _ in range(2):
        work(settings, held_services.sessions, threading.Event(), is_once=True)
    snapshots = [path for path in folder.iterdir() if path.is_dir() and path.name != actions.DELTAS]
    assert len(snapshots) == 1
    assert checked(snapshots[0], trust())["tables"]["licences"]["rows"] == 3
    assert json.loads((folder / actions.CURRENT).read_bytes())["name"] == snapshots[0].name


def test_a_mirror_is_written_checked_and_led_on(
    some_licences: Session,
    held_services: Services,
    settings: Settings,
    reading: Session,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
):
    monkeypatch.setenv("REGISTRY_HOME", str(settings.home))
    monkeypatch.setenv("REGISTRY_DATABASE_URL", settings.database_url)

    def run(*arguments: str) -> Result:
        return CliRunner().invoke(main, ["dataset", *arguments])

    mirror = tmp_path / "mirror"
    some_licences.commit()
    sign_committed(settings, held_services.sessions)
    first = run("write", str(mirror))
    assert (first.exit_code, "3 licences" in first.output) == (0, True)
    former = next(path for path in mirror.iterdir() if (path / MANIFEST).exists())
    trust = tmp_path / "trust.json"
    trust.write_bytes(msgspec.json.encode(trust_file(reading, settings.public_url)))
    make.make_licence(some_licences)
    some_licences.commit()
    sign_committed(settings, held_services.sessions)
    assert "rows changed" in run("write", str(mirror)).output
    later = next(path for path in mirror.iterdir() if (path / MANIFEST).exists() and path != former)
    assert run("check", str(later), "--trust", str(trust)).exit_code == 0
    delta = next((mirror / "deltas").iterdir())
    applied = run("apply", str(former), str(delta), str(tmp_path / "made"), "--trust", str(trust))
    assert applied.exit_code == 0, applied.output
    assert (tmp_path / "made" / "licences.csv").read_bytes() == (later / "licences.csv").read_bytes()
    (later / "licences.csv").unlink()
    refused = run("check", str(later), "--trust", str(trust))
    assert refused.exit_code == 2
    assert "half written: licences.csv is missing" in refused.output
    trust.write_text("{}", encoding="utf-8")
    assert "no trust file" in run("check", str(later), "--trust", str(trust)).output
