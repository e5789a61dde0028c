"""A clean copy shows what its original shows, and holds nothing of who took it, where, when and with what."""

import itertools
import json
import re
import subprocess
from array import array
from io import BytesIO
from pathlib import Path

import pikepdf
import pillow_heif
import pytest
from PIL import Image

from registry.complaints.attachments.sanitiser.process import Outcome, clean
from registry.vocabulary.cases import FileKind, NoCopy
from tests.complaints import samples
from tests.thorough import thorough

pytestmark = pytest.mark.slow

PICTURES = [FileKind.JPEG, FileKind.PNG, FileKind.WEBP, FileKind.HEIC]
RECORDINGS = [FileKind.M4A, FileKind.MP3, FileKind.MP4]
PLACE = rb"41\.89|012\.49"


def cleaned(body: bytes, kind: FileKind) -> bytes:
    outcome = clean(body, kind)
    assert outcome.body is not None, outcome
    return outcome.body


def refused(body: bytes, kind: FileKind) -> Outcome:
    outcome = clean(body, kind)
    assert outcome.body is None
    return outcome


def unpacked(body: bytes) -> bytes:
    """Every stream of a PDF as it is when it is read, one after the other, with all that is said of each."""
    with pikepdf.open(BytesIO(body)) as document:
        found = [repr(document.trailer).encode(), repr(document.Root).encode()]
        for one in document.objects:
            found.append(repr(one).encode("utf-8", "replace"))
            if isinstance(one, pikepdf.Stream):
                found.append(one.read_raw_bytes())
                try:
                    found.append(one.read_bytes())
                except pikepdf.PdfError:
                    continue
        return b"\n".join(found)


def probed(body: bytes, folder: Path) -> str:
    """All that ffprobe finds said in a recording."""
    path = folder / "probed"
    path.write_bytes(body)
    wanted = ["ffprobe", "-v", "error", "-show_format", "-show_streams", "-show_chapters", "-of", "json", str(path)]
    return subprocess.run(wanted, check=True, capture_output=True, text=True).stdout


MOST_SENT = (FileKind.JPEG, FileKind.PDF, FileKind.M4A)


@pytest.mark.parametrize(
    "kind", [*MOST_SENT, *thorough(*sorted(set(FileKind) - {*MOST_SENT, FileKind.AMR, FileKind.AAC, FileKind.TXT}))]
)
def test_nothing_that_was_planted_is_left(kind: FileKind) -> None:
    body = samples.sample(kind)
    planted = unpacked(body) if kind is FileKind.PDF else body
    assert samples.CANARY.encode() in planted
    copy = cleaned(body, kind)
    for found in (copy, unpacked(copy) if kind is FileKind.PDF else b""):
        assert samples.CANARY.encode() not in found
        assert not re.search(PLACE, found)


@pytest.mark.parametrize("kind", PICTURES)
def test_a_picture_has_no_place_no_device_and_no_author_left(kind: FileKind) -> None:
    body = samples.sample(kind)
    with Image.open(BytesIO(body)) as before, Image.open(BytesIO(cleaned(body, kind))) as after:
        assert before.getexif().get_ifd(0x8825)
        assert not after.getexif()
        assert not after.getexif().get_ifd(0x8825)
        left = set(after.info) - {"jfif", "jfif_version", "jfif_unit", "jfif_density", "loop", "background"}
        left -= {"duration", "timestamp"}
        assert not left
        assert after.size == before.size
        assert after.convert("RGB").getpixel((20, 60)) == pytest.approx((255, 0, 0), abs=12)


@pytest.mark.parametrize(
    "body",
    [
        samples.jpeg(trailing=samples.CANARY.encode() + b" serial number"),
        samples.jpeg(trailing=samples.recording("mp4")),
        samples.jpeg(comment=samples.CANARY.encode() * 100),
        samples.jpeg(has_profile=False),
    ],
)
def test_nothing_that_hangs_on_a_photograph_is_left(body: bytes) -> None:
    copy = cleaned(body, FileKind.JPEG)
    assert copy.endswith(b"\xff\xd9")
    assert samples.CANARY.encode() not in copy
    assert b"ftyp" not in copy


def test_a_photograph_taken_sideways_stands_upright_and_says_no_more_how_it_was_held() -> None:
    body = samples.jpeg(orientation=6)
    with Image.open(BytesIO(cleaned(body, FileKind.JPEG))) as after:
        assert after.size == (200, 320)
        # The red corner was at the upper left; turned by a quarter it is at the upper right.
        assert after.getpixel((150, 20)) == pytest.approx((255, 0, 0), abs=12)
        assert 0x0112 not in after.getexif()


def test_a_clear_picture_stays_clear_and_a_grey_one_grey() -> None:
    out, grey = BytesIO(), BytesIO()
    Image.new("RGBA", (4, 4), (9, 8, 7, 0)).save(out, "PNG")
    Image.new("L", (8, 8), 100).save(grey, "JPEG")
    with Image.open(BytesIO(cleaned(out.getvalue(), FileKind.PNG))) as after:
        assert (after.mode, after.getpixel((0, 0))[3]) == ("RGBA", 0)
    with Image.open(BytesIO(cleaned(grey.getvalue(), FileKind.JPEG))) as after:
        assert after.mode == "L"


def test_a_heic_photograph_becomes_one_that_every_browser_shows() -> None:
    assert pillow_heif.is_supported(BytesIO(samples.heic()))
    outcome = clean(samples.heic(), FileKind.HEIC)
    assert outcome.kind is FileKind.JPEG


def test_a_document_keeps_its_pages_and_nothing_beside_them() -> None:
    with pikepdf.open(BytesIO(cleaned(samples.pdf(), FileKind.PDF))) as after:
        assert set(after.Root.keys()) == {"/Type", "/Pages"}
        assert not after.attachments
        assert not after.docinfo
        (page,) = after.pages
        assert set(page.obj.keys()) <= {"/Type", "/Parent", "/MediaBox", "/Resources", "/Contents"}
        assert b"(Payslip 4711) Tj" in page.Contents.read_bytes()
        (photo,) = page.get_images().values()
        assert photo.Filter == pikepdf.Name.DCTDecode
        with Image.open(BytesIO(photo.read_raw_bytes())) as inside:
            assert inside.size == (320, 200)
            assert not inside.getexif()


def form() -> bytes:
    """A document with a filled field in a form of its own, and a page that inherits its size from the page tree."""
    made = pikepdf.new()
    displayed = made.make_stream(
        b"BT /F 9 Tf 2 2 Td (filled in) Tj ET", Type=pikepdf.Name.XObject, Subtype=pikepdf.Name.Form,
        BBox=pikepdf.Array([0, 0, 90, 20]), Metadata=made.make_stream(samples.XMP),
    )  # fmt: skip
    field = made.make_indirect(pikepdf.Dictionary(
        Type=pikepdf.Name.Annot, Subtype=pikepdf.Name.Widget, FT=pikepdf.Name.Tx, T=pikepdf.String(samples.CANARY), F=4,
        V=pikepdf.String("filled in"), Rect=pikepdf.Array([10, 10, 100, 30]), AP=pikepdf.Dictionary(N=displayed),
    ))  # fmt: skip
    page = pikepdf.Dictionary(
        Type=pikepdf.Name.Page, Contents=made.make_stream(b"0 0 9 9 re f"), Annots=pikepdf.Array([field])
    )
    made.pages.append(pikepdf.Page(made.make_indirect(page)))
    made.Root.Pages.MediaBox = pikepdf.Array([0, 0, 300, 400])
    made.Root.AcroForm = pikepdf.Dictionary(Fields=pikepdf.Array([field]))
    out = BytesIO()
    made.save(out)
    return out.getvalue()


def test_what_was_filled_in_stays_on_the_page_and_the_form_goes() -> None:
    copy = cleaned(form(), FileKind.PDF)
    assert b"(filled in) Tj" in unpacked(copy)
    assert samples.CANARY.encode() not in unpacked(copy)
    with pikepdf.open(BytesIO(copy)) as after:
        assert [float(edge) for edge in after.pages[0].mediabox] == [0, 0, 300, 400]
        assert pikepdf.Name.AcroForm not in after.Root


def test_a_document_with_a_password_is_not_copied_and_the_reason_is_recorded() -> None:
    made, out = pikepdf.new(), BytesIO()
    made.add_blank_page()
    made.save(out, encryption=pikepdf.Encryption(owner="o", user="u"))
    assert refused(out.getvalue(), FileKind.PDF).reason is NoCopy.LOCKED


@pytest.mark.parametrize("kind", [RECORDINGS[0], *thorough(*RECORDINGS[1:])])
def test_a_recording_keeps_its_length_and_loses_all_that_is_said_in_it(kind: FileKind, tmp_path: Path) -> None:
    body = samples.sample(kind)
    before, after = json.loads(probed(body, tmp_path)), json.loads(probed(cleaned(body, kind), tmp_path))
    assert "title" in before["format"]["tags"]
    answer = {key for part in (after["format"], *after["streams"]) for key in part.get("tags", {})}
    assert answer <= {
        "major_brand",
        "minor_version",
        "compatible_brands",
        "language",
        "handler_name",
        "vendor_id",
        "encoder",
    }
    assert "2026-05-04" not in json.dumps(after)
    assert {one["codec_type"] for one in after["streams"]} == {one["codec_type"] for one in before["streams"]}
    assert float(after["format"]["duration"]) == pytest.approx(float(before["format"]["duration"]), abs=0.2)


def test_a_memo_of_an_old_telephone_becomes_one_that_every_browser_plays(tmp_path: Path) -> None:
    outcome = clean(samples.amr(), FileKind.AMR)
    assert outcome.kind is FileKind.M4A
    assert outcome.body is not None
    assert json.loads(probed(outcome.body, tmp_path))["streams"][0]["codec_name"] == "aac"


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "gb18030"])
def test_a_note_is_kept_in_one_encoding_and_without_what_cannot_be_seen(encoding: str) -> None:
    assert cleaned(samples.TEXT.encode(encoding), FileKind.TXT).decode() == samples.TEXT.replace("\r\n", "\n")
    hidden = f"老板\u202e\u200b\x07\n\t- =1+1 {samples.TEXT * 3}"
    assert cleaned(hidden.encode(), FileKind.TXT).decode() == f"老板\n\t- =1+1 {samples.TEXT * 3}".replace("\r", "")


@pytest.mark.parametrize("kind", sorted(set(FileKind) - {FileKind.TXT, FileKind.AMR}))
def test_a_damaged_file_has_no_copy(kind: FileKind) -> None:
    body = samples.sample(kind)[:60] + bytes(2000)
    assert refused(body, kind).reason is NoCopy.DAMAGED


@pytest.mark.parametrize("kind", [FileKind.WEBM, FileKind.MP4])
def test_a_voice_that_its_speaker_wants_changed_is_lower_and_as_long(kind: FileKind, tmp_path: Path) -> None:
    path = tmp_path / "copy"
    lengths = []
    for changes_voice in (False, True):
        outcome = clean(samples.sample(kind), kind, changes_voice=changes_voice)
        assert outcome.body is not None, outcome
        lengths.append(float(json.loads(probed(outcome.body, tmp_path))["format"]["duration"]))
        path.write_bytes(outcome.body)
    wanted = ["ffmpeg", "-v", "error", "-i", str(path), "-vn", "-ac", "1", "-ar", "8000", "-f", "s16le", "-"]
    signs = array("h", subprocess.run(wanted, check=True, capture_output=True).stdout)[2000:6000]
    crossings = sum(1 for before, after in itertools.pairwise(signs) if before < 0 <= after)
    # The sample is a tone of 440 Hz; half a second was counted.
    assert 2 * crossings == pytest.approx(343, abs=8)
    assert lengths[1] == pytest.approx(lengths[0], abs=0.15)
