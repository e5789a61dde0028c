"""The questions of a complaint read aloud: small recordings by a machine voice, made once by a command.

`espeak-ng` of Debian speaks, ffmpeg packs it as MP3, which every telephone plays. A recording lies in REGISTRY_HOME/voices
under a name made from the very words it says, so that a text that was changed is never read aloud as it was before. Who
wants another voice, a human one too, puts files of these names there. Without them the pages are as they were.
"""

import hashlib
import shutil
import subprocess
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from registry.complaints.case.questions import QUESTIONNAIRE, Kind, Question
from registry.i18n.question_words import choices, help_text, question_text
from registry.vocabulary.register import Language

ENGINES = ("espeak-ng", "ffmpeg")

VOICES: dict[Language, str] = {
    Language.ZH_HANS: "cmn",
    Language.ZH_HANT: "cmn",
    Language.EN: "en-gb",
    Language.IT: "it",
    Language.FR: "fr-fr",
    Language.RO: "ro",
}
"""What `espeak-ng` calls the voice of a language."""
WORDS_A_MINUTE = 140
SECONDS_EACH = 60

_SPOKEN_CHOICES = (Kind.YES_NO, Kind.CHOICE, Kind.MANY)
"""Kinds of question whose options are few and are read, too; a list of countries is not."""


class Voice(NamedTuple):
    """One recording: what it says, and where it lies or would lie."""

    language: Language
    question: Question
    words: str
    path: Path


def spoken(language: Language, question: Question) -> str:
    """What is read aloud of a question, one sentence a line: what it asks, what helps to answer, what can be chosen."""
    options = [says for _, says in choices(language, question)] if question.kind in _SPOKEN_CHOICES else []
    lines = (question_text(language, question), help_text(language, question), *options)
    return "\n".join(line for line in lines if line)


def voice(home: Path, language: Language, question: Question) -> Voice:
    words = spoken(language, question)
    name = hashlib.sha256(words.encode()).hexdigest()[:24]
    return Voice(language, question, words, home / "voices" / language / f"{name}.mp3")


def voices(home: Path) -> Iterator[Voice]:
    """Every recording that there can be."""
    for language in VOICES:
        for question in QUESTIONNAIRE:
            yield voice(home, language, question)


def missing_engines() -> list[str]:
    """The programs that are not installed."""
    return [name for name in ENGINES if shutil.which(name, path="/usr/bin:/bin") is None]


def write(one: Voice) -> int:
    """Make a recording; gives its bytes. The file is written atomically. Raises CalledProcessError, TimeoutExpired, OSError."""
    speak = ["espeak-ng", "-v", VOICES[one.language], "-s", str(WORDS_A_MINUTE), "--stdin", "--stdout"]
    packed = _made_by(
        [
            *("ffmpeg", "-v", "error", "-f", "wav", "-i", "-", "-map_metadata", "-1", "-ac", "1", "-ar", "16000"),
            *("-c:a", "libmp3lame", "-b:a", "16k", "-id3v2_version", "0", "-write_xing", "0", "-f", "mp3", "-"),
        ],
        _made_by(speak, one.words.encode()),
    )
    one.path.parent.mkdir(parents=True, exist_ok=True)
    beside = one.path.with_suffix(".new")
    beside.write_bytes(packed)
    beside.replace(one.path)
    return len(packed)


def _made_by(command: Sequence[str], given: bytes) -> bytes:
    """What a program makes of what it is given. Raises as `write`."""
    done = subprocess.run(command, input=given, capture_output=True, check=True, timeout=SECONDS_EACH)
    return bytes(done.stdout)


def clear_old(home: Path) -> int:
    """Remove recordings of words that are not asked any more; gives how many. Files of other names stay."""
    wanted = {one.path for one in voices(home)}
    folders = [home / "voices" / language for language in VOICES]
    old = [
        path
        for folder in folders
        if folder.is_dir()
        for path in folder.glob("*.mp3")
        if path not in wanted and len(path.stem) == len(next(iter(wanted)).stem)
    ]
    for path in old:
        path.unlink()
    return len(old)
