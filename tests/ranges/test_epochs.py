"""Epochs of range files: what stands in them, what a change touches, and what is left after a crash."""

import json
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
import time_machine
from sqlalchemy import delete, select
from sqlalchemy.orm import Session, sessionmaker

from registry.core.clock import now
from registry.core.errors import NotFound
from registry.core.settings import Settings
from registry.http.transaction import Services
from registry.log.actions import lock_log
from registry.log.models import Entry
from registry.log.signing import sign_committed
from registry.ranges import actions, key_rows, queries, rendering, rules, spool
from registry.ranges.models import RangeEpoch, RangeObject
from registry.ranges.rendering import Made, all_files, entries_of, ground_at, made_file, made_files, shown_records
from registry.register.agencies.actions import amend, erase
from registry.register.agencies.models import Agency
from registry.register.agencies.publishing import Event
from registry.vocabulary.register import HolderKind, IdentifierScheme, LicenceKind, LicenceStatus
from tests import make
from tests.ranges.quiet_days import a_time_without_changes

Write = Callable[..., actions.Written | None]


@pytest.fixture
def sessions(held_services: Services) -> sessionmaker[Session]:
    return held_services.sessions


@pytest.fixture
def write(session: Session, sessions: sessionmaker[Session], settings: Settings) -> Write:
    """Commit what the test made, write an epoch, and sign it."""

    def write(at: datetime | None = None) -> actions.Written | None:
        session.commit()
        written = actions.write_epoch(sessions, at)
        sign_committed(settings, sessions)
        return written

    return write


def entry_of(reading: Session, number: str, kind: str = "licence_number") -> dict[str, Any] | None:
    """What the current epoch's file says of a number, with its records beside; None where it is absent."""
    reading.rollback()
    epoch = queries.current(reading).epoch
    hash_ = rules.key_hash(rules.key_text(kind, number))
    prefix = rules.prefix_of(hash_, json.loads(epoch.record)["p"])
    body = rules.uncompressed(queries.stored_object(reading, queries.path_to(reading, epoch, prefix)[-1].hex()))
    content = json.loads(body)
    for entry in content["entries"]:
        if entry["h"] == hash_.hex()[: rules.HASH_HEX]:
            return entry | {"records": [content["records"][one["record"]] for one in entry["holders"]]}
    return None


def codes_of(entry: dict[str, Any] | None) -> set[str]:
    assert entry is not None
    return {reason["code"] for one in entry["answers"] for reason in one["reasons"]}


def test_a_published_number_is_there_and_another_is_not(session: Session, reading: Session, write: Write):
    make.make_licence(session, number="INV-1", valid_to=date(2099, 1, 1))
    assert write() is not None
    entry = entry_of(reading, "INV1")
    assert entry is not None
    assert entry["records"][0]["licences"][0]["number"] == "INV-1"
    assert entry_of(reading, "INV2") is None
    assert write() is None


def test_the_root_is_an_entry_of_the_log_and_shown_only_once_signed(
    session: Session, sessions: sessionmaker[Session], settings: Settings, reading: Session
):
    make.make_licence(session, number="INV-1")
    session.commit()
    sign_committed(settings, sessions)
    written = actions.write_epoch(sessions)
    assert written is not None
    leaf = json.loads(reading.execute(select(Entry.leaf).where(Entry.index == written.log_index)).scalar_one())
    assert (leaf["type"], leaf["record"]["root"]) == ("ranges.published", written.root.hex())
    reading.rollback()
    with pytest.raises(NotFound):
        queries.current(reading)
    sign_committed(settings, sessions)
    reading.rollback()
    assert queries.current(reading).epoch.epoch == written.epoch


def test_a_suspension_touches_no_more_files_than_the_agency_has_numbers(
    session: Session, reading: Session, write: Write, monkeypatch: pytest.MonkeyPatch
):
    # A registry of many small files, so that it shows which of them change.
    monkeypatch.setattr(rules, "MEAN", 2)
    monkeypatch.setattr(rules, "MIN_MEAN", 1)
    monkeypatch.setattr(rules, "MORE", 0)
    for n in range(60):
        make.make_agency(session, licences=(make.licence_record(number=f"INV-{n}", valid_to=date(2099, 1, 1)),))
    agency = make.make_agency(
        session,
        licences=(make.licence_record(number="OURS-1", valid_to=date(2099, 1, 1)),),
        identifiers=(make.identifier_record(IdentifierScheme.REGISTRATION_NUMBER, "77"),),
    )
    first = write()
    assert first is not None
    assert first.files >= 16
    assert "licence_suspended" not in codes_of(entry_of(reading, "OURS1"))
    make.suspend(session, agency.agency_id)
    second = write()
    assert second is not None
    assert second.made <= 2
    assert "licence_suspended" in codes_of(entry_of(reading, "OURS1"))
    assert "licence_suspended" in codes_of(entry_of(reading, "CZ:77", "registration_number"))
    ended = [path for path in queries.ended_paths(reading, str(second.epoch)) if "/file/" in path]
    assert len(ended) == second.made


def test_the_answer_is_that_of_the_one_verdict(session: Session, reading: Session, write: Write, client: Any):
    make.make_licence(session, number="INV-1", valid_to=date(2099, 1, 1))
    make.make_licence(session, LicenceStatus.REVOKED, number="INV-2")
    make.make_agency(session, identifiers=(make.identifier_record(IdentifierScheme.REGISTRATION_NUMBER, "88"),))
    write()
    for number, kind, query in (
        ("INV1", "licence_number", {"licence_number": "INV-1"}),
        ("INV2", "licence_number", {"licence_number": "INV-2"}),
        ("CZ:88", "registration_number", {"registration_number": "88", "country": "CZ"}),
    ):
        entry = entry_of(reading, number, kind)
        assert entry is not None
        assert len(entry["answers"]) > 1
        for answer in entry["answers"]:
            context = {"origin": "CN"} | {k: answer[k] for k in ("destination",) if k in answer}
            answered = client.get("/api/v1/verify", query_string=query | context).json
            assert answer["verdict"] == answered["verdict"]
            assert [one["code"] for one in answer["reasons"]] == [one["code"] for one in answered["reasons"]]


def test_until_the_last_day_of_an_answer_nothing_changes_it(
    session: Session, sessions: sessionmaker[Session], write: Write
):
    soon = now().date() + timedelta(days=12)
    numbers = [f"{country}-{days}" for country in ("CN", "GR", "PT") for days in (0, 40)]
    for number in numbers:
        country, _, days = number.partition("-")
        make.make_licence(session, country=country, number=number, valid_to=soon + timedelta(days=int(days)))
    # A partial list, of which each licence grows too old by itself.
    source = make.make_source(session, "RO", is_full=False, fresh_for_days=9)
    seen = datetime.now(UTC).replace(hour=8)
    make.make_licence(session, country="RO", number="RO-1", source=source.reference, retrieved_at=seen)
    write()
    at = datetime.now(UTC).replace(hour=9)

    def answers(day: datetime) -> dict[str, list[dict[str, Any]]]:
        with sessions() as reading:
            ground = ground_at(reading, day)
            keys = reading.execute(select(actions.RangeKey)).scalars().all()
            stated = shown_records(reading, [key.agency_id for key in keys], day)
            body = json.loads(made_file(0, 0, entries_of(keys, stated, ground)).body)
            return {entry["h"]: entry["answers"] for entry in body["entries"]}

    lasts = [date.fromisoformat(one["until"]) for found in answers(at).values() for one in found]
    assert min(lasts) <= soon
    checked = 0
    for begin in (at, seen + timedelta(days=9, hours=-3)):
        first = answers(begin)
        for hours in range(5, 10 * 24, 7):
            later_at = begin + timedelta(hours=hours)
            for hash_, found in answers(later_at).items():
                for former, later in zip(first[hash_], found, strict=True):
                    if rules.easternmost_day(later_at) <= date.fromisoformat(former["until"]):
                        codes = [[one["code"] for one in answer["reasons"]] for answer in (former, later)]
                        assert (former["verdict"], codes[0]) == (later["verdict"], codes[1])
                        checked += 1
    assert checked > 100


def test_a_file_is_made_anew_when_one_of_its_answers_is_over(session: Session, reading: Session, write: Write):
    soon = now().date() + timedelta(days=3)
    make.make_licence(session, number="INV-1", valid_to=soon)
    write()
    assert "licence_expired" not in codes_of(entry_of(reading, "INV1"))
    assert write(now() + timedelta(days=5)) is not None
    assert "licence_expired" in codes_of(entry_of(reading, "INV1"))


def test_a_file_is_made_anew_when_a_day_begins_where_its_authority_sits_and_not_each_minute(
    session: Session, reading: Session, write: Write
):
    tomorrow = date(2026, 11, 30)
    periods = (
        make.status_record(from_=date(2020, 1, 1), to=date(2026, 11, 29)),
        make.status_record(LicenceStatus.SUSPENDED, from_=tomorrow),
    )

    def suspended() -> set[str]:
        found = {number: codes_of(entry_of(reading, number)) for number in ("CN1", "GR1", "CZ1")}
        return {number for number, codes in found.items() if "licence_suspended" in codes}

    with time_machine.travel("2026-11-29T15:50:00Z", tick=False) as clock:
        for country in ("CN", "GR", "CZ"):
            make.make_licence(session, country=country, number=f"{country}-1", status_history=periods)
        assert write() is not None
        assert suspended() == set()
        for time, expected in (
            ("15:59:30", None),
            ("16:00:30", {"CN1"}),
            ("16:01:30", None),
            ("22:00:30", {"CN1", "GR1"}),
            ("22:01:30", None),
            ("23:00:30", {"CN1", "GR1", "CZ1"}),
            ("23:01:30", None),
        ):
            clock.move_to(f"2026-11-29T{time}Z")
            assert (write() is None) == (expected is None), time
            assert expected is None or suspended() == expected


def test_a_day_without_a_change_has_an_epoch_too(session: Session, write: Write):
    make.make_licence(session, number="INV-1", valid_to=date(2099, 1, 1))
    at = a_time_without_changes()
    first = write(at)
    again = write(at + timedelta(hours=25))
    assert first is not None
    assert again is not None
    assert (again.epoch, again.root, again.made) == (first.epoch + 1, first.root, 0)


def test_natural_persons_stand_there_without_name_and_number(session: Session, reading: Session, write: Write):
    licence = make.licence_record(number="PERS-1", valid_to=date(2099, 1, 1))
    make.make_agency(
        session,
        name="Jana Vymyšlená",
        holder_kind=HolderKind.SOLE_TRADER,
        licences=(licence,),
        identifiers=(make.identifier_record(IdentifierScheme.REGISTRATION_NUMBER, "99"),),
        place="Smyslov",
    )
    write()
    assert entry_of(reading, "PERS1") is not None
    bodies = [
        rules.uncompressed(body)
        for name, body in queries.tree_of(reading, queries.current(reading).epoch)
        if name.startswith("file/")
    ]
    text = b"".join(bodies).decode()
    assert "holder_kind" in text
    for planted in ("Jana", "Vymy", "PERS", "Smyslov"):
        assert planted not in text


def test_what_was_erased_is_in_no_file_and_past_ones_go(session: Session, reading: Session, write: Write):
    staying = make.make_agency(session, name="Trvalá s.r.o.", licences=(make.licence_record(number="INV-1"),))
    gone = make.make_agency(session, name="Mizející s.r.o.", licences=(make.licence_record(number="INV-2"),))
    write()
    row = session.execute(select(Agency).where(Agency.reference == gone.agency_id)).scalar_one()
    erase(session, row)
    write()
    assert entry_of(reading, "INV1") is not None
    bodies = reading.execute(select(RangeObject.body).where(RangeObject.ended_at.is_(None))).scalars().all()
    assert not any("Mizej" in rules.uncompressed(body).decode() for body in bodies if body[:2] == b"\x1f\x8b")
    make.suspend(session, staying.agency_id)
    write(now() + timedelta(hours=2))
    reading.rollback()
    bodies = reading.execute(select(RangeObject.body)).scalars().all()
    assert not any("Mizej" in rules.uncompressed(body).decode() for body in bodies if body[:2] == b"\x1f\x8b")


def test_a_crash_before_the_last_commit_forgets_no_former_number(
    session: Session, sessions: sessionmaker[Session], reading: Session, write: Write, monkeypatch: pytest.MonkeyPatch
):
    old, new = (make.identifier_record(IdentifierScheme.REGISTRATION_NUMBER, value) for value in ("OLD-1", "NEW-1"))
    agency = make.make_agency(session, identifiers=(old,))
    write()
    stated = make.public_record_of(session, agency.agency_id)
    amend(session, make.changed(stated, identifiers=(new,)), Event("agency.corrected", is_correction=True))
    session.commit()

    def killed(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(actions, "_published", killed)
        with pytest.raises(KeyboardInterrupt):
            actions.write_epoch(sessions)
    # The former epoch is whole.
    kind = "registration_number"
    assert entry_of(reading, "CZ:OLD1", kind) is not None
    write()
    assert (entry_of(reading, "CZ:OLD1", kind), entry_of(reading, "CZ:NEW1", kind) is not None) == (None, True)


def test_files_made_in_the_order_of_agencies_are_those_made_one_by_one(
    session: Session, sessions: sessionmaker[Session], monkeypatch: pytest.MonkeyPatch
):
    """Of numbers that several agencies hold, papers that are no licence, failed checks, and records that end by themselves."""
    soon = now().date() + timedelta(days=20)
    registered = IdentifierScheme.REGISTRATION_NUMBER
    for n in range(9):
        licences = [make.licence_record(number=f"INV-{n}-{m}", valid_to=soon + timedelta(days=n)) for m in range(n % 3)]
        identifiers = [make.identifier_record(registered, f"{n}"), make.identifier_record(registered, f"{n // 4}-OURS")]
        make.make_agency(session, licences=tuple(licences), identifiers=tuple(identifiers))
    make.make_agency(
        session,
        licences=(make.licence_record(LicenceKind.NL_RECOGNISED_SPONSOR, country="NL", number="NL-1"),),
        identifiers=(
            make.identifier_record(registered, "N", has_failed_check=True),
            make.identifier_record(registered, "M"),
        ),
        country="NL",
    )
    withheld = make.status_record(LicenceStatus.SUSPENDED, to=soon, publish_until=soon)
    make.make_licence(session, number="OLD-1", status_history=(withheld,))
    make.make_agency(
        session, licences=tuple(make.licence_record(number=number) for number in ("TWO-1", "TWO-1", "TWO-2"))
    )
    session.commit()
    key_rows.renew_keys(sessions, None, now())
    monkeypatch.setattr(rendering, "CHUNK", 4)
    monkeypatch.setattr(spool, "PART", 2000)
    with sessions() as reading:
        ground = ground_at(reading, now())
        for bits in (0, 3, 9):
            one_by_one = list(made_files(reading, range(1 << bits), bits, ground))
            at_once = [file for file in all_files(reading, bits, ground) if file is not None]
            assert at_once == one_by_one
        codes = {reason["code"] for answer in answers_in(at_once) for reason in answer["reasons"]}
    assert {"ambiguous", "not_a_recruitment_licence", "number_check_failed"} <= codes


def answers_in(files: list[Made]) -> list[dict[str, Any]]:
    return [one for file in files for entry in json.loads(file.body)["entries"] for one in entry["answers"]]


def test_two_numbers_of_one_hash_are_never_a_yes(
    session: Session, reading: Session, write: Write, monkeypatch: pytest.MonkeyPatch
):
    make.make_licence(session, number="INV-1", valid_to=date(2099, 1, 1))
    make.make_licence(session, number="INV-2", valid_to=date(2099, 1, 1))
    monkeypatch.setattr(rules, "HASH_HEX", 0)
    write()
    entry = entry_of(reading, "INV1")
    assert entry is not None
    assert len(entry["holders"]) == 2
    assert {(one["verdict"], one["reasons"][0]["code"]) for one in entry["answers"]} == {("unknown", "ambiguous")}


def test_a_record_that_grows_past_a_file_keeps_its_answers(
    session: Session, reading: Session, write: Write, monkeypatch: pytest.MonkeyPatch
):
    agency = make.make_licence(session, number="INV-1", valid_to=date(2099, 1, 1))
    monkeypatch.setattr("registry.ranges.answer_rules.MAX_RECORD", 200)
    write()
    entry = entry_of(reading, "INV1")
    assert entry is not None
    assert entry["records"][0]["is_too_long"] is True
    assert set(entry["records"][0]) == {"agency_id", "country", "is_too_long"}
    assert agency
    assert len(entry["answers"]) > 1


def test_more_numbers_cut_the_prefixes_anew(
    session: Session, reading: Session, write: Write, monkeypatch: pytest.MonkeyPatch
):
    for name, value in (("MEAN", 2), ("MIN_MEAN", 1), ("MORE", 0)):
        monkeypatch.setattr(rules, name, value)
    for n in range(6):
        make.make_licence(session, number=f"INV-{n}")
    first = write()
    for n in range(6, 40):
        make.make_licence(session, number=f"INV-{n}")
    second = write()
    assert first is not None
    assert second is not None
    assert second.files > first.files
    assert all(entry_of(reading, f"INV{n}") is not None for n in range(40))


def test_a_list_that_grows_too_old_changes_the_answers(session: Session, reading: Session, write: Write):
    make.make_licence(session, number="INV-1", valid_to=date(2099, 1, 1))
    first = write()
    stale = max(
        datetime.fromisoformat(one["until"]) for one in json.loads(queries.current(reading).epoch.record)["lists"]
    )
    later = write(stale + timedelta(minutes=1))
    assert first is not None
    assert later is not None
    assert later.root != first.root
    assert "source_stale" in codes_of(entry_of(reading, "INV1"))


@pytest.mark.parametrize(
    "step",
    [
        pytest.param(0, id="while records are read"),
        pytest.param(4, id="while files are made", marks=pytest.mark.thorough),
    ],
)
def test_what_is_published_while_all_files_are_made_anew_does_not_wait(
    session: Session,
    sessions: sessionmaker[Session],
    settings: Settings,
    reading: Session,
    write: Write,
    monkeypatch: pytest.MonkeyPatch,
    step: int,
):
    for name, value in (("MEAN", 2), ("MIN_MEAN", 1), ("MORE", 0)):
        monkeypatch.setattr(rules, name, value)
    for n in range(30):
        make.make_licence(session, number=f"INV-{n}", valid_to=date(2099, 1, 1))
    suspended = make.make_agency(session, licences=(make.licence_record(number="SUS-1", valid_to=date(2099, 1, 1)),))
    old, new = (make.identifier_record(IdentifierScheme.REGISTRATION_NUMBER, value) for value in ("OLD-1", "NEW-1"))
    moved = make.make_agency(session, identifiers=(old,))
    first = write()
    assert first is not None
    before = json.loads(queries.current(reading).epoch.record)
    # Everything is old, for the list of the country is; while it is written anew, two things come in between.
    stale = max(datetime.fromisoformat(one["until"]) for one in before["lists"]) + timedelta(minutes=1)
    true, seen = actions.all_files, []

    def all_files(*arguments: Any) -> Any:
        for number, file in enumerate(true(*arguments)):
            if number == step:
                make.suspend(session, suspended.agency_id)
                stated = make.public_record_of(session, moved.agency_id)
                amend(session, make.changed(stated, identifiers=(new,)), Event("agency.corrected", is_correction=True))
                session.commit()
            elif number > step:
                sign_committed(settings, sessions)
                entry = entry_of(reading, "SUS1")
                assert "licence_suspended" in codes_of(entry)
                seen.append(json.loads(queries.current(reading).epoch.record))
            yield file

    monkeypatch.setattr(actions, "MEANWHILE", 0.0)
    with monkeypatch.context() as patched:
        patched.setattr(actions, "all_files", all_files)
        whole = write(stale)
    assert whole is not None
    assert (seen[0]["epoch"], seen[-1]["epoch"], whole.epoch) == (2, 2, 3)
    # What was over for the files before is not said to be fresh: most of them stand there still.
    assert (seen[0]["ground"], seen[0]["lists"]) == (before["ground"], before["lists"])
    for number, kind in (("SUS1", "licence_number"), ("INV1", "licence_number"), ("CZ:NEW1", "registration_number")):
        assert "source_stale" in codes_of(entry_of(reading, number, kind)), number
    assert "licence_suspended" in codes_of(entry_of(reading, "SUS1"))
    assert entry_of(reading, "CZ:OLD1", "registration_number") is None
    # Nothing is left to do, and all of it is as if it had been written at once.
    assert write(stale) is None
    with sessions.begin() as writing:
        writing.execute(delete(RangeEpoch))
    anew = write(stale)
    assert anew is not None
    assert anew.root == whole.root


def test_a_number_that_came_and_went_while_all_files_are_made_stands_in_none(
    session: Session, reading: Session, write: Write, monkeypatch: pytest.MonkeyPatch
):
    for name, value in (("MEAN", 2), ("MIN_MEAN", 1), ("MORE", 0)):
        monkeypatch.setattr(rules, name, value)
    for n in range(60):
        make.make_licence(session, number=f"INV-{n}", valid_to=date(2099, 1, 1))
    numbers = ("OLD-1", "MID-1", "NEW-1")
    old, mid, new = (make.identifier_record(IdentifierScheme.REGISTRATION_NUMBER, value) for value in numbers)
    agency = make.make_agency(session, identifiers=(old,))

    def state(identifier: Any) -> None:
        stated = make.public_record_of(session, agency.agency_id)
        amend(session, make.changed(stated, identifiers=(identifier,)), Event("agency.corrected", is_correction=True))
        session.commit()

    true = actions.all_files

    def all_files(*arguments: Any) -> Any:
        state(mid)
        yield from true(*arguments)

    with monkeypatch.context() as patched:
        patched.setattr(actions, "all_files", all_files)
        assert write() is not None
    state(new)
    assert write() is not None
    found = [entry_of(reading, f"CZ:{number.replace('-', '')}", "registration_number") for number in numbers]
    assert [one is not None for one in found] == [False, False, True]


def test_writers_at_once_make_one_epoch(session: Session, sessions: sessionmaker[Session], write: Write):
    make.make_licence(session, number="INV-1")
    session.commit()
    plans = [actions._planned(sessions, now()) for _ in range(2)]
    made = []
    for plan in plans:
        assert plan is not None
        with sessions() as reading:
            files = list(actions.made_files(reading, plan.prefixes, plan.bits, plan.ground))
        stored: dict[int, Made] = {}
        actions._store(sessions, files, stored, plan.ground.at)
        with sessions.begin() as writing:
            lock_log(writing)
            made.append(actions._published(writing, plan, list(stored.values())))
    assert made[0] is not None
    assert made[1] is None
    with sessions() as reading:
        assert len(reading.execute(select(RangeEpoch)).all()) == 1
