"""Publishes and signs without end, for a test that kills it: `python -m tests.log.killed URL HOME`.

Prints the size of the log after each commit, and the note of each head that was signed: what was acknowledged.
"""

import sys
from pathlib import Path

from registry.core.db.engine import engine_for, sessions_for
from registry.core.ids import new_reference
from registry.core.settings import Settings
from registry.log.actions import Draft, append
from registry.log.signing import sign_committed


def main(url: str, home: Path) -> None:
    settings = Settings(home=home, database_url=url)
    sessions = sessions_for(engine_for(url, timeout=60))
    turn = 0
    while True:
        turn += 1
        with sessions.begin() as session:
            drafts = [Draft(f"agency/{new_reference()}", "agency.registered", {"n": n}) for n in range(1 + turn % 90)]
            appended = append(session, drafts)
        say(f"size {appended.last_index + 1}")
        signed = sign_committed(settings, sessions)
        if signed is not None:
            say(f"head {signed.size} {signed.root.hex()}")


def say(words: str) -> None:
    sys.stdout.write(f"{words}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]))
