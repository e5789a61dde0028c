"""Cleans sound and film with Debian's ffmpeg: decoded, encoded anew, nothing else copied. It replaces this process."""

import os
import shutil
from typing import NoReturn

from registry.complaints.attachments.sanitiser.terms import LIMITS
from registry.vocabulary.cases import RECORDINGS, FileKind

_READ_AS = {kind: kind.value for kind in RECORDINGS} | {
    FileKind.MP4: "mov",
    FileKind.M4A: "mov",
    FileKind.WEBM: "matroska",
}
_SOUND = ("-map", "0:a:0", "-vn")
_AAC = ("-c:a", "aac", "-b:a", "96k", "-ac", "2")
_WRITTEN_AS = {
    FileKind.MP3: (*_SOUND, "-c:a", "libmp3lame", "-q:a", "4", "-id3v2_version", "0", "-write_id3v1", "0", "-f", "mp3"),
    **dict.fromkeys(
        (FileKind.M4A, FileKind.AMR, FileKind.OGG, FileKind.WEBM, FileKind.WAV, FileKind.AAC),
        (*_SOUND, *_AAC, "-f", "ipod"),
    ),
    FileKind.MP4: (
        *("-map", "0:V:0", "-map", "0:a:0?"),
        *("-vf", "scale=w='min(1280,iw)':h='min(1280,ih)':force_original_aspect_ratio=decrease:force_divisible_by=2"),
        *("-fpsmax", "30", "-c:v", "libx264", "-preset", "veryfast", "-crf", "26"),
        *("-pix_fmt", "yuv420p", "-threads", "2"),
        # SEI units may hold what a camera wrote beside the picture, and name the encoder.
        *("-bsf:v", "filter_units=remove_types=6", *_AAC, "-f", "mp4"),
    ),
}
_MAX_PIXELS = 9_500_000
"""Of a frame: 4K film."""


def find_ffmpeg() -> str | None:
    """The path of ffmpeg in the system's own folders."""
    return shutil.which("ffmpeg", path="/usr/bin:/bin")


_LOWER = 0.78
"""A little more than four semitones down, at the speed that was spoken."""
_ANOTHER_VOICE = ("-af", f"aresample=44100,asetrate={round(44100 * _LOWER)},aresample=44100,atempo={1 / _LOWER:.6f}")
"""Hides a voice from those who know it by ear. Anyone who knows this factor can turn it back: the pages promise no more."""


def become_ffmpeg(path: str, kind: FileKind, *, changes_voice: bool = False) -> NoReturn:
    """Go on as ffmpeg, which reads standard input and writes standard output; both can be sought in. Never returns."""
    command = [
        *(path, "-hide_banner", "-nostdin", "-loglevel", "quiet"),
        *("-max_alloc", str(LIMITS[kind].memory // 4), "-filter_threads", "1"),
        *("-protocol_whitelist", "fd", "-max_pixels", str(_MAX_PIXELS), "-threads", "1"),
        *("-f", _READ_AS[kind], "-fd", "0", "-i", "fd:"),
        *("-map_metadata", "-1", "-map_chapters", "-1", "-sn", "-dn"),
        *("-fflags", "+bitexact", "-flags:v", "+bitexact", "-flags:a", "+bitexact"),
        *(_ANOTHER_VOICE if changes_voice else ()),
        *(*_WRITTEN_AS[kind], "-fd", "1", "fd:"),
    ]
    os.execve(path, command, {"LANG": "C.UTF-8"})
