"""An attachment is sealed, stored once and sanitised in another process; only its recipients can read it."""

import os
import signal
import threading
from collections.abc import Iterator
from dataclasses import replace
from io import BytesIO
from pathlib import Path

import pikepdf
import pytest
from PIL import Image
from sqlalchemy.orm import Session, sessionmaker

from registry.complaints.attachments import actions as attachments
from registry.complaints.attachments import sanitise_jobs, uploading
from registry.complaints.attachments.file_store import FolderStore
from registry.complaints.attachments.models import Attachment
from registry.complaints.attachments.sanitise_jobs import clean_waiting
from registry.complaints.sealing.envelopes import padded, padded_size, unpadded
from registry.complaints.sealing.sealer import Sealer
from registry.core.errors import FilesUnavailable, FileTooLarge, NotFound, RefusedFile, Unopenable
from registry.core.settings import Settings
from registry.http.transaction import Services
from registry.officers.models import Unit
from registry.vocabulary.cases import AttachmentState, CaseState, FileKind, MailboxRole, NoCopy
from registry.vocabulary.codes import Problem
from tests.complaints import samples
from tests.complaints.boxes import UNIT, Filed, hand_over, make_box
from tests.complaints.object_store import object_server
from tests.complaints.uploads import Uploads, idle
from tests.waiting import until

pytestmark = pytest.mark.slow


@pytest.fixture
def sessions(held_services: Services) -> sessionmaker[Session]:
    return held_services.sessions


@pytest.fixture
def filed(session: Session, sealer: Sealer) -> Filed:
    made = make_box(session, sealer)
    session.commit()
    return made


@pytest.fixture(autouse=True)
def _nothing_goes_on(settings: Settings) -> Iterator[None]:
    """What a test has begun ends before its database goes."""
    yield
    until(lambda: not sanitise_jobs.being_cleaned(settings))


@pytest.fixture
def upload(settings: Settings, sessions: sessionmaker[Session], filed: Filed) -> Uploads:
    return Uploads(settings, sessions, filed)


@pytest.mark.one_database
def test_a_photograph_is_kept_as_it_was_sent_and_copied_without_its_place(upload: Uploads) -> None:
    body = samples.jpeg()
    attachment = upload.cleaned(upload(body, "照片.jpg"))
    assert attachment.state is AttachmentState.CLEAN
    assert upload.original(attachment) == body
    with Image.open(BytesIO(upload.clean(attachment))) as copy:
        assert not copy.getexif()
    facts = attachments.facts_of(upload.filed.opened, upload.filed.case, attachment)
    assert (facts.name, facts.size) == ("照片.jpg", len(body))


@pytest.mark.one_database
def test_a_file_that_cannot_be_copied_is_kept_all_the_same_and_says_why(upload: Uploads) -> None:
    out = BytesIO()
    with pikepdf.new() as made:
        made.add_blank_page()
        made.save(out, encryption=pikepdf.Encryption(owner="o", user="u"))
    attachment = upload.cleaned(upload(out.getvalue(), "contract.pdf"))
    assert (attachment.state, attachment.no_copy) == (AttachmentState.NO_CLEAN_COPY, NoCopy.LOCKED)
    assert upload.original(attachment) == out.getvalue()
    with pytest.raises(NotFound):
        upload.clean(attachment)


def test_officers_open_the_copy_and_the_custodian_alone_the_original(
    upload: Uploads, session: Session, sealer: Sealer
) -> None:
    hand_over(session, sealer, upload.filed)
    session.commit()
    attachment = upload.cleaned(upload(samples.jpeg(), "a.jpg"))
    officer = sealer.open_as_unit(session, upload.filed.box, UNIT)
    custodian = sealer.open_as_custodian(session, upload.filed.box, UNIT)
    assert upload.clean(attachment, officer)
    with pytest.raises(Unopenable):
        upload.original(attachment, officer)
    assert upload.original(attachment, custodian) == samples.jpeg()


def test_a_helper_and_a_worker_do_not_open_each_others_files_by_their_own_boxes(
    upload: Uploads, session: Session, sealer: Sealer
) -> None:
    helper = make_box(session, sealer, upload.filed.case, MailboxRole.HELPER)
    session.commit()
    attachment = upload.cleaned(upload(b"a note", "a.txt"))
    with pytest.raises(Unopenable):
        upload.original(attachment, helper.opened)
    with pytest.raises(NotFound):
        attachments.attachment_of(session, [helper.box], attachment.reference)
    assert attachments.attachment_of(session, [helper.box, upload.filed.box], attachment.reference)


def test_an_upload_sent_twice_is_there_once(upload: Uploads, session: Session, settings: Settings) -> None:
    first = upload(samples.jpeg(), "a.jpg", once="form-1")
    assert upload(samples.jpeg(), "a.jpg", once="form-1").reference == first.reference
    assert upload(b"another", "a.txt", once="form-2").reference != first.reference
    assert len(attachments.attachments_of(session, [upload.filed.box])) == 2
    session.commit()


def test_two_uploads_at_once_of_the_same_file_leave_one_and_no_orphan(
    upload: Uploads, session: Session, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    idle(monkeypatch)
    meet, found = threading.Barrier(2), []
    keep = attachments.store_file

    def kept_together(*arguments: object, **named: object) -> attachments.StoredFile:
        stored = keep(*arguments, **named)  # type: ignore[arg-type]
        meet.wait(30)
        return stored

    monkeypatch.setattr(uploading, "store_file", kept_together)
    both = [threading.Thread(target=lambda: found.append(upload(b"note", "a.txt", once="x"))) for _ in range(2)]
    for one in both:
        one.start()
    for one in both:
        one.join(60)
    assert len(found) == 2
    assert len({attachment.reference for attachment in found}) == 1
    assert len(attachments.attachments_of(session, [upload.filed.box])) == 1
    assert len(list(upload.store.listing())) == 1


def test_the_eleventh_file_and_the_byte_beyond_80_mb_are_refused(
    upload: Uploads, monkeypatch: pytest.MonkeyPatch
) -> None:
    idle(monkeypatch)
    whole = b"a" * 20 * 1024 * 1024
    for number in range(4):
        upload(whole, f"{number}.txt")
    with pytest.raises(FileTooLarge) as together:
        upload(b"a", "one.txt")
    assert together.value.code is Problem.CASE_FILES_TOO_LARGE
    with pytest.raises(FileTooLarge) as alone:
        upload(whole + b"a", "large.txt")
    assert len(list(upload.store.listing())) == 4
    assert alone.value.code in (Problem.FILE_TOO_LARGE, Problem.CASE_FILES_TOO_LARGE)


def test_the_eleventh_file_is_refused_even_when_two_are_sent_at_once(
    upload: Uploads, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    idle(monkeypatch)
    for number in range(9):
        upload(b"note", f"{number}.txt")
    meet, refused = threading.Barrier(2), []
    keep = attachments.store_file

    def kept_together(*arguments: object, **named: object) -> attachments.StoredFile:
        stored = keep(*arguments, **named)  # type: ignore[arg-type]
        meet.wait(30)
        return stored

    def send(name: str) -> None:
        try:
            upload(b"note", name)
        except RefusedFile as refusal:
            refused.append(refusal.code)

    monkeypatch.setattr(uploading, "store_file", kept_together)
    both = [threading.Thread(target=send, args=(f"last-{number}.txt",)) for number in range(2)]
    for one in both:
        one.start()
    for one in both:
        one.join(60)
    assert refused == [Problem.TOO_MANY_FILES]
    assert len(attachments.attachments_of(session, [upload.filed.box])) == 10
    assert len(list(upload.store.listing())) == 10


def files_in(settings: Settings) -> list[Path]:
    assert isinstance(settings.files, Path)
    return sorted(settings.files.iterdir())


@pytest.mark.one_database
def test_what_was_swapped_cut_or_put_in_another_order_does_not_open(
    upload: Uploads, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    idle(monkeypatch)
    first, second = upload(b"one " * 50_000, "1.txt"), upload(b"two " * 50_000, "2.txt")
    assert isinstance(upload.store, FolderStore)
    path, other = upload.store.folder / first.original_name, upload.store.folder / second.original_name
    body, foreign = path.read_bytes(), other.read_bytes()
    chunk = 65536 + 17
    head, parts = body[:24], [body[24 + at : 24 + at + chunk] for at in range(0, len(body) - 24, chunk)]
    assert len(parts) > 2
    for changed in (
        foreign,
        body[:-1],
        head + b"".join(parts[:-1]),
        head + b"".join([parts[1], parts[0], *parts[2:]]),
        head + b"".join([*parts, parts[-1]]),
        body[:1000] + bytes([body[1000] ^ 1]) + body[1001:],
        b"",
    ):
        path.write_bytes(changed)
        with pytest.raises(Unopenable):
            upload.original(first)
    path.write_bytes(body)
    assert upload.original(first) == b"one " * 50_000


@pytest.mark.one_database
def test_rows_that_were_swapped_do_not_open(upload: Uploads, session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    idle(monkeypatch)
    first, second = upload(b"one", "1.txt"), upload(b"two", "2.txt")
    first.original_name, first.original_key = second.original_name, second.original_key
    with pytest.raises(Unopenable):
        upload.original(first)


@pytest.mark.one_database
def test_a_store_that_is_away_takes_nothing_and_loses_nothing(
    upload: Uploads, session: Session, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    idle(monkeypatch)
    stored = upload(b"note", "a.txt")
    assert isinstance(upload.store, FolderStore)
    aside = upload.store.folder.rename(upload.store.folder.with_name("aside"))
    upload.store.folder.write_text("in the way")
    for _ in range(2):
        with pytest.raises(FilesUnavailable):
            upload(b"another", "b.txt")
    with pytest.raises(FilesUnavailable):
        upload.original(stored)
    assert len(attachments.attachments_of(session, [upload.filed.box])) == 1
    session.commit()
    upload.store.folder.unlink()
    aside.rename(upload.store.folder)
    assert upload.original(stored) == b"note"
    assert upload(b"another", "b.txt").state is AttachmentState.KEPT


@pytest.mark.one_database
def test_files_are_kept_and_cleaned_in_a_bucket_too(
    settings: Settings, sessions: sessionmaker[Session], filed: Filed
) -> None:
    with object_server() as server:
        upload = Uploads(replace(settings, files=server.bucket), sessions, filed)
        attachment = upload.cleaned(upload(samples.jpeg(), "a.jpg"))
        assert attachment.state is AttachmentState.CLEAN
        assert upload.original(attachment) == samples.jpeg()
        assert upload.clean(attachment).startswith(b"\xff\xd8")
        assert server.names() == {f"of/complaints/{attachment.original_name}", f"of/complaints/{attachment.clean_name}"}
        for name in server.names():
            assert samples.CANARY.encode() not in server.body(name)
            assert b"JFIF" not in server.body(name)
        until(lambda: not sanitise_jobs.being_cleaned(settings))


def killed(
    upload: Uploads,
    settings: Settings,
    sessions: sessionmaker[Session],
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> Attachment:
    """An attachment whose copier was killed -9 while it fetched the original: a pipe without a writer holds it there."""
    with monkeypatch.context() as without_copiers:
        idle(without_copiers)
        attachment = upload(LONG, "long.txt")
    assert isinstance(upload.store, FolderStore)
    original, aside = upload.store.folder / str(attachment.original_name), tmp_path / "aside"
    original.rename(aside)
    os.mkfifo(original)
    assert begun(upload, settings, sessions) == [attachment.reference]
    until(lambda: upload.now(attachment).state is AttachmentState.CLEANING)
    for process in list(sanitise_jobs._running):
        if process.poll() is None:
            os.kill(process.pid, signal.SIGKILL)
            process.wait()
    original.unlink()
    aside.rename(original)
    return attachment


def begun(upload: Uploads, settings: Settings, sessions: sessionmaker[Session]) -> list[str]:
    """What this visit has begun to copy."""
    with sessions.begin() as session:
        jobs = sanitise_jobs.sanitise_jobs_due(session, settings, upload.filed.case, [upload.filed.opened])
    assert "key" not in repr(jobs)
    assert sanitise_jobs.begin_all(settings, jobs) == len(jobs)
    return [one.attachment for one in jobs]


LONG = b"\n".join(b"%d a note" % number for number in range(200_000))


def test_a_copier_that_is_killed_is_followed_by_another_at_the_next_visit(
    upload: Uploads,
    settings: Settings,
    sessions: sessionmaker[Session],
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    attachment = killed(upload, settings, sessions, monkeypatch, tmp_path)
    assert upload.now(attachment).state is AttachmentState.CLEANING
    assert upload.original(attachment) == LONG
    assert begun(upload, settings, sessions) == [attachment.reference]
    assert upload.cleaned(attachment).state is AttachmentState.CLEAN
    assert upload.clean(attachment=upload.now(attachment)).startswith(b"0 a note\n1 a note")


def test_the_worker_goes_on_with_what_was_killed_once_there_is_a_unit(
    upload: Uploads,
    settings: Settings,
    session: Session,
    sessions: sessionmaker[Session],
    sealer: Sealer,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    attachment = killed(upload, settings, sessions, monkeypatch, tmp_path)
    assert clean_waiting(settings, sessions) == 0
    unit = Unit(reference=UNIT, authority="it-inl", country="IT", authority_zone="UTC", names={}, is_default=True)
    session.add(unit)
    session.flush()
    upload.filed.case.unit_id, upload.filed.case.state = unit.id, CaseState.SUBMITTED
    hand_over(session, sealer, upload.filed)
    session.commit()
    assert clean_waiting(settings, sessions) == 1
    assert clean_waiting(settings, sessions) == 0
    assert upload.cleaned(attachment).state is AttachmentState.CLEAN
    assert clean_waiting(settings, sessions) == 0


@pytest.mark.one_database
def test_what_kills_every_copier_is_given_up(
    upload: Uploads, settings: Settings, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as without_copiers:
        idle(without_copiers)
        attachment = upload(b"note", "a.txt")
    row = session.get_one(Attachment, attachment.id)
    row.state, row.attempts = AttachmentState.CLEANING, sanitise_jobs.MAX_ATTEMPTS
    assert sanitise_jobs.sanitise_jobs_due(session, settings, upload.filed.case, [upload.filed.opened]) == []
    assert (row.state, row.no_copy) == (AttachmentState.NO_CLEAN_COPY, NoCopy.INTERRUPTED)


@pytest.mark.one_database
def test_few_copies_are_made_at_once_and_the_others_stay_due(
    upload: Uploads, settings: Settings, session: Session
) -> None:
    made = [upload(LONG, f"{number}.txt") for number in range(sanitise_jobs.SLOTS + 1)]
    last = made[-1]
    if last.reference not in sanitise_jobs.being_cleaned(settings):
        assert upload.now(last).state is AttachmentState.KEPT
    assert len(sanitise_jobs.being_cleaned(settings)) <= sanitise_jobs.SLOTS
    for one in made[:-1]:
        upload.cleaned(one)
    until(lambda: not sanitise_jobs.being_cleaned(settings))
    sanitise_jobs.begin_all(
        settings, sanitise_jobs.sanitise_jobs_due(session, settings, upload.filed.case, [upload.filed.opened])
    )
    session.commit()
    assert upload.cleaned(last).state is AttachmentState.CLEAN


@pytest.mark.one_database
def test_a_file_removed_while_it_is_copied_leaves_nothing(
    upload: Uploads, settings: Settings, sessions: sessionmaker[Session]
) -> None:
    upload(LONG, "long.txt")
    with sessions.begin() as session:
        names = attachments.remove(session, attachments.attachments_of(session, [upload.filed.box]))
    attachments.discard(upload.store, names)
    until(lambda: not sanitise_jobs.being_cleaned(settings))
    assert list(upload.store.listing()) == []
    with sessions() as session:
        assert attachments.attachments_of(session, [upload.filed.box]) == []


def test_a_purge_takes_the_files_along_and_waits_for_a_store_that_is_away(
    upload: Uploads, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    idle(monkeypatch)
    upload(b"note", "a.txt")
    upload(b"another", "b.txt")
    assert isinstance(upload.store, FolderStore)
    remove_files = attachments.files_remover(upload.store)
    aside = upload.store.folder.rename(upload.store.folder.with_name("aside"))
    upload.store.folder.write_text("in the way")
    with pytest.raises(FilesUnavailable):
        remove_files(session, upload.filed.case)
    session.rollback()
    upload.store.folder.unlink()
    aside.rename(upload.store.folder)
    for _ in range(2):
        remove_files(session, upload.filed.case)
        session.commit()
        assert attachments.attachments_of(session, [upload.filed.box]) == []
        assert list(upload.store.listing()) == []


@pytest.mark.parametrize(
    ("sent", "shown"),
    [
        ("../../etc/passwd", "passwd.jpg"),
        ("C:\\Users\\老板\\工资.JPG", "工资.jpg"),
        ("photo.webp", "photo.jpg"),
        ("\u202egpj.exe\x00\r\n", "gpj.jpg"),
        ("", "file.jpg"),
        (" ... ", "file.jpg"),
        ('a<b>"c|d?*.jpg', "a b c d.jpg"),
        ("2026. 5. 4 payslip", "2026. 5. 4 payslip.jpg"),
        ("长" * 300 + ".jpeg", "长" * 80 + ".jpg"),
    ],
)
def test_a_name_does_no_harm(sent: str, shown: str) -> None:
    assert attachments.safe_name(sent, FileKind.JPEG) == shown


def test_sizes_are_rounded_so_that_they_tell_little() -> None:
    sizes = {padded_size(size) for size in range(1, 20 * 1024 * 1024, 9973)}
    assert len(sizes) < 300
    assert padded_size(20 * 1024 * 1024) == 20 * 1024 * 1024
    for size in (0, 1, 65_535, 65_536, 65_537, 1_000_000, 7_654_321):
        body = bytes(size)
        assert size <= padded_size(size) <= max(65_536, size * 9 // 8)
        assert unpadded(padded(body)) == body
    with pytest.raises(Unopenable):
        unpadded([b"\0" * 30])
