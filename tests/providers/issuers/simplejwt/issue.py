"""Tokens of djangorestframework-simplejwt by its own views, set up as the page says: `{name: token}` on standard output."""

import json
import os
import sys

import django
from django.conf import settings

OPTIONS = {
    "SIGNING_KEY": os.environ["JWT_SECRET"],
    "ISSUER": "https://api.example.com",
    "AUDIENCE": os.environ.get("AUDIENCE", "https://app.example.com/copilotkit"),
}

settings.configure(
    SECRET_KEY="django's own, which signs no token here",
    USE_TZ=True,
    ROOT_URLCONF="issue",
    ALLOWED_HOSTS=["testserver"],
    INSTALLED_APPS=["django.contrib.contenttypes", "django.contrib.auth", "rest_framework"],
    DATABASES={"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:"}},
    SIMPLE_JWT={} if sys.argv[1:] == ["defaults"] else OPTIONS,
)
django.setup()

from django.contrib.auth.models import User
from django.core.management import call_command
from django.test import Client
from django.urls import path
from rest_framework_simplejwt.serializers import TokenObtainPairSerializer
from rest_framework_simplejwt.views import TokenObtainPairView, TokenRefreshView


class Serializer(TokenObtainPairSerializer):
    @classmethod
    def get_token(cls, user):
        token = super().get_token(user)
        token["role"] = "admin"
        return token


urlpatterns = [
    path("token/", TokenObtainPairView.as_view(serializer_class=Serializer)),
    path("token/refresh/", TokenRefreshView.as_view()),
]

if __name__ == "__main__":
    sys.modules["issue"] = sys.modules["__main__"]
    call_command("migrate", verbosity=0)
    User.objects.create_user("alice", password="alice")
    client = Client()
    pair = client.post("/token/", {"username": "alice", "password": "alice"}).json()
    renewed = client.post("/token/refresh/", {"refresh": pair["refresh"]}).json()
    print(json.dumps({**pair, "renewed": renewed["access"]}))
