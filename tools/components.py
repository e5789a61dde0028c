"""What cyclonedx-py cannot see of a server's components: hashes of their files, and the packages of the system.

python -m tools.components SBOM.json COMPLETE.json
"""

import json
import re
import sys
import tomllib
from pathlib import Path
from typing import Any
from urllib.parse import quote

ROOT = Path(__file__).resolve().parents[1]
LOCK, CONTAINERFILE = ROOT / "uv.lock", ROOT / "deploy" / "container" / "Containerfile"


def complete(found: dict[str, Any], lock: str, containerfile: str) -> dict[str, Any]:
    """A CycloneDX document with what the texts of uv.lock and the Containerfile add, and without paths of this machine."""
    files = files_of(lock)
    for component in found["components"]:
        references = [one for one in component.get("externalReferences", []) if not one["url"].startswith("file:")]
        component["externalReferences"] = references + files.get(
            (_plain(component["name"]), component.get("version")), []
        )
    found["components"] += [
        {
            "type": "library",
            "bom-ref": f"debian-{name}",
            "name": name,
            "purl": f"pkg:deb/debian/{quote(name)}",
            # Its version is that of the day on which the image is built: the image itself lists it (dpkg-query -W).
            "description": "Debian's package, in the images of deploy/container",
        }
        for name in system_packages(containerfile)
    ]
    return found


def files_of(lock: str) -> dict[tuple[str, str | None], list[dict[str, Any]]]:
    """The files that may be put in place for each package, by name and version, as CycloneDX's references with hashes."""
    return {
        (package["name"], package.get("version")): [
            {
                "type": "distribution",
                "url": file["url"],
                "hashes": [{"alg": "SHA-256", "content": file["hash"].removeprefix("sha256:")}],
            }
            for file in [*([package["sdist"]] if "sdist" in package else []), *package.get("wheels", [])]
        ]
        for package in tomllib.loads(lock)["package"]
    }


def _plain(name: str) -> str:
    """A package's name in the one form that uv.lock has."""
    return re.sub(r"[-_.]+", "-", name).lower()


def system_packages(containerfile: str) -> list[str]:
    """What the images install beside Python's packages, but for the stage that only builds and the pooler."""
    stages = re.split(r"^FROM ", containerfile.replace("\\\n", " "), flags=re.MULTILINE)
    served = [one for one in stages if re.match(r"\S+ AS (serving|whole)\b", one)]
    installed = re.findall(r"apt-get install -y --no-install-recommends ([^&\n]+)", "\n".join(served))
    return sorted({name for names in installed for name in names.split()})


def main(source: str, target: str) -> None:
    found = json.loads(Path(source).read_text(encoding="utf-8"))
    found = complete(found, LOCK.read_text(encoding="utf-8"), CONTAINERFILE.read_text(encoding="utf-8"))
    Path(target).write_text(json.dumps(found, indent=2, sort_keys=True, ensure_ascii=False) + "\n", encoding="utf-8")
    print(f"Wrote {target}: {len(found['components'])} components.")


if __name__ == "__main__":
    main(*sys.argv[1:])
