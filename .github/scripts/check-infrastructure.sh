#!/usr/bin/env bash
# Every module and environment: its form, its sense, its tests. Nothing of AWS is asked.
set -euo pipefail

terraform fmt -check -recursive -diff infrastructure
tflint --chdir infrastructure --recursive
while read -r folder; do
  echo "── $folder"
  terraform -chdir="$folder" init -backend=false -input=false > /dev/null
  terraform -chdir="$folder" validate
  [[ ! -d $folder/tests ]] || terraform -chdir="$folder" test
done < <(find infrastructure -name '*.tf' -not -path '*/.terraform/*' -printf '%h\n' | sort -u)
