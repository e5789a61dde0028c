"""`python -m tools.witnesses`: what a quorum of two of litewitness, another witness in Go and `registry witness` does.

Each opinion is a line, "agrees ..." or "DISAGREES ..."; the exit code is 1 when any disagrees, 2 when they cannot be asked.
"""

import os
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from registry.core.db.engine import open_engine, sessions_for
from registry.core.settings import Settings
from tools.witnesses.programs import CLI, GoWitness, LiteWitness, NotBuilt, OwnWitness
from tools.witnesses.trial import opinions


def main() -> int:
    with TemporaryDirectory(prefix="witnesses-") as name:
        folder = Path(name)
        settings = Settings(
            home=folder / "home", database_url=f"sqlite:///{folder}/log.sqlite3", files=folder / "files"
        )
        own = {"REGISTRY_HOME": str(settings.home), "REGISTRY_DATABASE_URL": settings.database_url}
        subprocess.run([*CLI, "db", "upgrade"], env=os.environ | own, check=True, stdout=subprocess.DEVNULL)
        programs = [
            LiteWitness("witness.example/litewitness", folder / "lite"),
            GoWitness("witness.example/go", folder / "go"),
            OwnWitness("witness.example/registry", folder / "own"),
        ]
        found = []
        with open_engine(settings.database_url) as engine:
            for stated, is_so in opinions(settings, sessions_for(engine), programs, folder):
                sys.stdout.write(f"{'agrees    ' if is_so else 'DISAGREES '} witnesses: {stated}\n")
                sys.stdout.flush()
                found.append(is_so)
        return 0 if all(found) else 1


if __name__ == "__main__":
    try:
        sys.exit(main())
    except (NotBuilt, RuntimeError) as trouble:
        sys.stderr.write(f"Not asked: {trouble}\n")
        sys.exit(2)
