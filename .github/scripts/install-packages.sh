#!/usr/bin/env bash
# npm ci, for the Node of the job: NODE_LINE, such as 26.
set -euo pipefail

npm ci --ignore-scripts --no-audit --no-fund
# The Node that comes as a package is for machines whose own is older; npm would run it in the place of the one that is tested.
rm -f node_modules/.bin/node
line=$(npm exec --offline -c 'node --version')
[[ $line == v$NODE_LINE.* ]] || {
  echo "npm runs Node $line and not $NODE_LINE: is another one before it on the PATH?" >&2
  exit 1
}
