"""RouterOS-api over loopback, for `cargo xtask bench codec`: WHAT PORT SECONDS, and one line at the end: things done,
seconds, CPU seconds."""

import sys
import time

import routeros_api

what, port, seconds = sys.argv[1], int(sys.argv[2]), float(sys.argv[3])
pool = routeros_api.RouterOsApiPool("127.0.0.1", "admin", "bench", port=port, plaintext_login=True)
api = pool.get_api()


def once():
    if what == "print":
        return len(api.get_resource("/interface").get())
    identity = api.get_resource("/system/identity")
    promises = [identity.call_async("print") for _ in range(int(what))]
    return sum(len(promise.get()) for promise in promises)


once()
begin, cpu, done = time.perf_counter(), time.process_time(), 0
while time.perf_counter() - begin < seconds:
    done += once()
print(done, time.perf_counter() - begin, time.process_time() - cpu)
