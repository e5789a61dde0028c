"""The printed code as a picture: a QR symbol whose address any camera opens.

Two segments: the address as bytes and its fragment, which is Base32, as alphanumeric characters; one segment of bytes would
take a third more room. Error correction M outlives a crease or a stain of 15 %.
"""

from base64 import b64encode
from functools import cached_property
from io import BytesIO
from typing import Any

import segno
from segno.consts import MODE_ALPHANUMERIC, MODE_BYTE

QUIET_ZONE = 4
"""Empty modules around the symbol, as ISO/IEC 18004 asks."""

DOTS_PER_MODULE = 8
"""Pixels of one module in the PNG: about 300 dots an inch when the symbol is printed 6 cm wide."""


class Symbol:
    """The QR symbol of one address, with a fragment or without."""

    def __init__(self, address: str) -> None:
        beginning, mark, fragment = address.partition("#")
        # The library's stub forgets that segments may be given.
        segments: Any = [(beginning + mark, MODE_BYTE), *([(fragment, MODE_ALPHANUMERIC)] if fragment else [])]
        self._made = segno.make(segments, error="m", micro=False, boost_error=False)

    @property
    def version(self) -> int:
        return int(self._made.version)

    @property
    def modules(self) -> int:
        """Modules of a side, with the quiet zone."""
        return int(self._made.symbol_size(border=QUIET_ZONE)[0])

    @cached_property
    def svg(self) -> bytes:
        """Without a size of its own: it fills whatever box it is put in, and stays sharp."""
        body = BytesIO()
        self._made.save(
            body,
            kind="svg",
            border=QUIET_ZONE,
            light="#fff",
            omitsize=True,
            xmldecl=False,
            svgclass=None,
            lineclass=None,
        )
        return body.getvalue()

    @cached_property
    def png(self) -> bytes:
        body = BytesIO()
        self._made.save(body, kind="png", border=QUIET_ZONE, scale=DOTS_PER_MODULE, light="#fff")
        return body.getvalue()

    @property
    def data_address(self) -> str:
        """The SVG as a data: address, so that a page or a paper need fetch nothing."""
        return "data:image/svg+xml;base64," + b64encode(self.svg).decode()
