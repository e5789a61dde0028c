"""What an uploaded file is, from its bytes alone. Pure: names and declared types are only compared with the result."""

import re
from collections.abc import Callable

import puremagic
from charset_normalizer import from_bytes

from registry.complaints.attachments import file_shapes
from registry.core.errors import FileTooLarge, RefusedFile
from registry.vocabulary.cases import RECORDINGS, FileKind
from registry.vocabulary.codes import Problem

MAX_BYTES = 20 * 1024 * 1024
"""Of one file."""

MEDIA_TYPES: dict[FileKind, str] = {
    FileKind.JPEG: "image/jpeg",
    FileKind.PNG: "image/png",
    FileKind.WEBP: "image/webp",
    FileKind.HEIC: "image/heic",
    FileKind.PDF: "application/pdf",
    FileKind.M4A: "audio/mp4",
    FileKind.MP3: "audio/mpeg",
    FileKind.AMR: "audio/amr",
    FileKind.MP4: "video/mp4",
    FileKind.TXT: "text/plain; charset=utf-8",
    FileKind.OGG: "audio/ogg",
    FileKind.WEBM: "audio/webm",
    FileKind.WAV: "audio/wav",
    FileKind.AAC: "audio/aac",
}
ENDINGS: dict[FileKind, str] = {kind: kind.value for kind in FileKind} | {FileKind.JPEG: "jpg"}

_PICTURES = frozenset({FileKind.JPEG, FileKind.PNG, FileKind.WEBP, FileKind.HEIC})
_BY_ENDING: dict[str, frozenset[FileKind]] = {
    **dict.fromkeys("jpg jpeg jpe jfif png webp heic heif".split(), _PICTURES),
    **dict.fromkeys("m4a mp3 amr mp4 m4v 3gp 3ga 3gpp 3g2 ogg oga opus webm weba wav aac".split(), RECORDINGS),
    "pdf": frozenset({FileKind.PDF}),
    "txt": frozenset({FileKind.TXT}),
}
"""Telephones and chats change a picture's format and keep its name, so an ending binds to pictures or recordings as a whole."""

_PICTURE_BRANDS = {b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx"}
_FILM_BRANDS = {b"mp41", b"mp42", b"avc1", b"mmp4", b"MSNV", b"M4V ", b"dash"} | {b"iso%d" % n for n in range(2, 10)}
_FILM_BRANDS |= {b"isom", b"3g2a", b"3g2b", *(b"3gp%d" % n for n in range(4, 10))}
_SOUND_BRANDS = {b"M4A ", b"M4B "}

_MARKUP = re.compile(rb"<script|<!doctype|<iframe|<html[\s>]|<svg[\s>]", re.IGNORECASE)
_MARKUP_BEGINS = re.compile(r"\s*<(?:!doctype|!--|\?xml|html|head|body|script|svg|iframe|div|table)", re.IGNORECASE)
_ARCHIVES = (b"Rar!\x1a\x07", b"7z\xbc\xaf\x27\x1c")

_SAID: dict[Problem, str] = {
    Problem.FILE_EMPTY: "the file is empty; choose it again",
    Problem.FILE_TOO_LARGE: "a file may have 20 MB (20,971,520 bytes); send a shorter recording or a smaller picture",
    Problem.FILE_KIND_NOT_TAKEN: (
        "files of this kind are not taken; send JPEG, PNG, WebP, HEIC, PDF, MP4 or TXT, or sound as M4A, MP3, AMR, "
        "AAC, OGG, WebM, WAV or 3GP"
    ),
    Problem.FILE_NOT_AS_NAMED: "the file is not what its name or type says; send the original under its own name",
    Problem.FILE_DAMAGED: "the file is damaged or did not arrive whole; send it again",
    Problem.FILE_HOLDS_ANOTHER: "a second file or a program is hidden in the file; send a screenshot of it instead",
}


def kind_of(body: bytes, name: str = "", declared: str = "") -> FileKind:
    """The kind of a file. `name` as it was sent, `declared` its media type; both may be empty.

    Raises RefusedFile with one of the codes above, and never repeats name or content.
    """
    if not body:
        raise refusal(Problem.FILE_EMPTY)
    if len(body) > MAX_BYTES:
        raise FileTooLarge(Problem.FILE_TOO_LARGE, _SAID[Problem.FILE_TOO_LARGE])
    try:
        kind, end = _sniff(body)
    except file_shapes.BadShape:
        raise refusal(Problem.FILE_DAMAGED) from None
    if not _may_be_named(kind, name) or not _may_be_declared(kind, declared):
        raise refusal(Problem.FILE_NOT_AS_NAMED)
    if kind is not FileKind.TXT and _holds_another(kind, body, end):
        raise refusal(Problem.FILE_HOLDS_ANOTHER)
    return kind


def refusal(code: Problem) -> RefusedFile:
    return RefusedFile(code, _SAID[code])


def _sniff(body: bytes) -> tuple[FileKind, int]:
    """The kind of a file and where the file proper ends. Raises BadShape, or RefusedFile for a kind that is not taken."""
    if body.startswith(b"\xff\xd8\xff"):
        return FileKind.JPEG, file_shapes.jpeg_end(body)
    if body.startswith(file_shapes.PNG_SIGNATURE):
        return FileKind.PNG, file_shapes.png_end(body)
    if body.startswith(b"RIFF") and body[8:12] == b"WEBP":
        return FileKind.WEBP, file_shapes.webp_end(body)
    if body.startswith(b"%PDF-"):
        return FileKind.PDF, file_shapes.pdf_end(body)
    sound = _sound(body)
    if sound is not None:
        return sound
    if body[4:8] == b"ftyp":
        return _base_media(body)
    if body.startswith(b"#!AMR"):
        return _if(file_shapes.is_amr, FileKind.AMR, body)
    if body.startswith(b"ID3") or file_shapes.is_mp3(body):
        return _if(file_shapes.is_mp3, FileKind.MP3, body)
    if b"%PDF-" in body[:1024]:
        # Readers find the document behind what stands before it, so that it can be two files at once.
        raise refusal(Problem.FILE_HOLDS_ANOTHER)
    text = text_of(body)
    if text is None or _MARKUP_BEGINS.match(text) or text.startswith("{\\rtf"):
        raise refusal(Problem.FILE_KIND_NOT_TAKEN)
    return FileKind.TXT, len(body)


def _sound(body: bytes) -> tuple[FileKind, int] | None:
    """The kind of sound that a browser or telephone recorded, and where it ends. Raises BadShape, RefusedFile for film."""
    if body.startswith(file_shapes.OGG_SIGNATURE):
        return FileKind.OGG, file_shapes.ogg_end(body)
    if body.startswith(b"RIFF") and body[8:12] == b"WAVE":
        return FileKind.WAV, file_shapes.wav_end(body)
    if body.startswith(file_shapes.WEBM_SIGNATURE):
        end = file_shapes.webm_end(body)
        if file_shapes.is_film_in_webm(body):
            raise refusal(Problem.FILE_KIND_NOT_TAKEN)
        return FileKind.WEBM, end
    return (FileKind.AAC, len(body)) if file_shapes.is_aac(body) else None


def _if(is_kind: Callable[[bytes], bool], kind: FileKind, body: bytes) -> tuple[FileKind, int]:
    if not is_kind(body):
        raise file_shapes.BadShape
    return kind, len(body)


def _base_media(body: bytes) -> tuple[FileKind, int]:
    found = file_shapes.boxes(body)
    brands = set(found.brands)
    if brands & _PICTURE_BRANDS and b"moov" not in found.kinds:
        if b"meta" not in found.kinds:
            raise file_shapes.BadShape
        return FileKind.HEIC, found.end
    if not brands & (_FILM_BRANDS | _SOUND_BRANDS) or b"qt  " in found.brands[:1]:
        raise refusal(Problem.FILE_KIND_NOT_TAKEN)
    if b"moov" not in found.kinds:
        raise file_shapes.BadShape
    if b"vide" in found.handlers:
        return FileKind.MP4, found.end
    if b"soun" in found.handlers:
        return FileKind.M4A, found.end
    raise refusal(Problem.FILE_KIND_NOT_TAKEN)


def text_of(body: bytes) -> str | None:
    """The text of a file in UTF-8, UTF-16 with its mark, GB 18030, Big5 or a Western encoding; None if it is no text."""
    text = _decoded(body)
    if text is None or "\0" in text:
        return None
    # A few stray control characters come with old telephones; more are a sign of something else.
    return None if len(_CONTROLS.findall(text)) * 100 > len(text) else text


_CONTROLS = re.compile(r"[\x01-\x08\x0b\x0e-\x1f\x7f]")
_SAMPLE = 65_536


def _decoded(body: bytes) -> str | None:
    encoding = "utf-16" if body[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig"
    try:
        return body.decode(encoding)
    except UnicodeDecodeError:
        if encoding == "utf-16" or b"\0" in body:
            return None
    best = from_bytes(body[:_SAMPLE], cp_isolation=["gb18030", "big5", "cp1250", "cp1252"]).best()
    # A broken character at the end of an old telephone's note shall not cost the note.
    return None if best is None else body.decode(best.encoding, errors="replace")


def _may_be_named(kind: FileKind, name: str) -> bool:
    _, dot, after_dot = name.strip().rpartition(".")
    ending = after_dot.strip().lower() if dot else ""
    # Chats also hand over names without an ending, and names with a full stop somewhere in a sentence.
    return not ending or kind in _BY_ENDING.get(ending, ()) or not re.fullmatch(r"[a-z0-9]{1,8}", ending)


def _may_be_declared(kind: FileKind, declared: str) -> bool:
    stated = declared.partition(";")[0].strip().lower()
    if stated in ("", "application/octet-stream", "binary/octet-stream"):
        return True
    if kind in _PICTURES:
        return stated.startswith("image/") and stated != "image/svg+xml"
    if kind in RECORDINGS:
        return stated.startswith(("audio/", "video/"))
    return stated == MEDIA_TYPES[kind].partition(";")[0]


def _holds_another(kind: FileKind, body: bytes, end: int) -> bool:
    """Whether the same bytes are a second file to another reader: an archive, a document, a page, a program."""
    if file_shapes.has_zip(body) or any(magic in body for magic in _ARCHIVES):
        return True
    if kind is not FileKind.PDF and (b"%PDF-" in body or _MARKUP.search(body)):
        return True
    return _is_a_file(body[end:].strip(b"\0\r\n\t "))


def _is_a_file(trailing: bytes) -> bool:
    """Whether what follows a file is one of a kind of its own. Telephones append pictures and films; a clean copy has neither."""
    if not trailing or trailing.startswith(b"\xff\xd8\xff") or trailing[4:8] == b"ftyp":
        return False
    if _MARKUP.search(trailing):
        return True
    try:
        found = puremagic.magic_string(trailing[:4096])
    except (puremagic.PureError, ValueError):
        return False
    return any(len(one.byte_match) >= 4 and one.offset == 0 for one in found)
