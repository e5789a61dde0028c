"""Fetching is conditional, bounded, and goes nowhere but to http and https."""

import hashlib
from collections.abc import Iterator
from pathlib import Path

import pytest

from registry.register.imports import fetching
from registry.register.imports.fetching import FetchFailed, fetch
from tests.register.imports.publisher import Publisher, publishing


@pytest.fixture
def publisher() -> Iterator[Publisher]:
    with publishing() as publisher:
        publisher.body = b"Name,Reg\n"
        yield publisher


def test_a_list_is_fetched_once_and_then_only_asked_about(publisher: Publisher, tmp_path: Path) -> None:
    first = fetch(publisher.url(), tmp_path / "list")
    assert first.is_new
    assert (tmp_path / "list").read_bytes() == publisher.body
    assert first.digest == hashlib.sha256(publisher.body).hexdigest()
    again = fetch(publisher.url(), tmp_path / "again", etag=first.etag, last_modified=first.last_modified)
    assert not again.is_new
    assert not (tmp_path / "again").exists()


def test_three_redirects_are_followed_and_no_more(publisher: Publisher, tmp_path: Path) -> None:
    assert fetch(publisher.url("/hop/3"), tmp_path / "list").is_new
    with pytest.raises(FetchFailed, match="leads on more than 3 times"):
        fetch(publisher.url("/hop/4"), tmp_path / "list")


@pytest.mark.parametrize("address", ["file:///etc/passwd", "ftp://127.0.0.1/list", "/etc/passwd"])
def test_other_addresses_are_not_fetched(address: str, tmp_path: Path) -> None:
    with pytest.raises(FetchFailed, match="only http and https"):
        fetch(address, tmp_path / "list")


def test_a_server_cannot_lead_to_a_file_of_ours(publisher: Publisher, tmp_path: Path) -> None:
    with pytest.raises(FetchFailed, match="only http and https"):
        fetch(publisher.url("/file"), tmp_path / "list")


def test_a_file_that_is_too_large_is_not_fetched(
    publisher: Publisher, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(FetchFailed, match="the limit is 512 MB"):
        fetch(publisher.url("/huge"), tmp_path / "list")
    monkeypatch.setattr(fetching, "LIMIT", 4)
    with pytest.raises(FetchFailed, match="MB"):
        fetch(publisher.url(), tmp_path / "list")


def test_a_download_that_breaks_off_is_a_failure(publisher: Publisher, tmp_path: Path) -> None:
    with pytest.raises(FetchFailed, match="broke off"):
        fetch(publisher.url("/broken"), tmp_path / "list")


def test_a_server_that_is_away_or_in_trouble_is_a_failure(publisher: Publisher, tmp_path: Path) -> None:
    publisher.status = 500
    with pytest.raises(FetchFailed, match="answered 500"):
        fetch(publisher.url(), tmp_path / "list")
    with pytest.raises(FetchFailed, match="cannot be reached"):
        fetch("http://127.0.0.1:9/list", tmp_path / "list")
