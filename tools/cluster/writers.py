"""Those who change something on a cluster: each writes one thing after another, and can count them afterwards."""

import csv
import time
from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from random import randrange
from typing import Any
from uuid import uuid4

import msgspec
import requests
from sqlalchemy import func, select
from sqlalchemy.orm import Session, sessionmaker

from bench.imports import COLUMNS, list_row
from registry.core.clock import now
from registry.core.db.engine import Limits, engine_for, sessions_for
from registry.core.errors import ImportRefused
from registry.core.ids import new_reference
from registry.core.keyring import Keyring
from registry.core.settings import Settings
from registry.log.actions import Draft, append
from registry.log.models import Entry
from registry.officers import tokens
from registry.officers.rights import Role
from registry.register.agencies.models import Agency
from registry.register.imports.actions import ImportRequest
from registry.register.imports.jobs import import_list
from registry.register.imports.mapping import shipped_mapping
from registry.register.names.models import IndexedName
from tests.complaints.complainant import Ask, Complainant, Reply, by_socket
from tests.officers.making import make_officer

PATIENCE = 15.0
"""Seconds that those who write wait for an answer."""


class Writer:
    """One kind of writer. `acknowledged` has when each write was begun, and by what it is found again."""

    pause = 0.1
    """Seconds between two writes."""

    def __init__(self) -> None:
        self.acknowledged: list[tuple[float, str]] = []
        self.note: Callable[[float, str, bool], None] = lambda _at, _what, _is_ok: None
        """Told when each request began, what it was, and whether it was answered without a fault of the server."""

    def write(self) -> str:
        """Write one thing. Whatever it raises was not acknowledged."""
        raise NotImplementedError

    def count(self, session: Session, written: Sequence[str]) -> dict[str, int]:
        """How often each of these is there."""
        raise NotImplementedError

    def close(self) -> None:
        """After the last."""

    def _noted(self, ask: Ask) -> Ask:
        def noted(method: str, path: str, **more: Any) -> Reply:
            began, is_ok = time.monotonic(), False
            try:
                reply = ask(method, path, **more)
                is_ok = reply.status < 500
            finally:
                self.note(began, f"{method} {path}", is_ok)
            return reply

        return noted


def _sessions(database_url: str) -> sessionmaker[Session]:
    return sessions_for(engine_for(database_url, limits=Limits(statement=5.0, lock=5.0, connect=2.0), connections=2))


class Filer(Writer):
    """Files complaints, each of which is opened again by its code."""

    pause = 0.5

    def __init__(self, url: str) -> None:
        super().__init__()
        self._url = url

    def write(self) -> str:
        ask = self._noted(by_socket(self._url, timeout=PATIENCE))
        return Complainant(ask, headers=_from_anywhere()).filed().receipt

    def count(self, session: Session, written: Sequence[str]) -> dict[str, int]:
        def is_there(receipt: str) -> bool:
            end = time.monotonic() + 60
            while True:
                # A server that has no time just now says nothing of the complaint.
                with suppress(requests.RequestException, KeyError):
                    status = Complainant(by_socket(self._url), receipt, headers=_from_anywhere()).come_back().status
                    if status < 500 and status != 429:
                        return status == 201
                if time.monotonic() > end:
                    raise RuntimeError("complaints cannot be opened now")
                time.sleep(0.5)

        with ThreadPoolExecutor(2) as several:
            return dict(zip(written, map(int, several.map(is_there, written)), strict=True))


def _from_anywhere() -> dict[str, str]:
    """What the balancers take for the address of who asks: one of a network that no one else is in."""
    return {"X-Drill-Client": f"10.{randrange(256)}.{randrange(256)}.7"}


class Publisher(Writer):
    """Appends entries to the log."""

    def __init__(self, database_url: str) -> None:
        super().__init__()
        self._sessions = _sessions(database_url)

    def write(self) -> str:
        key = f"agency/{new_reference()}"
        with self._sessions.begin() as session:
            append(session, [Draft(key, "agency.registered", {"drill": True})])
        return key

    def count(self, session: Session, written: Sequence[str]) -> dict[str, int]:
        return _entries(session, written)

    def close(self) -> None:
        self._sessions.kw["bind"].dispose()


class Officer(Writer):
    """Writes notes into cases, by the officers' API with a token."""

    pause = 0.3
    NOTES = 20
    """Into one case, before another is taken."""

    def __init__(self, url: str, database_url: str, home: Path) -> None:
        super().__init__()
        self._url = url
        engine = engine_for(database_url)
        with sessions_for(engine).begin() as session:
            officer = make_officer(session, Keyring(home / "keys"), Role.TRIAGE).officer
            at = now()
            token = tokens.make(session, officer, "a program", 90, at=at, today=at.date())[1]
        engine.dispose()
        self._headers = {"Authorization": f"Bearer {token}"}
        self._ask = self._noted(by_socket(url, timeout=PATIENCE))
        self._cases: list[str] = []
        self._left = 0

    def write(self) -> str:
        if not self._left:
            case = self._request("GET", "?limit=1").body["items"][0]["case_id"]
            self._cases.append(case)
            self._left = self.NOTES
        case, text = self._cases[-1], f"Note {uuid4().hex}."
        version = self._request("GET", f"/{case}").body["version"]
        headers = {"If-Match": f'"{version}"', "Idempotency-Key": uuid4().hex}
        self._request("POST", f"/{case}/notes", json={"text": text}, headers=headers)
        self._left -= 1
        return text

    def count(self, session: Session, written: Sequence[str]) -> dict[str, int]:
        found: Counter[str] = Counter()
        for case in dict.fromkeys(self._cases):
            found.update(one["text"] for one in self._request("GET", f"/{case}/notes").body["notes"])
        return {text: found[text] for text in written}

    def _request(self, method: str, path: str, headers: dict[str, str] | None = None, **more: Any) -> Reply:
        reply = self._ask(method, f"/api/v1/cases{path}", headers=self._headers | (headers or {}), **more)
        if reply.status >= 300:
            raise requests.HTTPError(f"{method} {path}: {reply.status} {reply.body}")
        return reply


class Importer(Writer):
    """Imports an authority's full list again and again; each names one agency that none before it named.

    The one of the list before is delisted by it, and stays in the register.
    """

    pause = 1.0
    ROWS = 60

    def __init__(self, database_url: str, folder: Path) -> None:
        super().__init__()
        self._settings = Settings(home=folder, database_url=database_url, files=folder / "files")
        self._settings.prepare_home()
        self._sessions = _sessions(database_url)
        mapping = shipped_mapping("cz-mpsv")
        self._mapping = msgspec.structs.replace(
            mapping, source=msgspec.structs.replace(mapping.source, reference="cz-mpsv-drill")
        )
        self._lists = 0

    def write(self) -> str:
        self._lists += 1
        path = self._settings.home / "list.csv"
        rows = [list_row(number) for number in (*range(self.ROWS), self.ROWS + self._lists)]
        with path.open("w", encoding="utf-8", newline="") as file:
            csv.writer(file, delimiter=";").writerows([COLUMNS, *rows])
        report = import_list(self._settings, self._sessions, ImportRequest(path, self._mapping))
        if report.refused_because is not None:
            raise ImportRefused(report.refused_because)
        return rows[-1][0]

    def count(self, session: Session, written: Sequence[str]) -> dict[str, int]:
        named = select(IndexedName.name, Agency.reference).join(Agency, Agency.id == IndexedName.agency_id).distinct()
        agencies = [(row[0], f"agency/{row[1]}") for row in session.execute(named.where(IndexedName.name.in_(written)))]
        logged = _entries(session, [key for _, key in agencies])
        found: Counter[str] = Counter()
        for name, key in agencies:
            # An agency without its entry in the log was not published.
            found[name] += logged.get(key, 0)
        return {name: found[name] for name in written}

    def close(self) -> None:
        self._sessions.kw["bind"].dispose()


def _entries(session: Session, keys: Sequence[str]) -> dict[str, int]:
    """How many first entries the log has of each key."""
    found: dict[str, int] = {}
    for start in range(0, len(keys), 500):
        of_keys = Entry.key.in_(keys[start : start + 500]) & (Entry.type == "agency.registered")
        counted = select(Entry.key, func.count()).where(of_keys).group_by(Entry.key)
        found |= {row[0]: row[1] for row in session.execute(counted)}
    return found
