#!/usr/bin/env bash
# registry.sh image APP | charts: where this repository's images and charts are, as an output of a step. Names of images are
# lower case, and those of owners need not be.
set -euo pipefail

owner=${GITHUB_REPOSITORY_OWNER,,}
case ${1:-} in
  image) echo "image=ghcr.io/$owner/event-gateway-${2:?the app}" ;;
  charts) echo "charts=ghcr.io/$owner/charts" ;;
  *)
    echo 'Usage: registry.sh image APP | charts' >&2
    exit 2
    ;;
esac
