"""Every shipped source description reads an invented list in the very form that its authority's is said to have."""

from importlib.resources import files
from pathlib import Path

import openpyxl
import pytest
from msgspec.structs import replace

from registry.core.errors import ImportRefused
from registry.register.imports.drafting import province_mapping
from registry.register.imports.mapping import SourceMapping, read_mapping, shipped_mapping, shipped_names
from registry.register.imports.reading import opened
from registry.register.imports.rules import RowRules
from registry.register.imports.statements import Statement
from registry.vocabulary.register import Activity, HolderKind, LicenceKind, LicenceStatus
from tests.register.imports.lists import agency, czech_list
from tests.register.imports.making import open_document, page_table, paper, web_page, word_file, word_table
from tests.register.imports.shipped_lists import LISTS, USCC
from tests.thorough import thorough


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


@pytest.mark.parametrize("name", [*list(LISTS)[:5], *thorough(*list(LISTS)[5:])])
def test_a_list_in_its_form_is_read_whole_and_never_counts_as_full(tmp_path: Path, name: str) -> None:
    form, header, row = LISTS[name]
    mapping = shipped_mapping(name)
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


def test_a_list_of_a_region_says_so_of_each_licence_and_a_column_comes_first(tmp_path: Path) -> None:
    form, header, row = LISTS["be-vlaanderen"]
    flemish = shipped_mapping("be-vlaanderen")
    (one,) = statements(made(tmp_path / "list", form, [header, row]), flemish)
    assert one.licences[0].region == "Vlaanderen"
    assert flemish.table is not None
    columns = flemish.table.columns | {"region": "gewest"}
    with_column = replace(flemish, table=replace(flemish.table, columns=columns))
    rows = [[*header, "gewest"], [*row, "Wallonie"], [*row, ""]]
    read = statements(made(tmp_path / "regions", form, rows), with_column)
    assert [one.licences[0].region for one in read] == ["Wallonie", "Vlaanderen"]


def test_a_region_that_the_law_does_not_know_is_refused() -> None:
    text = (files("registry.register.imports") / "sources" / "be-vlaanderen.toml").read_text(encoding="utf-8")
    with pytest.raises(ImportRefused, match="write one of Brussel, Ostbelgien, Vlaanderen, Wallonie"):
        read_mapping(text.replace('region = "Vlaanderen"', 'region = "Flanders"'), "list")


def test_an_italian_section_is_a_kind_and_a_polish_entry_several_activities(tmp_path: Path) -> None:
    form, header, row = LISTS["it-albo"]
    (one,) = statements(made(tmp_path / "it", form, [header, row]), shipped_mapping("it-albo"))
    assert one.licences[0].kind is LicenceKind.IT_SOMMINISTRAZIONE_GENERALISTA
    form, header, row = LISTS["pl-kraz"]
    (one,) = statements(made(tmp_path / "pl", form, [header, row]), shipped_mapping("pl-kraz"))
    assert one.licences[0].activities == (Activity.PLACEMENT, Activity.TEMPORARY_WORK)


def test_lists_that_are_confirmed_are_full(tmp_path: Path) -> None:
    assert shipped_mapping("cz-mpsv").source.is_full
    assert len(statements(czech_list(tmp_path / "l", [agency(1)]), shipped_mapping("cz-mpsv"))) == 1


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
