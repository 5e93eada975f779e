"""What RouterOS-api makes of one command: ADDRESS PATH [USER PASSWORD]."""
import sys

import routeros_api

host, port = sys.argv[1].rsplit(":", 1)
user, password = sys.argv[3:5] if len(sys.argv) > 4 else ("admin", "rahasia")
try:
    pool = routeros_api.RouterOsApiPool(host, port=int(port), username=user, password=password, plaintext_login=True)
    pool.socket_timeout = 2
    api = pool.get_api()
    if len(sys.argv) > 4:
        print("logged in")
    else:
        reply = api.get_resource("/t").call(sys.argv[2].rsplit("/", 1)[1])
        print("rows", list(reply), getattr(reply, "done_message", ""))
except Exception as error:
    print(f"{type(error).__name__}: {error}".replace("\n", " "))
    if sys.argv[2] == "/t/silent":
        print("and then", len(list(api.get_resource("/t").call("rows"))), "rows on the same connection")
