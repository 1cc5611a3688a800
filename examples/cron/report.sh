#!/usr/bin/env bash
# report.sh <asset key> <command…>: runs a command that builds an asset, reports how it ended, and ends as it did.
# RUNLESS_URL says where the server is, RUNLESS_TOKEN its token, where it has any.
set -uo pipefail
key=$1
shift
partition=$(date -u +%F)

# It keeps the report where the server is away, and sends it with the next one.
if command -v runless >/dev/null; then
  exec runless exec "$key" --partition "$partition" -- "$@"
fi

# Without the command: curl, which tries again for a while and then warns. The key of a report, which every attempt
# repeats, keeps it from being recorded twice.
report() { # endpoint, query
  local headers=(-H "Idempotency-Key: cron-$run")
  [[ -z ${RUNLESS_TOKEN:-} ]] || headers+=(-H "Authorization: Bearer $RUNLESS_TOKEN")
  curl --silent --show-error --fail --max-time 10 --retry 5 --retry-connrefused --output /dev/null \
    --request POST "${headers[@]}" "${RUNLESS_URL:-http://127.0.0.1:3000}/$1/$key?partition=$partition$2" ||
    echo "report.sh: $key was not reported" >&2
}

run=$(date -u +%s)-$$
"$@"
code=$?
if ((code == 0)); then
  report report_asset_materialization ""
  report report_asset_check "&check_name=exec&passed=true"
else
  report report_asset_check "&check_name=exec&passed=false"
fi
exit "$code"
