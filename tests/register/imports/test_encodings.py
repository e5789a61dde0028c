"""Every encoding of the lists we know is found out by itself, or the file is refused with the place that is wrong."""

from pathlib import Path

import pytest

from registry.core.errors import ImportRefused
from registry.register.imports.encodings import first_undecodable, found_encoding, named_encoding

SIMPLIFIED = "公司名称,编号\n虚构国际劳务合作有限公司,粤劳外一\n示例对外经济合作有限公司𠮷,京一\n"
TRADITIONAL = "公司名稱,編號\n虛構勞務有限公司,一\n範例國際人力資源股份有限公司,二\n"
CZECH = "Název;IČO\nŽluťoučká vymyšlená práce Šumava, s.r.o.;1\nČeská smyšlená a.s.;2\n"
POLISH = "Nazwa;Numer\nZmyślona Żółta Łódź Śląsk sp. z o.o.;1\nWąska Gęś sp. z o.o.;2\n"
HUNGARIAN = "Név;Szám\nKitalált Fűzfő Őrség Kft.;1\n"


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        (SIMPLIFIED, "utf-8"),
        (SIMPLIFIED, "utf-8-sig"),
        (SIMPLIFIED, "utf-16"),
        (SIMPLIFIED, "utf-16-le"),
        (SIMPLIFIED, "utf-16-be"),
        (SIMPLIFIED, "gb18030"),
        (TRADITIONAL, "gb18030"),
        (TRADITIONAL, "big5"),
        (TRADITIONAL, "utf-16"),
        (CZECH, "windows-1250"),
        (CZECH, "iso-8859-2"),
        (POLISH, "windows-1250"),
        (POLISH, "iso-8859-2"),
        (HUNGARIAN, "windows-1250"),
        (HUNGARIAN, "iso-8859-2"),
        ("plain;text\nonly;ascii\n", "ascii"),
    ],
)
def test_an_encoding_is_found_out_by_itself(tmp_path: Path, text: str, encoding: str) -> None:
    path = tmp_path / "list.csv"
    path.write_bytes(text.encode(encoding))
    found = found_encoding(path)
    assert path.read_bytes().decode(found.codec).removeprefix("\ufeff") == text


def test_a_character_cut_in_two_at_the_end_is_named_by_line_and_byte(tmp_path: Path) -> None:
    path = tmp_path / "list.csv"
    path.write_bytes(CZECH.encode() * 3 + "Š".encode()[:1])
    with pytest.raises(ImportRefused, match=r"line 10 \(byte \d+ of the file\) is not UTF-8.*cut off or mixes"):
        found_encoding(path)


def test_one_line_in_another_encoding_is_not_read_as_gibberish(tmp_path: Path) -> None:
    path = tmp_path / "list.csv"
    path.write_bytes(CZECH.encode() + "Šumava;3\n".encode("windows-1250"))
    with pytest.raises(ImportRefused, match=r"line 4 .*mixes encodings"):
        found_encoding(path)


def test_the_place_is_right_beyond_one_chunk(tmp_path: Path) -> None:
    path = tmp_path / "list.csv"
    good = ("š" * 99 + "\n").encode() * 6_000
    path.write_bytes(good + b"\xff\n")
    place = first_undecodable(path, "utf-8")
    assert place is not None
    assert (place.line, place.byte) == (6_001, len(good) + 1)


def test_zero_bytes_are_no_text(tmp_path: Path) -> None:
    path = tmp_path / "list.csv"
    path.write_bytes(bytes(range(256)) * 20)
    with pytest.raises(ImportRefused, match="zero bytes"):
        found_encoding(path)


def test_an_unknown_encoding_is_refused_with_examples() -> None:
    with pytest.raises(ImportRefused, match="gb18030"):
        named_encoding("klingon-8")


WESTERN = {
    "IT": "Denominazione;Sede\nSocietà Inventata Più Qualità S.r.l.;Forlì\n",
    "ES": "Denominación;Número\nCompañía Española Inventada S.A.;1\n",
    "FR": "Société;Numéro\nAgence Étoile Intérim à façon;1\n",
    "NL": "Naam;Plaats\nCoïnventie en Patiëntenzorg B.V.;België\n",
    "EE": "Nimi;Koht\nVäljamõeldud Tööjõurent OÜ;Jõgeva\n",
}


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        *((text, "windows-1252") for text in WESTERN.values()),
        ("Име;Град\nИзмислена агенция ЕООД;Пловдив\n", "windows-1251"),
        ("ИМЕ;ГРАД\nИЗМИСЛЕНА АГЕНЦИЯ ЕООД;ПЛОВДИВ\n", "windows-1251"),
        ("Име;Град\nИзмислена агенция ЕООД;Пловдив\n", "iso-8859-5"),
        ("Επωνυμία;Έδρα\nΦανταστική Εταιρεία Εργασίας;Αθήνα\n", "windows-1253"),
        ("Επωνυμία;Έδρα\nΦανταστική Εταιρεία Εργασίας;Αθήνα\n", "iso-8859-7"),
        ("Pavadinimas;Vieta\nIšgalvota įmonė;Panevėžys\n", "windows-1257"),
        ("Denumire;Loc\nAgenţie Închipuită SRL;Bucureşti\n", "windows-1250"),
    ],
)
def test_the_encodings_of_every_states_language_are_told_apart(tmp_path: Path, text: str, encoding: str) -> None:
    path = tmp_path / "list.csv"
    path.write_bytes(text.encode(encoding))
    assert path.read_bytes().decode(found_encoding(path).codec) == text


def test_where_two_readings_are_as_likely_the_operator_is_asked_with_the_word(tmp_path: Path) -> None:
    path = tmp_path / "list.csv"
    path.write_bytes("Name;City\nCaffè Lavoro S.r.l.;Roma\n".encode("windows-1252"))
    with pytest.raises(
        ImportRefused, match=r"line 2 .* Windows-1250 \('Caffč'\) or Windows-1252 \('Caffè'\).*--encoding"
    ):
        found_encoding(path)
    assert found_encoding(path, "IT").codec == "cp1252"


@pytest.mark.parametrize("encoding", ["shift-jis", "euc-jp", "euc-kr"])
def test_a_language_that_is_not_known_is_asked_about_and_never_read_as_chinese(tmp_path: Path, encoding: str) -> None:
    path = tmp_path / "list.csv"
    text = "가상회사;서울\n" if encoding == "euc-kr" else "架空株式会社;東京\nカタカナ;ひらがな\n"
    path.write_bytes(text.encode(encoding))
    with pytest.raises(ImportRefused, match=r"line 1 .*--encoding"):
        found_encoding(path)
