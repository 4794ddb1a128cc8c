#!/usr/bin/env bash
# django-allauth has an extra for its OpenID provider, `idp-oidc`, and one expects that it brings what the provider needs.
# django-allauth 65.22.1 does not: the provider's URLs import `requests`, which only the extra `socialaccount` installs. It is
# not seen where other packages bring `requests`, as in most development environments, and fails in a lean image.
#
# Needs Python 3.10 or newer with venv.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv python
python/bin/pip install --quiet --disable-pip-version-check 'django-allauth[idp-oidc]==65.22.1' django==5.2.19
cat >run.py <<'PY'
import django
from django.conf import settings

apps = ["contenttypes", "auth", "sessions", "messages"]
settings.configure(
    INSTALLED_APPS=[f"django.contrib.{app}" for app in apps] + ["allauth", "allauth.account", "allauth.idp.oidc"],
    MIDDLEWARE=["allauth.account.middleware.AccountMiddleware"],
)
django.setup()
try:
    import allauth.idp.urls
    print("the URLs are imported")
except ModuleNotFoundError as error:
    print(error)
PY
echo 'django-allauth[idp-oidc] 65.22.1'
first=$(python/bin/python run.py 2>/dev/null)
python/bin/pip install --quiet --disable-pip-version-check requests==2.34.2
second=$(python/bin/python run.py 2>/dev/null)
printf 'by the extra alone: %s\nwith requests 2.34.2: %s\n' "$first" "$second"
[[ $first == "No module named 'requests'" && $second == 'the URLs are imported' ]] || { echo 'the behaviour is another now' >&2; exit 1; }
echo 'as described'
