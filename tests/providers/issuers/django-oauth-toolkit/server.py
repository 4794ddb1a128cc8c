"""django-oauth-toolkit, set up as the page says: a server that signs everybody in as alice."""

import sys
from wsgiref.simple_server import WSGIRequestHandler, make_server

import django
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from django.conf import settings


class Quiet(WSGIRequestHandler):
    def log_message(self, *_):
        pass


def new_key():
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    ).decode()


server = make_server("127.0.0.1", 0, lambda environ, start: application(environ, start), handler_class=Quiet)
URL = f"http://127.0.0.1:{server.server_port}"
settings.configure(
    SECRET_KEY="django's own, which signs no token here",
    USE_TZ=True,
    ROOT_URLCONF="server",
    ALLOWED_HOSTS=["*"],
    INSTALLED_APPS=[
        "django.contrib.contenttypes",
        "django.contrib.auth",
        "django.contrib.sessions",
        "oauth2_provider",
    ],
    MIDDLEWARE=[
        "django.contrib.sessions.middleware.SessionMiddleware",
        "django.contrib.auth.middleware.AuthenticationMiddleware",
    ],
    DATABASES={"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:"}},
    OAUTH2_PROVIDER={
        "OIDC_ENABLED": True,
        "OIDC_ISS_ENDPOINT": f"{URL}/o",
        "OIDC_RSA_PRIVATE_KEY": new_key(),
        "ACCESS_TOKEN_GENERATOR": "access_tokens.access_token",
        "REFRESH_TOKEN_GENERATOR": "oauthlib.oauth2.rfc6749.tokens.random_token_generator",
        "ACCESS_TOKEN_EXPIRE_SECONDS": 300,
        "SCOPES": {"openid": "sign in", "copilotkit": "use the agents"},
    },
)
django.setup()

from django.contrib.auth import login
from django.contrib.auth.models import Group, User
from django.core.management import call_command
from django.core.wsgi import get_wsgi_application
from django.http import HttpResponse
from django.urls import include, path
from oauth2_provider.models import Application
from oauth2_provider.settings import oauth2_settings


def sign_in(request):
    login(request, User.objects.get(username="alice"))
    return HttpResponse(status=204)


def rotate(_):
    """As the settings of a new deployment: the old key stays in the key set."""
    own = settings.OAUTH2_PROVIDER
    own["OIDC_RSA_PRIVATE_KEYS_INACTIVE"] = [own["OIDC_RSA_PRIVATE_KEY"]]
    own["OIDC_RSA_PRIVATE_KEY"] = new_key()
    oauth2_settings.reload()
    return HttpResponse(status=204)


urlpatterns = [
    path("o/", include("oauth2_provider.urls", namespace="oauth2_provider")),
    path("sign-in", sign_in),
    path("rotate", rotate),
]


def main():
    call_command("migrate", verbosity=0)
    User.objects.create_user("alice").groups.add(Group.objects.create(name="admin"))
    page = {
        "client_type": Application.CLIENT_PUBLIC,
        "authorization_grant_type": Application.GRANT_AUTHORIZATION_CODE,
        "redirect_uris": "https://app.example.com/callback",
        "skip_authorization": True,
    }
    for name in ("web", "other"):
        Application.objects.create(client_id=name, algorithm=Application.RS256_ALGORITHM, **page)
    Application.objects.create(
        client_id="svc",
        client_secret="svc-secret",
        client_type=Application.CLIENT_CONFIDENTIAL,
        authorization_grant_type=Application.GRANT_CLIENT_CREDENTIALS,
    )


if __name__ == "__main__":
    sys.modules["server"] = sys.modules["__main__"]
    main()
    application = get_wsgi_application()
    print(f"listening on {URL}", flush=True)
    server.serve_forever()
