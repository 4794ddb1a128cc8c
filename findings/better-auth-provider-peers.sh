#!/usr/bin/env bash
# @better-auth/oauth-provider 1.7.5 is a plugin of better-auth 1.7, so one expects it to install beside any later 1.7 of
# better-auth, as its peer dependency `better-auth: ^1.7.5` says. It does not: another peer is exactly `@better-auth/utils` 0.4.2,
# while better-auth 1.7.25 has 0.5.1, so npm refuses the pair. Both were the newest of their name on the day of this script.
#
# Needs Node with npm.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"

fail() {
  echo "the behaviour is another now: $1" >&2
  exit 1
}
npm view --json @better-auth/oauth-provider@1.7.5 peerDependencies

# Whether npm finds a set of packages with better-auth of version $1 and the plugin.
resolves() {
  npm init --yes >/dev/null
  npm install --ignore-scripts --package-lock-only --no-audit --no-fund "better-auth@$1" @better-auth/oauth-provider@1.7.5 2>&1 |
    tee npm.log | grep --max-count=2 -E 'ERESOLVE|up to date|added' || true
  ! grep --quiet ERESOLVE npm.log
}
echo '--- beside better-auth 1.7.25'
if resolves 1.7.25; then fail 'it installs'; fi
grep --max-count=3 -E 'Found:|Could not resolve|peer ' npm.log
echo 'as described'
