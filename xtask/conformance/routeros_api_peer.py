"""RouterOS-api on the simulated routers; every command of it carries a tag. Words and output as in librouteros_peer.py."""
import sys

import routeros_api
from routeros_api import exceptions

ROUTERS = dict(word.split("=", 1) for word in sys.argv[1:])


def connect(name, password="rahasia", plain=True):
    host, port = ROUTERS[name].rsplit(":", 1)
    pool = routeros_api.RouterOsApiPool(host, port=int(port), username="admin", password=password, plaintext_login=plain)
    return pool.get_api()


def check(name, run):
    try:
        outcome = run()
        print(f"{name}\t{'ok' if outcome in (None, True) else outcome}")
    except Exception as error:
        print(f"{name}\t{type(error).__name__}: {error}"[:200].replace("\n", " "))


def refused(**how):
    try:
        connect(**how).get_resource("/system/identity").get()
    except exceptions.RouterOsApiCommunicationError:
        return True
    return "a wrong password is taken"


def versions():
    for name in ["v6.49", "v7.9", "v7.17", "v7.18"]:
        row = connect(name).get_resource("/system/resource").get()[0]
        assert row["version"].startswith(name[1:]), row


def trap():
    try:
        connect("v7.18").get_resource("/no/such/thing").get()
    except exceptions.RouterOsApiCommunicationError as error:
        return "no such command" in str(error) or str(error)
    return "no error"


def truthful_on_old():
    try:
        connect("v6.42", password="wrong")
    except exceptions.RouterOsApiCommunicationError:
        return True
    return "get_api() succeeds with a wrong password"


check("login plain", lambda: len(connect("v7.18").get_resource("/system/identity").get()) == 1)
check("login challenge", lambda: len(connect("v6.42", plain=False).get_resource("/system/identity").get()) == 1)
check("wrong password", lambda: refused(name="v7.18", password="wrong"))
check("wrong password, challenge", lambda: refused(name="v6.42", password="wrong", plain=False))
check("wrong password, plain login on 6.42", truthful_on_old)
check("versions", versions)
check("print 1,000 rows", lambda: len(connect("large").get_resource("/interface").get()) == 1_001 or "rows are missing")
check("proplist", lambda: all(set(row) <= {"name"} for row in connect("v7.18").get_resource("/interface").call("print", {".proplist": "name"})))
check("queries", lambda: [row["name"] for row in connect("v7.18").get_resource("/interface").get(name="lo")] == ["lo"])
check("nothing found (!empty)", lambda: list(connect("v7.18").get_resource("/interface").get(name="x")) == [])
check("trap", trap)
check("tags", lambda: len(connect("v7.18").get_resource("/interface").call("monitor-traffic", {"interface": "ether1,lo", "once": ""})) == 2)
