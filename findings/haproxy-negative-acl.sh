#!/usr/bin/env bash
# An ACL of HAProxy compares an integer by `ge`, `gt`, `le`, `lt` or `eq`, and its integers have a sign: `date(-5)`, `int(-5)` and
# `sub()` make negative ones. So one expects `ge -5` to match -5 and all above. HAProxy 2.6 takes the dash for that of a range:
# `ge -5` matches what is at most 5, so -100 matches and 50 does not. The configuration check says nothing. Add 5 to the value
# instead, and compare with 0.
#
# Needs HAProxy (Debian: haproxy) and curl.
set -euo pipefail
folder=$(mktemp -d)
server=''
trap '[[ -z $server ]] || kill "$server"; rm -rf "$folder"' EXIT
cd "$folder"
cat >haproxy.cfg <<'CFG'
defaults
  mode http
  timeout client 5s
  timeout server 5s
  timeout connect 5s
frontend numbers
  bind "unix@$SOCKET"
  http-request set-var(txn.number) req.hdr(number)
  acl by_comparison var(txn.number) -m int ge -5
  acl by_addition var(txn.number),add(5) ge 0
  http-request set-var(txn.direct) str(yes) if by_comparison
  http-request set-var(txn.added) str(yes) if by_addition
  http-request return status 200 content-type text/plain lf-string "%[var(txn.direct)],%[var(txn.added)]"
CFG
export SOCKET="$folder/socket"
haproxy -c -q -f haproxy.cfg && echo 'the configuration check has no complaint'
haproxy -db -f haproxy.cfg 2>/dev/null &
server=$!
version=$(haproxy -v)
echo "${version%%$'\n'*}"
output=''
for number in -100 -6 -5 0 5 6 50; do
  answer=$(curl --silent --retry 20 --retry-delay 1 --retry-all-errors --unix-socket "$SOCKET" -H "number: $number" http://numbers/)
  IFS=, read -r direct added <<<"$answer"
  output+="$number: ge -5 says ${direct:-no}, add(5) ge 0 says ${added:-no}"$'\n'
done
printf '%s' "$output"
expected='-100: ge -5 says yes, add(5) ge 0 says no
-6: ge -5 says yes, add(5) ge 0 says no
-5: ge -5 says yes, add(5) ge 0 says yes
0: ge -5 says yes, add(5) ge 0 says yes
5: ge -5 says yes, add(5) ge 0 says yes
6: ge -5 says no, add(5) ge 0 says yes
50: ge -5 says no, add(5) ge 0 says yes'
[[ $output == "$expected"$'\n' ]] || { echo 'the behaviour is another now' >&2; exit 1; }
echo 'as described'
