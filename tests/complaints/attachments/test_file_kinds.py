"""File kinds are detected from bytes; files that lie, hide another or arrive cut off are refused with a reason."""

import random
import zipfile
from contextlib import suppress
from io import BytesIO

import pytest

from registry.complaints.attachments.file_kinds import ENDINGS, MAX_BYTES, MEDIA_TYPES, kind_of, text_of
from registry.core.errors import FileTooLarge, RefusedFile
from registry.vocabulary.cases import FileKind
from registry.vocabulary.codes import Problem
from tests.complaints import samples


def refused(body: bytes, name: str = "", declared: str = "") -> Problem:
    with pytest.raises(RefusedFile) as raised:
        kind_of(body, name, declared)
    assert name == "" or name not in raised.value.text
    (fault,) = raised.value.faults
    assert fault.code is raised.value.code
    return fault.code


def archive() -> bytes:
    out = BytesIO()
    with zipfile.ZipFile(out, "w") as made:
        made.writestr("tool.exe", b"MZ" * 100)
    return out.getvalue()


@pytest.mark.parametrize("kind", list(FileKind))
def test_each_kind_is_told_from_its_bytes(kind: FileKind) -> None:
    body = samples.sample(kind)
    assert kind_of(body) is kind
    assert kind_of(body, f"照片 1.{ENDINGS[kind].upper()}", MEDIA_TYPES[kind]) is kind
    assert kind_of(body, "mmexport1700000000000", "application/octet-stream") is kind


@pytest.mark.parametrize("kind", sorted(set(FileKind) - {FileKind.TXT, FileKind.MP3, FileKind.AMR, FileKind.AAC}))
@pytest.mark.parametrize("part", [0.03, 0.5, 0.97])
def test_half_an_upload_is_refused(kind: FileKind, part: float) -> None:
    body = samples.sample(kind).removesuffix(samples.CANARY.encode())
    assert refused(body[: int(len(body) * part)]) in (Problem.FILE_DAMAGED, Problem.FILE_KIND_NOT_TAKEN)


def test_an_empty_file_and_one_of_a_byte_too_many_are_refused() -> None:
    assert refused(b"") is Problem.FILE_EMPTY
    assert kind_of(b"a" * MAX_BYTES) is FileKind.TXT
    with pytest.raises(FileTooLarge) as raised:
        kind_of(b"a" * (MAX_BYTES + 1))
    assert raised.value.code is Problem.FILE_TOO_LARGE


@pytest.mark.parametrize(
    "body",
    [
        archive(),
        b"<!DOCTYPE html><p>hello",
        b"\xef\xbb\xbf  <svg xmlns='http://www.w3.org/2000/svg' onload='x()'/>",
        b"<?xml version='1.0'?><a/>",
        b"{\\rtf1 hello}",
        b"MZ\x90\x00" + bytes(200),
        b"\x7fELF\x02\x01\x01" + bytes(60),
        b"GIF89a" + bytes(40),
        b"BM" + bytes(60),
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600),
        b"\x02#!SILK_V3" + bytes(40),
        b"\x00\x00\x00\x14ftypqt  \x00\x00\x00\x00qt  \x00\x00\x00\x08wide",
        b"\x00\x00\x00\x14ftypavif\x00\x00\x00\x00avif\x00\x00\x00\x08meta",
        random.Random(7).randbytes(5000),
        bytes(5000),
        b"a\x01\x02\x03\x04\x05",
    ],
)
def test_what_is_not_on_the_list_is_not_taken(body: bytes) -> None:
    assert refused(body) is Problem.FILE_KIND_NOT_TAKEN


@pytest.mark.parametrize(
    ("kind", "name", "declared"),
    [
        (FileKind.JPEG, "contract.pdf", ""),
        (FileKind.JPEG, "photo.jpg.exe", ""),
        (FileKind.PDF, "photo.jpg", ""),
        (FileKind.TXT, "photo.jpg", ""),
        (FileKind.TXT, "page.html", ""),
        (FileKind.MP4, "photo.png", ""),
        (FileKind.JPEG, "photo.jpg", "text/html"),
        (FileKind.JPEG, "photo.jpg", "image/svg+xml"),
        (FileKind.PDF, "contract.pdf", "image/jpeg"),
        (FileKind.TXT, "note.txt", "text/html"),
    ],
)
def test_a_lying_name_or_type_is_refused(kind: FileKind, name: str, declared: str) -> None:
    assert refused(samples.sample(kind), name, declared) is Problem.FILE_NOT_AS_NAMED


@pytest.mark.parametrize(
    ("kind", "name", "declared"),
    [
        (FileKind.WEBP, "photo.jpg", "image/jpeg"),
        (FileKind.HEIC, "IMG_0001.JPG", "image/jpeg"),
        (FileKind.M4A, "memo.mp4", "video/mp4"),
        (FileKind.JPEG, "2026. 5. 4 payslip", ""),
    ],
)
def test_a_picture_that_a_chat_renamed_is_taken(kind: FileKind, name: str, declared: str) -> None:
    assert kind_of(samples.sample(kind), name, declared) is kind


def polyglots() -> dict[str, bytes]:
    jpeg, pdf, png = samples.jpeg(), samples.pdf(), samples.png()
    return {
        "PDF and ZIP": pdf + archive(),
        "JPEG with an archive behind it": jpeg + archive(),
        "JPEG with an archive in its comment": samples.jpeg(comment=archive()),
        "JPEG with a RAR archive": jpeg + b"Rar!\x1a\x07\x01\x00" + bytes(50),
        "PNG with a 7z archive": png + b"7z\xbc\xaf\x27\x1c" + bytes(50),
        "HTML in a JPEG comment": samples.jpeg(comment=b"<ScRiPt>alert(1)</script>"),
        "SVG behind a PNG": png + b"<svg onload=x()>",
        "PDF in a JPEG comment": samples.jpeg(comment=b"%PDF-1.4 1 0 obj"),
        "PDF behind a JPEG": jpeg + b"\n%PDF-1.7\n" + pdf,
        "PDF behind a line": b"something\n" + pdf,
        "program behind a WebP": samples.webp() + b"\x7fELF\x02\x01\x01\x00" + bytes(60),
        "archive in an MP3": samples.recording("mp3") + archive(),
    }


@pytest.mark.parametrize("name", list(polyglots()))
def test_a_file_that_is_two_files_is_refused(name: str) -> None:
    assert refused(polyglots()[name]) is Problem.FILE_HOLDS_ANOTHER


def test_the_film_that_a_telephone_appends_to_a_photograph_does_not_cost_the_photograph() -> None:
    assert kind_of(samples.jpeg(trailing=samples.recording("mp4"))) is FileKind.JPEG
    assert kind_of(samples.jpeg(trailing=samples.jpeg())) is FileKind.JPEG


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "gb18030"])
def test_a_text_is_read_in_the_encodings_that_telephones_write(encoding: str) -> None:
    assert text_of(samples.TEXT.encode(encoding)) == samples.TEXT


def test_nothing_that_is_cut_or_changed_anywhere_raises_anything_but_a_refusal() -> None:
    chance = random.Random(11)
    for kind in FileKind:
        body = samples.sample(kind)
        for _ in range(60):
            changed = bytearray(body)
            for _ in range(chance.randint(1, 8)):
                changed[chance.randrange(len(changed))] = chance.randrange(256)
            with suppress(RefusedFile):
                kind_of(bytes(changed[: chance.randint(1, len(changed))]))


def webm_of_a_browser() -> bytes:
    """As MediaRecorder writes it: the size of the segment is left open."""
    body = samples.recording("webm")
    place = body.index(b"\x18\x53\x80\x67") + 4
    return body[:place] + b"\x01" + b"\xff" * 7 + body[place + 8 :]


def test_sound_whose_length_its_recorder_never_wrote_is_taken() -> None:
    wav = samples.recording("wav")
    assert kind_of(webm_of_a_browser(), "recording.webm", "audio/webm;codecs=opus") is FileKind.WEBM
    assert kind_of(wav[:4] + b"\xff" * 4 + wav[8:], "memo.wav", "audio/wave") is FileKind.WAV


def test_sound_of_an_old_telephone_is_taken_and_a_film_in_webm_is_not() -> None:
    old = samples.recording("m4a")
    assert kind_of(old.replace(b"M4A ", b"3gp4"), "memo.3gp", "audio/3gpp") is FileKind.M4A
    film = samples.recording("webm").replace(b"A_OPUS", b"V_VP8\0A_")
    assert refused(film) is Problem.FILE_KIND_NOT_TAKEN
