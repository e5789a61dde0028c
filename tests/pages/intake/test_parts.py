"""A large file over a line that breaks: through a real server, cut at each tenth, in two tabs, and never a part of it alone."""

import io
import math
import os
import socket
from urllib.parse import urlsplit

import pytest
import requests
from sqlalchemy import select
from sqlalchemy.orm import Session

from registry.complaints.attachments.models import Attachment
from registry.complaints.attachments.uploading import MAX_PARTS, PART_BYTES
from registry.core.settings import Settings
from registry.i18n.languages import CATALOGUES
from tests.complaints.samples import CANARY, jpeg
from tests.http.sockets import head
from tests.pages.intake.phone import Phone
from tests.serving import Served

ZH = CATALOGUES["zh-Hans"]


class Line:
    """A telephone's script: sends parts to the server over sockets of its own, and can lose the line in the middle of one."""

    def __init__(self, phone: Phone, served: Served, body: bytes, once: str) -> None:
        phone.go("/files")
        cookie = phone.client.get_cookie("notes")
        assert cookie is not None
        self.served, self.body, self.cookie = served, body, f"notes={cookie.value}"
        self.count = math.ceil(len(body) / PART_BYTES)
        self.fields = {"token": phone.form("files")["token"], "once": once, "count": str(self.count)}

    def post(self, path: str, part: bytes | None = None, **fields: object) -> requests.Response:
        files = {} if part is None else {"part": ("part", io.BytesIO(part))}
        return requests.post(
            f"{self.served.base_url}/zh-Hans/box/files/{path}",
            data=self.fields | {name: str(value) for name, value in fields.items()},
            files=files,
            headers={"Cookie": self.cookie},
            timeout=30,
        )

    def part(self, number: int) -> bytes:
        return self.body[number * PART_BYTES : (number + 1) * PART_BYTES]

    def send(self, number: int) -> None:
        assert self.post("part", self.part(number), number=number).status_code == 200

    def cut(self, number: int, share: float) -> None:
        """The request of a part of which only a share gets through before the line is gone."""
        request = requests.Request(
            "POST",
            f"{self.served.base_url}/zh-Hans/box/files/part",
            data=self.fields | {"number": str(number)},
            files={"part": ("part", io.BytesIO(self.part(number)))},
            headers={"Cookie": self.cookie},
        ).prepare()
        assert isinstance(request.body, bytes)
        parts = urlsplit(self.served.base_url)
        with socket.create_connection((parts.hostname, parts.port), timeout=30) as line:
            headers = {name: value for name, value in request.headers.items() if name != "Host"}
            line.sendall(head(self.served, "POST", parts.path + "/zh-Hans/box/files/part", headers))
            line.sendall(request.body[: int(len(request.body) * share)])

    def missing(self) -> list[int]:
        answer = self.post("missing")
        assert answer.status_code == 200
        return list(answer.json()["missing"])

    def join(self, name: str = "photo.jpg") -> requests.Response:
        return self.post("join", name=name, declared="image/jpeg")


def picture(size: int) -> bytes:
    body = jpeg(trailing=b"\0" * 16)
    return body + b"\0" * (size - len(body))


def files_of(session: Session) -> list[Attachment]:
    found = list(session.scalars(select(Attachment)))
    session.expunge_all()
    # A session that has read holds the database against the server.
    session.rollback()
    return found


def test_a_line_that_is_lost_at_each_tenth_loses_nothing_and_sends_nothing_twice(
    phone: Phone, served: Served, session: Session, settings: Settings
) -> None:
    phone.begin()
    body = picture(10 * PART_BYTES - 5)
    line = Line(phone, served, body, "a")
    for tenth in range(10):
        assert line.missing() == list(range(tenth, 10))
        line.cut(tenth, (tenth + 0.5) / 10)
        assert line.missing() == list(range(tenth, 10)), "a part that did not come whole is none"
        assert line.join().json() == {"missing": list(range(tenth, 10))}
        line.send(tenth)
    assert files_of(session) == []
    for path in settings.home.rglob("*"):
        assert path.is_dir() or CANARY.encode() not in path.read_bytes()
    stored_before = len(list((settings.home / "files").iterdir()))
    answer = line.join()
    assert answer.status_code == 200, served.printed()
    assert answer.json() == {"to": "/zh-Hans/box/files"}
    assert line.join().status_code == 200
    [attachment] = files_of(session)
    phone.go("/files")
    assert "photo.jpg" in phone.text
    assert ZH["page.box.files.size"].format(kilobytes=math.ceil(len(body) / 1024)) in phone.text
    # The parts are gone; what is left is the file and, once it is made, its copy.
    assert len(list((settings.home / "files").iterdir())) <= stored_before - 10 + 2
    assert attachment.original_name is not None


def test_two_tabs_send_two_files_and_a_stranger_reads_of_neither(
    phone: Phone, other: Phone, served: Served, session: Session
) -> None:
    phone.begin()
    other.begin()
    tabs = [Line(phone, served, picture(PART_BYTES + 100 * number), name) for number, name in ((1, "a"), (2, "b"))]
    for number in (0, 1):
        for tab in tabs:
            tab.send(number)
    stranger = Line(other, served, tabs[0].body, "a")
    assert stranger.missing() == [0, 1]
    for tab in tabs:
        while left := tab.join().json().get("missing"):
            # Two files may want one slot: the later one has it, and the other sends again.
            for number in left:
                tab.send(number)
    assert len(files_of(session)) == 2


def test_what_is_no_part_of_a_file_is_refused(phone: Phone, served: Served, session: Session) -> None:
    phone.begin()
    line = Line(phone, served, picture(2 * PART_BYTES), "a")
    for part, number in ((line.part(0), 2), (line.part(0), -1), (b"", 0), (b"short", 0)):
        assert line.post("part", part, number=number).status_code == 400
    # Sound without end: no file has more parts than the largest.
    line.fields["count"] = str(MAX_PARTS + 1)
    assert line.post("part", line.part(0), number=0).status_code == 400
    line.fields["count"] = "2"
    assert line.post("part", b"x" * 10 * PART_BYTES, number=0).status_code in (400, 413)
    assert line.missing() == [0, 1]
    line.fields["token"] = "0" * 64
    assert line.post("missing").status_code == 401
    line.cookie = "notes=" + "A" * 43
    assert line.post("missing").status_code == 401
    assert files_of(session) == []


def test_a_file_that_is_not_taken_is_said_in_words(phone: Phone, served: Served, session: Session) -> None:
    phone.begin()
    line = Line(phone, served, b"PK\x03\x04" + os.urandom(2_000), "a")
    line.send(0)
    answer = line.join("archive.zip")
    assert answer.status_code == 400
    assert answer.json()["says"] == ZH["problem.file_kind_not_taken.detail"]
    assert files_of(session) == []


@pytest.mark.parametrize("path", ["missing", "part", "join"])
def test_without_a_visit_nothing_is_read(served: Served, path: str) -> None:
    answer = requests.post(f"{served.base_url}/zh-Hans/box/files/{path}", data={"once": "a", "count": "1"}, timeout=30)
    assert answer.status_code == 401
    assert answer.headers["Cache-Control"] == "no-store"
