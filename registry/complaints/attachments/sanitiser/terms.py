"""What the confined process and its parent agree on: limits for each kind of file, and the meaning of exit codes."""

from registry.core.confinement import Limits
from registry.vocabulary.cases import RECORDINGS, FileKind, NoCopy

COPIED_AS: dict[FileKind, FileKind] = {kind: kind for kind in FileKind} | {
    # What every browser and telephone shows and plays.
    FileKind.HEIC: FileKind.JPEG,
    **dict.fromkeys((FileKind.AMR, FileKind.OGG, FileKind.WEBM, FileKind.WAV, FileKind.AAC), FileKind.M4A),
}

CHANGED_VOICE = "changed-voice"
"""The argument by which a recording gets another voice."""

MAX_COPIED = 40 * 1024 * 1024
"""Bytes of a clean copy. It may be larger than its original: a fine pattern, a document packed otherwise."""

_MIB = 1024 * 1024
_SHORT = Limits(memory=1024 * _MIB, seconds=40, wall=160, written=MAX_COPIED)
_DOCUMENT = Limits(memory=1024 * _MIB, seconds=90, wall=300, written=MAX_COPIED)
_RECORDING = Limits(memory=1536 * _MIB, seconds=300, wall=900, written=MAX_COPIED)

LIMITS: dict[FileKind, Limits] = {
    **dict.fromkeys(FileKind, _SHORT),
    **dict.fromkeys(RECORDINGS, _RECORDING),
    FileKind.PDF: _DOCUMENT,
}

EXIT_CODES: dict[NoCopy, int] = {reason: 40 + number for number, reason in enumerate(NoCopy)}


class Uncleanable(Exception):
    """There can be no clean copy of this file."""

    def __init__(self, reason: NoCopy) -> None:
        super().__init__(reason.value)
        self.reason = reason
