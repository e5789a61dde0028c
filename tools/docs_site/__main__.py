"""Writes the developer site into a folder."""

import sys
from pathlib import Path

from tools.docs_site.site import OUTPUT, write

if __name__ == "__main__":
    if len(sys.argv) > 2 or sys.argv[1:2] == ["--help"]:
        sys.exit(__doc__)
    folder = Path(sys.argv[1]) if len(sys.argv) == 2 else OUTPUT
    print(f"Wrote {write(folder)} pages into {folder}.")
