"""Whether files of others can be read on this machine: `python -m registry.core.confinable` tries it, and says why not."""

import subprocess
import sys
from functools import cache

from registry.core.confinement import Limits, Unconfined, confine

_LIMITS = Limits(512 << 20, 10, 30, 1 << 20)


@cache
def why_unconfined() -> str | None:
    """Which step of confinement this machine refuses, tried once in a process of its own; None where it refuses none."""
    command = [sys.executable, "-m", "registry.core.confinable"]
    try:
        tried = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=_LIMITS.wall)
    except subprocess.TimeoutExpired:
        return f"it took longer than {_LIMITS.wall} seconds"
    return None if tried.returncode == 0 else tried.stdout.strip() or f"the process ended by {tried.returncode}"


def main() -> None:
    try:
        confine(_LIMITS)
    except Unconfined as trouble:
        sys.stdout.write(f"{trouble}\n")
        sys.exit(1)


if __name__ == "__main__":
    main()
