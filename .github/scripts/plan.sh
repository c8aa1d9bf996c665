#!/usr/bin/env bash
# plan.sh ENVIRONMENT [SHOWN]: makes the plan of an environment, of its variables TFVARS and its state in STATE_BUCKET, and tells
# what it does, without values, in plan-ENVIRONMENT.md and on the page of the run. With SHOWN, the digest of a plan that somebody
# approved, it leaves the plan to be applied, and fails where it is another.
set -euo pipefail
environment=$1 shown=${2:-}

folder=infrastructure/environments/$environment
[[ -d $folder ]] || { echo "There is no $folder" >&2; exit 2; }
# What people keep in a terraform.tfvars; on a machine of theirs that is read.
[[ -z ${TFVARS:-} ]] || printf '%s\n' "$TFVARS" > "$folder/pipeline.auto.tfvars"
terraform -chdir="$folder" init -input=false \
  -backend-config="bucket=$STATE_BUCKET" -backend-config="region=$AWS_REGION"
# Who only looks may not write, and so not lock.
lock=(-lock=false)
[[ -z $shown ]] || lock=(-lock-timeout=5m)
terraform -chdir="$folder" plan -input=false "${lock[@]}" -out=plan.tfplan
# Values are in it, secret ones too: it stays on this machine.
terraform -chdir="$folder" show -json plan.tfplan > "$folder/plan.json"
node delivery/plan.ts "$environment" "$folder/plan.json" "plan-$environment.md" "$shown"
rm "$folder/plan.json"
