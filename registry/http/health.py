"""Whether this process can serve: is the database there, and at a revision that this version works on?"""

from typing import Any

import msgspec
from flask import Flask, Response
from sqlalchemy.exc import SQLAlchemyError

from registry.core.db.errors import classify_db_error
from registry.core.db.revisions import can_serve, current, head
from registry.http.errors import RETRY_AFTER
from registry.http.transaction import reading


def register(app: Flask) -> None:
    @app.get("/health")
    def show_health() -> Response:
        """200 when it can serve, 503 otherwise; the body says which part is missing."""
        report = health()
        response = Response(
            msgspec.json.encode(report), 200 if report["status"] == "ok" else 503, mimetype="application/json"
        )
        response.headers["Cache-Control"] = "no-store"
        if response.status_code == 503:
            response.headers["Retry-After"] = str(RETRY_AFTER)
        return response


def health() -> dict[str, Any]:
    wanted = head()
    try:
        found = current(reading().connection())
    except SQLAlchemyError as error:
        if classify_db_error(error) is None:
            raise
        return _report("away", None, wanted)
    return _report("ok", found, wanted)


def _report(database: str, found: str | None, wanted: str) -> dict[str, Any]:
    is_well = database == "ok" and can_serve(found)
    return {
        "status": "ok" if is_well else "unavailable",
        "database": database,
        "migrations": {"current": found, "head": wanted},
    }
