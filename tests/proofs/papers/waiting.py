"""Papers, once they are made."""

import time
from collections.abc import Callable
from pathlib import Path

from registry.proofs.papers.making import Made, Making, paper
from registry.proofs.papers.rendering import Attachment, Draft

DRAFT = Draft(
    '<html lang="zh-Hans"><head><title>证明</title></head><body><h1>示例公司</h1></body></html>',
    (Attachment("credential.jwt", "Smyšlená", b"abc~"),),
)

MAX_SECONDS = 120


def made(folder: Path, key: str, draft: Draft = DRAFT) -> Made:
    """The paper once it is no longer being made."""
    return until(lambda: paper(folder, key, lambda: draft), lambda found: found.state is not Making.WAITING)


def until(look: Callable[[], Made], is_enough: Callable[[Made], bool]) -> Made:
    end = time.monotonic() + MAX_SECONDS
    while not is_enough(found := look()):
        assert time.monotonic() < end, "nothing came of it"
        time.sleep(0.05)
    return found
