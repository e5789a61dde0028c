"""Pictures that are all noise, so that they are as large as a telephone's."""

import io
import random

from PIL import Image


def noise(width: int, height: int) -> bytes:
    """A PNG of random dots: about three bytes a dot."""
    dots = random.Random(1).randbytes(width * height * 3)
    out = io.BytesIO()
    Image.frombytes("RGB", (width, height), dots).save(out, "PNG")
    return out.getvalue()
