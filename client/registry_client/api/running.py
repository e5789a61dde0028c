"""A command of one's own that is run for each event, with the event on its standard input."""

import json
import os
import shlex
import shutil
import subprocess
from collections.abc import Mapping
from typing import Any

from registry_client.api.errors import BadInput
from registry_client.receiver import NotActedOn


class CommandFailed(NotActedOn):
    """The command ended otherwise than with 0: the event was not acted on, and comes again."""


class Runner:
    """Runs a command for one event after another. No shell reads it, and nothing of an event becomes part of it."""

    def __init__(self, command: str) -> None:
        try:
            self._words = shlex.split(command)
        except ValueError as error:
            raise BadInput(f"--run: {error}") from None
        if not self._words:
            raise BadInput("--run: a command is expected, like --run 'python act.py'")
        if shutil.which(self._words[0]) is None:
            raise BadInput(f"--run: {self._words[0]}: there is no such command")

    def __call__(self, event: Mapping[str, Any]) -> None:
        """Raises CommandFailed, and BadInput where there is no such command."""
        data = event.get("data")
        given = {
            "REGISTRY_EVENT_ID": event.get("id"),
            "REGISTRY_EVENT_TYPE": event.get("type"),
            "REGISTRY_AGENCY_ID": data.get("agency_id") if isinstance(data, dict) else None,
        }
        # A key that stands in the environment is for asking the registry, and no business of the command.
        stored = {name: value for name, value in os.environ.items() if name != "REGISTRY_CLIENT_KEY"}
        environment = stored | {
            name: value for name, value in given.items() if isinstance(value, str) and "\0" not in value
        }
        try:
            ended = subprocess.run(
                self._words, input=json.dumps(event, ensure_ascii=False).encode() + b"\n", env=environment, check=False
            )
        except (OSError, ValueError) as error:
            raise BadInput(f"--run: {self._words[0]}: {getattr(error, 'strerror', None) or error}") from None
        if ended.returncode:
            raise CommandFailed(f"{self._words[0]} ended with {ended.returncode} at event {event.get('id')}")
