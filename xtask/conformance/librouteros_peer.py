"""librouteros on the simulated routers. Words: NAME=ADDRESS each; prints CHECK<TAB>OUTCOME lines, `ok` or what happened."""
import sys

import librouteros
from librouteros.login import plain, token
from librouteros.query import Key

ROUTERS = dict(word.split("=", 1) for word in sys.argv[1:])


def connect(name, password="rahasia", login=plain, **more):
    host, port = ROUTERS[name].rsplit(":", 1)
    return librouteros.connect(
        host=host, port=int(port), username="admin", password=password, login_method=login, timeout=10, **more
    )


def check(name, run):
    try:
        outcome = run()
        print(f"{name}\t{'ok' if outcome in (None, True) else outcome}")
    except Exception as error:  # whatever it is, it is the outcome
        print(f"{name}\t{type(error).__name__}: {error}"[:200].replace("\n", " "))


def refused(**how):
    try:
        list(connect(**how)("/system/identity/print"))
    except librouteros.exceptions.TrapError:
        return True
    return "a wrong password is taken"


def versions():
    for name in ["v6.49", "v7.9", "v7.17", "v7.18"]:
        row = list(connect(name)("/system/resource/print"))[0]
        assert row["version"].startswith(name[1:]), row


def truthful_on_old():
    api = connect("v6.42", password="wrong")
    try:
        list(api("/system/identity/print"))
    except Exception:
        pass
    return "connect() succeeds with a wrong password"


def trap():
    try:
        list(connect("v7.18")("/no/such/thing"))
    except librouteros.exceptions.TrapError as error:
        return "no such command" in str(error) or str(error)
    return "no error"


def fatal():
    try:
        list(connect("v7.18")("/quit"))
    except librouteros.exceptions.FatalError:
        return True
    return "no error"


def queries():
    name, kind, running = Key("name"), Key("type"), Key("running")
    path = connect("v7.18").path("interface")
    ether = [row["name"] for row in path.select(name).where(kind == "ether")]
    assert "ether1" in ether and "lo" not in ether, ether
    both = list(path.select(name).where(kind == "ether", name == "ether1"))
    assert both == [{"name": "ether1"}], both
    counted = list(path.select(name).where(Key("actual-mtu") > 1, name == "lo"))
    assert [row["name"] for row in counted] == ["lo"], counted


def foreign_name():
    api = connect("v7.18", encoding="cp1252")
    found = list(api.path("interface").select(Key("name")).where(Key("name") == "café"))
    assert found == [{"name": "café"}], found


def one_session():
    first = connect("one-session")
    try:
        connect("one-session")
    except librouteros.exceptions.ConnectionClosed:
        return bool(list(first("/system/identity/print")))
    return "two sessions where one is allowed"


check("login plain", lambda: bool(list(connect("v7.18")("/system/identity/print"))))
check("login challenge", lambda: bool(list(connect("v6.42", login=token)("/system/identity/print"))))
check("wrong password", lambda: refused(name="v7.18", password="wrong"))
check("wrong password, challenge", lambda: refused(name="v6.42", password="wrong", login=token))
check("wrong password, plain login on 6.42", truthful_on_old)
check("versions", versions)
check("print 1,000 rows", lambda: len(list(connect("large")("/interface/print"))) == 1_001 or "rows are missing")
check("proplist", lambda: all(set(row) <= {"name"} for row in connect("v7.18").path("interface").select(Key("name"))))
check("queries", queries)
check("nothing found (!empty)", lambda: list(connect("v7.18").path("interface").select(Key("name")).where(Key("name") == "x")) == [])
check("trap", trap)
check("fatal", fatal)
check("name in Windows-1252", foreign_name)
check("session limit", one_session)
