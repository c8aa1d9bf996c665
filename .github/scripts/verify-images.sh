#!/usr/bin/env bash
# Nothing comes into an environment that images.yml did not build and sign, of this very ref. RECEIVER and DISPATCHER are
# digests.
set -euo pipefail
here=$(dirname "$0")

for app in receiver dispatcher; do
  image=$("$here/registry.sh" image "$app" | cut -d= -f2)
  digest=${app^^}
  cosign verify --output text \
    --certificate-identity "$GITHUB_SERVER_URL/$GITHUB_REPOSITORY/.github/workflows/images.yml@$GITHUB_REF" \
    --certificate-oidc-issuer https://token.actions.githubusercontent.com \
    "$image@${!digest}" > /dev/null
  echo "$image@${!digest} is signed by images.yml of $GITHUB_REF"
done
