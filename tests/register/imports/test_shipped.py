"""Every shipped source description reads an invented list in the very form that its authority's is said to have."""

from pathlib import Path

import openpyxl
import pytest

from registry.core.errors import ImportRefused
from registry.register.agencies.identifiers import uscc_check_character
from registry.register.imports.mapping import SourceMapping, mapping_named, read_mapping, shipped_names
from registry.register.imports.province_kit import province_mapping
from registry.register.imports.reading import opened
from registry.register.imports.rules import RowRules
from registry.register.imports.statements import Statement
from registry.vocabulary.register import Activity, HolderKind, LicenceKind, LicenceStatus
from tests.register.imports.lists import agency, czech_list, ico
from tests.register.imports.making import open_document, page_table, paper, web_page, word_file, word_table

USCC = "9135020000000001A" + uscc_check_character("9135020000000001A")

LISTS: dict[str, tuple[str, list[str], list[str]]] = {
    "at-gisa": (
        "html",
        ["GISA-Zahl", "Name", "Gewerbewortlaut", "Stand", "Entstehung", "Endigung"],
        ["00000019", "Erfundene Überlassung GmbH", "Überlassung von Arbeitskräften", "x", "01.02.2024", ""],
    ),
    "be-vlaanderen": (
        "xlsx",
        ["naam", "KBO-nummer", "erkenningsnummer", "sector"],
        ["Verzonnen Uitzendbureau NV", "0000000097", "VG.1/U", ""],
    ),
    "bg-az": (
        "html",
        ["Име", "ЕИК", "Удостоверение №, дата", "Вид", "Статус"],
        ["Измислена агенция ЕООД", "000000019", "№ 1 / 2026", "временна работа", "активен"],
    ),
    "cn-mofcom": (
        "html",
        ["企业名称", "省份", "资格证书编号", "状态"],
        ["虚构劳务合作有限公司", "福建省", "闽虚-001", "有效"],
    ),
    "cn-msa": (
        "pdf",
        ["机构名称", "资质证书编号", "有效期", "地址", "电话"],
        ["虚构船员管理有限公司", "海虚-01", "2027年3月1日", "虚构路1号", "0000"],
    ),
    "cy-dl": (
        "pdf",
        ["Name", "District", "Responsible person", "Licence number"],
        ["Fictitious Ltd", "North", "A. Person", "CY-1"],
    ),
    "dk-rut": (
        "html",
        ["RUT-nr.", "virksomhed", "land", "branche", "arbejdssted", "periode"],
        ["R0000019", "Opdigtet Vikar ApS", "Polen", "Vikarbureau", "Gade 1", "2026"],
    ),
    "ee-mtr": (
        "html",
        ["ettevõtja nimi", "registrikood", "teate number", "tegevusala", "algus", "staatus"],
        ["Väljamõeldud Tööjõud OÜ", "00000019", "TJR-1", "tööjõurent", "01.02.2024", "kehtiv"],
    ),
    "es-ett": (
        "html",
        ["Denominación", "NIF", "Número de autorización", "Domicilio", "Situación"],
        ["Compañía Inventada E.T.T., S.L.", "B00000000", "79/0001/26", "Calle Inventada 1", "En vigor"],
    ),
    "hr-mrosp": (
        "pdf",
        ["Naziv", "Sjedište", "OIB", "Datum upisa", "Broj"],
        ["Izmišljena agencija d.o.o.", "Čakovec", "00000000001", "1.2.2024.", "7"],
    ),
    "hu-nfsz": (
        "xlsx",
        ["Név", "Székhely", "Nyilvántartási szám", "Adószám", "Nyilvántartásba vétel dátuma", "Törlés"],
        ["Kitalált Munkaerő Kft.", "Fűzfő", "HU/1/2026", "00000000-0-00", "2024.02.01.", ""],
    ),
    "ie-wrc": (
        "html",
        ["Name", "Address", "Licence number", "Expiry"],
        ["Fictitious Ltd", "1 Road", "IE1", "01/03/2027"],
    ),
    "it-albo": (
        "pdf",
        ["Denominazione", "Codice fiscale", "Sezione", "Provvedimento numero e data", "Sede"],
        ["Società Inventata Più S.p.A.", "00000010215", "Sez. I", "000000000001/01/2026", "Forlì"],
    ),
    "lt-vdi": ("xlsx", ["Įmonės pavadinimas", "Kodas", "Įtraukimo data"], ["UAB Išgalvota", "19", "2024-02-01"]),
    "lv-nva": (
        "html",
        [
            "Nosaukums",
            "Reģistrācijas numurs",
            "Licences numurs",
            "Izsniegta",
            "Derīga līdz",
            "Pakalpojumu veidi",
            "Statuss",
        ],
        ["SIA Izdomāta", "00000000001", "L-1", "01.02.2024.", "01.02.2029.", "Darbiekārtošana", "Aktīva"],
    ),
    "mt-dier": (
        "html",
        ["Name", "Licence number", "Kind", "Expiry"],
        ["Fictitious Ltd", "MT1", "Recruitment agency", "01/03/2027"],
    ),
    "nl-waadi": (
        "html",
        ["naam", "plaats", "KvK-nummer", "registered as lender yes/no"],
        ["Verzonnen Uitzendbureau B.V.", "Utrecht", "00000019", "ja"],
    ),
    "pl-kraz": (
        "html",
        ["Numer wpisu", "Nazwa", "NIP", "Adres", "Telefon, e-mail", "Data wpisu", "Rodzaje usług"],
        ["1", "Zmyślona sp. z o.o.", "0000000000", "Łódź", "0", "2024-02-01", "praca tymczasowa, pośrednictwo pracy"],
    ),
    "pt-colocacao": (
        "pdf",
        ["denominação", "sede"],
        ["Colocação Inventada, Lda", "Évora"],
    ),
    "pt-iefp": (
        "pdf",
        ["Denominação", "Domicílio ou sede", "Número de alvará", "Situação"],
        ["Trabalho Temporário Inventado, Lda", "Évora", "1/2026", "Ativa"],
    ),
    "ro-mmps": (
        "pdf",
        ["Denumire", "CUI", "Sediu", "Nr. și data autorizației", "Valabilitate"],
        ["Agent Închipuit S.R.L.", "19", "Iași", "1/01.02.2026", "01.02.2028"],
    ),
    "si-mddsz": (
        "docx",
        [
            "Evidenčna oznaka",
            "Firma oziroma ime in sedež",
            "Zastopanje",
            "Številka odločbe",
            "Naslov opravljanja dejavnosti",
        ],
        ["1", "Izmišljeno podjetje d.o.o.", "A. Oseba", "110-1/2026", "Šmarje 1"],
    ),
    "sk-upsvar": (
        "ods",
        ["Názov", "Sídlo", "IČO", "Druh ekonomickej činnosti", "Adresa priestorov", "Kraje"],
        ["Vymyslená agentúra s.r.o.", "Nitra", ico(19), "78.20", "Nitra 1", "NR"],
    ),
}


def made(path: Path, form: str, rows: list[list[str]]) -> Path:
    if form == "html":
        return web_page(path, page_table(rows, "Register"))
    if form == "pdf":
        return paper(path, page_table(rows, "Register"))
    if form == "docx":
        return word_file(path, word_table(rows))
    if form == "ods":
        return open_document(path, {"List": [["Register"], *rows]})
    book = openpyxl.Workbook()
    for row in [["Register"], *rows]:
        book.worksheets[0].append(row)
    book.save(path)
    return path


def statements(path: Path, mapping: SourceMapping) -> list[Statement]:
    file = opened(path, mapping)
    rules = RowRules(mapping, file.layout)
    read = [rules.read(row)[1] for row in file.rows]
    assert (file.losses, file.missing) == ([], [])
    return read


def test_every_shipped_description_has_a_list_here() -> None:
    assert {*LISTS, "cz-mpsv", "nl-ind"} == set(shipped_names())


@pytest.mark.parametrize("name", LISTS)
def test_a_list_in_its_form_is_read_whole_and_never_counts_as_full(tmp_path: Path, name: str) -> None:
    form, header, row = LISTS[name]
    mapping = mapping_named(name, tmp_path)
    (one,) = statements(made(tmp_path / "list", form, [header, row]), mapping)
    assert row[header.index(one_of(mapping, "name", header))] == one.names[0].name
    assert one.holder_kind is HolderKind.LEGAL_PERSON
    assert one.licences[0].status is LicenceStatus.ACTIVE
    assert one.channels == ()
    # No one has seen the list: that an agency is not on it must prove nothing.
    assert (mapping.source.is_full, bool(mapping.source.form_mark)) == (False, True)
    if mapping.source.key not in ("number", "name"):
        assert one.identifiers


def one_of(mapping: SourceMapping, field: str, header: list[str]) -> str:
    assert mapping.table is not None
    names = mapping.table.columns[field]
    return next(name for name in header if name in names)


def test_an_italian_section_is_a_kind_and_a_polish_entry_several_activities(tmp_path: Path) -> None:
    form, header, row = LISTS["it-albo"]
    (one,) = statements(made(tmp_path / "it", form, [header, row]), mapping_named("it-albo", tmp_path))
    assert one.licences[0].kind is LicenceKind.IT_SOMMINISTRAZIONE_GENERALISTA
    form, header, row = LISTS["pl-kraz"]
    (one,) = statements(made(tmp_path / "pl", form, [header, row]), mapping_named("pl-kraz", tmp_path))
    assert one.licences[0].activities == (Activity.PLACEMENT, Activity.TEMPORARY_WORK)


def test_lists_that_are_confirmed_are_full(tmp_path: Path) -> None:
    assert mapping_named("cz-mpsv", tmp_path).source.is_full
    assert len(statements(czech_list(tmp_path / "l", [agency(1)]), mapping_named("cz-mpsv", tmp_path))) == 1


@pytest.mark.parametrize("form", ["html", "docx", "pdf", "xlsx"])
def test_the_kit_for_a_province_reads_its_list_in_any_form(tmp_path: Path, form: str) -> None:
    mapping = read_mapping(province_mapping("3502", is_full=True, holds_whole_place=True), "kit")
    assert (mapping.source.reference, mapping.source.territory) == ("cn-labour-3502", ["3502"])
    assert mapping.authority.names["zh-Hans"] == "福建省厦门市商务主管部门"
    header = [
        "序号",
        "企业名称",
        "统一社会信用代码",
        "资格证书编号",
        "发证日期",
        "有效期",
        "注册地址",
        "法定代表人",
        "联系电话",
        "备注",
    ]
    row = [
        "1",
        "厦门臆造对外劳务合作有限公司",
        USCC,
        "闽虚-002",
        "2022.3.2",
        "至2027年3月1日",
        "虚构路1号",
        "某甲",
        "0000",
        "",
    ]
    (one,) = statements(made(tmp_path / "list", form, [header, row]), mapping)
    licence = one.licences[0]
    assert (licence.number, str(licence.valid_from), str(licence.valid_to)) == ("闽虚-002", "2022-03-02", "2027-03-01")
    assert [identifier.value for identifier in one.identifiers] == [USCC]


@pytest.mark.parametrize("code", ["99", "71", "3599", "Fujian", "3"])
def test_a_code_that_no_place_has_is_refused_with_examples(code: str) -> None:
    with pytest.raises(ImportRefused, match="like 35 for Fujian or 3502 for Xiamen"):
        province_mapping(code)


DOCS = Path(__file__).parents[3] / "docs" / "operators"


def test_the_docs_name_every_description_kind_and_status() -> None:
    lists, sources = ((DOCS / name).read_text(encoding="utf-8") for name in ("lists.md", "sources.md"))
    assert [name for name in shipped_names() if f"`{name}`" not in lists] == []
    words = set(sources.replace("`", " ").replace(".", " ").split())
    assert [word for word in (*LicenceKind, *LicenceStatus) if word not in words] == []
