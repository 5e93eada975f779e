"""What librouteros makes of one command: ADDRESS PATH [USER PASSWORD]."""
import sys

import librouteros

host, port = sys.argv[1].rsplit(":", 1)
user, password = sys.argv[3:5] if len(sys.argv) > 4 else ("admin", "rahasia")
try:
    api = librouteros.connect(host=host, port=int(port), username=user, password=password, timeout=2)
    if len(sys.argv) > 4:
        print("logged in")
    else:
        print("rows", list(api(sys.argv[2])))
except Exception as error:
    print(f"{type(error).__name__}: {error}".replace("\n", " "))
    if sys.argv[2] == "/t/silent":
        print("and then", len(list(api("/t/rows"))), "rows on the same connection")
