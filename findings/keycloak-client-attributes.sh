#!/usr/bin/env bash
# A PUT of a client to Keycloak's administration API takes its whole representation, and one expects the client to be what was
# sent: a script that reads a client, changes it for a while and then puts back what it had read restores it. Keycloak 26.7.3
# keeps each of the client's `attributes` that the representation leaves out, though it takes redirect URIs away that are left
# out. An attribute goes by a PUT in which it is empty. So a switch such as the one for lightweight access tokens, once on,
# stays on through the restore, and the client's tokens have neither `sub` nor `aud` from then on.
#
# Needs JDK 17 or newer with Maven, and curl.
set -euo pipefail
folder=$(mktemp -d)
pid=
trap '[[ -z $pid ]] || { kill "$pid" 2>/dev/null; wait "$pid" || true; }; rm -rf "$folder"' EXIT
cd "$folder"
version=26.7.3
mvn --quiet --batch-mode -Dstyle.color=never org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy \
  "-Dartifact=org.keycloak:keycloak-quarkus-dist:$version:zip" "-DoutputDirectory=$folder" >/dev/null
jar xf "keycloak-quarkus-dist-$version.zip"
export KC_BOOTSTRAP_ADMIN_USERNAME=admin KC_BOOTSTRAP_ADMIN_PASSWORD=admin JAVA_OPTS_APPEND=-XX:TieredStopAtLevel=1
port=$((20000 + RANDOM % 10000))
url=http://127.0.0.1:$port
bash "keycloak-$version/bin/kc.sh" start-dev --http-host=127.0.0.1 "--http-port=$port" >log 2>&1 &
pid=$!
for _ in {1..240}; do
  grep -q 'Listening on' log && break
  kill -0 "$pid" && sleep 1
done
token() { # realm, client, user
  curl -sf "$url/realms/$1/protocol/openid-connect/token" -d grant_type=password -d "client_id=$2" -d "username=$3" -d "password=$3" |
    sed -E 's/.*"access_token":"([^"]+)".*/\1/'
}
admin=$(token master admin-cli admin)
ask() { curl -sf -H "Authorization: Bearer $admin" -H 'Content-Type: application/json' "$url/admin/realms$1" "${@:2}"; }
ask '' -d '{"realm":"main","enabled":true}'
ask /main/clients -d '{"clientId":"web","redirectUris":["http://localhost:1/*"]}'
before=$(ask '/main/clients?clientId=web' | sed -E 's/^\[(.*)\]$/\1/')
id=$(sed -E 's/^\{"id":"([^"]+)".*/\1/' <<<"$before")
name=client.use.lightweight.access.token.enabled
put() { ask "/main/clients/$id" -X PUT -d "$1"; }
seen() {
  local now
  now=$(ask "/main/clients/$id")
  printf '%s: %s, redirects %s\n' "$1" "$(grep -o "\"$name\":\"[a-z]*\"" <<<"$now" || echo 'no such attribute')" \
    "$(grep -o '"redirectUris":\[[^]]*\]' <<<"$now" | cut -d: -f2-)"
}
with() { sed -E "s/\"attributes\":\\{/&\"$name\":\"$1\",/" <<<"$before"; }
echo "Keycloak $version"
{
  seen 'as created'
  put "$(with true | sed 's#localhost:1/#localhost:2/#')" && seen 'changed'
  put "$before" && seen 'put back what was read'
  put "$(with '')" && seen 'with the attribute empty'
} | tee output
kept='put back what was read: "'$name'":"true", redirects ["http://localhost:1/*"]'
gone='with the attribute empty: no such attribute, redirects ["http://localhost:1/*"]'
{ grep -qxF "$kept" output && grep -qxF "$gone" output; } || { echo 'the behaviour is another now' >&2; exit 1; }
echo 'as described'
