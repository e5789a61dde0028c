"""A code in a picture, and what is attached to a PDF."""

import io

import pypdf
import pytest
import segno
from PIL import Image
from registry_client.strict import Unreadable

from tests.client.conftest import check, states
from tests.client.registrar import Registrar


def picture_of(text: str, kind: str = "png") -> bytes:
    out = io.BytesIO()
    segno.make(text, error="m", micro=False).save(out, kind=kind, scale=4)
    return out.getvalue()


def pdf_with(**attached: bytes) -> bytes:
    writer = pypdf.PdfWriter()
    writer.add_blank_page(200, 200)
    for name, data in attached.items():
        writer.add_attachment(name, data)
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def test_a_code_is_read_from_its_picture(registrar: Registrar) -> None:
    report = check(registrar, picture_of(registrar.code()), status_text=registrar.status())
    assert (report.kind, states(report)) == ("code", ("good", "unknown", "good"))


def test_a_picture_of_another_code_says_what_it_is_not(registrar: Registrar) -> None:
    for text in ("https://registry.example.org/", "hello"):
        with pytest.raises(Unreadable, match="code"):
            check(registrar, picture_of(text))
    empty = io.BytesIO()
    Image.new("L", (100, 100), 255).save(empty, "PNG")
    with pytest.raises(Unreadable, match="QR"):
        check(registrar, empty.getvalue())


def test_a_picture_of_too_many_pixels_is_not_opened(registrar: Registrar) -> None:
    out = io.BytesIO()
    Image.new("1", (20_000, 20_000)).save(out, "PNG")
    with pytest.raises(Unreadable, match="picture"):
        check(registrar, out.getvalue())


def test_a_pdf_is_what_is_attached_to_it(registrar: Registrar) -> None:
    whole = pdf_with(**{"bundle.json": registrar.bundle_bytes(), "code.txt": b"x", "picture.png": b"\x89PNG"})
    assert (check(registrar, whole).kind, states(check(registrar, whole))) == ("pdf_bundle", ("good", "good", "good"))
    credential = pdf_with(**{"credential.jwt": registrar.credential().encode()})
    assert check(registrar, credential).kind == "pdf_credential"
    forged = pdf_with(**{"bundle.json": registrar.bundle_bytes(credential=Registrar().credential())})
    assert check(registrar, forged).exit_code == 1


def test_a_pdf_with_nothing_attached_says_what_else_to_try(registrar: Registrar) -> None:
    for attached in ({}, {"note.txt": b"hello"}):
        with pytest.raises(Unreadable, match="picture of the code"):
            check(registrar, pdf_with(**attached))


def test_a_damaged_pdf_or_picture_is_unreadable_wherever_it_is_cut(registrar: Registrar) -> None:
    for whole in (pdf_with(**{"bundle.json": registrar.bundle_bytes()}), picture_of(registrar.code())):
        for share in range(1, 20):
            data = whole[: len(whole) * share // 20]
            try:
                report = check(registrar, data)
            except Unreadable:
                continue
            assert report.exit_code in (0, 3)
