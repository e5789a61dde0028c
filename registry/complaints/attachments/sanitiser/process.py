"""Starts the confined process for one file, waits for it within its limits, and says what came of it and what it cost."""

import fcntl
import os
import select
import signal
import subprocess
import sys
from dataclasses import dataclass
from resource import struct_rusage

from registry.complaints.attachments.file_kinds import kind_of
from registry.complaints.attachments.sanitiser.terms import CHANGED_VOICE, COPIED_AS, EXIT_CODES, LIMITS, MAX_COPIED
from registry.core.errors import RefusedFile
from registry.vocabulary.cases import RECORDINGS, FileKind, NoCopy

_REASONS = {code: reason for reason, code in EXIT_CODES.items()}
_NO_MEMORY = 244
"""How ffmpeg ends without memory: ENOMEM as a byte."""
_COSTLY = (
    signal.SIGXCPU,
    signal.SIGKILL,
    signal.SIGALRM,
    signal.SIGXFSZ,
    signal.SIGABRT,
    signal.SIGSEGV,
    signal.SIGBUS,
)
"""Out of time, of memory, of room; libraries that run out of memory also end by the last three."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """A clean copy and what it is, or None and the reason. `seconds` of processor time.

    `memory` in bytes is an upper bound: the kernel counts what this process held when it started the other, too.
    """

    kind: FileKind
    body: bytes | None
    reason: NoCopy | None
    memory: int
    seconds: float


def clean(body: bytes, kind: FileKind, *, changes_voice: bool = False) -> Outcome:
    """The clean copy of a file of that kind; of a recording with another voice, if wanted.

    Nothing touches a disk: both lie in memory of their own (memfd_create(2)).
    """
    given, made = _file("given", body), _file("made")
    try:
        status, used = _run(kind, given, made, changes_voice and kind in RECORDINGS)
        reason = _reason(status)
        copy = None if reason else os.pread(made, MAX_COPIED, 0)
    finally:
        os.close(given)
        os.close(made)
    copied_as = COPIED_AS[kind]
    if copy is not None and not _is_whole(copy, copied_as):
        reason, copy = NoCopy.DAMAGED, None
    return Outcome(copied_as, copy, reason, used.ru_maxrss * 1024, used.ru_utime + used.ru_stime)


def _run(kind: FileKind, given: int, made: int, changes_voice: bool) -> tuple[int, struct_rusage]:
    """The exit status of the process, negative for a signal, and what it used."""
    process = subprocess.Popen(
        [
            sys.executable,
            "-m",
            "registry.complaints.attachments.sanitiser",
            kind,
            *([CHANGED_VOICE] if changes_voice else []),
        ],
        stdin=given,
        stdout=made,
        # The process gets none of the registry's environment: no addresses, no passwords.
        env={"LANG": "C.UTF-8", "PATH": "/usr/bin:/bin"},
    )
    descriptor = os.pidfd_open(process.pid)
    try:
        watched = select.poll()
        watched.register(descriptor, select.POLLIN)
        # It ends by itself at this time; twice it is for a machine that stood still.
        if not watched.poll(LIMITS[kind].wall * 2000):
            process.kill()
        _, status, used = os.wait4(process.pid, 0)
    except BaseException:
        process.kill()
        process.wait()
        raise
    finally:
        os.close(descriptor)
    process.returncode = os.waitstatus_to_exitcode(status)
    return process.returncode, used


def _reason(status: int) -> NoCopy | None:
    if status == 0:
        return None
    if -status in _COSTLY or status == _NO_MEMORY:
        return NoCopy.TOO_COSTLY
    return _REASONS.get(status, NoCopy.DAMAGED)


def _is_whole(copy: bytes, kind: FileKind) -> bool:
    """Whether it is what was asked for; a program that was led astray may say that all went well."""
    if kind is FileKind.TXT:
        return len(copy) > 0
    try:
        return kind_of(copy) is kind
    except RefusedFile:
        return False


def _file(name: str, body: bytes = b"") -> int:
    """A file in memory; one with a body is sealed against change and read from its start."""
    flags = os.MFD_CLOEXEC | (os.MFD_ALLOW_SEALING if body else 0)
    descriptor = os.memfd_create(name, flags)
    view = memoryview(body)
    while view:
        view = view[os.write(descriptor, view) :]
    if body:
        os.lseek(descriptor, 0, os.SEEK_SET)
        seals = fcntl.F_SEAL_SEAL | fcntl.F_SEAL_SHRINK | fcntl.F_SEAL_GROW | fcntl.F_SEAL_WRITE
        fcntl.fcntl(descriptor, fcntl.F_ADD_SEALS, seals)
    return descriptor
