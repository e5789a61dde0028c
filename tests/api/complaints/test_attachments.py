"""Files by the API: recognised by their bytes, limited, stored once, and readable by their mailbox alone."""

import time
from collections.abc import Callable
from typing import Any

import pytest

from registry.complaints.attachments.actions import MAX_FILES
from registry.complaints.attachments.file_kinds import MAX_BYTES
from registry.http import uploads
from tests.complaints.complainant import Complainant, Reply, new_key
from tests.complaints.samples import CANARY, jpeg

Somebody = Callable[[], Complainant]

NOTE = "工头的电话写在墙上。".encode()


def files_in(filer: Complainant) -> list[dict[str, Any]]:
    return list(filer.mailbox()["attachments"])


def copied(filer: Complainant, attachment_id: str) -> Reply:
    """The clean copy, once the process beside the server has made it."""
    until = time.monotonic() + 120
    while time.monotonic() < until:
        states = {one["attachment_id"]: one["state"] for one in files_in(filer)}
        if states[attachment_id] in ("clean", "no_clean_copy"):
            break
        time.sleep(0.2)
    return filer.send("GET", f"/attachments/{attachment_id}/copy")


def test_a_photograph_comes_back_without_its_traces(somebody: Somebody) -> None:
    filer = somebody().filed()
    sent = filer.attach(jpeg(), name="宿舍.jpg")
    assert (sent.status, sent.body["kind"]) == (201, "jpeg")
    copy = copied(filer, sent.body["attachment_id"])
    (displayed,) = files_in(filer)
    assert (displayed["name"], displayed["size"], displayed["state"]) == ("宿舍.jpg", len(jpeg()), "clean")
    assert copy.status == 200
    assert copy.raw.startswith(b"\xff\xd8")
    assert CANARY.encode() not in copy.raw
    assert copy.headers["Content-Type"] == "application/octet-stream"
    assert copy.headers["Content-Disposition"].startswith("attachment; filename=")
    assert copy.headers["Content-Security-Policy"].startswith("sandbox")
    assert copy.headers["Cache-Control"] == "no-store"


def test_a_file_is_there_once_however_often_it_is_sent(somebody: Somebody) -> None:
    filer, key = somebody().filed(), new_key()
    first, second = filer.attach(NOTE, once=key), filer.attach(NOTE, once=key)
    assert (first.status, second.status, first.body) == (201, 201, second.body)
    # Another file under a key that was used is not lost.
    assert filer.attach(NOTE + b"!", once=key).body != first.body
    assert filer.attach(NOTE).status == 201
    assert len(files_in(filer)) == 3


def test_20_megabytes_are_taken_and_not_one_byte_more(somebody: Somebody) -> None:
    filer = somebody().filed()
    assert filer.attach(b"a" * MAX_BYTES).status == 201
    larger = filer.attach(b"a" * (MAX_BYTES + 1))
    assert (larger.status, larger.code) == (413, "payload_too_large")
    assert len(files_in(filer)) == 1


def test_the_eleventh_file_is_refused(somebody: Somebody) -> None:
    filer = somebody().filed()
    for number in range(MAX_FILES):
        assert filer.attach(NOTE + str(number).encode()).status == 201
    eleventh = filer.attach(NOTE)
    assert (eleventh.status, eleventh.code) == (400, "too_many_files")
    assert len(files_in(filer)) == MAX_FILES


LIES: list[tuple[bytes, str, str]] = [
    (b"", "", "file_empty"),
    (b"<html><script>alert(1)</script></html>", "page.txt", "file_kind_not_taken"),
    (b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>", "picture.png", "file_kind_not_taken"),
    (b"PK\x03\x04" + b"\0" * 60, "contract.pdf", "file_kind_not_taken"),
    (b"\x7fELF" + b"\0" * 60, "photo.jpg", "file_kind_not_taken"),
    (jpeg()[:2000], "photo.jpg", "file_damaged"),
    (jpeg() + b"PK\x03\x04" + b"\0" * 60 + b"PK\x05\x06" + b"\0" * 18, "photo.jpg", "file_holds_another"),
    (jpeg(), "contract.pdf", "file_not_as_named"),
]
"""Bytes, the name they bear, and why they are refused."""


def test_files_that_are_not_what_they_say_are_refused_and_not_kept(somebody: Somebody) -> None:
    filer = somebody().filed()
    refused = {}
    for body, name, code in LIES:
        reply = filer.attach(body, name=name)
        assert reply.status == 400, (name, reply.status)
        refused[reply.code] = code
    assert set(refused) == {code for _, _, code in LIES}
    assert all(stated == expected for stated, expected in refused.items())
    assert files_in(filer) == []


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        ("..%2F..%2Fetc%2Fpasswd", "passwd.txt"),
        ("C%3A%5Cnotes%5Ca.txt", "a.txt"),
        ("a%E2%80%AEb%E2%80%8B.txt", "ab.txt"),
        ("%3Cscript%3E.txt", "script.txt"),
        ("", "file.txt"),
    ],
)
def test_a_name_does_no_harm(somebody: Somebody, given: str, shown: str) -> None:
    filer = somebody().filed()
    reply = filer.send("POST", "/attachments", data=NOTE, headers={"X-File-Name": given})
    assert reply.status == 201
    assert [one["name"] for one in files_in(filer)] == [shown]


def test_an_unreadable_name_gets_an_error(somebody: Somebody) -> None:
    filer = somebody().filed()
    for given in ("%FF%FE", "a" * 201, "%0A%00"):
        reply = filer.send("POST", "/attachments", data=NOTE, headers={"X-File-Name": given})
        assert (reply.status, reply.body["errors"][0]["parameter"]) == (400, "X-File-Name"), given
    assert files_in(filer) == []


def test_a_file_of_another_complaint_is_out_of_reach(somebody: Somebody) -> None:
    filer, stranger = somebody().filed(), somebody().filed()
    theirs = filer.attach(NOTE).body["attachment_id"]
    for reference in (theirs, "222222222222", "x", "%2e%2e%2fx"):
        assert stranger.send("GET", f"/attachments/{reference}/copy").status == 404
        assert stranger.send("DELETE", f"/attachments/{reference}").status == 404
    assert len(files_in(filer)) == 1


def test_a_file_goes_from_a_draft_and_stays_with_what_was_handed_in(somebody: Somebody) -> None:
    filer = somebody()
    filer.start()
    filer.confirm()
    first = filer.attach(NOTE).body["attachment_id"]
    assert filer.send("DELETE", f"/attachments/{first}").status == 204
    assert files_in(filer) == []
    second = filer.attach(NOTE).body["attachment_id"]
    filer.answer(account="with a note")
    filer.submit()
    assert filer.send("DELETE", f"/attachments/{second}").status == 409
    assert len(files_in(filer)) == 1


def test_no_body_is_read_of_a_caller_without_a_visit(somebody: Somebody, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("registry.http.schemas.load_file", lambda _most: pytest.fail("read"))
    assert somebody().attach(NOTE).status == 401


def test_only_a_few_files_are_taken_at_once(somebody: Somebody) -> None:
    filer = somebody().filed()
    for _ in range(uploads.AT_ONCE):
        uploads._taking.acquire()
    try:
        busy = filer.attach(NOTE)
    finally:
        for _ in range(uploads.AT_ONCE):
            uploads._taking.release()
    assert (busy.status, busy.code) == (503, "too_busy")
    assert "Retry-After" in busy.headers
    assert filer.attach(NOTE).status == 201
