"""`python -m registry.complaints.attachments.sanitiser KIND [changed-voice]`: a file on standard input,
its clean copy on standard output.

Both are files in memory. What that kind of file needs is loaded, then the process is confined, and only then is a byte of the
file read. The exit code is 0 or one of `EXIT_CODES`; any other end means that the file is damaged, or cost more than it may.
"""

import sys
import traceback
import unicodedata
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import NoReturn

import msgspec

from registry.complaints.attachments.sanitiser.recordings import become_ffmpeg, find_ffmpeg
from registry.complaints.attachments.sanitiser.terms import CHANGED_VOICE, EXIT_CODES, LIMITS, Uncleanable
from registry.core.confinement import Unconfined, confine
from registry.vocabulary.cases import RECORDINGS, FileKind, NoCopy

Cleaner = Callable[[bytes], bytes]


def main() -> None:
    sys.excepthook = _log_error_place
    kind = FileKind(sys.argv[1])
    ffmpeg = find_ffmpeg() if kind in RECORDINGS else None
    clean = None if kind in RECORDINGS else cleaner(kind)
    try:
        confine(LIMITS[kind])
    except Unconfined as trouble:
        _install_error_hook(reason=str(trouble))
        _end(NoCopy.UNCONFINED)
    if clean is None:
        if ffmpeg is None:
            _install_error_hook(reason="ffmpeg is not installed")
            _end(NoCopy.NO_TOOL)
        become_ffmpeg(ffmpeg, kind, changes_voice=CHANGED_VOICE in sys.argv[2:])
    write_clean(clean)


def write_clean(clean: Cleaner) -> None:
    """Read standard input, and write its clean copy to standard output."""
    try:
        cleaned = clean(sys.stdin.buffer.read())
    except Uncleanable as trouble:
        _end(trouble.reason)
    except MemoryError:
        _end(NoCopy.TOO_COSTLY)
    sys.stdout.buffer.write(cleaned)


def cleaner(kind: FileKind) -> Cleaner:
    """Loads no library of another kind: a third of what a small file costs is loading."""
    if kind is FileKind.PDF:
        from registry.complaints.attachments.sanitiser.documents import clean_document

        return clean_document
    if kind is FileKind.TXT:
        from registry.complaints.attachments.file_kinds import text_of

        return lambda body: clean_text(text_of(body))
    from registry.complaints.attachments.sanitiser.pictures import clean_picture, prepare

    prepare()
    return lambda body: clean_picture(body, kind)


def clean_text(text: str | None) -> bytes:
    """A text in UTF-8: control, reordering and invisible characters go; lines end as on this system. ValueError if it is none."""
    if text is None:
        raise ValueError("no text")
    lines = text.replace("\r\n", "\n").replace("\r", "\n")
    unseen = {sign for sign in set(lines) - set("\n\t") if unicodedata.category(sign) in _UNSEEN}
    return lines.translate(dict.fromkeys(map(ord, unseen))).encode()


_UNSEEN = frozenset({"Cc", "Cf", "Cs", "Co"})
"""Controls, formats (bidi and zero width among them), halves of pairs, private use."""


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
