#!/usr/bin/env bash
# install-tools.sh NAME...: compiles programs that runners do not have, or have in another release, from their Go modules. The
# module's checksum database vouches for the sources, so no action and no download of somebody else's stands in between.
set -euo pipefail

# name, module, version, its main package in the module, the variable for its version
table() {
  cat << 'END'
actionlint    github.com/rhysd/actionlint            v1.7.12 cmd/actionlint    github.com/rhysd/actionlint.version
helm          helm.sh/helm/v4                        v4.3.1  cmd/helm          helm.sh/helm/v4/internal/version.version
helm-docs     github.com/norwoodj/helm-docs          v1.14.2 cmd/helm-docs     main.version
helm-unittest github.com/helm-unittest/helm-unittest v1.1.2  cmd/helm-unittest main.version
tflint        github.com/terraform-linters/tflint    v0.64.0 .                 main.version
END
}

bin=${TOOLS_BIN:-$HOME/.local/bin}
mkdir -p "$bin"
[[ -z ${GITHUB_PATH:-} ]] || echo "$bin" >> "$GITHUB_PATH"

for name; do
  read -r _ module version package variable < <(table | awk -v name="$name" '$1 == name') || {
    echo "There is no $name to install: name some of $(table | cut -d' ' -f1 | xargs)" >&2
    exit 2
  }
  # Built inside of the module: `go install` refuses those that replace or exclude others.
  source=$(cd / && go mod download -json "$module@$version" | sed -n 's/.*"Dir": "\(.*\)".*/\1/p')
  (cd "$source" && CGO_ENABLED=0 go build -mod=mod -trimpath -buildvcs=false \
    -ldflags "-s -w -X $variable=$version" -o "$bin/$name" "./$package")
  echo "$name $version"
done
