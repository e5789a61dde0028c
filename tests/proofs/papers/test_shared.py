"""A paper that one machine has made is there for the others, and no longer than a file is."""

from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy.orm import Session

from registry.core.clock import now
from registry.proofs.papers import making
from registry.proofs.papers.making import KEPT, Making, is_shared_first, key_of, paper
from registry.proofs.papers.rendering import Draft

KEY = key_of("one")

on_postgresql = pytest.mark.parametrize("database_kind", ["postgresql"])


def unasked() -> Draft:
    raise AssertionError("another machine has made it")


@on_postgresql
def test_another_machine_does_not_make_it_again(session: Session, tmp_path: Path) -> None:
    making.share(session, KEY, b"%PDF-", now())
    making.share(session, KEY, b"%PDF-other", now())
    found = paper(tmp_path / "papers", KEY, unasked, elsewhere=lambda: making.find_shared(session, KEY, now()))
    assert (found.state, found.body, found.is_own) == (Making.READY, b"%PDF-", False)


@on_postgresql
def test_it_is_kept_as_long_as_a_file_and_gone_with_an_erasure(session: Session) -> None:
    at = now()
    making.share(session, KEY, b"%PDF-", at)
    later = at + timedelta(seconds=KEPT + 1)
    assert making.find_shared(session, KEY, later) is None
    making.share(session, key_of("two"), b"%PDF-", later)
    assert making.find_shared(session, KEY, at) is None
    making.forget_shared(session)
    assert making.find_shared(session, key_of("two"), later) is None


@pytest.mark.file_times
def test_a_machine_gives_its_paper_to_others_once(tmp_path: Path) -> None:
    (tmp_path / f"{KEY}.pdf").write_bytes(b"%PDF-")
    made = paper(tmp_path, KEY, unasked)
    assert made.is_own
    assert [is_shared_first(tmp_path, KEY) for _ in range(2)] == [True, False]
