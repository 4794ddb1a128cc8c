"""A user pool of moto, which plays Cognito, and tokens by its own sign-in: `{name: value}` on standard output."""

import json
import logging
import os
import urllib.request

os.environ.update(AWS_ACCESS_KEY_ID="any", AWS_SECRET_ACCESS_KEY="any", AWS_DEFAULT_REGION="eu-west-1")

import boto3
from moto.server import ThreadedMotoServer

logging.getLogger("werkzeug").disabled = True
server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
server.start()
host, port = server.get_host_and_port()
url = f"http://{host}:{port}"
cognito = boto3.client("cognito-idp", endpoint_url=url)
pool = cognito.create_user_pool(PoolName="main")["UserPool"]["Id"]
login = {"USERNAME": "alice", "PASSWORD": "Alice-2026!"}
cognito.create_group(UserPoolId=pool, GroupName="admin")
cognito.admin_create_user(UserPoolId=pool, Username="alice")
cognito.admin_set_user_password(UserPoolId=pool, Username="alice", Password=login["PASSWORD"], Permanent=True)
cognito.admin_add_user_to_group(UserPoolId=pool, Username="alice", GroupName="admin")


def tokens(name):
    flows = ["ALLOW_USER_PASSWORD_AUTH"]
    client = cognito.create_user_pool_client(UserPoolId=pool, ClientName=name, ExplicitAuthFlows=flows)
    app = client["UserPoolClient"]["ClientId"]
    answer = cognito.initiate_auth(ClientId=app, AuthFlow="USER_PASSWORD_AUTH", AuthParameters=login)
    return app, answer["AuthenticationResult"]


web, own = tokens("web")
_, others = tokens("other")
keys = urllib.request.urlopen(f"{url}/{pool}/.well-known/jwks.json").read()
server.stop()
print(
    json.dumps(
        {
            "pool": pool,
            "client": web,
            "jwks": json.loads(keys),
            "access": own["AccessToken"],
            "id": own["IdToken"],
            "refresh": own["RefreshToken"],
            "other": others["AccessToken"],
        }
    )
)
