"""`registry doctor`: what is well, what is not and what to do, for people and for programs; and other answers as JSON."""

import json
import subprocess
import sys
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from click.testing import CliRunner
from sqlalchemy.orm import Session

from registry.cli import CLOSED_PIPE, doctor, main
from registry.cli.keys import prepare_keys
from registry.core.clock import now
from registry.core.heartbeats import TaskProgress, beat
from registry.core.keyring import Keyring
from registry.core.settings import Settings
from registry.log.actions import lock_log
from registry.log.keys import sync_keys
from tests import make
from tests.serving import environment

pytestmark = pytest.mark.one_database

Look = Callable[..., tuple[int, dict[str, tuple[str, str]]]]


@pytest.fixture
def look(settings: Settings, session: Session, monkeypatch: pytest.MonkeyPatch) -> Look:
    monkeypatch.setattr(doctor, "why_unconfined", lambda: None)

    def look(*words: str, **env: str) -> tuple[int, dict[str, tuple[str, str]]]:
        session.commit()
        given = environment(settings, settings.port) | env
        found = CliRunner().invoke(main, ["doctor", "--json", *words], env=given)
        findings = json.loads(found.output)["findings"]
        return found.exit_code, {one["subject"]: (one["state"], one["told"]) for one in findings if one["cure"]}

    return look


def at_work(session: Session, failures: int = 0) -> None:
    later = now() + timedelta(hours=1)
    beat(session, now(), [TaskProgress("law reminders", now(), None, failures, later, later)])


def test_what_is_not_well_is_said_and_is_exit_code_1(look: Look, session: Session) -> None:
    code, found = look()
    assert (code, found["worker"][0]) == (1, "unwell")
    at_work(session)
    code, found = look()
    assert (code, [one for one, (state, _) in found.items() if state == "unwell"]) == (0, [])
    at_work(session, failures=3)
    code, found = look()
    assert (code, found["tasks"]) == (1, ("unwell", "law reminders failed 3 times in a row"))


def test_what_production_lacks_counts_where_it_is_asked(look: Look, session: Session) -> None:
    at_work(session)
    code, found = look("--production")
    assert code == 1
    assert {"address", "mail", "scanner", "security", "demands"} <= set(found)
    assert {found[one][0] for one in ("address", "mail", "scanner")} == {"production lacks"}


def test_a_full_disk_a_scanner_and_a_database_that_are_away_are_found(
    look: Look, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    at_work(session)
    monkeypatch.setattr(doctor, "MIN_FREE", 1 << 62)
    code, found = look(REGISTRY_CLAMD="unix:/nowhere/clamd.ctl")
    assert (code, found["disk"][0], found["scanner"][0]) == (1, "unwell", "unwell")
    code, found = look(REGISTRY_DATABASE_URL="sqlite:////nowhere/registry.sqlite3")
    assert (code, found["database"][0]) == (1, "unwell")


def test_keys_that_the_log_knows_and_this_home_lacks_are_named(
    look: Look, session: Session, settings: Settings
) -> None:
    prepare_keys(settings)
    make.make_licence(session, number="INV-1")
    lock_log(session)
    sync_keys(session, Keyring(settings.keys))
    at_work(session)
    session.commit()
    assert "keys" not in look()[1]
    for path in settings.keys.glob("*.pem"):
        path.unlink()
    code, found = look()
    assert code == 1
    assert "credential" in found["keys"][1]


@pytest.mark.parametrize("words", [("db", "current"), ("keys", "list"), ("sources", "list"), ("employers", "list")])
def test_what_a_program_reads_is_json(words: tuple[str, ...], settings: Settings, session: Session) -> None:
    prepare_keys(settings)
    make.make_source(session, "CZ")
    session.commit()
    env = environment(settings, settings.port)
    found: Any = json.loads(CliRunner().invoke(main, [*words, "--json"], env=env).output)
    assert found or words[0] == "employers"


def test_a_reader_that_goes_away_gets_no_traceback(settings: Settings, session: Session) -> None:
    session.commit()
    script = f'{sys.executable} -m registry.cli law list | head -1; exit "${{PIPESTATUS[0]}}"'
    ended = subprocess.run(
        ["bash", "-c", script], env=environment(settings, settings.port), capture_output=True, text=True, timeout=60
    )
    assert (ended.returncode, ended.stderr) == (CLOSED_PIPE, "")
