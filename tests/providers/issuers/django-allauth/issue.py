"""Tokens of django-allauth's headless API, set up as the page says: `{name: token}` on standard output."""

import json
import os
import sys

import django
from django.conf import settings

settings.configure(
    SECRET_KEY="django's own, which signs no token here",
    USE_TZ=True,
    ROOT_URLCONF="issue",
    ALLOWED_HOSTS=["testserver"],
    INSTALLED_APPS=[
        "django.contrib.contenttypes",
        "django.contrib.auth",
        "django.contrib.sessions",
        "django.contrib.messages",
        "allauth",
        "allauth.account",
        "allauth.headless",
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
    EMAIL_BACKEND="django.core.mail.backends.dummy.EmailBackend",
    ACCOUNT_EMAIL_VERIFICATION="none",
    HEADLESS_ONLY=True,
    HEADLESS_TOKEN_STRATEGY="allauth.headless.tokens.strategies.jwt.JWTTokenStrategy",
    HEADLESS_JWT_ALGORITHM="HS256",
    HEADLESS_JWT_PRIVATE_KEY=os.environ["JWT_SECRET"],
)
django.setup()

from django.contrib.auth.models import User
from django.core.management import call_command
from django.test import Client
from django.urls import include, path

urlpatterns = [path("accounts/", include("allauth.urls")), path("_allauth/", include("allauth.headless.urls"))]

if __name__ == "__main__":
    sys.modules["issue"] = sys.modules["__main__"]
    call_command("migrate", verbosity=0)
    User.objects.create_user("alice", email="alice@example.com", password="alice")
    client = Client()
    body = {"username": "alice", "password": "alice"}
    answer = client.post("/_allauth/app/v1/auth/login", body, content_type="application/json").json()
    meta = answer["meta"]
    print(json.dumps({"access": meta["access_token"], "refresh": meta["refresh_token"]}))
