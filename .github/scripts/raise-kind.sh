#!/usr/bin/env bash
# A cluster of kind with KEDA and the images under test. Everything is what runners bring, but Helm.
set -euo pipefail

for app in receiver dispatcher; do docker buildx build --load -f Dockerfile.$app --target runtime -t event-gateway-$app:test .; done
docker buildx build --load -f k8s/Dockerfile.target -t event-gateway-target:test .

kind create cluster --config .github/kind.yaml --wait 2m
kind load docker-image --name event-gateway event-gateway-{receiver,dispatcher,target}:test
helm repo add kedacore https://kedacore.github.io/charts
helm install keda kedacore/keda --version 2.20.2 --namespace keda --create-namespace --wait --timeout 5m
