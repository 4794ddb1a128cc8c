#!/usr/bin/env bash
# A coordinate of an EC key in a JWK has as many bytes as the curve says (RFC 7518, section 6.2.1.2), 32 for P-256. So one
# expects a key set that one library writes to be read by another. `authlib.jose` 1.9.10 leaves leading zero bytes out, which
# one P-256 key in 128 has in x or y, and go-jose 4.1.3 then refuses to unmarshal the whole set. Nothing is seen of it until
# a rotation brings such a key. joserfc 1.8.0, of the same author, writes all bytes.
#
# Needs Python 3 with venv, and Go 1.24 or newer.
set -euo pipefail
folder=$(mktemp -d)
# Go's module cache is read-only.
trap 'chmod -R u+w "$folder"; rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv python
python/bin/pip install --quiet --disable-pip-version-check authlib==1.9.10 joserfc==1.8.0 cryptography==50.0.2
cat >keys.py <<'PY'
import json, sys, warnings
warnings.simplefilter("ignore")
from authlib.jose import JsonWebKey
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from joserfc.jwk import ECKey

# The first private number whose public x begins with a zero byte.
keys = (ec.derive_private_key(number, ec.SECP256R1()).public_key() for number in range(1, 5000))
key = next(key for key in keys if key.public_numbers().x < 2**248)
pem = key.public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
library = {"authlib": JsonWebKey, "joserfc": ECKey}[sys.argv[1]]
print(json.dumps({"keys": [dict(library.import_key(pem).as_dict(), kid="1")]}))
PY
cat >main.go <<'GO'
package main

import (
	"encoding/json"
	"fmt"
	"os"

	jose "github.com/go-jose/go-jose/v4"
)

func main() {
	var set jose.JSONWebKeySet
	fmt.Println(json.NewDecoder(os.Stdin).Decode(&set))
}
GO
export GOPATH="$folder/go" GOFLAGS=-mod=mod
go mod init finding 2>/dev/null
go get github.com/go-jose/go-jose/v4@v4.1.3 2>/dev/null
go build -o read .
echo "authlib 1.9.10, joserfc 1.8.0, go-jose 4.1.3, $(go version)"
for library in authlib joserfc; do python/bin/python keys.py $library 2>/dev/null | tee "$library.json" | ./read >"$library.txt"; done
grep . authlib.json authlib.txt joserfc.json joserfc.txt
[[ $(<authlib.txt) == *'wrong length for x'* && $(<joserfc.txt) == '<nil>' ]] || { echo 'the behaviour is another now' >&2; exit 1; }
echo 'as described'
