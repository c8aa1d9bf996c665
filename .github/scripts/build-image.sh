#!/usr/bin/env bash
# build-image.sh APP PLATFORM FOLDER: builds an image for the processor of this machine, pushes it without a tag, and leaves its
# digest as the name of a file in FOLDER. Its label is VERSION. What it was built of, base images by digest too, is told by
# BuildKit beside it.
set -euo pipefail
here=$(dirname "$0")
app=$1 platform=$2 folder=$3

image=$("$here/registry.sh" image "$app" | cut -d= -f2)
metadata=$(mktemp)
# The engine's own builder cannot push without a tag.
docker buildx create --driver docker-container --use
docker buildx build . --file "Dockerfile.$app" --target runtime --platform "$platform" \
  --build-arg "SOURCE_DATE_EPOCH=$(git log -1 --format=%ct)" \
  --label "org.opencontainers.image.source=$GITHUB_SERVER_URL/$GITHUB_REPOSITORY" \
  --label "org.opencontainers.image.revision=$GITHUB_SHA" \
  --label "org.opencontainers.image.version=$VERSION" \
  --provenance mode=max \
  --output "type=image,name=$image,push-by-digest=true,name-canonical=true,push=true" \
  --metadata-file "$metadata"
digest=$(jq -er '."containerimage.digest" | select(test("^sha256:[0-9a-f]{64}$"))' "$metadata")
mkdir -p "$folder"
# An empty file would be left out where files are handed on.
echo "$image $platform" > "$folder/${digest#sha256:}"
