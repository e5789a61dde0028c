"""Sets a PDF while the caller waits, and leaves nothing on the disk: for papers that hold what was written in a case."""

import subprocess
import sys

import msgspec

from registry.core.errors import NotNow
from registry.proofs.papers.rendering import MAX_SECONDS, Draft


def pdf_at_once(draft: Draft) -> bytes:
    """The PDF, set in a confined process and handed back through a pipe. Raises NotNow where it cannot be set here."""
    command = [sys.executable, "-m", "registry.proofs.papers.rendering", "-"]
    try:
        done = subprocess.run(
            command, input=msgspec.json.encode(draft), stdout=subprocess.PIPE, timeout=MAX_SECONDS + 5, check=False
        )
    except subprocess.TimeoutExpired:
        raise NotNow("the file took too long to make: try again later", "case.no_pdf") from None
    if done.returncode != 0 or not done.stdout.startswith(b"%PDF-"):
        raise NotNow(
            "the file could not be made here: the operator finds the reason in the server's log", "case.no_pdf"
        )
    return done.stdout
