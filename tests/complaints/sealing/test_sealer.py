"""Who can open a box and who cannot; what a dump of the database is worth."""

import secrets
import subprocess
from pathlib import Path

import pytest
from nacl.exceptions import CryptoError
from nacl.public import PrivateKey, SealedBox
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from registry import tables
from registry.complaints.case.complaint_codes import derive, grouped, new_code
from registry.complaints.case.visits import begin
from registry.complaints.sealing.envelopes import Place, key_id, key_id_of, public_of, seal_to
from registry.complaints.sealing.models import UnitKey, WrappedKey
from registry.complaints.sealing.sealer import RING, Sealer, Tier
from registry.complaints.sealing.unit_keys import make_unit_keys, rotate
from registry.core.clock import now
from registry.core.db.engine import drop_deleted
from registry.core.errors import KeyTrouble, Unopenable
from registry.core.keyring import Keyring
from registry.vocabulary.cases import KeyHolder, MailboxRole
from tests.complaints.boxes import TODAY, UNIT, Filed, hand_over, make_box, registry_of_before
from tests.conftest import Database

ACCOUNT = "The boss keeps my passport. CANARY-ACCOUNT"
NAME = "CANARY-NAME"


def place_of(filed: Filed, column: str = "sealed") -> Place:
    return Place("messages", column, filed.box.reference, filed.case.reference)


def wraps(session: Session) -> list[WrappedKey]:
    return list(session.execute(select(WrappedKey).order_by(WrappedKey.id)).scalars())


def test_the_receipt_opens_what_was_told_and_who_told_it(session: Session, sealer: Sealer) -> None:
    filed = make_box(session, sealer)
    given, who = filed.opened.seal(ACCOUNT, place_of(filed)), filed.opened.seal(NAME, place_of(filed), Tier.IDENTITY)
    opened = sealer.open_as_mailbox(session, filed.box, derive(sealer.keyring, filed.code).seed)
    assert (opened.open(given, place_of(filed)), opened.open(who, place_of(filed))) == (ACCOUNT, NAME)


def test_before_it_is_handed_over_only_the_writer_opens_it(session: Session, sealer: Sealer) -> None:
    filed = make_box(session, sealer)
    make_unit_keys(session, sealer.keyring, UNIT, TODAY)
    with pytest.raises(Unopenable, match="nothing"):
        sealer.open_as_unit(session, filed.box, UNIT)
    with pytest.raises(Unopenable):
        sealer.open_as_custodian(session, filed.box, UNIT)


def test_officers_open_what_was_told_and_only_the_custodian_who_told_it(session: Session, sealer: Sealer) -> None:
    filed = make_box(session, sealer)
    given, who = filed.opened.seal(ACCOUNT, place_of(filed)), filed.opened.seal(NAME, place_of(filed), Tier.IDENTITY)
    hand_over(session, sealer, filed)
    officers = sealer.open_as_unit(session, filed.box, UNIT)
    assert officers.tiers == {Tier.ACCOUNT}
    assert officers.open(given, place_of(filed)) == ACCOUNT
    with pytest.raises(Unopenable, match="is not open for the key"):
        officers.open(who, place_of(filed))
    with pytest.raises(Unopenable, match="tier 3"):
        officers.seal(NAME, place_of(filed), Tier.IDENTITY)
    custodian = sealer.open_as_custodian(session, filed.box, UNIT)
    assert (custodian.open(given, place_of(filed)), custodian.open(who, place_of(filed))) == (ACCOUNT, NAME)


def test_officers_cannot_pass_on_what_is_not_open_to_them(session: Session, sealer: Sealer) -> None:
    filed = make_box(session, sealer)
    hand_over(session, sealer, filed)
    with pytest.raises(Unopenable, match="custodian"):
        sealer.share(session, sealer.open_as_unit(session, filed.box, UNIT), KeyHolder.CUSTODIAN, UNIT)


def test_a_unit_of_another_country_opens_nothing(session: Session, sealer: Sealer) -> None:
    filed = make_box(session, sealer)
    hand_over(session, sealer, filed)
    make_unit_keys(session, sealer.keyring, "cz-labour", TODAY)
    for open_box in (sealer.open_as_unit, sealer.open_as_custodian):
        with pytest.raises(Unopenable):
            open_box(session, filed.box, "cz-labour")


def test_another_receipt_opens_nothing_and_the_key_is_named(session: Session, sealer: Sealer) -> None:
    filed = make_box(session, sealer)
    with pytest.raises(Unopenable, match=key_id_of(filed.box.public_key)):
        sealer.open_as_mailbox(session, filed.box, derive(sealer.keyring, new_code()).seed)


def test_the_worker_reads_the_helper_who_reads_only_their_own_until_cut_off(session: Session, sealer: Sealer) -> None:
    worker = make_box(session, sealer)
    helper = make_box(session, sealer, worker.case, MailboxRole.HELPER)
    given = helper.opened.seal(ACCOUNT, place_of(helper))
    sealer.share(session, helper.opened, KeyHolder.MAILBOX, worker.box.reference, worker.root.public)
    own = sealer.open_as_mailbox(session, worker.box, worker.root.seed, of=helper.box)
    assert own.open(given, place_of(helper)) == ACCOUNT
    with pytest.raises(Unopenable):
        sealer.open_as_mailbox(session, helper.box, helper.root.seed, of=worker.box)
    sealer.revoke(session, helper.box, KeyHolder.MAILBOX, helper.box.reference)
    with pytest.raises(Unopenable):
        sealer.open_as_mailbox(session, helper.box, helper.root.seed)
    assert sealer.open_as_mailbox(session, worker.box, worker.root.seed, of=helper.box).tiers == set(Tier)


def test_a_changed_receipt_opens_and_the_old_one_stops(session: Session, sealer: Sealer) -> None:
    filed = make_box(session, sealer)
    given = filed.opened.seal(ACCOUNT, place_of(filed))
    new = derive(sealer.keyring, new_code())
    sealer.share(session, filed.opened, KeyHolder.MAILBOX, filed.box.reference, new.public)
    opened = sealer.open_as_mailbox(session, filed.box, new.seed)
    assert opened.open(given, place_of(filed)) == ACCOUNT
    with pytest.raises(Unopenable):
        sealer.open_as_mailbox(session, filed.box, filed.root.seed)


def test_a_key_of_a_file_opens_in_its_row_alone(session: Session, sealer: Sealer) -> None:
    filed = make_box(session, sealer)
    key, sealed = filed.opened.file_key(place_of(filed, "key_sealed"))
    assert len(key) == 32
    assert filed.opened.open_file_key(sealed, place_of(filed, "key_sealed")) == key
    with pytest.raises(Unopenable):
        filed.opened.open_file_key(sealed, place_of(filed, "clean_key_sealed"))


def test_the_text_form_of_what_is_open_shows_no_key(session: Session, sealer: Sealer) -> None:
    filed = make_box(session, sealer)
    shown_form = repr(filed.opened) + repr(filed.root) + repr(sealer.keyring.add_to_ring(RING, key_id))
    assert repr(filed.opened.key(Tier.ACCOUNT))[2:-1] not in shown_form
    assert "seed" not in shown_form
    assert "body" not in shown_form


# What a hand in the database can do


def test_a_wrap_cut_off_or_changed_is_refused(session: Session, sealer: Sealer) -> None:
    filed = make_box(session, sealer)
    wrap = wraps(session)[0]
    good = wrap.wrapped
    for bad in (b"", good[:-1], good[:40], bytes([good[0] ^ 1]) + good[1:], good[:-1] + bytes([good[-1] ^ 1])):
        wrap.wrapped = bad
        with pytest.raises(Unopenable):
            sealer.open_as_mailbox(session, filed.box, filed.root.seed)


def test_wraps_of_two_boxes_or_tiers_that_are_swapped_are_refused(session: Session, sealer: Sealer) -> None:
    one, other = make_box(session, sealer), make_box(session, sealer)
    hand_over(session, sealer, one)
    hand_over(session, sealer, other)
    of_unit = [wrap for wrap in wraps(session) if wrap.holder_kind is KeyHolder.UNIT]
    of_unit[0].wrapped, of_unit[1].wrapped = of_unit[1].wrapped, of_unit[0].wrapped
    with pytest.raises(Unopenable, match="was not made here"):
        sealer.open_as_unit(session, one.box, UNIT)
    account, identity = (wrap for wrap in wraps(session) if wrap.holder == one.box.reference)
    account.wrapped, identity.wrapped = identity.wrapped, account.wrapped
    with pytest.raises(Unopenable, match="was not made here"):
        sealer.open_as_mailbox(session, one.box, one.root.seed)


def test_a_content_key_that_an_intruder_chose_is_not_believed(session: Session, sealer: Sealer) -> None:
    filed = make_box(session, sealer)
    # The intruder knows the mailbox's public key, and would read all that is written from now on.
    wraps(session)[0].wrapped = seal_to(filed.box.public_key, bytes(32) + secrets.token_bytes(32))
    with pytest.raises(Unopenable, match="was not made here"):
        sealer.open_as_mailbox(session, filed.box, filed.root.seed)


def test_nothing_is_sealed_to_a_key_that_an_intruder_put_into_the_table(session: Session, sealer: Sealer) -> None:
    filed = make_box(session, sealer)
    make_unit_keys(session, sealer.keyring, UNIT, TODAY)
    intruder = public_of(secrets.token_bytes(32))
    row = session.execute(select(UnitKey).where(UnitKey.holder_kind == KeyHolder.UNIT)).scalar_one()
    own, row.public_key = row.public_key, intruder
    with pytest.raises(KeyTrouble, match="find out who changed it"):
        sealer.hand_over(session, filed.opened, UNIT)
    row.public_key = own
    session.add(
        UnitKey(holder_kind=KeyHolder.UNIT, unit=UNIT, kid="0" * 16, public_key=intruder, state="active", made_on=TODAY)
    )
    with pytest.raises(KeyTrouble, match="find out who changed it"):
        sealer.hand_over(session, filed.opened, UNIT)


def test_the_named_key_is_used_and_no_other_is_tried(session: Session, sealer: Sealer) -> None:
    filed = make_box(session, sealer)
    hand_over(session, sealer, filed)
    wrap = next(wrap for wrap in wraps(session) if wrap.holder_kind is KeyHolder.UNIT)
    rotate(session, sealer.keyring, KeyHolder.UNIT, UNIT, TODAY)
    assert sealer.open_as_unit(session, filed.box, UNIT).tiers == {Tier.ACCOUNT}
    newest = sealer.keyring.ring(f"unit-{UNIT}")[0].kid
    assert wrap.kid != newest
    wrap.kid = newest
    # The right secret lies beside it, and is not reached for.
    with pytest.raises(Unopenable, match=newest):
        sealer.open_as_unit(session, filed.box, UNIT)
    wrap.kid = "f" * 16
    with pytest.raises(KeyTrouble, match="ffffffffffffffff"):
        sealer.open_as_unit(session, filed.box, UNIT)
    own = next(wrap for wrap in wraps(session) if wrap.holder_kind is KeyHolder.MAILBOX)
    own.kid = "f" * 16
    # The receipt would open it, and is not tried on a wrap that says it is another's.
    with pytest.raises(Unopenable, match="sealed to the key ffffffffffffffff, which is another"):
        sealer.open_as_mailbox(session, filed.box, filed.root.seed)


# Tier 1


def test_a_field_is_sealed_by_the_newest_key_and_older_ones_still_open(sealer: Sealer) -> None:
    place = Place("cases", "agency_sealed", "7Q9ZEXWXKGDG", "7Q9ZEXWXKGDG")
    old = sealer.seal_field("Lumaca Blu", place)
    added = sealer.keyring.add_to_ring(RING, key_id)
    # Another process rotated: this one reads the folder anew.
    new = sealer.seal_field("Lumaca Blu", place)
    assert (old.split(".")[1] != added.kid, new.split(".")[1]) == (True, added.kid)
    assert sealer.open_field(old, place) == sealer.open_field(new, place) == "Lumaca Blu"
    sealer.keyring.remove_from_ring(RING, old.split(".")[1])
    with pytest.raises(Unopenable, match=old.split(".")[1]):
        sealer.open_field(old, place)


def test_a_field_does_not_open_in_another_case_or_registry(sealer: Sealer, tmp_path: Path) -> None:
    place = Place("cases", "agency_sealed", "7Q9ZEXWXKGDG", "7Q9ZEXWXKGDG")
    sealed = sealer.seal_field("Lumaca Blu", place)
    with pytest.raises(Unopenable):
        sealer.open_field(sealed, place._replace(row="8W2PEXWXKGDH"))
    with pytest.raises(Unopenable):
        Sealer(Keyring(tmp_path / "other")).open_field(sealed, place)


def test_digests_tell_equal_texts_by_purpose_and_registry(sealer: Sealer, tmp_path: Path) -> None:
    digest = sealer.digest("agency", "7Q9ZEXWXKGDG")
    assert digest == sealer.digest("agency", "7Q9ZEXWXKGDG")
    other = Sealer(Keyring(tmp_path / "other"))
    assert len({digest, sealer.digest("employer", "7Q9ZEXWXKGDG"), other.digest("agency", "7Q9ZEXWXKGDG")}) == 3


# A stolen database


def dumped(session: Session, database: Database) -> bytes:
    """Every byte of the database as a thief would have it: the files of SQLite, or what pg_dump says."""
    session.commit()
    if database.kind == "sqlite":
        path = Path(database.url.removeprefix("sqlite:///"))
        return b"".join(file.read_bytes() for file in path.parent.glob(f"{path.name}*"))
    bind = session.get_bind()
    rows = [repr(row) for table in tables.METADATA.sorted_tables for row in session.execute(table.select()).all()]
    address = bind.url.render_as_string(hide_password=False).replace("+psycopg", "")  # type: ignore[union-attr]
    found = subprocess.run(["pg_dump", address], capture_output=True, check=False)
    return "\n".join(rows).encode() + found.stdout


def test_nothing_in_a_dump_opens_or_names_anything(session: Session, sealer: Sealer, database: Database) -> None:
    filed = make_box(session, sealer)
    hand_over(session, sealer, filed)
    filed.case.agency_sealed = sealer.seal_field("CANARY-AGENCY", Place("cases", "agency_sealed", "a", "a"))
    filed.case.region_sealed = filed.opened.seal(ACCOUNT, place_of(filed))
    filed.case.employer_sealed = filed.opened.seal(NAME, place_of(filed), Tier.IDENTITY)
    token = begin(session, sealer, filed.box, filed.root.seed, now(), code=filed.code)
    dump = dumped(session, database)
    assert filed.box.reference.encode() in dump
    secret_things = [
        b"CANARY",
        filed.code.encode(),
        grouped(filed.code).encode(),
        filed.code[-6:].encode(),
        token.encode(),
        filed.root.seed,
        *(filed.opened.key(tier) for tier in Tier),
        *(path.read_bytes() for path in sealer.keyring.folder.glob("*.secret")),
    ]
    for thing in secret_things:
        assert thing not in dump
        assert thing.hex().encode() not in dump


def test_a_dump_with_the_receipt_but_without_the_servers_keys_opens_nothing(
    session: Session, sealer: Sealer, tmp_path: Path
) -> None:
    filed = make_box(session, sealer)
    thief = Keyring(tmp_path / "other")
    assert derive(thief, filed.code).tag != filed.root.tag
    with pytest.raises(Unopenable):
        Sealer(thief).open_as_mailbox(session, filed.box, derive(thief, filed.code).seed)


def test_destroyed_wraps_leave_neither_a_row_nor_their_bytes(
    session: Session, sealer: Sealer, database: Database
) -> None:
    stored, gone = make_box(session, sealer), make_box(session, sealer)
    for filed in (stored, gone):
        hand_over(session, sealer, filed)
        begin(session, sealer, filed.box, filed.root.seed, now())
    session.commit()
    bytes_gone = [wrap.wrapped for wrap in wraps(session) if wrap.box_id == gone.box.id]
    bytes_kept = [wrap.wrapped for wrap in wraps(session) if wrap.box_id == stored.box.id]
    assert sealer.destroy(session, [gone.box.id]) == len(bytes_gone) == 4
    session.commit()
    assert drop_deleted(session.get_bind(), ["box_wraps", "visits"])  # type: ignore[arg-type]
    with pytest.raises(Unopenable):
        sealer.open_as_mailbox(session, gone.box, gone.root.seed)
    assert sealer.open_as_mailbox(session, stored.box, stored.root.seed).tiers == set(Tier)
    if database.kind == "sqlite":
        dump = dumped(session, database)
        assert all(wrapped not in dump for wrapped in bytes_gone)
        assert all(wrapped in dump for wrapped in bytes_kept)
    rows = session.execute(text("SELECT count(*) FROM box_wraps UNION ALL SELECT count(*) FROM visits"))
    assert rows.scalars().all() == [4, 1]


def test_a_dump_of_before_opens_by_codes_and_is_worth_nothing_to_one_who_breaks_x25519_later(
    session: Session, sealer: Sealer
) -> None:
    with registry_of_before():
        filed = make_box(session, sealer)
        hand_over(session, sealer, filed)
        session.flush()
    seed = derive(sealer.keyring, filed.code).former_seed
    # Who breaks X25519 has the secrets of all public keys in the dump.
    assert SealedBox(PrivateKey(seed)).decrypt(wraps(session)[0].wrapped)
    for wrap in wraps(session):
        sealer.enclose(wrap)
    with pytest.raises(CryptoError):
        SealedBox(PrivateKey(seed)).decrypt(wraps(session)[0].wrapped)
    assert sealer.open_as_mailbox(session, filed.box, seed).tiers == set(Tier)
    assert sealer.open_as_custodian(session, filed.box, UNIT).tiers == set(Tier)
    other = Sealer(Keyring(sealer.keyring.folder.parent / "other"))
    with pytest.raises(Unopenable, match="damaged"):
        other.open_as_mailbox(session, filed.box, seed)


def test_what_is_sealed_now_to_a_key_of_before_is_enclosed_and_all_else_is_hybrid(
    session: Session, sealer: Sealer
) -> None:
    with registry_of_before():
        make_unit_keys(session, sealer.keyring, UNIT, TODAY)
    filed = make_box(session, sealer)
    sealer.hand_over(session, filed.opened, UNIT)
    session.flush()
    assert {wrap.holder_kind: len(wrap.wrapped) for wrap in wraps(session)} == {
        KeyHolder.MAILBOX: 1200,
        KeyHolder.UNIT: 140,
        KeyHolder.CUSTODIAN: 140,
    }
    assert sealer.open_as_custodian(session, filed.box, UNIT).tiers == set(Tier)
