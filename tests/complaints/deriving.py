"""Derives receipts and prints when each began and ended: `python -m tests.complaints.deriving FOLDER COUNT [NETWORK]`."""

import sys
import time
from pathlib import Path
from typing import Any

from registry.complaints.case import complaint_codes
from registry.core.keyring import Keyring
from tests.little_work import real_cost


def main(folder: Path, count: int, network: str) -> None:
    derive = complaint_codes.hash_secret_raw

    def given(*args: Any, **kwargs: Any) -> bytes:
        begun = time.monotonic_ns()
        root = derive(*args, **kwargs)
        sys.stdout.write(f"{begun} {time.monotonic_ns()}\n")
        return root

    complaint_codes.hash_secret_raw = given
    # However long the others take: this is about how many at once.
    complaint_codes.PATIENCE = 300.0
    for _ in range(count):
        complaint_codes.derive(Keyring(folder), complaint_codes.new_code(), network)


if __name__ == "__main__":
    # Where each takes no time, no two are ever under way at once.
    with real_cost():
        main(Path(sys.argv[1]), int(sys.argv[2]), *(sys.argv[3:] or [""]))
