"""Open numbers about complaints."""

from typing import Any

from flask import request

from registry.api.restx import Namespace, Resource
from registry.http.responses import Answer, Fixed, requested_language
from registry.http.schemas import request_schema, response_bytes, response_schema
from registry.http.transaction import public_reading
from registry.oversight.open_statistics import Release, as_csv, cell_name, releases
from registry.vocabulary.register import Language
from schemas.oversight import StatisticsQuerySchema, StatisticsSchema

ns = Namespace("statistics", path="/")

CSV = "text/csv"


@ns.route("/statistics")
class Statistics(Resource):
    @request_schema(StatisticsQuerySchema())
    @response_schema(StatisticsSchema(), "listStatistics")
    def get(self, quarter: str | None = None) -> Answer:
        """List how many complaints came in each closed quarter.

        By country of work, sector, indicator of forced labour and outcome; never by agency. Counts are rounded to five, what is
        fewer than five is left out, and totals are sums of what is shown. A closed quarter never changes.
        """
        language = requested_language(request.environ)
        items = [release_payload(release, language) for release in releases(public_reading(), quarter)]
        return Answer({"items": items}, language=language)


@ns.route("/statistics.csv")
class StatisticsTable(Resource):
    @request_schema()
    @response_bytes(CSV, "downloadStatistics")
    def get(self) -> Fixed:
        """Download all closed quarters as one table.

        CSV by RFC 4180 in UTF-8, a line for each count, names in English. No cell can be read as a formula.
        """
        return Fixed(as_csv(releases(public_reading()), Language.EN).encode())


def release_payload(release: Release, language: Language) -> dict[str, Any]:
    return {
        "quarter": str(release.quarter),
        "from": release.quarter.first,
        "to": release.quarter.last,
        "closed_on": release.closed_on,
        "rules": release.rules,
        "tables": [
            {
                "dimension": table.dimension,
                "cells": [
                    {"value": value, "name": cell_name(language, table.dimension, value), "count": count}
                    for value, count in table.cells.items()
                ],
                "total": table.total,
            }
            for table in release.tables
        ],
    }
