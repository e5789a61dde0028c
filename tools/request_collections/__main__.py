"""`make collections`: writes a Postman collection and a folder for Bruno, made from openapi/openapi.json.

`python -m tools.request_collections [FOLDER]`; FOLDER is build/collections unless given. Its folder `bruno` is replaced.
"""

import json
import shutil
import sys
from pathlib import Path

from tools.request_collections.bruno import folder_of
from tools.request_collections.postman import collection

ROOT = Path(__file__).resolve().parents[2]


def write(target: Path) -> list[Path]:
    """Write both under `target`; the files written."""
    requests = collection(json.loads((ROOT / "openapi" / "openapi.json").read_text(encoding="utf-8")))
    files = {"postman_collection.json": json.dumps(requests, ensure_ascii=False, indent=2) + "\n"}
    files |= {f"bruno/{name}": text for name, text in folder_of(requests).items()}
    # What the API has no more is no request of the folder.
    shutil.rmtree(target / "bruno", ignore_errors=True)
    for name, text in files.items():
        path = target / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return [target / name for name in files]


if __name__ == "__main__":
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "build" / "collections"
    print(f"Wrote {len(write(folder))} files to {folder}.")
