"""A virus scanner is asked before a file is opened: ClamAV's clamd itself, with one signature of the tests' own."""

import subprocess
import tempfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy.orm import Session

from registry.complaints.attachments import sanitise_jobs
from registry.complaints.attachments.sanitise_attachment import ScannerAway, found_in
from registry.complaints.sealing.sealer import Sealer
from registry.core.errors import SettingsError
from registry.core.settings import Settings
from registry.http.transaction import Services
from registry.vocabulary.cases import AttachmentState, NoCopy
from tests.complaints import samples
from tests.complaints.boxes import make_box
from tests.complaints.uploads import Uploads
from tests.waiting import until
from tools.cluster.parts import program

HARMFUL = b"INVENTED-HARMFUL-CONTENT"
LIMIT = 1_000_000

CONFIGURATION = """
Foreground yes
LocalSocket {folder}/clamd.ctl
DatabaseDirectory {folder}/signatures
TemporaryDirectory {folder}
StreamMaxLength {limit}
"""


@pytest.fixture(scope="module")
def scanner() -> Iterator[str]:
    """The address of a running clamd that knows one signature, so it starts at once."""
    # The path of a socket is short.
    with tempfile.TemporaryDirectory(prefix="clamd-") as name:
        folder = Path(name)
        (folder / "signatures").mkdir()
        (folder / "signatures" / "own.ndb").write_text(f"Invented.Test-1:0:*:{HARMFUL.hex()}\n", encoding="ascii")
        (folder / "clamd.conf").write_text(CONFIGURATION.format(folder=folder, limit=LIMIT), encoding="ascii")
        with (
            (folder / "output").open("wb") as output,
            subprocess.Popen(
                [program("clamd"), "-c", folder / "clamd.conf"], stdin=subprocess.DEVNULL, stdout=output, stderr=output
            ) as daemon,
        ):
            try:
                until(lambda: daemon.poll() is not None or (folder / "clamd.ctl").is_socket())
                assert daemon.poll() is None, (folder / "output").read_text()
                yield f"unix:{folder}/clamd.ctl"
            finally:
                daemon.kill()


def test_a_scanner_says_what_it_knows(scanner: str) -> None:
    assert found_in(b"", scanner) is None
    assert found_in(b"Mi chiamo\n" * 20_000, scanner) is None
    assert found_in(b"x" * 70_000 + HARMFUL, scanner) == "Invented.Test-1.UNOFFICIAL"
    assert found_in(b"PK" + HARMFUL * 10_000, scanner) == "Invented.Test-1.UNOFFICIAL"
    with pytest.raises(ScannerAway, match="size limit exceeded"):
        found_in(b"x" * (LIMIT + 5_000_000), scanner)


def test_a_scanner_that_is_not_there_gives_no_verdict(tmp_path: Path) -> None:
    with pytest.raises(ScannerAway):
        found_in(b"x", f"unix:{tmp_path}/none.ctl")
    with pytest.raises(ScannerAway):
        found_in(b"x", "tcp://127.0.0.1:1")


@pytest.mark.parametrize("text", ["clamd", "tcp://127.0.0.1", "unix:run/clamd.ctl", "http://scanner:3310"])
def test_an_address_that_is_none_is_refused(text: str) -> None:
    with pytest.raises(SettingsError, match="REGISTRY_CLAMD must be like"):
        Settings.from_environment({"REGISTRY_CLAMD": text})


@pytest.mark.slow
@pytest.mark.parametrize("database_kind", ["sqlite"])
def test_what_the_scanner_knows_has_no_copy_and_what_waits_for_it_gets_one_later(
    settings: Settings, held_services: Services, session: Session, sealer: Sealer, scanner: str, tmp_path: Path
) -> None:
    filed = make_box(session, sealer)
    session.commit()
    with_scanner = replace(settings, scanner=scanner)
    upload = Uploads(with_scanner, held_services.sessions, filed)
    harmful = upload.cleaned(upload(b"Leggete qui. " + HARMFUL, "letter.txt"))
    assert (harmful.state, harmful.no_copy) == (AttachmentState.NO_CLEAN_COPY, NoCopy.HARMFUL)
    assert upload.cleaned(upload(samples.jpeg(), "photo.jpg")).state is AttachmentState.CLEAN

    away = Uploads(replace(settings, scanner=f"unix:{tmp_path}/none.ctl"), held_services.sessions, filed)
    waiting = away(b"Una lettera.", "other.txt")
    until(lambda: not sanitise_jobs.being_cleaned(settings))
    assert (away.now(waiting).state, away.now(waiting).attempts) == (AttachmentState.KEPT, 0)
    job = sanitise_jobs.sanitise_job(with_scanner, filed.opened, filed.case, waiting)
    assert sanitise_jobs.begin(with_scanner, job)
    until(lambda: upload.now(waiting).state is AttachmentState.CLEAN)
    until(lambda: not sanitise_jobs.being_cleaned(settings))
