"""What a list says beside its columns stops the import, at its row and with a reason, before anything of it is published."""

from pathlib import Path

import openpyxl
import pytest

from registry.register.agencies.identifiers import uscc_check_character
from registry.register.imports.drafting import province_mapping
from registry.register.imports.mapping import SourceMapping, read_mapping
from registry.register.imports.report import Report
from registry.vocabulary.register import LicenceKind, LicenceStatus, NameKind
from tests.register.imports.lists import ListImporter, plain_mapping, plain_text
from tests.register.imports.making import open_document, page_table, paper, web_page, word_file, word_table
from tests.thorough import thorough

COLUMNS = {"name": "Name", "registration_number": "Reg"}
HEAD = ["Name", "Reg", "Note"]


@pytest.fixture(params=["sqlite", *thorough("postgresql")])
def database_kind(request: pytest.FixtureRequest) -> str:
    """What stops a list stands in its file: one database shows it."""
    return str(request.param)


def code(number: int) -> str:
    """An invented unified social credit code of Liaoning."""
    body = f"91210200MA00{number:05d}"
    return body + uscc_check_character(body)


def kit(place: str = "21") -> SourceMapping:
    return read_mapping(province_mapping(place, is_full=True), "the kit")


def in_force(more: str = "", columns: dict[str, str] | None = None, **how: object) -> SourceMapping:
    """A list on which all are in force, as it prints no status."""
    text = plain_text(columns or COLUMNS, **how).replace("[constants]", '[constants]\nstatus = "active"')
    return read_mapping(f"{more}\n{text}", "the test's mapping")


def within_table(more: str) -> SourceMapping:
    text = plain_text(COLUMNS).replace("[constants]", '[constants]\nstatus = "active"')
    return read_mapping(text.replace("[table]", f"[table]\n{more}"), "the test's mapping")


def with_headings(rules: str, kind: str = "") -> SourceMapping:
    text = plain_text(COLUMNS).replace("[constants]", '[constants]\nstatus = "active"')
    return read_mapping(
        text.replace('kind = "other_eu"', kind).replace('kinds = ["other_eu"]', "") + rules, "the mapping"
    )


def names(importer: ListImporter) -> list[str]:
    return [agency.names[0].name for agency in importer.records()]


def refused(report: Report) -> list[tuple[str, str]]:
    """Where each rejected row stands, and why it was rejected."""
    assert not report.is_applied
    return [(finding.place or f"line {finding.line}", finding.flaw.value) for finding in report.rejects]


# Liaoning: the firms' table has a header that a narrow column broke, and the contractors' table follows.

FIRMS = [["大连虚构对外劳务合作有限公司", code(1)], ["沈阳臆造国际劳务有限公司", code(2)]]
CONTRACTORS = [["虚构辽槎路桥工程有限公司", code(9)]]


def page_of_two(path: Path, header: list[str]) -> Path:
    first = page_table([header, *FIRMS], "一、对外劳务合作企业")
    return web_page(path, first + page_table([["企业名称", "统一社会信用代码"], *CONTRACTORS], "二、对外承包工程企业"))


def test_the_firms_of_a_province_are_found_by_a_broken_header_and_no_contractor_is_among_them(
    importer: ListImporter,
) -> None:
    report = importer.take(page_of_two(importer.folder / "page", ["企业 名称", "统一社会 信用代码"]), kit())
    assert report.is_applied
    assert names(importer) == [FIRMS[0][0], FIRMS[1][0]]
    assert [(table.taken, table.left_because) for table in report.overview.tables] == [
        (2, ""),
        (0, "another list (承包工程)"),
    ]


def test_contractors_are_not_taken_for_firms_whose_table_cannot_be_read(importer: ListImporter) -> None:
    report = importer.take(page_of_two(importer.folder / "page", ["企业名称", "代码（见注）"]), kit())
    assert report.refused_because is not None
    assert "lacks '统一社会信用代码'" in report.refused_because
    assert names(importer) == []


def test_a_row_that_says_contractor_is_not_taken_for_a_firm(importer: ListImporter) -> None:
    rows = [
        ["企业名称", "统一社会信用代码", "业务类别"],
        [*FIRMS[0], "对外劳务合作"],
        [*CONTRACTORS[0], "对外承包工程"],
    ]
    report = importer.take(web_page(importer.folder / "page", page_table(rows, "名单")), kit())
    assert refused(report) == [("table 1, row 3", "unread_status")]


@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_contractors_alone_are_another_list_in_any_form(importer: ListImporter, form: str) -> None:
    path = importer.folder / f"list.{form}"
    rows = [["企业名称", "统一社会信用代码"], *CONTRACTORS]
    if form == "csv":
        path.write_text("对外承包工程企业名单,\n" + "\n".join(map(",".join, rows)), encoding="utf-8")
    else:
        book = openpyxl.Workbook()
        book.worksheets[0].title = "对外承包工程企业"
        for row in rows:
            book.worksheets[0].append(row)
        book.save(path)
    assert "another list than this" in (importer.take(path, kit()).refused_because or "")


@pytest.mark.parametrize("form", ["html", "docx", "pdf"])
def test_a_table_that_may_be_a_list_is_not_left_in_silence_for_another(importer: ListImporter, form: str) -> None:
    path = importer.folder / "list"
    first, second = [["Company", "Number"], ["A Ltd", "1"], ["B Ltd", "2"]], [["Name", "Reg"], ["C Ltd", "3"]]
    if form == "docx":
        word_file(path, word_table(first) + word_table(second))
    else:
        body = page_table(first) + page_table(second)
        web_page(path, body) if form == "html" else paper(path, body)
    report = importer.take(path, in_force())
    assert "has 2 columns and no header that is wanted: it was not read" in (report.refused_because or "")
    assert (report.needs_approval, names(importer)) == (True, [])
    known = importer.take(path, within_table('other_lists = ["Company"]'))
    assert (known.is_applied, names(importer)) == (True, ["C Ltd"])


@pytest.mark.parametrize("form", ["xlsx", "ods"])
def test_a_second_sheet_that_may_be_a_list_is_not_left_in_silence(importer: ListImporter, form: str) -> None:
    sheets = {"North": [["Name", "Reg"], ["A Ltd", "1"]], "South": [["Name", "Reg"], ["B Ltd", "2"]]}
    path = importer.folder / "list"
    if form == "ods":
        open_document(path, sheets)
    else:
        book = openpyxl.Workbook()
        for title, rows in sheets.items():
            sheet = book.create_sheet(title)
            for row in rows:
                sheet.append(row)
        del book["Sheet"]
        book.save(path)
    report = importer.take(path, in_force())
    assert "'South' holds a table too, which was not read: name the right one" in (report.refused_because or "")
    assert importer.take(path, within_table('sheet = "North"')).is_applied


# Zhejiang: a remark that no one mapped, a footnote mark, a former name.


def zhejiang(path: Path, remark: str) -> Path:
    header = ["企业名称", "统一社会信用代码", "备 注"]
    rows = [["杭州虚构对外劳务合作有限公司", code(1), ""], ["宁波臆造对外劳务合作有限公司", code(2), remark]]
    return word_file(path, word_table([header, *rows]))


def test_a_province_s_remark_makes_the_row_suspended_or_stops_it(importer: ListImporter) -> None:
    assert importer.take(zhejiang(importer.folder / "a", "暂停"), kit("33")).is_applied
    statuses = {one.names[0].name[:2]: one.licences[0].status_history[-1].status for one in importer.records()}
    assert statuses == {"杭州": LicenceStatus.ACTIVE, "宁波": LicenceStatus.SUSPENDED}
    stopped = importer.take(zhejiang(importer.folder / "b", "2026年5月起暂停经营"), kit("33"))
    assert refused(stopped) == [("table 1, row 3", "unread_status")]
    assert importer.take(zhejiang(importer.folder / "c", "2019年更名"), kit("33")).is_applied


@pytest.mark.parametrize(
    "remark",
    ["暂停", "已吊销", "注 销", "sospesa dal 1/2", "REVOCATA", "suspendida", "Licence withdrawn", "wykreślona z rejestru",
     "zrušené", "Autorizație retrasă", "Widerrufen", "ingetrokken per 1 mei", "radiée", "felfüggesztve", "ανακλήθηκε",
     "заличена"],
)  # fmt: skip
def test_a_column_that_is_not_mapped_stops_a_row_by_a_word_of_an_end(importer: ListImporter, remark: str) -> None:
    rows = ("A Ltd,1,", f"B Ltd,2,{remark}")
    report = importer.plain(*rows, mapping=in_force(), header="Name,Reg,Note")
    assert refused(report) == [("line 3", "unread_status")]
    assert report.rejects[0].detail.startswith("Note: ")
    assert names(importer) == []
    assert importer.plain(*rows, mapping=within_table('drop = ["Note"]'), header="Name,Reg,Note").is_applied


def test_a_filled_cell_below_a_header_that_speaks_of_an_end_stops_the_row(importer: ListImporter) -> None:
    rows = ("A Ltd,1,", "B Ltd,2,2026-01-01", "C Ltd,3,-")
    report = importer.plain(*rows, mapping=in_force(), header="Name,Reg,Data cessazione")
    assert refused(report) == [("line 3", "unread_status")]


def test_a_word_of_an_end_beside_the_table_under_no_header_stops_the_row(importer: ListImporter) -> None:
    book = openpyxl.Workbook()
    for row in (["Name", "Reg"], ["A Ltd", "1"], ["B Ltd", "2", "暂停"]):
        book.worksheets[0].append(row)
    book.save(importer.folder / "list")
    report = importer.take(importer.folder / "list", in_force())
    assert refused(report) == [("line 3", "unread_status")]
    assert report.rejects[0].detail == "column 3: 暂停"


def test_a_field_of_a_record_that_is_not_mapped_stops_it_too(importer: ListImporter) -> None:
    path = importer.folder / "list.json"
    path.write_text('[{"Name": "A Ltd", "Reg": "1"}, {"Name": "B Ltd", "Reg": "2", "state": {"note": "suspended"}}]')
    text = plain_text(COLUMNS).replace("[constants]", '[constants]\nstatus = "active"')
    report = importer.take(path, read_mapping(text.replace("[table", "[json"), "the mapping"))
    assert [(one.line, one.detail) for one in report.rejects] == [(2, "state.note: suspended")]


@pytest.mark.parametrize(
    "name", ["B Ltd*", "B Ltd **", "* B Ltd", "B Ltd¹", "B Ltd ①", "B Ltd (1)", "虚构有限公司＊", "虚构有限公司（注1）"]
)
def test_a_footnote_mark_in_a_name_stops_the_row_until_it_is_told(importer: ListImporter, name: str) -> None:
    report = importer.plain("A Ltd,1", f"{name},2", mapping=in_force(), header="Name,Reg")
    assert refused(report) == [("line 3", "footnote_mark")]
    mark = report.rejects[0].value
    marks = in_force(f'marks = {{ "{mark}" = "suspended" }}')
    assert importer.plain("A Ltd,1", f"{name},2", mapping=marks, header="Name,Reg").is_applied
    marked = importer.records()[1]
    assert marked.names[0].name in ("B Ltd", "虚构有限公司")
    assert marked.licences[0].status_history[-1].status is LicenceStatus.SUSPENDED


@pytest.mark.parametrize(
    ("cell", "name", "former"),
    [
        ("杭州虚构有限公司（原：杭州旧名有限公司）", "杭州虚构有限公司", "杭州旧名有限公司"),
        ("杭州虚构有限公司(曾用名杭州旧名有限公司)", "杭州虚构有限公司", "杭州旧名有限公司"),
        ("New Ltd (formerly Old Ltd)", "New Ltd", "Old Ltd"),
        ("Nuova S.r.l. (già Vecchia S.r.l.)", "Nuova S.r.l.", "Vecchia S.r.l."),
        ("Nová s.r.o. [dříve Stará s.r.o.]", "Nová s.r.o.", "Stará s.r.o."),
    ],
)
def test_a_former_name_in_brackets_is_a_former_name(importer: ListImporter, cell: str, name: str, former: str) -> None:
    report = importer.plain(f"{cell},1", mapping=in_force(), header="Name,Reg")
    assert report.warning_counts == {"former_name": 1}
    assert [(one.name, one.kind) for one in importer.records()[0].names] == [
        (name, NameKind.LEGAL),
        (former, NameKind.FORMER),
    ]


@pytest.mark.parametrize(
    "name", ["虚构（厦门）有限公司", "Fictitious (Ireland) Ltd", "Extra Ltd (Exeter)", "Olive Branch Ltd"]
)
def test_other_brackets_and_words_belong_to_the_name(importer: ListImporter, name: str) -> None:
    assert importer.plain(f"{name},1", mapping=in_force(), header="Name,Reg").is_applied
    assert names(importer) == [name]


def test_a_status_in_brackets_behind_a_name_stops_the_row(importer: ListImporter) -> None:
    report = importer.plain("虚构有限公司（已注销）,1", mapping=in_force(), header="Name,Reg")
    assert refused(report) == [("line 2", "unread_status")]


# The albo: its sections are kinds, and stand as headings between the rows.

SECTIONS = """<table><tr><th>Name</th><th>Reg</th><th>Place</th></tr>
<tr><td colspan=3>Sezione I - Somministrazione</td></tr><tr><td>Prima S.p.A.</td><td>1</td><td>Forlì</td></tr>
<tr><td colspan=3>Sezione III - Intermediazione</td></tr><tr><td>Terza S.r.l.</td><td>2</td><td>Forlì</td></tr></table>"""
RULES = """
[[table.headings]]
text = "Sezione I"
kind = "it_somministrazione_generalista"

[[table.headings]]
text = "Sezione III"
kind = "it_intermediazione"
status = "provisional"
"""


@pytest.mark.parametrize("form", ["html", "pdf"])
def test_headings_between_rows_that_name_kinds_stop_a_list_until_they_are_told(
    importer: ListImporter, form: str
) -> None:
    path = importer.folder / "albo"
    web_page(path, SECTIONS) if form == "html" else paper(path, SECTIONS)
    report = importer.take(path, in_force())
    assert "has the heading 'Sezione I - Somministrazione' (sezione), and no column says the kind" in (
        report.refused_because or ""
    )
    assert any("Sezione III - Intermediazione" in heading for heading in report.overview.headings)
    report = importer.take(path, with_headings(RULES))
    assert report.is_applied
    assert [(one.licences[0].kind, one.licences[0].status_history[-1].status) for one in importer.records()] == [
        (LicenceKind.IT_SOMMINISTRAZIONE_GENERALISTA, LicenceStatus.ACTIVE),
        (LicenceKind.IT_INTERMEDIAZIONE, LicenceStatus.PROVISIONAL),
    ]


@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_headings_of_a_sheet_or_a_text_file_are_told_the_same_way(importer: ListImporter, form: str) -> None:
    lines = [["Name", "Reg"], ["Sezione I", ""], ["Prima S.p.A.", "1"], ["Sezione III", ""], ["Terza S.r.l.", "2"]]
    path = importer.folder / f"list.{form}"
    if form == "csv":
        path.write_text("\n".join(map(",".join, lines)), encoding="utf-8")
    else:
        book = openpyxl.Workbook()
        for line in lines:
            book.worksheets[0].append(line)
        book.save(path)
    assert "no column says the kind" in (importer.take(path, in_force()).refused_because or "")
    assert importer.take(path, with_headings(RULES)).is_applied
    assert [one.licences[0].kind for one in importer.records()] == [
        LicenceKind.IT_SOMMINISTRAZIONE_GENERALISTA,
        LicenceKind.IT_INTERMEDIAZIONE,
    ]


def test_headings_that_are_places_and_page_numbers_stop_nothing(importer: ListImporter) -> None:
    body = SECTIONS.replace("Sezione I - Somministrazione", "Emilia-Romagna").replace(
        "Sezione III - Intermediazione", "Lazio"
    )
    assert importer.take(web_page(importer.folder / "albo", body), in_force()).is_applied


# Fujian: two names under one code, a branch, a hidden row.


def test_two_names_under_one_code_are_both_rejected_at_their_rows(importer: ListImporter) -> None:
    rows = ("真实虚构有限公司,1,", "Other Ltd,9,", "臆造劳务有限公司,1,")
    report = importer.plain(*rows, mapping=in_force(), header="Name,Reg,Note")
    assert refused(report) == [("line 2", "two_names"), ("line 4", "two_names")]
    assert report.rejects[1].detail == "line 2 has the same key and another name"
    assert importer.plain(*rows, mapping=in_force(), header="Name,Reg,Note", skips_rejects=True).is_applied
    assert names(importer) == ["Other Ltd"]


def test_one_name_in_two_writings_is_one_name(importer: ListImporter) -> None:
    rows = ("Fictitious Ltd,1", "Other Ltd,9", "FICTITIOUS LTD.,1")
    assert importer.plain(*rows, mapping=in_force(), header="Name,Reg").is_applied


@pytest.mark.parametrize(
    "name", ["福建虚构有限公司厦门分公司", "Inventata S.p.A. - filiale di Roma", "Inventada S.L. Sucursal en España"]
)
def test_a_branch_is_no_holder_unless_the_mapping_says_so(importer: ListImporter, name: str) -> None:
    def mapping(branches: str) -> SourceMapping:
        text = plain_text(COLUMNS).replace("[constants]", '[constants]\nstatus = "active"')
        return read_mapping(text.replace("[holder]", f'[holder]\nbranches = "{branches}"'), "the mapping")

    rows = ("A Ltd,1", f"{name},2")
    assert refused(importer.plain(*rows, mapping=mapping("refuse"), header="Name,Reg")) == [("line 3", "branch")]
    report = importer.plain(*rows, mapping=mapping("leave"), header="Name,Reg")
    assert (report.is_applied, report.counts.left_out, names(importer)) == (True, 1, ["A Ltd"])
    assert importer.plain(*rows, mapping=mapping("take"), header="Name,Reg").is_applied
    assert names(importer) == ["A Ltd", name]


def hidden_in_xlsx(path: Path) -> Path:
    book = openpyxl.Workbook()
    sheet = book.worksheets[0]
    for row in (HEAD, ["A Ltd", 1, "x"], ["Hidden Ltd", 2, "x"]):
        sheet.append(row)
    sheet.row_dimensions[3].hidden = True
    book.save(path)
    return path


def hidden_in_ods(path: Path) -> Path:
    rows = [HEAD, ["A Ltd", "1", "x"], ["Hidden Ltd", "2", "x"]]
    return open_document(path, {"List": rows}, hidden_rows={2})


def hidden_in_page(path: Path) -> Path:
    table = page_table([HEAD, ["A Ltd", "1", "x"], ["Hidden Ltd", "2", "x"]])
    head, _, last = table.rpartition("<tr>")
    return web_page(path, f'{head}<tr style="display:none">{last}')


def hidden_in_body(path: Path) -> Path:
    first = "<tr><th>Name</th><th>Reg</th></tr><tr><td>A Ltd</td><td>1</td></tr>"
    return web_page(path, f"<table>{first}<tbody hidden><tr><td>Hidden Ltd</td><td>2</td></tr></tbody></table>")


@pytest.mark.parametrize("make", [hidden_in_xlsx, hidden_in_ods, hidden_in_page, hidden_in_body])
def test_a_hidden_row_is_not_taken_unless_the_mapping_says_so(importer: ListImporter, make: object) -> None:
    assert callable(make)
    path = make(importer.folder / "list")
    report = importer.take(path, in_force())
    assert [flaw for _, flaw in refused(report)] == ["hidden_row"]
    assert importer.take(path, in_force(), skips_rejects=True).is_applied
    assert names(importer) == ["A Ltd"]
    assert importer.take(path, within_table("reads_hidden = true")).is_applied
    assert names(importer) == ["A Ltd", "Hidden Ltd"]


def test_a_hidden_row_of_an_old_excel_file_is_seen(importer: ListImporter) -> None:
    body = bytearray((Path(__file__).parent / "fujian.xls").read_bytes())
    columns = {"name": "企业名称", "registration_number": "统一社会信用代码", "status": "状态"}
    words = '[words.status]\n"有效" = "active"\n"暂停" = "suspended"'
    mapping = read_mapping(plain_text(columns).replace("[words.status]", words), "the mapping")
    before = importer.take(_file(importer, bytes(body)), mapping, is_dry_run=True)
    assert before.is_whole
    record = b"\x08\x02\x10\x00" + (4).to_bytes(2, "little")
    body[body.index(record) + len(record) - 2 + 12] |= 0x20
    report = importer.take(_file(importer, bytes(body)), mapping, is_dry_run=True)
    assert [(finding.place[-5:], finding.flaw.value) for finding in report.rejects] == [("row 5", "hidden_row")]


def _file(importer: ListImporter, body: bytes) -> Path:
    path = importer.folder / "list.xls"
    path.write_bytes(body)
    return path


def test_a_hidden_column_stops_a_list_until_it_is_dropped(importer: ListImporter) -> None:
    path = hidden_in_xlsx(importer.folder / "list.xlsx")
    book = openpyxl.load_workbook(path)
    book.worksheets[0].row_dimensions[3].hidden = False
    book.worksheets[0].column_dimensions["C"].hidden = True
    book.save(path)
    report = importer.take(path, in_force())
    assert "hides the column 'Note'" in (report.refused_because or "")
    assert importer.take(path, within_table('drop = ["Note"]')).is_applied


def test_what_a_reader_signs_shows_tables_kinds_statuses_and_rows(importer: ListImporter) -> None:
    rows = [f"Firm {number} Ltd,{number},L{number},valid,2024-01-01,2027-01-01" for number in range(1, 8)]
    report = importer.plain(*rows, "On Hold Ltd,99,L99,on hold,2024-01-01,", mapping=plain_mapping(), is_dry_run=True)
    (table,) = report.overview.tables
    assert (table.rows, table.taken, table.left_out, table.rejected) == (8, 8, 0, 0)
    assert [(one.kind, one.status, one.licences, len(one.samples)) for one in report.overview.groups] == [
        ("other_eu", "active", 7, 5),
        ("other_eu", "suspended", 1, 1),
    ]
    first = report.overview.groups[0].samples[0]
    assert (first.place, first.name, first.key, first.number) == ("line 2", "Firm 1 Ltd", "1", "L1")
    assert (first.valid_from, first.valid_to) == ("2024-01-01", "2027-01-01")


def test_rows_to_sign_stand_in_the_order_of_the_list_though_rows_of_one_agency_stand_apart(
    importer: ListImporter,
) -> None:
    rows = [f"Firm {firm} Ltd,{firm},L{line},valid,2024-01-01,2027-01-01" for line, firm in enumerate([1, 2, 1], 2)]
    report = importer.plain(*rows, mapping=plain_mapping(), is_dry_run=True)
    (group,) = report.overview.groups
    assert [(sample.place, sample.name, sample.number) for sample in group.samples] == [
        ("line 2", "Firm 1 Ltd", "L2"),
        ("line 2", "Firm 1 Ltd", "L4"),
        ("line 3", "Firm 2 Ltd", "L3"),
    ]
