"""A monitor rebuilds range files from the log alone, and says where an epoch is not what the log implies."""

import json
import sqlite3
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest
from registry_client.entries import read_entry
from registry_client.network import Unreachable
from registry_client.range_monitor import check_ranges
from registry_client.ranges import HASH_HEX, key_hash, key_of, look_up, proven_epoch
from registry_client.store import Store
from registry_client.strict import parsed_instant
from registry_client.tree import Frontier, leaf_hash
from registry_client.trust import Trust, read_trust
from registry_client.verdicts import Finding, State, Verdict
from sqlalchemy import select
from sqlalchemy.orm import Session

from registry.core.clock import now
from registry.core.settings import Settings
from registry.http.transaction import Services
from registry.log import queries as log
from registry.log.models import Entry
from registry.log.signing import sign_committed
from registry.ranges import actions, queries, rendering, rules
from registry.register.agencies.actions import amend, erase
from registry.register.agencies.models import Agency
from registry.register.agencies.publishing import Event
from registry.vocabulary.register import HolderKind, IdentifierScheme, LicenceStatus
from tests import make

pytestmark = pytest.mark.one_database


@dataclass
class Watched:
    """A registry as a monitor sees it: the copy of its log, and the files it serves."""

    session: Session
    services: Services
    settings: Settings
    folder: Path
    trust: Trust | None = None
    kept: Sequence[Finding] = ()

    def publish(self) -> None:
        """Commit, sign, write an epoch, sign it, and mirror it."""
        self.session.commit()
        sign_committed(self.settings, self.services.sessions)
        actions.write_epoch(self.services.sessions)
        sign_committed(self.settings, self.services.sessions)
        self.mirror()

    def mirror(self) -> None:
        with self.services.reading_sessions() as reading:
            queries.export(reading, self.folder / "mirror")
            self.trust = read_trust(msgspec.json.encode(log.trust_file(reading, self.settings.public_url)))

    def fetch(self, path: str, limit: int) -> bytes:
        file = self.folder / "mirror" / path.lstrip("/")
        if not file.exists():
            raise Unreachable(f"{path}: HTTP 404", 404)
        return file.read_bytes()

    def copy(self) -> Store:
        """The copy of the log, as the monitor follows it."""
        state = self.folder / "state"
        state.unlink(missing_ok=True)
        store, frontier = Store.open(state), Frontier()
        with self.services.reading_sessions() as reading:
            head = log.published(reading)
            assert head is not None
            leaves = reading.execute(select(Entry.leaf).where(Entry.index < head.size).order_by(Entry.index)).scalars()
            hashed = [(read_entry(bytes(leaf)), leaf_hash(bytes(leaf))) for leaf in leaves]
        for _, one in hashed:
            frontier.add(one)
        store.add(hashed, frontier)
        store.accept(frontier.size, frontier.root(), "")
        return store

    def found(self, shift: int = 0, count: int | None = None) -> Verdict:
        verdict = Verdict()
        assert self.trust is not None
        at = parsed_instant(now().strftime("%Y-%m-%dT%H:%M:%SZ"), "now") + shift
        with self.copy() as store:
            check_ranges(self.fetch, self.trust, store, at, count, verdict, self.evidence)
            self.kept = store.findings()
        return verdict

    @property
    def evidence(self) -> Path:
        return self.folder / "evidence"

    def bad(self, shift: int = 0, count: int | None = None) -> set[str]:
        return {one.code for one in self.found(shift, count) if one.state in (State.BAD, State.UNKNOWN)}


@pytest.fixture
def watched(
    session: Session,
    held_services: Services,
    settings: Settings,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> Watched:
    """A registry with legal and natural persons, suspended, corrected, erased and withheld things."""
    monkeypatch.setattr(rules, "MEAN", 2)
    monkeypatch.setattr(rules, "MIN_MEAN", 1)
    monkeypatch.setattr(rules, "MORE", 0)
    yesterday = now().date() - timedelta(days=1)
    for n in range(12):
        make.make_licence(session, number=f"INV-{n}", valid_to=date(2099, 1, 1))
    suspended = make.make_agency(session, licences=(make.licence_record(number="SUS-1", valid_to=date(2099, 1, 1)),))
    make.suspend(session, suspended.agency_id)
    many = make.make_agency(
        session,
        licences=tuple(make.licence_record(number=f"TWO-{n}") for n in range(2)),
        identifiers=tuple(make.identifier_record(IdentifierScheme.REGISTRATION_NUMBER, f"{n}") for n in (2, 1)),
    )
    stated = make.public_record_of(session, many.agency_id)
    new = make.identifier_record(IdentifierScheme.REGISTRATION_NUMBER, "3")
    amend(session, make.changed(stated, identifiers=(new,)), Event("agency.corrected", is_correction=True))
    withheld = make.status_record(LicenceStatus.SUSPENDED, to=yesterday, publish_until=yesterday)
    make.make_agency(session, licences=(make.licence_record(number="OLD-1", status_history=(withheld,)),))
    make.make_agency(
        session,
        name="Jana Vymyšlená",
        holder_kind=HolderKind.SOLE_TRADER,
        licences=(make.licence_record(number="P-1"),),
    )
    gone = make.make_agency(session, licences=(make.licence_record(number="GONE-1"),))
    erase(session, session.execute(select(Agency).where(Agency.reference == gone.agency_id)).scalar_one())
    found = Watched(session, held_services, settings, tmp_path)
    found.publish()
    return found


def test_an_honest_epoch_follows_from_the_log(watched: Watched):
    whole = watched.found()
    assert [(one.state, one.code) for one in whole] == [(State.GOOD, "range_follows")]
    assert whole.findings[0].values["files"] == whole.findings[0].values["of"] >= 8
    assert watched.found(count=2).findings[0].values["files"] == 2
    # A later epoch, of which only a few files are new.
    make.make_licence(watched.session, number="NEW-1")
    watched.publish()
    assert watched.bad() == set()


def lying(watched: Watched, monkeypatch: pytest.MonkeyPatch, lie: Callable[[dict[str, Any]], None]) -> set[str]:
    """What is found where the registry writes every file as `lie` changes it, and signs the root over them."""
    true = rules.file_bytes

    def file_bytes(*arguments: Any) -> bytes:
        content = json.loads(true(*arguments))
        lie(content)
        return msgspec.json.Encoder(order="sorted").encode(content)

    with monkeypatch.context() as patched:
        patched.setattr(rules, "file_bytes", file_bytes)
        # So that every file is made anew.
        patched.setattr(rendering.Ground, "digest", lambda _: "0" * 64)
        watched.publish()
    return watched.bad()


def without_last(content: dict[str, Any]) -> None:
    del content["entries"][-1:]


def renamed(content: dict[str, Any]) -> None:
    for record in content["records"]:
        for name in record.get("names", ()):
            name["name"] = "Vymyšlená jiná s.r.o."


def in_force(content: dict[str, Any]) -> None:
    for record in content["records"]:
        for licence in record.get("licences", ()):
            for period in licence.get("status_history", ()):
                if period.get("status") == "suspended":
                    period["status"] = "active"


def yes(content: dict[str, Any]) -> None:
    for entry in content["entries"]:
        for answer in entry["answers"]:
            answer["verdict"] = "yes"


def named(content: dict[str, Any]) -> None:
    for record in content["records"]:
        if record.get("holder_kind") == "sole_trader":
            record["names"] = [{"name": "Jana Vymyšlená", "script": "latn", "kind": "legal"}]


def invented(content: dict[str, Any]) -> None:
    for entry in content["entries"][:1]:
        hash_ = f"{int(entry['h'], 16) + 1:040x}"
        content["entries"].insert(1, entry | {"h": hash_})


LIES: dict[str, tuple[Callable[[dict[str, Any]], None], set[str]]] = {
    "an entry is left out": (without_last, {"range_key_missing", "range_count_differs"}),
    "an agency is called otherwise": (renamed, {"range_record_differs"}),
    "a suspension is hidden": (in_force, {"range_record_differs"}),
    "a yes without a licence in force": (yes, {"range_answer_unfounded"}),
    "a natural person is named": (named, {"range_record_differs"}),
    "a number is invented": (invented, {"range_key_not_logged", "range_count_differs"}),
}


def test_a_registry_that_signs_other_files_than_its_log_implies_is_found(
    watched: Watched, monkeypatch: pytest.MonkeyPatch
):
    for kind, (lie, codes) in LIES.items():
        assert lying(watched, monkeypatch, lie) == codes | {"range_differs_in"}, kind
        # Truth again, and everything anew.
        watched.publish()
        assert watched.bad() == set(), kind


def test_what_was_signed_against_the_log_is_kept_and_proves_itself(watched: Watched, monkeypatch: pytest.MonkeyPatch):
    assert watched.bad() == set()
    assert not watched.evidence.exists()
    hidden = key_hash(key_of("licence_number", "INV-3")).hex()[:HASH_HEX]

    def without(content: dict[str, Any]) -> None:
        content["entries"] = [one for one in content["entries"] if one["h"] != hidden]

    lying(watched, monkeypatch, without)
    assert [(one.code, one.values["count"]) for one in watched.kept] == [("range_differs_in", 2)]
    assert watched.trust is not None
    epoch = proven_epoch((watched.evidence / "ranges/current").read_bytes(), watched.trust)
    fetched = []

    def fetch(path: str, limit: int) -> bytes:
        fetched.append(path)
        return (watched.evidence / path.lstrip("/")).read_bytes()

    # Who holds the folder and a trust file needs no one else to prove that the registry signed the number away.
    found = look_up(fetch, watched.trust, key_of("licence_number", "INV-3"), epoch.made_at + 60)
    assert (found.state, found.epoch.root) == ("absent", epoch.root)
    files = {f"/{path.relative_to(watched.evidence)}" for path in watched.evidence.rglob("*") if path.is_file()}
    assert files == set(fetched)


def test_what_was_logged_an_hour_ago_and_is_in_no_epoch_is_held_back(watched: Watched):
    make.make_licence(watched.session, number="LATE-1")
    watched.session.commit()
    sign_committed(watched.settings, watched.services.sessions)
    watched.mirror()
    assert watched.bad() == set()
    assert watched.bad(shift=2 * 3600) == {"range_holds_back"}


def test_an_older_epoch_than_the_logs_newest_and_a_forked_one_are_found(watched: Watched):
    former = (watched.folder / "mirror/ranges/current").read_bytes()
    make.make_licence(watched.session, number="NEXT-1")
    watched.publish()
    (watched.folder / "mirror/ranges/current").write_bytes(former)
    assert watched.bad() == set()
    assert watched.bad(shift=2 * 3600) == {"range_older_shown", "range_holds_back"}
    # The monitor's copy of the log holds another entry in the epoch's place.
    store = watched.copy()
    store.close()
    with sqlite3.connect(watched.folder / "state") as connection:
        connection.execute("UPDATE entries SET hash = zeroblob(32) WHERE key = 'ranges/epoch'")
    verdict = Verdict()
    assert watched.trust is not None
    with Store.open(watched.folder / "state") as store:
        check_ranges(watched.fetch, watched.trust, store, 2**31, None, verdict)
    assert {one.code for one in verdict} == {"range_forked"}
