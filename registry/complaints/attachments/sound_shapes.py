"""Strict readers of the sound that browsers and telephones record: where each file ends. Pure functions of bytes.

Sources: RFC 3533 (Ogg), RFC 7845 (Opus in Ogg), RFC 8794 and RFC 9559 (EBML, Matroska and WebM), RFC 2361 (WAVE),
ISO 13818-7 (AAC in ADTS frames).
"""

from registry.complaints.attachments.file_shapes import BadShape

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
_FRAMES_TO_BELIEVE = 3


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
