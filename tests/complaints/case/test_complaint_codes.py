"""Complaint codes: made, typed back, derived; without a valid one nothing is learnt, not even from the path taken."""

import fcntl
import hashlib
import hmac
import os
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from itertools import accumulate
from pathlib import Path
from typing import Any

import pytest
from argon2.low_level import Type, hash_secret_raw
from sqlalchemy import Engine, event
from sqlalchemy.orm import Session

from registry.complaints.case import complaint_codes
from registry.complaints.case.complaint_codes import (
    box_of,
    derive,
    grouped,
    last_six,
    new_code,
    read_code,
    require_code,
)
from registry.complaints.sealing.sealer import Sealer
from registry.core.errors import MistypedReceipt, TooBusy, UnknownReceipt
from registry.core.keyring import Keyring
from registry.vocabulary.cases import CaseState, MailboxState
from tests.complaints.boxes import TODAY, Filed, make_box
from tests.programs import Program

pytestmark = pytest.mark.slow

GOOD = "0794079407940794079462"


def test_a_code_is_twenty_random_digits_and_two_that_check_them() -> None:
    codes = {new_code() for _ in range(2000)}
    assert len(codes) == 2000
    assert all(len(code) == 22 and code.isascii() and code.isdigit() and int(code) % 97 == 1 for code in codes)
    # Leading zeros are not lost.
    assert {code[0] for code in codes} == set("0123456789")


@pytest.mark.parametrize(
    ("body", "check"),
    # The standard's own example, then 98 - (n * 100 mod 97) by hand.
    [("0794", "44"), ("00000000000000000000", "98"), ("99999999999999999999", None), ("00000000000000000001", "95")],
)
def test_the_check_digits_are_those_of_iso_7064(body: str, check: str | None) -> None:
    expected = check or f"{98 - int(body) * 100 % 97:02d}"
    assert complaint_codes.mod_97_10.calc_check_digits(body) == expected
    assert int(body + expected) % 97 == 1


def test_a_code_is_shown_in_groups_of_four_and_confirmed_by_its_end() -> None:
    code = "1234567890123456789012"
    assert grouped(code) == "1234 5678 9012 3456 7890 12"
    assert last_six(code) == "789012"


def test_it_is_read_however_it_was_typed() -> None:
    code = new_code()
    for typed in (
        code,
        grouped(code),
        grouped(code).replace(" ", "-"),
        f"  {grouped(code)}\n",
        grouped(code).replace(" ", "\u3000"),
        code.translate({ord(digit): ord(digit) + 0xFEE0 for digit in "0123456789"}),
        code.translate({ord(digit): 0x0660 + int(digit) for digit in "0123456789"}),
        "\u200b".join(code),
        grouped(code).replace(" ", "\u2013"),
        ".".join(code),
    ):
        assert read_code(typed) == code, typed


def test_each_wrong_digit_and_each_swap_of_neighbours_is_told_as_mistyped() -> None:
    code = new_code()
    for at in range(22):
        for digit in "0123456789":
            if digit != code[at]:
                assert read_code(code[:at] + digit + code[at + 1 :]) is None
        if at < 21 and code[at] != code[at + 1]:
            assert read_code(code[:at] + code[at + 1] + code[at] + code[at + 2 :]) is None


@pytest.mark.parametrize(
    "typed",
    ["", "12", "1" * 21, "1" * 23, "1" * 10_000_000, "x" * 22, "1234 5678 9012 3456 7890 1O", "②" * 22, "½" * 22],
)
def test_what_cannot_be_a_receipt_is_mistyped_and_not_repeated(typed: str) -> None:
    with pytest.raises(MistypedReceipt) as raised:
        require_code(typed)
    assert len(typed) < 3 or typed not in raised.value.text


@pytest.mark.real_cost
def test_a_receipt_comes_to_what_the_paper_says(keyring: Keyring) -> None:
    root = hash_secret_raw(b"0" * 22, keyring.secret("receipt-salt"), 2, 65536, 1, 32, Type.ID)
    found = derive(keyring, "0" * 22)
    assert found.tag == hmac.new(keyring.secret("receipt-lookup"), root, hashlib.sha256).hexdigest()
    # HKDF by hand: extract with a salt of zeros, expand once.
    extracted = hmac.new(bytes(32), root, hashlib.sha256).digest()
    assert found.seed == hmac.new(extracted, b"registry mailbox v2\x01", hashlib.sha256).digest()
    assert found.former_seed == hmac.new(extracted, b"registry mailbox v1\x01", hashlib.sha256).digest()
    assert (
        len({found.tag, derive(keyring, "1" * 22).tag, derive(Keyring(keyring.folder.parent / "b"), "0" * 22).tag}) == 3
    )


@contextmanager
def counted(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """What is done meanwhile: `derivation` and `query`, in order."""
    done: list[str] = []

    def note(*_: object) -> None:
        done.append("query")

    derive = complaint_codes.hash_secret_raw

    def derive_and_note(*args: Any, **kwargs: Any) -> bytes:
        done.append("derivation")
        return derive(*args, **kwargs)

    event.listen(engine, "before_cursor_execute", note)
    monkeypatch.setattr(complaint_codes, "hash_secret_raw", derive_and_note)
    yield done
    event.remove(engine, "before_cursor_execute", note)


def cut_off(filed: Filed) -> None:
    filed.box.state = MailboxState.CUT_OFF


def replaced(filed: Filed) -> None:
    filed.box.state = MailboxState.REPLACED


def purged(filed: Filed) -> None:
    filed.case.state, filed.case.purged_on = CaseState.PURGED, TODAY


def expired(filed: Filed) -> None:
    filed.case.purge_on = TODAY


def in_force(filed: Filed) -> None:
    filed.case.purge_on = TODAY + timedelta(days=1)


def licensed(filed: Filed) -> None:
    filed.case.purge_on, filed.case.has_legal_hold = TODAY, True


def unconfirmed(filed: Filed) -> None:
    filed.box.state = MailboxState.UNCONFIRMED


def opened(session: Session, keyring: Keyring, typed: str, today: date = TODAY) -> str:
    """The reference of the mailbox that opens, or the error that the caller gets."""
    try:
        return box_of(session, derive(keyring, require_code(typed)), today).reference
    except UnknownReceipt as unknown:
        return unknown.text


@pytest.mark.parametrize("change", [in_force, licensed, unconfirmed, cut_off, replaced, purged, expired, None])
def test_all_numbers_take_the_same_path_and_the_useless_ones_have_one_answer(
    session: Session, sealer: Sealer, monkeypatch: pytest.MonkeyPatch, change: Callable[[Filed], None] | None
) -> None:
    filed = make_box(session, sealer)
    if change is not None:
        change(filed)
    session.commit()
    session.expire_all()
    reference = filed.box.reference
    session.connection()
    with counted(session.get_bind(), monkeypatch) as done:  # type: ignore[arg-type]
        found = opened(session, sealer.keyring, new_code() if change is None else filed.code)
    assert done == ["derivation", "query"]
    assert found == (
        reference if change in (in_force, licensed, unconfirmed) else "there is nothing under this number, or no longer"
    )


def test_a_mistyped_number_costs_neither_derivation_nor_query(
    session: Session, sealer: Sealer, monkeypatch: pytest.MonkeyPatch
) -> None:
    code = make_box(session, sealer).code
    session.commit()
    session.connection()
    with counted(session.get_bind(), monkeypatch) as done, pytest.raises(MistypedReceipt):  # type: ignore[arg-type]
        opened(session, sealer.keyring, code[:-1] + str((int(code[-1]) + 1) % 10))
    assert done == []


@pytest.mark.parametrize(
    ("networks", "most"),
    [
        pytest.param(("", "", "", ""), 2, id="command line", marks=pytest.mark.thorough),
        pytest.param(("203.0.113.7",) * 4, 1, id="one network"),
        pytest.param(
            ("203.0.113.7", "203.0.113.7", "198.51.100.1", "198.51.100.1"),
            2,
            id="two networks",
            marks=pytest.mark.thorough,
        ),
    ],
)
def test_few_are_derived_at_once_over_all_processes_and_one_of_a_network(
    tmp_path: Path, networks: tuple[str, ...], most: int
) -> None:
    arguments = ("tests.complaints.deriving", str(tmp_path / "keys"), "4")
    processes = [Program(*arguments, network) for network in networks]
    spans: list[tuple[int, int, str]] = []
    for process, network in zip(processes, networks, strict=True):
        given = process.stdout.read()
        assert process.wait() == 0
        spans += [(*map(int, line.split()), network) for line in given.splitlines()]  # type: ignore[misc]
    assert len(spans) == 16
    assert 1 <= most_at_once(spans) <= most
    for network in set(networks) - {""}:
        assert most_at_once([span for span in spans if span[2] == network]) == 1


def most_at_once(spans: Iterable[tuple[int, int, str]]) -> int:
    changes = sorted(change for begun, ended, _ in spans for change in ((begun, 1), (ended, -1)))
    return max(accumulate(change for _, change in changes))


def test_who_gets_no_slot_is_told_when_to_come_again(keyring: Keyring, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(complaint_codes, "PATIENCE", 0.0)
    derive(keyring, GOOD)
    slots = [
        os.open(keyring.lock_file(f"deriving-{number}"), os.O_RDWR | os.O_CREAT, 0o600)
        for number in range(complaint_codes.SLOTS)
    ]
    for slot in slots:
        fcntl.flock(slot, fcntl.LOCK_EX)
    with pytest.raises(TooBusy) as raised:
        derive(keyring, GOOD)
    assert raised.value.retry_after == 5
    # The holder of the slot died.
    os.close(slots[1])
    assert derive(keyring, GOOD).tag
    os.close(slots[0])
