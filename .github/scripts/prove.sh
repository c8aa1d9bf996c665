#!/usr/bin/env bash
# prove.sh NAME: one of the proofs, in short. Those that hold a machine to seconds get a second chance, at the same bounds.
set -euo pipefail

mkdir -p reports
case ${1:-} in
  limit | delivery) prove=(npm run --silent conformance -- "$1" --short --json "reports/$1.json") ;;
  observability | hostile) prove=(npm run --silent "test:$1" -- --short --json "reports/$1.json") ;;
  # Applied to a LocalStack, too, by the last release that needs no account.
  infrastructure)
    docker pull --quiet localstack/localstack:4.14.0
    prove=(npm run --silent test:infrastructure -- --apply --json reports/infrastructure.json)
    ;;
  # As root, as it stops and cuts off processes of pods, which are the machine's own under kind.
  cluster)
    prove=(sudo env "PATH=$PATH" "HOME=$HOME" npm run --silent test:cluster -- --short
      --json reports/cluster.json --page reports/cluster.html)
    ;;
  start) prove=(npm start --silent -- --events 25 --json) ;;
  *)
    echo 'Usage: prove.sh start|limit|delivery|observability|hostile|cluster|infrastructure' >&2
    exit 2
    ;;
esac
case $1 in
  limit | observability | start | cluster) PORT=0 "${prove[@]}" || PORT=0 "${prove[@]}" ;;
  *) "${prove[@]}" ;;
esac
