"""What can be printed of a licence, and that nothing is printed of one that is not in force."""

import io
import json
import subprocess
import time
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
import zxingcpp
from flask.testing import FlaskClient
from PIL import Image
from pypdf import PdfReader
from sqlalchemy.orm import Session

from registry.core.clock import now
from registry.core.settings import Settings
from registry.proofs.papers import making
from registry.proofs.papers.seal import SECRET
from registry.register.agencies import record
from registry.vocabulary.register import HolderKind, Language, LicenceKind, LicenceStatus
from tests.make import licence_record, make_agency, make_licence, name_record, source_of
from tests.page_languages import PAGE_LANGUAGES
from tests.pages.public.reading import read
from tests.proofs.papers.sealing import make_seal
from tests.thorough import thorough

pytestmark = pytest.mark.slow

NAME, NUMBER = "示例劳务合作有限公司", "示例/0001"
MILLIMETRES = 25.4 / 72
MAX_SECONDS = 90


@pytest.fixture
def licence(session: Session, publish: Callable[[], None]) -> record.Licence:
    """A licence of an invented Chinese agency that leads to Italy."""
    stated = licence_record(
        LicenceKind.CN_FOREIGN_LABOUR_SERVICE_COOPERATION,
        country="CN",
        number=NUMBER,
        valid_to=date(2099, 12, 31),
        corridors=(record.Corridor(origin="CN", destination="IT"),),
    )
    agency = make_agency(session, country="CN", names=(name_record(NAME, country="CN"),), licences=(stated,))
    publish()
    return agency.licences[0]


def address_in(picture: Any) -> str:
    # As a camera app does: among all kinds of code, chance finds one more in the dots of a large symbol now and then.
    found = zxingcpp.read_barcodes(picture, formats=zxingcpp.BarcodeFormats(zxingcpp.BarcodeFormat.QRCode))
    assert len(found) == 1
    return found[0].text


def pdf(client: FlaskClient, path: str) -> PdfReader:
    """The PDF once it is made. Until then the answer is a page that looks again."""
    end = time.monotonic() + MAX_SECONDS
    while (response := client.get(path)).status_code == 202:
        assert response.headers["Refresh"] == response.headers["Retry-After"]
        assert "The paper is being made" in read(response).text or not path.startswith("/en/")
        assert time.monotonic() < end, "it was never made"
        wait_for_makers()
    assert (response.status_code, response.mimetype) == (200, "application/pdf")
    return PdfReader(io.BytesIO(response.data))


def wait_for_makers() -> None:
    """Each paper is made by a process that ours has started, and there or given up when it ends."""
    for maker in making._running:
        maker.wait(MAX_SECONDS)


def pictures(reader: PdfReader, folder: Path) -> list[Any]:
    """The pages as a printer at 200 dots an inch makes them."""
    path = folder / "paper.pdf"
    path.write_bytes(reader.stream.getvalue())  # type: ignore[attr-defined]
    subprocess.run(["pdftoppm", "-r", "200", path, folder / "page"], check=True)
    return [Image.open(one) for one in sorted(folder.glob("page*.ppm"))]


def code_of(client: FlaskClient, licence: record.Licence) -> str:
    return address_in(Image.open(io.BytesIO(client.get(f"/en/licences/{licence.licence_id}/code.png").data)))


@pytest.mark.parametrize("language", PAGE_LANGUAGES)
def test_a_licence_in_force_shows_its_code_and_its_papers(
    client: FlaskClient, licence: record.Licence, language: Language
) -> None:
    path = f"/{language}/licences/{licence.licence_id}"
    page = read(client.get(path))
    assert page.heading == NAME
    for name in ("certificate.pdf", "card.pdf", "poster-a4.pdf", "poster-a3.pdf", "code.svg", "code.png"):
        assert f"{path}/{name}" in page.links
    assert client.get(f"/api/v1/licences/{licence.licence_id}/bundle").status_code == 200
    assert f"/api/v1/licences/{licence.licence_id}/bundle" in page.links
    assert page.language == language
    assert path in read(client.get(f"/{language}/agencies/{agency_of(client, licence)}")).links


def agency_of(client: FlaskClient, licence: record.Licence) -> str:
    links = read(client.get(f"/en/licences/{licence.licence_id}")).links
    return next(link.rpartition("/")[2] for link in links if link.startswith("/en/agencies/"))


def test_the_code_is_a_camera_s_address_whose_secret_part_no_browser_sends(
    client: FlaskClient, licence: record.Licence
) -> None:
    code = code_of(client, licence)
    assert code.startswith("http://127.0.0.1:8000/v#")
    drawing = client.get(f"/en/licences/{licence.licence_id}/code.svg")
    assert (drawing.mimetype, drawing.status_code) == ("image/svg+xml", 200)


def test_the_extract_is_readable_in_two_languages_by_eye_by_camera_and_by_screen_reader_with_its_proofs(
    client: FlaskClient, licence: record.Licence, tmp_path: Path
) -> None:
    reader = pdf(client, f"/zh-Hans/licences/{licence.licence_id}/certificate.pdf")
    assert len(reader.pages) == 1
    text = "".join(reader.pages[0].extract_text().split())
    for words in (
        NAME,
        NUMBER,
        "登记证明",
        "Estrattodalregistro",
        "有效",
        "2099年12月31日",
        "中国→意大利",
        "Cina→Italia",
    ):
        assert words in text
    root = reader.root_object
    assert root["/MarkInfo"]["/Marked"]
    assert root["/Lang"] == "zh-Hans"
    assert address_in(pictures(reader, tmp_path)[0]) == code_of(client, licence)
    # The signed credential and its proofs go with it.
    files = reader.attachments
    bundle = client.get(f"/api/v1/licences/{licence.licence_id}/bundle").json
    assert files["credential.jwt"][0].decode() == bundle["credential"]
    assert set(bundle) <= set(json.loads(files["bundle.json"][0]))


@pytest.mark.parametrize(
    ("asked", "second", "words"),
    [
        (Language.ZH_HANT, Language.IT, "Estrattodalregistro"),
        *thorough(
            (Language.FR, Language.FR, "Extraitduregistre"),
            (Language.RO, Language.RO, "Extrasdinregistru"),
            (Language.EN, Language.EN, "Extractfromtheregister"),
        ),
    ],
)
def test_a_paper_is_in_chinese_and_the_reader_s_language_and_for_a_reader_of_chinese_the_destination_s(
    client: FlaskClient, licence: record.Licence, asked: Language, second: Language, words: str
) -> None:
    path = f"/{asked}/licences/{licence.licence_id}/certificate.pdf"
    text = "".join(pdf(client, path).pages[0].extract_text().split())
    chinese = asked if asked is Language.ZH_HANT else Language.ZH_HANS
    assert client.get(path).headers["Content-Language"] == f"{chinese}, {second}"
    assert words in text


def test_a_warning_of_a_clone_keeps_no_proof_from_being_made(
    client: FlaskClient, session: Session, publish: Callable[[], None]
) -> None:
    warning = record.Warning_(text="Smyšlené varování", source=source_of("CZ"), retrieved_at=now())
    agency = make_agency(session, clone_warnings=(warning,), licences=(licence_record(),))
    publish()
    assert client.get(f"/api/v1/licences/{agency.licences[0].licence_id}/bundle").status_code == 200


@pytest.mark.parametrize(
    ("name", "width", "height"),
    [("card", 85.6, 108), *thorough(("poster-a4", 210, 297), ("poster-a3", 297, 420))],
)
def test_card_and_posters_have_their_size_a_code_that_reads_and_no_seal_and_are_not_sent_twice(
    client: FlaskClient,
    licence: record.Licence,
    settings: Settings,
    tmp_path: Path,
    name: str,
    width: float,
    height: float,
) -> None:
    make_seal(settings.keys)
    path = f"/zh-Hant/licences/{licence.licence_id}/{name}.pdf"
    reader = pdf(client, path)
    box = reader.pages[0].mediabox
    assert len(reader.pages) == 1
    assert (float(box.width) * MILLIMETRES, float(box.height) * MILLIMETRES) == pytest.approx((width, height), abs=0.5)
    assert address_in(pictures(reader, tmp_path)[-1]) == code_of(client, licence)
    assert "/AcroForm" not in reader.root_object
    first = client.get(path)
    again = client.get(path, headers={"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")
    assert f"{name}-{licence.licence_id}.pdf" in first.headers["Content-Disposition"]


def test_a_camera_reads_the_code_of_a_card_printed_at_300_dpi_however_long_its_names(
    client: FlaskClient, session: Session, publish: Callable[[], None], tmp_path: Path
) -> None:
    stated = licence_record(country="CN", number="示例省对外劳务合作经营资格第0001号", valid_to=date(2099, 12, 31))
    names = (
        name_record("示例" + "很长的名称" * 12 + "有限公司", country="CN"),
        name_record("Shili " * 30 + "Ltd", country="CN"),
    )
    agency = make_agency(session, country="CN", names=names, licences=(stated,))
    publish()
    reader = pdf(client, f"/zh-Hans/licences/{agency.licences[0].licence_id}/card.pdf")
    assert len(reader.pages) == 1
    # Names end after two lines, and the facts stand below them.
    text = reader.pages[0].extract_text()
    assert "2099" in text
    assert "Shili" in text
    assert "Shili " * 30 not in text.replace("\n", " ")
    (tmp_path / "card.pdf").write_bytes(reader.stream.getvalue())  # type: ignore[attr-defined]
    subprocess.run(["pdftoppm", "-r", "300", "-singlefile", "card.pdf", "card"], cwd=tmp_path, check=True)
    read_by_zbar = subprocess.run(
        ["zbarimg", "--quiet", "--raw", tmp_path / "card.ppm"], capture_output=True, text=True, check=True
    )
    assert read_by_zbar.stdout.strip() == code_of(client, agency.licences[0])


def test_neither_name_nor_number_of_a_natural_person_is_printed(
    client: FlaskClient, session: Session, publish: Callable[[], None]
) -> None:
    agency = make_agency(
        session,
        name="Smyslík Vymyšlený",
        holder_kind=HolderKind.SOLE_TRADER,
        licences=(licence_record(number="OSOBNI/1"),),
    )
    publish()
    reader = pdf(client, f"/en/licences/{agency.licences[0].licence_id}/certificate.pdf")
    text = reader.pages[0].extract_text()
    assert "A natural person, named in the register alone" in text
    for secret in ("Smyslík", "OSOBNI"):
        assert secret not in text
        assert secret not in str(reader.metadata)


@pytest.mark.parametrize(
    "facts",
    [
        {"status": LicenceStatus.SUSPENDED},
        {"status": LicenceStatus.REVOKED},
        {"status": LicenceStatus.DELISTED},
        {"valid_to": now().date() - timedelta(days=3)},
        {"kind": LicenceKind.CN_HUMAN_RESOURCES_SERVICE},
        {"kind": LicenceKind.CN_OVERSEAS_EMPLOYMENT_INTERMEDIARY_LEGACY},
        {"kind": LicenceKind.NL_RECOGNISED_SPONSOR},
    ],
)
def test_nothing_is_printed_of_a_licence_that_does_not_let_recruit_today(
    client: FlaskClient, session: Session, publish: Callable[[], None], facts: dict[str, Any]
) -> None:
    licence = make_licence(session, **facts)
    publish()
    for name in ("certificate.pdf", "card.pdf", "poster-a4.pdf", "code.svg", "code.png"):
        assert client.get(f"/en/licences/{licence.licence_id}/{name}").status_code == 404
    page = read(client.get(f"/en/licences/{licence.licence_id}"))
    assert "No paper and no code are made for it" in page.text
    assert not any(link.endswith((".pdf", ".svg", ".png")) for link in page.links)


def test_until_the_log_is_signed_there_is_no_code_and_the_page_says_so(client: FlaskClient, session: Session) -> None:
    licence = make_licence(session)
    response = client.get(f"/en/licences/{licence.licence_id}/code.svg")
    assert response.status_code == 503
    assert "cannot sign at the moment" in read(response).text


def test_a_server_without_fonts_says_what_is_missing_and_still_gives_the_code(
    client: FlaskClient, licence: record.Licence, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    empty = tmp_path / "fonts.conf"
    empty.write_text('<?xml version="1.0"?><!DOCTYPE fontconfig SYSTEM "urn:fontconfig:fonts.dtd"><fontconfig/>')
    monkeypatch.setenv("FONTCONFIG_FILE", str(empty))
    path = f"/en/licences/{licence.licence_id}"
    end = time.monotonic() + MAX_SECONDS
    while (response := client.get(f"{path}/card.pdf")).status_code == 202 and time.monotonic() < end:
        wait_for_makers()
    assert response.status_code == 503
    assert int(response.headers["Retry-After"]) > 0
    assert "fonts-noto-cjk" in read(response).text
    assert client.get(f"{path}/code.svg").status_code == 200


@pytest.mark.parametrize("reference", ["AAAAAAAAAAAA", "x", "%00", "2345-6789-ABCD", "a" * 300])
def test_a_reference_that_leads_nowhere_has_no_papers(client: FlaskClient, reference: str) -> None:
    for path in ("", "/code.svg", "/certificate.pdf", "/today"):
        assert client.get(f"/it/licences/{reference}{path}").status_code == 404


def test_an_extract_bears_the_seal_of_the_operator(
    client: FlaskClient, licence: record.Licence, settings: Settings, tmp_path: Path
) -> None:
    path = f"/en/licences/{licence.licence_id}"
    assert "/AcroForm" not in pdf(client, f"{path}/certificate.pdf").root_object
    make_seal(settings.keys)
    reader = pdf(client, f"{path}/certificate.pdf")
    (tmp_path / "sealed.pdf").write_bytes(reader.stream.getvalue())  # type: ignore[attr-defined]
    stated = subprocess.run(["pdfsig", tmp_path / "sealed.pdf"], capture_output=True, text=True).stdout
    assert "Signature is Valid." in stated
    assert "Total document signed" in stated
    assert {"credential.jwt", "bundle.json"} <= set(reader.attachments)


def test_an_extract_is_not_printed_without_the_seal_that_it_should_bear(
    client: FlaskClient, licence: record.Licence, settings: Settings
) -> None:
    path = f"/en/licences/{licence.licence_id}/certificate.pdf"
    make_seal(settings.keys)
    (settings.keys / SECRET).unlink()
    end = time.monotonic() + MAX_SECONDS
    while (response := client.get(path)).status_code == 202:
        assert time.monotonic() < end, "nothing came of it"
        wait_for_makers()
    assert response.status_code == 503
    make_seal(settings.keys)
    assert "/AcroForm" in pdf(client, path).root_object
