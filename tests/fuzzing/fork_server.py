"""`python -m tests.fuzzing.fork_server extraction FORM | sanitiser KIND | picture -`: one confined process that reads many files.

To start a process for each would take longer than reading. Each file is read by a child of its own, which has the limits
anew, with the very function that reads it elsewhere. Files come as a length and bytes; status, length and bytes go back.
"""

import os
import signal
import struct
import sys
from collections.abc import Callable

import msgspec

from registry.complaints.attachments.sanitiser import __main__ as sanitiser
from registry.complaints.attachments.sanitiser.recordings import become_ffmpeg, find_ffmpeg
from registry.complaints.attachments.sanitiser.terms import MAX_COPIED
from registry.core.confinement import Limits, confine
from registry.register.imports.extraction import __main__ as extraction
from registry.register.imports.extraction.terms import Task
from registry.verification.checks.picture_text import __main__ as picture_text
from registry.vocabulary.cases import RECORDINGS, FileKind

LIMITS = Limits(memory=400 << 20, seconds=5, wall=60, written=MAX_COPIED)
"""Tighter than elsewhere: what takes longer with a file of some kilobytes has a loop in it."""


def main() -> None:
    read = _reader(sys.argv[1], sys.argv[2])
    confine(LIMITS)
    while head := os.read(0, 4):
        signal.alarm(0)
        body = _received(struct.unpack("<I", head)[0])
        status, made = _read_apart(read, body)
        os.write(1, struct.pack("<iI", status, len(made)))
        _send(1, made)


def _reader(what: str, argument: str) -> Callable[[], object]:
    if what == "extraction":
        # What reads the form is loaded here, before the process is confined.
        extraction.reader(Task(argument, LIMITS))
        return _write_tables
    if what == "picture":
        picture_text.prepare()
        return lambda: os.write(1, picture_text.grey(sys.stdin.buffer.read()))
    kind = FileKind(argument)
    if kind in RECORDINGS:
        ffmpeg = find_ffmpeg()
        assert ffmpeg is not None
        return lambda: become_ffmpeg(ffmpeg, kind)
    clean = sanitiser.cleaner(kind)
    return lambda: sanitiser.write_clean(clean)


def _write_tables() -> None:
    """Before such a file stands its task, on a line."""
    task = msgspec.json.decode(sys.stdin.buffer.readline(), type=Task)
    extraction.write_tables(extraction.reader(task))


def _read_apart(read: Callable[[], object], body: bytes) -> tuple[int, bytes]:
    given, made = os.memfd_create("given"), os.memfd_create("made")
    try:
        _send(given, body)
        os.lseek(given, 0, os.SEEK_SET)
        child = os.fork()
        if child == 0:
            _become_reader(read, given, made)
        _, status = os.waitpid(child, 0)
        return os.waitstatus_to_exitcode(status), os.pread(made, os.fstat(made).st_size, 0)
    finally:
        os.close(given)
        os.close(made)


def _become_reader(read: Callable[[], object], given: int, made: int) -> None:
    os.dup2(given, 0)
    os.dup2(made, 1)
    signal.alarm(LIMITS.wall)
    code: object = 1
    try:
        read()
        sys.stdout.flush()
        code = 0
    except SystemExit as end:
        code = end.code
    finally:
        # Any error ends the child as it ends the process that reads one file.
        os._exit(code if isinstance(code, int) else 1)


def _received(length: int) -> bytes:
    parts = []
    while length:
        part = os.read(0, length)
        if not part:
            sys.exit(1)
        parts.append(part)
        length -= len(part)
    return b"".join(parts)


def _send(descriptor: int, body: bytes) -> None:
    view = memoryview(body)
    while view:
        view = view[os.write(descriptor, view) :]


if __name__ == "__main__":
    main()
