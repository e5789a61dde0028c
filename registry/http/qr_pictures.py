"""A QR code as a picture within the page: no address of its own that could be kept or asked for again."""

from base64 import b64encode
from io import BytesIO

import segno


def picture(text: str) -> str:
    """A data: address of an SVG."""
    body = BytesIO()
    segno.make(text, error="m", micro=False).save(
        body, kind="svg", border=4, light="#fff", omitsize=True, xmldecl=False, svgclass=None, lineclass=None
    )
    return "data:image/svg+xml;base64," + b64encode(body.getvalue()).decode()
