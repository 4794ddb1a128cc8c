#!/usr/bin/env bash
# An API that is a client of a Keycloak realm, `api`, checks that `api` is in `aud`. One expects that only clients which were
# given an audience mapper get such tokens. Keycloak 26.7.3 also writes `api` into `aud` of the tokens of every other client of
# the realm, mapper or not, if their user has a role of the client `api`: the scope `roles`, which each client has by default,
# resolves audiences by client roles. So the moment an API gives its users roles, its client id says nothing of who asked.
# A user without such a role shows nothing of it.
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
id() { sed -E 's/^\[?\{"id":"([^"]+)".*/\1/'; }
ask '' -d '{"realm":"main","enabled":true}'
ask /main/clients -d '{"clientId":"api","standardFlowEnabled":false}'
ask /main/clients -d '{"clientId":"stranger","publicClient":true,"directAccessGrantsEnabled":true}'
for name in alice bob; do
  ask /main/users -d "{\"username\":\"$name\",\"enabled\":true,\"email\":\"$name@example.com\",\"firstName\":\"$name\",
    \"lastName\":\"Example\",\"credentials\":[{\"type\":\"password\",\"value\":\"$name\"}]}"
done
api=$(ask '/main/clients?clientId=api' | id)
alice=$(ask '/main/users?username=alice' | id)
ask "/main/clients/$api/roles" -d '{"name":"use"}'
ask "/main/users/$alice/role-mappings/clients/$api" -d "[$(ask "/main/clients/$api/roles/use")]"
audience() { # of the stranger's token for a user
  local claims
  claims=$(token main stranger "$1" | cut -d. -f2 | tr '_-' '/+')
  base64 -d <<<"$claims$(printf '%*s' $(((4 - ${#claims} % 4) % 4)) '' | tr ' ' '=')" | sed -E 's/.*"aud":(\[[^]]*\]|"[^"]*").*/\1/'
}
echo "Keycloak $version, client \"stranger\" without any mapper:"
with=$(audience alice) without=$(audience bob)
printf 'a user with a role of the client api: aud %s\na user without: aud %s\n' "$with" "$without"
[[ $with == *'"api"'* && $without != *'"api"'* ]] || { echo 'the behaviour is another now' >&2; exit 1; }
echo 'as described'
