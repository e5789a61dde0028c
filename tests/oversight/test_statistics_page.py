"""The open numbers as people read them: charts with their tables beneath, in every language, and a file that is safe to open."""

import csv
import io
import re

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from registry.core.spreadsheets import harmless
from registry.oversight.open_statistics import COLUMNS, Release, Table, as_csv, close
from registry.oversight.rules import Quarter
from registry.vocabulary.cases import Dimension, Indicator
from registry.vocabulary.register import Language
from tests.api.shapes import assert_as_documented
from tests.oversight.counted import CLOSING, IN_Q3, make_cases
from tests.page_languages import PAGE_LANGUAGES
from tests.pages.public.reading import read


@pytest.fixture
def closed(session: Session) -> None:
    make_cases(session, 23, indicators=(Indicator.WITHHOLDING_OF_WAGES, Indicator.DECEPTION))
    make_cases(session, 9, country="CZ", sector=None, indicators=(Indicator.DECEPTION,))
    make_cases(session, 2, country="MT")
    make_cases(session, 6, on=IN_Q3.replace(month=5))
    close(session, Quarter(2026, 3), CLOSING)
    close(session, Quarter(2026, 2), CLOSING)


SAID = {
    "zh-Hans": ("收到多少举报？", "意大利", "没有说明", "不到五份的不公布"),
    "en": ("How many complaints came in?", "Italy", "Not stated", "fewer than five is left out"),
    "fr": ("Combien de signalements sont arrivés", "Italie", "Non indiqué", "en dessous de cinq n’est pas montré"),
    "ro": ("Câte plângeri au venit?", "Italia", "Nespus", "Ce este sub cinci nu se arată"),
}


@pytest.mark.usefixtures("closed")
@pytest.mark.parametrize("language", PAGE_LANGUAGES)
def test_the_page_shows_the_newest_quarter_in_every_language(client: FlaskClient, language: Language):
    page = read(client.get(f"/{language}/statistics"))
    assert page.language == language
    for words in SAID[language]:
        assert words in page.text
    assert page.text.count("2026-Q3") >= 2
    assert f"/{language}/statistics?quarter=2026-Q2" in page.links
    assert "MT" not in page.text


@pytest.mark.usefixtures("closed")
def test_every_bar_stands_in_the_table_beneath(client: FlaskClient):
    html = client.get("/en/statistics").get_data(as_text=True)
    charts = re.findall(r'<div class="chart".*?</div>\s*<table>.*?</table>', html, re.DOTALL)
    assert len(charts) == 3
    for chart in charts:
        drawn, _, table = chart.partition("<table>")
        bars = re.findall(r"<p>(.+?)</p>\s*<svg[^>]*><rect[^>]*></rect><text[^>]*>(\d+)<", drawn)
        rows = re.findall(r'<th scope="row">(.+?)</th><td class="count">(\d+)<', table.partition("<tfoot>")[0])
        assert bars == rows
        assert bars
    assert "Fewer than 5 of each" in html


@pytest.mark.usefixtures("closed")
def test_bars_are_as_long_as_their_numbers_say(client: FlaskClient):
    html = client.get("/en/statistics").get_data(as_text=True)
    widths = [float(width) for width in re.findall(r'<rect width="([\d.]+)%"', html)]
    assert widths[:2] == [80.0, 32.0]
    assert re.findall(r'<text x="([\d.]+)%" dx="6" y="\d+">(\d+)<', html)[:2] == [
        ("80.0", "25"),
        ("32.0", "10"),
    ]


def test_before_the_first_quarter_the_page_says_so(client: FlaskClient):
    assert "No quarter has been published yet" in read(client.get("/en/statistics")).text
    assert client.get("/api/v1/statistics").json == {"items": []}


@pytest.mark.usefixtures("closed")
@pytest.mark.parametrize("quarter", ["2019-Q1", "2026-Q5", "", "<script>", "2026-Q4"])
def test_a_quarter_that_is_not_closed_has_no_page(client: FlaskClient, quarter: str):
    response = client.get("/en/statistics", query_string={"quarter": quarter})
    assert response.status_code == 404
    assert "<script>" not in response.get_data(as_text=True)


@pytest.mark.usefixtures("closed")
def test_the_page_leads_there_from_every_page_and_to_the_files(client: FlaskClient):
    assert "/en/statistics" in read(client.get("/en/help")).links
    assert {"/api/v1/statistics.csv", "/api/v1/statistics"} <= set(read(client.get("/en/statistics")).links)


@pytest.mark.usefixtures("closed")
def test_the_api_gives_the_same_numbers(client: FlaskClient):
    response = client.get("/api/v1/statistics", headers={"Accept-Language": "zh-CN"})
    assert_as_documented(response, "listStatistics")
    newest, before = response.json["items"]
    assert (newest["quarter"], newest["from"], newest["to"], newest["closed_on"]) == (
        "2026-Q3",
        "2026-07-01",
        "2026-09-30",
        "2026-10-15",
    )
    tables = {table["dimension"]: table for table in newest["tables"]}
    assert tables["country"]["cells"] == [
        {"value": "IT", "name": "意大利", "count": 25},
        {"value": "CZ", "name": "捷克", "count": 10},
    ]
    assert (tables["country"]["total"], tables["indicator"]["total"]) == (35, None)
    one = client.get("/api/v1/statistics?quarter=2026-q2").json["items"]
    assert [item["quarter"] for item in one] == [before["quarter"]] == ["2026-Q2"]
    assert client.get("/api/v1/statistics?quarter=2031-Q1").json == {"items": []}
    fault = client.get("/api/v1/statistics?quarter=summer").json["errors"][0]
    assert (fault["parameter"], fault["detail"]) == ("quarter", "must be a quarter, for example 2026-Q3")


@pytest.mark.usefixtures("closed")
def test_the_same_answer_is_not_sent_twice(client: FlaskClient):
    for path in ("/api/v1/statistics", "/api/v1/statistics.csv", "/en/statistics"):
        first = client.get(path)
        assert client.get(path, headers={"If-None-Match": first.headers["ETag"]}).status_code == 304


@pytest.mark.usefixtures("closed")
def test_the_file_holds_a_line_for_each_count(client: FlaskClient):
    response = client.get("/api/v1/statistics.csv")
    assert_as_documented(response, "downloadStatistics")
    rows = list(csv.DictReader(io.StringIO(response.get_data(as_text=True))))
    assert tuple(rows[0]) == COLUMNS
    assert list(rows[0].values()) == ["2026-Q3", "2026-07-01", "2026-09-30", "country", "IT", "Italy", "25"]
    assert {row["quarter"] for row in rows} == {"2026-Q3", "2026-Q2"}
    assert all(int(row["count"]) % 5 == 0 for row in rows)


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "  =1+1", '=HYPERLINK("http://x")'])
def test_no_cell_of_the_file_can_be_read_as_a_formula(text: str):
    assert harmless(text) == f"'{text}"
    table = Table(Dimension.OUTCOME, {}, 0)
    assert harmless("IT") == "IT"
    release = Release(Quarter(2026, 3), CLOSING, "1", (Table(Dimension.COUNTRY, {text: 5}, 5), table))
    written = as_csv([release], Language.EN)
    cells = [cell for row in csv.reader(io.StringIO(written)) for cell in row]
    assert not [cell for cell in cells if cell.lstrip(" ")[:1] in set("=+-@\t\r\n")]
    assert f"'{text}" in cells
