"""How the dataset describes itself to programs: DCAT-AP 3 as JSON-LD, and CSV on the Web (CSVW) for its tables.

DCAT-AP 3.0: https://semiceu.github.io/DCAT-AP/releases/3.0.0/ . CSVW: https://www.w3.org/TR/tabular-metadata/ .
"""

from collections.abc import Mapping, Sequence
from typing import Any

from registry.dataset.formats import CSV, FTM, JSONL, PARQUET, File
from registry.dataset.tables import NOTICE, TABLES, Table, Type

CATALOG = "catalog.jsonld"
LD_JSON, CSVM = "application/ld+json", "application/csvm+json"

SPDX = "https://spdx.org/licenses/"
LICENCES = {
    "CC-BY-4.0": "http://publications.europa.eu/resource/authority/licence/CC_BY_4_0",
    "CC0-1.0": "http://publications.europa.eu/resource/authority/licence/CC0",
}
"""The EU's own names of licences (https://publications.europa.eu/resource/authority/licence); others go by their address."""

_AUTHORITY = "http://publications.europa.eu/resource/authority"
_IANA = "https://www.iana.org/assignments/media-types"

_FORMS = {
    JSONL: ("JSON Lines", "application/json", "JSON"),
    CSV: ("CSV", "text/csv", "CSV"),
    PARQUET: ("Parquet", "application/vnd.apache.parquet", "PARQUET"),
    FTM: ("FollowTheMoney entities", "application/json", "JSON"),
}
"""By media type: what a file is called, and the media and file types under which IANA and the EU know it."""

_FREQUENCIES = {1: "DAILY", 2: "DAILY_2", 3: "OTHER"}
"""By snapshots a day; the EU's list has a name for twice a day, and none is known to us for three times."""

CONTEXT = {
    "dcat": "http://www.w3.org/ns/dcat#",
    "dct": "http://purl.org/dc/terms/",
    "foaf": "http://xmlns.com/foaf/0.1/",
    "dcatap": "http://data.europa.eu/r5r/",
    "skos": "http://www.w3.org/2004/02/skos/core#",
    "spdx": "http://spdx.org/rdf/terms#",
    "vcard": "http://www.w3.org/2006/vcard/ns#",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
}

_CSVW_TYPES = {
    Type.TEXT: "string",
    Type.DAY: "date",
    Type.INSTANT: "dateTime",
    Type.NUMBER: "integer",
    Type.LIST: "string",
}


def licence_address(licence: str) -> str:
    """The address that names a licence, given as SPDX identifier or as an address already."""
    return licence if licence.startswith("https://") else LICENCES.get(licence, f"{SPDX}{licence}.html")


def catalog(
    name: str, registry: str, licence: str, day: str, files: Sequence[File], contact: str | None, times_a_day: int = 1
) -> dict[str, Any]:
    """A DCAT-AP catalogue with one dataset, whose distributions are the files of a snapshot."""
    publisher = {
        "@id": f"{registry}/#publisher",
        "@type": "foaf:Agent",
        "foaf:name": _text("The authority that runs this registry"),
    }
    home = f"{registry}/dataset"
    at = {"@type": "xsd:date", "@value": day}
    terms = {"@id": licence_address(licence), "@type": "dct:LicenseDocument"}
    published = {"dct:publisher": {"@id": publisher["@id"]}, "dct:license": {"@id": terms["@id"]}}
    dated = {**published, "dct:issued": at, "dct:modified": at}
    dataset: dict[str, Any] = {
        "@id": f"{home}#dataset",
        "@type": "dcat:Dataset",
        "dct:title": _text("Licensed recruitment intermediaries: licences and events"),
        "dct:description": _text(NOTICE),
        **dated,
        "dct:identifier": f"{home}/{name}",
        "dct:accrualPeriodicity": _concept(f"{_AUTHORITY}/frequency/{_FREQUENCIES[times_a_day]}", "dct:Frequency"),
        "dct:accessRights": _concept(f"{_AUTHORITY}/access-right/PUBLIC", "dct:RightsStatement"),
        "dct:language": _concept(f"{_AUTHORITY}/language/ENG", "dct:LinguisticSystem"),
        "dcat:theme": {
            **_concept(f"{_AUTHORITY}/data-theme/SOCI", "skos:Concept"),
            "skos:prefLabel": _text("Population and society"),
        },
        "dcat:keyword": [_text(word) for word in ("recruitment", "licence", "labour migration")],
        "dcat:landingPage": {"@id": home, "@type": "foaf:Document"},
        "dcat:distribution": [_distribution(one, name, home, terms["@id"], at) for one in files],
    }
    service: dict[str, Any] = {
        "@id": f"{registry}/api/v1#service",
        "@type": "dcat:DataService",
        "dct:title": _text("API of this registry"),
        "dct:description": _text("Whether a recruiter may recruit for a place of work on a day, and why."),
        **published,
        "dct:accessRights": _concept(f"{_AUTHORITY}/access-right/PUBLIC", "dct:RightsStatement"),
        "dcat:endpointURL": {"@id": f"{registry}/api/v1"},
        "dcat:endpointDescription": {"@id": f"{registry}/openapi.json"},
        "dcat:landingPage": {"@id": f"{registry}/docs", "@type": "foaf:Document"},
        "dcat:servesDataset": {"@id": dataset["@id"]},
    }
    if contact is not None:
        dataset["dcat:contactPoint"] = service["dcat:contactPoint"] = {
            "@id": f"{registry}/#contact",
            "@type": ["vcard:Kind", "vcard:Organization"],
            "vcard:fn": "Contact of this registry",
            "vcard:hasEmail" if contact.startswith("mailto:") else "vcard:hasURL": {"@id": contact},
        }
    return {
        "@context": CONTEXT,
        "@graph": [
            {
                "@id": f"{home}#catalog",
                "@type": "dcat:Catalog",
                "dct:title": _text("Open data of this registry of recruitment intermediaries"),
                "dct:description": _text("Signed snapshots of all licences, and deltas from one to the next."),
                **dated,
                "foaf:homepage": {"@id": home, "@type": "foaf:Document"},
                "dct:language": _concept(f"{_AUTHORITY}/language/ENG", "dct:LinguisticSystem"),
                "dcat:dataset": {"@id": dataset["@id"]},
                "dcat:service": {"@id": service["@id"]},
            },
            publisher,
            terms,
            dataset,
            service,
        ],
    }


def _distribution(file: File, name: str, home: str, licence: str, at: Mapping[str, str]) -> dict[str, Any]:
    address = f"{home}/{name}/{file.name}"
    title, media_type, file_type = _FORMS[file.media_type]
    what = TABLES[file.table].description if file.table else "Agencies, adverse statuses and sanctions as entities."
    return {
        "@id": f"{address}#distribution",
        "@type": "dcat:Distribution",
        "dct:title": _text(f"{file.name} ({title})"),
        "dct:description": _text(what),
        "dcat:accessURL": {"@id": address},
        "dcat:downloadURL": {"@id": address},
        "dcat:byteSize": {"@type": "xsd:nonNegativeInteger", "@value": str(file.bytes)},
        "dcat:mediaType": _concept(f"{_IANA}/{media_type}", "dct:MediaType"),
        "dct:format": _concept(f"{_AUTHORITY}/file-type/{file_type}", "dct:MediaTypeOrExtent"),
        "dct:license": {"@id": licence},
        "dcatap:availability": _concept(f"{_AUTHORITY}/planned-availability/AVAILABLE", "skos:Concept")
        | {"skos:prefLabel": _text("Available")},
        "dct:issued": at,
        "spdx:checksum": {
            "@type": "spdx:Checksum",
            "spdx:algorithm": {"@id": "spdx:checksumAlgorithm_sha256", "@type": "spdx:ChecksumAlgorithm"},
            "spdx:checksumValue": {"@type": "xsd:hexBinary", "@value": file.sha256},
        },
    }


def csvw(table: Table, licence: str) -> dict[str, Any]:
    """CSVW metadata that stands beside `<table>.csv`."""
    return {
        "@context": ["http://www.w3.org/ns/csvw", {"@language": "en"}],
        "url": f"{table.name}.csv",
        "dc:title": table.name,
        "dc:description": f"{table.description} {NOTICE}",
        "dc:license": {"@id": licence_address(licence)},
        "dialect": {"encoding": "utf-8", "header": True, "lineTerminators": ["\r\n"]},
        "tableSchema": {"columns": [_column(column, table) for column in table.columns], "primaryKey": list(table.key)},
    }


def _column(column: Any, table: Table) -> dict[str, Any]:
    stated: dict[str, Any] = {
        "name": column.name,
        "titles": column.name,
        "dc:description": column.description,
        "datatype": _CSVW_TYPES[column.type],
        "required": column.name in table.key,
    }
    return stated | ({"separator": " | "} if column.type is Type.LIST else {})


def _text(text: str) -> dict[str, str]:
    return {"@language": "en", "@value": text}


def _concept(address: str, kind: str) -> dict[str, Any]:
    return {"@id": address, "@type": kind}
