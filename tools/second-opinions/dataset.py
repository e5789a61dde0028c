"""Readers of open data that others wrote look at a snapshot: `python dataset.py FOLDER`, with their packages installed.

FollowTheMoney judges every entity by its own model, and DuckDB finds the same rows in each form.
"""

import json
import sys
from pathlib import Path

import duckdb
from followthemoney import model


def main(folder: Path) -> int:
    entities = [json.loads(line) for line in (folder / "entities.ftm.json").open(encoding="utf-8")]
    ids = {entity["id"] for entity in entities}
    for entity in entities:
        proxy = model.get_proxy(entity)
        proxy.schema.validate(entity)
        lost = set(entity["properties"]) - set(proxy.properties)
        if lost or not set(entity["properties"].get("entity", [])) <= ids:
            print(
                f"DISAGREES followthemoney: {entity['id']} has {', '.join(sorted(lost)) or 'an end that is not there'}"
            )
            return 1
    print(f"agrees followthemoney: {len(entities)} entities are of its model")
    counts = [
        duckdb.sql(f"SELECT count(*), count(DISTINCT licence_id) FROM '{folder / name}'").fetchall()[0]
        for name in ("licences.jsonl", "licences.csv", "licences.parquet")
        if (folder / name).exists()
    ]
    is_same = len(set(counts)) == 1
    print(f"{'agrees' if is_same else 'DISAGREES'} duckdb: {counts[0]} licences in {len(counts)} forms")
    return 0 if is_same else 1


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
