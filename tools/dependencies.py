"""What the packages of a server are: their licences, and faults of theirs that are known.

    python -m tools.dependencies licences    # the exit code is 1 for a licence that was not looked at
    python -m tools.dependencies faults      # the exit code is 1 for a known fault; without a network it says so, and is 0

`faults` asks once a day for each uv.lock (pip-audit, which comes by the hashes of uv.lock too), and remembers a good answer
beside the environment. What was judged stands in tools/dependencies.toml, each with its reason.
"""

import hashlib
import json
import re
import subprocess
import sys
import tempfile
import time
import tomllib
from importlib import metadata
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
LOCK = ROOT / "uv.lock"
JUDGED = ROOT / "tools" / "dependencies.toml"
OURS = ("recruitment-registry", "registry-client")
AUDIT = "pip-audit"
REMEMBERED = ROOT / ".venv" / ".faults-asked"
DAY, PATIENCE = 86_400, 120
"""Seconds for which a good answer holds, and that an answer may take."""


def served() -> list[str]:
    """Every package that a server may run with, as uv.lock has them, extras included, without our own; sorted."""
    packages = {one["name"]: one for one in tomllib.loads(LOCK.read_text(encoding="utf-8"))["package"]}
    waiting = [(name, extra) for name in OURS for extra in (None, *packages[name].get("optional-dependencies", {}))]
    found = set[tuple[str, str | None]]()
    while waiting:
        name, extra = waiting.pop()
        if (name, extra) not in found:
            found.add((name, extra))
            package = packages[name]
            wanted = package["optional-dependencies"][extra] if extra else package.get("dependencies", ())
            waiting += [(one["name"], part) for one in wanted for part in (None, *one.get("extra", ()))]
    return sorted({name for name, _ in found} - set(OURS))


def licence_of(name: str) -> str | None:
    """What an installed package says of its licence, in one line; None where it is not installed for this Python."""
    try:
        stated = metadata.metadata(name)
    except metadata.PackageNotFoundError:
        return None
    if expression := stated.get("License-Expression"):
        return str(expression)
    words = [one.rpartition(" :: ")[2] for one in stated.get_all("Classifier", []) if one.startswith("License")]
    return "; ".join(words) or str(stated.get("License") or "").partition("\n")[0] or "not stated"


def judged() -> dict[str, Any]:
    return tomllib.loads(JUDGED.read_text(encoding="utf-8"))


def unjudged() -> list[str]:
    """Packages whose licence is neither taken everywhere nor judged for them, as lines."""
    rules = judged()
    lines = []
    for name in served():
        licence = licence_of(name)
        if licence is None or licence in rules["licences"]["taken"]:
            continue
        if rules["licences"]["of"].get(name, {}).get("is") != licence:
            lines.append(f"{name}: {licence}")
    return lines


def licences() -> int:
    found = unjudged()
    for line in found:
        print(f"{line} - not looked at: add it to {JUDGED.relative_to(ROOT)} with a reason, or take another package")
    return 1 if found else 0


def faults() -> int:
    key = hashlib.sha256(LOCK.read_bytes() + JUDGED.read_bytes()).hexdigest()
    if REMEMBERED.is_file() and time.time() - REMEMBERED.stat().st_mtime < DAY and REMEMBERED.read_text("ascii") == key:
        return 0
    try:
        found = _audited(str(ROOT / "tools" / "uv"))
    except (OSError, subprocess.SubprocessError, ValueError):
        print("Known faults of the packages were not asked for: no answer from the index.")
        return 0
    lines = [
        f"{one['name']} {one['version']}: {fault['id']}, mended in {', '.join(fault['fix_versions']) or 'no version'}"
        for one in found
        for fault in one.get("vulns", ())
        if fault["id"] not in judged()["faults"]
    ]
    for line in lines:
        print(line)
    if lines:
        return 1
    REMEMBERED.write_text(key, encoding="ascii")
    return 0


def _audited(uv: str) -> list[dict[str, Any]]:
    """What pip-audit says of the packages of uv.lock. Raises SubprocessError or ValueError where there is no answer."""
    with tempfile.TemporaryDirectory() as folder:
        wanted = Path(folder) / "requirements.txt"
        exported = subprocess.run(
            [uv, "export", "--frozen", "--no-default-groups", "--all-extras", "--no-emit-workspace", "--quiet",
             "--format", "requirements-txt"],
            cwd=ROOT, capture_output=True, text=True, check=True, timeout=PATIENCE,
        )  # fmt: skip
        # Pinned with hashes: nothing is resolved or built, each is asked about as it stands.
        wanted.write_text(exported.stdout, encoding="utf-8")
        own = [uv, "run", "--quiet", "--isolated", "--frozen", "--only-group", "audit"]
        command = [*own, AUDIT, "--requirement", wanted, "--require-hashes", "--disable-pip"]
        report = subprocess.run(
            [*command, "--format", "json", "--progress-spinner", "off"],
            cwd=ROOT, capture_output=True, text=True, check=False, timeout=PATIENCE,
        )  # fmt: skip
    if not re.match(r"\s*\{", report.stdout):
        raise ValueError(report.stderr[-500:])
    found: list[dict[str, Any]] = json.loads(report.stdout)["dependencies"]
    return found


if __name__ == "__main__":
    if sys.argv[1:] not in (["licences"], ["faults"]):
        sys.exit(__doc__)
    sys.exit(licences() if sys.argv[1] == "licences" else faults())
