#!/usr/bin/env bash
# prove.sh limit|delivery|observability|hostile|start: one of the proofs in short. Those that hold a machine to seconds get a
# second chance, at the same bounds.
set -euo pipefail

mkdir -p reports
case ${1:-} in
  limit | delivery) prove=(npm run --silent conformance -- "$1" --short --json "reports/$1.json") ;;
  observability | hostile) prove=(npm run --silent "test:$1" -- --short --json "reports/$1.json") ;;
  start) prove=(npm start --silent -- --events 25 --json) ;;
  *)
    echo 'Usage: prove.sh limit|delivery|observability|hostile|start' >&2
    exit 2
    ;;
esac
case $1 in
  limit | observability | start) PORT=0 "${prove[@]}" || PORT=0 "${prove[@]}" ;;
  *) "${prove[@]}" ;;
esac
