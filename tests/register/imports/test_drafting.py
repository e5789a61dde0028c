"""A mapping is drafted from a sample: what headers and values tell is guessed, the rest is asked."""

import tomllib
from importlib.resources import files
from pathlib import Path

import pytest

from registry.core.errors import ImportRefused
from registry.register.imports.columns import hints
from registry.register.imports.drafting import Answers, as_toml, draft_mapping
from registry.register.imports.mapping import FIELDS, read_mapping
from tests.register.imports.lists import ListImporter, agency, czech_list, ico, plain_text
from tests.register.imports.making import page_table, web_page

ANSWERED = Answers(
    reference="zz-list",
    authority="zz-labour",
    authority_name="Invented Labour Office",
    country="CZ",
    time_zone="Europe/Prague",
    kind="other_eu",
    status="active",
    is_full=True,
    fresh_for_days=30,
)


def table(path: Path, header: str, *rows: str, encoding: str = "utf-8") -> Path:
    path.write_text("\n".join([header, *rows]) + "\n", encoding=encoding)
    return path


@pytest.mark.parametrize(
    ("header", "row", "encoding", "columns"),
    [
        (
            "企业名称,统一社会信用代码,经营资格证书编号,有效期至,法定代表人",
            "虚构有限公司,91440101687679653R,粤一,2027-01-01,某某",
            "gb18030",
            {"name": "企业名称", "uscc": "统一社会信用代码", "number": "经营资格证书编号", "valid_to": "有效期至"},
        ),
        (
            "IČO;Název;Platnost od;Platnost do;Datum narození",
            f"{ico(1)};Vymyšlená;1.2.2024;;1.1.1970",
            "windows-1250",
            {"registration_number": "IČO", "name": "Název", "valid_from": "Platnost od", "valid_to": "Platnost do"},
        ),
        (
            "Organisatie,KvK-nummer",
            "Verzonnen B.V.,00000019",
            "utf-8",
            {"name": "Organisatie", "registration_number": "KvK-nummer"},
        ),
        (
            "Denominazione;Partita IVA;Comune;Data rilascio",
            "Inventata S.r.l.;IT00000010215;Roma;01/02/2024",
            "utf-8",
            {"name": "Denominazione", "vat": "Partita IVA", "place": "Comune", "valid_from": "Data rilascio"},
        ),
        (
            "Firma;Erlaubnisnummer;gültig bis;Ort",
            "Erfundene GmbH;D-1;2027-01-01;Berlin",
            "utf-8",
            {"name": "Firma", "number": "Erlaubnisnummer", "valid_to": "gültig bis", "place": "Ort"},
        ),
        (
            "Nazwa;NIP;Nr certyfikatu;Miejscowość",
            "Zmyślona sp. z o.o.;0000000000;1/1a;Łódź",
            "utf-8",
            {"name": "Nazwa", "registration_number": "NIP", "number": "Nr certyfikatu", "place": "Miejscowość"},
        ),
        (
            "Company name,License number,Status",
            "Fictitious Ltd,L1,valid",
            "utf-8",
            {"name": "Company name", "number": "License number", "status": "Status"},
        ),
    ],
)  # fmt: skip
def test_columns_are_guessed_in_the_languages_of_our_lists(
    tmp_path: Path, header: str, row: str, encoding: str, columns: dict[str, str]
) -> None:
    draft = draft_mapping(table(tmp_path / "sample.csv", header, row, encoding=encoding))
    assert draft.columns == columns
    assert not {"法定代表人", "Datum narození"} & set(draft.columns.values())


def test_headers_of_an_english_list_are_no_company_numbers(tmp_path: Path) -> None:
    draft = draft_mapping(
        table(
            tmp_path / "s.csv",
            "Licence No,Licensee,Licence status,office_address,District,Service,Private",
            "0012,Fictitious Ltd,valid,1 Invented Road,North,yes,no",
            "134,Imaginary Ltd,expired,2 Invented Road,South,no,yes",
            "0999,Made Up Ltd,valid,3 Invented Road,South,no,yes",
        )
    )
    assert draft.columns == {
        "number": "Licence No",
        "name": "Licensee",
        "status": "Licence status",
        "place": "office_address",
    }
    assert draft.number_digits == 4
    assert [column.name for column in draft.unknown] == ["District"]


def test_known_headers_are_many_languages_words_and_each_stands_for_one_field() -> None:
    meant: dict[str, set[str]] = {}
    for hint in hints():
        meant.setdefault(hint.text, set()).add(hint.field)
    assert {text: fields for text, fields in meant.items() if len(fields) > 1} == {}
    read = tomllib.loads((files("registry.register.imports") / "headers.toml").read_text(encoding="utf-8"))
    assert len({language for languages in read.values() for language in languages}) >= 15
    assert set(read) <= set(FIELDS)


def test_a_file_without_a_header_is_refused_with_what_was_taken_for_one(tmp_path: Path) -> None:
    sample = table(tmp_path / "s.csv", f"Erfundene GmbH,{ico(7)},2024-02-01", f"Erdachte GmbH,{ico(8)},2025-01-01")
    with pytest.raises(ImportRefused, match=r"line 1 .* is no header .*write a line with the names"):
        draft_mapping(sample)


def test_a_draft_is_made_of_a_web_page_and_of_an_old_workbook_too(tmp_path: Path) -> None:
    columns = {"name": "企业名称", "uscc": "统一社会信用代码", "number": "资格证书编号", "valid_from": "发证日期"}
    columns |= {"valid_to": "有效期至", "place": "注册地址", "status": "状态"}
    old = draft_mapping(Path(__file__).parent / "fujian.xls")
    assert (old.form, old.columns | {"uscc": columns["uscc"]}) == ("xls", columns)
    page = web_page(tmp_path / "s", page_table([["Denominación", "NIF"], ["Inventada S.L.", "B00000000"]]))
    assert draft_mapping(page).columns == {"name": "Denominación", "registration_number": "NIF"}


def test_a_number_that_some_rows_lack_is_not_taken_for_the_key(tmp_path: Path) -> None:
    sample = table(tmp_path / "s.csv", "企业名称,统一社会信用代码", "虚构有限公司,91440101687679653R", "示例有限公司,")
    assert 'key = "name"' in as_toml(draft_mapping(sample), Answers())


def test_what_each_word_may_mean_stands_in_the_draft_and_in_the_error(tmp_path: Path) -> None:
    sample = table(tmp_path / "s.csv", "Firma,Status", "Erfundene GmbH,gültig", "Erdachte GmbH,erloschen")
    assert "active_with_conditions" in as_toml(draft_mapping(sample), Answers())
    wrong = as_toml(draft_mapping(sample), ANSWERED).replace("[constants]", '[constants]\nrole = "sender"')
    with pytest.raises(ImportRefused, match=r"'sender'.*write one of sending, receiving"):
        read_mapping(wrong, "the draft")


def test_values_tell_what_a_header_does_not(tmp_path: Path) -> None:
    draft = draft_mapping(
        table(tmp_path / "s.csv", "A,B,C", "Fictitious,91440101687679653R,yes", "Invented,91440300570016397Q,no")
    )
    assert draft.columns == {"uscc": "B"}
    assert draft.flags == {"c": "C"}
    assert [column.name for column in draft.unknown] == ["A"]


def test_a_json_list_is_taken_apart_into_agencies_and_their_licences(tmp_path: Path) -> None:
    draft = draft_mapping(czech_list(tmp_path / "s.json", [agency(1, odpovednyZastupce={"jmeno": "x"}), agency(2)]))
    assert (draft.rows, draft.each) == ("polozky", "povoleni")
    assert draft.columns["name"] == "nazev"
    assert draft.columns["registration_number"] == "ico"
    assert draft.columns["valid_from"] == "povoleni[].platnostOd"
    assert draft.personal == ["odpovednyZastupce.jmeno"]
    assert "povoleni[].zamestnavaniOsob" in draft.flags.values()


def test_an_answered_draft_imports_its_own_sample(tmp_path: Path, importer: ListImporter) -> None:
    sample = table(
        tmp_path / "s.csv",
        "Register of agencies;;",
        "Firma;IČO;Platnost od;Poznámka",
        f"Erfundene GmbH;{ico(7)};3.4.2024;x",
    )
    draft = draft_mapping(sample)
    mapping = read_mapping(as_toml(draft, ANSWERED), "the draft")
    report = importer.take(sample, mapping)
    assert report.refused_because is None
    assert report.counts.new == 1
    (one,) = importer.records()
    assert str(one.licences[0].valid_from) == "2024-04-03"


def test_an_unanswered_draft_asks_and_does_not_import(tmp_path: Path) -> None:
    text = as_toml(
        draft_mapping(table(tmp_path / "s.csv", "Firma,IČO,Status,Cokoliv", f"Erfundene GmbH,{ico(7)},gültig,mehr")),
        Answers(),
    )
    tomllib.loads(text)
    assert text.count("# ?") >= 8
    assert '"gültig" = ""  # ?' in text
    assert '"Cokoliv" is not read' in text
    with pytest.raises(ImportRefused):
        read_mapping(text, "the draft")


def test_quotes_and_controls_in_headers_cannot_break_the_draft(tmp_path: Path) -> None:
    sample = table(tmp_path / "s.csv", 'Firma,"say ""\\hi"" \x07"', "Erfundene GmbH,1")
    tomllib.loads(as_toml(draft_mapping(sample), Answers()))


def test_a_vat_column_without_prefixes_is_a_registration_number_and_the_key(tmp_path: Path) -> None:
    header = "Denominazione;P.IVA;Data;Località;Provvedimento"
    rows = [f"Inventata {n} S.r.l.;000000{n}0215;01/02/2024;Forlì;DD {n}" for n in range(1, 5)]
    draft = draft_mapping(table(tmp_path / "s.csv", header, "Sezione III - Intermediazione;;;;", *rows))
    assert draft.columns == {
        "name": "Denominazione",
        "registration_number": "P.IVA",
        "valid_from": "Data",
        "place": "Località",
    }
    assert [column.name for column in draft.unknown] == ["Provvedimento"]
    text = as_toml(draft, ANSWERED)
    read = tomllib.loads(text)
    assert read["source"]["key"] == "registration_number"
    assert [rule["text"] for rule in read["table"]["headings"]] == ["Sezione III - Intermediazione"]


@pytest.mark.parametrize(
    ("header", "value", "field"),
    [
        ("Codice fiscale / P.IVA", "00000010215", "registration_number"),
        ("MBR No.", "C 00019", "registration_number"),
        ("NIF", "B00000000", "registration_number"),
        ("Kraje", "Nitriansky", "place"),
        ("设区市", "厦门市", "place"),
        ("备注", "暂停", "remark"),
        ("Ámbito", "Nacional", ""),
        ("Data cessazione", "01/02/2024", ""),
        ("Partita IVA", "IT00000010215", "vat"),
    ],
)
def test_headers_of_the_lists_of_the_last_review_are_known(tmp_path: Path, header: str, value: str, field: str) -> None:
    draft = draft_mapping(table(tmp_path / "s.csv", f"Name;{header};X", *[f"Firm {n};{value};x" for n in range(3)]))
    assert {name for name, column in draft.columns.items() if column == header} == ({field} if field else set())


def test_an_empty_cell_of_a_status_is_asked_for_and_may_be_told(tmp_path: Path, importer: ListImporter) -> None:
    draft = draft_mapping(table(tmp_path / "s.csv", "Name,Reg,Status", "A Ltd,00019,", "B Ltd,00020,on hold"))
    assert '"" = ""  # ?' in as_toml(draft, ANSWERED)
    mapping = read_mapping(
        plain_text({"name": "Name", "registration_number": "Reg", "status": "Status"}).replace(
            "[words.status]", '[words.status]\n"" = "active"'
        ),
        "the mapping",
    )
    importer.plain("A Ltd,00019,", "B Ltd,00020,on hold", mapping=mapping, header="Name,Reg,Status")
    assert [one.licences[0].status_history[-1].status for one in importer.records()] == ["active", "suspended"]
