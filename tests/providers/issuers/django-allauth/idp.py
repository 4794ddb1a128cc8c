"""Tokens of django-allauth as an OpenID provider, and the key set that it publishes: `{name: token}` on standard output."""

import base64
import hashlib
import json
import os
import sys
from urllib.parse import parse_qs, urlparse

import django
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from django.conf import settings

key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
pem = key.private_bytes(
    serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
).decode()
HOST = os.environ["HOST"]

settings.configure(
    SECRET_KEY="django's own, which signs no token here",
    USE_TZ=True,
    ROOT_URLCONF="idp",
    ALLOWED_HOSTS=["*"],
    INSTALLED_APPS=[
        "django.contrib.contenttypes",
        "django.contrib.auth",
        "django.contrib.sessions",
        "django.contrib.messages",
        "allauth",
        "allauth.account",
        "allauth.idp.oidc",
    ],
    MIDDLEWARE=[
        "django.contrib.sessions.middleware.SessionMiddleware",
        "django.contrib.auth.middleware.AuthenticationMiddleware",
        "django.contrib.messages.middleware.MessageMiddleware",
        "allauth.account.middleware.AccountMiddleware",
    ],
    AUTHENTICATION_BACKENDS=["allauth.account.auth_backends.AuthenticationBackend"],
    DATABASES={"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:"}},
    TEMPLATES=[{"BACKEND": "django.template.backends.django.DjangoTemplates"}],
    IDP_OIDC_PRIVATE_KEY=pem,
    IDP_OIDC_ACCESS_TOKEN_FORMAT="jwt",
)
django.setup()

from django.contrib.auth.models import User
from django.core.management import call_command
from django.test import Client as Browser
from django.urls import include, path, reverse

urlpatterns = [path("accounts/", include("allauth.urls")), path("", include("allauth.idp.urls"))]
REDIRECT = "http://localhost:3000/callback"
AUDIENCE = "https://app.example.com/copilotkit"
VERIFIER = "v" * 43


def main():
    from allauth.idp.oidc.models import Client

    call_command("migrate", verbosity=0)
    user = User.objects.create_user("alice", email="alice@example.com", password="alice")
    browser = Browser(headers={"host": HOST})
    browser.force_login(user)
    scopes = "openid\ncopilotkit"
    for name in ("web", "other"):
        page = Client(id=name, name=name, type="public", scopes=scopes, redirect_uris=REDIRECT, skip_consent=True)
        page.save()
    machine = Client(id="svc", name="svc", scopes=scopes, grant_types="client_credentials")
    machine.set_secret("svc-secret")
    machine.save()

    def login(client, resource):
        digest = hashlib.sha256(VERIFIER.encode()).digest()
        query = {
            "client_id": client,
            "response_type": "code",
            "redirect_uri": REDIRECT,
            "scope": "openid copilotkit",
            "code_challenge": base64.urlsafe_b64encode(digest).rstrip(b"=").decode(),
            "code_challenge_method": "S256",
            "resource": resource,
        }
        answer = browser.get(reverse("idp:oidc:authorization"), query)
        code = parse_qs(urlparse(answer.headers["Location"]).query)["code"][0]
        grant = {"grant_type": "authorization_code", "client_id": client, "redirect_uri": REDIRECT, "code": code}
        return browser.post(reverse("idp:oidc:token"), {**grant, "code_verifier": VERIFIER}).json()

    grant = {"grant_type": "client_credentials", "client_id": "svc", "client_secret": "svc-secret"}
    own = login("web", AUDIENCE)
    tokens = {
        "jwks": browser.get(reverse("idp:oidc:jwks")).json(),
        "access": own["access_token"],
        "id": own["id_token"],
        "billing": login("web", "https://app.example.com/billing")["access_token"],
        "other": login("other", AUDIENCE)["access_token"],
        "machine": browser.post(
            reverse("idp:oidc:token"), {**grant, "scope": "copilotkit", "resource": AUDIENCE}
        ).json()["access_token"],
    }
    print(json.dumps(tokens))


if __name__ == "__main__":
    sys.modules["idp"] = sys.modules["__main__"]
    main()
