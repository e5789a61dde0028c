"""Building keys and names anew, and what the worker does with fresh names."""

import threading

import pytest
from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from registry.cli.database import build_anew
from registry.core.db.engine import engine_for, sessions_for
from registry.core.settings import Settings
from registry.register.agencies.listing import agencies_named
from registry.register.agencies.models import LookupKey
from registry.register.names import actions
from registry.register.names.models import FreshPosting, IndexedName, NameBucket
from registry.worker.scheduler import work
from tests.conftest import Database
from tests.make import make_agency
from tests.serving import command


def names(session: Session, text: str) -> list[str]:
    return [hit.name for hit in agencies_named(session, text, 20)]


def lose_all(session: Session) -> None:
    for model in (IndexedName, FreshPosting, NameBucket, LookupKey):
        session.execute(delete(model))
    session.commit()


def test_reindex_brings_back_what_was_lost(session: Session, settings: Settings) -> None:
    make_agency(session, name="Lumaca Blu Lavoro S.r.l.")
    make_agency(session, name="Grifone Lento S.p.A.")
    lose_all(session)
    assert names(session, "lumaca blu") == []
    session.commit()
    env = {"REGISTRY_HOME": str(settings.home), "REGISTRY_DATABASE_URL": settings.database_url}
    result = command("reindex", env=env)
    assert result.returncode == 0, result.stderr
    assert "Keys of 2 agencies are up to date." in result.stdout
    assert names(session, "lumaca blu") == ["Lumaca Blu Lavoro S.r.l."]
    assert names(session, "grifone l") == ["Grifone Lento S.p.A."]


def test_reindex_broken_off_and_run_again_ends_well(session: Session, database: Database, monkeypatch) -> None:
    make_agency(session, name="Lumaca Blu Lavoro S.r.l.")
    lose_all(session)
    engine = engine_for(database.url)
    renewed = []

    def renew(session: Session, collected: actions.Collected, number: int) -> None:
        if number == 20:
            raise KeyboardInterrupt
        renewed.append(number)
        whole(session, collected, number)

    whole = actions.renew
    monkeypatch.setattr(actions, "renew", renew)
    try:
        build_anew(engine)
    except KeyboardInterrupt:
        monkeypatch.setattr(actions, "renew", whole)
    assert renewed == list(range(20))
    build_anew(engine)
    engine.dispose()
    assert names(session, "lumaca blu") == ["Lumaca Blu Lavoro S.r.l."]


@pytest.mark.both_databases
def test_an_upgraded_database_gets_its_name_index(session: Session, settings: Settings) -> None:
    make_agency(session, name="Lumaca Blu Lavoro S.r.l.")
    lose_all(session)
    env = {"REGISTRY_HOME": str(settings.home), "REGISTRY_DATABASE_URL": settings.database_url}
    assert command("db", "upgrade", env=env).returncode == 0
    assert names(session, "lumaca blu") == ["Lumaca Blu Lavoro S.r.l."]


def test_the_worker_folds_fresh_names_when_they_are_many(
    session: Session, database: Database, settings: Settings, monkeypatch
) -> None:
    monkeypatch.setattr(actions, "FOLD_AT", 30)
    # Published one by one, so that each stays fresh.
    for number in range(5):
        make_agency(session, name=f"Lumaca {'Blu Rossa Verde Nera Bianca'.split()[number]} S.r.l.")
    session.commit()
    engine = engine_for(database.url)
    work(settings, sessions_for(engine), threading.Event(), is_once=True)
    engine.dispose()
    assert session.execute(select(func.count()).select_from(FreshPosting)).scalar_one() == 0
    assert names(session, "lumaca nera")[0] == "Lumaca Nera S.r.l."
