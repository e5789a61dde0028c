"""Passwords: what is refused and why, and that an unknown address costs the same work."""

import hashlib
from pathlib import Path

import pytest

from registry.accounts import passwords
from tests.officers.making import PASSWORD


@pytest.mark.parametrize(
    ("password", "flaw"),
    [
        ("short", "too_short"),
        ("x" * 201, "too_long"),
        ("password1234", "guessable"),
        ("aaaaaaaaaaaaaaaa", "guessable"),
        ("qwertyuiop[]", "guessable"),
        ("invented officer", "guessable"),
        (PASSWORD, None),
        ("海棠 灯笼 七十七 钴蓝 核桃木", None),
    ],
)
def test_a_new_password_is_judged(password: str, flaw: str | None) -> None:
    assert passwords.flaw_in(password, ("Invented Officer", "officer@authority.example")) == flaw


@pytest.mark.parametrize("place", [0, 1, 499, 500, 998, 999])
def test_a_stolen_password_is_found_without_asking_anybody(tmp_path: Path, place: int) -> None:
    lines = sorted(hashlib.sha1(f"password {number}".encode()).hexdigest().upper() for number in range(1000))
    stolen = hashlib.sha1(PASSWORD.encode()).hexdigest().upper()
    rest = [line for line in lines if line != stolen]
    low, high = ("0" * 40, "F" * 40)
    rest[place] = stolen
    (tmp_path / passwords.STOLEN).write_text("".join(f"{line}:{place}\n" for line in sorted([low, *rest, high])))
    assert passwords.flaw_in(PASSWORD, home=tmp_path) == "stolen"
    assert passwords.flaw_in(PASSWORD + "!", home=tmp_path) is None


def test_without_a_list_nothing_is_stolen(tmp_path: Path) -> None:
    assert passwords.flaw_in(PASSWORD, home=tmp_path) is None
    (tmp_path / passwords.STOLEN).write_bytes(b"")
    assert passwords.flaw_in(PASSWORD, home=tmp_path) is None


def test_a_password_is_right_however_the_keyboard_writes_it() -> None:
    stored = passwords.hash_password("ｌａｎｔｅｒｎ walnut café")
    assert passwords.is_password_right("lantern walnut cafe\u0301", stored)
    assert not passwords.is_password_right("lantern walnut cafe", stored)
    assert "lantern" not in stored


@pytest.mark.real_cost
def test_a_password_is_hashed_at_the_cost_that_rfc_9106_asks_where_memory_is_short() -> None:
    assert passwords.hash_password(PASSWORD).split("$")[1:4] == ["argon2id", "v=19", "m=65536,t=3,p=4"]


def test_an_unknown_person_has_no_password(monkeypatch: pytest.MonkeyPatch) -> None:
    assert not passwords.is_password_right("the password of nobody", None)


@pytest.mark.real_cost
def test_a_sign_in_with_an_unknown_address_costs_the_work_of_a_known_one(monkeypatch: pytest.MonkeyPatch) -> None:
    done: list[str] = []
    real = passwords._hasher

    class Counting:
        def verify(self, stored: str, typed: str) -> bool:
            done.append(stored.rsplit("$", 2)[0])
            return real.verify(stored, typed)

    stored = passwords.hash_password(PASSWORD)
    monkeypatch.setattr(passwords, "_hasher", Counting())
    passwords._nobodys.cache_clear()
    monkeypatch.setattr(passwords, "_nobodys", lambda: real.hash("the password of nobody"))
    passwords.is_password_right("wrong", stored)
    passwords.is_password_right("wrong", None)
    assert len(done) == 2
    # The same algorithm, memory and passes.
    assert done[0] == done[1]
