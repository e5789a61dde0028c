"""Rotation, escrow and retirement of the keys of complaints, as an operator does them; killed in the middle, they go on."""

import signal
import stat
import subprocess
import sys
from collections.abc import Iterable, Iterator
from datetime import date
from pathlib import Path
from typing import NamedTuple

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from registry.audit.queries import verify
from registry.cli import case_keys
from registry.complaints.case.models import Case
from registry.complaints.sealing.envelopes import Place
from registry.complaints.sealing.key_rotation import RING_SEALED
from registry.complaints.sealing.models import EncryptedContainer, WrappedKey
from registry.complaints.sealing.sealer import BARE_BYTES, Sealer, Tier
from registry.complaints.sealing.unit_keys import ESCROW, make_unit_keys, read_escrow
from registry.core.db.engine import engine_for, sessions_for
from registry.core.errors import KeyTrouble, Unopenable
from registry.core.keyring import Keyring
from registry.officers.models import Unit
from registry.tables import METADATA
from registry.vocabulary.cases import KeyHolder
from tests.audit.lines import lines_about
from tests.cli.running import good, refused, run
from tests.complaints.boxes import make_sealed_case, registry_of_before
from tests.conftest import Database
from tests.thorough import POSTGRESQL_IS_THOROUGH

pytestmark = pytest.mark.slow

DAY = date(2026, 11, 25)
UNIT, OTHER = "it-labour", "cz-labour"
AGENCY = "Lumaca Blu"


class Stock(NamedTuple):
    """A registry with cases of two units in it, each with a helper's box too."""

    env: dict[str, str]
    session: Session
    sealer: Sealer
    home: Path


@pytest.fixture
def stock(database: Database, tmp_path: Path) -> Iterator[Stock]:
    home = tmp_path / "home"
    home.mkdir(mode=0o700)
    engine = engine_for(database.url, timeout=60)
    with sessions_for(engine)() as session:
        sealer = Sealer(Keyring(home / "keys"))
        for reference in (UNIT, OTHER):
            session.add(
                Unit(reference=reference, authority=reference, country=reference[:2].upper(), names={"en": reference})
            )
            make_unit_keys(session, sealer.keyring, reference, DAY)
        session.commit()
        yield Stock({"REGISTRY_HOME": str(home), "REGISTRY_DATABASE_URL": database.url}, session, sealer, home)
    engine.dispose()


def file_cases(stock: Stock, count: int, unit: str = UNIT) -> None:
    for number in range(count):
        case = make_sealed_case(stock.session, stock.sealer, unit, seed=number.to_bytes(32, "big"))
        place = Place("cases", "agency_sealed", case.reference, case.reference)
        case.agency_sealed = stock.sealer.seal_field(AGENCY, place)
    stock.session.commit()


def boxes(stock: Stock, unit: str = UNIT) -> list[EncryptedContainer]:
    stock.session.expire_all()
    of_unit = (
        select(EncryptedContainer).join(Case, Case.id == EncryptedContainer.case_id).join(Unit, Unit.id == Case.unit_id)
    )
    return list(stock.session.execute(of_unit.where(Unit.reference == unit).order_by(EncryptedContainer.id)).scalars())


def all_open(stock: Stock, unit: str = UNIT, *, each: int = 1) -> int:
    """How many boxes there are; each opens for officers, custodian and its receipt, with the same keys, and tier 1 too.

    `each`: of so many one is opened.
    """
    found = boxes(stock, unit)
    sealer = Sealer(Keyring(stock.sealer.keyring.folder))
    for number, box in list(enumerate(found))[::each]:
        custodian = sealer.open_as_custodian(stock.session, box, unit)
        mailbox = sealer.open_as_mailbox(stock.session, box, number.to_bytes(32, "big"))
        assert sealer.open_as_unit(stock.session, box, unit).key(Tier.ACCOUNT) == mailbox.key(Tier.ACCOUNT)
        assert [custodian.key(tier) for tier in Tier] == [mailbox.key(tier) for tier in Tier]
        case = stock.session.get_one(Case, box.case_id)
        assert case.agency_sealed is not None
        place = Place("cases", "agency_sealed", case.reference, case.reference)
        assert sealer.open_field(case.agency_sealed, place) == AGENCY
    stock.session.rollback()
    return len(found)


def kids(stock: Stock, kind: KeyHolder, holder: str = UNIT) -> set[str]:
    """The ids of the keys that something is sealed to."""
    stock.session.expire_all()
    of_holder = (WrappedKey.holder_kind == kind, WrappedKey.holder == holder)
    found = set(stock.session.execute(select(WrappedKey.kid).where(*of_holder)).scalars())
    stock.session.rollback()
    return found


def listed(stock: Stock) -> list[list[str]]:
    return [line.split() for line in good("keys", "units", "list", env=stock.env).splitlines()]


def states(stock: Stock) -> list[tuple[str, str]]:
    return [
        (line[0], "seals" if "seals" in line else "opens" if "opens" in line else "retired") for line in listed(stock)
    ]


def test_a_rotated_key_is_sealed_to_at_once_and_the_former_goes_after_rewrapping(stock: Stock) -> None:
    file_cases(stock, 3)
    [old] = kids(stock, KeyHolder.UNIT)
    stated = good("keys", "units", "rotate", UNIT, env=stock.env)
    assert "registry keys rewrap" in stated
    file_cases(stock, 1, OTHER)
    assert all_open(stock) == 3
    assert f"3 keys of boxes are still sealed to {old} alone" in refused("keys", "units", "retire", old, env=stock.env)
    assert "nothing is left" in good("keys", "rewrap", env=stock.env)
    [new] = kids(stock, KeyHolder.UNIT)
    assert new != old
    assert f"{new} is what is sealed to now" in refused("keys", "units", "retire", new, env=stock.env)
    assert "destroyed" in good("keys", "units", "retire", old, env=stock.env)
    assert list(stock.home.glob(f"keys/*{old}*")) == []
    assert (all_open(stock), all_open(stock, OTHER)) == (3, 1)
    # Again does no harm.
    good("keys", "units", "retire", old, env=stock.env)
    assert "there is no key ffff" in refused("keys", "units", "retire", "ffff", env=stock.env)
    assert "there is no unit it-nobody" in refused("keys", "units", "rotate", "it-nobody", env=stock.env)
    assert run("keys", "units", "rotate", env=stock.env).exit_code == 2


def test_the_list_says_what_seals_what_opens_and_where_secrets_are(stock: Stock) -> None:
    file_cases(stock, 1)
    good("keys", "units", "rotate", UNIT, env=stock.env)
    assert [state for kind, state in states(stock) if kind == "unit"].count("opens") == 1
    [old] = kids(stock, KeyHolder.UNIT)
    [path] = stock.home.glob(f"keys/unit-*{old}.secret")
    path.rename(stock.home / "away")
    text = good("keys", "units", "list", env=stock.env)
    assert any(old in line and "not here" in line for line in text.splitlines())
    assert "There is no escrow" in text
    refusal = refused("keys", "rewrap", env=stock.env)
    assert f"the unit secret {old} of {UNIT} is not in" in refusal
    assert "1 are left" in refusal
    (stock.home / "away").rename(path)
    good("keys", "rewrap", env=stock.env)


@pytest.mark.file_times
def test_the_ring_is_rotated_rewrapped_and_its_former_key_retired(
    stock: Stock, monkeypatch: pytest.MonkeyPatch
) -> None:
    file_cases(stock, 2)
    [old] = [one.kid for one in stock.sealer.keyring.ring("case-ring")]
    good("keys", "units", "rotate", "--ring", env=stock.env)
    assert "minutes old" in refused("keys", "units", "retire", old, env=stock.env)
    monkeypatch.setattr(case_keys, "SETTLED", 0)
    assert f"2 values are still sealed by {old}" in refused("keys", "units", "retire", old, env=stock.env)
    good("keys", "rewrap", env=stock.env)
    good("keys", "units", "retire", old, env=stock.env)
    assert all_open(stock) == 2
    newest = stock.sealer.keyring.ring("case-ring")[0].kid
    assert "sealed by now" in refused("keys", "units", "retire", newest, env=stock.env)


def test_the_secret_of_the_escrow_is_in_one_file_outside_the_home(stock: Stock, tmp_path: Path) -> None:
    out = tmp_path / "escrow.txt"
    for inside in (stock.home / "escrow.txt", stock.home / "keys" / "e", stock.home / ".." / "home" / "e"):
        assert "off line" in refused("keys", "escrow", "init", "--out", str(inside), env=stock.env)
        assert not inside.exists()
    stated = good("keys", "escrow", "init", "--out", str(out), env=stock.env)
    assert str(out) in stated
    assert stat.S_IMODE(out.stat().st_mode) == 0o600
    secret = read_escrow(out)
    assert all(secret not in path.read_bytes() for path in stock.home.rglob("*") if path.is_file())
    assert "File exists" in refused("keys", "escrow", "init", "--out", str(out), env=stock.env)
    lines = out.read_text().splitlines()
    # In the middle: the key ignores some bits of the first and the last byte (RFC 7748, 5), and is the same without them.
    typed = lines[-1]
    out.write_text("\n".join([*lines[:-1], typed[:10] + ("B" if typed[10] == "A" else "A") + typed[11:]]))
    with pytest.raises(KeyTrouble, match="mistyped"):
        read_escrow(out)
    # Typed again from paper, with other line ends.
    out.write_text("\r\n".join(lines) + "\r\n\r\n")
    assert read_escrow(out) == secret


def test_lost_unit_keys_are_recovered_by_the_escrow_even_for_what_was_filed_before_it(
    stock: Stock, tmp_path: Path
) -> None:
    out = tmp_path / "escrow.txt"
    file_cases(stock, 2)
    good("keys", "escrow", "init", "--out", str(out), env=stock.env)
    good("keys", "rewrap", env=stock.env)
    file_cases(stock, 1, OTHER)
    for path in [*stock.home.glob("keys/unit-*"), *stock.home.glob("keys/custodian-*")]:
        path.unlink()
    with pytest.raises(KeyTrouble, match="escrow recover"):
        Sealer(Keyring(stock.home / "keys")).open_as_unit(stock.session, boxes(stock)[0], UNIT)
    stock.session.rollback()
    assert "nothing is left" in good("keys", "escrow", "recover", "--secret", str(out), env=stock.env)
    assert (all_open(stock), all_open(stock, OTHER)) == (2, 1)
    stock.session.expire_all()
    assert [line.act for line in lines_about(stock.session, "escrow")] == ["keys.made", "escrow.used"]
    assert verify(stock.session).troubles == []


def test_when_the_whole_folder_is_lost_the_escrow_opens_what_officers_need(stock: Stock, tmp_path: Path) -> None:
    out = tmp_path / "escrow.txt"
    good("keys", "escrow", "init", "--out", str(out), env=stock.env)
    file_cases(stock, 2)
    for path in stock.home.glob("keys/*.secret"):
        path.unlink()
    assert "was not made here" in refused("keys", "escrow", "recover", "--secret", str(out), env=stock.env)
    good("keys", "escrow", "recover", "--secret", str(out), "--keys-were-lost", env=stock.env)
    sealer = Sealer(Keyring(stock.home / "keys"))
    for box in boxes(stock):
        assert sealer.open_as_custodian(stock.session, box, UNIT).tiers == set(Tier)
    stock.session.rollback()
    # Bound anew: the next recovery needs no leniency.
    for path in stock.home.glob("keys/unit-*.secret"):
        path.unlink()
    good("keys", "escrow", "recover", "--secret", str(out), env=stock.env)


def test_a_second_escrow_takes_over_and_the_first_opens_nothing_more(stock: Stock, tmp_path: Path) -> None:
    first, second = tmp_path / "first", tmp_path / "second"
    good("keys", "escrow", "init", "--out", str(first), env=stock.env)
    file_cases(stock, 2)
    [old] = kids(stock, KeyHolder.ESCROW, ESCROW)
    good("keys", "escrow", "init", "--out", str(second), env=stock.env)
    good("keys", "rewrap", env=stock.env)
    box = boxes(stock)[0]
    with pytest.raises(Unopenable):
        stock.sealer.open_as_escrow(stock.session, box, read_escrow(first))
    assert stock.sealer.open_as_escrow(stock.session, box, read_escrow(second)).tiers == set(Tier)
    stock.session.rollback()
    good("keys", "units", "retire", old, env=stock.env)


def test_keys_of_x25519_alone_are_replaced_and_what_they_held_is_sealed_anew(stock: Stock, tmp_path: Path) -> None:
    with registry_of_before():
        good("keys", "units", "rotate", UNIT, env=stock.env)
        good("keys", "escrow", "init", "--out", str(tmp_path / "first"), env=stock.env)
        file_cases(stock, 2)
    assert sizes(stock) == {BARE_BYTES}
    # The escrow's secret lies off line: until there is another, what it opens is sealed as before.
    stated = good("keys", "rewrap", env=stock.env)
    assert stated.count("made unit") == 1
    assert "make a new one with `registry keys escrow init`" in stated
    assert all_open(stock) == 2
    opened = stock.sealer.open_as_escrow(stock.session, boxes(stock)[0], read_escrow(tmp_path / "first"))
    assert opened.tiers == set(Tier)
    stock.session.rollback()
    good("keys", "escrow", "init", "--out", str(tmp_path / "second"), env=stock.env)
    assert "make a new one" not in good("keys", "rewrap", env=stock.env)
    assert all_open(stock) == 2
    # Codes are not here, so what they open is enclosed; all else is sealed to X25519 with ML-KEM-768.
    assert sizes(stock, KeyHolder.MAILBOX) == {ENCLOSED_BYTES}
    for kind in (KeyHolder.UNIT, KeyHolder.CUSTODIAN, KeyHolder.ESCROW):
        assert sizes(stock, kind) == {X_WING_WRAP_BYTES}
    assert "0 sealed anew" in good("keys", "rewrap", env=stock.env)


def sizes(stock: Stock, kind: KeyHolder | None = None) -> set[int]:
    stock.session.expire_all()
    query = select(WrappedKey) if kind is None else select(WrappedKey).where(WrappedKey.holder_kind == kind)
    found = {len(wrap.wrapped) for wrap in stock.session.execute(query).scalars()}
    stock.session.rollback()
    return found


ENCLOSED_BYTES, X_WING_WRAP_BYTES = 140, 1200

REWRAP_IN_SMALL_BATCHES = """
from registry.complaints.sealing import key_rotation
key_rotation.BATCH = 20
from registry.cli import main
main(["keys", "rewrap"])
"""


@POSTGRESQL_IS_THOROUGH
@pytest.mark.both_databases
def test_rewrapping_that_is_killed_leaves_everything_openable_and_goes_on(stock: Stock, tmp_path: Path) -> None:
    kill_while_rewrapping(stock, tmp_path, 66, (1, 8, 12))


@pytest.mark.in_test_all
def test_ten_thousand_mailboxes_are_sealed_anew_though_it_is_killed_at_twenty_points(
    stock: Stock, tmp_path: Path
) -> None:
    kill_while_rewrapping(stock, tmp_path, 10_000, range(4, 84, 4))


def kill_while_rewrapping(stock: Stock, tmp_path: Path, count: int, points: Iterable[int]) -> None:
    """Every mailbox opens by its code, its office and its custodian in the end, and a hundred of them after each kill."""
    with registry_of_before():
        good("keys", "units", "rotate", UNIT, env=stock.env)
        file_cases(stock, count)
    good("keys", "escrow", "init", "--out", str(tmp_path / "escrow.txt"), env=stock.env)
    good("keys", "units", "rotate", "--ring", env=stock.env)
    stopped = 0
    for lines in points:
        command = [sys.executable, "-c", REWRAP_IN_SMALL_BATCHES]
        with subprocess.Popen(command, env=stock.env, stdout=subprocess.PIPE, text=True) as process:
            assert process.stdout is not None
            # Killed after so many batches were committed.
            given = [process.stdout.readline() for _ in range(lines)]
            process.send_signal(signal.SIGKILL)
        stopped += process.returncode == -signal.SIGKILL
        assert all(given)
        assert all_open(stock, each=max(1, count // 100)) == count
    assert stopped
    stated = good("keys", "rewrap", env=stock.env)
    assert "nothing is left" in stated
    assert all_open(stock) == count
    assert sizes(stock) == {ENCLOSED_BYTES, X_WING_WRAP_BYTES}
    assert "0 sealed anew" in good("keys", "rewrap", env=stock.env)
    assert len(kids(stock, KeyHolder.UNIT)) == len(kids(stock, KeyHolder.CUSTODIAN)) == 1


@pytest.mark.both_databases
def test_what_is_purged_meanwhile_is_not_brought_back(stock: Stock) -> None:
    file_cases(stock, 2)
    good("keys", "units", "rotate", UNIT, env=stock.env)
    gone = boxes(stock)[0]
    stock.sealer.destroy(stock.session, [gone.id])
    stock.session.commit()
    good("keys", "rewrap", env=stock.env)
    stock.session.expire_all()
    assert stock.session.execute(select(WrappedKey).where(WrappedKey.box_id == gone.id)).all() == []
    stock.session.rollback()


SEALED_ALONE = frozenset({"officer_drafts.sealed", "case_agencies.sealed", "employers.sealed"})
"""Columns of the ring that are not called by what they hold; the other `sealed` ones are opened by a box or a visit."""


def test_every_sealed_column_is_rewrapped_or_opened_by_a_box_or_visit() -> None:
    """A column of tier 1 that is named nowhere would be lost with its retired key."""
    by_box = {"case_moves.reason_sealed", "priority_changes.reason_sealed"}
    tables_of_boxes = (
        "visits",
        "answer_sheets",
        "messages",
        "attachments",
        "referrals",
        "decisions",
        "hearings",
        "openings",
    )
    by_ring = {f"{one.model.__tablename__}.{column}" for one in RING_SEALED for column in one.columns}
    sealed = {
        f"{table.name}.{column.name}"
        for table in METADATA.sorted_tables
        for column in table.columns
        if f"{table.name}.{column.name}" in SEALED_ALONE
        or (column.name.endswith("_sealed") and table.name not in tables_of_boxes)
    }
    assert by_ring | by_box == sealed
