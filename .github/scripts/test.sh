#!/usr/bin/env bash
# Many tests hold real processes to deadlines. What failed is asked once more, when nothing else runs; bounds do not change.
set -euo pipefail

npm test -- --ci || npm test -- --ci --runInBand --onlyFailures
