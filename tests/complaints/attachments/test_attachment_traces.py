"""What an upload leaves on disks: no word of what was sent, no name, no hour; and nothing that no row speaks of."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from registry.complaints.attachments import actions as attachments
from registry.complaints.attachments import sanitise_jobs
from registry.complaints.attachments.file_store import FolderStore, compare, random_name
from registry.complaints.attachments.models import Attachment
from registry.core.clock import now
from registry.core.settings import Settings
from registry.http.transaction import Services
from registry.vocabulary.cases import AttachmentState, FileKind
from tests.complaints import samples
from tests.complaints.boxes import TODAY, Filed, make_box
from tests.complaints.uploads import Uploads, idle
from tests.postgres import Server
from tests.serving import command, environment
from tests.thorough import POSTGRESQL_IS_THOROUGH
from tests.waiting import until

pytestmark = pytest.mark.slow

NAME = "KANARIENNAME-4711"
TOLD = f"{samples.CANARY} the boss keeps my passport ".encode() * 4000


@pytest.fixture
def upload(held_services: Services, settings: Settings, session: Session, sealer: object) -> Iterator[Uploads]:
    filed: Filed = make_box(session, sealer)  # type: ignore[arg-type]
    session.commit()
    yield Uploads(settings, held_services.sessions, filed)
    until(lambda: not sanitise_jobs.being_cleaned(settings))


def files_with(folder: Path, *needles: bytes) -> list[str]:
    found = []
    for path in folder.rglob("*"):
        if path.is_file():
            body = path.read_bytes()
            found += [f"{path.relative_to(folder)}: {needle!r}" for needle in needles if needle in body]
    return found


def traces(word: str) -> tuple[bytes, ...]:
    return (word.encode(), word.encode("utf-16-le"), word.encode().hex().encode())


def test_no_byte_of_what_was_sent_is_on_any_disk(
    upload: Uploads, settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, database_kind: str,
    request: pytest.FixtureRequest,
) -> None:  # fmt: skip
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    monkeypatch.setenv("TMPDIR", str(temporary))
    sent = [upload(TOLD, f"{NAME}.txt"), upload(samples.pdf(), f"{NAME}.pdf"), upload(samples.png(), f"{NAME}.png")]
    for one in sent:
        until(lambda: not sanitise_jobs.being_cleaned(settings))
        sanitise_jobs.begin(settings, sanitise_jobs.sanitise_job(settings, upload.filed.opened, upload.filed.case, one))
        assert upload.cleaned(one).state is AttachmentState.CLEAN
    assert TOLD[:40] in upload.clean(upload.now(sent[0]))
    needles = (*traces(samples.CANARY), *traces(NAME), b"passport", b"%PDF-", b"IHDR")
    # The database's file and log among them, on SQLite.
    assert files_with(tmp_path, *needles) == []
    assert list(temporary.iterdir()) == []
    if database_kind == "postgresql":
        server: Server = request.getfixturevalue("postgres")
        with services_session(upload) as session:
            session.execute(text("CHECKPOINT"))
        assert files_with(Path(server.folder), *needles[:6], b"passport") == []


def services_session(upload: Uploads) -> Session:
    return upload.sessions()


@pytest.mark.one_database
def test_a_file_says_the_day_and_not_the_hour_it_was_sent(upload: Uploads) -> None:
    upload.cleaned(upload(b"note", "a.txt"))
    assert isinstance(upload.store, FolderStore)
    assert len(list(upload.store.folder.iterdir())) == 2
    assert all(path.stat().st_mtime % 86400 == 0 for path in upload.store.folder.iterdir())


def test_a_server_killed_before_the_row_leaves_a_sealed_orphan_that_goes_after_a_day(
    upload: Uploads, settings: Settings, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    idle(monkeypatch)
    stored = upload(b"note", "a.txt")
    orphan = attachments.store_file(
        upload.store, upload.filed.opened, upload.filed.case, attachments.SentFile(b"lost", "b.txt")
    ).original_name
    today = now().date()
    for day in (today, today + timedelta(days=1)):
        assert compare(session, upload.store, day).orphans == ()
        assert compare(session, upload.store, day).young == 1
    assert compare(session, upload.store, today + timedelta(days=2)).orphans == (orphan,)
    assert upload.original(stored) == b"note"


def run(settings: Settings, *options: str) -> subprocess.CompletedProcess[str]:
    return command("cases", "reconcile", *options, env=environment(settings, 1), seconds=120)


def aged(upload: Uploads, name: str) -> None:
    assert isinstance(upload.store, FolderStore)
    before = time.time() - 3 * 86400
    os.utime(upload.store.folder / name, (before, before))


@pytest.mark.one_database
@pytest.mark.file_times
def test_reconcile_removes_orphans_makes_lost_copies_again_and_tells_of_lost_originals(
    upload: Uploads, settings: Settings, session: Session
) -> None:
    attachment = upload.cleaned(upload(b"note", "a.txt"))
    assert isinstance(upload.store, FolderStore)
    orphan, young, foreign = random_name(), random_name(), "readme.txt"
    for name in (orphan, young, foreign, f"{random_name()}#1"):
        (upload.store.folder / name).write_bytes(b"x")
        if name != young:
            aged(upload, name)
    aged(upload, attachment.original_name)
    assert attachment.clean_name is not None
    (upload.store.folder / attachment.clean_name).unlink()
    before = sorted(path.name for path in upload.store.folder.iterdir())

    stated = run(settings, "--dry-run")
    assert stated.returncode == 0, stated.stderr
    assert "2 would be removed, 1 too young" in stated.stdout
    assert "clean copies missing: 1 would be made again" in stated.stdout
    assert sorted(path.name for path in upload.store.folder.iterdir()) == before
    assert upload.now(attachment).state is AttachmentState.CLEAN

    stated = run(settings)
    assert stated.returncode == 0, stated.stderr
    left = {path.name for path in upload.store.folder.iterdir()}
    assert left == {attachment.original_name, young, foreign}
    assert upload.now(attachment).state is AttachmentState.KEPT
    # The process that made the first copy holds its slot until it has ended.
    until(lambda: not sanitise_jobs.being_cleaned(settings))
    with upload.sessions.begin() as writing:
        jobs = sanitise_jobs.sanitise_jobs_due(writing, settings, upload.filed.case, [upload.filed.opened])
    sanitise_jobs.begin_all(settings, jobs)
    assert upload.clean(upload.cleaned(attachment)) == b"note"

    (upload.store.folder / attachment.original_name).unlink()
    stated = run(settings)
    assert stated.returncode == 2
    assert attachment.reference in stated.stderr


UPLOADER = """
import os, sys
from pathlib import Path
from registry.core.clock import now
from registry.complaints.attachments import uploading
from registry.complaints.attachments.actions import SentFile
from registry.complaints.sealing.models import EncryptedContainer
from registry.complaints.case.models import Case
from registry.complaints.sealing.sealer import Sealer
from registry.complaints.attachments.file_store import FolderStore
from registry.core.settings import Settings
from registry.core.db.engine import engine_for, sessions_for
from registry.core.keyring import Keyring

settings = Settings(home=Path(sys.argv[1]), database_url=sys.argv[2], files=Path(sys.argv[1]) / "files")
sessions = sessions_for(engine_for(settings.database_url))
with sessions() as session:
    box = session.get_one(EncryptedContainer, int(sys.argv[3]))
    case = session.get_one(Case, box.case_id)
    opened = Sealer(Keyring(settings.keys)).open_as_mailbox(session, box, bytes.fromhex(sys.stdin.readline()))
print("ready", flush=True)
services = uploading.UploadServices(settings, sessions, FolderStore(settings.files))
for number in range(1000):
    sent = SentFile(b"note %d" % number, "a.txt", idempotency_key=str(number))
    uploading.upload(services, opened, case, sent, now().date())
    print(number, flush=True)
"""


@POSTGRESQL_IS_THOROUGH
@pytest.mark.parametrize(
    "after", [0.05, *(pytest.param(seconds, marks=pytest.mark.in_test_all) for seconds in (0.0, 0.2))]
)
def test_a_server_that_is_killed_while_it_takes_files_has_all_that_it_acknowledged(
    upload: Uploads, settings: Settings, session: Session, after: float
) -> None:
    wanted = [sys.executable, "-c", UPLOADER, str(settings.home), settings.database_url, str(upload.filed.box.id)]
    with subprocess.Popen(wanted, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write(upload.filed.root.seed.hex() + "\n")
        process.stdin.flush()
        assert process.stdout.readline() == "ready\n"
        process.stdout.readline()
        time.sleep(after)
        os.kill(process.pid, signal.SIGKILL)
        acknowledged = {0, *(int(line) for line in process.stdout.read().split())}
    until(lambda: not sanitise_jobs.being_cleaned(settings))
    rows = attachments.attachments_of(session, [upload.filed.box])
    session.commit()
    assert {b"note %d" % number for number in acknowledged} <= {upload.original(row) for row in rows}
    assert len(rows) <= len(acknowledged) + 1
    found = compare(session, upload.store, TODAY + timedelta(days=4000))
    assert found.without_original == ()
    assert found.without_copy == ()
    assert len(found.orphans) <= 3


@pytest.mark.one_database
def test_nothing_of_a_file_is_told_by_its_text_form(upload: Uploads, monkeypatch: pytest.MonkeyPatch) -> None:
    idle(monkeypatch)
    stored = attachments.store_file(
        upload.store, upload.filed.opened, upload.filed.case, attachments.SentFile(b"lost", f"{NAME}.txt")
    )
    assert "key" not in repr(stored)
    assert NAME not in repr(stored)
    assert NAME not in repr(vars(upload(b"note", f"{NAME}.txt")))
    assert FileKind.TXT is stored.kind
    assert Attachment.__tablename__ == "attachments"
