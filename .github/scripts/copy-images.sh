#!/usr/bin/env bash
# Copies both images into the environment's REGISTRY under TAG, bit for bit. RECEIVER and DISPATCHER are their digests.
set -euo pipefail
here=$(dirname "$0")

aws ecr get-login-password | docker login "${REGISTRY%%/*}" --username AWS --password-stdin
for app in receiver dispatcher; do
  image=$("$here/registry.sh" image "$app" | cut -d= -f2)
  digest=${app^^}
  node delivery/image.ts tag "$image@${!digest}" "$REGISTRY/event-gateway-$app:$TAG"
done
