#!/usr/bin/env bash
# Lints openapi/openapi.json with both linters at fixed versions. An error or a warning of either fails it.
set -euo pipefail
cd "$(dirname "$0")/.."
export REDOCLY_TELEMETRY=off REDOCLY_SUPPRESS_UPDATE_NOTICE=true
found=$(npx --yes @redocly/cli@2.77.0 lint --config openapi/redocly.yaml --format=json openapi/openapi.json 2>/dev/null) || true
if ! python3 -c '
import json, sys
found = json.loads(sys.stdin.read())
for problem in found["problems"]:
    print("redocly:", problem["severity"], problem["ruleId"], problem["message"], file=sys.stderr)
sys.exit(bool(found["totals"]["errors"] or found["totals"]["warnings"]))
' <<<"$found"; then
    exit 1
fi
npx --yes @stoplight/spectral-cli@6.16.3 lint --quiet --ruleset openapi/spectral.yaml --fail-severity hint openapi/openapi.json
echo "openapi/openapi.json: no error, no warning (redocly recommended, spectral:oas)."
