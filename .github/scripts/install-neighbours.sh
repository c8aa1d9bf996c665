#!/usr/bin/env bash
# What the tests hold real neighbours to: redis-server; openssl, for certificates; tcpdump, by which the limit is judged;
# promtool, by which the rules are.
set -euo pipefail

sudo apt-get update -q
# Only the programs: no service of theirs is to be started.
sudo RUNLEVEL=1 apt-get install -yq --no-install-recommends redis-server tcpdump prometheus openssl
# The tests are not root, as on a developer's machine.
sudo setcap cap_net_raw,cap_net_admin=eip "$(command -v tcpdump)"
