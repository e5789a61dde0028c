"""A drill: a registry is backed up by one command while it serves, destroyed, and restored from the backup alone."""

import shutil
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
import requests
from sqlalchemy import make_url, select, update
from sqlalchemy.orm import Session, sessionmaker

from registry.complaints.attachments.models import Attachment
from registry.complaints.case.models import Case
from registry.complaints.sealing.sealer import Sealer
from registry.core.clock import now
from registry.core.db.engine import engine_for, reading_session, sessions_for
from registry.core.keyring import Keyring
from registry.core.settings import Settings
from registry.vocabulary.cases import AttachmentState, CaseState
from registry.vocabulary.register import HolderKind
from tests.api.complaints.conftest import make_unit
from tests.complaints.complainant import Complainant, by_socket
from tests.conftest import Database
from tests.make import licence_record, make_agency
from tests.postgres import Server
from tests.serving import command, environment, serve
from tests.thorough import POSTGRESQL_IS_THOROUGH
from tests.waiting import until

pytestmark = [pytest.mark.slow, pytest.mark.both_databases]

TEXT = b"The passports are in the foreman's car.\n"
PERSON = "Smyslík Vymyšlený"


def run(settings: Settings, *arguments: str) -> tuple[int, str]:
    done = command(*arguments, env=environment(settings, 8000))
    assert "Traceback" not in done.stderr, done.stderr
    return done.returncode, done.stdout + done.stderr


def copied(sessions: sessionmaker[Session]) -> bool:
    with reading_session(sessions) as session:
        return session.scalars(select(Attachment.state)).one() is AttachmentState.CLEAN


@pytest.fixture
def destroy(database: Database, request: pytest.FixtureRequest) -> Callable[[Settings], None]:
    """Destroys a registry: its home, and all tables of its database."""

    def destroyed(settings: Settings) -> None:
        shutil.rmtree(settings.home)
        path = str(make_url(database.url).database)
        if database.kind == "sqlite":
            for left in ("", "-wal", "-shm"):
                Path(f"{path}{left}").unlink(missing_ok=True)
            return
        server: Server = request.getfixturevalue("postgres")
        server.drop(path)
        server.run(f'CREATE DATABASE "{path}"')

    return destroyed


@POSTGRESQL_IS_THOROUGH
def test_a_registry_comes_back_from_its_backup_alone(
    settings: Settings, destroy: Callable[[Settings], None], tmp_path: Path
) -> None:
    settings.prepare_home()
    engine = engine_for(settings.database_url)
    with sessions_for(engine)() as session:
        make_unit(session, Sealer(Keyring(settings.keys)))
        person = make_agency(
            session, name=PERSON, holder_kind=HolderKind.SOLE_TRADER, licences=(licence_record(number="OSOBNI/3"),)
        ).agency_id
        session.commit()
    (settings.home / "sources").mkdir()
    (settings.home / "sources" / "sk-list.toml").write_text("# invented\n")
    copy = tmp_path / "backup"
    with serve(settings, "--with-worker") as served:
        filer, over = (Complainant(by_socket(served.base_url)).filed() for _ in range(2))
        assert filer.attach(TEXT).status == 201
        # The process that makes the clean copy outlives the server, and would write into a home that is gone.
        until(lambda: copied(sessions_for(engine)))
        # Nor does it wait for who is writing.
        with sessions_for(engine).begin() as writing:
            writing.execute(update(Case).values(version=Case.version))
            code, printed = run(settings, "backup", str(copy))
            assert code == 0, printed
    # After the backup one was erased and another one's time ran out.
    assert run(settings, "erase", person, "--yes")[0] == 0
    erased = (settings.home / "erased").read_bytes()
    engine.dispose()
    assert not [path for path in copy.rglob("*") if path.stat().st_mode & 0o077]
    assert run(settings, "backup", str(copy))[0] == 2

    destroy(settings)
    settings.home.mkdir(mode=0o700)
    # A backup that was changed is not put back.
    path = copy / "home" / "keys" / "receipt-salt.secret"
    right = path.read_bytes()
    path.write_bytes(b"0" * 32)
    code, printed = run(settings, "restore", str(copy))
    assert (code, "receipt-salt.secret is missing in the backup, or is not as it was written" in printed) == (2, True)
    assert [*settings.home.iterdir()] == []
    path.write_bytes(right)

    code, printed = run(settings, "restore", str(copy))
    assert code == 0, printed
    assert (settings.home / "sources" / "sk-list.toml").exists()
    assert not [path for path in settings.home.rglob("*") if path.is_file() and path.stat().st_mode & 0o077]
    # What the newest copy of `erased` names, and what is past its time, goes before the first answer.
    (settings.home / "erased").write_bytes(erased)
    engine = engine_for(settings.database_url)
    with sessions_for(engine).begin() as session:
        second = session.execute(select(Case.id).order_by(Case.id.desc()).limit(1)).scalar_one()
        session.execute(
            update(Case)
            .where(Case.id == second)
            .values(state=CaseState.CLOSED, closed_on=now().date(), purge_on=now().date() - timedelta(days=1))
        )
    with serve(settings) as served:
        filer.ask = by_socket(served.base_url)
        filer.come_back()
        (stored,) = filer.mailbox()["attachments"]
        assert stored["size"] == len(TEXT)
        assert PERSON not in requests.get(f"{served.base_url}/en/agencies/{person}", timeout=30).text
        over.ask = by_socket(served.base_url)
        assert over.come_back().status == 404
        with sessions_for(engine)() as session:
            assert session.get_one(Case, second).state is CaseState.PURGED
    assert run(settings, "log", "verify")[0] == 0
    engine.dispose()
