"""Erasing on the command line, and that no restored backup brings a name back."""

from pathlib import Path

import pytest
import requests
from click.testing import CliRunner, Result
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from registry.cli import erase, main
from registry.core.db.engine import engine_for, sessions_for
from registry.core.ids import new_reference
from registry.core.settings import Settings
from registry.log.signing import sign_committed
from registry.ranges.actions import write_epoch
from registry.ranges.models import RangeKey
from registry.register.agencies.erasures import remember, remembered
from registry.register.agencies.queries import agency_row
from registry.supervision.licensing.models import Proposal
from registry.vocabulary.register import HolderKind
from registry.vocabulary.supervision import LicenceAct
from tests.make import licence_record, make_agency, public_record_of
from tests.serving import serve
from tests.supervision.licensing.making import proposed

pytestmark = pytest.mark.both_databases

NAME, NUMBER = "Smyslík Vymyšlený", "OSOBNI-3313"
FORMS = (NAME, "smyslik vymysleny", NUMBER, "OSOBNI3313")
"""How they are written down: as they are printed, and as they are looked up."""


@pytest.fixture
def person(session: Session) -> str:
    """The reference of an invented sole trader."""
    agency = make_agency(
        session, name=NAME, holder_kind=HolderKind.SOLE_TRADER, licences=(licence_record(number=NUMBER),)
    )
    session.commit()
    return agency.agency_id


def run(settings: Settings, *arguments: str) -> Result:
    env = {"REGISTRY_HOME": str(settings.home), "REGISTRY_DATABASE_URL": settings.database_url, "REGISTRY_URL": None}
    return CliRunner().invoke(main, arguments, env={"PORT": None, **env})


def test_erasing_destroys_the_name_and_remembers_the_reference(
    settings: Settings, session: Session, person: str
) -> None:
    made = settings.home / "papers"
    made.mkdir(parents=True)
    (made / "of-him.pdf").write_bytes(NAME.encode())
    done = run(settings, "erase", f"{person[:4]}-{person[4:8]}-{person[8:]}".lower(), "--yes")
    assert done.exit_code == 0, done.output
    assert public_record_of(session, person).withheld == "withheld_by_law"
    assert remembered(settings.home) == [person]
    assert not made.exists()
    session.commit()
    again = run(settings, "erase", person, "--yes")
    assert again.exit_code == 2
    assert "was erased on" in again.stderr


def places_of(home: Path, *texts: str) -> dict[str, list[str]]:
    """The files below a folder, by name, that hold one of the texts in UTF-8 or UTF-16, with those that they hold."""
    found: dict[str, list[str]] = {}
    for path in sorted(path for path in home.rglob("*") if path.is_file()):
        body = path.read_bytes()
        for one in texts:
            if any(one.encode(form) in body for form in ("utf-8", "utf-16-le", "utf-16-be")):
                found.setdefault(path.name, []).append(one)
    return found


@pytest.mark.parametrize("database_kind", ["sqlite"])
def test_what_was_erased_is_in_no_file(settings: Settings, session: Session, person: str, tmp_path: Path) -> None:
    """The database lies beside its home here; both are searched."""
    (licence,) = public_record_of(session, person).licences
    proposed(session, LicenceAct.SUSPEND, licence, ground_text=f"{NAME} did not answer.")
    session.commit()
    # What the worker makes of it too.
    engine = engine_for(settings.database_url)
    sessions = sessions_for(engine)
    sign_committed(settings, sessions)
    assert write_epoch(sessions) is not None
    papers = settings.home / "papers"
    papers.mkdir(parents=True)
    (papers / "utf-16.txt").write_bytes(NAME.encode("utf-16-le"))
    # The open session keeps the write-ahead log, as a server does.
    assert places_of(tmp_path, *FORMS) == {"registry.sqlite3-wal": [*FORMS], "utf-16.txt": [NAME]}
    done = run(settings, "erase", person, "--yes")
    assert done.exit_code == 0, done.output
    assert "the write-ahead log is empty" in done.output
    assert places_of(tmp_path, *FORMS) == {}
    assert (tmp_path / "registry.sqlite3-wal").stat().st_size == 0
    # The next epoch is made without the number, and leaves nothing of it either.
    written = write_epoch(sessions)
    assert written is not None
    assert session.execute(select(RangeKey.id)).first() is None
    assert places_of(tmp_path, *FORMS) == {}
    engine.dispose()


def test_who_reads_meanwhile_keeps_what_was_erased_and_the_command_says_so(
    settings: Settings, session: Session, person: str, database_kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(erase, "drop_deleted", lambda *_: False)
    done = run(settings, "erase", person, "--yes")
    assert done.exit_code == 0
    assert (
        "still holds them" if database_kind == "sqlite" else "VACUUM FULL agencies, agency_identifiers"
    ) in done.output


def test_on_postgresql_no_dead_row_of_a_person_is_left(
    settings: Settings, session: Session, person: str, database_kind: str
) -> None:
    if database_kind == "sqlite":
        assert "VACUUM" not in run(settings, "erase", person, "--yes").output
        return
    session.execute(text("CREATE EXTENSION IF NOT EXISTS pgstattuple"))
    session.commit()
    assert run(settings, "erase", person, "--yes").exit_code == 0
    for table in ("agency_names", "lookup_keys", "erasable_values", "public_records", "indexed_names"):
        dead = session.execute(text("SELECT dead_tuple_count FROM pgstattuple(:name)"), {"name": table}).scalar_one()
        assert dead == 0, table


def test_erasing_a_person_destroys_what_officers_proposed_of_them(
    settings: Settings, session: Session, person: str
) -> None:
    (licence,) = public_record_of(session, person).licences
    proposed(session, LicenceAct.SUSPEND, licence, ground_text=f"{NAME} did not answer.")
    session.commit()
    assert run(settings, "erase", person, "--yes").exit_code == 0
    assert session.execute(select(Proposal.id)).first() is None


def test_erasing_asks_first(settings: Settings, session: Session, person: str) -> None:
    assert run(settings, "erase", person).exit_code == 1
    assert public_record_of(session, person).withheld is None
    assert remembered(settings.home) == []


def test_a_legal_person_and_an_unknown_reference_are_not_erased(settings: Settings, session: Session) -> None:
    company = make_agency(session).agency_id
    session.commit()
    assert "is a legal person" in run(settings, "erase", company, "--yes").stderr
    for wrong in (new_reference(), "x", ""):
        assert "there is no agency" in run(settings, "erase", wrong, "--yes").stderr
    assert remembered(settings.home) == []


def test_what_a_restored_backup_brings_back_is_erased_before_it_is_served(
    settings: Settings, session: Session, person: str
) -> None:
    # The home knows of the erasure and the database does not: so it is after a restore, and after a crash in between.
    remember(settings.home, person)
    other = make_agency(session, name="Jiný Smyšlený", holder_kind=HolderKind.SOLE_TRADER).agency_id
    session.commit()
    with serve(settings) as served:
        page = requests.get(f"{served.base_url}/en/agencies/{person}", timeout=30).text
        assert NAME not in page
        assert "Jiný Smyšlený" in requests.get(f"{served.base_url}/en/agencies/{other}", timeout=30).text
        assert f"Erased again, for a restored backup brought them back: {person}" in served.printed()
    session.expire_all()
    row = agency_row(session, person)
    assert row is not None
    assert row.erased_at is not None


def test_erasing_goes_on_after_the_log_was_closed(settings: Settings, session: Session, person: str) -> None:
    assert run(settings, "close", "--yes").exit_code == 0
    done = run(settings, "erase", person, "--yes")
    assert (done.exit_code, done.stderr) == (0, ""), done.output
    session.expire_all()
    assert public_record_of(session, person).withheld == "withheld_by_law"
    session.commit()
    assert "all agree" in run(settings, "log", "verify").output
    with serve(settings) as served:
        page = requests.get(f"{served.base_url}/en/agencies/{person}", timeout=30)
        assert (page.status_code, NAME in page.text) == (200, False)


def test_a_line_that_a_crash_cut_off_erases_no_one(tmp_path: Path) -> None:
    whole = new_reference()
    remember(tmp_path, whole)
    remember(tmp_path, whole)
    with (tmp_path / "erased").open("a") as file:
        file.write(new_reference()[:7])
    assert remembered(tmp_path) == [whole]
    assert (tmp_path / "erased").stat().st_mode & 0o077 == 0
