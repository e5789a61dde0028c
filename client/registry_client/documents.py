"""Files attached to a PDF, with the extra `pdf`."""

import io

from registry_client.strict import FILE_LIMIT, Unreadable, lacks_extra

ATTACHMENTS_LIMIT = 32


def is_pdf(data: bytes) -> bool:
    return data[:1024].lstrip().startswith(b"%PDF-")


def attachments_of(data: bytes) -> list[bytes]:
    """Contents of what is attached to a PDF. Raises Unreadable."""
    try:
        import pypdf
    except ImportError as error:
        raise lacks_extra("PDF: reading one needs", "pdf") from error
    found: list[bytes] = []
    try:
        for contents in pypdf.PdfReader(io.BytesIO(data)).attachments.values():
            found += contents
            if len(found) > ATTACHMENTS_LIMIT or sum(map(len, found)) > FILE_LIMIT:
                raise Unreadable("PDF: too much is attached to it")
    except Unreadable:
        raise
    # A damaged PDF fails in as many ways as the format has parts.
    except Exception as error:
        raise Unreadable(f"PDF: it is damaged ({type(error).__name__})") from error
    return found
