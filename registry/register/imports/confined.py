"""Has a file read by a confined process, and gives what that process wrote: one line of JSON after another."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

import msgspec

from registry.core.errors import ImportRefused, ReaderUnavailable
from registry.register.imports.extraction import terms

_decoder: msgspec.json.Decoder[terms.Line] = msgspec.json.Decoder(terms.Line)
_encoder = msgspec.json.Encoder()

_COSTLY = (
    terms.TOO_LONG,
    *(
        -number
        for number in (
            signal.SIGXCPU, signal.SIGKILL, signal.SIGALRM, signal.SIGXFSZ, signal.SIGABRT, signal.SIGSEGV, signal.SIGBUS,
        )
    ),
)  # fmt: skip
"""Out of time, of memory, of room; libraries that run out of memory also end by the last three."""

_LAST = 16 * 1024
"""Bytes at the end in which the last line stands: no refusal is longer."""


def read(path: Path, task: terms.Task, made: BinaryIO) -> None:
    """Have the file read as `task` says; what is read is written into `made`, which is at its start afterwards.

    Raises ImportRefused, and ReaderUnavailable where no process can be confined here.
    """
    status = _run(path, task, made)
    end = made.seek(0, os.SEEK_END)
    made.seek(max(end - _LAST, 0))
    last = made.read().rstrip(b"\n").rpartition(b"\n")[2]
    made.seek(0)
    match _line(last):
        case terms.End():
            return
        case terms.Refusal(text, is_ours):
            raise (ReaderUnavailable if is_ours else ImportRefused)(f"{path.name} {text}")
    if status in _COSTLY:
        raise ImportRefused(f"{path.name} costs more time or memory than a list may: ask the publisher for CSV")
    raise ImportRefused(
        f"{path.name} is damaged, or of a form that is not known: open it, save it again, and import that"
    )


def lines_of(made: BinaryIO) -> Iterator[terms.Line]:
    """What a file holds that was read to its end."""
    return map(_decoder.decode, made)


def _line(line: bytes) -> terms.Line | None:
    try:
        return _decoder.decode(line)
    except msgspec.DecodeError:
        # Cut off where the process was ended; that there is no last line says it.
        return None


def _run(path: Path, task: terms.Task, made: BinaryIO) -> int:
    """The exit status of the confined process, negative for a signal."""
    with path.open("rb") as given:
        process = subprocess.Popen(
            [sys.executable, "-m", "registry.register.imports.extraction", _encoder.encode(task).decode()],
            stdin=given,
            stdout=made,
            stderr=subprocess.DEVNULL,
            # The process gets none of the registry's environment: no addresses, no passwords.
            env={"LANG": "C.UTF-8", "PATH": os.defpath},
        )
        try:
            # It ends by itself at this time; twice it is for a machine that stood still.
            return process.wait(task.limits.wall * 2)
        except subprocess.TimeoutExpired:
            process.kill()
            return process.wait()
        except BaseException:
            process.kill()
            process.wait()
            raise
