"""`python -m registry.complaints.attachments.sanitiser KIND [changed-voice]`: a file on standard input,
its clean copy on standard output.

Both are files in memory. Libraries are loaded, then the process is confined, and only then is a byte of the file read. The exit
code is 0 or one of `EXIT_CODES`; any other end means that the file is damaged, or cost more than it may.
"""

import sys
import traceback
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import NoReturn

import msgspec
import pikepdf

from registry.complaints.attachments.sanitiser.documents import clean_document
from registry.complaints.attachments.sanitiser.pictures import clean_picture, prepare
from registry.complaints.attachments.sanitiser.recordings import become_ffmpeg, find_ffmpeg
from registry.complaints.attachments.sanitiser.terms import CHANGED_VOICE, EXIT_CODES, LIMITS, Uncleanable
from registry.complaints.attachments.sanitiser.texts import clean_text
from registry.core.confinement import Unconfined, confine
from registry.vocabulary.cases import RECORDINGS, FileKind, NoCopy


def main() -> None:
    sys.excepthook = _log_error_place
    kind = FileKind(sys.argv[1])
    prepare()
    ffmpeg = find_ffmpeg() if kind in RECORDINGS else None
    try:
        confine(LIMITS[kind])
    except Unconfined as trouble:
        _install_error_hook(reason=str(trouble))
        _end(NoCopy.UNCONFINED)
    if kind in RECORDINGS:
        if ffmpeg is None:
            _install_error_hook(reason="ffmpeg is not installed")
            _end(NoCopy.NO_TOOL)
        become_ffmpeg(ffmpeg, kind, changes_voice=CHANGED_VOICE in sys.argv[2:])
    try:
        cleaned = _cleaner(kind)(sys.stdin.buffer.read())
    except Uncleanable as trouble:
        _end(trouble.reason)
    except pikepdf.PasswordError:
        _end(NoCopy.LOCKED)
    except MemoryError:
        _end(NoCopy.TOO_COSTLY)
    sys.stdout.buffer.write(cleaned)


def _cleaner(kind: FileKind) -> Callable[[bytes], bytes]:
    if kind is FileKind.PDF:
        return clean_document
    if kind is FileKind.TXT:
        return clean_text
    return lambda body: clean_picture(body, kind)


def _end(reason: NoCopy) -> NoReturn:
    sys.exit(EXIT_CODES[reason])


def _log_error_place(kind: type[BaseException], _error: BaseException, trace: TracebackType | None) -> None:
    """One line for the operator: what kind of error and where, never its words, which may hold what the file holds."""
    places = [f"{Path(place.filename).name}:{place.lineno}" for place in traceback.extract_tb(trace)[-4:]]
    _install_error_hook(exception=kind.__qualname__, places=places)


def _install_error_hook(**facts: str | list[str]) -> None:
    line = {"event": "attachment_not_cleaned", "level": "warning", **facts}
    sys.stderr.write(msgspec.json.encode(line).decode() + "\n")


if __name__ == "__main__":
    main()
