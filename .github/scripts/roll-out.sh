#!/usr/bin/env bash
# roll-out.sh ENVIRONMENT: brings the packaged chart in dist/chart and the images RECEIVER and DISPATCHER (digests in REGISTRY)
# onto the cluster CLUSTER_NAME, with the values that Terraform's outputs make.
set -euo pipefail
environment=$1

aws eks update-kubeconfig --name "$CLUSTER_NAME" --region "$AWS_REGION"
npm run --silent infrastructure:values -- "$environment"
charts=(dist/chart/event-gateway-*.tgz)
node delivery/release.ts --chart "${charts[0]}" --values "infrastructure/environments/$environment/values.yaml" \
  --registry "$REGISTRY" --receiver "$RECEIVER" --dispatcher "$DISPATCHER"
