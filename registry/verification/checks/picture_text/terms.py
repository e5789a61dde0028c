"""What the confined process and its caller agree on: limits, languages, and how it ends."""

from enum import StrEnum

from registry.core.confinement import Limits

MB = 1 << 20
MAX_BYTES = 10 * MB
"""Bytes of a picture that is taken; phones make four to eight."""

MAX_PIXELS = 50_000_000
MAX_SIDE = 2_600
"""Pixels of the longer side that Tesseract is given: more costs seconds and reads no better."""

SMALL = 700
"""Pixels of the longer side below which a picture is a thumbnail."""

MAX_CHARACTERS = 10_000
LIMITS = Limits(2 << 30, 40, 60, 4 * MB)
"""Memory, seconds of processor time and by the clock, bytes of text, of one picture."""

LANGUAGES = ("chi_sim", "chi_tra", "eng", "ita")
"""Those of Tesseract's that are used, as far as their data are installed."""

FORMATS = ("JPEG", "PNG", "WEBP", "HEIF")


class NoText(StrEnum):
    """Why a picture gave no text. `no_tool`, `unconfined` and `too_busy` lie in this registry, the others in the picture."""

    NO_PICTURE = "no_picture"
    TOO_LARGE = "too_large"
    TOO_COSTLY = "too_costly"
    NOTHING = "nothing"
    NO_TOOL = "no_tool"
    UNCONFINED = "unconfined"
    TOO_BUSY = "too_busy"


EXIT_CODES = {NoText.NO_PICTURE: 65, NoText.TOO_LARGE: 66, NoText.TOO_COSTLY: 67, NoText.UNCONFINED: 68}
