"""Codes in pictures, with the extra `image`."""

import io

from registry_client.strict import Unreadable, lacks_extra

PIXEL_LIMIT = 40_000_000
MAGIC = (b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"BM", b"II*\x00", b"MM\x00*")


def is_picture(data: bytes) -> bool:
    return data.startswith(MAGIC) or (data[:4] == b"RIFF" and data[8:12] == b"WEBP")


def codes_in(data: bytes) -> list[str]:
    """Texts of the QR codes in a picture. Raises Unreadable."""
    try:
        import zxingcpp
        from PIL import Image
    except ImportError as error:
        raise lacks_extra("picture: reading one needs", "image") from error
    try:
        with Image.open(io.BytesIO(data)) as picture:
            if picture.width * picture.height > PIXEL_LIMIT:
                raise Unreadable(f"picture: more than {PIXEL_LIMIT // 1_000_000} million pixels")
            grey = picture.convert("L")
    except Unreadable:
        raise
    # A damaged picture fails in as many ways as there are formats.
    except Exception as error:
        raise Unreadable("picture: it is damaged, or of a kind that cannot be read here") from error
    found = zxingcpp.read_barcodes(grey, formats=zxingcpp.BarcodeFormats(zxingcpp.BarcodeFormat.QRCode))
    texts = [code.text for code in found if code.text]
    if not texts:
        raise Unreadable("picture: no QR code is to be seen; try one that is sharper, and only of the code")
    return texts
