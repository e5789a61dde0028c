"""Plain WSGI that writes each body it gets into one row, in a transaction of its own: nothing read, checked or sealed."""

import os
from collections.abc import Iterable
from typing import Any

from sqlalchemy import LargeBinary, insert
from sqlalchemy.orm import Mapped, mapped_column

from registry.core.db.engine import Base, engine_for


class Row(Base):
    """One body as it came."""

    __tablename__ = "plain_rows"
    id: Mapped[int] = mapped_column(primary_key=True)
    body: Mapped[bytes] = mapped_column(LargeBinary)


def create_table(url: str) -> None:
    """Before any process serves: several that made it at once would fall over each other."""
    engine = engine_for(url)
    Base.metadata.tables[Row.__tablename__].create(engine)
    engine.dispose()


def create_app() -> Any:
    engine = engine_for(os.environ["BENCH_DATABASE_URL"])

    def app(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        body = environ["wsgi.input"].read()
        with engine.begin() as connection:
            connection.execute(insert(Row), {"body": body})
        start_response("200 OK", [("Content-Type", "text/plain"), ("Content-Length", "2")])
        return [b"ok"]

    return app
