"""A registry of names alone: agencies are numbers here, and what they are called."""

from collections.abc import Callable, Iterator

import pytest
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from registry.core.db.engine import engine_for, sessions_for
from registry.register.names.actions import index_all
from registry.vocabulary.register import NameKind

Index = Callable[..., None]


@pytest.fixture
def engine(database) -> Iterator[Engine]:
    engine = engine_for(database.url)
    yield engine
    engine.dispose()


@pytest.fixture
def session(engine: Engine) -> Iterator[Session]:
    with sessions_for(engine)() as session:
        yield session


@pytest.fixture
def named(session: Session) -> Index:
    """Index agencies 1, 2, ... by their legal names; a tuple gives an agency several, the first legal, the others trade names."""

    def index(*agencies: str | tuple[str, ...]) -> None:
        several = [(names,) if isinstance(names, str) else names for names in agencies]
        index_all(
            session,
            [
                (number, [(NameKind.TRADE if place else NameKind.LEGAL, name) for place, name in enumerate(names)])
                for number, names in enumerate(several, 1)
            ],
        )

    return index
