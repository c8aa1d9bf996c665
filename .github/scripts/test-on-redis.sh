#!/usr/bin/env bash
# The tests whose subject is Redis, on a real one.
set -euo pipefail

EGW_TEST_REDIS=real npm test -- --ci tests/dispatcher/{limiter,limit-changed,windows,share,ledger,unsettled,token}
npm run test:redis -- --ci
