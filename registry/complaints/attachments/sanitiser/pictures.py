"""A picture's pixels, upright and in sRGB, in a new file: nothing else of the old one is carried over."""

from io import BytesIO

import pillow_heif
from PIL import Image, ImageCms, ImageOps

from registry.complaints.attachments.sanitiser.terms import Uncleanable
from registry.vocabulary.cases import FileKind, NoCopy

MAX_PIXELS = 64_000_000
"""Four bytes each while they are worked on."""

_FORMATS = {FileKind.JPEG: "JPEG", FileKind.PNG: "PNG", FileKind.WEBP: "WEBP", FileKind.HEIC: "HEIF"}
_SAVED: dict[FileKind, dict[str, object]] = {
    FileKind.JPEG: {"format": "JPEG", "quality": 90},
    FileKind.HEIC: {"format": "JPEG", "quality": 90},
    FileKind.PNG: {"format": "PNG"},
    FileKind.WEBP: {"format": "WEBP", "quality": 88, "method": 2},
}


def prepare() -> None:
    """Load now what would be loaded when it is first used: later no file can be opened."""
    pillow_heif.register_heif_opener(thumbnails=False)
    Image.init()
    Image.MAX_IMAGE_PIXELS = MAX_PIXELS


def clean_picture(body: bytes, kind: FileKind) -> bytes:
    """The clean copy of a picture; of a moving one its first frame. Raises Uncleanable, and Pillow's errors of damage."""
    try:
        opening = Image.open(BytesIO(body), formats=[_FORMATS[kind]])
    except Image.DecompressionBombError:
        raise Uncleanable(NoCopy.TOO_LARGE) from None
    with opening as opened:
        if opened.width * opened.height > MAX_PIXELS:
            raise Uncleanable(NoCopy.TOO_LARGE)
        opened.load()
        upright = ImageOps.exif_transpose(opened)
        plain = _plain(upright, opened.info.get("icc_profile"))
    out = BytesIO()
    plain.save(out, **_SAVED[kind])  # type: ignore[arg-type]
    return out.getvalue()


def _plain(image: Image.Image, profile: bytes | None) -> Image.Image:
    """The same pixels in an image that knows nothing of its past."""
    is_clear = image.has_transparency_data
    converted = _in_srgb(image, profile) if profile and not is_clear else image
    mode = "RGBA" if is_clear else "L" if converted.mode in ("1", "L") else "RGB"
    if converted.mode != mode:
        converted = converted.convert(mode)
    plain = Image.new(mode, converted.size)
    plain.paste(converted)
    return plain


def _in_srgb(image: Image.Image, profile: bytes) -> Image.Image:
    """Colours as they were meant: a profile may name the device, so it does not go along."""
    if image.mode not in ("RGB", "CMYK"):
        return image
    try:
        meant = ImageCms.ImageCmsProfile(BytesIO(profile))
        return ImageCms.profileToProfile(image, meant, ImageCms.createProfile("sRGB"), outputMode="RGB") or image
    except (ImageCms.PyCMSError, OSError, ValueError):
        return image
