"""FastAPI and SQLAlchemy Core: the stored record read by key and sent as it is. No verdict, no limits, no headers but an ETag.

The view is a coroutine: handing so short a read to a thread would cost more than the read.
"""

import os
from typing import Annotated

from fastapi import FastAPI, HTTPException, Query, Request, Response
from sqlalchemy import select

from registry.core.db.engine import engine_for
from registry.register.agencies.models import LookupKey, PublicRecord

Number = Annotated[str, Query(max_length=120)]
Country = Annotated[str | None, Query(pattern="^[A-Z]{2}$")]


def create_app() -> FastAPI:
    app = FastAPI()
    engine = engine_for(os.environ["BENCH_DATABASE_URL"]).execution_options(registry_reading=True)

    @app.get("/api/v1/verify")
    async def verify(
        request: Request, licence_number: Number, origin: Country = None, destination: Country = None
    ) -> Response:
        query = (
            select(PublicRecord.body, PublicRecord.etag)
            .join(LookupKey, LookupKey.agency_id == PublicRecord.agency_id)
            .where(
                LookupKey.kind == "licence_number", LookupKey.value == licence_number, LookupKey.superseded_at.is_(None)
            )
        )
        with engine.connect() as connection:
            row = connection.execute(query).first()
        if row is None:
            raise HTTPException(404)
        etag = f'"{row.etag}"'
        if request.headers.get("if-none-match") == etag:
            return Response(status_code=304, headers={"ETag": etag})
        return Response(row.body, media_type="application/json", headers={"ETag": etag})

    return app
