"""What the given parts cost by themselves: Flask with an empty answer, with one read, and Flask-RESTX with the same.

No verdict, no limits, no log, no headers of ours: a lookup that is built from these parts can only be dearer.
"""

import os
from typing import Any

from flask import Flask, Response, request
from flask_restx import Api, Resource
from sqlalchemy import bindparam, select

from bench.peers.raw import BODY
from registry.core.db.engine import engine_for
from registry.core.db.prepared import ThreadLocalReader
from registry.register.agencies.models import LookupKey, PublicRecord

PATH = "/api/v1/verify"

BY_NUMBER = (
    select(PublicRecord.body)
    .join(LookupKey, LookupKey.agency_id == PublicRecord.agency_id)
    .where(
        LookupKey.kind == "licence_number", LookupKey.value == bindparam("number"), LookupKey.superseded_at.is_(None)
    )
)


def flask_empty() -> Flask:
    """A fixed answer."""
    app = Flask(__name__)

    @app.get(PATH)
    def verify() -> Response:
        return Response(BODY, mimetype="application/json")

    return app


def flask_prepared() -> Flask:
    """The stored record, by a statement that is prepared once, on the driver's own connection."""
    app = Flask(__name__)
    reader = ThreadLocalReader(engine_for(os.environ["BENCH_DATABASE_URL"]))
    by_number = reader.prepare(BY_NUMBER)

    @app.get(PATH)
    def verify() -> Response:
        rows = reader.rows(by_number, {"number": request.args["licence_number"]})
        return Response(bytes(rows[0][0]), mimetype="application/json")

    return app


def flask_core() -> Flask:
    """The stored record, by SQLAlchemy Core."""
    app = Flask(__name__)
    read = _core_reader()

    @app.get(PATH)
    def verify() -> Response:
        return Response(read(request.args["licence_number"]), mimetype="application/json")

    return app


def restx_core() -> Flask:
    """The same by Flask-RESTX."""
    app = Flask(__name__)
    api = Api(app, doc=False)
    read = _core_reader()

    @api.route(PATH)
    class Verify(Resource):  # type: ignore[misc]
        def get(self) -> Response:
            return Response(read(request.args["licence_number"]), mimetype="application/json")

    return app


def _core_reader() -> Any:
    engine = engine_for(os.environ["BENCH_DATABASE_URL"]).execution_options(registry_reading=True)

    def read(number: str) -> bytes:
        with engine.connect() as connection:
            return bytes(connection.execute(BY_NUMBER, {"number": number}).scalar_one())

    return read
