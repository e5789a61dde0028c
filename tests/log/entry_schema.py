"""The published JSON Schema of log entries."""

import json
from pathlib import Path

SCHEMA = json.loads((Path(__file__).parents[2] / "openapi" / "entry-v1.schema.json").read_text(encoding="utf-8"))
