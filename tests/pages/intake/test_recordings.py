"""A recording whose page is gone before it was sent: what was said is there still, for its speaker and for no one else."""

import io
from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from registry.complaints.attachments.actions import SentFile
from registry.complaints.attachments.file_store import FolderStore
from registry.complaints.attachments.models import Attachment
from registry.complaints.attachments.uploading import PART_BYTES, RECORDING_SLOTS, clear_abandoned
from registry.complaints.intake.mailbox_files import take_file
from registry.core.clock import now
from registry.core.settings import Settings
from registry.i18n.languages import CATALOGUES
from registry.pages.intake import file_parts
from tests.complaints.samples import CANARY, recording
from tests.pages.intake.phone import PLACES, Phone

ZH = CATALOGUES["zh-Hans"]
UNFINISHED = ZH["page.box.voice.unfinished"]


class Tab:
    """The script of a page that records: its parts are of any size, as a slow line makes them."""

    def __init__(self, phone: Phone, once: str) -> None:
        phone.go("/files")
        self.phone, self.once, self.number, self.slot = phone, once, 0, None
        self.token = phone.form("files")["token"]

    def speak(self, part: bytes) -> int | None:
        fields = {"token": self.token, "once": self.once, "number": self.number, "part": (io.BytesIO(part), "part")}
        answer = self.phone.send(fields | ({} if self.slot is None else {"slot": self.slot}), "files/recording/part")
        assert answer.status_code == 200, answer.text
        assert answer.json is not None
        self.slot = answer.json["slot"]
        self.number += 1
        return self.slot


def files_of(session: Session) -> list[Attachment]:
    return list(session.scalars(select(Attachment)))


def test_a_page_that_closes_while_somebody_speaks_loses_nothing_that_was_kept(
    phone: Phone, session: Session, settings: Settings
) -> None:
    phone.begin()
    spoken = recording("webm")
    tab = Tab(phone, "a")
    for part in (spoken[:3000], spoken[3000:5000], spoken[5000:]):
        tab.speak(part)
    assert files_of(session) == []
    for path in settings.home.rglob("*"):
        assert path.is_dir() or CANARY.encode() not in path.read_bytes()
    phone.go("/files")
    assert UNFINISHED in phone.text
    phone.press("files/recording", act="keep", changes_voice="1")
    assert UNFINISHED not in phone.text
    assert "recording.webm" in phone.text
    [attachment] = files_of(session)
    # Pressed again, or sent by a phone that lost the answer, it is there once.
    phone.send({"token": tab.token, "slot": "0", "act": "keep"}, "files/recording")
    assert files_of(session) == [attachment]
    store = FolderStore(settings.home / "files")
    assert [name for name, _ in store.listing() if name.startswith("part-")] == []


@pytest.fixture
def taken(monkeypatch: pytest.MonkeyPatch) -> list[SentFile]:
    """The files that are taken in, as they come; what a file's maker asked for lies sealed afterwards."""
    files: list[SentFile] = []

    def noted(services: object, opened: object, case: object, sent: SentFile, at: object) -> Attachment:
        files.append(sent)
        return take_file(services, opened, case, sent, at)  # type: ignore[arg-type]

    monkeypatch.setattr(file_parts, "take_file", noted)
    return files


@pytest.mark.parametrize("path", ["review", "send"])
def test_a_recording_that_was_cut_off_is_sent_along_with_a_changed_voice(
    phone: Phone, taken: list[SentFile], path: str
) -> None:
    phone.begin()
    phone.answer(PLACES["account"], answer="听录音")
    phone.go("/all")
    review = phone.form("send")
    Tab(phone, "a").speak(recording("webm"))
    if path == "review":
        phone.go("/all")
        assert "recording.webm" in phone.text
    else:
        phone.send(review, "send")
    assert [sent.changes_voice for sent in taken] == [True]


def test_a_sound_that_was_chosen_and_sent_in_parts_is_changed_where_that_is_asked(
    phone: Phone, taken: list[SentFile]
) -> None:
    phone.begin()
    spoken = recording("webm")
    assert len(spoken) < PART_BYTES
    for name, changes in (("a", "1"), ("b", "")):
        fields = {"token": Tab(phone, name).token, "once": name, "count": "1"}
        assert (
            phone.send(fields | {"number": "0", "part": (io.BytesIO(spoken), "part")}, "files/part").status_code == 200
        )
        phone.send(fields | {"name": "x.webm", "declared": "audio/webm", "changes_voice": changes}, "files/join")
    assert [sent.changes_voice for sent in taken] == [True, False]


def test_in_an_open_case_a_recording_that_was_cut_off_goes_to_no_officer_without_a_press(
    phone: Phone, session: Session
) -> None:
    phone.file()
    Tab(phone, "a").speak(recording("webm"))
    phone.go("/all")
    assert files_of(session) == []
    assert UNFINISHED in phone.go("/files").text


def test_a_recording_of_which_no_file_can_be_made_is_told_before_sending(phone: Phone, session: Session) -> None:
    phone.begin()
    Tab(phone, "a").speak(b"this is no sound at all" + bytes(100))
    phone.go("/all")
    assert ZH["page.box.all.recording_left"] in phone.text
    assert files_of(session) == []


def test_two_tabs_that_record_at_once_are_two_recordings(phone: Phone, other: Phone, session: Session) -> None:
    phone.begin()
    other.begin()
    spoken = recording("webm")
    tabs = [Tab(phone, "a"), Tab(phone, "b")]
    for part in (spoken[:4000], spoken[4000:]):
        for tab in tabs:
            tab.speak(part)
    assert [tab.slot for tab in tabs] == [0, 1]
    assert phone.go("/files").text.count(UNFINISHED) == 2
    assert UNFINISHED not in other.go("/files").text, "a stranger is offered nothing"
    phone.go("/files")
    phone.press("files/recording", act="drop")
    assert phone.text.count(UNFINISHED) == 1
    phone.press("files/recording", act="keep")
    assert len(files_of(session)) == 1
    # When every place is taken the page records all the same, and sends the recording whole.
    for number in range(RECORDING_SLOTS):
        assert Tab(phone, f"more-{number}").speak(spoken) == number
    assert Tab(phone, "one too many").speak(spoken) is None


def test_what_is_no_part_of_a_recording_is_refused(phone: Phone, session: Session) -> None:
    phone.begin()
    tab = Tab(phone, "a")
    for fields in ({"number": "401", "slot": "0"}, {"number": "1", "slot": "9"}, {"number": "0"}, {"number": "x"}):
        body = {"token": tab.token, "once": "a", "part": (io.BytesIO(b""), "part")} | fields
        assert phone.send(body, "files/recording/part").status_code == 400
    assert phone.send({"token": "0" * 64, "once": "a", "number": "0"}, "files/recording/part").status_code == 401
    tab.speak(b"this is no sound at all" + bytes(100))
    phone.go("/files")
    assert phone.press("files/recording", act="keep").status_code == 400
    assert files_of(session) == []


def test_the_worker_clears_what_was_not_finished_and_nothing_else(phone: Phone, settings: Settings) -> None:
    phone.begin()
    Tab(phone, "a").speak(recording("webm"))
    store = FolderStore(settings.home / "files")
    store.put("0" * 32, [b"a file whose row came back with a restored database"])
    today = now().date()
    assert clear_abandoned(store, today + timedelta(days=1)) == 0
    assert clear_abandoned(store, today + timedelta(days=2)) == 1
    assert [name for name, _ in store.listing()] == ["0" * 32]
    assert UNFINISHED not in phone.go("/files").text
