"""Papers are made beside the server: one that fails, hangs or is killed is known as failed, and few are made at once."""

import fcntl
import os
import subprocess
import sys
import time
from io import BytesIO
from pathlib import Path

import msgspec
import pytest
from pypdf import PdfReader

from registry.proofs.papers import making
from registry.proofs.papers.making import KEPT, PAUSE, SLOTS, Making, key_of, paper
from registry.proofs.papers.rendering import Draft, Trouble, missing_packages
from tests.proofs.papers.waiting import DRAFT, made
from tests.rendering import from_nothing

pytestmark = [pytest.mark.slow, pytest.mark.file_times]


def test_a_paper_is_made_once_and_then_found(tmp_path: Path) -> None:
    key = key_of("once")
    assert paper(tmp_path, key, lambda: DRAFT).state is Making.WAITING
    found = made(tmp_path, key)
    assert found.state is Making.READY
    assert "示例公司" in PdfReader(BytesIO(found.body)).pages[0].extract_text()
    assert PdfReader(BytesIO(found.body)).attachments["credential.jwt"] == [b"abc~"]

    def nothing() -> Draft:
        raise AssertionError("it is there already")

    assert paper(tmp_path, key, nothing).body == found.body


def test_a_paper_is_made_by_a_process_that_starts_from_nothing(tmp_path: Path) -> None:
    with from_nothing():
        found = made(tmp_path, key_of("from nothing"))
    assert found.state is Making.READY


def test_a_paper_is_tagged_for_screen_readers(tmp_path: Path) -> None:
    root = PdfReader(BytesIO(made(tmp_path, key_of("tags")).body)).root_object
    assert root["/MarkInfo"]["/Marked"]
    assert root["/Lang"] == "zh-Hans"
    assert root["/ViewerPreferences"]["/DisplayDocTitle"]
    assert "/StructTreeRoot" in root
    assert b"pdfuaid" in root["/Metadata"].get_object().get_data()


def test_a_draft_that_asks_for_something_from_outside_fails(tmp_path: Path) -> None:
    outside = Draft(
        '<html lang="en"><head><title>x</title></head><body><img alt="" src="file:///etc/hostname"></body></html>'
    )
    found = made(tmp_path, key_of("outside"), outside)
    assert (found.state, found.missing) == (Making.FAILED, ())


def test_no_more_are_made_at_once_than_there_are_slots(tmp_path: Path) -> None:
    existing = [os.open(tmp_path / f"slot-{number}", os.O_RDWR | os.O_CREAT) for number in range(SLOTS)]
    for descriptor in existing:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
    key = key_of("late")

    def unasked() -> Draft:
        raise AssertionError("no slot is free")

    assert paper(tmp_path, key, unasked).state is Making.WAITING
    for descriptor in existing:
        os.close(descriptor)
    assert made(tmp_path, key).state is Making.READY


def test_a_maker_that_is_killed_frees_its_slot_and_is_known_as_failed(tmp_path: Path) -> None:
    key = key_of("killed")
    assert paper(tmp_path, key, lambda: DRAFT).state is Making.WAITING
    assert making._running[-1].poll() is None
    making._running[-1].kill()
    making._running[-1].wait()
    found = paper(tmp_path, key, lambda: DRAFT)
    assert (found.state, found.missing) == (Making.FAILED, ())
    other = key_of("other")
    assert made(tmp_path, other).state is Making.READY


def test_what_failed_is_tried_again_after_a_pause_and_old_papers_go(tmp_path: Path) -> None:
    key = key_of("again")
    trouble, old = tmp_path / f"{key}.trouble", tmp_path / f"{key_of('old')}.pdf"
    trouble.write_bytes(msgspec.json.encode(Trouble()))
    old.write_bytes(b"%PDF")
    assert paper(tmp_path, key, lambda: DRAFT).state is Making.FAILED
    os.utime(trouble, (time.time() - PAUSE - 1,) * 2)
    os.utime(old, (time.time() - KEPT - 1,) * 2)
    assert made(tmp_path, key).state is Making.READY
    assert not old.exists()


def test_everything_that_papers_need_is_here() -> None:
    assert missing_packages() == ()


WITHOUT_PANGO = """
import cffi, ctypes
loaded = ctypes.CDLL
def load(name, *more):
    if name and "pango" in str(name):
        raise OSError(f"cannot load library {name!r}")
    return loaded(name, *more)
ctypes.CDLL = load
real = cffi.FFI.dlopen
def dlopen(self, name, *flags):
    if name and "pango" in str(name):
        raise OSError(f"cannot load library {name!r}")
    return real(self, name, *flags)
cffi.FFI.dlopen = dlopen
from registry.proofs.papers.rendering import missing_packages
print(" ".join(missing_packages()))
"""


def test_without_pango_its_packages_are_named() -> None:
    stated = subprocess.run([sys.executable, "-c", WITHOUT_PANGO], capture_output=True, text=True, check=True).stdout
    # WeasyPrint says something of its own before.
    assert stated.splitlines()[-1].split() == ["libpango-1.0-0", "libpangoft2-1.0-0", "libharfbuzz-subset0"]


def test_what_a_paper_needs_is_found_without_loading_weasyprint() -> None:
    probe = (
        "import sys; from registry.proofs.papers.rendering import missing_packages; "
        "print(missing_packages(), 'weasyprint' in sys.modules)"
    )
    stated = subprocess.run([sys.executable, "-c", probe], capture_output=True, text=True, check=True).stdout
    assert stated.split() == ["()", "False"]


@pytest.fixture
def no_fonts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine on which no font is installed."""
    empty = tmp_path / "fonts.conf"
    empty.write_text('<?xml version="1.0"?><!DOCTYPE fontconfig SYSTEM "urn:fontconfig:fonts.dtd"><fontconfig/>')
    monkeypatch.setenv("FONTCONFIG_FILE", str(empty))


@pytest.mark.usefixtures("no_fonts")
def test_without_a_chinese_font_its_package_is_named(tmp_path: Path) -> None:
    found = made(tmp_path / "papers", key_of("fonts"))
    assert (found.state, found.missing) == (Making.FAILED, ("fonts-noto-cjk",))
