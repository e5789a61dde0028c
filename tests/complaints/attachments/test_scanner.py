"""A virus scanner is asked before a file is opened. What speaks here is a server of clamd's protocol (clamd(8)) over a socket;
clamd itself needs signatures of some hundred megabytes from its makers' servers."""

import socketserver
import struct
import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy.orm import Session

from registry.complaints.attachments import sanitise_jobs
from registry.complaints.attachments.scanner import ScannerAway, found_in
from registry.complaints.sealing.sealer import Sealer
from registry.core.errors import SettingsError
from registry.core.settings import Settings
from registry.http.transaction import Services
from registry.vocabulary.cases import AttachmentState, NoCopy
from tests.complaints import samples
from tests.complaints.boxes import make_box
from tests.complaints.uploads import Uploads
from tests.waiting import until

HARMFUL = b"INVENTED-HARMFUL-CONTENT"
LIMIT = 1_000_000


class Conversation(socketserver.StreamRequestHandler):
    """One question and its answer, as clamd speaks."""

    def handle(self) -> None:
        if self.rfile.read(10) != b"zINSTREAM\0":
            self.wfile.write(b"UNKNOWN COMMAND\0")
            return
        body = b""
        while size := struct.unpack("!I", self.rfile.read(4))[0]:
            body += self.rfile.read(size)
        if len(body) > LIMIT:
            self.wfile.write(b"INSTREAM size limit exceeded. ERROR\0")
        elif HARMFUL in body:
            self.wfile.write(b"stream: Invented.Test-1 FOUND\0")
        else:
            self.wfile.write(b"stream: OK\0")


class Daemon(socketserver.ThreadingUnixStreamServer):
    daemon_threads = True


@pytest.fixture
def scanner(tmp_path: Path) -> Iterator[str]:
    """The address of a running scanner."""
    path = tmp_path / "clamd.ctl"
    with Daemon(str(path), Conversation) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"unix:{path}"
        server.shutdown()


def test_a_scanner_says_what_it_knows(scanner: str) -> None:
    assert found_in(b"", scanner) is None
    assert found_in(b"Mi chiamo\n" * 20_000, scanner) is None
    assert found_in(b"x" * 70_000 + HARMFUL, scanner) == "Invented.Test-1"
    with pytest.raises(ScannerAway, match="size limit exceeded"):
        found_in(b"x" * (LIMIT + 1), scanner)


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
    asking = replace(settings, scanner=scanner)
    upload = Uploads(asking, held_services.sessions, filed)
    harmful = upload.cleaned(upload(b"Leggete qui. " + HARMFUL, "letter.txt"))
    assert (harmful.state, harmful.no_copy) == (AttachmentState.NO_CLEAN_COPY, NoCopy.HARMFUL)
    assert upload.cleaned(upload(samples.jpeg(), "photo.jpg")).state is AttachmentState.CLEAN

    away = Uploads(replace(settings, scanner=f"unix:{tmp_path}/none.ctl"), held_services.sessions, filed)
    waiting = away(b"Una lettera.", "other.txt")
    until(lambda: not sanitise_jobs.being_cleaned(settings))
    assert (away.now(waiting).state, away.now(waiting).attempts) == (AttachmentState.KEPT, 0)
    job = sanitise_jobs.sanitise_job(asking, filed.opened, filed.case, waiting)
    assert sanitise_jobs.begin(asking, job)
    until(lambda: upload.now(waiting).state is AttachmentState.CLEAN)
    until(lambda: not sanitise_jobs.being_cleaned(settings))
