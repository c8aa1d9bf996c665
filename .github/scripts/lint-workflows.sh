#!/usr/bin/env bash
# actionlint over the workflows, and shellcheck over these files.
set -euo pipefail
cd "$(dirname "$0")/../.."

actionlint
shellcheck .github/scripts/*.sh
