"""Files by a form: taken once, refused in plain words, held on no disk in clear, shown by a name that does no harm."""

import io
import multiprocessing.util
import re
import tempfile
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from registry.complaints.attachments.file_kinds import MAX_BYTES
from registry.complaints.attachments.models import Attachment
from registry.complaints.case.models import Case
from registry.core.settings import Settings
from registry.http import uploads
from registry.i18n.languages import CATALOGUES
from registry.vocabulary.cases import Priority
from registry.vocabulary.codes import TriageReason
from tests.complaints.samples import CANARY, jpeg, recording
from tests.pages.intake.phone import PLACES, Phone

ZH = CATALOGUES["zh-Hans"]
NOTE = "他们三月十二日拿走了我的护照。".encode()


def send(phone: Phone, body: bytes, name: str, **fields: str) -> object:
    phone.go("/files")
    return phone.press("files", **(fields | {"file": (io.BytesIO(body), name)}))


def count(session: Session) -> int:
    session.expire_all()
    return session.execute(select(func.count()).select_from(Attachment)).scalar_one()


@pytest.mark.both_databases
def test_a_photograph_goes_along_and_lies_nowhere_in_clear(
    phone: Phone, session: Session, settings: Settings, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """One large enough that a form's parser would put it into a temporary file."""
    # Where processes that clean copies keep their socket: for all tests, so it must not lie in this one's folder.
    multiprocessing.util.get_temp_dir()
    spooled = tmp_path / "spooled"
    spooled.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(spooled))
    opened: list[str] = []
    real = tempfile.TemporaryFile
    monkeypatch.setattr(tempfile, "TemporaryFile", lambda *a, **k: (opened.append("file"), real(*a, **k))[1])
    phone.begin()
    send(phone, jpeg(trailing=b"\0" * 900_000 + CANARY.encode()), "合同 照片.jpg")
    assert "合同 照片.jpg" in phone.text
    assert count(session) == 1
    assert opened == []
    for path in (*settings.home.rglob("*"), *spooled.rglob("*")):
        assert path.is_dir() or CANARY.encode() not in path.read_bytes()


def test_the_same_upload_sent_twice_is_there_once(phone: Phone, session: Session) -> None:
    phone.begin()
    phone.go("/files")
    form = phone.form("files")
    for _ in range(2):
        phone.send(form | {"file": (io.BytesIO(NOTE), "记录.txt")}, "files")
    assert count(session) == 1


def test_a_file_is_removed_while_nothing_was_sent_and_not_after(phone: Phone, session: Session) -> None:
    phone.begin()
    send(phone, NOTE, "一.txt")
    send(phone, NOTE, "二.txt")
    phone.press("files/remove", 0)
    assert count(session) == 1
    stored = phone.form("files/remove")
    phone.answer(PLACES["account"], answer="见文件")
    phone.go("/all")
    phone.press("send")
    phone.go("/files")
    assert "box/files/remove" not in phone.text
    phone.send(stored, "files/remove")
    assert count(session) == 1
    send(phone, NOTE, "三.txt")
    assert count(session) == 2


@pytest.mark.parametrize(
    ("body", "name", "problem"),
    [
        (b"", "leer.txt", "file_empty"),
        (b"PK\x03\x04" + b"\0" * 100, "a.zip", "file_kind_not_taken"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "a.svg", "file_kind_not_taken"),
        (b"\0" * (MAX_BYTES + 1), "gross.txt", "file_too_large"),
        (b"\0" * (MAX_BYTES + 100_000), "groesser.txt", "file_too_large"),
    ],
    ids=["empty", "archive", "svg", "one byte", "far too large"],
)
def test_what_is_not_taken_is_said_and_nothing_is_kept(
    phone: Phone, session: Session, body: bytes, name: str, problem: str
) -> None:
    phone.begin()
    send(phone, body, name)
    assert phone.shown.status_code in (400, 413)
    assert ZH[f"problem.{problem}"] in phone.text
    assert count(session) == 0


def test_the_eleventh_file_is_not_taken(phone: Phone, session: Session) -> None:
    phone.begin()
    phone.go("/files")
    form = phone.form("files")
    for number in range(11):
        answer = phone.send(form | {"once": f"{number}", "file": (io.BytesIO(NOTE), f"{number}.txt")}, "files")
    assert (answer.status_code, count(session)) == (400, 10)
    assert ZH["problem.too_many_files"] in answer.text
    phone.go("/files")
    assert 'type="file"' not in phone.text


@pytest.mark.parametrize(
    "name",
    [
        "<script>alert(1)</script>.txt",
        "../../etc/passwd.txt",
        "\u202egpj.exe\u2066.txt",
        "a\u200bb\ufeff.txt",
        '"><img src=x>.txt',
        "x" * 3000,
    ],
)
def test_a_hostile_name_does_nothing(phone: Phone, name: str) -> None:
    phone.begin()
    send(phone, NOTE, name)
    phone.go("/files")
    [displayed] = re.findall(r"<h2><bdi>(.*?)</bdi></h2>", phone.text)
    assert not re.search("[<>\u202e\u2066\u200b\ufeff/]", displayed.replace("&lt;", "").replace("&gt;", ""))
    phone.go("/copy")
    assert "<script>alert" not in phone.text


def test_anothers_file_is_as_one_that_is_not_there(phone: Phone, other: Phone, session: Session) -> None:
    phone.begin()
    send(phone, NOTE, "她的.txt")
    reference = session.execute(select(Attachment.reference)).scalar_one()
    other.begin()
    assert other.go(f"/files/{reference}").status_code == 404
    assert other.go("/files/23456789ABCD").status_code == 404
    other.go("/files")
    other.send({"token": other.form("files")["token"], "file": reference}, "files/remove")
    assert count(session) == 1


def test_nothing_is_read_of_a_caller_without_a_visit(
    client: FlaskClient, units: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("registry.pages.intake.files._take_files", lambda _: pytest.fail("read"))
    answer = client.post("/zh-Hans/box/files", data={"file": (io.BytesIO(NOTE), "a.txt")})
    assert 'name="number"' in answer.text


def test_a_forged_form_sends_no_file(phone: Phone, session: Session) -> None:
    phone.begin()
    phone.send({"token": "0" * 64, "file": (io.BytesIO(NOTE), "a.txt")}, "files")
    assert count(session) == 0


def test_only_a_few_files_are_taken_at_once(phone: Phone, session: Session) -> None:
    phone.begin()
    phone.go("/files")
    form = phone.form("files")
    for _ in range(uploads.AT_ONCE):
        uploads._taking.acquire()
    try:
        busy = phone.send(form | {"file": (io.BytesIO(NOTE), "a.txt")}, "files")
    finally:
        for _ in range(uploads.AT_ONCE):
            uploads._taking.release()
    assert busy.status_code == 503
    assert ZH["problem.too_busy"] in busy.text
    phone.send(form | {"file": (io.BytesIO(NOTE), "a.txt")}, "files")
    assert count(session) == 1


@pytest.mark.both_databases
def test_a_recording_alone_is_a_complaint_that_somebody_hears_within_days(phone: Phone, session: Session) -> None:
    phone.begin()
    phone.go("/all")
    phone.press("send")
    assert ZH["page.box.all.empty"] in phone.text
    send(phone, recording("webm"), "recording.webm")
    phone.go("/all")
    phone.press("send")
    assert ZH["case.reads.received"] in phone.text
    case = session.scalars(select(Case)).one()
    assert (case.priority, case.reasons) == (Priority.P2, [TriageReason.RECORDING_TO_HEAR])


def test_only_the_page_that_records_may_ask_for_the_microphone(phone: Phone) -> None:
    phone.begin()
    assert "microphone=()" in phone.go("/all").headers["Permissions-Policy"]
    assert "microphone=(self)" in phone.go("/files").headers["Permissions-Policy"]
