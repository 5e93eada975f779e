"""Prints the secret of an API token that an administrator makes: ADDRESS NAME PASSWORD."""

import sys

import requests

address, name, password = sys.argv[1:]
session = requests.Session()
session.headers["Origin"] = address
login = session.post(f"{address}/api/v1/login", json={"name": name, "password": password}, timeout=20)
login.raise_for_status()
session.headers["X-Lalin-Guard"] = login.json()["guard"]
form = {"kind": "api", "name": "schemathesis", "role": "administrator"}
made = session.post(f"{address}/api/v1/tokens", json=form, timeout=20)
made.raise_for_status()
print(made.json()["token"])
