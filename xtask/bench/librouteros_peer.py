"""librouteros over loopback, for `cargo xtask bench codec`: WHAT PORT SECONDS, and one line at the end: things done,
seconds, CPU seconds."""

import sys
import time

from librouteros import connect

what, port, seconds = sys.argv[1], int(sys.argv[2]), float(sys.argv[3])
api = connect(host="127.0.0.1", port=port, username="admin", password="bench")
path = {"print": "/interface/print", "1": "/system/identity/print"}[what]


def once():
    # A row is a dictionary of every attribute already.
    return sum(1 for row in api(path))


once()
begin, cpu, done = time.perf_counter(), time.process_time(), 0
while time.perf_counter() - begin < seconds:
    done += once()
print(done, time.perf_counter() - begin, time.process_time() - cpu)
