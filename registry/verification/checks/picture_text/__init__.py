"""The text of a picture of an advert, card or paper, read by Tesseract in a process that can do nothing else

Starts the confined process (`__main__`) for one picture and gives its text. Nothing touches a disk, and nothing is kept.
What both sides agree on, limits, languages and how the process ends, stands at the head.
"""

import os
import re
import shutil
import signal
import subprocess
import sys
import threading
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from pathlib import Path

from registry.core.confinement import Limits

MB = 1 << 20
MAX_BYTES = 10 * MB
"""Bytes of a picture that is taken; phones make four to eight."""

MAX_PIXELS = 50_000_000
MAX_SIDE = 2_600
"""Pixels of the longer side that Tesseract is given: more costs seconds and reads no better."""

SMALL = 700
"""Pixels of the longer side below which a picture is a thumbnail."""

MAX_CHARACTERS = 10_000
LIMITS = Limits(2 << 30, 40, 60, 4 * MB)
"""Memory, seconds of processor time and by the clock, bytes of text, of one picture."""

LANGUAGES = ("chi_sim", "chi_tra", "eng", "ita")
"""Those of Tesseract's that are used, as far as their data are installed."""

FORMATS = ("JPEG", "PNG", "WEBP", "HEIF")


class NoText(StrEnum):
    """Why a picture gave no text. `no_tool`, `unconfined` and `too_busy` lie in this registry, the others in the picture."""

    NO_PICTURE = "no_picture"
    TOO_LARGE = "too_large"
    TOO_COSTLY = "too_costly"
    NOTHING = "nothing"
    NO_TOOL = "no_tool"
    UNCONFINED = "unconfined"
    TOO_BUSY = "too_busy"


EXIT_CODES = {NoText.NO_PICTURE: 65, NoText.TOO_LARGE: 66, NoText.TOO_COSTLY: 67, NoText.UNCONFINED: 68}

AT_ONCE = 2
"""Pictures that a process reads at the same time: each takes a processor for seconds, and a thread that others need."""

_reading = threading.BoundedSemaphore(AT_ONCE)
_REASONS = {code: reason for reason, code in EXIT_CODES.items()}
_COSTLY = frozenset({signal.SIGXCPU, signal.SIGKILL, signal.SIGALRM, signal.SIGXFSZ, signal.SIGABRT, signal.SIGSEGV})
_TRAINED = ("/usr/share/tesseract-ocr", "/usr/share/tessdata")
"""Where Debian, and others, put Tesseract's data."""

_BETWEEN_HAN = re.compile(r"(?<=[\u3000-\u9fff\uff00-\uffef])[ ]+(?=[\u3000-\u9fff\uff00-\uffef])")


class Unreadable(Exception):
    """A picture gave no text; `reason` says why."""

    def __init__(self, reason: NoText) -> None:
        super().__init__(reason)
        self.reason = reason


@cache
def languages() -> tuple[str, ...]:
    """Those of our languages whose data are installed; none where Tesseract is not. Looked for once in a process."""
    if shutil.which("tesseract", path=os.defpath) is None:
        return ()
    found = {path.stem for folder in _TRAINED for path in Path(folder).glob("**/*.traineddata")}
    return tuple(language for language in LANGUAGES if language in found)


LEAST_CONFIDENCE = 60
"""Below it Tesseract guesses: the lines that it lost in skewed, blurred and small pictures of our own lay below it."""
MAX_GUESSED = 0.25
"""Share of the words that may be guessed in a picture that counts as read; of the words of a line it is half."""
CODE = "code\t"
"""Begins the line that tells what a QR code of the picture holds."""


@dataclass(frozen=True, slots=True)
class PictureText:
    """The text of a picture in lines, what its QR codes hold among them; `is_partial`: much of it was guessed or lost."""

    text: str
    is_partial: bool = False


def text_of(picture: bytes) -> PictureText:
    """The text of a picture; raises Unreadable. Takes seconds of a processor, and holds no database."""
    if not languages():
        raise Unreadable(NoText.NO_TOOL)
    if len(picture) > MAX_BYTES:
        raise Unreadable(NoText.TOO_LARGE)
    if not _reading.acquire(blocking=False):
        raise Unreadable(NoText.TOO_BUSY)
    try:
        made = _run(picture)
    finally:
        _reading.release()
    read = _read(made.decode("utf-8", "replace"))
    if not read.text:
        raise Unreadable(NoText.NOTHING)
    return read


_COLUMNS = 12
"""Columns of Tesseract's table of words: the line's page, block, paragraph and number, then the confidence, and the word."""


def _read(table: str) -> PictureText:
    """The text in what the process wrote: codes, then a row for each word with how sure Tesseract is of it."""
    codes: list[str] = []
    lines: dict[tuple[str, ...], list[str]] = {}
    sure: dict[tuple[str, ...], list[bool]] = {}
    for row in table.splitlines():
        if row.startswith(CODE):
            codes.append(row.removeprefix(CODE))
            continue
        columns = row.split("\t")
        if len(columns) != _COLUMNS or not columns[-1].strip() or columns[0] != "5":
            continue
        place = tuple(columns[1:5])
        lines.setdefault(place, []).append(columns[-1])
        if any(character.isalnum() for character in columns[-1]):
            sure.setdefault(place, []).append(float(columns[-2]) >= LEAST_CONFIDENCE)
    text = tidy("\n".join([*(" ".join(words) for words in lines.values()), *codes]))
    every = [one for words in sure.values() for one in words]
    is_lost = any(len(words) > 1 and 2 * words.count(False) > len(words) for words in sure.values())
    return PictureText(text, is_lost or every.count(False) > MAX_GUESSED * len(every))


def tidy(text: str) -> str:
    """What Tesseract wrote without the spaces it puts between Chinese characters and without empty lines."""
    lines = (_BETWEEN_HAN.sub("", " ".join(line.split())) for line in text.replace("\f", "\n").splitlines())
    worded = (line for line in lines if any(character.isalnum() for character in line))
    return "\n".join(worded)[:MAX_CHARACTERS]


def _run(picture: bytes) -> bytes:
    tesseract = shutil.which("tesseract", path=os.defpath) or ""
    made = os.memfd_create("text", os.MFD_CLOEXEC)
    try:
        process = subprocess.Popen(
            [sys.executable, "-m", "registry.verification.checks.picture_text", tesseract, "+".join(languages())],
            stdin=subprocess.PIPE,
            stdout=made,
            stderr=subprocess.DEVNULL,
            # The process gets none of the registry's environment: no addresses, no passwords.
            env={"LANG": "C.UTF-8", "PATH": os.defpath},
        )
        try:
            # It ends by itself at this time; twice it is for a machine that stood still.
            process.communicate(picture, timeout=LIMITS.wall * 2)
        except BaseException:
            process.kill()
            process.wait()
            raise
        if process.returncode:
            costly = -process.returncode in _COSTLY
            raise Unreadable(NoText.TOO_COSTLY if costly else _REASONS.get(process.returncode, NoText.NO_PICTURE))
        return os.pread(made, 8 * MAX_CHARACTERS, 0)
    finally:
        os.close(made)
