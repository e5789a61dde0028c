#!/usr/bin/env bash
# Lints the description, and the parts of it by audience, with both linters at fixed versions. An error or a warning of
# either fails it. openapi/modi.yaml and openapi/adr.yaml are the Italian and the Dutch rules, with what is not followed.
set -euo pipefail
cd "$(dirname "$0")/.."
export REDOCLY_TELEMETRY=off REDOCLY_SUPPRESS_UPDATE_NOTICE=true
made=$(mktemp -d)
trap 'rm -rf "$made"' EXIT
parts=()
for audience in public organisations complaints officers; do
    .venv/bin/registry openapi --audience "$audience" --output "$made/$audience.json" >/dev/null
    parts+=("$made/$audience.json")
done
found=$(npx --yes @redocly/cli@2.77.0 lint --config openapi/redocly.yaml --format=json openapi/openapi.json "${parts[@]}" 2>/dev/null) || true
if ! python3 -c '
import json, sys
# A document for each file, one behind the other.
text, place, read, is_bad = sys.stdin.read().strip(), 0, 0, False
while place < len(text):
    found, place = json.JSONDecoder().raw_decode(text, place)
    read += 1
    for problem in found["problems"]:
        print("redocly:", problem["severity"], problem["ruleId"], problem["message"], file=sys.stderr)
    is_bad |= bool(found["totals"]["errors"] or found["totals"]["warnings"])
sys.exit(is_bad or read != 5)
' <<<"$found"; then
    exit 1
fi
npx --yes @stoplight/spectral-cli@6.16.3 lint --quiet --ruleset openapi/spectral.yaml --fail-severity hint openapi/openapi.json
echo "openapi/openapi.json: no error, no warning (redocly recommended, spectral:oas, ModI, ADR); nor in its 4 parts (redocly)."
