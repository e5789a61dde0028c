"""Strict readers of the formats of attachments: where each ends, and what else is in it. Pure functions of bytes.

Sources: ITU-T T.81 (JPEG), W3C PNG, RFC 9649 (WebP), ISO/IEC 14496-12 (MP4, M4A, HEIC), ISO 11172-3 and ID3v2.4 (MP3),
RFC 4867 section 5 (AMR), ISO 32000 (PDF); RFC 3533 (Ogg), RFC 7845 (Opus in Ogg), RFC 8794 and RFC 9559 (EBML, Matroska
and WebM), RFC 2361 (WAVE), ISO 13818-7 (AAC in ADTS frames).
"""

import re
import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass


class BadShape(ValueError):
    """The bytes break off, or are not built as their format says."""


def jpeg_segments(body: bytes) -> Iterator[tuple[int, int, int]]:
    """Marker, start and end of each segment, from SOI to EOI; a scan belongs to the SOS before it. Raises BadShape."""
    if body[:2] != b"\xff\xd8":
        raise BadShape
    yield 0xD8, 0, 2
    place = 2
    while True:
        start = place
        if body[place : place + 1] != b"\xff":
            raise BadShape
        while body[place : place + 1] == b"\xff":
            place += 1
        if place >= len(body):
            raise BadShape
        marker = body[place]
        place += 1
        if marker == 0xD9:
            yield marker, start, place
            return
        if marker == 0x01 or 0xD0 <= marker <= 0xD7:
            yield marker, start, place
            continue
        length = int.from_bytes(body[place : place + 2], "big")
        place += length
        if marker in (0x00, 0xD8) or length < 2 or place > len(body):
            raise BadShape
        if marker == 0xDA:
            following = _NEXT_MARKER.search(body, place)
            if following is None:
                raise BadShape
            place = following.start()
        yield marker, start, place


_NEXT_MARKER = re.compile(rb"\xff[^\x00\xd0-\xd7\xff]", re.DOTALL)
"""What ends a scan: a marker that is neither a stuffed byte nor a restart."""


def jpeg_end(body: bytes) -> int:
    end: int
    *_, (_marker, _start, end) = jpeg_segments(body)
    return end


_JFIF = b"\xff\xe0\x00\x10JFIF\x00\x01\x01\x00\x00\x01\x00\x01\x00\x00"


def jpeg_without_notes(body: bytes) -> bytes:
    """The same pixels, bit for bit, without comments, metadata, thumbnails, or what follows the end. Raises BadShape.

    What says how the colours are stored stays: JFIF's mark, written anew, and Adobe's.
    """
    stored = []
    for marker, start, end in jpeg_segments(body):
        if marker == 0xE0 and body[start + 4 : start + 9] == b"JFIF\0":
            stored.append(_JFIF)
            continue
        is_adobe = marker == 0xEE and body[start + 4 : start + 9] == b"Adobe" and end - start == 16
        if is_adobe or not (0xE0 <= marker <= 0xEF or marker == 0xFE):
            stored.append(body[start:end])
    return b"".join(stored)


_JP2_BOXES = (b"jP  ", b"ftyp", b"jp2h", b"jp2c")


def jp2_without_notes(body: bytes) -> bytes:
    """A JPEG 2000 picture (ISO 15444-1) without XML, UUID and other boxes that hold no pixels. Raises BadShape."""
    if body.startswith(b"\xff\x4f"):
        return _codestream_without_comments(body)
    stored, place = [], 0
    while place + 8 <= len(body):
        length, kind = struct.unpack_from(">I4s", body, place)
        length = length or len(body) - place
        if length < 8 or place + length > len(body):
            raise BadShape
        if kind == b"jp2c":
            inside = _codestream_without_comments(body[place + 8 : place + length])
            stored.append(struct.pack(">I4s", len(inside) + 8, kind) + inside)
        elif kind in _JP2_BOXES:
            stored.append(body[place : place + length])
        place += length
    return b"".join(stored)


def _codestream_without_comments(body: bytes) -> bytes:
    """Without COM segments in the main header, which ends at the first tile (SOT)."""
    stored, place = [body[:2]], 2
    while body[place : place + 2] != b"\xff\x90":
        end = place + 2 + int.from_bytes(body[place + 2 : place + 4], "big")
        if body[place : place + 1] != b"\xff" or end < place + 4 or end > len(body):
            raise BadShape
        if body[place + 1] != 0x64:
            stored.append(body[place:end])
        place = end
    return b"".join((*stored, body[place:]))


PNG_SIGNATURE = b"\x89PNG\r\n\x1a\n"


def png_end(body: bytes) -> int:
    place = len(PNG_SIGNATURE)
    is_first = True
    while True:
        head = body[place : place + 8]
        if len(head) < 8:
            raise BadShape
        length, name = struct.unpack(">I4s", head)
        end: int = place + 12 + length
        if not name.isalpha() or end > len(body) or is_first != (name == b"IHDR"):
            raise BadShape
        if zlib.crc32(memoryview(body)[place + 4 : end - 4]) != int.from_bytes(body[end - 4 : end], "big"):
            raise BadShape
        place, is_first = end, False
        if name == b"IEND":
            return end


def webp_end(body: bytes) -> int:
    end: int = 8 + int.from_bytes(body[4:8], "little")
    if end > len(body) or body[8:12] != b"WEBP" or body[12:16] not in (b"VP8 ", b"VP8L", b"VP8X"):
        raise BadShape
    return end


@dataclass(frozen=True, slots=True)
class Boxes:
    """An ISO base media file: its brands, the kinds of its outer boxes, the handlers of its tracks, and where it ends."""

    brands: tuple[bytes, ...]
    kinds: frozenset[bytes]
    handlers: frozenset[bytes]
    end: int


_MAX_BOXES = 20_000
_CONTAINERS = (b"moov", b"trak", b"mdia")


def boxes(body: bytes) -> Boxes:
    """Reads the boxes of an ISO base media file. Raises BadShape when one reaches past the end."""
    kinds, handlers = set(), set()
    brands: tuple[bytes, ...] = ()
    seen, end = 0, 0
    waiting = [(0, len(body), True)]
    while waiting:
        place, limit, is_outer = waiting.pop()
        while place + 8 <= limit:
            seen += 1
            length, kind = struct.unpack_from(">I4s", body, place)
            header = 8
            if length == 1 and place + 16 <= limit:
                length, header = int.from_bytes(body[place + 8 : place + 16], "big"), 16
            elif length == 0 and is_outer:
                length = limit - place
            if is_outer and end and not _is_box_name(kind):
                break
            if length < header or place + length > limit or seen > _MAX_BOXES:
                raise BadShape
            inside = place + header
            if is_outer:
                kinds.add(kind)
                end = place + length
            if kind == b"ftyp" and is_outer and not brands:
                names = body[inside : place + length]
                brands = (names[:4], *(names[at : at + 4] for at in range(8, len(names) - 3, 4)))
            elif kind == b"hdlr":
                handlers.add(body[inside + 8 : inside + 12])
            elif kind in _CONTAINERS:
                waiting.append((inside, place + length, False))
            place += length
    return Boxes(brands, frozenset(kinds), frozenset(handlers), end)


def _is_box_name(kind: bytes) -> bool:
    return all(0x20 <= byte < 0x7F or byte == 0xA9 for byte in kind)


_MP3_RATES = (
    (0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 0),
    (0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160, 0),
)  # kbit/s of layer III, MPEG 1 and MPEG 2
_MP3_SAMPLES = (44_100, 48_000, 32_000, 0)
_MAX_PADDING = 8192
_FRAMES_TO_BELIEVE = 3


def is_mp3(body: bytes) -> bool:
    """Whether MPEG layer III frames follow one another from the start, or from behind an ID3v2 tag and its padding."""
    place = 0
    while body[place : place + 3] == b"ID3" and len(body) >= place + 10:
        size = 0
        for byte in body[place + 6 : place + 10]:
            size = size << 7 | byte & 0x7F
        place += 10 + size + (10 if body[place + 5] & 0x10 else 0)
    last = place + (_MAX_PADDING if place else 0)
    return any(_has_frames(body, start) for start in range(place, last + 1) if body[start : start + 1] == b"\xff")


def _has_frames(body: bytes, place: int) -> bool:
    for number in range(_FRAMES_TO_BELIEVE):
        length = _frame_length(body[place : place + 4])
        if length is None:
            # A short memo may hold fewer frames than we look at, but it ends with one.
            return number > 0 and place == len(body)
        place += length
        if place > len(body):
            return False
    return True


def _frame_length(head: bytes) -> int | None:
    if len(head) < 4 or head[0] != 0xFF or head[1] & 0xE6 != 0xE2:
        return None
    version = head[1] >> 3 & 3
    rate = _MP3_RATES[0 if version == 3 else 1][head[2] >> 4] * 1000
    samples = _MP3_SAMPLES[head[2] >> 2 & 3] >> (0 if version == 3 else 1 if version == 2 else 2)
    if version == 1 or not rate or not samples:
        return None
    return (144 if version == 3 else 72) * rate // samples + (head[2] >> 1 & 1)


_AMR = {
    b"#!AMR\n": (12, 13, 15, 17, 19, 20, 26, 31, 5, None, None, None, None, None, None, 0),
    b"#!AMR-WB\n": (17, 23, 32, 36, 40, 46, 50, 58, 60, 5, None, None, None, None, 0, 0),
}
"""Bytes of a frame behind its header, by frame type."""
_AMR_FRAMES = 200


def is_amr(body: bytes) -> bool:
    for magic, lengths in _AMR.items():
        if not body.startswith(magic):
            continue
        place = len(magic)
        for _ in range(_AMR_FRAMES):
            if place >= len(body):
                break
            length = lengths[body[place] >> 3 & 15]
            if body[place] & 0x83 or length is None:
                return False
            place += 1 + length
        return len(magic) < place <= len(body)
    return False


def pdf_end(body: bytes) -> int:
    """Behind the last `%%EOF` and its line end. Raises BadShape where there is none: the file broke off."""
    if not re.match(rb"%PDF-[12]\.[0-9]", body) or b"startxref" not in body:
        raise BadShape
    found = body.rfind(b"%%EOF")
    if found < 0:
        raise BadShape
    end = found + 5
    while body[end : end + 1] in (b"\r", b"\n"):
        end += 1
    return end


def has_zip(body: bytes) -> bool:
    """Whether a reader of ZIP files would find one in these bytes: it looks for the directory at the end."""
    place = body.rfind(b"PK\x05\x06")
    while place >= 0:
        size = int.from_bytes(body[place + 12 : place + 16], "little")
        if 46 <= size <= place and body[place - size : place - size + 4] == b"PK\x01\x02":
            return True
        place = body.rfind(b"PK\x05\x06", 0, place)
    return False


# The sound that browsers and telephones record

OGG_SIGNATURE = b"OggS"
WEBM_SIGNATURE = b"\x1a\x45\xdf\xa3"
_OGG_HEADER = 27
_OF_SOUND = (b"OpusHead", b"\x01vorbis", b"Speex   ", b"\x7fFLAC")
_OF_FILM = (b"V_VP8", b"V_VP9", b"V_AV1", b"V_MPEG", b"V_THEORA")
_TRACKS_WITHIN = 65_536
_SEGMENT = b"\x18\x53\x80\x67"
_OPEN_ENDED = (0, 0xFFFFFFFF)
"""Sizes that a recorder writes which cannot go back to say how long the sound became."""
_ADTS_RATES = 13


def ogg_end(body: bytes) -> int:
    """The offset after the last page. Raises BadShape where a page breaks off, or the first holds no known kind of sound."""
    place, is_first = 0, True
    while body[place : place + 4] == OGG_SIGNATURE:
        lengths = body[place + _OGG_HEADER : place + _OGG_HEADER + body[place + 26]] if len(body) > place + 26 else b""
        start = place + _OGG_HEADER + len(lengths)
        end = start + sum(lengths)
        if end > len(body) or len(body) <= place + 26 or len(lengths) != body[place + 26]:
            raise BadShape
        if is_first and not body[start:end].startswith(_OF_SOUND):
            raise BadShape
        place, is_first = end, False
    if is_first:
        raise BadShape
    return place


def wav_end(body: bytes) -> int:
    """The offset after the RIFF chunk; of a recorder that left its size open, the end of the file. Raises BadShape."""
    size = int.from_bytes(body[4:8], "little")
    end = len(body) if size in _OPEN_ENDED else 8 + size
    if end > len(body) or body[8:12] != b"WAVE" or body[12:16] not in (b"fmt ", b"JUNK", b"LIST", b"bext"):
        raise BadShape
    return end


def webm_end(body: bytes) -> int:
    """Behind the segment; one without a size, as browsers record, ends with the file. Raises BadShape."""
    size, length = _ebml_size(body, len(WEBM_SIGNATURE))
    place = len(WEBM_SIGNATURE) + length + (size or 0)
    if not any(kind in body[:place] for kind in (b"webm", b"matroska")) or body[place : place + 4] != _SEGMENT:
        raise BadShape
    size, length = _ebml_size(body, place + 4)
    end = len(body) if size is None else place + 4 + length + size
    if end > len(body) or b"A_" not in body[:_TRACKS_WITHIN]:
        raise BadShape
    return end


def is_film_in_webm(body: bytes) -> bool:
    """Whether a WebM file has a moving picture: of those sound alone would be left."""
    return any(codec in body[:_TRACKS_WITHIN] for codec in _OF_FILM)


def is_aac(body: bytes) -> bool:
    """Whether ADTS frames of AAC follow one another from the start."""
    place = 0
    for number in range(_FRAMES_TO_BELIEVE):
        head = body[place : place + 7]
        if len(head) < 7:
            return number > 0 and not head
        length = (head[3] & 3) << 11 | head[4] << 3 | head[5] >> 5
        is_frame = head[0] == 0xFF and head[1] & 0xF6 == 0xF0 and (head[2] >> 2 & 15) < _ADTS_RATES
        if not is_frame or length < len(head) or place + length > len(body):
            return False
        place += length
    return True


def _ebml_size(body: bytes, place: int) -> tuple[int | None, int]:
    """A size and how many bytes state it; None for a size that is left open. Raises BadShape."""
    first = body[place : place + 1]
    if not first or not first[0]:
        raise BadShape
    length = 9 - first[0].bit_length()
    segment = body[place : place + length]
    if len(segment) < length:
        raise BadShape
    size = int.from_bytes(segment, "big") & (1 << 7 * length) - 1
    return (None if size == (1 << 7 * length) - 1 else size), length
