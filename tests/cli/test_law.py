"""`registry law`: rows are listed with what they may do, overdue ones are reported, and a wrong file is named."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
import structlog
import time_machine
from click.testing import CliRunner, Result
from flask import Flask

from registry.cli import main
from registry.core.settings import Settings
from registry.http.metrics import gauges
from registry.http.transaction import Services
from registry.register.law.loading import Law, country_law, law_of
from registry.worker.schedule import warn_of_law
from tests.register.law.make import HEAD, LIMIT, ROW


def run(*arguments: str) -> Result:
    return CliRunner().invoke(main, ["law", *arguments])


def test_rows_are_listed_with_mark_day_and_weight() -> None:
    done = run("list", "--country", "nl", "--table", "regime", "--on", "2027-06-01")
    assert done.exit_code == 0
    assert "nl-regime-temporary-work-wtta" in done.output
    assert "regime · mark s · text of 2025-11-11 (text) · check by 2027-01-01" in done.output
    assert "· blocks_yes" in done.output
    assert "HU" not in done.output


def test_rows_are_listed_for_programs_too() -> None:
    rows = json.loads(run("list", "--country", "nl", "--table", "regime", "--on", "2027-06-01", "--json").output)
    row = next(one for one in rows if one["id"] == "nl-regime-temporary-work-wtta")
    assert (row["table"], row["mark"], row["as_of"], row["check_by"]) == ("regime", "s", "2025-11-11", "2027-01-01")
    assert {one["country"] for one in rows} == {"NL"}
    assert "blocks_yes" in {one["may_decide"] for one in rows}


def test_a_country_without_a_file_is_named_as_such() -> None:
    done = run("list", "--country", "ZZ")
    assert done.exit_code == 2
    assert "no file is about ZZ" in done.output


@pytest.fixture
def invented_law(monkeypatch: pytest.MonkeyPatch) -> Law:
    """One limit, which decides until 20 January 2027, as the released law."""
    law = law_of([country_law("ZZ.toml", (HEAD + LIMIT).encode())])
    monkeypatch.setattr("registry.cli.law.shipped_law", lambda: law)
    monkeypatch.setattr("registry.worker.schedule.law_at", lambda session: law)
    monkeypatch.setattr("registry.http.metrics.law_at", lambda session: law)
    return law


def test_a_row_that_soon_loses_its_vote_is_listed_with_what_must_be_read_again(invented_law: Law) -> None:
    assert run("stale", "--on", "2026-11-20").exit_code == 0
    done = run("stale", "--on", "2026-11-21")
    assert done.exit_code == 1
    assert done.output == (
        "2027-01-20  votes  zz-limit-lending  (limit; Invented Act, art. 2; https://law.example/act)\n"
    )
    assert run("stale", "--on", "2026-11-01", "--within", "90").exit_code == 1


def test_a_row_that_lost_its_vote_is_listed_when_asked_for(invented_law: Law) -> None:
    assert "No row is due" in run("stale", "--on", "2027-01-21").output
    done = run("stale", "--on", "2027-01-21", "--too-old")
    assert (done.exit_code, done.output[:35]) == (0, "2027-01-20  old    zz-limit-lending")


def test_operators_are_warned_60_days_before_a_row_loses_its_vote(
    invented_law: Law, settings: Settings, held_services: Services, app: Flask
) -> None:
    for day, is_warned in ((datetime(2026, 11, 20, tzinfo=UTC), False), (datetime(2026, 11, 21, tzinfo=UTC), True)):
        with time_machine.travel(day, tick=False), structlog.testing.capture_logs() as logged:
            warn_of_law(settings, held_services.sessions)
            metrics = gauges(app, {}).decode()
        events = [one for one in logged if one["event"] == "law_loses_its_vote"]
        assert bool(events) is is_warned
        assert f"\nregistry_law_rows_losing_vote {is_warned:d}\n" in metrics
    assert (events[0]["rows"], events[0]["first"]) == (["zz-limit-lending"], "2027-01-20")


def test_what_is_due_is_listed_and_changes_the_exit_code() -> None:
    done = run("stale", "--on", "2026-12-31")
    assert done.exit_code == 1
    assert "2026-12-31  due    nl-regime-temporary-work-until-2026-12-31" in done.output
    late = run("stale", "--on", "2027-01-02")
    assert "2026-12-31  late   nl-regime-temporary-work-until-2026-12-31" in late.output
    assert run("stale", "--on", "2026-12-01", "--within", "30").exit_code == 1


def test_the_shipped_files_are_sound() -> None:
    done = run("verify")
    assert done.exit_code == 0, done.output
    assert done.output.startswith("32 files")


def test_every_wrong_file_is_named_with_row_and_field(tmp_path: Path) -> None:
    (tmp_path / "ZZ.toml").write_text(HEAD + ROW.replace('article = "Invented Act, art. 1"\n', ""))
    (tmp_path / "YY.toml").write_text("country = 1")
    (tmp_path / "notes.txt").write_text("no law")
    done = run("verify", str(tmp_path))
    assert done.exit_code == 1
    assert "ZZ.toml, zz-regime-placement, article: missing" in done.output
    assert "YY.toml, country:" in done.output


def test_the_worker_warns_a_month_before_a_row_is_to_be_read_again(settings: Settings, held_services: Services) -> None:
    for day, is_warned in ((datetime(2026, 11, 27, tzinfo=UTC), False), (datetime(2026, 12, 1, tzinfo=UTC), True)):
        with time_machine.travel(day, tick=False), structlog.testing.capture_logs() as logged:
            warn_of_law(settings, held_services.sessions)
        events = [one for one in logged if one["event"] == "law_to_be_read_again"]
        assert bool(events) is is_warned
    assert "nl-regime-temporary-work-until-2026-12-31" in events[0]["rows"]
    assert events[0]["late"] == 0
