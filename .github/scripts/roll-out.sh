#!/usr/bin/env bash
# roll-out.sh ENVIRONMENT: brings the packaged chart in dist/chart and the images RECEIVER and DISPATCHER (digests in REGISTRY)
# onto the cluster CLUSTER_NAME, with the values of the environment: those that people write, and those that Terraform's outputs
# make.
set -euo pipefail
environment=$1

aws eks update-kubeconfig --name "$CLUSTER_NAME" --region "$AWS_REGION"
npm run --silent infrastructure:values -- "$environment"
charts=(dist/chart/event-gateway-*.tgz)
here=infrastructure/environments/$environment
node delivery/release.ts --chart "${charts[0]}" --values "$here/values.yaml" --values "$here/infrastructure.yaml" \
  --registry "$REGISTRY" --receiver "$RECEIVER" --dispatcher "$DISPATCHER"
