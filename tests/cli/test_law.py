"""`registry law`: rows are listed with what they may do, overdue ones are reported, and a wrong file is named."""

from datetime import UTC, datetime
from pathlib import Path

import structlog
import time_machine
from click.testing import CliRunner, Result

from registry.cli import main
from registry.core.settings import Settings
from registry.http.transaction import Services
from registry.worker.schedule import warn_of_law
from tests.register.law.make import HEAD, ROW


def run(*arguments: str) -> Result:
    return CliRunner().invoke(main, ["law", *arguments])


def test_rows_are_listed_with_mark_day_and_weight() -> None:
    done = run("list", "--country", "nl", "--table", "regime", "--on", "2027-06-01")
    assert done.exit_code == 0
    assert "nl-regime-temporary-work-wtta" in done.output
    assert "regime · mark s · text of 2025-11-11 (text) · check by 2027-01-01" in done.output
    assert "· blocks_yes" in done.output
    assert "HU" not in done.output


def test_a_country_without_a_file_is_named_as_such() -> None:
    done = run("list", "--country", "ZZ")
    assert done.exit_code == 2
    assert "no file is about ZZ" in done.output


def test_what_is_due_is_listed_and_changes_the_exit_code() -> None:
    assert run("stale", "--on", "2026-11-27").exit_code == 0
    done = run("stale", "--on", "2026-12-31")
    assert done.exit_code == 1
    assert "2026-12-31  due   nl-regime-temporary-work-until-2026-12-31" in done.output
    late = run("stale", "--on", "2027-01-02")
    assert "2026-12-31  late  nl-regime-temporary-work-until-2026-12-31" in late.output
    assert run("stale", "--on", "2026-12-01", "--within", "30").exit_code == 1


def test_the_shipped_files_are_sound() -> None:
    done = run("verify")
    assert done.exit_code == 0, done.output
    assert done.output.startswith("31 files")


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
